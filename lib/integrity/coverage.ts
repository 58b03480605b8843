import type { Segment } from './segments.ts'
import { HOUR } from './slots.ts'

/**
 * What a chain says of a delivery time. `pending`: newer than the newest digest, by so little that the next one may list it.
 * `after` and `before`: the chain says nothing.
 */
export type Coverage = 'covered' | 'hole' | 'gap' | 'pending' | 'before' | 'after'

/** Names of log files carry a time rounded up to five minutes: the delivery was up to that much earlier (milliseconds). */
const ROUNDING = 5 * 60_000

/** A digest covers an hour, and may itself be delivered an hour late. */
export const PENDING = 2 * HOUR

/** Worst first: what one possible delivery time leaves in doubt, the other cannot mend. */
const WORST_IN_CHAIN: readonly Coverage[] = ['hole', 'pending', 'after', 'before', 'gap', 'covered']

/** Across the chains of one account and Region: a log must be in one of them, and only a lost list excuses it. */
const FIRST_OF_CHAINS: readonly Coverage[] = ['hole', 'pending', 'covered', 'gap', 'before', 'after']

/** Answers for the time in a log file's name, milliseconds. `segments` are in order of time. */
export type CoverageOf = (time: number) => Coverage

/** The coverage of one chain; a logarithmic step per question. */
export const coverageOf = (segments: readonly Segment[]): CoverageOf => {
  const start = segments[0]?.from ?? Number.POSITIVE_INFINITY
  const end = segments.reduce((latest, segment) => Math.max(latest, segment.to), Number.NEGATIVE_INFINITY)
  const firstCovered = segments.find(({ state }) => state === 'covered')?.from ?? start
  const at = (time: number): Coverage => {
    if (segments.length === 0) return 'after'
    if (time <= start) return 'before'
    if (time > end) return time <= end + PENDING ? 'pending' : 'after'
    return stateAt(segments, time) ?? (time <= firstCovered ? 'before' : 'after')
  }
  return (time) => {
    const seen = [at(time), at(time - ROUNDING + 1000)]
    return WORST_IN_CHAIN.find((coverage) => seen.includes(coverage))!
  }
}

/** The answer of several chains that may each have listed the file. */
export const coverageOfAll = (chains: readonly CoverageOf[]): CoverageOf => {
  if (chains.length === 1) return chains[0]!
  return (time) => {
    const seen = new Set(chains.map((coverage) => coverage(time)))
    return FIRST_OF_CHAINS.find((coverage) => seen.has(coverage)) ?? 'after'
  }
}

/** Segments may overlap by an odd second; a hole wins. Undefined between segments: a broken digest lay far from the others. */
const stateAt = (segments: readonly Segment[], time: number): Coverage | undefined => {
  let low = 0
  let high = segments.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (segments[middle]!.from < time) low = middle + 1
    else high = middle
  }
  let state: Coverage | undefined
  for (let index = low - 1; index >= Math.max(0, low - 4); index--) {
    const segment = segments[index]!
    if (segment.to < time) continue
    if (segment.state === 'hole') return 'hole'
    state = state === 'covered' ? state : segment.state
  }
  return state
}
