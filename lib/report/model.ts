import type { ContainmentPlan } from '../action.ts'
import type { Finding, Level } from '../finding.ts'
import type { ChainSummary, IntegrityReport } from '../verdict.ts'
import type { ActivitySummary } from './activity.ts'
import type { ContainmentLog } from './containment.ts'
import {
  byChain,
  type EvidenceVerdict,
  evidenceVerdict,
  type ProblemGroup,
  problemGroups,
} from './evidence.ts'
import { type FindingView, findingView, inReportOrder, LEVELS_DOWN, rawEvent } from './finding-view.ts'
import { count, plural, sentenceList } from './format.ts'
import { type Story, storyOf } from './story.ts'
import { type Timeline, timelineOf } from './time-axis.ts'

/** An object that is no log file, or a record that is no event. */
export interface Quarantined {
  readonly object: string
  readonly reason: string
  readonly detail: string
}

export interface FileCounts {
  readonly listed: number
  readonly ingested: number
  /** Reason -> number of objects. */
  readonly skipped: Readonly<Record<string, number>>
}

export interface EventCounts {
  readonly read: number
  readonly kept: number
  readonly duplicate: number
  readonly superseded: number
  readonly rejected: number
}

/** Everything a report is made from. The same input gives the same bytes. */
export interface ReportInput {
  /** Version of the product. */
  readonly version: string
  /** What was read: the folder, or `s3://bucket/prefix`. */
  readonly source: string
  /** UTC ISO, from the Clock. */
  readonly generatedAt: string
  /** Left out or `undefined`: not checked. */
  readonly integrity?: IntegrityReport | undefined
  readonly files: FileCounts
  readonly events: EventCounts
  readonly quarantined: readonly Quarantined[]
  readonly findings: readonly Finding[]
  readonly plan: ContainmentPlan
  readonly activity: ActivitySummary
  readonly rules: { readonly loaded: number; readonly rejected: number }
  /** What the ledger says of what was done. Left out: nothing but a plan. */
  readonly containment?: ContainmentLog
}

/** How much of each list a report shows. What is beyond is counted, and the report says so. */
export interface ReportLimits {
  readonly fullFindings: number
  readonly listedFindings: number
  readonly story: number
  readonly problems: number
  readonly chains: number
  readonly quarantined: number
  readonly actions: number
  readonly top: number
}

export const REPORT_LIMITS: ReportLimits = {
  fullFindings: 200,
  listedFindings: 2_000,
  story: 40,
  problems: 200,
  chains: 200,
  quarantined: 200,
  actions: 100,
  top: 10,
}

export interface ReportModel {
  readonly version: string
  readonly source: string
  readonly generatedAt: string
  readonly evidence: EvidenceVerdict
  readonly notes: readonly string[]
  readonly levels: readonly { readonly level: Level; readonly count: number }[]
  readonly story: Story
  readonly findings: {
    readonly total: number
    readonly full: readonly { readonly view: FindingView; readonly raw: string }[]
    readonly listed: readonly FindingView[]
    /** Neither in full nor listed, by level. */
    readonly cut: readonly { readonly level: Level; readonly count: number }[]
  }
  readonly timeline: Timeline | undefined
  readonly activity: ActivitySummary
  readonly plan: ContainmentPlan
  readonly containment?: ContainmentLog
  readonly chains: readonly ChainSummary[]
  readonly problems: readonly ProblemGroup[]
  readonly files: FileCounts
  readonly events: EventCounts
  readonly quarantined: readonly Quarantined[]
  readonly rules: ReportInput['rules']
  readonly checked: boolean
  readonly limits: ReportLimits
  /** What the report cannot tell, a sentence each. */
  readonly caveats: readonly string[]
}

/** Arranges a run for its report: order, limits, words. Pure; nothing in it is escaped yet. */
export const reportModel = (input: ReportInput, limits: ReportLimits = REPORT_LIMITS): ReportModel => {
  const findings = inReportOrder(input.findings)
  const shown = findings.slice(0, limits.fullFindings + limits.listedFindings)
  const views = shown.map((finding, i) => findingView(finding, i + 1, input.integrity))
  const evidence = evidenceVerdict(input.integrity)
  return {
    version: input.version,
    source: input.source,
    generatedAt: input.generatedAt,
    evidence: { ...evidence, meaning: [...evidence.meaning, ...restingOn(input, findings)] },
    notes: input.integrity?.notes ?? [],
    levels: levelCounts(findings),
    story: storyOf(findings, input.integrity, limits.story),
    findings: {
      total: findings.length,
      full: views.slice(0, limits.fullFindings).map((view, i) => ({ view, raw: rawEvent(shown[i]!) })),
      listed: views.slice(limits.fullFindings),
      cut: levelCounts(findings.slice(shown.length)).filter(({ count }) => count > 0),
    },
    timeline: timelineOf(input.activity, findings, input.integrity),
    activity: input.activity,
    plan: input.plan,
    ...(input.containment && { containment: input.containment }),
    chains: [...(input.integrity?.chains ?? [])].sort(byChain),
    problems: problemGroups(input.integrity?.problems ?? [], limits.problems),
    files: input.files,
    events: input.events,
    quarantined: input.quarantined,
    rules: input.rules,
    checked: input.integrity !== undefined,
    limits,
    caveats: caveatsOf(input),
  }
}

const levelCounts = (findings: readonly Finding[]) =>
  LEVELS_DOWN.map((level) => ({ level, count: findings.filter(({ rule }) => rule.level === level).length }))

/** How many findings rest on verified log files. */
const restingOn = ({ integrity }: ReportInput, findings: readonly Finding[]): string[] => {
  if (!integrity || findings.length === 0) return []
  const proven = findings.filter(({ source }) => integrity.logVerdicts.get(source.key) === 'valid').length
  const rest = findings.length - proven
  const all = plural(findings.length, 'finding')
  if (rest === 0) return [`Every one of the ${all} below rests on a verified log file.`]
  return [
    `${count(proven)} of ${all} rest on verified log files; the other ${count(rest)} ${rest === 1 ? 'is' : 'are'} marked.`,
  ]
}

const caveatsOf = (input: ReportInput): string[] => {
  const { files, events, rules, quarantined } = input
  const skipped = Object.values(files.skipped).reduce((sum, n) => sum + n, 0)
  const bad = sentenceList([
    ...(rules.rejected > 0 ? [`${plural(rules.rejected, 'rule')} could not be used`] : []),
    ...(quarantined.length > 0
      ? [`${plural(quarantined.length, 'object or record', 'objects or records')} could not be read`]
      : []),
    ...(events.rejected > 0 ? [`${plural(events.rejected, 'record')} rejected`] : []),
  ])
  return [
    'A finding says that a rule matched an event. Whether it was an attack is for people to decide.',
    'Only what CloudTrail was set to record can be found: data events that were not selected left no trace.',
    'Names, user agents and parameters were chosen by whoever made the call. Invisible and control characters are shown as \\u.... codes.',
    ...(bad ? [`In this run ${bad}: what they would have shown is not in this report.`] : []),
    ...(skipped > 0 ? [`${plural(skipped, 'object')} skipped, with the reasons under Evidence.`] : []),
  ]
}
