import type { Builder, Context, Draft } from '../draft.ts'
import { denyOlderSessions } from '../policies.ts'
import type { Subject } from '../subject.ts'
import { inlineDeny } from './inline-deny.ts'

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
  readonly undoNote: string
  readonly blastRadius: (name: string) => string
  readonly limits: readonly string[]
}

/** For every action that carries T. */
export const PLANNED_T =
  'T is fixed when the plan is made. Plan again right before applying, or sessions made since are not denied.'

const ROLE: Kind = {
  type: 'revoke-role-sessions',
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
  undoNote: 'Safe after 36 h, the longest life of a session a user can make.',
  blastRadius: (name) =>
    `Temporary sessions of user ${name} issued before T. Long-term keys and the console password keep working.`,
  limits: [
    PLANNED_T,
    'Long-term access keys are not touched: deactivate them too, or the user makes a new session.',
    'Inline policies of a user share 2,048 characters; when they are used up the call fails.',
  ],
}

const revoke = (context: Context, who: Subject, { type, undoNote, blastRadius, limits }: Kind): Draft =>
  inlineDeny(context, {
    type,
    who,
    document: denyOlderSessions(context.revokeBefore),
    title: `Revoke sessions of ${who.kind} ${who.name} issued before ${context.revokeBefore}`,
    blastRadius: blastRadius(who.name),
    quiet: { principalId: who.id, issuedBefore: context.revokeBefore },
    undoNote,
    verifyLog: `No successful event of ${who.id} with sessionContext.attributes.creationDate before T and eventTime later than 60 s after the call.`,
    limits,
    nodes: [who.id, who.accessKeyId],
  })
