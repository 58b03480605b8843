import { join } from 'node:path'
import type { PlacedSummary } from '../lib/detection/baseline/people.ts'
import type { Suppression } from '../lib/detection/suppress.ts'
import { type Finding, LEVELS, type Level } from '../lib/finding.ts'
import type { Outcome } from '../lib/pipeline.ts'
import type { Quarantined } from '../lib/reading.ts'
import { terminalSafe } from '../lib/report/escape.ts'
import { evidenceVerdict } from '../lib/report/evidence.ts'
import { originText } from '../lib/report/finding-view.ts'
import { shown } from './files.ts'
import { commandName } from './package-root.ts'
import type { Paint, Terminal } from './terminal.ts'

export interface SummaryOf {
  readonly source: string
  readonly outcome: Outcome
  readonly quarantined: readonly Quarantined[]
  readonly out: string | undefined
  /** Suppressions whose last day is over. */
  readonly expired?: readonly Suppression[]
}

/** What a scan found, on one screen. Everything from a log is made safe to print. */
export const summaryText = (of: SummaryOf, { paint, width }: Pick<Terminal, 'paint' | 'width'>): string =>
  [
    `${paint('bold', 'Trailwarden')}  ${terminalSafe(of.source)}`,
    evidenceSection(of.outcome, paint),
    readSection(of, paint),
    findingsSection(of, paint, width),
    planSection(of.outcome, paint, width),
    ...(of.out ? [outSection(of.out, paint)] : []),
  ].join('\n\n')

const section = (paint: Paint, name: string, lines: readonly string[]): string =>
  lines
    .map((line, i) => `${i === 0 ? paint('bold', name.padEnd(10)) : ' '.repeat(10)}${line}`.trimEnd())
    .join('\n')

const MOST_PROBLEMS = 8
const MOST_FINDINGS = 20
const MOST_ACTIONS = 8

const TONE_STYLE = { good: 'green', bad: 'red', doubt: 'yellow' } as const

const evidenceSection = ({ integrity }: Outcome, paint: Paint): string => {
  const { label, sentence, tone } = evidenceVerdict(integrity)
  const problems = integrity.problems.slice(0, MOST_PROBLEMS).map(({ status, reason, object }) => {
    const line = `${status} (${reason})  ${terminalSafe(object)}`
    return status === 'gap' ? line : paint('red', line)
  })
  const more = integrity.problems.length - problems.length
  return section(paint, 'EVIDENCE', [
    paint(['bold', TONE_STYLE[tone]], label),
    terminalSafe(sentence),
    ...problems,
    ...(more > 0 ? [`and ${number(more)} more: ${commandName()} verify lists them all`] : []),
  ])
}

const readSection = ({ outcome, quarantined }: SummaryOf, paint: Paint): string => {
  const { files, events, ignored } = outcome.counts
  const skipped = Object.entries(files.skipped).map(([reason, n]) => `${number(n)} ${reason}`)
  const sum = Object.values(files.skipped).reduce((a, b) => a + b, 0)
  const { read, kept, duplicate, superseded, rejected } = events
  return section(paint, 'READ', [
    `${number(files.listed)} files listed = ${number(files.ingested)} ingested + ${number(sum)} skipped${skipped.length ? ` (${skipped.join(', ')})` : ''}`,
    `${number(read)} events read = ${number(kept)} kept + ${number(duplicate)} duplicate + ${number(superseded)} superseded + ${number(rejected)} rejected`,
    ...(ignored > 0 ? [`${number(ignored)} entries of saved files were no CloudTrail events`] : []),
    ...quarantined
      .slice(0, 5)
      .map(({ object, reason, detail }) =>
        paint('yellow', `${reason}  ${terminalSafe(object)}: ${terminalSafe(detail)}`),
      ),
    ...(quarantined.length > 5 ? [`and ${number(quarantined.length - 5)} more that were not read`] : []),
  ])
}

type Style = Pick<Terminal, 'paint' | 'width'>

const LEVEL_STYLE = {
  critical: ['bold', 'red'],
  high: 'red',
  medium: 'yellow',
  low: 'cyan',
  informational: 'dim',
} as const

const findingsSection = (of: SummaryOf, paint: Paint, width: number): string => {
  const { findings } = of.outcome
  if (findings.length === 0) return section(paint, 'FINDINGS', ['none', ...heldBackLines(of)])
  const counts = [...LEVELS]
    .reverse()
    .map((level) => [level, findings.filter(({ rule }) => rule.level === level).length] as const)
  const head = counts
    .filter(([, n]) => n > 0)
    .map(([level, n]) => paint([...[LEVEL_STYLE[level]].flat()], `${number(n)} ${level}`))
  const order = [...findings].sort(
    (a, b) => rank(b.rule.level) - rank(a.rule.level) || compare(a.time, b.time) || compare(a.id, b.id),
  )
  const several = new Set(findings.map(({ event }) => event.recipientAccountId)).size > 1
  const rows = order.slice(0, MOST_FINDINGS).map((finding) => findingRow(finding, { paint, width }, several))
  const more = findings.length - rows.length
  return section(paint, 'FINDINGS', [
    `${number(findings.length)}: ${head.join(' · ')}`,
    ...rows,
    ...(more > 0 ? [`and ${number(more)} more: see the report, or --format jsonl`] : []),
    ...heldBackLines(of),
  ])
}

