import type { LocatedEvent } from '../ports.ts'
import { type CloudTrailEvent, eventTimeOf, text } from '../trail/event.ts'
import { DERIVED_FIELDS, makeDerived } from './derive.ts'
import { makeDetector } from './detect.ts'
import { idOf } from './make-finding.ts'
import { type CorrelationRule, type EventRule, namesOf, type Rule } from './rules.ts'
import { lineTestsOf } from './sigma/compile.ts'
import { aliased } from './sigma/hits.ts'
import { existsAt, parsePath, type Subject, textsAt } from './sigma/path.ts'

/** What a rule says of one event: whether it fires, and what each of its parts answered. */
export interface Explanation {
  readonly rule: string
  readonly event: { readonly eventID: string; readonly eventSource: string; readonly eventName: string }
  readonly fires: boolean
  /** The conditions as written; any of them must hold. */
  readonly conditions: readonly string[]
  readonly selections: readonly SelectionAnswer[]
  /** The condition holds, and a filter document takes the event out. */
  readonly filtered: boolean
}

export interface SelectionAnswer {
  readonly name: string
  readonly holds: boolean
  /** Any of them must hold, with all of its lines. */
  readonly alternatives: readonly (readonly LineAnswer[])[]
}

export interface LineAnswer {
  /** Field and modifiers as written; empty for keywords, which are looked for in every leaf of the event. */
  readonly field: string
  readonly wanted: unknown
  readonly holds: boolean
  /** Texts at the field, the first few, cut to 120 characters. Left out when the field is not there, and for keywords. */
  readonly found?: readonly string[]
}

export interface ExplainOptions {
  /** Own and trusted accounts, 12 digits. */
  readonly knownAccounts?: Iterable<string>
  /** Values of `%name%` placeholders, as the rules were loaded with. */
  readonly placeholders?: Readonly<Record<string, readonly string[]>>
}

const MAX_FOUND = 5
const MAX_CHARS = 120

/** Why a rule fires on an event or does not: selection by selection, line by line. Never throws for what the event holds. */
export const explainEvent = (
  { ref, sigma, compiled }: EventRule,
  located: LocatedEvent,
  options: ExplainOptions = {},
): Explanation => {
  const { event } = located
  const subject = subjectOf(event, options)
  const context = {
    placeholders: new Map(Object.entries(options.placeholders ?? {})),
    derivedFields: DERIVED_FIELDS,
    arrayBlocks: sigma.arrayBlocks,
  }
  const fires = compiled.matches(event, subject)
  return {
    rule: ref.id,
    event: {
      eventID: idOf(located),
      eventSource: text(event.eventSource) ?? '',
      eventName: text(event.eventName) ?? '(no eventName)',
    },
    fires,
    conditions: sigma.conditions,
    filtered: !fires && compiled.detection.test(event, subject),
    selections: [...sigma.selections].map(([name, selection]) => ({
      name,
      holds: compiled.selections.get(name)!.test(event, subject),
      alternatives: lineTestsOf(selection, context).map((lines) =>
        lines.map(({ key, value, test }) => ({
          field: key,
          wanted: value,
          holds: test(event, subject),
          ...foundAt(event, subject, key),
        })),
      ),
    })),
  }
}

const subjectOf = (event: CloudTrailEvent, { knownAccounts }: ExplainOptions): Subject => {
  const derived = makeDerived(knownAccounts)
  derived.of(event)
  return derived
}

const foundAt = (event: CloudTrailEvent, subject: Subject, key: string): Pick<LineAnswer, 'found'> => {
  const field = key.split('|')[0]!.replace(/\[any\]$/, '')
  if (field === '') return {}
  const path = parsePath(field)
  if (!existsAt(event, subject, path)) return {}
  const texts = textsAt(event, subject, path)
  const some = texts.slice(0, MAX_FOUND).map(short)
  if (texts.length > MAX_FOUND) some.push(`and ${texts.length - MAX_FOUND} more`)
  return { found: texts.length === 0 ? ['null, or nothing in it'] : some }
}

const short = (long: string): string =>
  long.length > MAX_CHARS ? `${long.slice(0, MAX_CHARS)}... (${long.length} characters)` : long

/** Of several events the one that says most: the first on which the rule fires, else the one whose lines hold most. */
export const nearestOf = (explained: readonly Explanation[]): Explanation | undefined =>
  explained.find(({ fires }) => fires) ??
  explained.reduce<Explanation | undefined>(
    (best, one) => (!best || nearness(one) > nearness(best) ? one : best),
    undefined,
  )

