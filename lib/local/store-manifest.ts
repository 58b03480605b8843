import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { messageOf, UsageError } from '../errors.ts'
import type { Reconciliation } from '../store/reconcile.ts'
import { TABLES } from '../store/schema.ts'
import { isObject } from '../trail/event.ts'
import { UNFINISHED, writeWhole } from './store-files.ts'

const FORMAT = 'trailwarden-event-store'
const VERSION = 2
const NAME = 'store.json'
const LOCK = 'store.lock'

/** One part file, by its path below the store, with `/`. */
export interface StoredFile {
  readonly path: string
  readonly rows: number
  readonly bytes: number
}

/** What a later run needs to go on where an earlier one ended. */
export interface IngestState {
  readonly runs: number
  /** All runs together. */
  readonly totals: Reconciliation['events'] & { readonly files: number }
  /** Files with the keys of the events seen: 16 bytes each. */
  readonly keys: readonly string[]
  /** Files that name the objects read. */
  readonly objects: readonly string[]
  /** Events that were corrected, stored or not: `keyText` of each. */
  readonly superseded: readonly string[]
}

/** What `store.json` says of the store around it. A file that it does not name is no part of the store. */
export interface StoreManifest {
  readonly format: typeof FORMAT
  readonly version: number
  /** False until the first run that wrote it was closed. */
  readonly complete: boolean
  /** Grows with every run; new files are named by it. */
  readonly generation: number
  readonly rows: number
  /** Folders with files in them, sorted: `events/account=111122223333/day=2026-11-01`. */
  readonly partitions: readonly string[]
  readonly files: readonly StoredFile[]
  /** Left out for a store that cannot be added to, only replaced. */
  readonly ingest?: IngestState
}

/**
 * The manifest of the store in `dir`, or `undefined` where there is none. Throws `UsageError` for a `store.json` that is not ours or
 * of a version this program does not read; whoever replaces the whole store takes an `older` one too.
 */
export const readManifest = (dir: string, { older = false } = {}): StoreManifest | undefined => {
  const path = join(dir, NAME)
  if (!existsSync(path)) return undefined
  const found = parse(path)
  if (!isObject(found) || found['format'] !== FORMAT) {
    throw new UsageError(`${path}: expected the manifest of an event store, found another file`)
  }
  if (older && typeof found['version'] === 'number' && found['version'] < VERSION) return outlineOf(found)
  if (found['version'] !== VERSION) {
    throw new UsageError(
      `${path}: expected store version ${VERSION}, found ${String(found['version'])}; delete the store and ingest again`,
    )
  }
  return found as unknown as StoreManifest
}

/** What has to be known of a store that goes: its files, and which generation comes next. */
const outlineOf = (found: Record<string, unknown>): StoreManifest => {
  const { generation, files } = found
  return {
    format: FORMAT,
    version: VERSION,
    ...EMPTY,
    ...(typeof generation === 'number' && { generation }),
    files: Array.isArray(files)
      ? files.filter((file: unknown) => isObject(file) && PART.test(`${file['path']}`))
      : [],
  }
}

const PART = /^[a-z_]+\/account=[^/]+\/day=[^/]+\/part-\d{5,}\.parquet$/

const EMPTY = { complete: false, generation: -1, rows: 0, partitions: [], files: [] } as const

/**
 * Opens `dir` for one writer and answers what is there. Whatever a killed run left behind is taken away; a new folder says of
 * itself that it is not complete. Throws `UsageError` when `dir` is a file, holds anything but a store, or is being written by
 * another process. One who `replaces` the store may find one of an older version there.
 */
export const openForWriting = async (dir: string, { replaces = false } = {}): Promise<StoreManifest> => {
  if (existsSync(dir) && !statSync(dir).isDirectory()) {
    throw new UsageError(`${dir}: expected a folder for the events, found a file`)
  }
  const there = readManifest(dir, { older: replaces })
  if (!there) refuseForeign(dir)
  mkdirSync(dir, { recursive: true })
  const killed = await lock(dir)
  if (!there) await saveManifest(dir, EMPTY)
  const manifest = readManifest(dir, { older: replaces })!
  if (killed) clearLeftovers(dir, manifest)
  return manifest
}

/** Puts a new manifest in place of the old one: from one moment to the next the store is the new one. */
export const saveManifest = async (
  dir: string,
  content: Omit<StoreManifest, 'format' | 'version'>,
): Promise<void> => {
  const manifest: StoreManifest = { format: FORMAT, version: VERSION, ...content }
  await writeWhole(join(dir, NAME), (sink) =>
    sink.write(new TextEncoder().encode(`${JSON.stringify(manifest, undefined, 1)}\n`)),
  )
}

/** Takes away files the store no longer names, and folders that are then empty. */
export const removeFiles = (dir: string, paths: readonly string[]): void => {
  for (const path of paths) {
    rmSync(join(dir, path), { force: true })
    for (let folder = dirname(path); folder !== '.'; folder = dirname(folder)) {
      if (!existsSync(join(dir, folder)) || readdirSync(join(dir, folder)).length > 0) break
      rmdirSync(join(dir, folder))
    }
  }
}

/** Lets the next writer in. */
export const unlock = (dir: string): void => rmSync(join(dir, LOCK), { force: true })

/** Says who writes here. True when an earlier writer ended without unlocking. */
const lock = async (dir: string): Promise<boolean> => {
  const path = join(dir, LOCK)
  const found = existsSync(path) ? Number(readFileSync(path, 'utf8')) : undefined
  if (found !== undefined && found !== process.pid && isRunning(found)) {
    throw new UsageError(
      `${dir}: process ${found} is writing this store; wait for it to end (if it is no ingest, delete ${LOCK})`,
    )
  }
  await writeWhole(path, (sink) => sink.write(new TextEncoder().encode(`${process.pid}`)))
  return found !== undefined
}

const isRunning = (pid: number): boolean => {
  try {
    return pid > 0 && process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
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

/** What a run leaves that was killed before its first manifest. */
const OWN_BEGINNINGS = new Set([LOCK, `${LOCK}${UNFINISHED}`, `${NAME}${UNFINISHED}`])

const refuseForeign = (dir: string): void => {
  if (!existsSync(dir)) return
  const first = readdirSync(dir).find((name) => !OWN_BEGINNINGS.has(name))
  if (first === undefined) return
  throw new UsageError(`${dir}: expected an empty folder or an earlier event store, found ${first} in it`)
}

const OURS =
  /^(part-\d{5,}\.parquet|keys-\d{5,}\.bin|objects-\d{5,}\.jsonl\.zst|scratch|store\.json)(\.unfinished)?$/

/** Takes away what is ours by its name and not named by the manifest. Links are not followed. */
const clearLeftovers = (dir: string, { files, ingest }: StoreManifest): void => {
  const named = new Set([
    NAME,
    ...files.map(({ path }) => path),
    ...(ingest?.keys ?? []),
    ...(ingest?.objects ?? []),
  ])
  const leftovers = ['', ...Object.keys(TABLES)].flatMap((folder) =>
    filesBelow(dir, folder, folder !== '').filter((path) => !named.has(path)),
  )
  removeFiles(dir, leftovers)
}

const filesBelow = (dir: string, folder: string, deep: boolean): string[] => {
  if (!lstatSync(join(dir, folder), { throwIfNoEntry: false })?.isDirectory()) return []
  return readdirSync(join(dir, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`
    if (entry.isDirectory()) return deep ? filesBelow(dir, path, true) : []
    return OURS.test(entry.name) ? [path] : []
  })
}
