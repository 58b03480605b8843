import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { messageOf, UsageError } from '../errors.ts'
import { TABLES } from '../store/schema.ts'
import { isObject } from '../trail/event.ts'

const FORMAT = 'trailwarden-event-store'
const VERSION = 1
const NAME = 'store.json'

/** One part file, by its path below the store, with `/`. */
export interface StoredFile {
  readonly path: string
  readonly rows: number
  readonly bytes: number
}

/** An event that a later one corrected. Its own row may still be on disk. */
export interface SupersededEvent {
  readonly table: string
  /** Value of the partition column. */
  readonly account: string
  readonly eventID: string
}

/** What `store.json` says of the store around it. */
export interface StoreManifest {
  readonly format: typeof FORMAT
  readonly version: number
  /** False from the first byte until the run that wrote it was closed. */
  readonly complete: boolean
  readonly rows: number
  /** Folders with files in them, sorted: `events/account=111122223333/day=2026-11-01`. */
  readonly partitions: readonly string[]
  readonly files: readonly StoredFile[]
  readonly superseded: readonly SupersededEvent[]
}

/**
 * The manifest of the store in `dir`, or `undefined` where there is none. Throws `UsageError` for a `store.json` that is not ours or
 * of a version this program does not read.
 */
export const readManifest = (dir: string): StoreManifest | undefined => {
  const path = join(dir, NAME)
  if (!existsSync(path)) return undefined
  const found = parse(path)
  if (!isObject(found) || found['format'] !== FORMAT) {
    throw new UsageError(`${path}: expected the manifest of an event store, found another file`)
  }
  if (found['version'] !== VERSION) {
    throw new UsageError(`${path}: expected store version ${VERSION}, found ${String(found['version'])}`)
  }
  return found as unknown as StoreManifest
}

/**
 * Makes `dir` an empty store. An earlier store of ours is taken away first, file by file and only what a store holds. Throws
 * `UsageError` when `dir` is a file, or a folder that holds anything but a store.
 */
export const prepareStore = (dir: string): void => {
  if (existsSync(dir) && !statSync(dir).isDirectory()) {
    throw new UsageError(`${dir}: expected a folder for the events, found a file`)
  }
  if (readManifest(dir)) for (const table of Object.keys(TABLES)) clear(join(dir, table))
  else refuseForeign(dir)
  mkdirSync(dir, { recursive: true })
  save(dir, { complete: false, rows: 0, partitions: [], files: [], superseded: [] })
}

/** Writes the manifest of a finished store and says what it holds. */
export const writeManifest = (
  dir: string,
  files: readonly StoredFile[],
  superseded: readonly SupersededEvent[],
): { partitions: readonly string[]; files: readonly string[]; rows: number } => {
  const sorted = files.toSorted((a, b) => (a.path < b.path ? -1 : 1))
  const partitions = [...new Set(sorted.map(({ path }) => path.slice(0, path.lastIndexOf('/'))))]
  const rows = sorted.reduce((sum, file) => sum + file.rows, 0)
  save(dir, { complete: true, rows, partitions, files: sorted, superseded })
  return { partitions, files: sorted.map(({ path }) => path), rows }
}

const save = (dir: string, content: Omit<StoreManifest, 'format' | 'version'>): void => {
  const manifest: StoreManifest = { format: FORMAT, version: VERSION, ...content }
  const unfinished = join(dir, `${NAME}.unfinished`)
  writeFileSync(unfinished, `${JSON.stringify(manifest, undefined, 1)}\n`)
  renameSync(unfinished, join(dir, NAME))
}

const parse = (path: string): unknown => {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new UsageError(`${path}: expected the manifest of an event store, found ${messageOf(error)}`, {
      cause: error,
    })
  }
}

const refuseForeign = (dir: string): void => {
  if (!existsSync(dir)) return
  const first = readdirSync(dir).find((name) => name !== `${NAME}.unfinished`)
  if (first === undefined) return
  throw new UsageError(`${dir}: expected an empty folder or an earlier event store, found ${first} in it`)
}

const OURS = /^part-\d{5,}\.parquet(\.unfinished)?$/

/** Takes away a table's part files and the folders that are then empty. Links are not followed. */
const clear = (folder: string): void => {
  if (!lstatSync(folder, { throwIfNoEntry: false })?.isDirectory()) return
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) clear(path)
    else if (OURS.test(entry.name)) rmSync(path)
  }
  if (readdirSync(folder).length === 0) rmdirSync(folder)
}
