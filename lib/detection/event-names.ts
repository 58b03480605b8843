import type { EventRule } from './rules.ts'
import type { Condition } from './sigma/condition.ts'
import type { SigmaEventRule } from './sigma/document.ts'
import { alternativesOf, type Line } from './sigma/lines.ts'
import { literalOf, parsePattern } from './sigma/pattern.ts'

/** Lower-case names, one of which an event must bear; `undefined` when any may do. */
type Names = ReadonlySet<string> | undefined

/** The event names a rule can match, in lower case, when it says them literally; else `undefined`. */
export const eventNamesOf = ({ sigma, compiled }: EventRule): Names =>
  anyOf(compiled.conditions.map((condition) => ofCondition(condition, sigma)))

const ofCondition = (condition: Condition, rule: SigmaEventRule): Names => {
  switch (condition.type) {
    case 'not':
      return undefined
    case 'selection':
      return ofSelection(rule.selections.get(condition.name))
    case 'or':
      return anyOf(condition.parts.map((part) => ofCondition(part, rule)))
    case 'and':
      return allOf(condition.parts.map((part) => ofCondition(part, rule)))
    case 'some': {
      const parts = condition.names.map((name) => ofSelection(rule.selections.get(name)))
      return condition.atLeast === parts.length ? allOf(parts) : anyOf(parts)
    }
  }
}

const anyOf = (parts: readonly Names[]): Names =>
  parts.includes(undefined) ? undefined : new Set(parts.flatMap((part) => [...(part ?? [])]))

/** The smallest of them will do. */
const allOf = (parts: readonly Names[]): Names =>
  parts.reduce((least, part) => (part && (!least || part.size < least.size) ? part : least), undefined)

const ofSelection = (selection: unknown): Names =>
  anyOf(alternativesOf(selection).map((lines) => lines && allOf(lines.map(ofLine))))

const ofLine = ({ field, modifiers, values }: Line): Names => {
  if (field !== 'eventName' || modifiers.some((name) => name !== 'cased')) return undefined
  const names = values.map((value) =>
    typeof value === 'string' ? literalOf(parsePattern(value)) : undefined,
  )
  return names.includes(undefined) ? undefined : new Set(names.map((name) => name!.toLowerCase()))
}
