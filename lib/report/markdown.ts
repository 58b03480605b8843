import type { ContainmentAction } from '../action.ts'
import type { Tally } from './activity.ts'
import { markdownCode as code, jsonText, markdownText as text } from './escape.ts'
import { filesOf } from './evidence.ts'
import type { FindingView } from './finding-view.ts'
import { capital, clip, compare, count, plural, utc } from './format.ts'
import { levelName } from './html-parts.ts'
import { containmentLines } from './markdown-containment.ts'
import type { ReportModel } from './model.ts'

/** Findings told in full in a ticket: beyond that the HTML report is the better place. */
const FULL_FINDINGS = 50

/** The same report as Markdown for a ticket. Values from the log are code spans, so that no dialect reads them. */
export const reportMarkdown = (model: ReportModel): string =>
  [
    ...heading(model),
    ...story(model),
    ...findings(model),
    ...(model.containment ? [...containmentLines(model.containment), ...refused(model)] : plan(model)),
    ...activity(model),
    ...evidence(model),
    ...about(model),
  ].join('\n')

const heading = (model: ReportModel): string[] => {
  const { evidence, source, generatedAt, activity } = model
  return [
    '# CloudTrail security report',
    '',
    `- Source: ${code(clip(source, 300))}`,
    `- Period: ${activity.first && activity.last ? `${code(utc(activity.first))} to ${code(utc(activity.last))}` : 'no events'}`,
    `- Generated: ${code(utc(generatedAt))}`,
    '',
    `## Evidence: ${evidence.label}`,
    '',
    `**${evidence.sentence}**`,
    '',
    ...evidence.meaning.flatMap((sentence) => [sentence, '']),
    ...row(model.levels.map(({ level }) => levelName(level))),
    ...row(model.levels.map(() => '--:')),
    ...row(model.levels.map(({ count: n }) => count(n))),
    '',
  ]
}

const row = (cells: readonly string[]): string[] => [`| ${cells.join(' | ')} |`]

const story = ({ story }: ReportModel): string[] => [
  '## What happened',
  '',
  ...(story.lines.length === 0 ? ['No high or critical finding.'] : []),
  ...story.lines.map(
    (line) =>
      `- ${code(utc(line.time))} **${levelName(line.level)}**: ${text(line.title)}. ${code(line.who)} ${line.verb} ${code(line.call)}` +
      `${line.target === '' ? '' : ` on ${code(line.target)}`} from ${code(line.from)} in ${code(line.account)}, ${code(line.region)}` +
      `${line.times > 1 ? ` (${count(line.times)} times, until ${code(utc(line.until))})` : ''}` +
      (line.evidence.tone === 'good' ? '' : `; evidence: ${line.evidence.words}`),
  ),
  ...more(story.more, 'lines of the story are'),
  '',
]

const more = (n: number, what: string): string[] =>
  n > 0 ? ['', `${count(n)} more ${what} not shown here.`] : []

const findings = (model: ReportModel): string[] => {
  const { full, listed, cut, total } = model.findings
  const views = [...full.map(({ view }) => view), ...listed]
  const rest = views.length - FULL_FINDINGS + cut.reduce((sum, { count: n }) => sum + n, 0)
  return [
    '## Findings',
    '',
    total === 0 ? 'No rule matched.' : `${plural(total, 'finding')}, gravest first.`,
    '',
    ...views.slice(0, FULL_FINDINGS).flatMap(finding),
    ...(rest > 0
      ? [`${plural(rest, 'further finding')} in the HTML report and in the list of findings.`, '']
      : []),
  ]
}

const finding = (view: FindingView): string[] => [
  `### ${view.number}. ${levelName(view.level)}: ${text(view.title)}`,
  '',
  `- When: ${code(utc(view.time))}`,
  `- Who: ${code(view.who)} (${text(view.whoType)}) ${code(view.whoDetail)}${view.accessKey === '' ? '' : `, access key ${code(view.accessKey)}`}`,
  `- What: ${code(view.call)}${view.errorCode === '' ? '' : `, refused: ${code(view.errorCode)}`}`,
  ...(view.resources.shown.length > 0 ? [`- On: ${codes(view.resources.shown, view.resources.more)}`] : []),
  `- From: ${code(view.from)}${view.origin === '' ? '' : ` (${text(view.origin)})`}, ${code(view.userAgent)}`,
  ...view.notes.map((note) => `- Note: ${text(note)}`),
  `- Where: account ${code(view.account)}, Region ${code(view.region)}`,
  `- Evidence: ${view.evidence.words}, ${code(view.key)} record ${view.index}`,
  `- Events: ${codes(view.events.shown, view.events.more)}`,
  `- Rule: ${code(view.ruleId)}${view.tags.length > 0 ? `, ${codes(view.tags, 0)}` : ''}`,
  '',
]

const codes = (values: readonly string[], beyond: number): string =>
  values.map(code).join(', ') + (beyond > 0 ? ` and ${count(beyond)} more` : '')

const plan = ({ plan, limits }: ReportModel): string[] => [
  '## Containment plan',
  '',
  `**Nothing has been done.** ${plan.actions.length === 0 ? 'No action is proposed.' : `${plural(plan.actions.length, 'action')} proposed, to be taken in this order.`}`,
  '',
  ...plan.actions.slice(0, limits.actions).flatMap(action),
  ...more(plan.actions.length - limits.actions, 'actions are in the plan but'),
  ...refused({ plan, limits }),
]

