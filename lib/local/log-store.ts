import { constants } from 'node:fs'
import { lstat, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { UnreadableObject } from '../errors.ts'
import type { ListedObject, LogStore, StoredObject } from '../ports.ts'

/**
 * A folder as a LogStore. Keys are paths below `root` with `/`, in byte order, one folder in memory at a time. The bucket
 * is not known from a folder: its digests tell. Symbolic links are listed and never followed.
 */
export const folderLogStore = (root: string, { only = '', name = root } = {}): LogStore => ({
  name,
  list: (prefix = '', { after = '' } = {}) => walk(root, '', { prefix: longer(only, prefix), after }),
  read: ({ key }) => readKey(root, key),
})

const longer = (a: string, b: string): string => (a.length > b.length ? a : b)

interface Wanted {
  readonly prefix: string
  readonly after: string
}

async function* walk(root: string, folder: string, wanted: Wanted): AsyncGenerator<ListedObject> {
  for (const entry of await entriesOf(join(root, folder))) {
    const key = `${folder}${entry.name}`
    if (entry.folder) {
      if (mayHold(`${key}/`, wanted)) yield* walk(root, `${key}/`, wanted)
    } else if (key.startsWith(wanted.prefix) && isBehind(key, wanted.after)) {
      yield {
        bucket: undefined,
        key,
        name: key,
        size: entry.size,
        ...(entry.version && { version: entry.version }),
      }
    }
  }
}

/** A folder is not even opened when all its keys come before `after`. */
const mayHold = (folder: string, { prefix, after }: Wanted): boolean =>
  (folder.startsWith(prefix) || prefix.startsWith(folder)) &&
  (after.startsWith(folder) || isBehind(folder, after))

const isBehind = (key: string, after: string): boolean =>
  after === '' || Buffer.compare(Buffer.from(key), Buffer.from(after)) > 0

interface FolderEntry {
  readonly name: string
  readonly folder: boolean
  readonly size: number
  readonly version?: string
}

/** Entries in the order S3 lists them: a folder `a` sorts as `a/`. */
const entriesOf = async (path: string): Promise<FolderEntry[]> => {
  const entries = await readdir(path, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    throw new UnreadableObject(path, reasonOf(error), {
      cause: error,
      detail: `cannot be listed (${error.code})`,
    })
  })
  const found = entries.map(async (entry) => ({
    name: entry.name,
    folder: entry.isDirectory(),
    ...(entry.isFile() ? await statOf(join(path, entry.name)) : { size: 0 }),
    order: Buffer.from(entry.isDirectory() ? `${entry.name}/` : entry.name),
  }))
  return (await Promise.all(found)).sort((a, b) => Buffer.compare(a.order, b.order))
}

const statOf = async (path: string) => {
  const { size, mtimeMs } = await lstat(path)
  return { size, version: `${mtimeMs}` }
}

const readKey = async (root: string, key: string): Promise<StoredObject | undefined> => {
  if (key.split('/').includes('..')) return undefined
  try {
    return { bytes: await readFile(join(root, key), { flag: READ_NO_FOLLOW }), metadata: {} }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes(code ?? '')) return undefined
    const detail = code === 'ELOOP' ? 'is a symbolic link, which is not followed' : `cannot be read (${code})`
    throw new UnreadableObject(key, reasonOf(error as NodeJS.ErrnoException), { cause: error, detail })
  }
}

/** A tree from elsewhere may hold links to anywhere, and pipes that would never end. Windows knows no such flags. */
const READ_NO_FOLLOW =
  constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | ((constants as { O_NONBLOCK?: number }).O_NONBLOCK ?? 0)

const reasonOf = (error: NodeJS.ErrnoException) =>
  error.code === 'EACCES' || error.code === 'EPERM' ? 'access-denied' : 'io-error'
