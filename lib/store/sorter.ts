import type { LocatedEvent } from '../ports.ts'
import type { Block } from './block.ts'
import type { Scratch } from './bytes.ts'
import { mergeSorted, type Sorted } from './merge.ts'
import { compareEntries, type Entry, entryMaker, sortedEntries } from './order.ts'
import { type Run, readRun, writeRun } from './runs.ts'
import type { TableName } from './schema.ts'
import { shredder } from './shred.ts'

/** How much may wait in memory before it goes to the scratch file. */
export interface Budget {
  readonly events: number
  /** Memory of the events, bytes, roughly. */
  readonly bytes: number
}

/** Runs merged at once; more are merged in several passes, so that memory does not grow with the day. */
const FAN_IN = 64

/** Puts any number of events in the order of the store, with no more memory than it is told to use. */
export interface EventSorter {
  add(located: LocatedEvent): void
  /** What waits in memory. */
  readonly waiting: Budget
  /** Anything was ever added. */
  readonly used: boolean
  /** Moves what waits in memory to the scratch file. */
  spill(): Promise<void>
  /** Everything that was added, in order; with further blocks that are in order, merged in. */
  sorted(further?: AsyncIterable<Block>): Promise<Sorted<Entry>>
}

/** A sorter of a table over a scratch file, which it may share with others. */
export const eventSorter = (table: TableName, scratch: Scratch): EventSorter => {
  const shreds = shredder(table)
  const { leaves } = shreds
  let runs: Run[] = []
  let used = false
  const take = (): Sorted<Entry> => oneBatch(sortedEntries(entryMaker(leaves)(shreds.take())))
  return {
    add: (located) => {
      used = true
      shreds.addEvent(located)
    },
    get waiting() {
      return { events: shreds.rows, bytes: shreds.bytes }
    },
    get used() {
      return used
    },
    spill: async () => {
      if (shreds.rows > 0) runs.push(await writeRun(scratch, leaves, take()))
    },
    sorted: async (further) => {
      while (runs.length > FAN_IN) {
        const entriesOf = entryMaker(leaves)
        const merged = mergeSorted(
          runs.slice(0, FAN_IN).map((run) => readRun(scratch, run, entriesOf)),
          compareEntries,
        )
        runs = [...runs.slice(FAN_IN), await writeRun(scratch, leaves, merged)]
      }
      const entriesOf = entryMaker(leaves)
      const spilled = runs.map((run) => readRun(scratch, run, entriesOf))
      const before = further ? [entriesIn(further, entriesOf)] : []
      return mergeSorted([...before, ...spilled, take()], compareEntries)
    },
  }
}

/** Entries of blocks that are in order. */
export async function* entriesIn(
  blocks: AsyncIterable<Block>,
  entriesOf: (block: Block) => readonly Entry[],
): AsyncGenerator<readonly Entry[]> {
  for await (const block of blocks) yield entriesOf(block)
}

async function* oneBatch<T>(batch: readonly T[]): AsyncGenerator<readonly T[]> {
  yield batch
}
