import type { ActionType, Json } from '../action.ts'
import { sha256 } from '../canonical-json.ts'
import type { Partition } from './ids.ts'

export { canonicalJson, sha256 } from '../canonical-json.ts'

/**
 * Idempotency key of an action: the same action on the same unique target in the same incident is one action, however
 * often it is asked for.
 */
export const actionId = (of: {
  readonly partition: Partition
  readonly accountId: string
  readonly type: ActionType
  /** Unique id of the target, with whatever tells two actions on it apart. */
  readonly key: string
  readonly incident: string
}): string => sha256([of.partition, of.accountId, of.type, of.key, of.incident].join('|'))

/** Is it JSON an API takes? Snapshots are handed in from outside. */
export const isJson = (value: unknown): value is Json => {
  if (value === null || ['string', 'boolean'].includes(typeof value)) return true
  if (typeof value === 'number') return Number.isFinite(value)
  if (Array.isArray(value)) return value.every(isJson)
  return typeof value === 'object' && Object.values(value as object).every(isJson)
}
