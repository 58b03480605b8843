import { mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openLedger } from '../../lib/containment/ledger.ts'
import { LedgerDamaged } from '../../lib/errors.ts'
import { NO_ENTRY, sealed } from '../../lib/ledger-chain.ts'
import { fileLedger } from '../../lib/local/ledger.ts'
import { all, chainOf } from '../contract/ledger-promises.ts'

const clock = { now: () => '2026-11-01T10:00:10.000Z' }
const refused = () => ({ kind: 'breaker', data: { account: '1', until: '2', reason: '3' } }) as const
let folder = ''
let path = ''

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ledger-'))
  path = join(folder, 'containment.jsonl')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const filled = async (length: number) => {
  const ledger = fileLedger(path)
  for (const entry of chainOf(length)) await ledger.append(entry)
  return ledger
}
const lines = async () => (await readFile(path, 'utf8')).split('\n').slice(0, -1)
const write = (rows: readonly string[]) => writeFile(path, rows.map((row) => `${row}\n`).join(''))

describe('a ledger that is open', () => {
  it('says so, and does not wait for ever, when its last entries are cut away', async () => {
    const ledger = await filled(3)
    const open = openLedger(ledger, clock)
    await open.refresh()
    await write((await lines()).slice(0, 2))
    await expect(open.refresh()).rejects.toThrow(LedgerDamaged)
    await expect(open.append(refused)).rejects.toThrow(/expected entry 2, found none/)
  })

  it('says so when another ledger, whole in itself, was put in its place', async () => {
    const ledger = await filled(2)
    const open = openLedger(ledger, clock)
    await open.refresh()
    const other = [sealed({ time: clock.now(), kind: 'a', data: {} }, NO_ENTRY)]
    for (let i = 0; i < 3; i++) other.push(sealed({ time: clock.now(), kind: 'b', data: {} }, other.at(-1)!))
    await write(other.map((entry) => JSON.stringify(entry)))
    await expect(open.refresh()).rejects.toThrow(/expected the hash of the entry before it/)
  })

  it('gives up on a ledger that takes nothing and has nothing new', async () => {
    const open = openLedger({ async *entries() {}, append: async () => false }, clock)
    await expect(open.append(refused)).rejects.toThrow(LedgerDamaged)
  })
})

describe('a line of the ledger', () => {
  it('is damaged when a name stands in it twice: what one reader sees another does not', async () => {
    await filled(2)
    const [first, second] = await lines()
    await write([first!, second!.replace('"kind":', '"kind":"released","kind":')])
    await expect(all(fileLedger(path))).rejects.toThrow(/line 2.*not as it was written/)
  })

  it('is damaged when only its spelling was changed', async () => {
    await filled(1)
    await write([(await lines())[0]!.replace('kind-0', 'kind\\u002d0')])
    await expect(all(fileLedger(path))).rejects.toThrow(LedgerDamaged)
  })
})

describe('a lock that somebody left', () => {
  it('lets one in at a time when many find it at once', async () => {
    for (let round = 0; round < 4; round++) {
      await rm(path, { force: true })
      await writeFile(`${path}.lock`, '')
      await utimes(`${path}.lock`, 0, 0)
      const rivals = Array.from({ length: 12 }, (_, i) =>
        sealed({ time: clock.now(), kind: `rival-${i}`, data: {} }, NO_ENTRY),
      )
      const won = await Promise.all(rivals.map((rival) => fileLedger(path).append(rival)))
      expect(won.filter(Boolean)).toHaveLength(1)
      expect(await lines()).toHaveLength(1)
    }
  })

  it('is not taken from whoever has it now by one who had it too long', async () => {
    const ledger = await filled(1)
    const next = chainOf(2)[1]!
    const slow = ledger.append(next)
    await slow
    await writeFile(`${path}.lock`, 'somebody else')
    const waiting = ledger.append(chainOf(3)[2]!)
    await new Promise((resolve) => setTimeout(resolve, 30))
    expect(await readFile(`${path}.lock`, 'utf8')).toBe('somebody else')
    await rm(`${path}.lock`)
    expect(await waiting).toBe(true)
  })
})
