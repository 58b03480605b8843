import type { Clock, LocatedEvent, LogStore } from './ports.ts'
import { type Quarantined, readObjects } from './reading.ts'
import type { PrefixLister } from './store/backfill.ts'
import type { Scratch } from './store/bytes.ts'
import { carriedRows } from './store/carried-rows.ts'
import { type CompactedTables, compactTables } from './store/compact-tables.ts'
import {
  type DayFolders,
  dayFolders,
  dayLogs,
  inputsHash,
  objectNames,
  ownObjects,
} from './store/day-objects.ts'
import {
  type CompactionRun,
  type DayRecord,
  dayRecordKey,
  dayRecordOf,
  fileKey,
  generationName,
  objectsKey,
} from './store/day-record.ts'
import { adopt, clearUp, discard, overtakenBy, publish } from './store/generations.ts'
import type { DayCatalog, LakeObjects, TextDocument } from './store/lake.ts'
import { type LateEvents, lateEvents, noteLate } from './store/late-events.ts'
import type { EventPartition } from './store/partition.ts'
import { imbalances } from './store/reconcile.ts'
import type { Budget } from './store/sorter.ts'

/** What compaction reads from and writes to. */
export interface CompactionWorld {
  readonly logs: LogStore
  readonly lister: PrefixLister
  /** Key prefix before `AWSLogs/` in the log bucket, with its last `/`; empty when there is none. */
  readonly logPrefix: string
  readonly lake: LakeObjects
  readonly document: (key: string) => TextDocument
  readonly catalog: DayCatalog
  /** Room for one compaction; closed when it ends. */
  readonly scratch: () => Scratch & { close(): void }
  readonly clock: Clock
  /** What tells this run from others of the same moment: letters, digits and `-`. */
  readonly unique: string
  /** Asks for account-days to be compacted. */
  readonly ask: (days: readonly EventPartition[]) => Promise<void>
  /** Something was not read, or not stored. */
  readonly onQuarantined?: (quarantined: Quarantined) => void
  readonly budget?: Budget
}

/** `unchanged`: the store holds everything already. `run` is what the compaction that stands did. */
export interface DayOutcome {
  readonly outcome: 'compacted' | 'unchanged'
  readonly run?: CompactionRun
  /** Days of which late events were found. */
  readonly reopened: readonly EventPartition[]
  /** Objects of earlier generations that were taken away. */
  readonly removed: number
}

/** Somebody else compacts the same day: after so many times we leave it to them. */
const ROUNDS = 3

/**
 * Brings one account-day of the store up to date: reads every log file of the day and of the day after, and those known to hold late
 * events of it; writes a new generation of its files, each event once; makes it the store by one conditional write; points the
 * catalog at it. What was there before stays for `GRACE`, so that queries under way end well. Nothing is done when nothing has changed.
 * Killed anywhere, or run twice at once, it leaves one state: that of the last record written. Throws what the world throws,
 * so that the message comes back, and when no object of a day that has some could be read.
 */
export const compactAccountDay = async (
  world: CompactionWorld,
  partition: EventPartition,
): Promise<DayOutcome> => {
  for (let round = 1; ; round++) {
    const folders = await dayFolders(world.lister, world.logPrefix, partition)
    const record = await recordOf(world, partition)
    if (await isCurrent(world, folders, record)) {
      const removed = await settle(world, partition)
      return { outcome: 'unchanged', ...(record.run && { run: record.run }), reopened: [], removed }
    }
    const generation = generationName(world.clock.now(), `${world.unique}${round > 1 ? `-${round}` : ''}`)
    const made = await makeGeneration(world, { partition, folders, record, generation })
    const reopened = await noteLate(world, made.late)
    if (await adopt(world, partition, record, made.record)) {
      const removed = await settle(world, partition)
      return { outcome: 'compacted', run: made.run, reopened, removed }
    }
    await discard(world, partition, generation)
    if (round === ROUNDS) throw overtakenBy(partition)
  }
}

const recordOf = async (world: CompactionWorld, partition: EventPartition): Promise<DayRecord> => {
  const key = dayRecordKey(partition)
  return dayRecordOf(await world.document(key).read(), key)
}

/** Everything that was there is in the store, and could be read. */
const isCurrent = async (
  world: CompactionWorld,
  folders: DayFolders,
  record: DayRecord,
): Promise<boolean> => {
  if (record.generation === '' || (record.run?.unreadable ?? 0) > 0) return false
  const hash = inputsHash()
  for await (const object of ownObjects(world.logs, folders, record.extra)) hash.add(object)
  return hash.digest() === record.inputs
}

/** What a record says must hold, whoever was killed before: the catalog shows it, its line is there, and nothing else stays for long. */
const settle = async (world: CompactionWorld, partition: EventPartition): Promise<number> => {
  await publish(world, partition)
  return clearUp(world, partition)
}

interface Making {
  readonly partition: EventPartition
  readonly folders: DayFolders
  readonly record: DayRecord
  readonly generation: string
}

interface Made {
  readonly record: DayRecord
  readonly run: CompactionRun
  readonly late: LateEvents
}

