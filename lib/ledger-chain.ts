import { canonicalJson, sha256 } from './canonical-json.ts'
import { LedgerDamaged } from './errors.ts'
import type { LedgerEntry } from './ports.ts'

/** What comes before the first entry. */
export const NO_ENTRY: Pick<LedgerEntry, 'sequence' | 'hash'> = { sequence: -1, hash: '0'.repeat(64) }

/** An entry that is not in the chain yet. */
export type Unsealed = Pick<LedgerEntry, 'time' | 'kind' | 'action' | 'data'>

/** The entry that follows `tail`: numbered, and with a hash over everything in it and the hash before. */
export const sealed = (
  { time, kind, action, data }: Unsealed,
  tail: Pick<LedgerEntry, 'sequence' | 'hash'>,
): LedgerEntry => {
  const entry = {
    sequence: tail.sequence + 1,
    time,
    kind,
    ...(action !== undefined && { action }),
    data,
    previous: tail.hash,
  }
  return { ...entry, hash: hashOf(entry) }
}

const hashOf = (entry: Omit<LedgerEntry, 'hash'>): string => sha256(canonicalJson(entry))

/**
 * That `entry` follows `tail` and is what was written. Throws `LedgerDamaged` that names the ledger, the entry, what was
 * expected and what was found: an entry that was edited, removed, put in or moved.
 */
export const checkNext = (
  entry: LedgerEntry,
  tail: Pick<LedgerEntry, 'sequence' | 'hash'>,
  ledger: string,
): void => {
  const damaged = (what: string) => new LedgerDamaged(`${ledger}: entry ${tail.sequence + 1}: ${what}`)
  if (entry.sequence !== tail.sequence + 1)
    throw damaged(`expected sequence ${tail.sequence + 1}, found ${JSON.stringify(entry.sequence)}`)
  if (entry.previous !== tail.hash)
    throw damaged(`expected the hash of the entry before it, ${tail.hash}, found ${String(entry.previous)}`)
  const { hash, ...rest } = entry
  const expected = hashOf(rest)
  if (hash !== expected)
    throw damaged(`its content was changed: expected hash ${expected}, found ${String(hash)}`)
}
