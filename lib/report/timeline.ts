import type { Level } from '../finding.ts'
import { html, type Markup } from './escape.ts'
import { isBad, statusLabel } from './evidence.ts'
import { LEVELS_DOWN } from './finding-view.ts'
import { count, plural, utc } from './format.ts'
import { levelName, levelShape } from './html-parts.ts'
import { type Band, HOUR, MARKER_COLUMNS, type Timeline } from './time-axis.ts'

/** The timeline as a picture: events per step as bars, findings on lanes by level, doubtful evidence as hatched bands. */

interface Frame {
  readonly id: string
  readonly timeline: Timeline
  readonly left: number
  readonly plot: number
  readonly width: number
  readonly narrow: boolean
  readonly lanes: readonly Level[]
  readonly lanesTop: number
  readonly bandTop: number
  readonly bottom: number
}

const TOP = 14
const CHART = 120
const LANE = 24
const BAND = 18

/** Inline SVG, `width` units wide. `id` keeps the ids of two pictures on one page apart. */
export const timelineSvg = (timeline: Timeline, id: string, width: number): Markup => {
  const frame = frameOf(timeline, id, width)
  const height = frame.bottom + 40
  return html`<svg class="timeline ${id}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="${id}-title ${id}-desc">
<title id="${id}-title">Timeline of events, findings and evidence problems</title>
<desc id="${id}-desc">${description(timeline)}</desc>
${patternOf(`${id}-hatch`, 'hatch')}${patternOf(`${id}-dots`, 'dots')}
${bands(frame)}${grid(frame)}${bars(frame)}${lanes(frame)}${axis(frame)}
</svg>`
}

/** Hatched for tampering, dotted for doubt. */
export const patternOf = (id: string, pattern: 'hatch' | 'dots'): Markup =>
  html`<defs><pattern id="${id}" width="6" height="6" patternUnits="userSpaceOnUse"${pattern === 'hatch' && html` patternTransform="rotate(45)"`}><rect class="${pattern}-ground" width="6" height="6"></rect>${
    pattern === 'hatch'
      ? html`<rect class="hatch-ink" width="2.4" height="6"></rect>`
      : html`<circle class="dots-ink" cx="3" cy="3" r="1.4"></circle>`
  }</pattern></defs>`

const frameOf = (timeline: Timeline, id: string, width: number): Frame => {
  const narrow = width < 600
  const left = narrow ? 70 : 104
  const lanes = LEVELS_DOWN.filter((level) => timeline.markers.some((marker) => marker.level === level))
  const lanesTop = TOP + CHART + 8
  const bandTop = lanesTop + lanes.length * LANE
  const bottom = bandTop + (timeline.bands.length > 0 ? BAND + 6 : 0)
  return { id, timeline, left, plot: width - left - 14, width, narrow, lanes, lanesTop, bandTop, bottom }
}

const x = ({ timeline, left, plot }: Frame, ms: number): number =>
  round(left + ((ms - timeline.from) / (timeline.to - timeline.from)) * plot)

const round = (n: number): number => Math.round(n * 10) / 10

const moment = (ms: number): string => utc(new Date(ms).toISOString()).replace(/:\d{2} UTC$/, ' UTC')

const description = ({ from, to, step, bars, markers, bands }: Timeline): string => {
  const events = bars.reduce((sum, n) => sum + n, 0)
  const findings = LEVELS_DOWN.flatMap((level) => {
    const n = markers
      .filter((marker) => marker.level === level)
      .reduce((sum, marker) => sum + marker.count, 0)
    return n > 0 ? `${count(n)} ${level}` : []
  })
  const problems = bands.map(
    (band) => `${statusLabel(band.status)} from ${moment(band.from)} to ${moment(band.to)}`,
  )
  return [
    `${plural(events, 'event')} from ${moment(from)} to ${moment(to)}, at most ${count(Math.max(0, ...bars))} in ${plural(step, 'hour')}.`,
    `Findings: ${findings.join(', ') || 'none'}.`,
    problems.length > 0
      ? `Evidence problems: ${problems.slice(0, 20).join('; ')}.`
      : 'No evidence problems with a time.',
  ].join(' ')
}

const grid = (frame: Frame): Markup => {
  const peak = Math.max(1, ...frame.timeline.bars)
  const end = frame.left + frame.plot
  const line = (share: number, label: string) => {
    const y = round(TOP + CHART * (1 - share))
    return html`<line class="grid" x1="${frame.left}" x2="${end}" y1="${y}" y2="${y}"></line><text class="tick" text-anchor="end" x="${frame.left - 8}" y="${y + 4}">${label}</text>\n`
  }
  return html`${line(1, count(peak))}${peak > 1 && peak % 2 === 0 && line(0.5, count(peak / 2))}${line(0, '0')}<text class="lane" x="2" y="${TOP + CHART / 2 + 4}">Events</text>\n`
}

