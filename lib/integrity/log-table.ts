import type { ListedObject } from '../ports.ts'
import type { LogKind } from '../trail/object-key.ts'
import { VERDICT_STATUSES, type VerdictStatus } from '../verdict.ts'
import { column } from './chunked.ts'
import { nameTable } from './name-table.ts'
import type { PlaceOf } from './place.ts'
import { versionColumn } from './version-column.ts'

/** A log file of the listing. `kind` is undefined for an object that lies among them under a name CloudTrail does not write. */
export interface ListedLog {
  readonly row: number
  readonly object: ListedObject
  readonly account: string
  readonly region: string
  readonly kind: LogKind | undefined
  /** Time in the name, or `undefined`. */
  readonly time: number | undefined
  /** First moment of the day folder, or `undefined` outside of one. */
  readonly day: number | undefined
}

/**
 * Every log file met in a run, by row: what the listing shows of it, whether a digest speaks for it, its verdict. Made for
 * hundreds of thousands: a row takes about 100 bytes.
 */
export interface LogTable {
  /** Log files of the listing. */
  readonly listed: number
  /** Buckets of the listing, where they are known. */
  readonly buckets: () => ReadonlySet<string>
  add(log: Omit<ListedLog, 'row'>): void
  /** A log file that a digest lists and the listing does not show. */
  addAbsent(object: ListedObject): number
  /** The first row of the listing, or an absent one, at this place. */
  find(bucket: string | undefined, key: string): number | undefined
  isListed(row: number): boolean
  objectAt(row: number): ListedObject
  logAt(row: number): ListedLog
  /** What changes when the object's bytes do, as far as the listing told; empty when it did not. */
  versionAt(row: number): string
  /** Marks a row as spoken for by a digest; false when it was before. */
  claim(row: number): boolean
  /** Listed rows that nothing speaks for, in the order of the listing. */
  unclaimed(): Iterable<ListedLog>
  /** Marks a row as proven to be listed, now or in an earlier run; it is claimed too. */
  settle(row: number): void
  settled(): Iterable<ListedLog>
  judge(row: number, status: VerdictStatus): void
  readonly verdicts: ReadonlyMap<string, VerdictStatus>
}

interface Folder extends Omit<ListedLog, 'row' | 'object' | 'time'> {
  readonly bucket: string | undefined
  /** Up to and with the last slash. */
  readonly path: string
  /** What names of objects have before the key. */
  readonly nameHead: string
  /** What the names in it begin with, as CloudTrail writes them. */
  readonly stem: string
}

/** Times are kept as seconds since 1970, plus this: 0 is none. */
const EPOCH = 1

/** Sizes are for people and budgets; beyond this they are not exact (bytes). */
const LARGEST = 0xffffffff

const LISTED = 1
const CLAIMED = 2
const ARCHIVED = 4
const SETTLED = 8

