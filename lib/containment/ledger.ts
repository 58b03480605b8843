import { LedgerDamaged } from '../errors.ts'
import { NO_ENTRY, sealed, type Unsealed } from '../ledger-chain.ts'
import type { Clock, Ledger, LedgerEntry } from '../ports.ts'
import type { Draft, Entry } from './entries.ts'
import { addEntry, type Book, emptyBook } from './fold.ts'

/** The ledger as containment uses it: folded, and written to only by who has read to its end. */
export interface OpenLedger {
  /** What the ledger said when it was last read. */
  readonly book: Book
  /** Reads what was added since. Throws `LedgerDamaged`, and whatever keeps the ledger from being read. */
  refresh(): Promise<Book>
  /**
   * Reads to the end, lets `decide` choose what to add on that ground, and adds it; whoever was overtaken reads again and decides again. Answers
   * the entry, or `undefined` when there was nothing to add.
   */
  append(decide: (book: Book) => Draft | undefined): Promise<Entry | undefined>
}

/** Being refused means that somebody was faster, and then there is something new to read. */
const MOST_IN_VAIN = 50

/** Opens a ledger; nothing is read before it is asked. */
export const openLedger = (ledger: Ledger, clock: Clock): OpenLedger => {
  const book = emptyBook()
  let tail: Pick<LedgerEntry, 'sequence' | 'hash'> = NO_ENTRY
  let turn: Promise<unknown> = Promise.resolve()
  const take = (entry: LedgerEntry) => {
    if (entry.sequence !== tail.sequence + 1) return
    if (entry.previous !== tail.hash)
      throw new LedgerDamaged(
        `entry ${entry.sequence}: expected the hash of the entry before it, ${tail.hash}, found ${entry.previous}: another ledger took its place`,
      )
    addEntry(book, entry as unknown as Entry)
    tail = { sequence: entry.sequence, hash: entry.hash }
  }
  const refresh = async (): Promise<Book> => {
    for await (const entry of ledger.entries(tail.sequence)) take(entry)
    return book
  }
  const append = async (decide: (book: Book) => Draft | undefined): Promise<Entry | undefined> => {
    for (let overtaken = 0, known = tail.sequence; ; overtaken++) {
      await refresh()
      if (known !== tail.sequence) overtaken = 0
      if (overtaken > MOST_IN_VAIN)
        throw new LedgerDamaged(
          `entry ${tail.sequence + 1}: refused ${overtaken} times, and nothing is there`,
        )
      known = tail.sequence
      const draft = decide(book)
      if (!draft) return undefined
      const entry = sealed({ time: clock.now(), ...draft } as unknown as Unsealed, tail)
      if (!(await ledger.append(entry))) continue
      take(entry)
      return entry as unknown as Entry
    }
  }
  /** One at a time: two who share this book must not race for the same place. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = turn.then(work)
    turn = mine.catch(() => undefined)
    return mine
  }
  return {
    book,
    refresh: () => inTurn(refresh),
    append: (decide) => inTurn(() => append(decide)),
  }
}
