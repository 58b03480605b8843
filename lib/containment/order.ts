import type { ActionType, ContainmentAction } from '../action.ts'
import type { Merged } from './merge.ts'

/** What comes first: restoring, then identities (the key before its user, the user before its sessions), then objects. */
const PHASES: readonly (readonly ActionType[])[] = [
  ['restart-logging', 'restore-event-selectors', 'cancel-key-deletion', 'revoke-security-group-ingress'],
  ['deactivate-access-key', 'deny-user', 'revoke-user-sessions', 'revoke-role-sessions', 'detach-policy'],
  ['enable-detector', 'block-public-access', 'unshare-snapshot', 'remove-lambda-permission', 'investigate'],
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
