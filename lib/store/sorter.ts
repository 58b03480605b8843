import type { LocatedEvent } from '../ports.ts'
import type { Block } from './block.ts'
import type { Piece, Scratch } from './bytes.ts'
import { mergeSorted, type Sorted } from './merge.ts'
import { compareEntries, type EntriesOf, type Entry, entryMaker, sortedEntries } from './order.ts'
import { type Run, readBlock, readRun, writeBlock, writeRun } from './runs.ts'
import type { TableName } from './schema.ts'
import { shredder } from './shred.ts'

/** How much may wait in memory before it goes to the scratch file. */
export interface Budget {
  readonly events: number
  /** Memory of the events, bytes, roughly. */
  readonly bytes: number
}

/** Memory of the blocks that are sorted at once, bytes, roughly: a day of some 80,000 events. */
const SORTED_AT_ONCE = 64 * 1024 * 1024

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

/** A sorter of a table over a scratch file, which it may share with others. `atOnce`: bytes of events that it may sort in one go. */
export const eventSorter = (
  table: TableName,
  scratch: Scratch,
  atOnce: number = SORTED_AT_ONCE,
): EventSorter => {
  const shreds = shredder(table)
  const { leaves } = shreds
  const spilled: Spilled[] = []
  let used = false
  /** Blocks from the scratch file, as many as may be sorted at once, but one at least. */
  const next = (): readonly Spilled[] => {
    let [count, bytes] = [0, 0]
    for (; count < spilled.length; count++) {
      bytes += spilled[count]!.bytes
      if (count > 0 && bytes > atOnce) break
    }
    return spilled.splice(0, count)
  }
  const inOrder = async function* (
    some: readonly Spilled[],
    further: readonly Block[],
    entriesOf: EntriesOf,
  ) {
    const blocks = [...further]
    for (const { piece } of some) blocks.push(await readBlock(scratch, piece))
    yield sortedEntries(blocks.flatMap(entriesOf))
  }
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
      const { rows, bytes } = shreds
      if (rows > 0) spilled.push({ bytes, piece: await writeBlock(scratch, shreds.take()) })
    },
    sorted: async (further) => {
      const entriesOf = entryMaker(leaves)
      const runs: Run[] = []
      let last = next()
      while (spilled.length > 0) {
        runs.push(await writeRun(scratch, leaves, inOrder(last, [], entryMaker(leaves))))
        last = next()
      }
      while (runs.length > FAN_IN) {
        const ofRuns = entryMaker(leaves)
        const some = runs.splice(0, FAN_IN).map((run) => readRun(scratch, run, ofRuns))
        runs.push(await writeRun(scratch, leaves, mergeSorted(some, compareEntries)))
      }
      const before = further ? [entriesIn(further, entriesOf)] : []
      const written = runs.map((run) => readRun(scratch, run, entriesOf))
      return mergeSorted([...before, ...written, inOrder(last, [shreds.take()], entriesOf)], compareEntries)
    },
  }
}

/** A block in the scratch file, and the memory it takes outside of it, bytes, roughly. */
interface Spilled {
  readonly piece: Piece
  readonly bytes: number
}

/** Entries of blocks that are in order. */
export async function* entriesIn(
  blocks: AsyncIterable<Block>,
  entriesOf: EntriesOf,
): AsyncGenerator<readonly Entry[]> {
  for await (const block of blocks) yield entriesOf(block)
}
