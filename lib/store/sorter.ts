import type { LocatedEvent } from '../ports.ts'
import type { Scratch } from './bytes.ts'
import { mergeSorted, type Sorted } from './merge.ts'
import { compareEntries, type Entry, entryOf } from './order.ts'
import { type Run, readRun, writeRun } from './runs.ts'

/** How much may wait in memory before it goes to the scratch file. */
export interface Budget {
  readonly events: number
  /** Text of the events, bytes, roughly. */
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
  /** Everything that was added, in order; with further sequences that are in order, merged in. */
  sorted(further?: readonly Sorted<Entry>[]): Promise<Sorted<Entry>>
}

/** A sorter over a scratch file, which it may share with others. */
export const eventSorter = (scratch: Scratch): EventSorter => {
  let entries: Entry[] = []
  let bytes = 0
  let runs: Run[] = []
  let used = false
  const take = (): Sorted<Entry> => {
    const sorted = entries.sort(compareEntries)
    entries = []
    bytes = 0
    return oneBatch(sorted)
  }
  return {
    add: (located) => {
      used = true
      const entry = entryOf(located)
      entries.push(entry)
      bytes += (entry.source as string).length + ENTRY_BYTES
    },
    get waiting() {
      return { events: entries.length, bytes }
    },
    get used() {
      return used
    },
    spill: async () => {
      if (entries.length > 0) runs.push(await writeRun(scratch, take()))
    },
    sorted: async (further = []) => {
      while (runs.length > FAN_IN) {
        const merged = mergeSorted(
          runs.slice(0, FAN_IN).map((run) => readRun(scratch, run)),
          compareEntries,
        )
        runs = [...runs.slice(FAN_IN), await writeRun(scratch, merged)]
      }
      const spilled = runs.map((run) => readRun(scratch, run))
      return mergeSorted([...further, ...spilled, take()], compareEntries)
    },
  }
}

async function* oneBatch<T>(batch: readonly T[]): AsyncGenerator<readonly T[]> {
  yield batch
}

/** Memory of an entry beside its text, roughly. */
const ENTRY_BYTES = 120
