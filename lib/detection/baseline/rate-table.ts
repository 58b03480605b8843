import { at, type CloudTrailEvent, text } from '../../trail/event.ts'
import type { Facts } from './facts.ts'
import { countFolded, countIn, type DayCount, dayOf, fold, minuteOf, newDay } from './minutes.ts'

/** Calls of one API in one account and Region, or those of them that ended in one error code. */
export interface Series {
  readonly account: string
  readonly region: string
  readonly source: string
  readonly name: string
  /** Left out: calls, whatever became of them. */
  readonly code?: string
  readonly days: Map<number, DayCount>
}

/** Whom calls are attributed to: identity (the role, not the session), user agent, error code. */
export type Caller = readonly [arn: string, agent: string, code: string]

/** Counts of calls and errors by minute. Adding is all there is to it: neither order nor grouping changes the sums. */
export interface RateTable {
  add(facts: Facts, event: CloudTrailEvent): void
  series(): readonly Series[]
  caller(number: number): Caller
  /** What could not be told apart, because it was too much. */
  dropped(): { readonly calls: number; readonly minutes: number }
  absorb(saved: SavedRates): void
  /** Days from this one on (days since 1970). */
  save(since?: number): SavedRates
}

export interface SavedRates {
  readonly callers: readonly Caller[]
  /** Account, Region, source, name, error code or null, and days: number, total, minutes, callers of folded minutes. */
  readonly series: readonly (readonly [string, string, string, string, string | null, readonly SavedDay[]])[]
}
type SavedDay = readonly [
  day: number,
  total: number,
  minutes: readonly (readonly [number, readonly number[]])[],
  folded?: readonly (readonly [number, number])[],
]

export interface RateLimits {
  /** Series told apart. AWS has some ten thousand APIs; a log that names more is made up. */
  readonly series?: number
  /** Minutes kept one by one, of all series together. */
  readonly minutes?: number
  readonly callers?: number
}

const OTHERS = 0

export const makeRateTable = (limits: RateLimits = {}): RateTable => {
  const { series: maxSeries = 20_000, minutes: maxMinutes = 200_000, callers: maxCallers = 20_000 } = limits
  const all = new Map<string, Series>()
  const callers = makeCallers(maxCallers)
  /** Days in the order they were begun: a trail is read day by day, so the head is what is done with. */
  const open: DayCount[] = []
  let minutes = 0
  const dropped = { calls: 0, minutes: 0 }

  const seriesOf = (of: Omit<Series, 'days'>): Series | undefined => {
    const code = of.code ?? ''
    const call = `${of.account}/${of.region}/${of.source}/${of.name}/${code}`
    const known = all.get(call)
    if (known || all.size >= maxSeries) return known
    const made = { ...of, days: new Map<number, DayCount>() }
    all.set(call, made)
    return made
  }
  const dayIn = (series: Series, day: number): DayCount => {
    const known = series.days.get(day)
    if (known) return known
    const made = newDay(day)
    series.days.set(day, made)
    open.push(made)
    return made
  }
  const count = (series: Series, day: number, minute: number, caller: number): void => {
    const into = dayIn(series, day)
    if (minutes >= maxMinutes && !into.cells.has(minute)) foldOldest()
    if (minutes >= maxMinutes && !into.cells.has(minute)) {
      into.total++
      countFolded(into, caller, 1)
      dropped.minutes++
      return
    }
    if (!countIn(into, minute, caller)) return
    minutes++
    if (into.open) return
    into.open = true
    open.push(into)
  }
  const foldOldest = (): void => {
    while (minutes > maxMinutes / 2 && open.length > 0) {
      const folded = fold(open.shift()!)
      minutes -= folded
      dropped.minutes += folded
    }
  }
  const tally = (facts: Omit<Series, 'days'>, time: number, caller: number): void => {
    const series = seriesOf(facts)
    if (series) count(series, dayOf(time), minuteOf(time), caller)
    else dropped.calls++
  }
  return {
    add: ({ account, region, source, name, time, write, error }, event) => {
      const caller = callers.of(event, error)
      if (write) tally({ account, region, source, name }, time, caller)
      if (error) tally({ account, region, source, name, code: error }, time, caller)
    },
    series: () => [...all.values()],
    caller: callers.at,
    dropped: () => ({ ...dropped }),
    absorb: (saved) => {
      absorb(saved, { seriesOf, dayIn, intern: callers.intern })
      minutes = open.reduce((sum, { cells }) => sum + cells.size, 0)
      if (minutes > maxMinutes) foldOldest()
    },
    save: (since = 0) => {
      const { kept, renumber } = callersToKeep(callers.at)
      const series = [...all.values()].flatMap((one) => savedSeries(one, since, renumber))
      return { callers: kept, series }
    },
  }
}

