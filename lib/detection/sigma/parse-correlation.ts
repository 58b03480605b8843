import { isObject, text } from '../../trail/event.ts'
import type { CorrelationType, SigmaCorrelationRule, SigmaHead } from './document.ts'
import type { Place } from './place.ts'

const TYPES: readonly CorrelationType[] = ['event_count', 'value_count', 'temporal', 'temporal_ordered']

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
    ...conditionOf(place, type, block['condition']),
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

const timespanOf = (place: Place, timespan: unknown): number => {
  const [, count, unit] = /^(\d{1,6})([smhdwMy])$/.exec(String(timespan)) ?? []
  const ms = Number(count) * (UNITS[unit ?? ''] ?? 0)
  if (ms > 0) return ms
  throw place.fail(
    `timespan: expected a number and a unit (10m, 1h), found ${JSON.stringify(timespan)}`,
    'correlation',
    'timespan',
  )
}

/** How many hits, or different values, complete a window. Upper limits would need a window that is known to be over. */
const conditionOf = (
  place: Place,
  type: CorrelationType,
  condition: unknown,
): Pick<SigmaCorrelationRule, 'threshold' | 'fields'> => {
  if (type === 'temporal' || type === 'temporal_ordered') return { threshold: 1, fields: [] }
  const path = ['correlation', 'condition'] as const
  if (!isObject(condition)) throw place.fail('condition: expected a map with gte, found none', ...path)
  const { field, ...limits } = condition
  const fields = textsOf(field)
  if (type === 'value_count' && fields.length === 0)
    throw place.fail('value_count: expected a field', ...path)
  const [[operator, limit] = ['', undefined], ...more] = Object.entries(limits)
  const threshold = operator === 'gt' ? Number(limit) + 1 : Number(limit)
  if (
    more.length > 0 ||
    !['gte', 'gt', 'eq'].includes(operator) ||
    !Number.isInteger(threshold) ||
    threshold < 1
  ) {
    throw place.fail(
      `condition: expected gte, gt or eq with a whole number, found ${JSON.stringify(limits)}`,
      ...path,
    )
  }
  return { threshold, fields }
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
