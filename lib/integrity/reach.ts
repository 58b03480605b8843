import { type Chain, endOf } from './chains.ts'
import type { ListedLog } from './log-table.ts'
import type { Plan } from './plan.ts'
import { HOUR } from './slots.ts'

/** Digests come every hour, and rarely much later: a log file further ahead follows nothing (milliseconds). */
const AHEAD = 3 * HOUR

/** How far the time of an account goes, by its digests and by log files that follow them. */
export interface Reach {
  /** Is this log file dated after all that, so that it shows nothing but itself? */
  readonly isBeyond: (log: ListedLog) => boolean
}

/**
 * From the newest digest of all chains of an account, log files carry on as long as none leaves more than three hours open: a cut tail
 * still shows by them. One dated far ahead does not make anybody expect digests until then.
 */
export const reachOf = (
  plan: Pick<Plan, 'from'>,
  chains: readonly Chain[],
  left: readonly ListedLog[],
): Reach => {
  const ends = new Map<string, number>()
  for (const chain of chains) {
    const { account } = chain.chain
    ends.set(account, Math.max(ends.get(account) ?? plan.from, endOf(chain)))
  }
  for (const [account, logs] of Map.groupBy(left, (log) => log.account)) {
    let end = ends.get(account)
    if (end === undefined) continue
    const times = logs.flatMap(({ kind, time }) =>
      kind === 'CloudTrail' && time !== undefined ? [time] : [],
    )
    for (const time of times.sort((a, b) => a - b)) {
      if (time > end + AHEAD) break
      end = Math.max(end, time)
    }
    ends.set(account, end)
  }
  return {
    isBeyond: ({ account, time, day }) => {
      const end = ends.get(account) ?? Number.NEGATIVE_INFINITY
      return Number.isFinite(end) && (time ?? day ?? Number.NEGATIVE_INFINITY) > end + AHEAD
    },
  }
}
