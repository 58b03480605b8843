import { createHash } from 'node:crypto'
import type { ListedObject, LogStore } from '../ports.ts'
import { type LogKind, parseObjectKey } from '../trail/object-key.ts'
import type { PrefixLister } from './backfill.ts'
import type { DayObject } from './lake.ts'
import type { EventPartition } from './partition.ts'

/** Folders that hold the log files of an account-day, each with its last `/`: of the day itself, and of the day after. */
export interface DayFolders {
  readonly own: readonly string[]
  readonly next: readonly string[]
}

const KINDS: ReadonlySet<string> = new Set<LogKind>([
  'CloudTrail',
  'CloudTrail-Insight',
  'CloudTrail-NetworkActivity',
  'CloudTrail-Aggregated',
])
const ORGANIZATION = /^o-[a-z0-9]{4,32}$/
const REGION = /^[a-z0-9-]+$/
const DAY_MS = 86_400_000

/** The day after, YYYY-MM-DD. */
export const dayAfter = (day: string, days = 1): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10)

/** A real account and a real day: what is stored under `unknown` has no folder. */
export const hasFolders = ({ account, day }: EventPartition): boolean =>
  /^\d{12}$/.test(account) && /^\d{4}-\d{2}-\d{2}$/.test(day) && !Number.isNaN(Date.parse(`${day}T00:00:00Z`))

/** Finds the folders of an account-day by the bucket's folders: every kind of log file, every Region, with and without an organization. */
export const dayFolders = async (
  lister: PrefixLister,
  prefix: string,
  partition: EventPartition,
): Promise<DayFolders> => {
  if (!hasFolders(partition)) return { own: [], next: [] }
  const places: string[] = []
  for (const root of await rootsOf(lister, prefix)) {
    for (const kind of await below(lister, `${root}${partition.account}/`)) {
      if (!KINDS.has(kind)) continue
      for (const region of await below(lister, `${root}${partition.account}/${kind}/`)) {
        if (REGION.test(region)) places.push(`${root}${partition.account}/${kind}/${region}/`)
      }
    }
  }
  const at = (day: string) => places.map((place) => `${place}${day.replaceAll('-', '/')}/`)
  return { own: at(partition.day), next: at(dayAfter(partition.day)) }
}

/** `AWSLogs/`, and the folders of organizations in it. */
const rootsOf = async (lister: PrefixLister, prefix: string): Promise<readonly string[]> => {
  const root = `${prefix}AWSLogs/`
  const organizations = (await below(lister, root)).filter((name) => ORGANIZATION.test(name))
  return [root, ...organizations.map((name) => `${root}${name}/`)]
}

const below = async (lister: PrefixLister, prefix: string): Promise<readonly string[]> => {
  const names: string[] = []
  for await (const page of lister.below(prefix))
    names.push(...page.map((folder) => folder.slice(prefix.length, -1)))
  return names
}

/** The accounts of a bucket, 12 digits. */
export const accountsIn = async (lister: PrefixLister, prefix: string): Promise<readonly string[]> => {
  const accounts = new Set<string>()
  for (const root of await rootsOf(lister, prefix)) {
    for (const name of await below(lister, root)) if (/^\d{12}$/.test(name)) accounts.add(name)
  }
  return [...accounts].sort()
}

/** Objects of the day's own folders and `extra` ones, for telling whether anything has changed. */
export async function* ownObjects(
  logs: LogStore,
  { own }: DayFolders,
  extra: readonly string[],
): AsyncGenerator<ListedObject> {
  for (const folder of own) yield* logs.list(folder)
  const elsewhere = extra.filter((key) => !own.some((folder) => key.startsWith(folder)))
  for (const key of elsewhere.toSorted()) {
    for await (const object of logs.list(key)) {
      if (object.key === key) yield object
      break
    }
  }
}

/** Everything that may hold events of the day, as a store to read from: own folders, the day after, and `extra` ones, each once. */
export const dayLogs = (
  logs: LogStore,
  folders: DayFolders,
  extra: readonly string[],
  onObject: (object: ListedObject, isOwn: boolean) => void,
): LogStore => ({
  ...logs,
  async *list() {
    const known = new Set(extra)
    for await (const object of ownObjects(logs, { own: folders.own, next: [] }, extra)) {
      onObject(object, true)
      yield object
    }
    for (const folder of folders.next) {
      for await (const object of logs.list(folder)) {
        if (known.has(object.key)) continue
        onObject(object, false)
        yield object
      }
    }
  },
})

/** A hash over objects, in the order given. */
export const inputsHash = () => {
  const hash = createHash('sha256')
  return {
    add: ({ key, size, version = '' }: DayObject) =>
      void hash.update(`${JSON.stringify([key, size, version])}\n`),
    digest: () => hash.digest('hex'),
  }
}

const KEY_BYTES = 8

/** Names of objects, 8 bytes each. */
export interface ObjectNames {
  add(key: string): void
  has(key: string): boolean
  bytes(): Uint8Array
}

/** An empty list of names. Ask only when all are there: the first question sorts them. */
export const objectNames = (): ObjectNames => {
  let names = Buffer.alloc(KEY_BYTES * 1024)
  let end = 0
  let sorted: Float64Array | undefined
  return {
    add: (key) => {
      if (end === names.length) names = Buffer.concat([names, Buffer.alloc(names.length)])
      end += nameOf(key).copy(names, end)
      sorted = undefined
    },
    has: (key) => {
      sorted ??= Float64Array.from({ length: end / KEY_BYTES }, (_, at) =>
        numberAt(names, at * KEY_BYTES),
      ).sort()
      return isIn(sorted, numberAt(nameOf(key), 0))
    },
    bytes: () => names.subarray(0, end),
  }
}

/** Those of `keys` that are not among `names`. */
export const notAmong = (names: Uint8Array, keys: readonly string[]): readonly string[] => {
  const wanted = new Map(keys.map((key) => [nameOf(key).toString('hex'), key]))
  const buffer = Buffer.from(names.buffer, names.byteOffset, names.byteLength)
  for (let at = 0; at + KEY_BYTES <= buffer.length && wanted.size > 0; at += KEY_BYTES) {
    wanted.delete(buffer.toString('hex', at, at + KEY_BYTES))
  }
  return [...wanted.values()]
}

const nameOf = (key: string): Buffer => createHash('sha256').update(key).digest().subarray(0, KEY_BYTES)

/** The first 53 bits: a number sorts and compares ten times faster than eight bytes. */
const numberAt = (names: Buffer, at: number): number =>
  names.readUInt32BE(at) * 2 ** 21 + (names.readUInt32BE(at + 4) >>> 11)

const isIn = (sorted: Float64Array, number: number): boolean => {
  let low = 0
  for (let high = sorted.length; low < high; ) {
    const middle = (low + high) >>> 1
    if (sorted[middle]! < number) low = middle + 1
    else high = middle
  }
  return sorted[low] === number
}

/** The folder's account and day of a log file (YYYY-MM-DD), `undefined` for another key. */
export const folderOf = (key: string): EventPartition | undefined => {
  const parsed = parseObjectKey(key)
  return parsed.type === 'log' ? { account: parsed.account, day: parsed.day.replaceAll('/', '-') } : undefined
}
