import { parseObjectKey } from '../trail/object-key.ts'
import {
  type ChainSummary,
  type IntegrityReport,
  integrityHolds,
  noVerdicts,
  type Problem,
  VERDICT_STATUSES,
  type VerdictStatus,
} from '../verdict.ts'
import { compare, count, plural, sentenceList } from './format.ts'

export type EvidenceState = 'verified' | 'tampered' | 'incomplete' | 'unverifiable' | 'unchecked'
export type Tone = 'good' | 'bad' | 'doubt'

/** The verdict of the evidence as a whole, in words. */
export interface EvidenceVerdict {
  readonly state: EvidenceState
  readonly tone: Tone
  readonly label: string
  /** One sentence with the numbers. */
  readonly sentence: string
  /** What it means for the findings, a sentence each. */
  readonly meaning: readonly string[]
}

export interface ProblemGroup {
  readonly status: Problem['status']
  readonly label: string
  readonly total: number
  readonly problems: readonly Problem[]
}

const LABELS: Readonly<Record<EvidenceState, string>> = {
  verified: 'Verified',
  tampered: 'Tampered with',
  incomplete: 'Incomplete',
  unverifiable: 'Cannot be verified',
  unchecked: 'Not checked',
}

const TONES: Readonly<Record<EvidenceState, Tone>> = {
  verified: 'good',
  tampered: 'bad',
  incomplete: 'doubt',
  unverifiable: 'doubt',
  unchecked: 'doubt',
}

const MEANING: Readonly<Record<EvidenceState, string>> = {
  verified:
    'The events behind the findings are the ones CloudTrail signed. What CloudTrail was not set to deliver is not covered by any digest.',
  tampered:
    'Somebody with write access to the bucket changed, removed or added files. Findings on such files are leads, not proof, and the absence of a finding in the ranges concerned proves nothing.',
  incomplete:
    'Part of the evidence is missing or proves nothing: it was deleted, moved, or left out of this copy. The absence of a finding in the ranges concerned proves nothing.',
  unverifiable:
    'No signature could be checked, so the files may or may not be what CloudTrail delivered. Treat the findings as leads until the digests are verified.',
  unchecked:
    'Integrity was not part of this run, so the files may or may not be what CloudTrail delivered. Run the verify command before relying on the findings.',
}

/** Judges the integrity report as a whole; `undefined` when it was not checked. */
export const evidenceVerdict = (integrity: IntegrityReport | undefined): EvidenceVerdict => {
  const state = integrity ? stateOf(integrity) : 'unchecked'
  return {
    state,
    tone: TONES[state],
    label: LABELS[state],
    sentence: integrity
      ? sentenceOf(integrity, state)
      : 'The log files were read without checking their digests.',
    meaning: [MEANING[state]],
  }
}

const stateOf = (integrity: IntegrityReport): EvidenceState => {
  const total = statusTotals(integrity)
  if (total.modified + total.unlisted > 0) return 'tampered'
  if (total.valid === 0) return 'unverifiable'
  if (total.missing + total['tail-missing'] + total.unreadable + total.unverifiable > 0) return 'incomplete'
  return integrityHolds(integrity) ? 'verified' : 'incomplete'
}

/** Files and chains per status. A chain is counted by its problems, a file by the summary. */
const statusTotals = (integrity: IntegrityReport): Record<VerdictStatus, number> => {
  const totals = noVerdicts()
  for (const status of VERDICT_STATUSES) {
    const { digests, logs } = integrity.summary
    totals[status] = (digests[status] ?? 0) + (logs[status] ?? 0) + ranges(integrity, status)
  }
  return totals
}

const ranges = (integrity: IntegrityReport, status: VerdictStatus): number =>
  integrity.problems.filter((problem) => problem.kind === 'chain' && problem.status === status).length

const sentenceOf = (integrity: IntegrityReport, state: EvidenceState): string => {
  const { logs, digests } = integrity.summary
  const files = `${plural(filesOf(logs), 'log file')} and ${plural(filesOf(digests), 'digest file')}`
  if (filesOf(logs) + filesOf(digests) === 0) return 'There is no log file or digest file to verify.'
  if (state === 'verified')
    return `All ${files} are exactly as CloudTrail delivered them.${gapsOf(integrity)}`
  const told = [
    ...statements(logs, 'log file'),
    ...statements(digests, 'digest file'),
    ...chainStatements(integrity),
  ]
  const proven = `${count(logs.valid)} of ${plural(filesOf(logs), 'log file')} verified`
  return `${told.length > 0 ? `${sentenceList(told)}; ` : ''}${proven}.${gapsOf(integrity)}`
}

/** Files known, whether they are there or not. Gaps and cut tails are ranges of time, not files. */
export const filesOf = (counts: Readonly<Record<VerdictStatus, number>>): number =>
  VERDICT_STATUSES.filter((status) => status !== 'gap' && status !== 'tail-missing').reduce(
    (total, status) => total + (counts[status] ?? 0),
    0,
  )

