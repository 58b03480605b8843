import { type HtmlValue, html, type Markup, preformatted } from './escape.ts'
import { type FindingView, LEVELS_DOWN, type Shortened, tagLabel } from './finding-view.ts'
import { count, plural, utc } from './format.ts'
import { bullets, code, cutNote, facts, levelBadge, levelName, table, toneBadge } from './html-parts.ts'
import type { ReportModel } from './model.ts'
import type { StoryLine } from './story.ts'

/** Counts per level, as a row of figures. */
export const levelTiles = ({ levels }: ReportModel): Markup =>
  html`<ul class="tiles" aria-label="Findings by severity">${levels.map(
    ({ level, count: n }) =>
      html`<li class="${n === 0 ? 'none' : 'some'}"><b>${count(n)}</b>${levelBadge(level)}</li>\n`,
  )}</ul>`

/** High and critical findings as a story in time order. */
export const storySection = ({ story, findings }: ReportModel): Markup => {
  const numbers = new Map(findings.full.map(({ view }) => [view.id, view.number]))
  const lines = story.lines.map((line) => storyLine(line, numbers.get(line.finding)))
  return html`<section id="story" aria-labelledby="story-title"><h2 id="story-title">What happened</h2>
${
  lines.length === 0
    ? html`<p>No high or critical finding.</p>`
    : html`<p class="lead">High and critical findings in the order of time. Times are UTC.</p><ol class="story">${lines}</ol>`
}${cutNote(story.more, 'lines of the story are')}</section>`
}

const storyLine = (line: StoryLine, number: number | undefined): Markup => {
  const until =
    line.times > 1 && html` <span class="muted">${count(line.times)} times, until ${utc(line.until)}</span>`
  return html`<li><div class="when"><time>${utc(line.time)}</time>${levelBadge(line.level)}</div>
<div><p><strong>${number === undefined ? line.title : html`<a href="#finding-${number}">${line.title}</a>`}</strong>${until}</p>
<p><b>${line.who}</b> ${line.verb} ${code(line.call)}${line.target !== '' && html` on ${code(line.target)}`} from ${code(line.from)} <span class="muted">in <span class="whole">${line.account}</span>, <span class="whole">${line.region}</span></span>${line.evidence.tone !== 'good' && html` ${toneBadge(line.evidence.tone, `evidence: ${line.evidence.words}`)}`}</p></div></li>\n`
}

/** All findings: cards by level, the rest in a table, what is beyond counted. */
export const findingsSection = (model: ReportModel): Markup => {
  const { full, listed, total } = model.findings
  return html`<section id="findings" aria-labelledby="findings-title"><h2 id="findings-title">Findings</h2>
<p class="lead">${total === 0 ? 'No rule matched.' : `${plural(total, 'finding')}, gravest first.`} ${plural(model.rules.loaded, 'rule')} applied${model.rules.rejected > 0 ? `, ${count(model.rules.rejected)} could not be used` : ''}.</p>
${LEVELS_DOWN.map((level) =>
  levelGroup(
    level,
    full.filter(({ view }) => view.level === level),
  ),
)}
${listed.length > 0 && html`<h3>Further findings</h3>${listedTable(listed)}`}
${model.findings.cut.map(({ level, count: n }) => cutNote(n, `${level} findings are counted but`))}
</section>`
}

const levelGroup = (
  level: FindingView['level'],
  findings: readonly { readonly view: FindingView; readonly raw: string }[],
): Markup | undefined =>
  findings.length === 0
    ? undefined
    : html`<h3>${levelName(level)} <span class="muted">(${count(findings.length)})</span></h3>${findings.map(card)}`

const card = ({ view, raw }: { readonly view: FindingView; readonly raw: string }): Markup => {
  const id = `finding-${view.number}`
  return html`<article class="finding edge-${view.level}" id="${id}" aria-labelledby="${id}-title">
<header>${levelBadge(view.level)}<h4 id="${id}-title">${view.title}</h4><span class="number">#${view.number}</span></header>
${facts(factsOf(view), 'facts pair')}
<details><summary>Raw event</summary><pre tabindex="0">${preformatted(raw)}</pre></details>
</article>\n`
}

const factsOf = (view: FindingView): (readonly [string, HtmlValue])[] => [
  ['When', html`<time>${utc(view.time)}</time>`],
  ['Where', html`account ${code(view.account)}, Region ${code(view.region)}`],
  ['Who', who(view)],
  [
    'From',
    html`${code(view.from)}${view.origin !== '' && html` <span class="whole">${view.origin}</span>`}<br><span class="muted small">${view.userAgent}</span>`,
  ],
  [
    'What',
    html`${code(view.call)}${view.errorCode !== '' && html` <span class="tone-doubt">refused: ${view.errorCode}</span>`}`,
  ],
  ['On', view.resources.shown.length > 0 ? codes(view.resources) : '-'],
  [
    'Evidence',
    html`${toneBadge(view.evidence.tone, view.evidence.words)}<br>${code(view.key)} <span class="muted">record ${view.index}</span>`,
  ],
  ['Events', codes(view.events)],
  ...(view.notes.length > 0 ? [['Notes', bullets(view.notes)] as const] : []),
  [
    'Rule',
    html`${code(view.ruleId)} ${view.tags.map((tag) => html`<span class="tag">${tagLabel(tag)}</span> `)}`,
  ],
]

const who = (view: FindingView): Markup =>
  html`<b>${view.who}</b> <span class="muted">${view.whoType}</span>${view.whoDetail !== '' && html`<br>${code(view.whoDetail)}`}${view.accessKey !== '' && html`<br><span class="muted">access key</span> ${code(view.accessKey)}`}`

const codes = ({ shown, more }: Shortened): Markup =>
  html`${bullets(shown.map(code), 'codes')}${more > 0 && html`<span class="muted">and ${count(more)} more</span>`}`

const listedTable = (views: readonly FindingView[]): Markup =>
  table({
    caption: 'Findings beyond those shown in full',
    quiet: true,
    columns: [
      { title: '#', numeric: true },
      { title: 'Severity' },
      { title: 'Time' },
      { title: 'Finding' },
      { title: 'Who' },
      { title: 'Call' },
      { title: 'From' },
      { title: 'Evidence' },
    ],
    rows: views.map((view) => [
      view.number,
      levelName(view.level),
      utc(view.time),
      view.title,
      view.who,
      code(view.call),
      code(view.from),
      view.evidence.words,
    ]),
  })
