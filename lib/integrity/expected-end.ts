import { type Chain, endOf } from './chains.ts'
import { PENDING } from './coverage.ts'
import { HOUR } from './slots.ts'

/** Until when digests of a chain are expected, and what says so. */
export interface ExpectedEnd {
  readonly time: number
  readonly why: string
}

/**
 * The independent clocks that show a cut tail: the end that was asked for, the same trail's digests in other Regions of the account
 * (all of them get one every hour), and log files that were still delivered. The latest wins; `undefined` when none goes beyond
 * the chain by more than a digest may be late. A saved head is the timeline's own business.
 */
export const expectedEnd = (
  chain: Chain,
  clocks: {
    readonly asked: number | undefined
    /** End of the range, where it is not infinite. */
    readonly rangeEnd: number | undefined
    readonly siblings: readonly Chain[]
    /** Newest delivery that no digest lists, by the names of log files. */
    readonly newestLog: number | undefined
    /** The time of this run. */
    readonly now?: number | undefined
  },
): ExpectedEnd | undefined => {
  if (chain.chain.kind === 'backfill') return undefined
  const end = endOf(chain)
  const candidates: ExpectedEnd[] = []
  if (clocks.asked !== undefined) {
    candidates.push({ time: clocks.asked, why: `digests are expected until ${isoOf(clocks.asked)}` })
  } else if (clocks.rangeEnd !== undefined && clocks.rangeEnd >= end + PENDING) {
    candidates.push({
      time: clocks.rangeEnd - HOUR,
      why: `the range asked for ends at ${isoOf(clocks.rangeEnd)}`,
    })
  }
  const sibling = newestSibling(chain, clocks.siblings)
  const due = end + HOUR
  if (sibling && sibling.end - due >= patience(due, clocks.now)) {
    const why = `the same trail has digests in ${sibling.region} until ${isoOf(sibling.end)}`
    candidates.push({ time: sibling.end - patience(due, clocks.now), why })
  }
  if (clocks.newestLog !== undefined && clocks.newestLog > end + PENDING) {
    const why = `log files were delivered until ${isoOf(clocks.newestLog)}`
    candidates.push({ time: clocks.newestLog - HOUR, why })
  }
  return candidates.sort((a, b) => b.time - a.time)[0]
}

/** A bucket copied, or a trail stopped, between the digests of two Regions (milliseconds). */
const BETWEEN = 5 * 60_000

/**
 * How much longer than until this Region's next digest another Region's must reach. Each ends at an offset in the hour of its own, and
 * digests may be delivered out of order: what is due for less than three hours may yet come.
 */
const patience = (due: number, now: number | undefined): number =>
  now !== undefined && now - due < 3 * HOUR ? HOUR : BETWEEN

const newestSibling = (
  { id, chain }: Chain,
  siblings: readonly Chain[],
): { end: number; region: string } | undefined => {
  const ends = siblings
    .filter((other) => other.id !== id && isSameTrail(other.chain, chain))
    .map((other) => ({ end: usableEnd(other), region: other.chain.region }))
  return ends.sort((a, b) => b.end - a.end)[0]
}

const isSameTrail = (a: Chain['chain'], b: Chain['chain']): boolean =>
  a.kind === b.kind && a.account === b.account && a.trail === b.trail && a.homeRegion === b.homeRegion

/** Only a proven digest may speak about another Region; without any keys, one that nothing speaks against. */
const usableEnd = ({ judged }: Chain): number =>
  judged.reduce((latest, { trust, fault, read }) => {
    const speaks = trust === 'proven' || (trust === 'unproven' && fault?.reason === 'no-public-keys')
    return speaks && read.content.ok ? Math.max(latest, read.content.digest.end) : latest
  }, Number.NEGATIVE_INFINITY)

const isoOf = (time: number): string => `${new Date(time).toISOString().slice(0, 19)}Z`
