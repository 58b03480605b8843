import type { ApiCall } from '../../action.ts'
import { at, resourcesOf } from '../../trail/event.ts'
import { type Builder, type Context, drafted, eventTarget, onObject } from '../draft.ts'
import type { Scope } from '../guard.ts'
import { type Checked, isShaped, lastOf, parseArn } from '../ids.ts'
import { check, when } from './checks.ts'

const BY_HAND: Readonly<Record<string, string>> = {
  DisableKey:
    'the key is disabled, not scheduled for deletion: nothing is lost, enable it by hand when that is right',
  DeleteImportedKeyMaterial: 'deleted key material cannot be restored: import it again from your own copy',
}

/**
 * Cancels the scheduled deletion of a KMS key while the window is open.
 * https://docs.aws.amazon.com/kms/latest/APIReference/API_CancelKeyDeletion.html
 */
export const cancelKeyDeletion: Builder = (context) => {
  const { event } = context
  const name = String(event.eventName)
  const byHand = Object.hasOwn(BY_HAND, name) ? BY_HAND[name] : undefined
  if (name !== 'ScheduleKeyDeletion' && byHand === undefined) return undefined
  return onObject(context, 'Cancel key deletion', (scope, refuse) => {
    const key = keyOf(context, scope)
    if ('reason' in key) return refuse(eventTarget(event), key.reason)
    return byHand === undefined ? cancel(context, scope, key.value) : refuse(key.value, byHand)
  })
}

/** ARN of the key: KMS answers it; else the request's key id in the event's own account and Region. */
const keyOf = ({ event }: Context, { partition, accountId, region }: Scope): Checked<string> => {
  const candidates = [
    at(event.responseElements, 'keyId'),
    ...resourcesOf(event),
    at(event.requestParameters, 'keyId'),
  ]
  for (const candidate of candidates) {
    if (isShaped('KMS key id', candidate)) {
      return { value: `arn:${partition}:kms:${region}:${accountId}:key/${candidate}` }
    }
    const arn = parseArn(candidate)
    const id = lastOf(arn?.resource ?? '')
    if (arn?.service !== 'kms' || arn.resource !== `key/${id}` || !isShaped('KMS key id', id)) continue
    if (arn.accountId !== accountId) {
      return {
        reason: `the key belongs to account ${arn.accountId}, the event to ${accountId}: it is kept there`,
      }
    }
    return { value: String(candidate) }
  }
  return { reason: 'requestParameters.keyId: expected the id or ARN of a KMS key' }
}

/** Days, from the request; KMS takes 7 to 30 and means 30 when nothing is said. */
const windowOf = ({ event }: Context): number => {
  const days = Number(at(event.requestParameters, 'pendingWindowInDays'))
  return Number.isInteger(days) && days >= 7 && days <= 30 ? days : 30
}

const cancel = (context: Context, scope: Scope, arn: string) => {
  const region = parseArn(arn)!.region || scope.region
  const call = (operation: string, more: ApiCall['input'] = {}): ApiCall => ({
    service: 'kms',
    operation,
    input: { KeyId: arn, ...more },
    region,
  })
  const enabled = context.ownSnapshots.keys?.get(arn)?.keyState === 'Enabled'
  const describe = call('DescribeKey')
  const isPending = `contains(KeyMetadata.KeyState, 'Deletion')`
  return drafted(context, scope.partition, arn, {
    type: 'cancel-key-deletion',
    tier: 0,
    title: `Cancel the deletion of KMS key ${lastOf(arn)} in ${region}`,
    target: { kind: 'kms-key', id: arn, arn, accountId: scope.accountId, region },
    blastRadius: enabled
      ? 'Nobody. The key is kept and enabled again, as the snapshot from before the change says it was.'
      : 'Nobody. The key is kept, and stays disabled until somebody enables it.',
    snapshot: [describe],
    calls: [when(call('CancelKeyDeletion'), 0, isPending), ...(enabled ? [call('EnableKey')] : [])],
    permissions: [
      'kms:DescribeKey',
      'kms:CancelKeyDeletion',
      'kms:ScheduleKeyDeletion',
      ...(enabled ? ['kms:EnableKey'] : []),
    ],
    reversibility: 'exact',
    undo: [when(call('ScheduleKeyDeletion', { PendingWindowInDays: windowOf(context) }), 0, isPending)],
    undoNote:
      'Only when the owner says that the key is to be deleted. Never automatic; the window starts anew.',
    done: [enabled ? check(describe, 'KeyMetadata.KeyState', 'Enabled') : check(describe, isPending, false)],
    verify: [`DescribeKey shows KeyState ${enabled ? 'Enabled' : 'Disabled'} and no DeletionDate.`],
    limits: [
      ...(enabled
        ? []
        : [
            `The key is Disabled afterwards and decrypts nothing. If it was enabled before, enable it by hand: aws kms enable-key --key-id ${arn} --region ${region}`,
          ]),
      'After the window (7 to 30 days) the key is gone and nothing brings it back.',
      'A key policy that locks everybody out needs AWS Support.',
    ],
    nodes: [],
  })
}
