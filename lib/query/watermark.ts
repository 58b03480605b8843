/**
 * Which part of the log files as delivered is known to be answered of a query. Delivery, not the time of events, decides: the file name of a log
 * file (`sourceFile`) says when it was delivered, and an event whose file was delivered on a later day than its own is late.
 */
export interface Watermark {
  /** Every event before this time (UTC ISO) that was not late has been asked about. */
  readonly until: string
  /** For each day (YYYY-MM-DD) that had late events when it was last asked about: what tells them from others (`LateEvents`). */
  readonly late: LateEvents
}

/** The late events of each day: how many, and from which log files (a hash over their names). */
export type LateEvents = Readonly<Record<string, string>>

/** What a run asks about: events from `since` to before `until` (UTC ISO), and the days that made it begin earlier than it would have. */
export interface Window {
  readonly since: string
  readonly until: string
  readonly reachedBack: readonly string[]
}

export interface WindowOptions {
  /** None before the first run. */
  readonly watermark: Watermark | undefined
  /** What is late now. */
  readonly late: LateEvents
  /** UTC ISO. */
  readonly now: string
  /** Hours before the watermark that are asked about again: the time an event may take from its call to where queries see it. */
  readonly overlapHours: number
}

/** Days that late events are looked for: CloudTrail tries to deliver for thirty. */
export const LATE_DAYS = 31
/** Days that one run goes on from where the last one ended, after a schedule that stood still. */
const CATCH_UP_DAYS = 7

const HOUR = 3_600_000
const DAY = 24 * HOUR

const iso = (at: number): string => new Date(at).toISOString()

/**
 * The next window of a query. It begins `overlapHours` before the watermark, or with the first day whose late events are not those that
 * were asked about. So an event is asked about once it can be seen, however late, and meeting it twice makes the same finding.
 */
export const nextWindow = ({ watermark, late, now, overlapHours }: WindowOptions): Window => {
  const end = Date.parse(now)
  const from = watermark ? Math.min(Date.parse(watermark.until), end) : end
  const until = iso(Math.min(end, from + CATCH_UP_DAYS * DAY))
  const usual = iso(from - overlapHours * HOUR)
  const reachedBack = watermark
    ? Object.keys(late)
        .filter((day) => late[day] !== watermark.late[day] && `${day}T00:00:00.000Z` < usual)
        .sort()
    : []
  const [first] = reachedBack
  return { since: first ? `${first}T00:00:00.000Z` : usual, until, reachedBack }
}

/**
 * The watermark after a window was answered whole; `late` is what was late before the query was started. A day outside the window keeps
 * what was known of it, and days too old to be looked at are forgotten.
 */
export const advanced = (
  watermark: Watermark | undefined,
  { since, until }: Window,
  late: LateEvents,
): Watermark => {
  const later = watermark && watermark.until > until ? watermark.until : until
  const oldest = iso(Date.parse(later) - (LATE_DAYS + 1) * DAY).slice(0, 10)
  // before the first window nothing was ever asked about, and nothing is late for it
  const isCovered = (day: string) =>
    !watermark || (`${day}T00:00:00.000Z` >= since && `${day}T00:00:00.000Z` < until)
  const known = Object.entries({ ...watermark?.late }).filter(([day]) => !(day in late) || !isCovered(day))
  const covered = Object.entries(late).filter(([day]) => isCovered(day))
  const days = [...known, ...covered].filter(([day]) => day >= oldest).sort(([a], [b]) => (a < b ? -1 : 1))
  return { until: later, late: Object.fromEntries(days) }
}
