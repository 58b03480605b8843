import { checkNext, NO_ENTRY } from '../../lib/ledger-chain.ts'
import type { Ledger, LedgerEntry } from '../../lib/ports.ts'

/**
 * A ledger in memory, with the conditional writes of the real ones. `pause` stands between looking and writing, so that others get in between;
 * `rows` may be changed to play somebody who edits the ledger.
 */
export const memoryLedger = (pause: () => Promise<unknown> = async () => {}) => {
  const rows: LedgerEntry[] = []
  const ledger: Ledger = {
    async *entries(after = -1) {
      let tail = after < 0 ? NO_ENTRY : rows[after]!
      for (const entry of rows.slice(after + 1)) {
        checkNext(entry, tail, 'memory')
        tail = entry
        yield structuredClone(entry)
      }
    },
    append: async (entry) => {
      await pause()
      const tail = rows.at(-1) ?? NO_ENTRY
      if (entry.sequence !== tail.sequence + 1) return false
      checkNext(entry, tail, 'memory')
      rows.push(structuredClone(entry))
      return true
    },
  }
  return { ledger, rows }
}
