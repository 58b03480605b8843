import type { ActionType, ContainmentAction } from '../action.ts'

/** What the narrow role can do wherever it stands: putting back, one key, and AWS's own deny-all on one user. */
const ANYWHERE: ReadonlySet<ActionType> = new Set<ActionType>([
  'cancel-key-deletion',
  'deactivate-access-key',
  'deny-user',
  'restart-logging',
  'restore-event-rule',
  'restore-own-function',
  'revoke-security-group-ingress',
])

/** These it can do on our own trail alone. */
const OWN_TRAIL: ReadonlySet<ActionType> = new Set<ActionType>([
  'restore-event-selectors',
  'restore-insight-selectors',
  'restore-trail',
])

/**
 * Can the narrow role carry it out? The rest goes to the function that may write documents. `trailArn` is our own trail, empty when there is
 * none. A type that the owner lets go on its own counts with its fallbacks: they may be wider.
 */
export const isNarrow = (
  { type, target, fallbacks = [] }: ContainmentAction,
  { trailArn, automatic }: { readonly trailArn: string; readonly automatic: readonly string[] },
): boolean => {
  if (automatic.includes(type) && fallbacks.some(({ tier }) => tier === 2)) return false
  return ANYWHERE.has(type) || (OWN_TRAIL.has(type) && trailArn !== '' && target.arn === trailArn)
}
