import type { SigmaCorrelationRule } from './document.ts'
import {
  type Completed,
  type Correlator,
  compareHits,
  type Hit,
  hitReader,
  insertHit,
  type Read,
} from './hits.ts'
import { fulfils, numberIn } from './metric.ts'
import { makeWholeCorrelator } from './whole-windows.ts'

/** Hits kept per group, and hits per generation of groups: what a hostile log can make it hold is bounded. */
const MAX_HITS = 1000
/** A count has fired long before its group is full; hits of one rule must not push out those of another. */
const MAX_COUNTED = 100
const MAX_GENERATION = 20_000

interface Group<T> {
  /** By time, then event id. */
  hits: Hit<T>[]
  /** Windows already reported. A hit inside one belongs to that finding. */
  readonly reported: { readonly from: number; readonly to: number }[]
  /** End of the last of them. */
  reportedUntil: number
}

/** The correlator a rule needs: windows that slide, or windows that are judged when they are over. */
export const makeCorrelator = <T>(
  rule: SigmaCorrelationRule,
  references: readonly (readonly string[])[],
): Correlator<T> => (rule.whole ? makeWholeCorrelator(rule, references) : makeSliding(rule, references))

/**
 * Counts hits in sliding windows on event time, apart for each group. Late events are put in their place, so the order
 * of arrival hardly matters; events of the same time count as unordered. After a window is reported, hits up to its end
 * (start plus timespan) are part of it: one finding per window and group. A hit without a group-by field is skipped.
 */
const makeSliding = <T>(
  rule: SigmaCorrelationRule,
  references: readonly (readonly string[])[],
): Correlator<T> => {
  let crowded = 0
  let now = 0
  const groups = generations<Group<T>>(MAX_GENERATION, (forgotten) => {
    for (const { hits } of forgotten) if ((hits.at(-1)?.time ?? 0) + rule.timespanMs >= now) crowded++
  })
  const counts = rule.type === 'event_count' || rule.type === 'value_count'
  const limit = Math.max(counts ? MAX_COUNTED : MAX_HITS, rule.threshold * 4)
  const read = hitReader<T>(rule, references)
  const count = ({ key, time, hits }: Read<T>) => {
    now = time
    const group = groups.get(key, emptyGroup)
    if (isReported(group, time)) return undefined
    for (const hit of hits) insert(group, rule, hit)
    if (group.hits.length > limit) group.hits = group.hits.slice(-Math.ceil(limit * 0.75))
    return group.hits.length < rule.threshold ? undefined : report(group, rule, time)
  }
  return {
    add: (match) => {
      const found = read(match)
      return found && count(found)
    },
    count,
    finish: () => [],
    crowdedOut: () => crowded,
  }
}

/**
 * Every window that these hits fulfil, the earliest first, beside those that were reported before: the same hits give the same windows
 * in whatever order they came.
 */
export const windowsIn = <T>(
  rule: SigmaCorrelationRule,
  hits: readonly Hit<T>[],
  reported: readonly { readonly from: number; readonly to: number }[],
): readonly (Completed<T> & { readonly from: number; readonly to: number })[] => {
  const group: Group<T> = {
    hits: [],
    reported: [...reported],
    reportedUntil: reported.reduce((until, { to }) => Math.max(until, to), Number.NEGATIVE_INFINITY),
  }
  const found: (Completed<T> & { from: number; to: number })[] = []
  for (const hit of [...hits].sort(compareHits)) {
    if (isReported(group, hit.time)) continue
    insert(group, rule, hit)
    const completed = group.hits.length < rule.threshold ? undefined : report(group, rule, hit.time)
    if (completed) found.push({ ...completed, ...group.reported.at(-1)! })
  }
  return found
}

const emptyGroup = <T>(): Group<T> => ({ hits: [], reported: [], reportedUntil: Number.NEGATIVE_INFINITY })

/** Most events are later than every window. */
const isReported = <T>({ reported, reportedUntil }: Group<T>, time: number): boolean =>
  time <= reportedUntil && reported.some((window) => time >= window.from && time <= window.to)

const insert = <T>(group: Group<T>, rule: SigmaCorrelationRule, hit: Hit<T>): void => {
  const at = insertHit(group.hits, hit)
  if (at >= 0 && rule.type === 'value_count') forgetRepeat(group.hits, at, rule.timespanMs)
}

