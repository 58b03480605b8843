import type { Chain } from './chains.ts'
import { type CoverageOf, coverageOf, coverageOfAll } from './coverage.ts'
import { digestedKinds } from './digested-kinds.ts'
import { expectedEnd, usableEnd } from './expected-end.ts'
import { gapEvidence } from './gap-evidence.ts'
import type { JudgedDigest } from './judge-digest.ts'
import type { ListedLog } from './log-table.ts'
import { isLate, openOf, openOfLost, type Reopened, reopen, savedOf } from './open-digests.ts'
import { s3Place } from './place.ts'
import { type Evidence, type Plan, timeOf } from './plan.ts'
import { type Reach, reachOf } from './reach.ts'
import type { ReportBuilder } from './report-builder.ts'
import type { OpenDigest } from './saved-state.ts'
import type { Segment } from './segments.ts'
import { HOUR } from './slots.ts'
import { type Ground, sweep } from './sweep.ts'
import { tellQuiet } from './tell-quiet.ts'
import { timelineOf } from './timeline.ts'
import type { Timeline } from './timeline-draft.ts'

/** The time of a chain, as this run leaves it. */
export interface SweptChain {
  /** What this run has read. */
  readonly fresh: readonly Segment[]
  /** With what is known of the newest days before. */
  readonly segments: readonly Segment[]
  readonly open: readonly OpenDigest[]
}

/**
 * The second half of a validation: what the digests do not show by themselves. Holes, gaps and cut tails of each chain, then every log
 * file that no digest lists.
 */
export const sweepSource = (
  plan: Plan,
  evidence: Evidence,
  report: ReportBuilder,
): ReadonlyMap<Chain, SweptChain> => {
  const left = [...evidence.table.unclaimed()].filter((log) => isInRange(plan, log))
  const reach = reachOf(plan, evidence.chains, left)
  const swept = timelines(plan, evidence, { left, reach }, report)
  reportLostBeforeGaps(
    evidence,
    new Map([...swept].map(([chain, { fresh }]) => [chain, fresh])),
    left,
    report,
  )
  const grounds = groundsOf(
    evidence,
    new Map([...swept].map(([chain, { segments }]) => [chain, segments])),
    digestedKinds(evidence, left),
  )
  const hidden = hiddenPlaces(plan, evidence)
  const told = left.flatMap((log) => {
    const place = placeOfLog(log)
    if (hidden.has(place)) return []
    const around = grounds.get(place) ?? (log.kind === undefined ? grounds.get(log.account) : undefined)
    const digested = isFamily(log) ? grounds.get(`${place}/${log.kind}`) : around
    const one = sweep(log, digested?.ground, {
      isDigested: digested !== undefined,
      isBeyond: reach.isBeyond(log),
    })
    return [{ one, chain: (digested ?? around)?.chain }]
  })
  for (const { one, chain } of told) report.swept(chain?.chain, one)
  tellQuiet(
    evidence,
    left,
    told.map(({ one }) => one).filter(({ quiet }) => quiet),
    report,
  )
  for (const place of hidden) {
    report.note(
      `${place}: log files that no digest of this trail lists were left alone, other trails write there too`,
    )
  }
  return swept
}

const placeOfLog = (log: { account: string; region: string }): string => `${log.account}/${log.region}`

/** Insights, network activity and aggregated files. */
const isFamily = ({ kind }: ListedLog): boolean => kind !== undefined && kind !== 'CloudTrail'

const isInRange = (plan: Plan, { time, day }: ListedLog): boolean => {
  const from = time ?? day
  if (from === undefined) return true
  const to = time ?? from + 24 * HOUR
  return to > plan.from && from <= plan.to
}

const timelines = (
  plan: Plan,
  evidence: Evidence,
  { left, reach }: { readonly left: readonly ListedLog[]; readonly reach: Reach },
  report: ReportBuilder,
): ReadonlyMap<Chain, SweptChain> => {
  const newestLogs = new Map<string, number>()
  for (const log of left) {
    if (log.kind !== 'CloudTrail' || log.time === undefined || reach.isBeyond(log)) continue
    const place = placeOfLog(log)
    newestLogs.set(place, Math.max(newestLogs.get(place) ?? 0, log.time))
  }
  const siblings = byTrail(evidence.chains)
  const asOf = asOfAccounts(plan, evidence, newestLogs)
  const entries = evidence.chains.map((chain) => {
    const until = expectedEnd(chain, {
      asked: plan.expectUntil ?? askedOf(plan, chain),
      rangeEnd: Number.isFinite(plan.to) ? plan.to : undefined,
      siblings: siblings.get(trailOf(chain)) ?? [],
      newestLog: newestLogs.get(placeOfLog(chain.chain)),
      now: plan.now,
      asOf: asOf(chain.chain.account),
    })
    const saved = savedOf(chain, evidence)
    const judged = chain.judged.filter((one) => !isLate(one, saved))
    const { from, to, now } = plan
    const timeline = timelineOf({ ...evidence, ...chain, judged, from, to, until, now })
    report.timeline(chain.chain, timeline)
    const reopened = saved && reopen(chain, saved, evidence)
    for (const problem of reopened?.problems ?? []) report.lost(chain.chain, problem)
    for (const note of reopened?.notes ?? []) report.note(note)
    return [chain, sweptChain(judged, timeline, reopened)] as const
  })
  return new Map(entries)
}

