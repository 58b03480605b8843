import { isObject, text } from '../../trail/event.ts'
import type { CorrelationType, Limit, SigmaCorrelationRule, SigmaHead } from './document.ts'
import type { Place } from './place.ts'

const TYPES: readonly CorrelationType[] = [
  'event_count',
  'value_count',
  'value_sum',
  'value_avg',
  'value_percentile',
  'temporal',
  'temporal_ordered',
]
const OPERATORS: readonly string[] = ['gt', 'gte', 'lt', 'lte', 'eq', 'neq']

/** Milliseconds of a Sigma time unit. */
const UNITS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  M: 2_592_000_000,
  y: 31_536_000_000,
}

/** Reads the `correlation` block of a document. Throws `ContentError` naming the key that is wrong. */
export const parseCorrelation = (place: Place, head: SigmaHead, block: unknown): SigmaCorrelationRule => {
  if (!isObject(block)) throw place.fail('correlation: expected a map', 'correlation')
  const type = typeOf(place, block['type'])
  const rules = textsOf(block['rules'])
  if (rules.length === 0) throw place.fail('correlation: expected rules, found none', 'correlation')
  return {
    kind: 'correlation',
    ...head,
    type,
    rules,
    groupBy: textsOf(block['group-by']),
    aliases: aliasesOf(place, block['aliases']),
    timespanMs: timespanOf(place, block['timespan']),
    ...conditionOf(place, type, block['condition'], rules.length),
    generate: (block['generate'] ?? head.raw['generate']) === true,
  }
}

const typeOf = (place: Place, type: unknown): CorrelationType => {
  if ((TYPES as readonly unknown[]).includes(type)) return type as CorrelationType
  throw place.fail(
    `correlation type: expected one of ${TYPES.join(', ')}, found ${JSON.stringify(type)}`,
    'correlation',
    'type',
  )
}

const textsOf = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? value : [value]).filter((entry): entry is string => text(entry) !== undefined)

/** Milliseconds of `10m`, `1h` and the like. */
export const timespanOf = (place: Place, timespan: unknown, ...path: readonly string[]): number => {
  const [, count, unit] = /^(\d{1,6})([smhdwMy])$/.exec(String(timespan)) ?? []
  const ms = Number(count) * (UNITS[unit ?? ''] ?? 0)
  if (ms > 0) return ms
  throw place.fail(
    `timespan: expected a number and a unit (10m, 1h), found ${JSON.stringify(timespan)}`,
    ...(path.length > 0 ? path : ['correlation', 'timespan']),
  )
}

type Judged = Pick<SigmaCorrelationRule, 'limits' | 'threshold' | 'fields' | 'percentile' | 'whole'>

const PATH = ['correlation', 'condition'] as const

/** What a window is held against. */
const conditionOf = (place: Place, type: CorrelationType, condition: unknown, rules: number): Judged => {
  const temporal = type === 'temporal' || type === 'temporal_ordered'
  if (temporal && condition === undefined) return judged(type, [{ operator: 'gte', value: rules }])
  if (!isObject(condition)) {
    const hint = typeof condition === 'string' ? ' (an expression over rules is Sigma 2.2)' : ''
    throw place.fail(`condition: expected a map with gte, found ${JSON.stringify(condition)}${hint}`, ...PATH)
  }
  const { field, percentile, ...rest } = condition
  const limits = limitsOf(place, type, rest)
  if (type === 'temporal_ordered' && !limits.every(({ value }) => value === rules)) {
    throw place.fail(`temporal_ordered: expected all ${rules} rules to be counted`, ...PATH)
  }
  const fields = textsOf(field)
  const wantsField = type.startsWith('value_')
  if (wantsField && fields.length === 0) throw place.fail(`${type}: expected a field`, ...PATH)
  if (type === 'value_percentile')
    return { ...judged(type, limits), fields, percentile: rankOf(place, percentile) }
  return { ...judged(type, limits), fields }
}

const limitsOf = (place: Place, type: CorrelationType, limits: Record<string, unknown>): readonly Limit[] => {
  const entries = Object.entries(limits)
  const whole = !['value_sum', 'value_avg', 'value_percentile'].includes(type)
  const good = entries.every(([operator, value]) => {
    const number = typeof value === 'number' || typeof value === 'string' ? Number(value) : Number.NaN
    return (
      OPERATORS.includes(operator) &&
      Number.isFinite(number) &&
      (!whole || (Number.isInteger(number) && number >= 0))
    )
  })
  if (good && entries.length > 0) {
    return entries.map(([operator, value]) => ({
      operator: operator as Limit['operator'],
      value: Number(value),
    }))
  }
  throw place.fail(
    `condition: expected ${OPERATORS.join(', ')} with a ${whole ? 'whole ' : ''}number, found ${JSON.stringify(limits)}`,
    ...PATH,
  )
}

const rankOf = (place: Place, percentile: unknown): number => {
  const rank = typeof percentile === 'number' ? percentile : Number.NaN
  if (rank >= 0 && rank <= 100) return rank
  throw place.fail(
    `percentile: expected a number from 0 to 100, found ${JSON.stringify(percentile)}`,
    ...PATH,
  )
}

/** A count that only has to reach something is judged while the window is open. */
const judged = (type: CorrelationType, limits: readonly Limit[]): Judged => {
  const least = Math.max(...limits.map(leastOf))
  const rising = limits.every(({ operator }) => operator === 'gt' || operator === 'gte')
  const ordered = type === 'temporal_ordered'
  return {
    limits,
    threshold:
      type === 'value_sum' || type === 'value_avg' || type === 'value_percentile' ? 1 : Math.max(1, least),
    fields: [],
    percentile: 50,
    whole: !ordered && (type === 'value_avg' || type === 'value_percentile' || !rising),
  }
}

const leastOf = ({ operator, value }: Limit): number => {
  if (operator === 'gt') return value + 1
  return operator === 'gte' || operator === 'eq' ? value : 0
}

const aliasesOf = (place: Place, aliases: unknown): SigmaCorrelationRule['aliases'] => {
  if (aliases === undefined) return new Map()
  if (!isObject(aliases)) throw place.fail('aliases: expected a map', 'correlation', 'aliases')
  return new Map(
    Object.entries(aliases).map(([alias, fields]) => {
      if (!isObject(fields))
        throw place.fail(`alias ${alias}: expected rule: field`, 'correlation', 'aliases')
      return [alias, new Map(Object.entries(fields).map(([rule, field]) => [rule, String(field)]))]
    }),
  )
}
