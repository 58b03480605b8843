import { expect, it } from 'vitest'
import { NO_ENTRY, sealed, type Unsealed } from '../../lib/ledger-chain.ts'
import type { Ledger, LedgerEntry } from '../../lib/ports.ts'

/** A ledger that is empty, and how to open the same one a second time. */
export interface LedgerUnderTest {
  readonly ledger: Ledger
  readonly again: () => Ledger
}

const entry = (kind: string, action?: string): Unsealed => ({
  time: '2026-11-01T10:00:10.000Z',
  kind,
  ...(action !== undefined && { action }),
  data: { text: 'ünï "code" \u2028 \n', list: [1, null, { b: 1, a: [] }] },
})

/** A chain of so many entries. */
export const chainOf = (length: number): readonly LedgerEntry[] => {
  const chain: LedgerEntry[] = []
  for (let i = 0; i < length; i++)
    chain.push(sealed(entry(`kind-${i}`, i % 2 ? `action-${i}` : undefined), chain.at(-1) ?? NO_ENTRY))
  return chain
}

export const all = async (ledger: Ledger, after?: number): Promise<LedgerEntry[]> => {
  const found: LedgerEntry[] = []
  for await (const one of ledger.entries(after)) found.push(one)
  return found
}

/** What every ledger promises. Call it inside a `describe` with how to make an empty one. */
export const promisesOfALedger = (open: () => Promise<LedgerUnderTest>): void => {
  it('is empty at first', async () => {
    const { ledger } = await open()
    expect(await all(ledger)).toEqual([])
  })

  it('gives back what was added, in order, from the beginning and from any entry on', async () => {
    const { ledger, again } = await open()
    const chain = chainOf(5)
    for (const one of chain) expect(await ledger.append(one)).toBe(true)
    expect(await all(again())).toEqual(chain)
    expect(await all(again(), 2)).toEqual(chain.slice(3))
    expect(await all(again(), 4)).toEqual([])
  })

  it('lets one of several win who add the same sequence at once, and tells the others', async () => {
    const { ledger, again } = await open()
    const [first] = chainOf(1)
    await ledger.append(first!)
    const rivals = Array.from({ length: 8 }, (_, i) => sealed(entry(`rival-${i}`), first!))
    const won = await Promise.all(rivals.map((rival, i) => (i % 2 ? ledger : again()).append(rival)))
    expect(won.filter(Boolean)).toHaveLength(1)
    expect(await all(again())).toEqual([first, rivals[won.indexOf(true)]])
  })

  it('refuses an entry with a gap before it, and one that is there already', async () => {
    const { ledger } = await open()
    const chain = chainOf(3)
    await ledger.append(chain[0]!)
    expect(await ledger.append(chain[2]!)).toBe(false)
    expect(await ledger.append(chain[0]!)).toBe(false)
    expect(await all(ledger)).toEqual([chain[0]])
  })

  it('takes no entry that does not continue the chain', async () => {
    const { ledger } = await open()
    const chain = chainOf(2)
    await ledger.append(chain[0]!)
    await expect(ledger.append({ ...chain[1]!, previous: 'f'.repeat(64) })).rejects.toThrow(
      /hash of the entry before/,
    )
    await expect(ledger.append({ ...chain[1]!, kind: 'other' })).rejects.toThrow(/content was changed/)
    expect(await all(ledger)).toEqual([chain[0]])
  })
}
