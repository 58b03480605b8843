import type { SigmaCorrelationRule } from './document.ts'
import { type Completed, type Correlator, type Hit, hitReader, insertHit, type Read } from './hits.ts'
import { fulfils, metricOf } from './metric.ts'

/** What a hostile log can make it hold: beyond it the oldest windows of a group, or the oldest group, are judged early. */
const MAX_HITS = 10_000
const MAX_GROUPS = 20_000

/**
 * Judges windows when they are over: upper limits, averages and percentiles may be fulfilled now and not a moment later. A
 * window begins with the first hit that is in no earlier one and lasts the timespan. All are judged at `finish`, so the
 * order of arrival does not count.
 */
export const makeWholeCorrelator = <T>(
  rule: SigmaCorrelationRule,
  references: readonly (readonly string[])[],
): Correlator<T> => {
  const read = hitReader<T>(rule, references)
  const groups = new Map<string, Hit<T>[]>()
  const early: Completed<T>[] = []
  let crowded = 0
  const count = (found: Read<T>) => {
    const hits = groups.get(found.key) ?? []
    groups.set(found.key, hits)
    for (const hit of found.hits) insertHit(hits, hit)
    if (hits.length > MAX_HITS) early.push(...judge(rule, takeFirst(hits, rule.timespanMs)))
    if (groups.size > MAX_GROUPS && ++crowded) early.push(...judgeOldest(rule, groups))
    return early.shift()
  }
  return {
    add: (match) => {
      const found = read(match)
      return found ? count(found) : early.shift()
    },
    count,
    finish: () => {
      const rest = [...groups.values()].flatMap((hits) => judgeAll(rule, hits))
      groups.clear()
      return [...early.splice(0), ...rest]
    },
    crowdedOut: () => crowded,
  }
}

const judgeOldest = <T>(
  rule: SigmaCorrelationRule,
  groups: Map<string, Hit<T>[]>,
): readonly Completed<T>[] => {
  const [[key, hits] = ['', []]] = groups
  groups.delete(key)
  return judgeAll(rule, hits)
}

const judgeAll = <T>(rule: SigmaCorrelationRule, hits: Hit<T>[]): readonly Completed<T>[] => {
  const found: Completed<T>[] = []
  while (hits.length > 0) found.push(...judge(rule, takeFirst(hits, rule.timespanMs)))
  return found
}

/** Takes the first window out. */
const takeFirst = <T>(hits: Hit<T>[], timespan: number): Hit<T>[] => {
  const end = hits[0]!.time + timespan
  const after = hits.findIndex((hit) => hit.time > end)
  return hits.splice(0, after < 0 ? hits.length : after)
}

const judge = <T>(rule: SigmaCorrelationRule, hits: readonly Hit<T>[]): readonly Completed<T>[] => {
  const metric = metricOf(rule, hits)
  return !Number.isNaN(metric) && fulfils(rule.limits, metric) ? [{ hits, last: hits.at(-1)! }] : []
}
