import type { Level } from '../finding.ts'
import { type HtmlValue, html, type Markup } from './escape.ts'
import type { Tone } from './evidence.ts'
import { count } from './format.ts'

/** Small pieces that every section of the page uses. */

const NAMES: Readonly<Record<Level, string>> = {
  critical: 'Critical',
  high: 'High',
  medium: 'Medium',
  low: 'Low',
  informational: 'Informational',
}

export const levelName = (level: Level): string => NAMES[level] ?? 'Informational'

/** A shape of its own per level, so that colour is never the only signal. Centred on x, y; 7 units to each side. */
export const levelShape = (level: Level, x: number, y: number): Markup => {
  const kind = `shape lv-${level}`
  switch (level) {
    case 'critical':
      return html`<path class="${kind}" d="M${x} ${y - 7}L${x + 7} ${y}L${x} ${y + 7}L${x - 7} ${y}Z"></path>`
    case 'high':
      return html`<path class="${kind}" d="M${x} ${y - 6.5}L${x + 6.5} ${y + 5.5}L${x - 6.5} ${y + 5.5}Z"></path>`
    case 'medium':
      return html`<circle class="${kind}" cx="${x}" cy="${y}" r="5.5"></circle>`
    case 'low':
      return html`<rect class="${kind}" x="${x - 5}" y="${y - 5}" width="10" height="10"></rect>`
    default:
      return html`<circle class="${kind} hollow" cx="${x}" cy="${y}" r="5"></circle>`
  }
}

/** Shape and name of a level. */
export const levelBadge = (level: Level): Markup =>
  html`<span class="badge text-${level}"><svg class="glyph" viewBox="0 0 16 16" aria-hidden="true">${levelShape(level, 8, 8)}</svg>${levelName(level)}</span>`

const TONE_PATHS: Readonly<Record<Tone, string>> = {
  good: 'M3.5 8.5L6.8 11.8L12.8 4.6',
  bad: 'M4 4L12 12M12 4L4 12',
  doubt: 'M8 3.2V9.2M8 11.6V13.2',
}

/** Tick, cross or exclamation mark with its words. */
export const toneBadge = (tone: Tone, words: string): Markup =>
  html`<span class="badge tone-${tone}"><svg class="glyph" viewBox="0 0 16 16" aria-hidden="true"><path class="stroke" d="${TONE_PATHS[tone]}"></path></svg>${words}</span>`

/** Evidence names (ARNs, object keys, ids): monospace, broken anywhere. */
export const code = (value: string): Markup => html`<code>${value === '' ? '-' : value}</code>`

export interface TableColumn {
  readonly title: string
  readonly numeric?: boolean
}

export interface TableOptions {
  readonly caption: string
  /** The caption repeats a heading: only for screen readers. */
  readonly quiet?: boolean
  /** Class that fixes the widths of the columns. */
  readonly widths?: 'problems' | 'thirds'
  readonly columns: readonly TableColumn[]
  readonly rows: readonly (readonly HtmlValue[])[]
}

/** A table that becomes a list of labelled values on a phone. Roles are spelled out because CSS takes them away there. */
export const table = ({ caption, quiet, widths, columns, rows }: TableOptions): Markup =>
  html`<table role="table" class="${widths ?? 'free'}">
<caption${quiet && html` class="unseen"`}>${caption}</caption>
<thead role="rowgroup"><tr role="row">${columns.map(headCell)}</tr></thead>
<tbody role="rowgroup">
${rows.map((row) => html`<tr role="row">${columns.map((column, i) => cell(column, row[i]))}</tr>\n`)}</tbody>
</table>`

const headCell = ({ title, numeric }: TableColumn): Markup =>
  html`<th role="columnheader" scope="col"${numeric && html` class="num"`}>${title}</th>`

const cell = ({ title, numeric }: TableColumn, value: HtmlValue): Markup =>
  html`<td role="cell" data-label="${title}"${numeric && html` class="num"`}><div>${value}</div></td>`

/** A list of terms and values; a value that is nothing leaves its term out. */
export const facts = (entries: readonly (readonly [string, HtmlValue])[], kind = 'facts'): Markup =>
  html`<dl class="${kind}">${entries
    .filter(([, value]) => value !== undefined && value !== false && value !== '')
    .map(([term, value]) => html`<div><dt>${term}</dt><dd>${value}</dd></div>\n`)}</dl>`

export const bullets = (items: readonly HtmlValue[], kind = 'plain'): Markup =>
  html`<ul class="${kind}">${items.map((item) => html`<li>${item}</li>\n`)}</ul>`

/** Says what a list leaves out. */
export const cutNote = (more: number, what: string): Markup | undefined =>
  more > 0 ? html`<p class="cut">${count(more)} more ${what} not shown here.</p>` : undefined
