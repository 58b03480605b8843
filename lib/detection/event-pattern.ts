import type { Rule } from './rules.ts'
import type { Condition } from './sigma/condition.ts'
import type { SigmaEventRule } from './sigma/document.ts'
import { alternativesOf, type Line } from './sigma/lines.ts'
import { ANY, literalOf, parsePattern } from './sigma/pattern.ts'

/** One matcher of EventBridge. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html */
export type Matcher =
  | { readonly 'equals-ignore-case': string }
  | { readonly prefix: { readonly 'equals-ignore-case': string } | string }
  | { readonly suffix: { readonly 'equals-ignore-case': string } | string }
  | { readonly exists: boolean }
  | string
  | null

export interface EventPattern {
  readonly 'detail-type': readonly Matcher[]
  /** Left out when the rule may match any event. */
  readonly detail?: Detail | { readonly $or: readonly Detail[] }
}

/** Matchers by field; nested maps for nested fields. */
export interface Detail {
  readonly [field: string]: readonly Matcher[] | Detail
}

/** Fields with one text that EventBridge sees as the rules do. */
const FIELDS: ReadonlySet<string> = new Set(['eventSource', 'eventName', 'eventType', 'userIdentity.type'])

/** Fields that most events lack: that they are there, or are not, says much. */
const RARE_FIELDS: ReadonlySet<string> = new Set(['errorCode', 'userIdentity.invokedBy'])

/** Matchers by field, all of which must agree. An empty one lets everything through. */
export type Box = ReadonlyMap<string, readonly Matcher[]>

const MAX_BOXES = 40
const MAX_MATCHERS = 200
const ALL: Box = new Map()

/**
 * The EventBridge pattern that lets through at least every event a rule matches. What a pattern cannot say (case within a
 * text, negation, other fields, counts) it lets through. A correlation needs what its rules need.
 */
export const eventPatternOf = (rule: Rule, rules: readonly Rule[]): EventPattern => {
  const boxes = boxesOf(rule, rules)
  const details = simplest(boxes).map(detailOf)
  const head = { 'detail-type': [{ suffix: ' via CloudTrail' }] } as const
  if (details.length === 0 || details.some((detail) => Object.keys(detail).length === 0)) return head
  return { ...head, detail: details.length === 1 ? details[0]! : { $or: details } }
}

/** Alternatives, one of which every event bears that the rule matches. */
export const boxesOf = (rule: Rule, rules: readonly Rule[]): readonly Box[] => {
  if (rule.kind === 'event') {
    return bounded(rule.compiled.conditions.flatMap((condition) => ofCondition(condition, rule.sigma)))
  }
  const bases = rules.filter((other) => rule.bases.includes(other.ref.id))
  return bounded(bases.flatMap((base) => boxesOf(base, rules)))
}

const bounded = (boxes: readonly Box[]): readonly Box[] => (boxes.length > MAX_BOXES ? [ALL] : boxes)

const ofCondition = (condition: Condition, rule: SigmaEventRule): readonly Box[] => {
  switch (condition.type) {
    case 'not':
      return [ALL]
    case 'selection':
      return ofSelection(rule.selections.get(condition.name))
    case 'or':
      return bounded(condition.parts.flatMap((part) => ofCondition(part, rule)))
    case 'and':
      return condition.parts.map((part) => ofCondition(part, rule)).reduce(both, [ALL])
    case 'some': {
      const parts = condition.names.map((name) => ofSelection(rule.selections.get(name)))
      return condition.atLeast === parts.length ? parts.reduce(both, [ALL]) : bounded(parts.flat())
    }
  }
}

/** Every pair of alternatives; where both speak of a field, the first is kept, which lets through no less than both. */
const both = (left: readonly Box[], right: readonly Box[]): readonly Box[] =>
  bounded(left.flatMap((a) => right.map((b): Box => new Map([...b, ...a]))))

const ofSelection = (selection: unknown): readonly Box[] =>
  bounded(alternativesOf(selection).map((lines) => (lines ? boxOf(lines) : ALL)))

const boxOf = (lines: readonly Line[]): Box => {
  const box = new Map<string, readonly Matcher[]>()
  for (const line of lines) {
    const matchers = matchersOf(line)
    if (matchers && !box.has(line.field)) box.set(line.field, matchers)
  }
  return box
}

const SAYABLE = ['startswith', 'endswith', 'all', 'cased']

const matchersOf = (line: Line): readonly Matcher[] | undefined =>
  RARE_FIELDS.has(line.field) ? presenceOf(line) : textMatchersOf(line)

/** Is the field there? Missing and null are one for a rule. */
const presenceOf = ({ modifiers, values }: Line): readonly Matcher[] | undefined => {
  if (modifiers.includes('neq') || values.some((value) => value === undefined)) return undefined
  if (modifiers.includes('exists')) {
    return String(values[0]).toLowerCase() === 'true' ? [{ exists: true }] : [{ exists: false }]
  }
  const nulls = values.filter((value) => value === null).length
  if (nulls === 0) return [{ exists: true }]
  return nulls === values.length ? [{ exists: false }, null] : undefined
}

const textMatchersOf = ({ field, modifiers, values }: Line): readonly Matcher[] | undefined => {
  if (!FIELDS.has(field) || values.length > MAX_MATCHERS) return undefined
  if (!modifiers.every((name) => SAYABLE.includes(name))) return undefined
  const wanted = modifiers.includes('all') ? values.slice(0, 1) : values
  const matchers = wanted.map((value) =>
    typeof value === 'string' ? matcherOf(value, modifiers) : undefined,
  )
  return matchers.includes(undefined) ? undefined : (matchers as readonly Matcher[])
}

const matcherOf = (value: string, modifiers: readonly string[]): Matcher | undefined => {
  const tokens = parsePattern(value)
  const literal = literalOf(tokens)
  const starts = modifiers.includes('startswith')
  const ends = modifiers.includes('endswith')
  if (literal !== undefined && literal !== '') {
    const text = { 'equals-ignore-case': literal }
    if (starts && ends) return undefined
    if (starts) return { prefix: text }
    return ends ? { suffix: text } : text
  }
  const [first, second] = tokens
  if (tokens.length !== 2 || ends || starts) return undefined
  if (typeof first === 'string' && second === ANY) return { prefix: { 'equals-ignore-case': first } }
  if (first === ANY && typeof second === 'string') return { suffix: { 'equals-ignore-case': second } }
  return undefined
}

/** Alternatives that differ in the event name alone are one. */
export const simplest = (boxes: readonly Box[]): readonly Box[] => {
  const joined = new Map<string, Map<string, readonly Matcher[]>>()
  for (const box of boxes) {
    const rest = [...box].filter(([field]) => field !== 'eventName').sort(([a], [b]) => (a < b ? -1 : 1))
    const key = JSON.stringify([box.has('eventName'), rest])
    const same = joined.get(key)
    const names = box.get('eventName')
    if (same && names) same.set('eventName', distinct([...(same.get('eventName') ?? []), ...names]))
    else joined.set(key, new Map(box))
  }
  return [...joined.values()]
}

const distinct = (matchers: readonly Matcher[]): readonly Matcher[] => [
  ...new Map(matchers.map((matcher) => [JSON.stringify(matcher), matcher])).values(),
]

/** A box as EventBridge writes it. */
export const detailOf = (box: Box): Detail => {
  const detail: Record<string, readonly Matcher[] | Detail> = {}
  for (const [field, matchers] of box) {
    const [outer = '', inner] = field.split('.')
    detail[outer] = inner === undefined ? matchers : { ...(detail[outer] as Detail), [inner]: matchers }
  }
  return detail
}
