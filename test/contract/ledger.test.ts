import { appendFile, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { fileLedger } from '../../lib/local/ledger.ts'
import { memoryLedger } from '../support/memory-ledger.ts'
import { all, chainOf, promisesOfALedger } from './ledger-promises.ts'

const folders: string[] = []
afterEach(async () => {
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true })))
})

const inFile = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ledger-'))
  folders.push(folder)
  const path = join(folder, 'ledger.jsonl')
  return { path, ledger: fileLedger(path), again: () => fileLedger(path) }
}

describe('a ledger in memory', () => {
  promisesOfALedger(async () => {
    const { ledger } = memoryLedger(() => Promise.resolve())
    return { ledger, again: () => ledger }
  })

  it.each([
    [
      'an entry that was edited',
      (rows: unknown[]) => rows.splice(1, 1, { ...(rows[1] as object), kind: 'nothing' }),
      /entry 1: its content was changed/,
    ],
    [
      'an entry that was removed',
      (rows: unknown[]) => rows.splice(1, 1),
      /entry 1: expected sequence 1, found 2/,
    ],
    [
      'entries that changed places',
      (rows: unknown[]) => rows.splice(1, 2, rows[2], rows[1]),
      /entry 1: expected sequence 1, found 2/,
    ],
  ])('throws on %s', async (_what, damage, message) => {
    const { ledger, rows } = memoryLedger()
    for (const one of chainOf(4)) await ledger.append(one)
    damage(rows)
    await expect(all(ledger)).rejects.toThrow(message)
  })
})

describe('a ledger in a file', () => {
  promisesOfALedger(inFile)

  const written = async () => {
    const opened = await inFile()
    for (const one of chainOf(3)) await opened.ledger.append(one)
    return { ...opened, lines: (await readFile(opened.path, 'utf8')).split('\n') }
  }

  it('names a last line that a crash cut off, and adds nothing behind it', async () => {
    const { path, ledger, lines } = await written()
    await writeFile(path, `${lines.slice(0, 2).join('\n')}\n${lines[2]!.slice(0, 30)}`)
    await expect(all(ledger)).rejects.toThrow(`${path}: line 3 is cut off`)
    await expect(ledger.append(chainOf(3)[2]!)).rejects.toThrow(`${path}: line 3 is cut off`)
  })

  it('names the line that is no entry', async () => {
    const { path, ledger, lines } = await written()
    await writeFile(path, `${lines[0]}\nnothing\n${lines[2]}\n`)
    await expect(all(ledger)).rejects.toThrow(`${path}: line 2: expected an entry as JSON`)
  })

  it('notices an entry that was edited, even by one letter', async () => {
    const { path, ledger, lines } = await written()
    await writeFile(path, [lines[0], lines[1]!.replace('kind-1', 'kind-7'), lines[2], ''].join('\n'))
    await expect(all(ledger)).rejects.toThrow(/entry 1: its content was changed/)
  })

  it('takes over the lock of a writer who is gone', async () => {
    const { path, ledger } = await inFile()
    await appendFile(`${path}.lock`, '')
    await utimes(`${path}.lock`, new Date(0), new Date(0))
    expect(await ledger.append(chainOf(1)[0]!)).toBe(true)
  })
})
