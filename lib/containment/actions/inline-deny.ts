import type { ActionType, ApiCall, Check, ContainmentAction, Json, Quiet } from '../../action.ts'
import { type Context, type Draft, drafted, idOf, inlinePolicyName } from '../draft.ts'
import type { Subject } from '../subject.ts'
import { check, iamCalls, pinOf, ROLE_SESSION_SECONDS, USER_SESSION_SECONDS } from './checks.ts'

/** An inline policy of our own name that denies something to a user or role. */
export interface InlineDeny {
  readonly type: ActionType
  readonly who: Subject
  /** What makes the target unique; the user's or role's id when left out. */
  readonly key?: string
  readonly document: string
  readonly title: string
  readonly target?: ContainmentAction['target']
  readonly blastRadius: string
  readonly quiet: Quiet
  readonly undoNote: string
  readonly verifyLog: string
  readonly limits: readonly string[]
  readonly nodes: readonly string[]
}

/**
 * Writes it as a draft of tier 2: pinned by unique id, named `ct-contain-...` after the action, and removed by deleting that one policy.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePolicy.html
 */
export const inlineDeny = (context: Context, deny: InlineDeny): Draft => {
  const { who, type, document, limits, quiet, nodes } = deny
  const noun = who.kind === 'role' ? 'Role' : 'User'
  const key = deny.key ?? who.id
  const PolicyName = inlinePolicyName(idOf(context, who.partition, who.accountId, type, key))
  const call = (operation: string, more: ApiCall['input'] = {}): ApiCall =>
    iamCalls(who.partition)(operation, { [`${noun}Name`]: who.name, ...more })
  return drafted(context, who.partition, key, {
    type,
    tier: 2,
    title: deny.title,
    target: deny.target ?? targetOf(who),
    blastRadius: deny.blastRadius,
    snapshot: [call(`Get${noun}`), call(`List${noun}Policies`)],
    calls: [call(`Put${noun}Policy`, { PolicyName, PolicyDocument: document })],
    permissions: [
      `iam:Get${noun}`,
      `iam:List${noun}Policies`,
      `iam:Put${noun}Policy`,
      `iam:Delete${noun}Policy`,
      `iam:Get${noun}Policy`,
    ],
    reversibility: 'exact',
    undo: [call(`Delete${noun}Policy`, { PolicyName })],
    undoNote: `Only when Get${noun} still shows ${noun}Id ${who.id}. ${deny.undoNote}`,
    pins: [pinOf(who.partition, noun, who.name, who.id)],
    done: [policyIs(call(`Get${noun}Policy`, { PolicyName }), document)],
    quiet,
    keepSeconds: noun === 'Role' ? ROLE_SESSION_SECONDS : USER_SESSION_SECONDS,
    verify: [
      `Get${noun}Policy ${PolicyName} shows this very document 10 s, 60 s and 5 min after the call.`,
      deny.verifyLog,
    ],
    limits,
    nodes: nodes.filter((node) => node !== ''),
  })
}

/** The target of an action on a user or role. */
export const targetOf = (who: Subject): ContainmentAction['target'] => ({
  kind: who.kind,
  id: who.id,
  name: who.name,
  arn: who.arn,
  accountId: who.accountId,
})

/** That a policy document reads letter by letter like ours. `to_string` for clients that hand documents out parsed. */
export const policyIs = (call: ApiCall, document: Json): Check =>
  check(call, 'to_string(PolicyDocument)', document)
