import type { LocatedEvent } from '../ports.ts'
import type { ByteSink, Scratch } from './bytes.ts'
import { corrections, withoutCorrected } from './corrections.ts'
import { duplicateFilter, type EventKey, keyText } from './dedupe.ts'
import { type WrittenFile, writeParquet } from './parquet-file.ts'
import { type EventPartition, partitionOf, type TableDay } from './partition.ts'
import { TABLES, type TableName, tableOf } from './schema.ts'
import { type Budget, type EventSorter, eventSorter } from './sorter.ts'

export interface CompactTablesOptions {
  /** Every event that may belong to the day, batch by batch, in the order of their keys: of repeats the first stays. */
  readonly events: AsyncIterable<readonly LocatedEvent[]>
  readonly scratch: Scratch
  /** Opens the file of a table, has it filled, and closes it. */
  readonly write: (table: TableName, fill: (sink: ByteSink) => Promise<WrittenFile>) => Promise<WrittenFile>
  /** Tables to write; events of others belong elsewhere. All, when left out. */
  readonly tables?: readonly TableName[]
  /** Write a table without events too. */
  readonly always?: boolean
  /** How much may wait in memory, all tables together. */
  readonly budget?: Budget
  /** Events known to be corrected by events that are not among `events`. */
  readonly corrected?: readonly EventKey[]
  /** An event that belongs elsewhere. It may still correct one of this day. */
  readonly onForeign?: (located: LocatedEvent, day: TableDay) => void
  /** An event whose id is taken by one that says something else: counted as a duplicate, and not stored. */
  readonly onDiffering?: (located: LocatedEvent) => void
}

/** The files, and where every event of the day went: read = kept + duplicate + superseded. */
export interface CompactedTables {
  readonly tables: Readonly<Partial<Record<TableName, WrittenFile>>>
  readonly events: {
    readonly read: number
    readonly kept: number
    readonly duplicate: number
    readonly superseded: number
  }
  /** Events that belong elsewhere. */
  readonly foreign: number
  /** Events that were corrected, whoever holds the correction. */
  readonly corrected: readonly EventKey[]
}

const BUDGET: Budget = { events: 50_000, bytes: 48 * 1024 * 1024 }
const ALL = Object.keys(TABLES) as readonly TableName[]

/**
 * Compacts one account-day of several tables in one pass over its events: one sorted file a table. What `compactDay` promises holds
 * for each.
 */
export const compactTables = async (
  partition: EventPartition,
  options: CompactTablesOptions,
): Promise<CompactedTables> => {
  const { scratch, tables = ALL, budget = BUDGET } = options
  const sorters = new Map(tables.map((table) => [table, eventSorter(table, scratch)]))
  const filter = duplicateFilter()
  const corrected = corrections([], options.corrected)
  const counts = { read: 0, duplicate: 0, foreign: 0 }
  const take = (located: LocatedEvent) => {
    const own = { table: tableOf(located.event), ...partitionOf(located.event) }
    const sorter = own.day === partition.day && own.account === partition.account && sorters.get(own.table)
    if (!sorter) {
      counts.foreign++
      corrected.note(located.event)
      options.onForeign?.(located, own)
      return
    }
    counts.read++
    const sighting = filter.see(located.event)
    if (sighting.differs) options.onDiffering?.(located)
    if (sighting.outcome === 'duplicate') {
      counts.duplicate++
      return
    }
    sorter.add(located)
    corrected.note(located.event)
  }
  for await (const batch of options.events) {
    batch.forEach(take)
    await spillBeyond(budget, [...sorters.values()])
  }
  const files = new Map<TableName, WrittenFile>()
  for (const [table, sorter] of sorters) {
    if (!options.always && !sorter.used) continue
    const rows = withoutCorrected(await sorter.sorted(), table, corrected)
    files.set(table, await options.write(table, (sink) => writeParquet(table, rows, sink)))
  }
  const kept = [...files.values()].reduce((sum, { rows }) => sum + rows, 0)
  const { foreign, ...seen } = counts
  return {
    tables: Object.fromEntries(files),
    events: { ...seen, kept, superseded: seen.read - seen.duplicate - kept },
    foreign,
    corrected: [...corrected.originals.values()].sort((a, b) => (keyText(a) < keyText(b) ? -1 : 1)),
  }
}

/** Moves what waits to the scratch file when it is more than the budget. */
const spillBeyond = async (budget: Budget, sorters: readonly EventSorter[]): Promise<void> => {
  const waiting = sorters.reduce(
    (sum, { waiting: { events, bytes } }) => ({ events: sum.events + events, bytes: sum.bytes + bytes }),
    { events: 0, bytes: 0 },
  )
  if (waiting.events < budget.events && waiting.bytes < budget.bytes) return
  for (const sorter of sorters) await sorter.spill()
}