/** Gives every caller a number. Beyond the limit they are all number 0. */
const makeCallers = (limit: number) => {
  const list: Caller[] = [['(others)', '(others)', '(others)']]
  const numbers = new Map<string, number>()
  const intern = (caller: Caller): number => {
    const key = caller.join('\n')
    const known = numbers.get(key)
    if (known !== undefined) return known
    if (list.length >= limit) return OTHERS
    numbers.set(key, list.length)
    return list.push(caller) - 1
  }
  return {
    intern,
    of: (event: CloudTrailEvent, code: string) => intern([arnOf(event), agentOf(event), code || 'null']),
    at: (number: number): Caller => list[number] ?? list[OTHERS]!,
  }
}

const MAX_TEXT = 256

/** AWS attributes calls of a role to the role, not to the session. */
const arnOf = (event: CloudTrailEvent): string => {
  const arn =
    text(at(event, 'userIdentity', 'arn')) ?? text(at(event, 'userIdentity', 'principalId')) ?? 'null'
  const role = arn.includes(':assumed-role/') ? arn.split('/').slice(0, 2).join('/') : arn
  return role.slice(0, MAX_TEXT)
}

const agentOf = (event: CloudTrailEvent): string => (text(event.userAgent) ?? 'null').slice(0, MAX_TEXT)

/** Only callers that a saved day still names, numbered anew. */
const callersToKeep = (at: (number: number) => Caller) => {
  const kept: Caller[] = [at(OTHERS)]
  const numbers = new Map<number, number>([[OTHERS, OTHERS]])
  const renumber = (number: number): number => {
    const known = numbers.get(number)
    if (known !== undefined) return known
    numbers.set(number, kept.length)
    return kept.push(at(number)) - 1
  }
  return { kept, renumber }
}

const savedSeries = (
  { account, region, source, name, code, days }: Series,
  since: number,
  renumber: (caller: number) => number,
): SavedRates['series'] => {
  const kept = [...days.values()].filter(({ day }) => day >= since)
  if (kept.length === 0) return []
  return [[account, region, source, name, code ?? null, kept.map((day) => savedDay(day, renumber))]]
}

/** In a cell every other number, from the second on, is a caller. */
const savedDay = (
  { day, total, cells, folded }: DayCount,
  renumber: (caller: number) => number,
): SavedDay => {
  const minutes = [...cells].map(
    ([minute, cell]) => [minute, cell.map((n, i) => (i % 2 === 1 ? renumber(n) : n))] as const,
  )
  if (!folded) return [day, total, minutes]
  return [day, total, minutes, [...folded].map(([caller, calls]) => [renumber(caller), calls] as const)]
}

interface Inside {
  readonly seriesOf: (facts: Omit<Series, 'days'>) => Series | undefined
  readonly dayIn: (series: Series, day: number) => DayCount
  readonly intern: (caller: Caller) => number
}

const absorb = (saved: SavedRates, { seriesOf, dayIn, intern }: Inside): void => {
  const numbers = saved.callers.map((caller, i) => (i === OTHERS ? OTHERS : intern(caller)))
  for (const [account, region, source, name, code, days] of saved.series) {
    const series = seriesOf({ account, region, source, name, ...(code !== null && { code }) })
    if (!series) continue
    for (const [day, total, minutes, folded = []] of days) {
      const into = dayIn(series, day)
      into.total += total
      for (const [minute, cell] of minutes) mergeCell(into, minute, cell, numbers)
      for (const [caller, calls] of folded) countFolded(into, numbers[caller] ?? OTHERS, calls)
    }
  }
}

const mergeCell = (
  into: DayCount,
  minute: number,
  [n = 0, ...pairs]: readonly number[],
  numbers: readonly number[],
): void => {
  const total = into.total
  let told = 0
  for (let i = 0; i < pairs.length; i += 2) {
    countIn(into, minute, numbers[pairs[i]!] ?? OTHERS, pairs[i + 1]!)
    told += pairs[i + 1]!
  }
  if (n > told) countIn(into, minute, OTHERS, n - told)
  // the day's total was added already
  into.total = total
}
