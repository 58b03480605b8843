import type { LocatedEvent } from '../ports.ts'
import type { ByteSink, Scratch } from './bytes.ts'
import { type CompactedTables, compactTables } from './compact-tables.ts'
import type { WrittenFile } from './parquet-file.ts'
import type { TableDay } from './partition.ts'
import type { Budget } from './sorter.ts'

export interface CompactOptions {
  /** Every event that may belong to the day, batch by batch, in the order of their keys: of repeats the first stays. */
  readonly events: AsyncIterable<readonly LocatedEvent[]>
  readonly scratch: Scratch
  readonly sink: ByteSink
  /** How much may wait in memory. */
  readonly budget?: Budget
  /** An event that belongs to another day, account or table. It may still correct one of this day. */
  readonly onForeign?: (located: LocatedEvent, day: TableDay) => void
}

/** The file, and where every event of the day went: read = kept + duplicate + superseded. */
export interface CompactedDay extends WrittenFile {
  readonly events: CompactedTables['events']
  /** Events that belong elsewhere. */
  readonly foreign: number
}

/**
 * Compacts one account-day to one Parquet file: its own events and no others, each once, those that were corrected left out, in the
 * order of the store. Memory is bounded however long the day is: the budget, one row group, and 46 bytes an event. The same
 * events give the same bytes.
 */
export const compactDay = async (
  { table, ...partition }: TableDay,
  { sink, ...options }: CompactOptions,
): Promise<CompactedDay> => {
  const done = await compactTables(partition, {
    ...options,
    tables: [table],
    always: true,
    write: (_, fill) => fill(sink),
  })
  return { ...done.tables[table]!, events: done.events, foreign: done.foreign }
}
