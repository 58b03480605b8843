import type { Reach } from './history.ts'
import { type DayCount, LEAST_CALLS } from './minutes.ts'
import { tailOf } from './poisson.ts'
import type { Series } from './rate-table.ts'

/** A stretch of minutes in which a series was out of its ordinary. Minutes are counted since 1970, UTC. */
export interface Episode {
  readonly start: number
  /** The last unusual minute. */
  readonly last: number
  /** Nothing says yet that it is over. */
  readonly open: boolean
  /** Calls of the first minute. */
  readonly first: number
  /** Calls from the first minute to the last. */
  readonly calls: number
  readonly baseline: {
    /** The minute the baseline begins with; it ends before `start`. */
    readonly from: number
    /** Minutes and calls of the baseline, without earlier episodes. */
    readonly minutes: number
    readonly calls: number
  }
}

export const DAY_MINUTES = 1440
/** The baseline: this many whole days, and the day of the anomaly so far. */
export const BASELINE_DAYS = 7
/** Minutes of history before anything is called unusual. */
export const LEARNING_MINUTES = DAY_MINUTES
/** Minutes without anything unusual that end an episode. */
export const QUIET_MINUTES = 15
/** What lasts longer is the new ordinary. */
const LONGEST = DAY_MINUTES
/** How improbable the first minute is, and each further one. */
const START_TAIL = 1e-6
const STAY_TAIL = 1e-3
/** Calls of a minute that carries an episode on. */
const STAY_CALLS = LEAST_CALLS / 2

interface Running {
  readonly start: number
  readonly first: number
  readonly baseline: Episode['baseline']
  readonly rate: number
  last: number
  calls: number
  /** Calls after `last`: part of the episode if it goes on. */
  pending: { minute: number; calls: number }[]
}

/** What earlier episodes of a day take out of the baseline. */
interface Excluded {
  calls: number
  minutes: number
}

/**
 * Finds the unusual stretches of a series, in order of time. `known` is from when to when the account is known in this Region,
 * in milliseconds. A minute begins an episode when it has 10 calls, more than any minute of the baseline, and a Poisson variable
 * of the baseline's rate (at least one call in the whole baseline) would reach it less than once in a million times.
 */
export const episodesOf = (series: Pick<Series, 'days'>, known: Reach): readonly Episode[] => {
  const days = [...series.days.values()].sort((a, b) => a.day - b.day)
  const excluded = new Map<number, Excluded>()
  const first = Math.floor(known.first / 60_000)
  const end = Math.floor(known.last / 60_000)
  const done: Episode[] = []
  let running: Running | undefined
  const close = () => {
    if (running) done.push(episodeOf(running, end))
    running = undefined
  }
  days.forEach((day, at) => {
    const earlier = days.slice(Math.max(0, at - BASELINE_DAYS), at).filter(inBaseline(day.day))
    const peakBefore = Math.max(0, ...earlier.map(peakOf))
    const walk = walker(day)
    for (const [minute, cell] of walk.minutes) {
      const now = day.day * DAY_MINUTES + minute
      const calls = cell[0]!
      const before = walk.pass(minute, calls)
      if (running && isOver(running, now)) close()
      if (running) carryOn(running, now, calls, excluded)
      else if (isStart(calls, Math.max(peakBefore, before.peak), now - first)) {
        const baseline = baselineOf({ day, now, first, calls: before.calls }, earlier, excluded)
        const rate = Math.max(baseline.calls, 1) / baseline.minutes
        if (tailOf(calls, rate) >= START_TAIL) continue
        running = { start: now, first: calls, baseline, rate, last: now, calls, pending: [] }
        exclude(excluded, now, calls)
      }
    }
  })
  close()
  return done
}

const inBaseline = (today: number) => (day: DayCount) => day.day >= today - BASELINE_DAYS

const peakOf = ({ cells }: DayCount): number => {
  let peak = 0
  for (const [calls = 0] of cells.values()) if (calls > peak) peak = calls
  return peak
}

/** The minutes of a day in order, with what came before each. Quiet minutes that were folded are spread evenly. */
const walker = ({ total, cells, folded }: DayCount) => {
  const minutes = [...cells].sort(([a], [b]) => a - b)
  const kept = minutes.reduce((sum, [, [calls = 0]]) => sum + calls, 0)
  const spread = folded ? total - kept : 0
  let passed = 0
  let peak = 0
  return {
    minutes,
    pass: (minute: number, calls: number) => {
      const before = { calls: passed + Math.round((spread * minute) / DAY_MINUTES), peak }
      passed += calls
      if (calls > peak) peak = calls
      return before
    },
  }
}

const isStart = (calls: number, peak: number, age: number): boolean =>
  calls >= LEAST_CALLS && calls > peak && age >= LEARNING_MINUTES

const isOver = ({ start, last }: Running, now: number): boolean =>
  now - last > QUIET_MINUTES || now - start >= LONGEST

const carryOn = (running: Running, now: number, calls: number, excluded: Map<number, Excluded>): void => {
  running.pending.push({ minute: now, calls })
  if (calls < STAY_CALLS || tailOf(calls, running.rate) >= STAY_TAIL) return
  const counts = new Map(running.pending.map((one) => [one.minute, one.calls]))
  for (let minute = running.last + 1; minute <= now; minute++) {
    const n = counts.get(minute) ?? 0
    running.calls += n
    exclude(excluded, minute, n)
  }
  running.last = now
  running.pending = []
}

const exclude = (excluded: Map<number, Excluded>, minute: number, calls: number): void => {
  const day = Math.floor(minute / DAY_MINUTES)
  const sum = excluded.get(day) ?? { calls: 0, minutes: 0 }
  sum.calls += calls
  sum.minutes++
  excluded.set(day, sum)
}

const baselineOf = (
  at: { readonly day: DayCount; readonly now: number; readonly first: number; readonly calls: number },
  earlier: readonly DayCount[],
  excluded: ReadonlyMap<number, Excluded>,
): Episode['baseline'] => {
  const from = Math.max((at.day.day - BASELINE_DAYS) * DAY_MINUTES, at.first)
  let calls = at.calls + earlier.reduce((sum, { total }) => sum + total, 0)
  let minutes = at.now - from
  for (const [day, sum] of excluded) {
    if (day < at.day.day - BASELINE_DAYS) continue
    calls -= sum.calls
    minutes -= sum.minutes
  }
  return { from, minutes: Math.max(1, minutes), calls: Math.max(0, calls) }
}

const episodeOf = ({ start, first, last, calls, baseline }: Running, end: number): Episode => ({
  start,
  last,
  open: end - last <= QUIET_MINUTES,
  first,
  calls,
  baseline,
})
