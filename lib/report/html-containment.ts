import {
  type ContainmentLog,
  type ContainmentRow,
  checkpointWords,
  containmentSentence,
  duration,
  expiryWords,
  type MadeCall,
  mergedTimeline,
  metricsOf,
  openQuestions,
  stateTone,
  stateWords,
} from './containment.ts'
import { type HtmlValue, html, jsonText, type Markup, preformatted } from './escape.ts'
import { clip, count, plural, utc } from './format.ts'
import { bullets, code, cutNote, facts, levelBadge, table, toneBadge } from './html-parts.ts'

export interface ContainmentLimits {
  readonly actions: number
  readonly timeline: number
  /** Calls, looks and moments of one action. */
  readonly each: number
}

export const CONTAINMENT_LIMITS: ContainmentLimits = { actions: 200, timeline: 400, each: 60 }

/** What was done, by whom it was approved, how it was seen to hold and how it is undone: from the ledger. */
export const containmentSection = (
  log: ContainmentLog,
  limits: ContainmentLimits = CONTAINMENT_LIMITS,
): Markup => html`<section id="containment" aria-labelledby="containment-title"><h2 id="containment-title">Containment</h2>
<p class="lead">${containmentSentence(log)}</p>
${facts([
  [
    'Ledger',
    `${plural(log.entries, 'entry', 'entries')}, each chained to the one before; ${utc(log.first)} to ${utc(log.last)}`,
  ],
  ['Last hash', code(log.tail)],
])}
${approvals(log)}${metrics(log)}
<ol class="actions">${log.actions.slice(0, limits.actions).map((row) => action(row, limits))}</ol>
${cutNote(log.actions.length - limits.actions, 'actions are in the ledger but')}
<h3>What stays open</h3>${open(log, limits)}
<h3>Log and ledger in one order</h3>${timeline(log, limits)}
</section>`

const approvals = ({ approvals: given }: ContainmentLog): Markup =>
  given.length === 0
    ? html`<p>Nobody has approved anything.</p>`
    : table({
        caption: 'Approvals',
        columns: [{ title: 'Approver' }, { title: 'Plan' }, { title: 'When' }, { title: 'Counts until' }],
        rows: given.map(({ approver, plan, at, expires }) => [
          code(clip(approver, 300)),
          code(plan),
          utc(at),
          utc(expires),
        ]),
      })

const metrics = (log: ContainmentLog): Markup =>
  table({
    caption: 'How long it took',
    columns: [{ title: 'From where to where' }, { title: 'From' }, { title: 'To' }, { title: 'Time' }],
    rows: metricsOf(log).map(({ name, from, to, seconds }) => [name, utc(from), utc(to), duration(seconds)]),
  })

const action = (row: ContainmentRow, { each }: ContainmentLimits): Markup =>
  html`<li><article class="action edge-tier-${row.tier}">
<header><h3>${clip(row.title, 200)}</h3>${toneBadge(stateTone(row.state), stateWords(row.state))} ${levelBadge(row.level)}</header>
${facts([
  ['Target', code(clip(row.target, 400))],
  ['Why', clip(row.reason, 600)],
  ['Evidence', events(row, each)],
  ['Plan', html`${code(row.plan)}, recorded ${utc(row.plannedAt)}, owner ${clip(row.owner, 200)}`],
  ['Waited because', row.why.length > 0 && bullets(row.why.map((why) => clip(why, 300)))],
  ['Dry run', commands(row.dryRun, 'No call.')],
  ['Calls made', calls(row.made, each)],
  ['Verification', checks(row, each)],
  [
    'Undo',
    html`${commands(row.undo, 'No call puts it back.')}<span class="muted">${clip(row.undoNote, 600)}</span>`,
  ],
  ['Lasts', expiryWords(row.expires)],
])}
<details><summary>State before, and every step</summary>
${facts([
  ['Blast radius', clip(row.blastRadius, 600)],
  ['State before', before(row)],
  ['Steps', bullets(row.moments.slice(0, each).map(({ at, text }) => html`${utc(at)} ${clip(text, 500)}`))],
  ['Id', code(row.id)],
])}</details>
</article></li>\n`

const events = ({ events: list }: ContainmentRow, each: number): HtmlValue =>
  list.length > 0 &&
  bullets(
    list
      .slice(0, each)
      .map(
        ({ eventID, finding, time, place, evidence }) =>
          html`${code(clip(eventID, 80))} ${utc(time)}, ${clip(finding.split('#')[0]!, 120)}: <b>${evidence}</b>${place !== undefined && html`<br>${code(clip(place, 600))}`}`,
      ),
  )

const commands = (list: readonly string[], none: string): HtmlValue =>
  list.length === 0
    ? none
    : list.slice(0, 20).map((command) => html`<pre tabindex="0">${clip(command, 2_000)}</pre>`)

const calls = (list: readonly MadeCall[], each: number): HtmlValue =>
  list.length === 0
    ? 'None.'
    : html`${table({
        caption: 'Calls made',
        quiet: true,
        columns: [{ title: 'When' }, { title: 'Call' }, { title: 'Answer and request id' }],
        rows: list
          .slice(0, each)
          .map(({ at, phase, command, outcome, requestId = '', error }) => [
            utc(at),
            html`<span class="muted">${PHASES[phase]}</span> ${code(clip(command, 400))}`,
            html`${error === undefined ? outcome : `${outcome}: ${clip(error, 100)}`} ${code(clip(requestId, 100))}`,
          ]),
      })}${cutNote(list.length - each, 'calls are')}`

const PHASES: Readonly<Record<MadeCall['phase'], string>> = {
  apply: 'done',
  reassert: 'made again',
  release: 'put back',
}

const checks = ({ checks: list }: ContainmentRow, each: number): HtmlValue =>
  list.length === 0
    ? 'Not looked at.'
    : table({
        caption: 'Verification',
        quiet: true,
        columns: [{ title: 'Checkpoint' }, { title: 'When' }, { title: 'Holds' }, { title: 'Found' }],
        rows: list
          .slice(0, each)
          .map(({ checkpoint, at, holds, found }) => [
            checkpointWords(checkpoint),
            utc(at),
            holds,
            code(clip(JSON.stringify(found) ?? '', 300)),
          ]),
      })

const before = ({ before: list }: ContainmentRow): HtmlValue =>
  list.length > 0 &&
  list
    .slice(0, 12)
    .map(
      ({ command, answer }) =>
        html`<pre tabindex="0"><b>${clip(command, 600)}</b>\n${preformatted(jsonText(answer, 4_000))}</pre>`,
    )

const open = (log: ContainmentLog, { each }: ContainmentLimits): Markup => {
  const list = openQuestions(log)
  return list.length === 0
    ? html`<p>Nothing that the ledger knows of.</p>`
    : html`${bullets(list.slice(0, each).map((text) => clip(text, 500)))}${cutNote(list.length - each, 'are')}`
}

const timeline = (log: ContainmentLog, limits: ContainmentLimits): Markup => {
  const rows = mergedTimeline(log)
  return html`${table({
    caption: `${count(rows.length)} steps`,
    quiet: true,
    columns: [{ title: 'When' }, { title: 'Where' }, { title: 'What' }],
    rows: rows.slice(0, limits.timeline).map(({ at, who, what }) => [utc(at), who, clip(what, 500)]),
  })}${cutNote(rows.length - limits.timeline, 'steps are')}`
}
