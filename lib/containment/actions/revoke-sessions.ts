import type { ApiCall } from '../../action.ts'
import { type Builder, type Context, type Draft, drafted, idOf, inlinePolicyName } from '../draft.ts'
import { denyOlderSessions } from '../policies.ts'
import type { Subject } from '../subject.ts'
import { check, iamCalls, pinOf, ROLE_SESSION_SECONDS, USER_SESSION_SECONDS } from './checks.ts'

/**
 * Denies everything to the sessions of a role that were issued before T.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html
 */
export const revokeRoleSessions: Builder = (context) =>
  context.actor?.kind === 'role' ? revoke(context, context.actor, ROLE) : undefined

/** The same for the temporary sessions of a user; its long-term keys stay as they are. */
export const revokeUserSessions: Builder = (context) =>
  context.actor?.kind === 'user' ? revoke(context, context.actor, USER) : undefined

interface Kind {
  readonly type: 'revoke-role-sessions' | 'revoke-user-sessions'
  readonly noun: 'Role' | 'User'
  readonly undoNote: string
  readonly blastRadius: (name: string) => string
  readonly limits: readonly string[]
}

const PLANNED_T =
  'T is fixed when the plan is made. Plan again right before applying, or sessions made since are not denied.'

const ROLE: Kind = {
  type: 'revoke-role-sessions',
  noun: 'Role',
  undoNote:
    "Safe once the role's longest session (MaxSessionDuration, at most 12 h) has passed: by then every denied session has expired.",
  blastRadius: (name) =>
    `Every session of role ${name} issued before T, the legitimate ones too. Instances may keep stale credentials for up to 6 h; functions and tasks until they are recycled.`,
  limits: [
    PLANNED_T,
    'Whoever may assume the role simply assumes it again: contain the source as well.',
    'Roles reached from these sessions keep their own sessions.',
    'Inline policies of a role share 10,240 characters; when they are used up the call fails.',
  ],
}

const USER: Kind = {
  type: 'revoke-user-sessions',
  noun: 'User',
  undoNote: 'Safe after 36 h, the longest life of a session a user can make.',
  blastRadius: (name) =>
    `Temporary sessions of user ${name} issued before T. Long-term keys and the console password keep working.`,
  limits: [
    PLANNED_T,
    'Long-term access keys are not touched: deactivate them too, or the user makes a new session.',
    'Inline policies of a user share 2,048 characters; when they are used up the call fails.',
  ],
}

const revoke = (context: Context, who: Subject, kind: Kind): Draft => {
  const { noun, type } = kind
  const name = { [`${noun}Name`]: who.name }
  const PolicyName = inlinePolicyName(idOf(context, who.partition, who.accountId, type, who.id))
  const PolicyDocument = denyOlderSessions(context.revokeBefore)
  const call = (operation: string, more: ApiCall['input'] = {}): ApiCall =>
    iamCalls(who.partition)(operation, { ...name, ...more })
  return drafted(context, who.partition, who.id, {
    type,
    tier: 2,
    title: `Revoke sessions of ${noun.toLowerCase()} ${who.name} issued before ${context.revokeBefore}`,
    target: { kind: who.kind, id: who.id, name: who.name, arn: who.arn, accountId: who.accountId },
    blastRadius: kind.blastRadius(who.name),
    snapshot: [call(`Get${noun}`), call(`List${noun}Policies`)],
    calls: [call(`Put${noun}Policy`, { PolicyName, PolicyDocument })],
    permissions: [
      `iam:Get${noun}`,
      `iam:List${noun}Policies`,
      `iam:Put${noun}Policy`,
      `iam:Delete${noun}Policy`,
      `iam:Get${noun}Policy`,
    ],
    reversibility: 'exact',
    undo: [call(`Delete${noun}Policy`, { PolicyName })],
    undoNote: `Only when Get${noun} still shows ${noun}Id ${who.id}. ${kind.undoNote}`,
    pins: [pinOf(who.partition, noun, who.name, who.id)],
    done: [check(call(`Get${noun}Policy`, { PolicyName }), 'to_string(PolicyDocument)', PolicyDocument)],
    quiet: { principalId: who.id, issuedBefore: context.revokeBefore },
    keepSeconds: noun === 'Role' ? ROLE_SESSION_SECONDS : USER_SESSION_SECONDS,
    verify: [
      `Get${noun}Policy ${PolicyName} shows this very document 10 s, 60 s and 5 min after the call.`,
      `No successful event of ${who.id} with sessionContext.attributes.creationDate before T and eventTime later than 60 s after the call.`,
    ],
    limits: kind.limits,
    nodes: [who.id, who.accessKeyId].filter((node) => node !== ''),
  })
}
