import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { EventStore, LocatedEvent } from '../ports.ts'
import { type Corrections, corrections } from '../store/corrections.ts'
import { type DuplicateFilter, duplicateFilter } from '../store/dedupe.ts'
import { partitionOf, partitionPath } from '../store/partition.ts'
import type { Reconciliation } from '../store/reconcile.ts'
import { type TableName, tableOf } from '../store/schema.ts'
import { type Budget, type EventSorter, eventSorter } from '../store/sorter.ts'
import { mergePartition, touchedByCorrections } from './merge-partition.ts'
import { joinObjectFiles, type ObjectList, objectList } from './object-list.ts'
import { scratchFile, writeWhole } from './store-files.ts'
import {
  type IngestState,
  openForWriting,
  removeFiles,
  type StoredFile,
  type StoreManifest,
  saveManifest,
  unlock,
} from './store-manifest.ts'

export interface StoreOptions {
  /** How much may wait in memory, over all partitions together. */
  readonly budget?: Budget
  /** Called between any two changes on disk, for tests that end the run there. */
  readonly onStep?: (step: string) => void
}

/** A store that is added to: with what earlier runs saw, so that every event stays once. */
export interface GrowingStore extends EventStore {
  /** Tells apart events of this run and of all earlier ones. */
  readonly filter: DuplicateFilter
  /** The objects that earlier runs read. */
  readonly objects: ObjectList
  /** As `close`, and keeps the figures of the run for `totals`. */
  finish(run: Reconciliation): Promise<Closed & { readonly totals: IngestState['totals'] }>
}

type Closed = Awaited<ReturnType<EventStore['close']>>

const BUDGET: Budget = { events: 20_000, bytes: 32 * 1024 * 1024 }

/** Files of keys or objects before they are made one. */
const MOST_SEGMENTS = 16

/**
 * Events as Parquet files: `DIR/TABLE/account=111122223333/day=2026-11-01/part-00000.parquet`, one a partition, sorted; and
 * `DIR/store.json`, which names every file. An earlier store in `dir` is replaced; anything else that is there throws `UsageError`.
 * Expects events without duplicates (see `duplicateFilter`); an event corrected by a later one is left out.
 * The new store is there from one moment to the next, when `close` puts its manifest in place: a run that ends before, however
 * it ends, leaves the earlier store as it was, and the next run clears up.
 */
export const parquetEventStore = (dir: string, options: StoreOptions = {}): EventStore => {
  const opened = openForWriting(dir, { replaces: true }).then((there) =>
    writer(dir, { there, base: [], superseded: [], options }),
  )
  // Reported by whoever uses the store; a run may end before anybody does.
  opened.catch(() => undefined)
  return {
    append: async (events) => (await opened).append(events),
    close: async () => (await opened).commit(undefined),
  }
}

/**
 * The store in `dir`, made where there is none, to be added to from `source`: what was read before is not read again, and what
 * was kept before is not kept twice. `full` begins anew, and replaces the earlier store at the end.
 */
export const growingEventStore = async (
  dir: string,
  source: string,
  { full = false, ...options }: StoreOptions & { readonly full?: boolean } = {},
): Promise<GrowingStore> => {
  const there = await openForWriting(dir, { replaces: full })
  options.onStep?.('opened')
  const before = full ? undefined : there.ingest
  const read = (names: readonly string[] = []) => names.map((name) => readFileSync(join(dir, name)))
  const superseded = before?.superseded ?? []
  const filter = duplicateFilter({ keys: () => read(before?.keys), superseded })
  const objects = objectList(source, read(before?.objects))
  const store = writer(dir, { there, base: before ? there.files : [], superseded, options })
  const finish = async (run: Reconciliation) => {
    const segments = await writeSegments(dir, store.generation, { before, filter, objects, read })
    options.onStep?.('noted')
    const ingest: IngestState = {
      runs: (before?.runs ?? 0) + 1,
      totals: totalsOf(before?.totals, run),
      superseded: [...superseded, ...store.corrected.originals.keys()],
      ...segments,
    }
    return { ...(await store.commit(ingest)), totals: ingest.totals }
  }
  return { append: store.append, close: () => finish(NOTHING), finish, filter, objects }
}

