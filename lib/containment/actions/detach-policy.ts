import type { ApiCall } from '../../action.ts'
import { at } from '../../trail/event.ts'
import { type Builder, type Context, drafted, eventTarget, onObject } from '../draft.ts'
import { refusePrincipal, type Scope } from '../guard.ts'
import { shaped } from '../ids.ts'
import { isContainmentPolicy } from '../policies.ts'
import { check, fromSnapshot, goneIsDone, iamCalls, type Noun, pinOf } from './checks.ts'

const ATTACHED: Readonly<Record<string, Noun>> = {
  AttachUserPolicy: 'User',
  AttachRolePolicy: 'Role',
  AttachGroupPolicy: 'Group',
}
const BY_HAND = [
  'PutUserPolicy',
  'PutRolePolicy',
  'PutGroupPolicy',
  'CreatePolicyVersion',
  'SetDefaultPolicyVersion',
  'CreatePolicy',
]

/**
 * Detaches the one managed policy an event attached.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_DetachUserPolicy.html
 */
export const detachPolicy: Builder = (context) => {
  const { event } = context
  const name = String(event.eventName)
  const noun = Object.hasOwn(ATTACHED, name) ? ATTACHED[name] : undefined
  if (!noun && !BY_HAND.includes(name)) return undefined
  return onObject(context, 'Detach policy', (scope, refuse) => {
    if (!noun) {
      return refuse(
        eventTarget(event),
        `${name} wrote a document and the event does not say what was there before: compare it by hand`,
      )
    }
    const kind = noun.toLowerCase() as Lowercase<Noun>
    const holder = shaped(
      `${kind} name`,
      at(event.requestParameters, `${kind}Name`),
      `requestParameters.${kind}Name`,
    )
    if ('reason' in holder) return refuse(eventTarget(event), holder.reason)
    const policy = shaped(
      'policy ARN',
      at(event.requestParameters, 'policyArn'),
      'requestParameters.policyArn',
    )
    if ('reason' in policy) return refuse(holder.value, policy.reason)
    if (isContainmentPolicy(policy.value))
      return refuse(holder.value, `${policy.value} is containment itself: it stays`)
    const arn = `arn:${scope.partition}:iam::${scope.accountId}:${kind}/${holder.value}`
    const objection = refusePrincipal([arn], context.protectedPrincipals, true)
    return objection
      ? refuse(arn, objection)
      : detach(context, scope, { noun, name: holder.value, arn, policy: policy.value })
  })
}

interface Attachment {
  readonly noun: Noun
  readonly name: string
  readonly arn: string
  readonly policy: string
}

const detach = (
  context: Context,
  { partition, accountId }: Scope,
  { noun, name, arn, policy }: Attachment,
) => {
  const kind = noun.toLowerCase()
  const call = (operation: string, more: ApiCall['input'] = {}): ApiCall =>
    iamCalls(partition)(operation, { [`${noun}Name`]: name, ...more })
  const attached = call(`ListAttached${noun}Policies`)
  return drafted(context, partition, `${kind}:${name}#${policy}`, {
    type: 'detach-policy',
    tier: 2,
    title: `Detach ${policy} from ${kind} ${name}`,
    target: { kind, id: name, name, arn, accountId },
    blastRadius: `${noun} ${name} loses what ${policy} grants${noun === 'Group' ? ', and so does every user in it' : ''}. Other policies stay.`,
    snapshot: [call(`Get${noun}`), attached],
    calls: [call(`Detach${noun}Policy`, { PolicyArn: policy })],
    permissions: [
      `iam:Get${noun}`,
      `iam:ListAttached${noun}Policies`,
      `iam:Detach${noun}Policy`,
      `iam:Attach${noun}Policy`,
    ],
    reversibility: 'exact',
    undo: [call(`Attach${noun}Policy`, { PolicyArn: policy })],
    undoNote: `Only when Get${noun} shows the same ${noun}Id as before.`,
    pins: [pinOf(partition, noun, name, fromSnapshot(0, `${noun}.${noun}Id`))],
    done: [
      check(attached, `length(AttachedPolicies[?PolicyArn=='${policy}'] || \`[]\`)`, 0, ...goneIsDone(noun)),
    ],
    verify: [`ListAttached${noun}Policies no longer shows ${policy}, 60 s after the call.`],
    limits: [
      'Detaching is no containment: other policies, resource policies and trust may still allow what this one did. Deny the principal to be sure.',
      `The event names the ${kind} but carries no unique id: compare Get${noun} with what you know before you apply.`,
      'The policy may have been attached before the event too: attaching twice is one attachment.',
    ],
    nodes: [],
  })
}
