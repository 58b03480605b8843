import type { Json } from '../action.ts'
import type { Finding } from '../finding.ts'
import type { Draft, Entry } from './entries.ts'
import type { ActionRecord } from './fold.ts'
import { noticeOf } from './notice.ts'
import { type ContainWorld, secondsBetween } from './world.ts'

/** Nobody could see for so long: people are told. */
const BLIND_SECONDS = 900

/** What a look found. */
export interface Seen {
  readonly checkpoint: number
  readonly holds: 'yes' | 'no' | 'unknown'
  readonly found: readonly Json[]
}

/**
 * The entry for a look at an action: what it found; of looks in a row that could not see, the first, and once, when that has lasted, that nobody can
 * see. `undefined` when there is nothing new to write.
 */
export const lookEntry = (record: ActionRecord, data: Seen, now: string): Draft | undefined => {
  const { id, checks, unseen } = record
  if (data.holds !== 'unknown' || checks.at(-1)?.holds !== 'unknown')
    return { kind: 'checked', action: id, data }
  const since = checks[checks.findLastIndex(({ holds }) => holds !== 'unknown') + 1]!.at
  if (unseen !== undefined || secondsBetween(since, now) < BLIND_SECONDS) return undefined
  return { kind: 'unseen', action: id, data: { since, found: data.found } }
}

/** What people must see of that entry. */
export const unseenNotices = (
  { clock }: ContainWorld,
  { planned }: ActionRecord,
  entry: Entry | undefined,
): readonly Finding[] => {
  if (entry?.kind !== 'unseen') return []
  const { since, found } = entry.data
  const detail = `since ${since} nobody can see whether it holds (found ${JSON.stringify(found).slice(0, 200)})`
  return [noticeOf('containment-unseen', planned.prepared.action, clock.now(), detail)]
}
