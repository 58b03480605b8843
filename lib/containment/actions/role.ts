import { type Builder, type Context, type Draft, drafted, idOf, type Proposal } from '../draft.ts'
import { mintedSession } from '../minted.ts'
import { denyInstance, denySession } from '../policies.ts'
import { instanceOf, sessionName } from '../session.ts'
import type { Subject } from '../subject.ts'
import { iamCalls, pinOf, ROLE_SESSION_SECONDS } from './checks.ts'
import { denyAllOf } from './deny-all.ts'
import { inlineDeny, targetOf } from './inline-deny.ts'
import { PLANNED_T } from './revoke-sessions.ts'

/**
 * Denies everything to one session name of a role, for sessions issued before T: the caller's, or with `of: created` the one an AssumeRole event handed
 * out. The smallest cut there is: siblings keep working.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-userid
 */
export const denyRoleSession: Builder = (context) => {
  if (context.whom === 'created') return denyMintedSession(context)
  const { actor: who, event } = context
  if (who?.kind !== 'role') return undefined
  const name = sessionName(event)
  if ('reason' in name) return { title: SESSION_TITLE, target: who.arn, reason: name.reason }
  return denyNamedSession(context, who, name.value)
}

const SESSION_TITLE = 'Deny a role session'

const denyMintedSession = (context: Context): Proposal => {
  const minted = mintedSession(context.event, context.protectedPrincipals)
  if (minted === undefined) return undefined
  return 'reason' in minted
    ? { title: SESSION_TITLE, target: minted.target, reason: minted.reason }
    : denyNamedSession(context, minted.who, minted.name)
}

const denyNamedSession = (context: Context, who: Subject, name: string): Draft => {
  const userId = `${who.id}:${name}`
  return inlineDeny(context, {
    type: 'deny-role-session',
    who,
    key: userId,
    document: denySession(userId, context.revokeBefore),
    title: `Deny session ${name} of role ${who.name} issued before ${context.revokeBefore}`,
    target: { ...targetOf(who), kind: 'session', id: userId },
    blastRadius: `Sessions of role ${who.name} named ${name} and issued before T. Every other session of the role keeps working.`,
    quiet: { principalId: userId, issuedBefore: context.revokeBefore },
    undoNote: 'Safe once the longest session (at most 12 h) has passed.',
    verifyLog: `No successful event of ${userId} with sessionContext.attributes.creationDate before T and eventTime later than 60 s after the call.`,
    limits: [
      PLANNED_T,
      'Who assumes the role chooses the session name: the same caller comes back under another one. Contain the source as well, or revoke all sessions.',
      'Inline policies of a role share 10,240 characters: about 38 such policies fit.',
    ],
    nodes: [who.accessKeyId],
  })
}

/**
 * Denies everything to the credentials one instance got from its role, wherever they are used; the rest of the fleet keeps working.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-ec2-source-instance-arn
 */
export const denyInstanceSessions: Builder = (context) => {
  const { actor: who, event } = context
  const instance = instanceOf(event)
  if (who?.kind !== 'role' || !instance) return undefined
  const { partition, accountId } = who
  return inlineDeny(context, {
    type: 'deny-instance-sessions',
    who,
    key: `${who.id}:${instance.id}`,
    // Any Region: the event's is that of the call, not of the instance, and an instance id is unique without it.
    document: denyInstance(`arn:${partition}:ec2:*:${accountId}:instance/${instance.id}`),
    title: `Deny role ${who.name} to instance ${instance.id}`,
    target: { ...targetOf(who), kind: 'session', id: `${who.id}:${instance.id}` },
    blastRadius: `Instance ${instance.id}: whatever it does through role ${who.name}, and whoever took its credentials. Other instances keep working.`,
    quiet: { principalId: `${who.id}:${instance.id}` },
    undoNote: 'Not before the instance is stopped or rebuilt: it gets new credentials by itself.',
    verifyLog: `No successful event of ${who.id}:${instance.id} with an eventTime later than 60 s after the call.`,
    limits: [
      'It reaches only the credentials EC2 hands to the instance. What these already assumed or created lives on.',
      'The instance itself keeps running and keeps its network: isolate it too.',
    ],
    nodes: [who.accessKeyId],
  })
}

/**
 * Attaches AWS's own AWSDenyAll to a role: every session, old and new.
 * https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSDenyAll.html
 */
export const denyRole: Builder = (context) => {
  const who = context.actor
  if (who?.kind !== 'role') return undefined
  const iam = iamCalls(who.partition)
  const id = idOf(context, who.partition, who.accountId, 'deny-role', who.id)
  return drafted(context, who.partition, who.id, {
    type: 'deny-role',
    tier: 2,
    title: `Deny everything to role ${who.name}`,
    target: targetOf(who),
    blastRadius: `Everything that runs as role ${who.name}: people, pipelines, instances, functions, old sessions and new ones.`,
    snapshot: [
      iam('GetRole', { RoleName: who.name }),
      iam('ListAttachedRolePolicies', { RoleName: who.name }),
    ],
    ...denyAllOf('Role', who.partition, who.name, id),
    reversibility: 'exact',
    undoNote: `Only when GetRole still shows RoleId ${who.id} and AWSDenyAll was not attached before. Not earlier than MaxSessionDuration and an hour after the last session was made, or it revives.`,
    pins: [pinOf(who.partition, 'Role', who.name, who.id)],
    quiet: { principalId: who.id },
    keepSeconds: ROLE_SESSION_SECONDS,
    verify: [
      'ListAttachedRolePolicies shows AWSDenyAll 10 s, 60 s and 5 min after the call.',
      'No successful event of this role has an eventTime later than 60 s after the call (sts:GetCallerIdentity still succeeds).',
    ],
    limits: [
      'Roles that were assumed from this one keep their sessions.',
      'A role carries 10 managed policies. When the quota is used up, AWSDenyAll becomes the permissions boundary, if the role has none; else an inline policy.',
      'For some seconds after the call the role may still detach the policy: look again after 60 s.',
    ],
    nodes: [who.id, who.accessKeyId].filter((node) => node !== ''),
  })
}
