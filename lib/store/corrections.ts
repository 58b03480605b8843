import type { CloudTrailEvent } from '../trail/event.ts'
import { type EventKey, eventKeyOf, keyText, originalOf } from './dedupe.ts'
import type { Sorted } from './merge.ts'
import { type Entry, eventOfEntry, rowOfEntry } from './order.ts'
import type { EventRow } from './row.ts'
import type { TableName } from './schema.ts'

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
export async function* rowsOf(
  sorted: Sorted<Entry>,
  table: TableName,
  { originals }: Pick<Corrections, 'originals'>,
): AsyncGenerator<readonly EventRow[]> {
  for await (const entries of sorted) {
    // Corrections are rare: most days need no key of any event.
    const kept =
      originals.size === 0 ? entries : entries.filter((entry) => !originals.has(keyOf(entry, table)))
    yield kept.map((entry) => rowOfEntry(entry, table))
  }
}

const keyOf = (entry: Entry, table: TableName): string => keyText(eventKeyOf(eventOfEntry(entry, table)))
