import type { ChainSummary, Problem } from '../verdict.ts'
import { html, type Markup } from './escape.ts'
import { filesOf, type ProblemGroup, problemRange, statusLabel } from './evidence.ts'
import { capital, clip, compare, count, plural, utc } from './format.ts'
import { bullets, code, cutNote, table, toneBadge } from './html-parts.ts'
import type { ReportModel } from './model.ts'

/** The verdict of the evidence, first thing on the page. */
export const verdictPanel = ({ evidence }: ReportModel): Markup =>
  html`<section class="verdict panel-${evidence.tone}" aria-labelledby="verdict-title"><h2 id="verdict-title"><span class="muted">Evidence:</span> ${toneBadge(evidence.tone, evidence.label)}</h2>
<p class="sentence">${evidence.sentence}</p>${evidence.meaning.map((sentence) => html`<p>${sentence}</p>`)}</section>`

/** Everything behind the verdict, and where every file and event went. */
export const evidenceSection = (model: ReportModel): Markup =>
  html`<section id="evidence" aria-labelledby="evidence-title"><h2 id="evidence-title">Evidence</h2>
${model.notes.length > 0 && bullets(model.notes.slice(0, 50).map((note) => clip(note, 400)))}
${model.checked ? html`<h3>Digest chains</h3>${chains(model)}<h3>Problems</h3>${problems(model)}` : html`<p>Integrity was not checked.</p>`}
<h3>Files and events</h3>${reconciliation(model)}
<h3>Quarantined</h3>${quarantined(model)}
</section>`

const chains = ({ chains, limits }: ReportModel): Markup =>
  chains.length === 0
    ? html`<p>No chain of digest files was found.</p>`
    : html`${table({
        caption: 'Digest chains',
        quiet: true,
        columns: [
          { title: 'Account' },
          { title: 'Region' },
          { title: 'Trail' },
          { title: 'Digests verified', numeric: true },
          { title: 'Log files verified', numeric: true },
          { title: 'Proven from' },
          { title: 'Proven to' },
        ],
        rows: chains.slice(0, limits.chains).map(chainRow),
      })}${cutNote(chains.length - limits.chains, 'chains are')}`

const chainRow = ({ account, region, trail, kind, digests, logs, from, to }: ChainSummary) => [
  code(clip(account, 40)),
  clip(region, 40),
  html`${clip(trail, 140)}${kind === 'backfill' && ' (backfill)'}`,
  `${count(digests.valid)} of ${count(filesOf(digests))}`,
  `${count(logs.valid)} of ${count(filesOf(logs))}`,
  from === undefined ? '-' : utc(from),
  to === undefined ? '-' : utc(to),
]

const problems = (model: ReportModel): Markup =>
  model.problems.length === 0 ? html`<p>None.</p>` : html`${model.problems.map(problemTable)}`

const problemTable = (group: ProblemGroup): Markup =>
  html`${table({
    caption: `${capital(group.label)} (${count(group.total)})`,
    widths: 'problems',
    columns: [{ title: 'Object' }, { title: 'Time concerned' }, { title: 'What was found' }],
    rows: group.problems.map((problem) => [
      html`<span class="muted">${KINDS[problem.kind] ?? ''}</span><br>${code(clip(problem.object, 400))}`,
      range(problem),
      html`${clip(problem.detail, 500)} <span class="muted">(${clip(problem.reason, 60)})</span>`,
    ]),
  })}${cutNote(group.total - group.problems.length, `problems of the status "${statusLabel(group.status)}" are`)}`

const KINDS: Readonly<Record<Problem['kind'], string>> = {
  digest: 'digest file',
  'backfill-digest': 'backfill digest file',
  log: 'log file',
  chain: 'chain',
}

const range = (problem: Problem): string => {
  const { from, to } = problemRange(problem) ?? {}
  if (from === undefined || to === undefined) return '-'
  return from === to ? utc(from) : `${utc(from)} to ${utc(to)}`
}

const reconciliation = ({ files, events }: ReportModel): Markup => {
  const skipped = Object.entries(files.skipped).sort((a, b) => b[1] - a[1] || compare(a[0], b[0]))
  const skippedTotal = skipped.reduce((sum, [, n]) => sum + n, 0)
  const shown = skipped.slice(0, 40)
  const accounted = events.kept + events.duplicate + events.superseded + events.rejected
  return html`<div class="columns">${counts(
    'Objects',
    [
      ['listed', files.listed],
      ['read', files.ingested],
      ...shown.map(([reason, n]) => [`skipped: ${clip(reason, 80)}`, n] as const),
    ],
    sums(files.listed, files.ingested + skippedTotal, 'objects'),
  )}${counts(
    'Events',
    [
      ['read', events.read],
      ['kept', events.kept],
      ['duplicate', events.duplicate],
      ['superseded by a later delivery', events.superseded],
      ['rejected', events.rejected],
    ],
    sums(events.read, accounted, 'records'),
  )}</div>`
}

const counts = (title: string, rows: readonly (readonly [string, number])[], note: string): Markup =>
  html`<div class="top">${table({
    caption: title,
    columns: [{ title: 'What became of them' }, { title: 'Number', numeric: true }],
    rows: rows.map(([name, n]) => [name, count(n)]),
  })}<p class="cut">${note}</p></div>`

const sums = (total: number, accounted: number, noun: string): string =>
  total === accounted && total === 0
    ? `No ${noun}.`
    : total === accounted
      ? `Every one of ${count(total)} ${noun} is accounted for.`
      : `${count(total)} ${noun} came in, ${count(accounted)} are accounted for: the difference is unexplained.`

const quarantined = ({ quarantined: list, limits }: ReportModel): Markup =>
  list.length === 0
    ? html`<p>Nothing was quarantined.</p>`
    : html`<p>${plural(list.length, 'object or record', 'objects or records')} could not be read as CloudTrail events and ${list.length === 1 ? 'was' : 'were'} left out.</p>${table(
        {
          caption: 'Quarantined',
          quiet: true,
          widths: 'problems',
          columns: [{ title: 'Object' }, { title: 'Reason' }, { title: 'Detail' }],
          rows: list
            .slice(0, limits.quarantined)
            .map(({ object, reason, detail }) => [
              code(clip(object, 400)),
              clip(reason, 80),
              clip(detail, 400),
            ]),
        },
      )}${cutNote(list.length - limits.quarantined, 'quarantined objects or records are')}`
