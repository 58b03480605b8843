import {
  type ChainSummary,
  type IntegrityReport,
  noVerdicts,
  type Problem,
  type VerdictStatus,
} from '../verdict.ts'
import { type ChainIdentity, chainId, nameOfChain } from './heads.ts'
import { type JudgedDigest, statusOf } from './judge-digest.ts'
import type { LogVerdict } from './judge-log.ts'
import type { LogTable } from './log-table.ts'
import { nameOf } from './place.ts'
import { HOUR } from './slots.ts'
import type { Swept } from './sweep.ts'
import type { Timeline } from './timeline-draft.ts'

type Counts = Record<VerdictStatus, number>

interface ChainCounts {
  readonly chain: ChainIdentity
  readonly digests: Counts
  readonly logs: Counts
  from?: string
  to?: string
  /** Digests and logs that no key of the Region can prove: told in one line. */
  keyless: number
  keylessReason: string
}

export interface ReportBuilder {
  problem(problem: Problem): void
  note(text: string): void
  digest(chain: ChainIdentity, judged: JudgedDigest): void
  timeline(chain: ChainIdentity, timeline: Timeline): void
  /** A digest that must be missing, though its name is not known. */
  lost(chain: ChainIdentity, problem: Problem): void
  log(chain: ChainIdentity, verdict: LogVerdict): void
  swept(chain: ChainIdentity | undefined, swept: Swept): void
  /** Adds a digest object that belongs to no chain. */
  stray(status: VerdictStatus): void
  result(): IntegrityReport
}

/** Collects verdicts into the report: every object is counted once, every problem told once. */
export const reportBuilder = (table: LogTable): ReportBuilder => {
  const summary = { digests: noVerdicts(), logs: noVerdicts() }
  const chains = new Map<string, ChainCounts>()
  const problems: Problem[] = []
  const notes: string[] = []
  const countsOf = (chain: ChainIdentity): ChainCounts => {
    const known = chains.get(chainId(chain))
    if (known) return known
    const fresh = { chain, digests: noVerdicts(), logs: noVerdicts(), keyless: 0, keylessReason: '' }
    chains.set(chainId(chain), fresh)
    return fresh
  }
  const countDigest = (chain: ChainIdentity, status: VerdictStatus, by = 1) => {
    countsOf(chain).digests[status] += by
    summary.digests[status] += by
  }
  const countLog = (chain: ChainIdentity | undefined, row: number, status: VerdictStatus) => {
    if (chain) countsOf(chain).logs[status]++
    summary.logs[status]++
    table.judge(row, status)
  }

  return {
    problem: (problem) => problems.push(problem),
    note: (text) => notes.push(text),
    digest(chain, judged) {
      const counts = countsOf(chain)
      countDigest(chain, statusOf(judged))
      widen(counts, judged)
      if (judged.fault?.reason === 'no-public-keys') keyless(counts, judged.fault.detail)
      else if (judged.fault) problems.push(digestProblem(chain, judged))
    },
    timeline(chain, timeline) {
      countDigest(chain, 'missing', timeline.missing)
      countDigest(chain, 'gap', timeline.gaps)
      countDigest(chain, 'tail-missing', timeline.tailMissing)
      problems.push(...timeline.problems)
      notes.push(...timeline.notes)
    },
    lost(chain, problem) {
      countDigest(chain, 'missing')
      problems.push(problem)
    },
    log(chain, verdict) {
      const { fault, row } = verdict
      countLog(chain, row, fault?.status ?? 'valid')
      if (fault?.reason === 'no-public-keys') countsOf(chain).keyless++
      else if (fault) problems.push(logProblem(verdict))
    },
    swept(chain, { log, fault, quiet }) {
      countLog(chain, log.row, fault.status)
      if (!quiet) problems.push(sweptProblem(log, fault))
    },
    stray: (status) => {
      summary.digests[status]++
    },
    result: () => ({
      summary,
      chains: [...chains.values()].map(chainSummary),
      problems: [...[...chains.values()].flatMap(keylessProblem), ...problems],
      logVerdicts: table.verdicts,
      notes,
    }),
  }
}

/** The range proven, or at least described, by digests that can be used. */
const widen = (counts: ChainCounts, { trust, read }: JudgedDigest): void => {
  if (trust === 'broken' || !read.content.ok) return
  const from = isoOf(read.content.digest.start)
  const to = isoOf(read.content.digest.end)
  if (!counts.from || from < counts.from) counts.from = from
  if (!counts.to || to > counts.to) counts.to = to
}

const keyless = (counts: ChainCounts, detail: string): void => {
  counts.keyless++
  counts.keylessReason = detail
}

const keylessProblem = ({ chain, keyless, keylessReason, from, to }: ChainCounts): Problem[] =>
  keyless === 0
    ? []
    : [
        {
          status: 'unverifiable',
          kind: 'chain',
          object: nameOfChain(chain),
          reason: 'no-public-keys',
          detail: `${keyless} digest and log files cannot be proven: ${keylessReason}. Links and hashes were compared all the same`,
          ...(from && { from }),
          ...(to && { to }),
        },
      ]

const digestProblem = (chain: ChainIdentity, { read, fault }: JudgedDigest): Problem => {
  const window = read.content.ok ? read.content.digest : { start: read.time - HOUR, end: read.time }
  return {
    ...fault!,
    kind: chain.kind === 'backfill' ? 'backfill-digest' : 'digest',
    object: nameOf(read.object),
    from: isoOf(window.start),
    to: isoOf(window.end),
  }
}

const logProblem = ({ listing, name, fault }: LogVerdict): Problem => {
  const { window: hour } = listing.by
  const window = hour && { from: isoOf(hour.start), to: isoOf(hour.end) }
  return { ...fault!, kind: 'log', object: name, ...window }
}

const sweptProblem = (log: Swept['log'], fault: Swept['fault']): Problem => ({
  ...fault,
  kind: 'log',
  object: nameOf(log.object),
  ...(log.time !== undefined && { from: isoOf(log.time), to: isoOf(log.time) }),
})

const chainSummary = ({ chain, digests, logs, from, to }: ChainCounts): ChainSummary => ({
  account: chain.account,
  region: chain.region,
  trail: chain.trail,
  kind: chain.kind,
  digests,
  logs,
  ...(from && { from }),
  ...(to && { to }),
})

const isoOf = (time: number): string => `${new Date(time).toISOString().slice(0, 19)}Z`