export const logTable = (placeOf: PlaceOf): LogTable => {
  const names = nameTable()
  const folders: Folder[] = []
  const folderIds = new Map<string, number>()
  const byPlace = new Map<string, number[]>()
  const byPath = new Map<string, number[]>()
  const odd = new Map<number, ListedObject>()
  let listed = 0
  const times = column(Uint32Array)
  const sizes = column(Uint32Array)
  const flags = column(Uint8Array)
  const statuses = column(Uint8Array)
  const classes = column(Uint8Array)
  const classNames = ['']
  const versions = versionColumn()

  const raise = (row: number, flag: number) => flags.set(row, flags.get(row) | flag)
  const folderId = (folder: Folder): number => {
    const id = `${folder.bucket}\n${folder.path}\n${folder.kind}\n${folder.nameHead}`
    const known = folderIds.get(id)
    if (known !== undefined) return known
    folders.push(folder)
    folderIds.set(id, folders.length - 1)
    push(byPlace, placeOf(folder.bucket, folder.path), folders.length - 1)
    push(byPath, folder.path, folders.length - 1)
    return folders.length - 1
  }
  /** S3 has about ten storage classes; whatever is beyond a byte has none. */
  const classId = (name: string): number => {
    const known = classNames.indexOf(name)
    if (known >= 0) return known
    return classNames.length > 255 ? 0 : classNames.push(name) - 1
  }
  const put = (
    object: ListedObject,
    facts: Omit<ListedLog, 'row' | 'object' | 'time'>,
    time = Number.NaN,
  ) => {
    const { path, name } = split(object.key)
    const nameHead = object.name.endsWith(object.key) ? object.name.slice(0, -object.key.length) : ''
    const stem = facts.kind ? `${facts.account}_${facts.kind}_${facts.region}_` : ''
    const id = folderId({ ...facts, bucket: object.bucket, path, nameHead, stem })
    const row = names.add(id, shortened(name, stem))
    times.set(row, Number.isNaN(time) ? 0 : time / 1000 + EPOCH)
    sizes.set(row, Math.min(object.size, LARGEST))
    if (object.storageClass !== undefined) classes.set(row, classId(object.storageClass))
    if (object.archived === true) raise(row, ARCHIVED)
    if (object.version !== undefined) versions.set(row, object.version)
    if (object.name !== nameHead + object.key) odd.set(row, object)
    return row
  }
  const objectAt = (row: number): ListedObject => {
    const kept = odd.get(row)
    if (kept) return kept
    const { bucket, path, nameHead, stem } = folders[names.groupOf(row)]!
    const key = path + whole(names.nameOf(row), stem)
    const storageClass = classNames[classes.get(row)]
    return {
      bucket,
      key,
      size: sizes.get(row),
      name: nameHead === '' ? key : nameHead + key,
      ...(storageClass && { storageClass }),
      ...((flags.get(row) & ARCHIVED) !== 0 && { archived: true }),
    }
  }
  const logAt = (row: number): ListedLog => {
    const { account, region, kind, day } = folders[names.groupOf(row)]!
    const time = times.get(row) === 0 ? undefined : (times.get(row) - EPOCH) * 1000
    return { row, object: objectAt(row), account, region, kind, time, day }
  }
  function* listedWith(mask: number, wanted: number): Generator<ListedLog, undefined> {
    for (let row = 0; row < names.size; row++) {
      if ((flags.get(row) & (LISTED | mask)) === (LISTED | wanted)) yield logAt(row)
    }
  }
  const inFolders = (ids: readonly number[] | undefined, name: string): number | undefined => {
    for (const id of ids ?? []) {
      const row = names.find(id, shortened(name, folders[id]!.stem))
      if (row !== undefined) return row
    }
    return undefined
  }
  const keyAt = (row: number): string => objectAt(row).key

  return {
    get listed() {
      return listed
    },
    buckets: () => new Set(folders.flatMap(({ bucket }) => bucket ?? [])),
    add({ object, time, ...facts }) {
      const row = put(object, facts, time)
      if (!(flags.get(row) & LISTED)) listed++
      raise(row, LISTED)
    },
    addAbsent: (object) => put(object, { account: '', region: '', kind: undefined, day: undefined }),
    find(bucket, key) {
      const { path, name } = split(key)
      return inFolders(byPlace.get(placeOf(bucket, path)), name)
    },
    isListed: (row) => (flags.get(row) & LISTED) !== 0,
    objectAt,
    logAt,
    versionAt: versions.get,
    claim(row) {
      if (flags.get(row) & CLAIMED) return false
      raise(row, CLAIMED)
      return true
    },
    unclaimed: () => listedWith(CLAIMED, 0),
    settle: (row) => {
      raise(row, CLAIMED | SETTLED)
    },
    settled: () => listedWith(SETTLED, SETTLED),
    judge: (row, status) => {
      statuses.set(row, VERDICT_STATUSES.indexOf(status) + 1)
    },
    verdicts: verdictMap({
      size: () => names.size,
      statusAt: (row) => VERDICT_STATUSES[statuses.get(row) - 1],
      keyAt,
      rowOf: (key) => {
        const { path, name } = split(key)
        return inFolders(byPath.get(path), name)
      },
    }),
  }
}

interface Rows {
  readonly size: () => number
  readonly statusAt: (row: number) => VerdictStatus | undefined
  readonly keyAt: (row: number) => string
  readonly rowOf: (key: string) => number | undefined
}

/** The verdicts as a map from key to status, made of the rows as they are asked for. */
const verdictMap = ({ size, statusAt, keyAt, rowOf }: Rows): ReadonlyMap<string, VerdictStatus> => {
  function* entries(): Generator<[string, VerdictStatus], undefined> {
    for (let row = 0; row < size(); row++) {
      const status = statusAt(row)
      if (status) yield [keyAt(row), status]
    }
    return undefined
  }
  function* part<At extends 0 | 1>(at: At): Generator<[string, VerdictStatus][At], undefined> {
    for (const entry of entries()) yield entry[at]
    return undefined
  }
  const get = (key: string): VerdictStatus | undefined => {
    const row = rowOf(key)
    return row === undefined ? undefined : statusAt(row)
  }
  const map: ReadonlyMap<string, VerdictStatus> = {
    get,
    has: (key) => get(key) !== undefined,
    get size() {
      let count = 0
      for (let row = 0; row < size(); row++) if (statusAt(row)) count++
      return count
    },
    entries,
    keys: () => part(0),
    values: () => part(1),
    [Symbol.iterator]: entries,
    forEach: (each) => {
      for (const [key, status] of entries()) each(status, key, map)
    },
  }
  return map
}

const END = '.json.gz'

/** Half of a name says what its folder says: it is kept without. */
const shortened = (name: string, stem: string): string =>
  stem !== '' && name.startsWith(stem) && name.endsWith(END) && name.length >= stem.length + END.length
    ? `*${name.slice(stem.length, -END.length)}`
    : `=${name}`

const whole = (short: string, stem: string): string =>
  short.startsWith('*') ? stem + short.slice(1) + END : short.slice(1)

const split = (key: string): { path: string; name: string } => {
  const at = key.lastIndexOf('/') + 1
  return { path: key.slice(0, at), name: key.slice(at) }
}

const push = (map: Map<string, number[]>, name: string, id: number): void => {
  const known = map.get(name)
  if (known) known.push(id)
  else map.set(name, [id])
}