const sweptChain = (
  judged: readonly JudgedDigest[],
  { segments: fresh, lost }: Timeline,
  reopened: Reopened | undefined,
): SweptChain => {
  const doubtful = judged.filter(
    ({ trust, fault }) => trust !== 'proven' && fault?.reason !== 'no-public-keys',
  )
  return {
    fresh,
    segments: [...(reopened?.known ?? []), ...fresh].sort((a, b) => a.from - b.from || a.to - b.to),
    open: [...(reopened?.open ?? []), ...lost.map(openOfLost), ...doubtful.map((one) => openOf(one, ''))],
  }
}

/** When the listing was made at the earliest: now in S3, unless a copy of it was verified, which what is in it tells. */
const asOfAccounts = (
  plan: Plan,
  { chains, placeOf }: Evidence,
  newestLogs: ReadonlyMap<string, number>,
): ((account: string) => number) => {
  if (placeOf === s3Place && plan.now !== undefined) return () => plan.now!
  const newest = new Map<string, number>()
  const see = (account: string, time: number) =>
    newest.set(account, Math.max(newest.get(account) ?? Number.NEGATIVE_INFINITY, time))
  for (const chain of chains) see(chain.chain.account, usableEnd(chain))
  for (const [place, time] of newestLogs) see(place.split('/')[0]!, time)
  return (account) => newest.get(account) ?? Number.NEGATIVE_INFINITY
}

/** What the trail's own status says of this chain; never beyond the range that was asked for. */
const askedOf = (plan: Plan, { chain }: Chain): number | undefined => {
  const asked = timeOf('expectUntilOf', plan.options.expectUntilOf?.(chain))
  return asked === undefined ? undefined : Math.min(asked, plan.to)
}

const trailOf = ({ chain }: Chain): string =>
  `${chain.account}/${chain.trail}/${chain.homeRegion}/${chain.kind}`

const byTrail = (chains: readonly Chain[]): ReadonlyMap<string, readonly Chain[]> =>
  Map.groupBy(chains, trailOf)

/** Gaps that began later than the digests left in this source make it seem. */
const reportLostBeforeGaps = (
  evidence: Evidence,
  segments: ReadonlyMap<Chain, readonly Segment[]>,
  left: readonly ListedLog[],
  report: ReportBuilder,
): void => {
  const gapsOf = (chain: Chain) => (segments.get(chain) ?? []).filter(({ state }) => state === 'gap')
  const standard = evidence.chains.filter(
    (chain) => chain.chain.kind === 'standard' && gapsOf(chain).length > 0,
  )
  const logs = Map.groupBy(left, placeOfLog)
  const trails = byTrail(standard)
  const inPlace = Map.groupBy(evidence.chains, ({ chain }) => placeOfLog(chain))
  for (const chain of standard) {
    const siblings = (trails.get(trailOf(chain)) ?? []).filter(({ id }) => id !== chain.id)
    const others = (inPlace.get(placeOfLog(chain.chain)) ?? []).length > 1
    // With several trails in one place, a file may be another trail's.
    const clues = others ? [] : (logs.get(placeOfLog(chain.chain)) ?? [])
    const problems = gapEvidence(chain, gapsOf(chain), {
      logs: clues.flatMap(({ kind, time }) => (kind === 'CloudTrail' && time !== undefined ? [time] : [])),
      siblings: siblings.flatMap((one) => gapsOf(one).map((gap) => ({ ...gap, region: one.chain.region }))),
    })
    for (const problem of problems) report.lost(chain.chain, problem)
  }
}

interface Grounded {
  readonly ground: Ground
  readonly chain: Chain
}

/**
 * By `account/region`, by account for objects that lie outside of any Region, and by `account/region/kind` where digests are known to list
 * that kind.
 */
const groundsOf = (
  evidence: Evidence,
  segments: ReadonlyMap<Chain, readonly Segment[]>,
  kinds: ReadonlyMap<Chain, ReadonlySet<string>>,
): ReadonlyMap<string, Grounded> => {
  const groups = new Map<string, Chain[]>()
  for (const chain of evidence.chains) {
    const place = placeOfLog(chain.chain)
    const digested = [...(kinds.get(chain) ?? [])].map((kind) => `${place}/${kind}`)
    for (const name of [place, chain.chain.account, ...digested]) {
      const group = groups.get(name)
      if (group) group.push(chain)
      else groups.set(name, [chain])
    }
  }
  const coverages = new Map<Chain, CoverageOf>()
  for (const [chain, list] of segments) coverages.set(chain, coverageOf(list))
  return new Map(
    [...groups].map(([name, group]) => {
      const all = group.map((chain) => segments.get(chain) ?? [])
      const coversPartOf = (from: number, to: number) =>
        all.some((list) => list.some((one) => one.state === 'covered' && one.to > from && one.from < to))
      const coverage = coverageOfAll(group.map((chain) => coverages.get(chain)!))
      return [name, { ground: { coverage, coversPartOf }, chain: group[0]! }]
    }),
  )
}

/** With one trail asked for, files of the other trails of the place would all seem unlisted. */
const hiddenPlaces = (plan: Plan, { listing }: Evidence): ReadonlySet<string> =>
  new Set(listing.digests.filter(({ key }) => !plan.isTrail(key)).map(({ key }) => placeOfLog(key)))