/** A call that a selection asks for tells more than ten other fields. */
const nearness = ({ selections }: Explanation): number =>
  selections.reduce((sum, { holds, alternatives }) => {
    const lines = alternatives.flat().filter((line) => line.holds)
    const named = lines.filter(({ field }) => field.split('|')[0] === 'eventName').length
    return sum + (holds ? 5 : 0) + lines.length + named * 10
  }, 0)

/** What a correlation made of events: how far each group came. */
export interface CountExplanation {
  readonly rule: string
  readonly fires: boolean
  readonly type: string
  readonly groupBy: readonly string[]
  readonly timespanMs: number
  readonly threshold: number
  /** Hits of each rule it counts, in the order it names them. */
  readonly hits: readonly { readonly rule: string; readonly events: number }[]
  /** Hits that could not be counted: they lack a field it groups by, or a time. */
  readonly skipped: number
  /** Most hits first, ten at most. */
  readonly groups: readonly GroupAnswer[]
}

export interface GroupAnswer {
  readonly group: readonly string[]
  readonly hits: number
  /** Different values, where it counts those. */
  readonly values?: number
  readonly first: string
  readonly last: string
}

const MAX_GROUPS = 10

/**
 * Why a correlation fires on these events or does not: how many hits each rule it counts had, and how they fell into groups over the
 * whole of the events. `rules` are all that were loaded.
 */
export const explainCount = (
  rules: readonly Rule[],
  rule: CorrelationRule,
  events: readonly LocatedEvent[],
  options: ExplainOptions = {},
): CountExplanation => {
  const bases = rule.bases.map((id) => rules.find(({ ref }) => ref.id === id)!)
  const derived = makeDerived(options.knownAccounts)
  const groups = new Map<string, Counted>()
  const hits = bases.map(({ ref }) => ({ rule: ref.id, events: 0 }))
  let skipped = 0
  for (const { event } of events) {
    derived.of(event)
    for (const [number, base] of bases.entries()) {
      if (base.kind !== 'event' || !base.compiled.matches(event, derived)) continue
      hits[number]!.events++
      const names = [rule.sigma.rules[number]!, ...namesOf(base.sigma, base.ref.id)]
      if (!countIn(groups, rule.sigma, names, event, derived)) skipped++
    }
  }
  return {
    rule: rule.ref.id,
    fires: firesOn(rules, rule, events, options),
    type: rule.sigma.type,
    groupBy: rule.sigma.groupBy,
    timespanMs: rule.sigma.timespanMs,
    threshold: rule.sigma.threshold,
    hits,
    skipped,
    groups: [...groups.values()]
      .sort((a, b) => b.hits - a.hits)
      .slice(0, MAX_GROUPS)
      .map(groupAnswer),
  }
}

interface Counted {
  readonly group: readonly string[]
  readonly values: Set<string>
  readonly counts: boolean
  hits: number
  first: string
  last: string
}

const countIn = (
  groups: Map<string, Counted>,
  sigma: CorrelationRule['sigma'],
  names: readonly string[],
  event: CloudTrailEvent,
  subject: Subject,
): boolean => {
  const time = eventTimeOf(event)
  const textOf = (field: string) => textsAt(event, subject, parsePath(aliased(sigma, field, names)))[0]
  const group = sigma.groupBy.map(textOf)
  if (!time || group.includes(undefined)) return false
  const key = JSON.stringify(group)
  const known = groups.get(key)
  const one: Counted = known ?? {
    group: group as readonly string[],
    values: new Set(),
    counts: sigma.type === 'value_count',
    hits: 0,
    first: time,
    last: time,
  }
  groups.set(key, one)
  one.hits++
  if (time < one.first) one.first = time
  if (time > one.last) one.last = time
  if (one.counts) one.values.add(JSON.stringify(sigma.fields.map(textOf)))
  return true
}

const groupAnswer = ({ group, hits, values, counts, first, last }: Counted): GroupAnswer => ({
  group: group.map(short),
  hits,
  ...(counts && { values: values.size }),
  first,
  last,
})

const firesOn = (
  rules: readonly Rule[],
  rule: CorrelationRule,
  events: readonly LocatedEvent[],
  { knownAccounts = [] }: ExplainOptions,
): boolean => {
  const detector = makeDetector(rules, { knownAccounts })
  const found = events.flatMap((located) => [...detector.detect(located)])
  return [...found, ...detector.finish().findings].some((finding) => finding.rule.id === rule.ref.id)
}
