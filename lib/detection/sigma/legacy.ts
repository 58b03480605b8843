import type { Limit, SigmaCorrelationRule, SigmaDocument, SigmaEventRule, SigmaHead } from './document.ts'
import { timespanOf } from './parse-correlation.ts'
import type { Place } from './place.ts'

/** The detection of a rule written the old way: a condition with `|`, and perhaps a `timeframe`. */
export interface LegacyDetection {
  readonly rule: SigmaEventRule
  readonly condition: string
  readonly timeframe: unknown
}

const PATH = ['detection', 'condition'] as const
const COUNT =
  /^(count|sum|avg|min|max)\s*\(\s*([^)\s]*)\s*\)(?:\s+by\s+(.+?))?\s*(>=|<=|==|>|<|=)\s*(-?\d+(?:\.\d+)?)$/i
const SIGNS: Readonly<Record<string, Limit['operator']>> = {
  '>': 'gt',
  '>=': 'gte',
  '<': 'lt',
  '<=': 'lte',
  '=': 'eq',
  '==': 'eq',
}

/**
 * Turns Sigma v1's aggregations into the correlation rules that replaced them: `count() by f > N`, `count(field) by f > N`,
 * `sum`, `avg` and `near`. Throws `ContentError` for what has no such counterpart.
 */
export const convertLegacy = (
  place: Place,
  { rule, condition, timeframe }: LegacyDetection,
): SigmaDocument[] => {
  const bar = condition.indexOf('|')
  const before = condition.slice(0, bar).trim()
  const after = condition.slice(bar + 1).trim()
  if (after.includes('|')) throw place.fail('condition: expected one aggregation after |, found two', ...PATH)
  if (timeframe === undefined) {
    throw place.fail(`condition: ${JSON.stringify(after)} needs a timeframe, found none`, 'detection')
  }
  const timespanMs = timespanOf(place, timeframe, 'detection', 'timeframe')
  const near = /^near\s+(.+)$/i.exec(after)
  if (near) return nearRules(place, rule, [before, ...near[1]!.split(/\s+and\s+/i)], timespanMs)
  const base = baseOf(rule, before, 1)
  return [base, { ...correlationOf(rule, [base], timespanMs), ...countedBy(place, after) }]
}

const nearRules = (
  place: Place,
  rule: SigmaEventRule,
  conditions: readonly string[],
  timespanMs: number,
): SigmaDocument[] => {
  const negated = conditions.slice(1).find((one) => /^not\b/i.test(one))
  if (negated) throw place.fail(`condition: near cannot ask for what is absent: ${negated}`, ...PATH)
  const bases = conditions.map((condition, i) => baseOf(rule, condition, i + 1))
  return [...bases, correlationOf(rule, bases, timespanMs)]
}

/** A silent rule of the same file for what was counted. */
const baseOf = (
  rule: SigmaEventRule,
  condition: string,
  number: number,
): SigmaEventRule & { name: string } => ({
  ...rule,
  id: undefined,
  name: `${rule.id ?? rule.name ?? rule.title} | ${number}`,
  title: `${rule.title}: counted events ${number}`,
  level: 'informational',
  tags: [],
  raw: {},
  conditions: [condition],
})

type Counted = Pick<SigmaCorrelationRule, 'type' | 'fields' | 'groupBy' | 'limits' | 'threshold' | 'whole'>

/** What is counted, by which fields, and against which number. */
const countedBy = (place: Place, aggregation: string): Counted => {
  const [, name = '', field = '', by = '', sign = '', number = ''] = COUNT.exec(aggregation) ?? []
  const kind = name.toLowerCase()
  if (kind === 'min' || kind === 'max') {
    throw place.fail(
      `condition: ${kind} has no correlation type in Sigma 2.1; count, sum and avg have`,
      ...PATH,
    )
  }
  if (kind === '' || (kind !== 'count' && field === '')) {
    throw place.fail(
      `condition: expected count() by field > number after |, found ${JSON.stringify(aggregation)}`,
      ...PATH,
    )
  }
  const limit = { operator: SIGNS[sign]!, value: Number(number) }
  const rising = limit.operator === 'gt' || limit.operator === 'gte'
  const least = limit.operator === 'gt' ? limit.value + 1 : limit.value
  const types = {
    sum: 'value_sum',
    avg: 'value_avg',
    count: field === '' ? 'event_count' : 'value_count',
  } as const
  return {
    type: types[kind as keyof typeof types],
    fields: field === '' ? [] : [field],
    groupBy: by === '' ? [] : by.split(/\s*,\s*/),
    limits: [limit],
    threshold: kind === 'count' ? Math.max(1, least) : 1,
    whole: !rising || kind === 'avg',
  }
}

const correlationOf = (
  rule: SigmaHead,
  bases: readonly { readonly name: string }[],
  timespanMs: number,
): SigmaCorrelationRule => ({
  kind: 'correlation',
  file: rule.file,
  line: rule.line,
  title: rule.title,
  id: rule.id,
  name: rule.name,
  level: rule.level,
  status: rule.status,
  description: rule.description,
  tags: rule.tags,
  raw: rule.raw,
  type: 'temporal',
  rules: bases.map(({ name }) => name),
  groupBy: [],
  aliases: new Map(),
  timespanMs,
  limits: [{ operator: 'gte', value: bases.length }],
  threshold: bases.length,
  fields: [],
  percentile: 50,
  whole: false,
  generate: false,
})
