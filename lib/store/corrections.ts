import type { CloudTrailEvent } from '../trail/event.ts'
import type { Block } from './block.ts'
import { rowAt } from './block-row.ts'
import { type EventKey, eventKeyOf, keyText, originalOf } from './dedupe.ts'
import type { Sorted } from './merge.ts'
import type { Entry } from './order.ts'
import { eventOf } from './row.ts'
import { TABLES, type TableName } from './schema.ts'
import { leavesOf } from './shred.ts'

/** Which events were corrected by others that are kept: their own rows are left out. */
export interface Corrections {
  /** Takes note of what an event corrects. */
  note(event: CloudTrailEvent): void
  /** The corrected events, by `keyText`. */
  readonly originals: ReadonlyMap<string, EventKey>
}

/** Follows corrections (`addendum.reason` UPDATED_DATA), but for those that are known already; `before` have been made. */
export const corrections = (known: readonly string[] = [], before: readonly EventKey[] = []): Corrections => {
  const settled = new Set(known)
  const originals = new Map(before.map((key) => [keyText(key), key]))
  return {
    note: (event) => {
      const original = originalOf(event)
      if (!original) return
      const key = keyText(original)
      if (!settled.has(key)) originals.set(key, original)
    },
    originals,
  }
}

/** The rows of a table, in order, without those that were corrected. */
export async function* withoutCorrected(
  sorted: Sorted<Entry>,
  table: TableName,
  { originals }: Pick<Corrections, 'originals'>,
): AsyncGenerator<readonly Entry[]> {
  // Corrections are rare: most days need no key of any event, and others those of few.
  const ids = new Set([...originals.values()].map(({ id }) => id.toWellFormed()))
  const isCorrected = ({ block, row }: Entry): boolean => {
    const id = textAt(block, EVENT_ID[table], row)
    if (id !== undefined && !ids.has(id)) return false
    return originals.has(keyText(eventKeyOf(eventOf(rowAt(block, row, table), table))))
  }
  for await (const entries of sorted)
    yield originals.size === 0 ? entries : entries.filter((entry) => !isCorrected(entry))
}

const EVENT_ID = Object.fromEntries(
  Object.keys(TABLES).map((table) => [
    table,
    leavesOf(table as TableName).findIndex(({ path }) => path[0] === 'eventid'),
  ]),
) as Readonly<Record<TableName, number>>

const textAt = ({ leaves }: Block, at: number, row: number): string | undefined => {
  const { levels, level, values } = leaves[at]!
  return (levels.length === 0 ? level : levels[row]!) > 0 ? (values[row] as string) : undefined
}
