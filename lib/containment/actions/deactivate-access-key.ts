import { at, text } from '../../trail/event.ts'
import { type Builder, type Context, type Draft, drafted, eventTarget, type Refusal } from '../draft.ts'
import { guardObject, refusePrincipal } from '../guard.ts'
import { isShaped, type Partition, shaped } from '../ids.ts'
import { check, iamCalls, pinOf, USER_SESSION_SECONDS, when } from './checks.ts'

/**
 * Sets one long-term access key Inactive: the caller's own, or the one a CreateAccessKey event handed out. The key stays,
 * as evidence and for the way back. https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAccessKey.html
 */
export const deactivateAccessKey: Builder = (context) =>
  context.whom === 'created' ? createdKey(context) : actorKey(context)

const TITLE = 'Deactivate access key'

interface Key {
  readonly id: string
  readonly owner: string
  /** AIDA... of the owner, where the event has it. */
  readonly ownerId?: string
  readonly arn?: string
  readonly accountId: string
  readonly partition: Partition
  readonly whose: string
}

const actorKey = (context: Context): Draft | Refusal | undefined => {
  const { actor } = context
  if (!actor || actor.accessKeyId === '') return undefined
  if (actor.kind !== 'user' || !isShaped('long-term access key id', actor.accessKeyId)) {
    return {
      title: TITLE,
      target: actor.accessKeyId,
      reason: 'temporary credentials cannot be deactivated: deny the user, or revoke the sessions',
    }
  }
  const { accessKeyId: id, name: owner, id: ownerId, arn, accountId, partition } = actor
  return deactivate(context, { id, owner, ownerId, arn, accountId, partition, whose: 'the caller' })
}

const createdKey = (context: Context): Draft | Refusal | undefined => {
  const { event } = context
  if (event.eventName !== 'CreateAccessKey') return undefined
  const refuse = (target: string, reason: string): Refusal => ({ title: TITLE, target, reason })
  const scope = guardObject(event)
  if ('reason' in scope) return refuse(eventTarget(event), scope.reason)
  const answered = (name: string) => at(event.responseElements, 'accessKey', name)
  const id = shaped(
    'long-term access key id',
    answered('accessKeyId'),
    'responseElements.accessKey.accessKeyId',
  )
  if ('reason' in id) return refuse(eventTarget(event), id.reason)
  if (text(answered('userName')) === undefined) {
    return refuse(
      id.value,
      "the new key is root's own: only root can deactivate it, sign in as root and do it by hand",
    )
  }
  const owner = shaped('user name', answered('userName'), 'responseElements.accessKey.userName')
  if ('reason' in owner) return refuse(id.value, owner.reason)
  const { accountId, partition } = scope.value
  const ownerArn = `arn:${partition}:iam::${accountId}:user/${owner.value}`
  const objection = refusePrincipal([ownerArn, id.value], context.protectedPrincipals, true)
  if (objection) return refuse(`${id.value} of ${owner.value}`, objection)
  return deactivate(context, { id: id.value, owner: owner.value, accountId, partition, whose: 'a new key' })
}

const deactivate = (context: Context, key: Key): Draft => {
  const iam = iamCalls(key.partition)
  const status = (Status: string) =>
    iam('UpdateAccessKey', { UserName: key.owner, AccessKeyId: key.id, Status })
  const lastUsed = iam('GetAccessKeyLastUsed', { AccessKeyId: key.id })
  const list = iam('ListAccessKeys', { UserName: key.owner })
  return drafted(context, key.partition, key.id, {
    type: 'deactivate-access-key',
    tier: 1,
    title: `${TITLE} ${key.id} of user ${key.owner}`,
    target: {
      kind: 'access-key',
      id: key.id,
      name: key.owner,
      ...(key.arn !== undefined && { arn: key.arn }),
      accountId: key.accountId,
    },
    blastRadius: `One key of user ${key.owner} (${key.whose}). Whatever signs with it stops working at once.`,
    snapshot: [lastUsed, list],
    calls: [status('Inactive')],
    permissions: [
      'iam:GetAccessKeyLastUsed',
      'iam:ListAccessKeys',
      'iam:UpdateAccessKey',
      ...(key.ownerId === undefined ? [] : ['iam:GetUser']),
    ],
    reversibility: 'exact',
    undo: [when(status('Active'), 1, `AccessKeyMetadata[?AccessKeyId=='${key.id}'].Status | [0]`, 'Active')],
    undoNote:
      'Only when a person has decided that the key is safe again, and only when ListAccessKeys showed it Active before. A key that leaked is replaced, not re-activated.',
    pins:
      key.ownerId === undefined
        ? [check(lastUsed, 'UserName', key.owner, 'NoSuchEntity')]
        : [pinOf(key.partition, 'User', key.owner, key.ownerId)],
    // A key that somebody deleted is contained as well: it cannot be made active again. Of a user that is not there nothing is known: with
    // another name its keys go on.
    done: [
      check(list, `length(AccessKeyMetadata[?AccessKeyId=='${key.id}' && Status!='Inactive'] || \`[]\`)`, 0),
    ],
    quiet: { accessKeyId: key.id },
    keepSeconds: USER_SESSION_SECONDS,
    verify: [
      'ListAccessKeys shows the key Inactive 10 s, 60 s and 5 min after the call.',
      `No successful event carries accessKeyId ${key.id} with an eventTime later than 60 s after the call.`,
    ],
    limits: [
      'Sessions already made from the key with GetSessionToken or GetFederationToken keep working: deny the user too.',
      'Other keys and the console password of the user keep working.',
      'For some seconds after the call IAM may still accept the key.',
    ],
    nodes: [key.id],
  })
}
