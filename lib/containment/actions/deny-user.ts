import { at, type CloudTrailEvent } from '../../trail/event.ts'
import { type Builder, type Context, type Draft, drafted, eventTarget, idOf, type Refusal } from '../draft.ts'
import { guardObject, refusePrincipal } from '../guard.ts'
import { type Partition, parseArn, shaped } from '../ids.ts'
import { isQuarantinePolicy } from '../policies.ts'
import { fromSnapshot, iamCalls, pinOf, USER_SESSION_SECONDS } from './checks.ts'
import { denyAllOf } from './deny-all.ts'

/**
 * Attaches AWS's own AWSDenyAll to one user: the caller, or one that the event created, gave a password or put in
 * quarantine. A Deny beats every Allow, in groups and resource policies too, and it reaches every key and session of the
 * user.
 * https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSDenyAll.html
 */
export const denyUser: Builder = (context) =>
  context.whom === 'created' ? createdUser(context) : actorUser(context)

const TITLE = 'Deny everything to user'
const PASSWORD_EVENTS = ['CreateLoginProfile', 'UpdateLoginProfile']

/** Does the event only name the user: a password was set, or AWS put the user in quarantine? */
const namesUser = (event: CloudTrailEvent): boolean =>
  PASSWORD_EVENTS.includes(String(event.eventName)) ||
  (event.eventName === 'AttachUserPolicy' &&
    isQuarantinePolicy(String(at(event.requestParameters, 'policyArn') ?? '')))

interface User {
  /** AIDA...; without it the user is known by name only. */
  readonly id?: string
  readonly name: string
  readonly arn: string
  readonly accountId: string
  readonly partition: Partition
}

const actorUser = (context: Context): Draft | undefined =>
  context.actor?.kind === 'user' ? deny(context, context.actor) : undefined

const createdUser = (context: Context): Draft | Refusal | undefined => {
  const { event } = context
  const isNew = event.eventName === 'CreateUser'
  if (!isNew && !namesUser(event)) return undefined
  const refuse = (target: string, reason: string): Refusal => ({ title: TITLE, target, reason })
  const scope = guardObject(event)
  if ('reason' in scope) return refuse(eventTarget(event), scope.reason)
  const user = isNew ? newUser(context) : namedUser(context)
  if ('reason' in user) return refuse(eventTarget(event), user.reason)
  const { accountId, partition } = scope.value
  const arn = user.arn ?? `arn:${partition}:iam::${accountId}:user/${user.name}`
  if (parseArn(arn)?.accountId !== accountId)
    return refuse(eventTarget(event), `the new user's ARN is of another account`)
  const objection = refusePrincipal([arn, user.id ?? ''], context.protectedPrincipals, user.arn === undefined)
  if (objection) return refuse(arn, objection)
  return deny(context, { ...user, arn, accountId, partition })
}

type Named = { readonly name: string; readonly id?: string; readonly arn?: string }

const newUser = ({ event }: Context): Named | { readonly reason: string } => {
  const answered = (name: string) => at(event.responseElements, 'user', name)
  const id = shaped('user id', answered('userId'), 'responseElements.user.userId')
  if ('reason' in id) return id
  const name = shaped('user name', answered('userName'), 'responseElements.user.userName')
  if ('reason' in name) return name
  const arn = answered('arn')
  const parsed = parseArn(arn)
  if (
    parsed?.service !== 'iam' ||
    !parsed.resource.startsWith('user/') ||
    !parsed.resource.endsWith(`/${name.value}`)
  ) {
    return { reason: 'responseElements.user.arn: expected the ARN of the new user' }
  }
  return { id: id.value, name: name.value, arn: String(arn) }
}

const namedUser = ({ event }: Context): Named | { readonly reason: string } => {
  const named =
    at(event.responseElements, 'loginProfile', 'userName') ?? at(event.requestParameters, 'userName')
  const name = shaped('user name', named, 'userName')
  return 'reason' in name ? name : { name: name.value }
}

const deny = (context: Context, user: User): Draft => {
  const iam = iamCalls(user.partition)
  const pinned = user.id !== undefined
  const key = user.id ?? `name:${user.name}`
  const id = idOf(context, user.partition, user.accountId, 'deny-user', key)
  const { permissions, ...ways } = denyAllOf('User', user.partition, user.name, id)
  return drafted(context, user.partition, key, {
    type: 'deny-user',
    tier: pinned ? 1 : 2,
    title: `${TITLE} ${user.name}`,
    target: {
      kind: 'user',
      id: user.id ?? user.name,
      name: user.name,
      arn: user.arn,
      accountId: user.accountId,
    },
    blastRadius: `User ${user.name}: console, every access key, and every session made from them. Nobody else.`,
    snapshot: [
      iam('GetUser', { UserName: user.name }),
      iam('ListAttachedUserPolicies', { UserName: user.name }),
    ],
    ...ways,
    permissions,
    reversibility: 'exact',
    pins: [pinOf(user.partition, 'User', user.name, user.id ?? fromSnapshot(0, 'User.UserId'))],
    ...(pinned && { quiet: { principalId: user.id! } }),
    keepSeconds: USER_SESSION_SECONDS,
    undoNote: pinned
      ? `Only when GetUser still shows UserId ${user.id} and AWSDenyAll was not attached before. Not earlier than 36 h after the last session was made, or it revives.`
      : 'Only when GetUser shows the same UserId as before and AWSDenyAll was not attached before. Not earlier than 36 h after the last session was made, or it revives.',
    verify: [
      'ListAttachedUserPolicies shows AWSDenyAll 10 s, 60 s and 5 min after the call.',
      'No successful event of this user has an eventTime later than 60 s after the call (sts:GetCallerIdentity and ConsoleLogin may still succeed).',
    ],
    limits: [
      ...(pinned
        ? []
        : [
            'The event names the user but carries no unique id: compare GetUser with what you know before you apply.',
          ]),
      'Roles the user has already assumed keep their sessions: revoke them at the role.',
      'A user may carry 10 managed policies. When the quota is used up, AWSDenyAll becomes the permissions boundary, if the user has none; else an inline policy, which needs approval.',
      'For some seconds after the call the user may still detach the policy: look again after 60 s.',
    ],
    nodes: pinned ? [user.id!] : [],
  })
}