const bars = (frame: Frame): Markup => {
  const { timeline, left, plot } = frame
  const peak = Math.max(1, ...timeline.bars)
  const step = plot / timeline.bars.length
  return html`<g class="bars">${timeline.bars.map((n, i) => {
    if (n === 0) return undefined
    const height = Math.max(1.5, round((n / peak) * CHART))
    const from = timeline.from + i * timeline.step * HOUR
    return html`<rect x="${round(left + i * step)}" y="${round(TOP + CHART - height)}" width="${Math.max(1, round(step - 1))}" height="${height}"><title>${plural(n, 'event')} from ${moment(from)}</title></rect>`
  })}</g>\n`
}

const lanes = (frame: Frame): Markup =>
  html`${frame.lanes.map((level, i) => {
    const y = frame.lanesTop + i * LANE + LANE / 2
    return html`<g><text class="lane" x="2" y="${y + 4}">${frame.narrow && level === 'informational' ? 'Info' : levelName(level)}</text><line class="grid" x1="${frame.left}" x2="${frame.left + frame.plot}" y1="${y}" y2="${y}"></line>${clusters(frame, level).map((cluster) => marker(level, cluster, y))}</g>\n`
  })}`

interface Cluster {
  readonly x: number
  readonly end: number
  readonly count: number
}

/** Markers too close to tell apart are one marker with a number. */
const clusters = (frame: Frame, level: Level): Cluster[] => {
  const step = frame.plot / MARKER_COLUMNS
  const found: Cluster[] = []
  for (const { column, count } of frame.timeline.markers.filter((marker) => marker.level === level)) {
    const here = round(frame.left + (column + 0.5) * step)
    const last = found.at(-1)
    if (last && here - last.x < (last.count + count > 1 ? 32 : 18)) {
      found[found.length - 1] = { x: last.x, end: here, count: last.count + count }
    } else found.push({ x: here, end: here, count })
  }
  return found
}

const marker = (level: Level, { x, count: n }: Cluster, y: number): Markup =>
  html`<g><title>${plural(n, `${level} finding`)}</title>${levelShape(level, x, y)}${n > 1 && html`<text class="times" x="${x + 9}" y="${y + 4}">${count(n)}</text>`}</g>`

const bands = (frame: Frame): Markup | undefined => {
  if (frame.timeline.bands.length === 0) return undefined
  const y = frame.bandTop + 3
  return html`<g>${frame.timeline.bands.map((band) => bandRects(frame, band, y))}<text class="lane" x="2" y="${y + 13}">Evidence</text></g>\n`
}

const bandRects = (frame: Frame, band: Band, y: number): Markup => {
  const from = x(frame, band.from)
  const width = Math.max(4, round(x(frame, band.to) - from))
  const start = Math.min(from, frame.left + frame.plot - width)
  const pattern = isBad(band.status) ? 'hatch' : 'dots'
  return html`<rect class="shade ${pattern}" x="${start}" y="${TOP}" width="${width}" height="${y - TOP}"></rect><rect class="band ${pattern}" fill="url(#${frame.id}-${pattern})" x="${start}" y="${y}" width="${width}" height="${BAND - 3}"><title>${statusLabel(band.status)}: ${plural(band.problems, 'problem')} from ${moment(band.from)} to ${moment(band.to)}</title></rect>`
}

const TICKS = [1, 2, 3, 6, 12, 24, 48, 72, 168, 336, 720, 1440, 2880, 8760, 17_520, 87_600]

const axis = (frame: Frame): Markup => {
  const { from, to } = frame.timeline
  const hours = (to - from) / HOUR
  const most = frame.narrow ? 4 : 10
  const every = (TICKS.find((tick) => hours / tick <= most) ?? 876_000) * HOUR
  const ticks: number[] = []
  for (let ms = Math.ceil(from / every) * every; ms <= to; ms += every) ticks.push(ms)
  const line = frame.bottom
  return html`<line class="axis" x1="${frame.left}" x2="${frame.left + frame.plot}" y1="${line}" y2="${line}"></line>${ticks.map(
    (ms, i) => tick(frame, ms, ticks[i - 1], every),
  )}<text class="lane" x="2" y="${line + 16}">UTC</text>`
}

const tick = (frame: Frame, ms: number, before: number | undefined, every: number): Markup => {
  const [day, clock] = new Date(ms).toISOString().split('T') as [string, string]
  const newDay = before === undefined || new Date(before).toISOString().slice(0, 10) !== day
  const at = x(frame, ms)
  const anchor = at > frame.width - 34 ? 'end' : 'middle'
  const hourly = every < 24 * HOUR
  return html`<line class="axis" x1="${at}" x2="${at}" y1="${frame.bottom}" y2="${frame.bottom + 5}"></line><text class="tick" text-anchor="${anchor}" x="${at}" y="${frame.bottom + 18}">${hourly ? clock.slice(0, 5) : day.slice(5)}</text>${newDay && html`<text class="tick" text-anchor="${anchor}" x="${at}" y="${frame.bottom + 33}">${hourly ? day : day.slice(0, 4)}</text>`}\n`
}
