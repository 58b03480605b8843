import {
  type ChainRecord,
  isOpen,
  isUnreported,
  isUntold,
  mergedRecord,
  WATCH_DAYS,
  type Watched,
  wasReported,
} from './chain-record.ts'
import { evidenceFinding, recoveryFinding } from './evidence-finding.ts'
import type { Finding } from './finding.ts'
import { chainId, chainOf } from './integrity/heads.ts'
import { validateDigest } from './integrity/validate-digest.ts'
import type { ChainHeadStore, Clock, FindingSink, LogStore, PublicKeys } from './ports.ts'
import { parseObjectKey } from './trail/object-key.ts'
import type { IntegrityReport, Problem } from './verdict.ts'

/**
 * How validations follow each other where digests are checked one by one, as they are delivered: what is certain is reported at once,
 * what time may mend is remembered and looked at again.
 */
export interface WatchWorld {
  readonly logs: LogStore
  readonly publicKeys: PublicKeys
  readonly chains: ChainHeadStore
  readonly clock: Clock
}

/** An object of a bucket. */
interface Place {
  readonly bucket: string
  readonly key: string
}

export interface Look {
  readonly chain: string
  /** To be reported whatever comes. */
  readonly certain: readonly Problem[]
  /** To be merged into what is remembered of the chain. */
  readonly news: ChainRecord
  readonly report: IntegrityReport
}

/** Digests are delivered within the hour after their end, sometimes in the next; later than that is late (milliseconds). */
export const GRACE = 2 * 3_600_000

/** What is older than this is not waited for, nor watched (milliseconds). Less than what is remembered of a chain. */
const PATIENCE = (WATCH_DAYS - 1) * 24 * 3_600_000

/**
 * May time mend it? CloudTrail delivers digests out of order, or hours late after a disruption; AWS fails for a moment. A log file is
 * there before the digest that lists it: one that is missing is gone.
 */
export const mayHeal = (problem: Problem, now: string): boolean => {
  const { status, kind, reason } = problem
  if (reason === 'no-public-keys' || status === 'tail-missing') return true
  const { to } = dated(problem)
  const isOld = to !== undefined && Date.parse(to) < Date.parse(now) - PATIENCE
  return !isOld && (reason === 'io-error' || (status === 'missing' && kind !== 'log'))
}

/**
 * Looks at one digest, for the first time or again. Throws `UsageError` when the key is not a digest's, and what the store of
 * chains throws.
 */
export const lookAtDigest = async (world: WatchWorld, digest: Place): Promise<Look> => {
  const key = parseObjectKey(digest.key)
  const chain = key.type === 'digest' ? chainId(chainOf(key)) : ''
  const known = chain ? await world.chains.of(chain) : undefined
  const now = world.clock.now()
  const state = known?.head ? { [chain]: known.head } : {}
  const report = await validateDigest(world, digest, { state })
  const doubts = watchedOf(
    report.problems.filter((problem) => mayHeal(problem, now)),
    digest,
    now,
  )
  const certain = condensed(
    report.problems.filter((problem) => !mayHeal(problem, now)),
    nameOf(digest),
  )
  const head = report.heads[chain]
  const whole = mended(known, digest, { doubts, now, isFaulty: certain.some(isOf(digest)) })
  return { chain, certain, report, news: { ...(head && { head }), watched: { ...whole, ...doubts } } }
}

/** Doubts by what they are about. A digest that is missing is what has to be read again; else it is the one that was looked at. */
export const watchedOf = (
  problems: readonly Problem[],
  digest: Place | undefined,
  now: string,
): Record<string, Watched> =>
  Object.fromEntries(
    problems.map((problem) => {
      const again = problem.kind.endsWith('digest') ? placeOf(problem.object) : digest
      const id = problem.kind === 'chain' ? chainDoubt(problem, again) : problem.object
      return [id, { problem: dated(problem), ...(again && { again }), since: now, opened: now }]
    }),
  )

const chainDoubt = ({ object, reason, from }: Problem, again: Place | undefined): string =>
  [object, reason, again ? nameOf(again) : (from ?? '')].filter(Boolean).join(' ')

/** What is whole now: the digest itself, when it can be read, and whatever it was to be looked at again for. */
const mended = (
  known: ChainRecord | undefined,
  digest: Place,
  { doubts, now, isFaulty }: { doubts: Record<string, Watched>; now: string; isFaulty: boolean },
): Record<string, Watched> => {
  const name = nameOf(digest)
  const waiting = Object.entries(known?.watched ?? {})
    .filter(([, one]) => isOpen(one) && one.again && nameOf(one.again) === name)
    .map(([id]) => id)
  const ids = [...waiting, name].filter((id) => !Object.hasOwn(doubts, id))
  // a digest that came late and is not valid is a finding already, and no good news
  const closed: Watched = isFaulty ? { closed: now, told: now } : { closed: now }
  return Object.fromEntries(ids.map((id) => [id, closed]))
}

