import type { LocatedEvent } from '../ports.ts'
import type { ByteSink, Scratch } from './bytes.ts'
import { corrections, rowsOf } from './corrections.ts'
import { duplicateFilter } from './dedupe.ts'
import { type WrittenFile, writeParquet } from './parquet-file.ts'
import { type EventPartition, partitionOf } from './partition.ts'
import { type TableName, tableOf } from './schema.ts'
import { type Budget, eventSorter } from './sorter.ts'

/** One account-day of one table. */
export interface TableDay extends EventPartition {
  readonly table: TableName
}

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
  readonly events: {
    readonly read: number
    readonly kept: number
    readonly duplicate: number
    readonly superseded: number
  }
  /** Events that belong elsewhere. */
  readonly foreign: number
}

const BUDGET: Budget = { events: 100_000, bytes: 64 * 1024 * 1024 }

/**
 * Compacts one account-day to one Parquet file: its own events and no others, each once, those that were corrected left out, in the
 * order of the store. Memory is bounded however long the day is: the budget, one row group, and 46 bytes an event. The same
 * events give the same bytes.
 */
export const compactDay = async (day: TableDay, options: CompactOptions): Promise<CompactedDay> => {
  const { scratch, sink, budget = BUDGET } = options
  const sorter = eventSorter(scratch)
  const filter = duplicateFilter()
  const corrected = corrections()
  const counts = { read: 0, duplicate: 0, foreign: 0 }
  const take = (located: LocatedEvent) => {
    const own = tableDayOf(located)
    if (!sameDay(own, day)) {
      counts.foreign++
      corrected.note(located.event)
      options.onForeign?.(located, own)
      return
    }
    counts.read++
    if (filter.see(located.event).outcome === 'duplicate') {
      counts.duplicate++
      return
    }
    sorter.add(located)
    corrected.note(located.event)
  }
  for await (const batch of options.events) {
    batch.forEach(take)
    if (sorter.waiting.events >= budget.events || sorter.waiting.bytes >= budget.bytes) await sorter.spill()
  }
  const file = await writeParquet(day.table, rowsOf(await sorter.sorted(), day.table, corrected), sink)
  const { foreign, ...seen } = counts
  const superseded = seen.read - seen.duplicate - file.rows
  return { ...file, events: { ...seen, kept: file.rows, superseded }, foreign }
}

const tableDayOf = ({ event }: LocatedEvent): TableDay => ({ table: tableOf(event), ...partitionOf(event) })

const sameDay = (a: TableDay, b: TableDay): boolean =>
  a.day === b.day && a.account === b.account && a.table === b.table
