import type { ActionType, ContainmentAction } from '../action.ts'
import type { Merged } from './merge.ts'

/**
 * What comes first: restoring, then identities (from outside before from inside, the key before its user, the smallest cut of a role
 * before the wider ones), then objects.
 */
const PHASES: readonly (readonly ActionType[])[] = [
  [
    'restart-logging',
    'recreate-trail',
    'restore-trail',
    'restore-event-selectors',
    'restore-insight-selectors',
    'restore-event-data-store',
    'restore-event-rule',
    'restore-own-function',
    'cancel-key-deletion',
    'restore-bucket-lifecycle',
    'revoke-security-group-ingress',
  ],
  [
    'quarantine-account',
    'quarantine-principal',
    'quarantine-workforce-user',
    'deactivate-access-key',
    'deny-user',
    'deactivate-credential',
    'revoke-user-sessions',
    'deny-instance-sessions',
    'deny-role-session',
    'revoke-role-sessions',
    'deny-role',
    'freeze-role-trust',
    'disable-roles-anywhere',
    'reject-delegation',
    'disable-outbound-federation',
    'detach-policy',
  ],
  [
    'enable-detector',
    'detach-instance-profile',
    'isolate-instance',
    'freeze-function',
    'require-function-url-auth',
    'remove-lambda-permission',
    'block-public-access',
    'restore-bucket-policy',
    'unshare-snapshot',
    'make-database-private',
    'investigate',
  ],
]

/** What was switched off comes back first, then identities, then objects. The order is total, so plans are stable. */
export const inOrder = (
  merged: readonly Merged[],
  depths: ReadonlyMap<string, number>,
): readonly ContainmentAction[] => {
  const placed = merged.map(({ action, nodes }) => ({ action, place: placeOf(action, nodes, depths) }))
  return placed.sort((a, b) => compare(a.place, b.place)).map(({ action }) => action)
}

type Place = readonly (number | string)[]

/** By what an action does, not by its tier: a protected actor raises the tier, and logging still comes first. */
const placeOf = (
  action: ContainmentAction,
  nodes: readonly string[],
  depths: ReadonlyMap<string, number>,
): Place => {
  const phase = PHASES.findIndex((types) => types.includes(action.type))
  const depth = nodes.reduce((deepest, node) => Math.max(deepest, depths.get(node) ?? 0), 0)
  const rank = PHASES[phase]!.indexOf(action.type)
  return [phase, depth, rank, action.target.accountId, action.target.id, action.id]
}

const compare = (a: Place, b: Place): number => {
  for (let index = 0; index < a.length; index++) {
    const [left, right] = [a[index]!, b[index]!]
    if (left !== right) return left < right ? -1 : 1
  }
  return 0
}
