import { parseObjectKey } from '../trail/object-key.ts'
import { chainId, chainOf, nameOfChain } from './heads.ts'
import { judgeLog, type LogTools, type LogVerdict, rowOf } from './judge-log.ts'
import { savedOf } from './open-digests.ts'
import type { Evidence, Plan } from './plan.ts'
import { forEachInFlight } from './pool.ts'
import type { DigestKey } from './read-digest.ts'
import type { ReportBuilder } from './report-builder.ts'
import { objectAt } from './resume.ts'
import type { OpenLog } from './saved-state.ts'
import { HOUR } from './slots.ts'

/** Log files of a chain that are looked at again in one run; the others get their turn, and are told all the same. */
export const MOST_LOOKED_AT = 200

/** Log files of a chain that a state remembers as open, the newest. */
export const MOST_OPEN_LOGS = 1000

/** Log files that a proven digest lists and that are not valid, chain by chain. */
export interface OpenLogs {
  /** A verdict of this run: when it is one of those, it is kept for the next. */
  add(verdict: LogVerdict): void
  /** By chain id. What is beyond the cap is let go of, and told. */
  result(): ReadonlyMap<string, readonly OpenLog[]>
}

export const openLogs = ({ table }: Evidence, report: ReportBuilder): OpenLogs => {
  const byChain = new Map<string, { readonly one: OpenLog; readonly row: number }[]>()
  return {
    add(verdict) {
      const one = openOf(verdict)
      if (!one) return
      const chain = chainOf(verdict.listing.by.key)
      const known = byChain.get(chainId(chain))
      if (known) known.push({ one, row: verdict.row })
      else byChain.set(chainId(chain), [{ one, row: verdict.row }])
    },
    result: () =>
      new Map(
        [...byChain].map(([id, list]) => {
          list.sort((a, b) => Date.parse(b.one.to) - Date.parse(a.one.to))
          const rest = list.slice(MOST_OPEN_LOGS)
          // One that is there must not be taken for unlisted by the next run.
          for (const { row } of rest) table.settle(row)
          if (rest.length > 0) {
            const name = nameOfChain(chainOf(parseObjectKey(list[0]!.one.digest) as DigestKey))
            report.note(
              `${name}: ${rest.length} of the log files that are not valid are looked at again only by --full`,
            )
          }
          return [id, list.slice(0, MOST_OPEN_LOGS).map(({ one }) => one)]
        }),
      ),
  }
}

const openOf = ({ listing, fault }: LogVerdict): OpenLog | undefined => {
  const { log, by, trust } = listing
  if (trust !== 'proven' || !fault || !by.window) return undefined
  const { status, reason } = fault
  if (status !== 'missing' && status !== 'modified' && status !== 'unverifiable' && status !== 'unreadable')
    return undefined
  const { bucket, key, hash, hashAlgorithm } = log
  const range = { from: isoOf(by.window.start), to: isoOf(by.window.end) }
  return { bucket, key, hash, hashAlgorithm, status, reason, digest: by.object.key, ...range }
}

/**
 * Looks again at the log files that earlier runs found missing, changed or out of reach, before anything else speaks for them. What is
 * valid by now has healed; the rest is told again. Many of them take turns from run to run.
 */
export const recheckLogs = async (
  plan: Plan,
  evidence: Evidence,
  {
    tools,
    report,
    open,
  }: { readonly tools: LogTools; readonly report: ReportBuilder; readonly open: OpenLogs },
): Promise<void> => {
  for (const chain of evidence.chains) {
    const saved = savedOf(chain, evidence)
    if (!saved) continue
    const claimed = saved.openLogs.flatMap((one) => claim(one, evidence))
    const isTurn = turn(claimed.length, plan.now ?? Date.parse(saved.head.end))
    const verdicts: LogVerdict[] = []
    await forEachInFlight(claimed.entries(), plan.inFlight, async ([index, { one, listing, row }]) => {
      verdicts[index] = isTurn(index)
        ? await judgeLog({ listing, row }, tools)
        : { listing, row, name: evidence.nameOf(one.bucket, one.key), fault: asBefore(one) }
    })
    for (const [index, verdict] of verdicts.entries()) {
      const { one } = claimed[index]!
      report.log(chain.chain, verdict)
      open.add(verdict)
      if (verdict.fault) continue
      evidence.table.settle(verdict.row)
      report.note(`healed: ${verdict.name} was ${one.status} (${one.reason}), and is valid now`)
    }
  }
}

const claim = (one: OpenLog, { table, placeOf }: Evidence) => {
  const object = objectAt(placeOf, one.bucket, one.digest)
  const row = rowOf(table, object, one)
  if (!table.claim(row)) return []
  const window = { start: Date.parse(one.from), end: Date.parse(one.to) }
  const key = parseObjectKey(one.digest) as DigestKey
  return [
    {
      one,
      row,
      listing: { log: one, trust: 'proven' as const, by: { object, key, window, fault: undefined } },
    },
  ]
}

/** Which of `count` are looked at in this hour. */
const turn = (count: number, now: number): ((index: number) => boolean) => {
  const first = (Math.floor(now / HOUR) * MOST_LOOKED_AT) % Math.max(1, count)
  return (index) => (index - first + count) % count < MOST_LOOKED_AT
}

const asBefore = ({ status, reason }: OpenLog) => ({
  status,
  reason,
  detail: 'an earlier run has found it so; one of the next looks at it again',
})

const isoOf = (time: number): string => `${new Date(time).toISOString().slice(0, 19)}Z`
