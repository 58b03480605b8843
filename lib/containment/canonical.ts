import { createHash } from 'node:crypto'
import type { ActionType, Json } from '../action.ts'
import type { Partition } from './ids.ts'

/** JSON with sorted names and no spaces: the same value has the same bytes, whoever made it. */
export const canonicalJson = (value: unknown): string =>
  JSON.stringify(value, (_name, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )

/** Lower-case hex. */
export const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex')

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