const NOTHING: Reconciliation = {
  files: { listed: 0, ingested: 0, skipped: {} },
  events: { read: 0, kept: 0, duplicate: 0, superseded: 0, rejected: 0 },
}

interface Opened {
  readonly there: StoreManifest
  /** Files of the earlier store that are part of the new one. */
  readonly base: readonly StoredFile[]
  /** Events that were corrected before, as `keyText`. */
  readonly superseded: readonly string[]
  readonly options: StoreOptions
}

/** Sorts what is appended by partition, and at the end merges it with what is there. */
const writer = (dir: string, { there, base, superseded, options }: Opened) => {
  const generation = there.generation + 1
  const budget = options.budget ?? BUDGET
  const scratch = scratchFile(join(dir, 'scratch'))
  const partitions = new Map<string, Waiting>()
  const corrected = corrections(superseded)
  let tick = 0
  const append = async (events: readonly LocatedEvent[]): Promise<void> => {
    for (const located of events) {
      const waiting = waitingFor(partitions, located.event, (table) => eventSorter(table, scratch))
      waiting.sorter.add(located)
      waiting.touched = tick++
      corrected.note(located.event)
    }
    for (;;) {
      const next = nextToSpill(partitions.values(), budget)
      if (!next) return
      await next.sorter.spill()
      options.onStep?.('spilled')
    }
  }
  const commit = async (ingest: IngestState | undefined): Promise<Closed> => {
    const files = await mergeAll({ dir, generation, base, partitions, corrected, options })
    scratch.close()
    options.onStep?.('merged')
    const done = closedOf(files)
    const { files: _names, ...content } = done
    await saveManifest(dir, { complete: true, generation, ...content, files, ...(ingest && { ingest }) })
    options.onStep?.('committed')
    removeFiles(dir, outdated(there, files, ingest))
    options.onStep?.('cleared')
    unlock(dir)
    return done
  }
  return { append, commit, corrected, generation }
}

/** Events of one partition that are not in its file yet. */
interface Waiting {
  readonly table: TableName
  readonly sorter: EventSorter
  /** Grows with every event: the partition with the least was left alone longest. */
  touched: number
}

const waitingFor = (
  partitions: Map<string, Waiting>,
  event: LocatedEvent['event'],
  makeSorter: (table: TableName) => EventSorter,
): Waiting => {
  const table = tableOf(event)
  const folder = `${table}/${partitionPath(partitionOf(event))}`
  const known = partitions.get(folder)
  if (known) return known
  const waiting: Waiting = { table, sorter: makeSorter(table), touched: 0 }
  partitions.set(folder, waiting)
  return waiting
}

/**
 * What to set down next, when too much waits: the partition that frees most. When many small ones share the budget, the one that
 * waited longest without a new event instead: keys come account by account, so it is likely finished.
 */
const nextToSpill = (all: Iterable<Waiting>, budget: Budget): Waiting | undefined => {
  const share = ({ events, bytes }: Budget) => Math.max(events / budget.events, bytes / budget.bytes)
  const sum = { events: 0, bytes: 0 }
  let biggest: Waiting | undefined
  let oldest: Waiting | undefined
  let most = 0
  for (const one of all) {
    const { waiting } = one.sorter
    if (waiting.events === 0) continue
    sum.events += waiting.events
    sum.bytes += waiting.bytes
    if (share(waiting) > most) {
      most = share(waiting)
      biggest = one
    }
    if (!oldest || one.touched < oldest.touched) oldest = one
  }
  if (share(sum) < 1) return undefined
  return most >= 1 / 4 ? biggest : oldest
}