const TOLD: readonly (readonly [VerdictStatus, string])[] = [
  ['modified', 'changed after delivery'],
  ['unlisted', 'that no digest lists'],
  ['missing', 'missing'],
  ['unreadable', 'that cannot be read'],
  ['unverifiable', 'that nothing proves'],
]

const statements = (counts: Readonly<Record<VerdictStatus, number>>, noun: string): string[] =>
  TOLD.filter(([status]) => (counts[status] ?? 0) > 0).map(
    ([status, words]) => `${plural(counts[status], noun)} ${words}`,
  )

/** What is said of chains and ranges of time. Doubt about a whole chain is counted file by file already. */
const chainStatements = (integrity: IntegrityReport): string[] => {
  const tail = integrity.summary.digests['tail-missing'] ?? 0
  const broken = chainsWith(integrity, ({ status }) => status === 'modified')
  const holes = chainsWith(integrity, ({ status }) => status === 'missing')
  const bare = chainsWith(integrity, ({ reason }) => reason === 'no-digests')
  return [
    ...(broken > 0 ? [`${plural(broken, 'digest chain')} with a broken link`] : []),
    ...(holes > 0 ? [`${plural(holes, 'digest chain')} with a longer hole`] : []),
    ...(tail > 0 ? [`${plural(tail, 'digest file')} missing at the end`] : []),
    ...(bare > 0
      ? [`${plural(bare, 'account and Region', 'accounts and Regions')} without any digest file`]
      : []),
  ]
}

const chainsWith = (integrity: IntegrityReport, has: (problem: Problem) => boolean): number =>
  new Set(
    integrity.problems
      .filter((problem) => problem.kind === 'chain' && has(problem))
      .map(({ object }) => object),
  ).size

const gapsOf = (integrity: IntegrityReport): string => {
  const gaps = integrity.problems.filter(({ status }) => status === 'gap').length
  return gaps === 0 ? '' : ` Logging was off in ${plural(gaps, 'range', 'ranges')} of time.`
}

const STATUS_LABELS: Readonly<Record<VerdictStatus, string>> = {
  valid: 'verified',
  modified: 'changed after delivery',
  unlisted: 'listed by no digest',
  missing: 'missing',
  'tail-missing': 'newest digests missing',
  unreadable: 'unreadable',
  unverifiable: 'nothing proves it',
  gap: 'logging was off',
}

/** Words for a status. */
export const statusLabel = (status: VerdictStatus): string => STATUS_LABELS[status]

const TONE_OF: Readonly<Record<VerdictStatus, Tone>> = {
  valid: 'good',
  modified: 'bad',
  unlisted: 'bad',
  missing: 'bad',
  'tail-missing': 'doubt',
  unreadable: 'doubt',
  unverifiable: 'doubt',
  gap: 'doubt',
}

/** Does the status speak of tampering, and not only of doubt? */
export const isBad = (status: VerdictStatus): boolean => TONE_OF[status] === 'bad'

/** What the report says about the log file a finding rests on. */
export const logEvidence = (
  integrity: IntegrityReport | undefined,
  key: string,
): { words: string; tone: Tone } => {
  if (!integrity) return { words: 'not checked', tone: 'doubt' }
  const status = integrity.logVerdicts.get(key)
  return status
    ? { words: STATUS_LABELS[status], tone: TONE_OF[status] }
    : { words: 'no verdict for this file', tone: 'doubt' }
}

/** Gravest first. */
const GROUP_ORDER: readonly Problem['status'][] = [
  'modified',
  'unlisted',
  'missing',
  'tail-missing',
  'unreadable',
  'unverifiable',
  'gap',
]

/** Problems by status, gravest first, at most `max` of each. */
export const problemGroups = (problems: readonly Problem[], max: number): ProblemGroup[] =>
  GROUP_ORDER.flatMap((status) => {
    const group = problems.filter((problem) => problem.status === status).sort(byPlace)
    if (group.length === 0) return []
    return { status, label: STATUS_LABELS[status], total: group.length, problems: group.slice(0, max) }
  })

const byPlace = (a: Problem, b: Problem): number =>
  compare(a.from ?? '', b.from ?? '') || compare(a.object, b.object) || compare(a.reason, b.reason)

/** Time a problem concerns: its own range, else the time in the name of its log file. */
export const problemRange = (problem: Problem): { from: string; to: string } | undefined => {
  const from = problem.from ?? problem.to ?? timeInName(problem.object)
  return from === undefined ? undefined : { from, to: problem.to ?? from }
}

const timeInName = (object: string): string | undefined => {
  const key = parseObjectKey(object)
  return key.type === 'log' || key.type === 'digest' ? key.time : undefined
}

/** A chain's place in order. */
export const byChain = (a: ChainSummary, b: ChainSummary): number =>
  compare(a.account, b.account) ||
  compare(a.region, b.region) ||
  compare(a.trail, b.trail) ||
  compare(a.kind, b.kind)
