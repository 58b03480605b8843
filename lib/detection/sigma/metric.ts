import type { Limit, SigmaCorrelationRule } from './document.ts'

/** What a metric is taken of. */
interface Counted {
  readonly rule: number
  readonly value: string
}

/** Do all comparisons hold? */
export const fulfils = (limits: readonly Limit[], metric: number): boolean =>
  limits.every((limit) => holds(limit, metric))

const holds = ({ operator, value }: Limit, metric: number): boolean => {
  switch (operator) {
    case 'gt':
      return metric > value
    case 'gte':
      return metric >= value
    case 'lt':
      return metric < value
    case 'lte':
      return metric <= value
    case 'eq':
      return metric === value
    case 'neq':
      return metric !== value
  }
}

/** The number a whole window is judged by. NaN, which fulfils no positive comparison, when no value is a number. */
export const metricOf = (rule: SigmaCorrelationRule, hits: readonly Counted[]): number => {
  switch (rule.type) {
    case 'event_count':
      return hits.length
    case 'value_count':
      return new Set(hits.map(({ value }) => value)).size
    case 'temporal':
    case 'temporal_ordered':
      return new Set(hits.map((hit) => hit.rule)).size
    case 'value_sum':
      return sum(numbersOf(hits))
    case 'value_avg':
      return sum(numbersOf(hits)) / numbersOf(hits).length
    case 'value_percentile':
      return percentile(numbersOf(hits), rule.percentile)
  }
}

/** The number in a text, or `undefined`. */
export const numberIn = (value: string): number | undefined => {
  const number = value.trim() === '' ? Number.NaN : Number(value)
  return Number.isFinite(number) ? number : undefined
}

const numbersOf = (hits: readonly Counted[]): readonly number[] =>
  hits.flatMap(({ value }) => numberIn(value) ?? [])

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)

/** Between the two nearest ranks, as SQL's percentile_cont. */
const percentile = (numbers: readonly number[], rank: number): number => {
  if (numbers.length === 0) return Number.NaN
  const sorted = [...numbers].sort((a, b) => a - b)
  const at = (rank / 100) * (sorted.length - 1)
  const below = sorted[Math.floor(at)]!
  const above = sorted[Math.ceil(at)]!
  return below + (above - below) * (at - Math.floor(at))
}