const refused = ({ plan, limits }: Pick<ReportModel, 'plan' | 'limits'>): string[] => [
  ...(plan.refused.length > 0 ? ['### Refused', ''] : []),
  ...plan.refused
    .slice(0, limits.actions)
    .map(
      (item) =>
        `- ${text(clip(item.title, 200))} on ${code(clip(item.target, 300))}: ${text(clip(item.reason, 400))}`,
    ),
  ...more(plan.refused.length - limits.actions, 'refused actions are'),
  '',
]

const action = (planned: ContainmentAction, i: number): string[] => [
  `### ${i + 1}. ${text(clip(planned.title, 200))}`,
  '',
  `- Tier ${planned.tier}, ${levelName(planned.level)}`,
  `- Target: ${code(clip(planned.target.id, 120))} ${code(clip(planned.target.arn ?? planned.target.name ?? '', 300))} in account ${code(clip(planned.target.accountId, 40))}`,
  `- Why: ${text(clip(planned.reason, 600))}`,
  `- Blast radius: ${text(clip(planned.blastRadius, 600))}`,
  ...planned.limits.slice(0, 12).map((limit) => `- Leaves open: ${text(clip(limit, 400))}`),
  `- Undo: ${text(clip(planned.undoNote, 600))}`,
  '',
  ...planned.calls
    .slice(0, 12)
    .flatMap((call) => [code(`${call.service}:${call.operation}`), '', ...fenced(call.input)]),
  ...more(planned.calls.length - 12, 'calls are'),
]

/** Every line of JSON starts with a brace, a quote or a space before one, so no line can close the fence. */
const fenced = (value: unknown): string[] => ['```json', jsonText(value, 4_000), '```', '']

const activity = ({ activity, limits }: ReportModel): string[] => [
  '## Who, what and where',
  '',
  ...top('Actors', activity.actors, limits.top),
  ...top('API calls', activity.eventNames, limits.top),
  ...top('Source addresses', activity.sourceAddresses, limits.top),
  ...top('Accounts', activity.accounts, limits.top),
  ...top('Regions', activity.regions, limits.top),
  ...top('Errors', activity.errorCodes, limits.top),
]

const top = (title: string, tally: Tally, most: number): string[] =>
  tally.entries.length === 0
    ? []
    : [
        ...row([title, 'Events']),
        ...row(['---', '--:']),
        ...tally.entries
          .slice(0, most)
          .flatMap(({ name, count: n }) => row([code(clip(name, 200)), count(n)])),
        '',
      ]

const evidence = (model: ReportModel): string[] => [
  '## Evidence',
  '',
  ...model.notes.slice(0, 50).map((note) => `- ${text(clip(note, 400))}`),
  ...(model.checked ? [] : ['Integrity was not checked.']),
  ...model.chains
    .slice(0, model.limits.chains)
    .map(
      ({ account, region, trail, digests, logs }) =>
        `- Chain ${code(clip(`${account}/${region}/${trail}`, 240))}: ${count(digests.valid)} of ${count(filesOf(digests))} digest files and ${count(logs.valid)} of ${count(filesOf(logs))} log files verified`,
    ),
  ...more(model.chains.length - model.limits.chains, 'chains are'),
  '',
  ...model.problems.flatMap(({ label, total, problems }) => [
    `### ${capital(label)} (${count(total)})`,
    '',
    ...problems.map(({ object, detail }) => `- ${code(clip(object, 400))}: ${text(clip(detail, 500))}`),
    ...more(total - problems.length, 'problems of this status are'),
    '',
  ]),
  ...reconciliation(model),
]

const reconciliation = ({ files, events, quarantined, limits }: ReportModel): string[] => [
  '### Files and events',
  '',
  `- Objects: ${count(files.listed)} listed, ${count(files.ingested)} read`,
  ...Object.entries(files.skipped)
    .sort((a, b) => b[1] - a[1] || compare(a[0], b[0]))
    .slice(0, 40)
    .map(([reason, n]) => `- Skipped, ${code(clip(reason, 80))}: ${count(n)}`),
  `- Events: ${count(events.read)} read, ${count(events.kept)} kept, ${count(events.duplicate)} duplicate, ${count(events.superseded)} superseded, ${count(events.rejected)} rejected`,
  ...quarantined
    .slice(0, limits.quarantined)
    .map(
      ({ object, reason, detail }) =>
        `- Quarantined ${code(clip(object, 400))}: ${code(clip(reason, 80))}, ${text(clip(detail, 400))}`,
    ),
  ...more(quarantined.length - limits.quarantined, 'quarantined objects or records are'),
  '',
]

const about = (model: ReportModel): string[] => [
  '## About this report',
  '',
  'Verify it again: `trailwarden verify SOURCE`, or `aws cloudtrail validate-logs --trail-arn ARN --start-time TIME`.',
  '',
  ...model.caveats.map((caveat) => `- ${caveat.replaceAll('\\', '\\\\')}`),
  '',
  `Trailwarden ${text(model.version)}, report format 1. All times are UTC.`,
  '',
]
