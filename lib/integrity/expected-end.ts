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
    /** When the listing was made, at the earliest: now in S3; of a copy, the newest that anything in it of that account shows. */
    readonly asOf: number
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
  const patience = patienceOf(due, clocks.now)
  if (sibling && sibling.end - due >= patience && clocks.asOf - due >= BETWEEN) {
    const why = `the same trail has digests in ${sibling.region} until ${isoOf(sibling.end)}`
    candidates.push({ time: Math.min(sibling.end - patience, clocks.asOf - BETWEEN), why })
  }
  if (clocks.newestLog !== undefined) candidates.push(...byLogs(end, clocks.newestLog, clocks.asOf))
  return candidates.sort((a, b) => b.time - a.time)[0]
}

/** A bucket copied between the digests of two Regions (milliseconds). */
const BETWEEN = 5 * 60_000

/** Digests may be delivered late and out of order: what is due for less may yet come (milliseconds). */
const LATE = 3 * HOUR

/** How much longer than until this Region's next digest another Region's must reach. Each ends at an offset in the hour of its own. */
const patienceOf = (due: number, now: number | undefined): number =>
  now !== undefined && now - due < LATE ? HOUR : 0

/** Names of log files are rounded up by at most this much (milliseconds). */
const ROUNDING = 5 * 60_000

/** Log files after the last digest: the next one must list them, and those of some hours show that there were some. */
const byLogs = (end: number, newest: number, asOf: number): ExpectedEnd[] => {
  const why = `log files were delivered until ${isoOf(newest)}`
  const hours = Math.ceil((newest - ROUNDING - end) / HOUR)
  const late = Math.floor((asOf - LATE - end) / HOUR)
  const listing = Math.min(hours, late)
  return [
    ...(newest > end + PENDING ? [{ time: newest - HOUR, why }] : []),
    ...(listing > 0 ? [{ time: end + listing * HOUR, why }] : []),
  ]
}

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
export const usableEnd = ({ judged }: Chain): number =>
  judged.reduce((latest, { trust, fault, read }) => {
    const speaks = trust === 'proven' || (trust === 'unproven' && fault?.reason === 'no-public-keys')
    return speaks && read.content.ok ? Math.max(latest, read.content.digest.end) : latest
  }, Number.NEGATIVE_INFINITY)

const isoOf = (time: number): string => `${new Date(time).toISOString().slice(0, 19)}Z`