/** Reads the day and writes its files, which no record names yet. */
const makeGeneration = async (world: CompactionWorld, making: Making): Promise<Made> => {
  const { partition, record, generation } = making
  const reading = readingOf(world, making)
  const late = lateEvents(partition)
  const scratch = world.scratch()
  let done: CompactedTables
  try {
    done = await compactTables(partition, {
      events: reading.events(),
      scratch,
      ...(world.budget && { budget: world.budget }),
      corrected: record.corrected,
      write: (table, fill) => world.lake.write(fileKey(table, partition, generation), fill),
      onForeign: ({ key }, day) => late.note(key, day),
      onDiffering: (located) => {
        reading.counts.differing++
        world.onQuarantined?.(differing(located))
      },
    })
  } finally {
    scratch.close()
  }
  await world.lake.write(objectsKey(partition, generation), async (sink) => sink.write(reading.names()))
  const { counts, skipped } = reading
  const run = runOf({ making, counts, skipped, done, time: world.clock.now() })
  const { corrected } = done
  return { late, run, record: { ...record, generation, inputs: reading.inputs(), corrected, run } }
}

/** The events of a day's log files, then those of the generation before whose file can no longer be read; counted on the way. */
const readingOf = (world: CompactionWorld, { partition, folders, record }: Making) => {
  const counts = { listed: 0, ingested: 0, records: 0, rejected: 0, carried: 0, differing: 0, unreadable: 0 }
  const skipped = new Map<string, number>()
  const inputs = inputsHash()
  const names = objectNames()
  const ingested = objectNames()
  const logs = dayLogs(world.logs, folders, record.extra, (object, isOwn) => {
    counts.listed++
    if (isOwn) inputs.add(object)
  })
  const skip = (key: string, reason: string) => {
    skipped.set(reason, (skipped.get(reason) ?? 0) + 1)
    if (WORTH_ANOTHER_TRY.has(reason)) counts.unreadable++
    else names.add(key)
  }
  async function* events(): AsyncGenerator<readonly LocatedEvent[]> {
    const options = { layout: 'bucket', inFlight: IN_FLIGHT } as const
    for await (const { object, file, skipped: reason = 'unknown', quarantined } of readObjects(
      logs,
      options,
    )) {
      for (const one of quarantined) world.onQuarantined?.(one)
      if (!file) {
        skip(object.key, reason)
        continue
      }
      counts.ingested++
      counts.records += file.events.length + file.rejected.length
      counts.rejected += file.rejected.length
      names.add(object.key)
      ingested.add(object.key)
      yield file.events.map((located) => ({ ...located, key: object.key }))
    }
    if (counts.ingested === 0 && counts.unreadable > 0) throw nothingReadable(partition, skipped)
    for await (const rows of carriedRows(world.lake, partition, record.generation, ingested)) {
      counts.carried += rows.length
      yield rows
    }
  }
  return { events, counts, skipped, names: () => names.bytes(), inputs: () => inputs.digest() }
}

/** Objects fetched ahead: small files wait for the network, and the largest fit in memory. */
const IN_FLIGHT = 24

/** Reasons that may pass, or that somebody may mend. */
const WORTH_ANOTHER_TRY: ReadonlySet<string> = new Set([
  'access-denied',
  'key-denied',
  'archived',
  'io-error',
  'vanished',
])

interface Counted {
  readonly making: Making
  readonly counts: Readonly<
    Record<'listed' | 'ingested' | 'records' | 'rejected' | 'carried' | 'differing' | 'unreadable', number>
  >
  readonly skipped: ReadonlyMap<string, number>
  readonly done: CompactedTables
  readonly time: string
}

const runOf = ({ making, counts, skipped, done, time }: Counted): CompactionRun => {
  const { listed, ingested, records, rejected, carried, differing: other, unreadable } = counts
  // counted at the files, not at the outcomes, so that the sum can fail
  const read = records + carried - done.foreign
  const sums = {
    files: { listed, ingested, skipped: Object.fromEntries(skipped) },
    events: { ...done.events, read, rejected },
  }
  const files = Object.entries(done.tables)
  return {
    time,
    ...making.partition,
    generation: making.generation,
    ...sums,
    elsewhere: done.foreign,
    carried,
    differing: other,
    unreadable,
    rows: Object.fromEntries(files.map(([table, { rows }]) => [table, rows])),
    bytes: files.reduce((sum, [, { bytes }]) => sum + bytes, 0),
    imbalances: imbalances(sums),
  }
}

const differing = ({ key, index, event }: LocatedEvent): Quarantined => ({
  object: key,
  index,
  reason: 'same-id-other-content',
  detail: `event ${String(event.eventID)} says something else than an earlier event of that id`,
})

const nothingReadable = ({ account, day }: EventPartition, skipped: ReadonlyMap<string, number>): Error =>
  new Error(
    `${account} ${day}: no log file could be read (${[...skipped].map(([reason, n]) => `${n} ${reason}`).join(', ')}); the day stays as it is`,
  )
