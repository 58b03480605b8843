import type { Tally } from './activity.ts'
import { html, type Markup } from './escape.ts'
import { isBad, statusLabel } from './evidence.ts'
import { clip, count, plural, utc } from './format.ts'
import { code, levelShape, table } from './html-parts.ts'
import type { ReportModel } from './model.ts'
import { barsOf, type Timeline } from './time-axis.ts'
import { patternOf, timelineSvg } from './timeline.ts'

/** The picture, once wide and once for a phone; CSS shows one of them. */
export const timelineSection = ({ timeline, activity }: ReportModel): Markup =>
  html`<section id="timeline" aria-labelledby="timeline-heading"><h2 id="timeline-heading">Timeline</h2>
${
  timeline
    ? html`<p class="lead">${spanOf(activity)} One bar is ${timeline.step === 1 ? 'an hour' : plural(timeline.step, 'hour')}.</p>
<figure>${timelineSvg(timeline, 'wide', 1040)}${timelineSvg(timeline, 'narrow', 360)}<figcaption>${legend(timeline)}</figcaption></figure>`
    : html`<p>No event has a time.</p>`
}</section>`

const spanOf = ({ first, last }: ReportModel['activity']): string =>
  first && last ? `Events from ${utc(first)} to ${utc(last)}.` : 'No event has a time.'

const legend = ({ markers, bands, outside }: Timeline): Markup => {
  const out = [
    outside.events > 0 && plural(outside.events, 'event'),
    outside.findings > 0 && plural(outside.findings, 'finding'),
    outside.problems > 0 && plural(outside.problems, 'evidence problem'),
  ].filter((part) => part !== false)
  return html`<span>Bars: events.</span> ${markers.length > 0 && html`<span><svg class="glyph" viewBox="0 0 16 16" aria-hidden="true">${levelShape('critical', 8, 8)}</svg> Shapes: findings, with a number when there are several.</span>`} ${
    told(bands, true).length > 0 &&
    html`<span>${swatch('hatch')} Hatched: ${told(bands, true).join(', ')}.</span> `
  }${told(bands, false).length > 0 && html`<span>${swatch('dots')} Dotted: ${told(bands, false).join(', ')}.</span> `}${out.length > 0 && html`<span>Outside this picture or without a time: ${out.join(', ')}.</span>`}`
}

const told = (bands: Timeline['bands'], bad: boolean): string[] => [
  ...new Set(bands.filter(({ status }) => isBad(status) === bad).map(({ status }) => statusLabel(status))),
]

const swatch = (pattern: 'hatch' | 'dots'): Markup =>
  html`<svg class="glyph" viewBox="0 0 16 16" aria-hidden="true">${patternOf(`key-${pattern}`, pattern)}<rect class="band ${pattern}" fill="url(#key-${pattern})" x="1" y="1" width="14" height="14"></rect></svg>`

/** Who, what, from where, when: the most frequent of each. */
export const activitySection = ({ activity, limits, timeline }: ReportModel): Markup =>
  html`<section id="activity" aria-labelledby="activity-title"><h2 id="activity-title">Who, what and where</h2>
<p class="lead">${activity.events === 0 ? 'No event was read.' : `All ${plural(activity.events, 'event')}, not only those with findings; ${plural(activity.errors, 'call')} ended in an error.`}</p>
<div class="columns">
${topTable('Actors', activity.actors, limits.top)}
${topTable('API calls', activity.eventNames, limits.top)}
${topTable('Source addresses', activity.sourceAddresses, limits.top)}
${topTable('Accounts', activity.accounts, limits.top, sparklines(activity.accountHours, timeline))}
${topTable('Regions', activity.regions, limits.top)}
${topTable('Errors', activity.errorCodes, limits.top)}
${topTable('Kinds of event', activity.kinds, limits.top)}
</div></section>`

const topTable = (title: string, tally: Tally, top: number, picture = barOf): Markup | undefined => {
  if (tally.entries.length === 0) return undefined
  const shown = tally.entries.slice(0, top)
  const peak = shown[0]!.count
  const more = tally.distinct - shown.length
  const note =
    more > 0 || !tally.exact
      ? html`<p class="cut">${tally.exact ? '' : 'At least '}${count(Math.max(0, more))} more, ${plural(restOf(tally, top), 'event')}.${tally.exact ? '' : ' Too many to keep all: counts are lower bounds.'}</p>`
      : undefined
  return html`<div class="top">${table({
    caption: title,
    columns: [{ title: 'Name' }, { title: 'Events', numeric: true }],
    rows: shown.map(({ name, count: n }) => [
      html`${code(clip(name, 200))}${picture(n / peak, name)}`,
      count(n),
    ]),
  })}${note}</div>\n`
}

const restOf = ({ entries, other }: Tally, top: number): number =>
  other + entries.slice(top).reduce((sum, { count }) => sum + count, 0)

type Picture = (share: number, name: string) => Markup

const barOf: Picture = (share) =>
  html`<svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true"><rect width="${Math.max(0.5, Math.round(share * 1000) / 10)}" height="4"></rect></svg>`

/** Events of each account over the range of the timeline, on a scale of its own: when it was awake, not how busy it was. */
const sparklines = (
  accounts: ReportModel['activity']['accountHours'],
  timeline: Timeline | undefined,
): Picture => {
  if (!timeline) return barOf
  const hours = new Map(accounts.map((entry) => [entry.account, entry.hours]))
  return (_share, name) => {
    const { bars } = barsOf(hours.get(name) ?? [], timeline)
    const peak = Math.max(1, ...bars)
    return html`<svg class="spark" viewBox="0 0 ${bars.length} 18" preserveAspectRatio="none" aria-hidden="true">${bars.map(
      (n, i) => {
        const height = Math.round((n / peak) * 180) / 10
        return n > 0 && html`<rect x="${i}" y="${18 - height}" width="0.9" height="${height}"></rect>`
      },
    )}</svg>`
  }
}