/** An older hit of the same value within the timespan adds nothing to a count of different values. */
const forgetRepeat = <T>(hits: Hit<T>[], at: number, timespan: number): void => {
  const { time, value } = hits[at]!
  for (let i = at - 1; i >= 0 && time - hits[i]!.time <= timespan; i--) {
    if (hits[i]!.value === value) {
      hits.splice(i, 1)
      return
    }
  }
}

/** Looks at every window that holds `time`; when nothing later is known, the widest one holds all others. */
const report = <T>(group: Group<T>, rule: SigmaCorrelationRule, time: number): Completed<T> | undefined => {
  const { hits } = group
  const newest = hits.at(-1)?.time ?? time
  for (let start = firstFrom(hits, time - rule.timespanMs); start < hits.length; start++) {
    const from = hits[start]!.time
    if (from > time) return undefined
    const end = firstFrom(hits, from + rule.timespanMs + 1)
    const last = completion(rule, hits, start, end)
    if (last >= 0) return take(group, rule, start, last)
    if (newest <= time) return undefined
  }
  return undefined
}

/** Takes the window out of the group and remembers its time. */
const take = <T>(group: Group<T>, rule: SigmaCorrelationRule, start: number, last: number): Completed<T> => {
  const from = group.hits[start]!.time
  const to = from + rule.timespanMs
  const hits = group.hits.slice(start, last + 1)
  group.hits = group.hits.filter((hit) => hit.time < from || hit.time > to)
  group.reported.push({ from, to })
  group.reportedUntil = Math.max(group.reportedUntil, to)
  if (group.reported.length > MAX_HITS) group.reported.shift()
  return { hits, last: hits.at(-1)! }
}

/** First position whose time is at least `time`. */
const firstFrom = <T>(hits: readonly Hit<T>[], time: number): number => {
  let low = 0
  let high = hits.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (hits[middle]!.time < time) low = middle + 1
    else high = middle
  }
  return low
}

/** Position of the hit that fulfils the rule within hits[start, end), or -1. */
const completion = <T>(
  rule: SigmaCorrelationRule,
  hits: readonly Hit<T>[],
  start: number,
  end: number,
): number => {
  if (end - start < rule.threshold) return -1
  switch (rule.type) {
    case 'event_count':
      return start + rule.threshold - 1
    case 'value_count':
      return whenSeen(hits, start, end, rule.threshold, (hit) => hit.value)
    case 'temporal':
      return whenSeen(hits, start, end, rule.threshold, (hit) => hit.rule)
    case 'temporal_ordered':
      return whenInOrder(hits, start, end, rule.rules.length)
    case 'value_sum':
      return whenSummed(rule, hits, start, end)
    default:
      return -1
  }
}

const whenSummed = <T>(
  rule: SigmaCorrelationRule,
  hits: readonly Hit<T>[],
  start: number,
  end: number,
): number => {
  let total = 0
  for (let i = start; i < end; i++) {
    total += numberIn(hits[i]!.value) ?? 0
    if (fulfils(rule.limits, total)) return i
  }
  return -1
}

const whenSeen = <T>(
  hits: readonly Hit<T>[],
  start: number,
  end: number,
  wanted: number,
  what: (hit: Hit<T>) => unknown,
): number => {
  const seen = new Set<unknown>()
  for (let i = start; i < end; i++) {
    seen.add(what(hits[i]!))
    if (seen.size >= wanted) return i
  }
  return -1
}

/** The rules must be hit in their order; hits of the same second may have happened in any. */
const whenInOrder = <T>(hits: readonly Hit<T>[], start: number, end: number, rules: number): number => {
  let expected = 0
  for (let i = start; i < end; ) {
    let next = i
    const together = new Map<number, number>()
    for (; next < end && hits[next]!.time === hits[i]!.time; next++) together.set(hits[next]!.rule, next)
    let last = i
    while (together.has(expected)) last = Math.max(last, together.get(expected++)!)
    if (expected >= rules) return last
    i = next
  }
  return -1
}

/** A map that forgets what was not asked for in the last `size` to twice `size` look-ups, and says so. */
const generations = <V>(size: number, forget: (values: Iterable<V>) => void) => {
  let young = new Map<string, V>()
  let old = new Map<string, V>()
  let asked = 0
  return {
    get: (key: string, make: () => V): V => {
      if (++asked > size) {
        forget(old.values())
        old = young
        young = new Map()
        asked = 1
      }
      const known = young.get(key)
      if (known !== undefined) return known
      const before = old.get(key)
      const value = before ?? make()
      if (before !== undefined) old.delete(key)
      young.set(key, value)
      return value
    },
  }
}
