import { randomUUID } from 'node:crypto'
import { open, readFile, rm, stat } from 'node:fs/promises'
import { LedgerDamaged, messageOf } from '../errors.ts'
import { checkNext, NO_ENTRY } from '../ledger-chain.ts'
import type { Ledger, LedgerEntry } from '../ports.ts'

/** Longest that one append takes; a lock older than this was left by somebody who is gone. */
const STALE_LOCK_MS = 30_000

/**
 * A ledger in a file: one entry a line, JSON, only ever added to. A lock file beside it (`FILE.lock`) lets one writer in at a time, and every
 * entry is on disk before `append` answers. A last line that was cut off by a crash throws `LedgerDamaged` with its line number: what the entry said
 * is lost, and a person decides.
 */
export const fileLedger = (path: string): Ledger => ({
  async *entries(after = -1) {
    const entries = await readEntries(path)
    if (entries.length <= after)
      throw new LedgerDamaged(`${path}: expected entry ${after}, found none: entries were cut away`)
    yield* entries.slice(after + 1)
  },
  append: (entry) =>
    locked(`${path}.lock`, async (isMine) => {
      const entries = await readEntries(path)
      const tail = entries.at(-1) ?? NO_ENTRY
      if (entry.sequence !== tail.sequence + 1) return false
      checkNext(entry, tail, path)
      if (!(await isMine())) return false
      await addLine(path, JSON.stringify(entry))
      return true
    }),
})

const readEntries = async (path: string): Promise<readonly LedgerEntry[]> => {
  const lines = (await textOf(path)).split('\n')
  const rest = lines.pop()
  if (rest !== '') {
    throw new LedgerDamaged(
      `${path}: line ${lines.length + 1} is cut off: its writer was stopped in the middle. Compare with the account, then remove that line`,
    )
  }
  let tail: Pick<LedgerEntry, 'sequence' | 'hash'> = NO_ENTRY
  return lines.map((line, index) => {
    const entry = parsed(line, `${path}: line ${index + 1}`)
    checkNext(entry, tail, path)
    tail = entry
    return entry
  })
}

const parsed = (line: string, where: string): LedgerEntry => {
  let entry: unknown
  try {
    entry = JSON.parse(line)
  } catch (error) {
    throw new LedgerDamaged(`${where}: expected an entry as JSON, ${messageOf(error)}`, { cause: error })
  }
  if (typeof entry !== 'object' || entry === null)
    throw new LedgerDamaged(`${where}: expected an entry as JSON, found ${line.slice(0, 40)}`)
  // the hash is over what was read: a name that stands there twice would say something else to another reader
  if (JSON.stringify(entry) !== line) throw new LedgerDamaged(`${where}: is not as it was written`)
  return entry as LedgerEntry
}

const textOf = async (path: string): Promise<string> => {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw new LedgerDamaged(`${path}: cannot be read: ${messageOf(error)}`, { cause: error })
  }
}

const addLine = async (path: string, line: string): Promise<void> => {
  const file = await open(path, 'a', 0o600)
  try {
    await file.writeFile(`${line}\n`)
    await file.datasync()
  } finally {
    await file.close()
  }
}

/**
 * Runs `work` while holding the lock. Waits for whoever holds it; takes over from somebody who is gone. `isMine`: whether it still is, after
 * a pause in which another may have taken over.
 */
const locked = async <T>(lock: string, work: (isMine: () => Promise<boolean>) => Promise<T>): Promise<T> => {
  const token = randomUUID()
  while (!(await created(lock, token))) await waitFor(lock)
  const isMine = () =>
    readFile(lock, 'utf8').then(
      (text) => text === token,
      () => false,
    )
  try {
    return await work(isMine)
  } finally {
    if (await isMine()) await rm(lock, { force: true })
  }
}

const created = async (path: string, text: string): Promise<boolean> => {
  try {
    const file = await open(path, 'wx', 0o600)
    await file.writeFile(text).finally(() => file.close())
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return false
  }
}

const isStale = (path: string): Promise<boolean> =>
  stat(path).then(
    ({ mtimeMs }) => Date.now() - mtimeMs > STALE_LOCK_MS,
    () => false,
  )

const waitFor = async (lock: string): Promise<void> => {
  if (await isStale(lock)) await takeOver(lock)
  else await new Promise((resolve) => setTimeout(resolve, 5))
}

/** One at a time, and looked at once more: else of two who found it stale the second would remove the first one's new lock. */
const takeOver = async (lock: string): Promise<void> => {
  const turn = `${lock}.takeover`
  if (!(await created(turn, ''))) {
    if (await isStale(turn)) await rm(turn, { force: true })
    await new Promise((resolve) => setTimeout(resolve, 5))
    return
  }
  try {
    if (await isStale(lock)) await rm(lock, { force: true })
  } finally {
    await rm(turn, { force: true })
  }
}
