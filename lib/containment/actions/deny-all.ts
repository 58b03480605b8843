import type { ApiCall, Check, Fallback } from '../../action.ts'
import { inlinePolicyName } from '../draft.ts'
import type { Partition } from '../ids.ts'
import { DENY_ALL, denyAllPolicyArn } from '../policies.ts'
import { check, goneIsDone, iamCalls, when } from './checks.ts'

/** How AWSDenyAll is put on a user or role, and the ways left when its quota of policies is used up. */
export interface DenyAll {
  readonly calls: readonly ApiCall[]
  readonly undo: readonly ApiCall[]
  readonly done: readonly Check[]
  readonly fallbacks: readonly Fallback[]
  readonly permissions: readonly string[]
}

/**
 * Attach; else the permissions boundary, when none is set; else an inline policy of our own name. Answer 0 of the snapshot is
 * GetUser or GetRole. An attacker who fills the quota of attached policies beforehand so gains nothing.
 */
export const denyAllOf = (
  noun: 'User' | 'Role',
  partition: Partition,
  name: string,
  actionId: string,
): DenyAll => {
  const PolicyArn = denyAllPolicyArn(partition)
  const call = (operation: string, more: ApiCall['input'] = {}) =>
    iamCalls(partition)(operation, { [`${noun}Name`]: name, ...more })
  const gone = goneIsDone(noun)
  return {
    calls: [call(`Attach${noun}Policy`, { PolicyArn })],
    undo: [call(`Detach${noun}Policy`, { PolicyArn })],
    done: [
      check(
        call(`ListAttached${noun}Policies`),
        `length(AttachedPolicies[?PolicyArn=='${PolicyArn}'] || \`[]\`)`,
        1,
        ...gone,
      ),
    ],
    fallbacks: [asBoundary(noun, PolicyArn, call), inline(noun, actionId, call)],
    permissions: [
      `iam:Get${noun}`,
      `iam:ListAttached${noun}Policies`,
      `iam:Attach${noun}Policy`,
      `iam:Detach${noun}Policy`,
      `iam:Put${noun}PermissionsBoundary`,
      `iam:Delete${noun}PermissionsBoundary`,
      `iam:Get${noun}Policy`,
      `iam:Put${noun}Policy`,
      `iam:Delete${noun}Policy`,
    ],
  }
}

type Call = (operation: string, more?: ApiCall['input']) => ApiCall

const asBoundary = (noun: 'User' | 'Role', PolicyArn: string, call: Call): Fallback => {
  const boundary = `${noun}.PermissionsBoundary.PermissionsBoundaryArn`
  return {
    onErrors: ['LimitExceeded'],
    tier: 1,
    title: 'AWSDenyAll as permissions boundary, where none is set',
    calls: [
      when(call(`Put${noun}PermissionsBoundary`, { PermissionsBoundary: PolicyArn }), 0, boundary, null),
    ],
    undo: [call(`Delete${noun}PermissionsBoundary`)],
    done: [check(call(`Get${noun}`), boundary, PolicyArn, ...goneIsDone(noun))],
  }
}

const inline = (noun: 'User' | 'Role', actionId: string, call: Call): Fallback => {
  const PolicyName = inlinePolicyName(actionId)
  return {
    onErrors: ['LimitExceeded'],
    tier: 2,
    title: 'An inline policy that denies everything',
    calls: [call(`Put${noun}Policy`, { PolicyName, PolicyDocument: DENY_ALL })],
    undo: [call(`Delete${noun}Policy`, { PolicyName })],
    done: [check(call(`Get${noun}Policy`, { PolicyName }), 'to_string(PolicyDocument)', DENY_ALL)],
  }
}