const isOf =
  (digest: Place) =>
  ({ object }: Problem): boolean =>
    object === nameOf(digest)

/** Findings that are due by what is remembered, and what to remember once they are put. */
export interface Due {
  readonly findings: readonly Finding[]
  readonly news: ChainRecord
}

/**
 * Remembers what was seen, reports what is to be reported, and remembers that it was: in this order, so that a crash repeats a finding
 * (its id is the same) rather than losing it. `overdue`: is what should have mended by now to be reported too?
 */
export const settle = async (
  {
    chains,
    clock,
    findings: sink,
  }: Pick<WatchWorld, 'chains' | 'clock'> & { readonly findings: FindingSink },
  { chain, certain, news }: Pick<Look, 'chain' | 'certain' | 'news'>,
  overdue: boolean,
): Promise<{ readonly findings: number; readonly recovered: number; readonly open: number }> => {
  const record = await chains.merge(chain, news)
  const now = clock.now()
  const recovered = recoveriesOf(record, now)
  const late = overdue ? overdueOf(record, now) : { findings: [], news: { watched: {} } }
  const findings = [...certain.map((problem) => evidenceFinding(problem, now)), ...late.findings]
  await sink.put([...findings, ...recovered.findings])
  if (recovered.findings.length + late.findings.length > 0) {
    await chains.merge(chain, mergedRecord(recovered.news, late.news))
  }
  const open = Object.values(record.watched).filter(isOpen).length
  return { findings: findings.length, recovered: recovered.findings.length, open }
}

/** What was wrong, and is not any more. */
export const recoveriesOf = (record: ChainRecord, now: string): Due => {
  const untold = Object.entries(record.watched).filter(([, one]) => isUntold(one))
  const findings = untold.map(([, one]) =>
    recoveryFinding(one.problem!, {
      since: one.since ?? one.opened!,
      mended: one.closed!,
      told: wasReported(one),
      earlier: one.told,
    }),
  )
  return { findings, news: { watched: Object.fromEntries(untold.map(([id]) => [id, { told: now }])) } }
}

/** What should have mended by now, and has not. */
export const overdueOf = (record: ChainRecord, now: string): Due => {
  const due = Object.entries(record.watched).filter(
    ([, one]) => one.problem !== undefined && isUnreported(one) && isLate(one, now),
  )
  return {
    findings: due.map(([, one]) => evidenceFinding(one.problem!, now, one.reported && one.closed)),
    news: { watched: Object.fromEntries(due.map(([id]) => [id, { reported: now }])) },
  }
}

const isLate = ({ problem, since }: Watched, now: string): boolean =>
  Date.parse(now) - Date.parse(problem?.to ?? since ?? now) >= GRACE

/** The hour of a digest is in its name. What is true of a chain as a whole is one thing, whichever digest showed it. */
const dated = (problem: Problem): Problem => {
  if (SHARED.has(problem.reason)) return timeless(problem)
  const key = parseObjectKey(placeOf(problem.object)?.key ?? '')
  if (key.type !== 'digest' || problem.to !== undefined) return problem
  return { ...problem, to: key.time }
}

/** Reasons whose time range is that of the look, not of what is wrong. */
const SHARED: ReadonlySet<string> = new Set(['no-public-keys', 'before-first-digest', 'no-digests'])

const timeless = ({ from: _from, to: _to, ...problem }: Problem): Problem => problem

/** Log files that fall with their digest, hundreds of them for one cause, as one problem. */
export const condensed = (problems: readonly Problem[], digest: string): readonly Problem[] => {
  const fallen = Map.groupBy(
    problems.filter(({ status, kind }) => status === 'unverifiable' && kind === 'log'),
    ({ reason }) => reason,
  )
  const rest = problems
    .filter(({ status, kind }) => status !== 'unverifiable' || kind !== 'log')
    .map((problem) => (SHARED.has(problem.reason) ? timeless(problem) : problem))
  const groups = [...fallen].map(([reason, group]): Problem => {
    if (group.length === 1) return group[0]!
    const [first] = group
    const detail = `${group.length} log files are unverifiable, the first is ${first!.object}: ${first!.detail}`
    return { status: 'unverifiable', kind: 'log', object: digest, reason, detail }
  })
  return [...rest, ...groups]
}

const nameOf = ({ bucket, key }: Place): string => `s3://${bucket}/${key}`

const placeOf = (object: string): Place | undefined => {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.*)$/s.exec(object) ?? []
  return bucket !== undefined && key !== undefined ? { bucket, key } : undefined
}
