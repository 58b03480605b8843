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
    yield* (await readEntries(path)).slice(after + 1)
  },
  append: (entry) =>
    locked(`${path}.lock`, async () => {
      const entries = await readEntries(path)
      const tail = entries.at(-1) ?? NO_ENTRY
      if (entry.sequence !== tail.sequence + 1) return false
      checkNext(entry, tail, path)
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
  try {
    const entry: unknown = JSON.parse(line)
    if (typeof entry === 'object' && entry !== null) return entry as LedgerEntry
  } catch (error) {
    throw new LedgerDamaged(`${where}: expected an entry as JSON, ${messageOf(error)}`, { cause: error })
  }
  throw new LedgerDamaged(`${where}: expected an entry as JSON, found ${line.slice(0, 40)}`)
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

/** Runs `work` while holding the lock. Waits for whoever holds it; takes over from somebody who is gone. */
const locked = async <T>(lock: string, work: () => Promise<T>): Promise<T> => {
  for (;;) {
    try {
      await (await open(lock, 'wx', 0o600)).close()
      break
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      await waitFor(lock)
    }
  }
  try {
    return await work()
  } finally {
    await rm(lock, { force: true })
  }
}

const waitFor = async (lock: string): Promise<void> => {
  const age = await stat(lock).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => 0,
  )
  if (age > STALE_LOCK_MS) await rm(lock, { force: true })
  else await new Promise((resolve) => setTimeout(resolve, 5))
}