interface Merge {
  readonly dir: string
  readonly generation: number
  readonly base: readonly StoredFile[]
  readonly partitions: ReadonlyMap<string, Waiting>
  readonly corrected: Corrections
  readonly options: StoreOptions
}

/** Merges every partition that something is new in, and answers the files of the new store. */
const mergeAll = async ({
  dir,
  generation,
  base,
  partitions,
  corrected,
  options,
}: Merge): Promise<StoredFile[]> => {
  const files = new Map(base.map((file) => [folderOf(file.path), file]))
  const touched = await touchedByCorrections(dir, base, corrected)
  const folders = new Set([...partitions.keys(), ...touched])
  for (const folder of [...folders].sort()) {
    const stored = files.get(folder)
    const path = `${folder}/part-${numbered(generation)}.parquet`
    const waiting = partitions.get(folder)
    const written = await mergePartition(dir, { folder, path, stored, sorter: waiting?.sorter, corrected })
    if (written) files.set(folder, { path, ...written })
    else files.delete(folder)
    options.onStep?.(path)
  }
  return [...files.values()].sort((a, b) => (a.path < b.path ? -1 : 1))
}

interface Segments {
  readonly before: IngestState | undefined
  readonly filter: DuplicateFilter
  readonly objects: ObjectList
  readonly read: (names: readonly string[]) => readonly Uint8Array[]
}

/** Writes what this run adds to the keys and to the objects; many small files become one. */
const writeSegments = async (
  dir: string,
  generation: number,
  { before, filter, objects, read }: Segments,
): Promise<Pick<IngestState, 'keys' | 'objects'>> => {
  const segment = async (
    name: string,
    earlier: readonly string[],
    fresh: Uint8Array | undefined,
    join_: (files: readonly Uint8Array[]) => Uint8Array,
  ): Promise<readonly string[]> => {
    if (!fresh) return earlier
    const joined = earlier.length >= MOST_SEGMENTS ? join_([...read(earlier), fresh]) : undefined
    await writeWhole(join(dir, name), (sink) => sink.write(joined ?? fresh))
    return joined ? [name] : [...earlier, name]
  }
  const keys = filter.newKeys()
  return {
    keys: await segment(
      `keys-${numbered(generation)}.bin`,
      before?.keys ?? [],
      keys.length > 0 ? keys : undefined,
      (files) => Buffer.concat(files),
    ),
    objects: await segment(
      `objects-${numbered(generation)}.jsonl.zst`,
      before?.objects ?? [],
      objects.file(),
      joinObjectFiles,
    ),
  }
}

const totalsOf = (
  before: IngestState['totals'] | undefined,
  { files, events }: Reconciliation,
): IngestState['totals'] => ({
  files: (before?.files ?? 0) + files.ingested,
  read: (before?.read ?? 0) + events.read,
  kept: (before?.kept ?? 0) + events.kept,
  duplicate: (before?.duplicate ?? 0) + events.duplicate,
  superseded: (before?.superseded ?? 0) + events.superseded,
  rejected: (before?.rejected ?? 0) + events.rejected,
})

const outdated = (
  there: StoreManifest,
  files: readonly StoredFile[],
  ingest: IngestState | undefined,
): readonly string[] => {
  const named = new Set([
    ...files.map(({ path }) => path),
    ...(ingest?.keys ?? []),
    ...(ingest?.objects ?? []),
  ])
  const before = [
    ...there.files.map(({ path }) => path),
    ...(there.ingest?.keys ?? []),
    ...(there.ingest?.objects ?? []),
  ]
  return before.filter((path) => !named.has(path))
}

const closedOf = (files: readonly StoredFile[]): Closed => ({
  partitions: files.map(({ path }) => folderOf(path)),
  files: files.map(({ path }) => path),
  rows: files.reduce((sum, { rows }) => sum + rows, 0),
})

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/'))

const numbered = (generation: number): string => String(generation).padStart(5, '0')
