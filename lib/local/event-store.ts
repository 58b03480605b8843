import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { EventStore, LocatedEvent } from '../ports.ts'
import { eventKeyOf, keyText, originalOf } from '../store/dedupe.ts'
import { parquetFile } from '../store/parquet-schema.ts'
import { partitionOf, partitionPath } from '../store/partition.ts'
import { type Cell, type EventRow, rowOf } from '../store/row.ts'
import { type TableName, tableOf } from '../store/schema.ts'
import { prepareStore, type StoredFile, type SupersededEvent, writeManifest } from './store-manifest.ts'

/** How much may wait in memory, over all partitions together. */
export interface Budget {
  readonly rows: number
  /** Text of the rows, bytes, roughly. */
  readonly bytes: number
}

const BUDGET: Budget = { rows: 10_000, bytes: 32 * 1024 * 1024 }

/** Rows of one partition that are not on disk yet. */
interface Waiting {
  readonly table: TableName
  /** Folder below the store: `events/account=111122223333/day=2026-11-01`. */
  readonly folder: string
  rows: { row: EventRow; key: string }[]
  bytes: number
  /** Grows with every event: the partition with the least was left alone longest. */
  touched: number
  parts: number
}

/**
 * Events as Parquet files: `DIR/TABLE/account=111122223333/day=2026-11-01/part-00000.parquet`, and `DIR/store.json`, which
 * names every file. Expects events without duplicates (see `duplicateFilter`). An earlier store in `dir` is replaced, at once;
 * anything else that is there throws `UsageError`. A part file appears whole or not at all, and until `close` the store
 * says of itself that it is not complete.
 * An event corrected by a later one is left out; one that is on disk by then is named in `store.json` as superseded, for
 * `storedTable` to leave out. `rows` of `close` counts the rows on disk.
 */
export const parquetEventStore = (dir: string, budget: Budget = BUDGET): EventStore => {
  prepareStore(dir)
  const partitions = new Map<string, Waiting>()
  const files: StoredFile[] = []
  const corrected = correctedEvents()
  let rows = 0
  let bytes = 0
  let tick = 0

  const add = (located: LocatedEvent): void => {
    const waiting = waitingFor(partitions, located)
    const row = rowOf(located, waiting.table)
    const size = textSize(row)
    waiting.rows.push({ row, key: corrected.note(located.event) })
    waiting.bytes += size
    waiting.touched = tick++
    rows++
    bytes += size
  }
  const flush = (waiting: Waiting): void => {
    const kept = waiting.rows.filter(({ key }) => !corrected.leaveOut(key)).map(({ row }) => row)
    rows -= waiting.rows.length
    bytes -= waiting.bytes
    waiting.rows = []
    waiting.bytes = 0
    if (kept.length > 0) files.push(writePart(dir, waiting, kept))
  }
  return {
    append: async (events) => {
      for (const located of events) {
        add(located)
        while (rows >= budget.rows || bytes >= budget.bytes) flush(nextToFlush(partitions.values(), budget))
      }
    },
    close: async () => {
      for (const folder of [...partitions.keys()].sort()) {
        const waiting = partitions.get(folder)!
        if (waiting.rows.length > 0) flush(waiting)
      }
      return writeManifest(dir, files, corrected.perhapsOnDisk())
    },
  }
}

const waitingFor = (partitions: Map<string, Waiting>, { event }: LocatedEvent): Waiting => {
  const table = tableOf(event)
  const folder = `${table}/${partitionPath(partitionOf(event))}`
  const known = partitions.get(folder)
  if (known) return known
  const waiting: Waiting = { table, folder, rows: [], bytes: 0, touched: 0, parts: 0 }
  partitions.set(folder, waiting)
  return waiting
}

/**
 * What to write next: the partition that frees most. When many small ones share the budget, the one that waited longest without a
 * new event instead: keys come account by account, so it is likely finished, and its one part file is all it will need.
 */
const nextToFlush = (all: Iterable<Waiting>, budget: Budget): Waiting => {
  const share = ({ rows, bytes }: Waiting) => Math.max(rows.length / budget.rows, bytes / budget.bytes)
  const waiting = [...all].filter(({ rows }) => rows.length > 0)
  const biggest = waiting.reduce((a, b) => (share(b) > share(a) ? b : a))
  return share(biggest) >= 1 / 4 ? biggest : waiting.reduce((a, b) => (b.touched < a.touched ? b : a))
}

const writePart = (dir: string, waiting: Waiting, rows: readonly EventRow[]): StoredFile => {
  const name = `part-${String(waiting.parts++).padStart(5, '0')}.parquet`
  const path = `${waiting.folder}/${name}`
  const content = parquetFile(waiting.table, rows)
  mkdirSync(join(dir, waiting.folder), { recursive: true })
  const target = join(dir, path)
  // Under this name no reader takes it for a part, however the run ends.
  const unfinished = join(dirname(target), `${name}.unfinished`)
  writeFileSync(unfinished, content)
  renameSync(unfinished, target)
  return { path, rows: rows.length, bytes: content.length }
}

/** Follows corrections (UPDATED_DATA): which originals wait in memory and can be left out, which may be on disk. */
const correctedEvents = () => {
  const originals = new Map<string, SupersededEvent>()
  return {
    /** Takes note of what the event corrects; returns the event's own key. */
    note: (event: LocatedEvent['event']): string => {
      const own = eventKeyOf(event)
      const original = originalOf(event)
      if (original) {
        const account = partitionOf(event).account
        originals.set(keyText(original), { table: original.table, account, eventID: original.id })
      }
      return keyText(own)
    },
    leaveOut: (key: string): boolean => originals.delete(key),
    perhapsOnDisk: (): readonly SupersededEvent[] => [...originals.values()],
  }
}

/** Characters of text in a cell, with a little for what holds them. */
const textSize = (cell: Cell): number => {
  if (typeof cell === 'string') return cell.length + 16
  if (typeof cell !== 'object' || cell === null || cell instanceof Date) return 16
  let size = 16
  for (const inner of Object.values(cell)) size += textSize(inner)
  return size
}