/** What happened and is not told above: repeats, accepted findings, rules on trial. */
const heldBackLines = ({ outcome, expired = [] }: SummaryOf): readonly string[] => {
  const { repeats, suppressed, shadowed, crowded } = outcome.heldBack
  const repeated = repeats.reduce((sum, { count }) => sum + count, 0)
  return [
    ...(repeated > 0
      ? [`${number(repeated)} repeats are told once, by ${number(repeats.length)} of these`]
      : []),
    ...suppressed.map(
      ({ suppression: { rule, owner, reason, until }, count }) =>
        `${number(count)} suppressed: ${rule}, by ${owner} until ${until} (${reason})`,
    ),
    ...Object.entries(shadowed).map(([rule, count]) => `${number(count)} on trial, not reported: ${rule}`),
    ...Object.entries(crowded).map(
      ([rule, groups]) =>
        `${rule} had more groups than it may hold: ${number(groups)} were given up unfinished`,
    ),
    ...baselineLines(outcome),
    ...expired.map(({ rule, owner, until }) => `suppression of ${rule} by ${owner} is over since ${until}`),
  ].map(terminalSafe)
}

/** How far habits are known, when that is not far enough, and what was too much to remember. */
const baselineLines = ({ heldBack: { baseline } }: Outcome): readonly string[] => {
  if (!baseline || baseline.accounts === 0) return []
  const { days, accounts, withoutRates, withoutHabits, dropped } = baseline
  const known = `${days.toFixed(1)} days of history`
  const of = accounts > 1 ? ` in ${number(withoutHabits)} of ${number(accounts)} accounts` : ''
  return [
    ...(withoutHabits > 0
      ? [
          `not enough history for first uses${of}: ${known} at most, 7 needed${withoutRates > 0 ? '; for rates 1' : ''}`,
        ]
      : []),
    placedLine(baseline.placed),
    ...(dropped.calls + dropped.minutes + dropped.values > 0
      ? [
          `too much to learn from: ${number(dropped.calls)} calls not counted, ${number(dropped.minutes)} minutes only by day, ${number(dropped.values)} values forgotten`,
        ]
      : []),
  ]
}

/** What a database of networks was good for. */
const placedLine = ({ editions, country, asn, spot }: PlacedSummary): string => {
  if (editions.length === 0)
    return 'no --network-db: first countries and providers, and impossible travel, were not looked for'
  const known = `${number(country)} sign-ins and key uses with a country, ${number(asn)} with a provider, ${number(spot)} with a spot besides`
  const off = spot === 0 ? '; impossible travel needs all three' : ''
  return `${editions.join(', ')}: ${known}${off}`
}

const findingRow = (
  { rule, time, actor, event, origin }: Finding,
  { paint, width }: Style,
  several: boolean,
): string => {
  const level = paint([...[LEVEL_STYLE[rule.level]].flat()], rule.level.padEnd(10))
  const caller = actor.name || actor.actor
  const known = originText(origin)
  // Insights and events of services have no caller: what they are about says more than nobody
  const who =
    caller || event.sourceIPAddress
      ? `${caller || 'unknown'} from ${event.sourceIPAddress || 'unknown'}${known ? ` (${known})` : ''}`
      : `${event.eventName} in ${event.awsRegion}`
  const where = several ? ` in ${event.recipientAccountId}` : ''
  const room = Math.max(40, width - 36)
  return `${level}${time.slice(0, 16).replace('T', ' ')}  ${clip(`${rule.title}: ${terminalSafe(who + where)}`, room)}`
}

const planSection = ({ plan }: Outcome, paint: Paint, width: number): string => {
  if (plan.actions.length === 0 && plan.refused.length === 0)
    return section(paint, 'PLAN', ['nothing to contain'])
  const rows = plan.actions
    .slice(0, MOST_ACTIONS)
    .map(
      ({ title, tier }, i) =>
        `${String(i + 1).padStart(2)}. ${clip(`${terminalSafe(title)} (tier ${tier})`, width - 14)}`,
    )
  const more = plan.actions.length - rows.length
  return section(paint, 'PLAN', [
    `${plan.actions.length} actions proposed, ${plan.refused.length} refused; ${paint('bold', 'nothing has been done')}`,
    ...rows,
    ...(more > 0 ? [`and ${more} more in plan.json and the report`] : []),
  ])
}

const outSection = (out: string, paint: Paint): string => {
  const at = shown(out)
  return section(paint, 'WRITTEN', [
    `${paint('bold', join(at, 'report.html'))}  open it in a browser`,
    `${join(at, 'store')}  ask it: ${commandName()} query ${at} list`,
    `${join(at, 'plan.json')}  every call, with its undo`,
  ])
}

const rank = (level: Level): number => LEVELS.indexOf(level)
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
const number = (n: number): string => n.toLocaleString('en-US')
const clip = (text: string, max: number): string => (text.length <= max ? text : `${text.slice(0, max - 1)}…`)
