import { UsageError } from '../errors.ts'
import type { EventKey } from './dedupe.ts'
import type { EventPartition } from './partition.ts'
import type { Reconciliation } from './reconcile.ts'
import { TABLES, type TableName } from './schema.ts'

/** A generation that readers may still be reading. */
export interface Retired {
  readonly generation: string
  /** UTC ISO. */
  readonly since: string
}

/** What one compaction did, as a line that people can query. */
export interface CompactionRun extends Reconciliation {
  /** UTC ISO. */
  readonly time: string
  readonly account: string
  readonly day: string
  readonly generation: string
  /** Events of other days or accounts that lie in the same files; their own day stores them. */
  readonly elsewhere: number
  /** Rows of the generation before whose log file can no longer be read. */
  readonly carried: number
  /** Events under a taken id that say something else: not stored. */
  readonly differing: number
  /** Objects worth another try: no permission, no key, archived, or an error on the way. */
  readonly unreadable: number
  readonly rows: Readonly<Partial<Record<TableName, number>>>
  readonly bytes: number
  /** What does not add up, as sentences; none when everything does. */
  readonly imbalances: readonly string[]
}

/** What is remembered of an account-day: which generation of its files is the store, and what that was made from. */
export interface DayRecord {
  readonly version: 1
  /** Empty before the first compaction. */
  readonly generation: string
  /** Hash over key, size and version of every object of the day's own folders, and of `extra`. */
  readonly inputs: string
  /** Keys in folders of other days that hold events of this day. */
  readonly extra: readonly string[]
  /** Events that were corrected by events of other days. */
  readonly corrected: readonly EventKey[]
  readonly retired: readonly Retired[]
  readonly run?: CompactionRun
}

const NEW: DayRecord = { version: 1, generation: '', inputs: '', extra: [], corrected: [], retired: [] }

/** Reads a record; of a day that was never compacted there is none. Throws for one that is damaged: it must not pass for none. */
export const dayRecordOf = (text: string | undefined, name: string): DayRecord => {
  if (text === undefined) return NEW
  try {
    const record = JSON.parse(text) as DayRecord
    if (record.version === 1 && Array.isArray(record.extra) && Array.isArray(record.retired)) return record
  } catch {
    // told below
  }
  throw new UsageError(
    `${name}: expected the record of a compacted day, version 1; found ${text.slice(0, 60)}`,
  )
}

/** The text of a record. */
export const dayRecordText = (record: DayRecord): string => JSON.stringify(record)

/** Where the record of an account-day lies. */
export const dayRecordKey = ({ account, day }: EventPartition): string =>
  `compaction/days/${account}/${day}.json`

/** Where the line of a run lies. */
export const runKey = ({ account, day, generation }: CompactionRun): string =>
  `compaction/runs/${account}/${day}/${generation}.json`

/** The names of account-days whose retired generations wait for their end, as a JSON object. */
export const REVISIT_KEY = 'compaction/revisit.json'

/** Folder of all generations of a table's account-day. */
export const dayPrefix = (table: TableName, { account, day }: EventPartition): string =>
  `${table}/account=${account}/day=${day}/`

/** Folder of one generation. */
export const generationPrefix = (table: TableName, partition: EventPartition, generation: string): string =>
  `${dayPrefix(table, partition)}${generation}/`

/** The one file of a generation. */
export const fileKey = (table: TableName, partition: EventPartition, generation: string): string =>
  `${generationPrefix(table, partition, generation)}part-00000.parquet`

/** The list of the objects a generation was made from; engines pass by names that begin with `_`. */
export const objectsKey = (partition: EventPartition, generation: string): string =>
  `${generationPrefix('events', partition, generation)}_objects.bin`

/** A generation's name: its moment, so that its age shows, and what tells it from others of that moment. */
export const generationName = (now: string, unique: string): string =>
  `${now.slice(0, 19).replaceAll(/[-:]/g, '')}Z-${unique}`

/** When a generation began, UTC ISO, from its name; `undefined` for a folder that is none. */
export const generationTime = (generation: string): string | undefined => {
  const [, y, mo, d, h, mi, s] = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z-/.exec(generation) ?? []
  return y && `${y}-${mo}-${d}T${h}:${mi}:${s}.000Z`
}

export const TABLE_NAMES = Object.keys(TABLES) as readonly TableName[]
