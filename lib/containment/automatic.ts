import type { ActionType } from '../action.ts'
import { UsageError } from '../errors.ts'
import { PLANNED_TYPES } from './actions/builders.ts'

/** These reach a whole account: two people approve, whatever the configuration says. */
const NEVER: ReadonlySet<string> = new Set<ActionType>(['quarantine-account', 'disable-outbound-federation'])

/**
 * Types of actions that the owner lets go on their own. Throws `UsageError` that names one there is not, and one that never does, with
 * what was expected.
 */
export const automaticTypes = (types: readonly string[]): readonly ActionType[] => {
  const known: ReadonlySet<string> = new Set(PLANNED_TYPES)
  for (const type of types) {
    if (!known.has(type))
      throw new UsageError(
        `automatic: expected types of actions, found ${type}; there are ${[...known].join(', ')}`,
      )
    if (NEVER.has(type))
      throw new UsageError(`automatic: ${type} reaches a whole account: two people approve it, always`)
  }
  return types as readonly ActionType[]
}
