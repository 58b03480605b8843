import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve, sep } from 'node:path'
import { UsageError } from '../errors.ts'
import type { LogStore } from '../ports.ts'
import { folderLogStore } from './log-store.ts'

/** A folder or file on disk, opened as the world Trailwarden reads from. */
export interface FolderWorld {
  /** Absolute path of the folder that keys are below. */
  readonly root: string
  readonly logs: LogStore
  /** `bucket`: AWSLogs/ folders were found. `loose`: saved files, judged by what is in them. */
  readonly layout: 'bucket' | 'loose'
  /** Folders that hold an AWSLogs/, as key prefixes: several when buckets lie side by side. */
  readonly roots: readonly string[]
  /** Side files found beside AWSLogs/: paths of digest-metadata.jsonl and public-keys.json. */
  readonly digestMetadata: readonly string[]
  readonly publicKeys: readonly string[]
}

/**
 * Opens a source on disk: a folder that holds AWSLogs/ anywhere below it, a folder inside one, a folder of saved files, or one
 * file. Keys are paths below the folder that holds the source's AWSLogs/. Throws `UsageError` when nothing is there.
 */
export const openFolder = async (source: string): Promise<FolderWorld> => {
  if (source === '') throw new UsageError('expected a folder or a file, found an empty name')
  const path = resolve(source)
  const found = await stat(path).catch(() => undefined)
  if (!found) throw new UsageError(`${source}: expected a folder or a file, found nothing there`)
  const inside = rootAbove(path)
  if (inside) return bucketWorld(source, inside.root, inside.rest + (found.isDirectory() ? '/' : ''), [''])
  if (!found.isDirectory()) return looseWorld(source, dirname(path), basename(path))
  const roots = await bucketRoots(path)
  if (roots.length > 0) return bucketWorld(source, path, '', roots)
  return looseWorld(source, path, '')
}

const bucketWorld = async (
  name: string,
  root: string,
  only: string,
  roots: readonly string[],
): Promise<FolderWorld> => ({
  root,
  logs: folderLogStore(root, { only, name }),
  layout: 'bucket',
  roots,
  digestMetadata: await beside(root, roots, 'digest-metadata.jsonl'),
  publicKeys: await beside(root, roots, 'public-keys.json'),
})

const looseWorld = (name: string, root: string, only: string): FolderWorld => ({
  root,
  logs: folderLogStore(root, { only, name }),
  layout: 'loose',
  roots: [],
  digestMetadata: [],
  publicKeys: [],
})

/** For a source inside AWSLogs/: the folder above it, so that its keys stay whole. */
const rootAbove = (path: string): { root: string; rest: string } | undefined => {
  const parts = path.split(sep)
  const at = parts.lastIndexOf('AWSLogs')
  if (at < 0) return undefined
  return { root: parts.slice(0, at).join(sep) || sep, rest: parts.slice(at).join('/') }
}

/** Folders, as paths below `root` ending in `/` (or empty), that hold an AWSLogs folder. */
const bucketRoots = async (root: string, below = ''): Promise<string[]> => {
  const entries = await readdir(join(root, below), { withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (below !== '') return []
      throw new UsageError(`${root}: expected a folder that can be listed (${error.code})`, { cause: error })
    },
  )
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
  const here = folders.includes('AWSLogs') ? [below] : []
  const deeper = await Promise.all(
    folders
      .filter((name) => name !== 'AWSLogs')
      .sort()
      .map((name) => bucketRoots(root, `${below}${name}/`)),
  )
  return [...here, ...deeper.flat()]
}

/** Side files beside AWSLogs/, or in the source folder itself. */
const beside = async (root: string, roots: readonly string[], name: string): Promise<string[]> => {
  const candidates = [...new Set(['', ...roots])].map((below) => join(root, below, name))
  const there = await Promise.all(
    candidates.map((path) =>
      stat(path).then(
        (found) => found.isFile(),
        () => false,
      ),
    ),
  )
  return candidates.filter((_, i) => there[i])
}
