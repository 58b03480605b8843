import { closeSync, constants, fstatSync, lstatSync, openSync, readFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { UnreadableObject } from '../errors.ts'
import type { ListedObject, LogStore, StoredObject } from '../ports.ts'
import { MAX_INFLATED_BYTES } from '../trail/gzip.ts'

/**
 * A folder as a LogStore. Keys are paths below `root` with `/`, in byte order, one folder in memory at a time. The bucket
 * is not known from a folder: its digests tell. Symbolic links are listed and never followed.
 */
export const folderLogStore = (root: string, { only = '', name = root } = {}): LogStore => {
  let read = 0
  return {
    name,
    list: (prefix = '', { after = '' } = {}) => walk(root, { prefix: longer(only, prefix), after }),
    read: async ({ key }) => {
      if (++read % BREATH === 0) await new Promise(setImmediate)
      return readKey(root, key)
    },
  }
}

/** Files are read at once, which for small ones costs a tenth of the thread pool; progress and signals get a turn this often. */
const BREATH = 64

const longer = (a: string, b: string): string => (a.length > b.length ? a : b)

interface Wanted {
  readonly prefix: string
  readonly after: string
}

/** One loop, not a generator in a generator for each level: for a hundred thousand files that is half of the time and of the garbage. */
async function* walk(root: string, wanted: Wanted): AsyncGenerator<ListedObject> {
  const open = [{ folder: '', names: (await namesOf(root, '')).values() }]
  for (let level = open.at(-1); level; level = open.at(-1)) {
    const next = level.names.next()
    if (next.done) {
      open.pop()
      continue
    }
    const key = `${level.folder}${next.value}`
    if (!key.endsWith('/')) {
      if (key.startsWith(wanted.prefix) && isBehind(key, wanted.after))
        yield { bucket: undefined, key, name: key, ...statOf(join(root, key)) }
    } else if (mayHold(key, wanted)) {
      const names = await namesOf(root, key).catch((error: UnreadableObject) => error)
      if (names instanceof UnreadableObject)
        yield { bucket: undefined, key, name: key, size: 0, unlistable: names }
      else open.push({ folder: key, names: names.values() })
    }
  }
}

const namesOf = (root: string, folder: string): Promise<string[]> => entriesOf(join(root, folder))

/** A folder is not even opened when all its keys come before `after`. */
const mayHold = (folder: string, { prefix, after }: Wanted): boolean =>
  (folder.startsWith(prefix) || prefix.startsWith(folder)) &&
  (after.startsWith(folder) || isBehind(folder, after))

const isBehind = (key: string, after: string): boolean =>
  after === '' || Buffer.compare(Buffer.from(key), Buffer.from(after)) > 0

/** Names in the order S3 lists them, which is that of their bytes; a folder `a` is `a/`. */
const entriesOf = async (path: string): Promise<string[]> => {
  const entries = await readdir(path, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    throw new UnreadableObject(path, reasonOf(error), {
      cause: error,
      detail: `cannot be listed (${error.code})`,
    })
  })
  const names = entries.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name))
  return names.some((name) => BEYOND.test(name)) ? names.sort(byBytes) : names.sort()
}

/** Below these, the order of UTF-16, which is much faster to sort by, is that of the bytes. */
const BEYOND = /[\ud800-\uffff]/

const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))

/** Nothing is known of a file that cannot be looked at: reading it will say why. One file at a time and at once: thousands of calls under way would take 30 KB each, and fifty times as long. */
const statOf = (path: string): { size: number; version?: string } => {
  try {
    const stat = lstatSync(path)
    return stat.isFile() ? { size: stat.size, version: `${stat.mtimeMs}` } : { size: 0 }
  } catch {
    return { size: 0 }
  }
}

const readKey = (root: string, key: string): StoredObject | undefined => {
  if (key.split('/').includes('..')) return undefined
  try {
    const bytes = readRegular(join(root, key), key)
    return bytes && { bytes, metadata: {} }
  } catch (error) {
    if (error instanceof UnreadableObject) throw error
    const code = (error as NodeJS.ErrnoException).code
    if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes(code ?? '')) return undefined
    const detail = code === 'ELOOP' ? 'is a symbolic link, which is not followed' : `cannot be read (${code})`
    throw new UnreadableObject(key, reasonOf(error as NodeJS.ErrnoException), { cause: error, detail })
  }
}

/** The bytes of a regular file; `undefined` for a folder. A device has no end, and nothing CloudTrail delivers is this large. */
const readRegular = (path: string, key: string): Uint8Array | undefined => {
  const file = openSync(path, READ_NO_FOLLOW)
  try {
    const stat = fstatSync(file)
    if (stat.isDirectory()) return undefined
    if (!stat.isFile()) throw new UnreadableObject(key, 'io-error', { detail: 'is no regular file' })
    if (stat.size > MAX_INFLATED_BYTES) {
      const detail = `has ${stat.size} bytes, more than the ${MAX_INFLATED_BYTES} that are read`
      throw new UnreadableObject(key, 'io-error', { detail })
    }
    return readFileSync(file)
  } finally {
    closeSync(file)
  }
}

/** A tree from elsewhere may hold links to anywhere, and pipes that would never end. Windows knows no such flags. */
const READ_NO_FOLLOW =
  constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | ((constants as { O_NONBLOCK?: number }).O_NONBLOCK ?? 0)

const reasonOf = (error: NodeJS.ErrnoException) =>
  error.code === 'EACCES' || error.code === 'EPERM' ? 'access-denied' : 'io-error'
