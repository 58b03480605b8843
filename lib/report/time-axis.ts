import type { Finding, Level } from '../finding.ts'
import type { IntegrityReport, Problem } from '../verdict.ts'
import type { ActivitySummary, HourCount } from './activity.ts'
import { problemRange } from './evidence.ts'
import { millis } from './format.ts'

export const HOUR = 3_600_000

/** What the timeline picture shows; times in milliseconds since the epoch. */
export interface Timeline {
  readonly from: number
  readonly to: number
  /** Hours per bar. */
  readonly step: number
  /** Events per bar, from `from` on. */
  readonly bars: readonly number[]
  /** Columns count from 0 to MARKER_COLUMNS - 1. */
  readonly markers: readonly { readonly level: Level; readonly column: number; readonly count: number }[]
  readonly bands: readonly Band[]
  /** Events, findings and problems outside the picture. */
  readonly outside: { readonly events: number; readonly findings: number; readonly problems: number }
}

export interface Band {
  readonly status: Problem['status']
  readonly from: number
  readonly to: number
  readonly problems: number
}

const STEPS = [1, 2, 3, 6, 12, 24, 48, 72, 168, 336, 720, 2160, 8760, 87_600]
const MAX_BARS = 120
/** Findings are placed finer than bars, so that an hour with several still shows their order. */
export const MARKER_COLUMNS = 400
const LONGEST = 400 * 24 * HOUR
const MAX_BANDS = 80

/** Lays events, findings and problems on one axis of time. `undefined` when nothing has a time. */
export const timelineOf = (
  activity: ActivitySummary,
  findings: readonly Finding[],
  integrity: IntegrityReport | undefined,
): Timeline | undefined => {
  const window = windowOf(activity.hours, findings)
  if (!window) return undefined
  const hours = Math.ceil((window.to - window.from) / HOUR)
  const step = STEPS.find((step) => hours / step <= MAX_BARS) ?? 876_000
  const width = step * HOUR
  const from = Math.floor(window.from / width) * width
  const to = Math.max(from + width, Math.ceil(window.to / width) * width)
  const axis = { from, to, step }
  const { bars, outside } = barsOf(activity.hours, axis)
  const markers = markersOf(findings, axis)
  const bands = bandsOf(integrity?.problems ?? [], axis)
  return {
    ...axis,
    bars,
    markers: markers.shown,
    bands: bands.shown,
    outside: {
      events: outside + activity.otherHours,
      findings: markers.outside,
      problems: bands.outside,
    },
  }
}

interface Axis {
  readonly from: number
  readonly to: number
  readonly step: number
}

/** Whole range of events and findings; when that is over 400 days, without the half percent at either end. */
const windowOf = (
  hours: readonly HourCount[],
  findings: readonly Finding[],
): { from: number; to: number } | undefined => {
  const events = hours.flatMap(({ hour, count }) => ({ ms: millis(`${hour}:00:00Z`), count }))
  const points = [...events, ...findings.map(({ time }) => ({ ms: millis(time), count: 1 }))]
    .flatMap(({ ms, count }) => (ms === undefined ? [] : { ms, count }))
    .sort((a, b) => a.ms - b.ms)
  if (points.length === 0) return undefined
  const from = points[0]!.ms
  const to = points.at(-1)!.ms + HOUR
  if (to - from <= LONGEST) return { from, to }
  return { from: quantile(points, 0.005), to: quantile(points, 0.995) + HOUR }
}

const quantile = (points: readonly { ms: number; count: number }[], share: number): number => {
  const total = points.reduce((sum, { count }) => sum + count, 0)
  let seen = 0
  for (const { ms, count } of points) {
    seen += count
    if (seen > total * share) return ms
  }
  return points.at(-1)!.ms
}

const columnOf = (ms: number, { from, to, step }: Axis): number | undefined =>
  ms < from || ms >= to ? undefined : Math.floor((ms - from) / (step * HOUR))

/** Events per bar of the axis, and how many fall outside. */
export const barsOf = (hours: readonly HourCount[], axis: Axis): { bars: number[]; outside: number } => {
  const bars = new Array<number>(Math.round((axis.to - axis.from) / (axis.step * HOUR))).fill(0)
  let outside = 0
  for (const { hour, count } of hours) {
    const ms = millis(`${hour}:00:00Z`)
    const column = ms === undefined ? undefined : columnOf(ms, axis)
    if (column === undefined) outside += count
    else bars[column]! += count
  }
  return { bars, outside }
}

const markerColumn = (ms: number, { from, to }: Axis): number | undefined =>
  ms < from || ms >= to ? undefined : Math.floor(((ms - from) / (to - from)) * MARKER_COLUMNS)

const markersOf = (findings: readonly Finding[], axis: Axis) => {
  const cells = new Map<string, { level: Level; column: number; count: number }>()
  let outside = 0
  for (const { time, rule } of findings) {
    const ms = millis(time)
    const column = ms === undefined ? undefined : markerColumn(ms, axis)
    if (column === undefined) {
      outside++
      continue
    }
    const cell = cells.get(`${rule.level} ${column}`) ?? { level: rule.level, column, count: 0 }
    cell.count++
    cells.set(`${rule.level} ${column}`, cell)
  }
  return { shown: [...cells.values()].sort((a, b) => a.column - b.column), outside }
}

/** Ranges of the same status that touch are one band. */
const bandsOf = (problems: readonly Problem[], axis: Axis): { shown: Band[]; outside: number } => {
  const all = problems.flatMap((problem) => bandOf(problem, axis))
  const bands: Band[] = []
  for (const band of all.sort((a, b) =>
    a.status < b.status ? -1 : a.status > b.status ? 1 : a.from - b.from,
  )) {
    const last = bands.at(-1)
    if (last && last.status === band.status && band.from <= last.to) {
      bands[bands.length - 1] = { ...last, to: Math.max(last.to, band.to), problems: last.problems + 1 }
    } else bands.push(band)
  }
  const shown = bands.slice(0, MAX_BANDS)
  return { shown, outside: problems.length - shown.reduce((sum, band) => sum + band.problems, 0) }
}

const bandOf = (problem: Problem, axis: Axis): Band[] => {
  const range = problemRange(problem)
  const from = millis(range?.from)
  const to = millis(range?.to)
  if (from === undefined || to === undefined || to < axis.from || from >= axis.to) return []
  return [
    {
      status: problem.status,
      from: Math.max(from, axis.from),
      to: Math.min(Math.max(to, from), axis.to),
      problems: 1,
    },
  ]
}
