import type { Problem } from '../verdict.ts'
import type { Chain } from './chains.ts'
import { nameOfChain } from './heads.ts'
import type { Segment } from './segments.ts'
import { HOUR } from './slots.ts'

/** Names of log files are rounded up by at most this much (milliseconds). */
const ROUNDING = 5 * 60_000

/**
 * A gap that begins too early. When logging stops, CloudTrail writes a last digest with whatever is not listed yet; delete it, and the
 * gap simply looks longer. Two things still tell: log files within the hour that such a digest would list, and the same
 * trail in another Region, where logging stopped at the same moment.
 */
export const gapEvidence = (
  chain: Chain,
  gaps: readonly Segment[],
  clues: {
    /** Times in the names of log files that no digest lists. */
    readonly logs: readonly number[]
    /** Gaps of the same trail in other Regions of the account. */
    readonly siblings: readonly (Segment & { readonly region: string })[]
  },
): readonly Problem[] =>
  gaps.flatMap((gap) => {
    const inside = clues.logs.filter((time) => time - ROUNDING >= gap.from && time <= gap.to)
    const newest = inside.reduce((latest, time) => Math.max(latest, time), gap.from)
    if (inside.length > 0 && newest <= gap.from + HOUR + ROUNDING) {
      const detail = `${countOf(inside)} delivered until ${isoOf(newest)}, after the last digest: either the digest that ended the chain was deleted, or a file was put there`
      return [lost(chain, gap.from, newest, detail)]
    }
    const later = clues.siblings.find(
      ({ from, to }) => from >= gap.from + HOUR && from < gap.to && to > gap.from,
    )
    if (!later) return []
    const detail = `the same trail has digests in ${later.region} until ${isoOf(later.from)}, when logging stopped: those before the stop are missing here`
    return [lost(chain, gap.from, later.from, detail)]
  })

const countOf = (logs: readonly number[]): string =>
  logs.length === 1 ? '1 log file was' : `${logs.length} log files were`

const lost = (chain: Chain, from: number, to: number, detail: string): Problem => ({
  status: 'missing',
  kind: 'chain',
  object: nameOfChain(chain.chain),
  reason: 'digest-before-gap',
  detail,
  from: isoOf(from),
  to: isoOf(to),
})

const isoOf = (time: number): string => `${new Date(time).toISOString().slice(0, 19)}Z`
