import type { CloudTrailEvent } from '../trail/event.ts'
import { eventNamesOf } from './event-names.ts'
import type { EventRule } from './rules.ts'
import { givenCall, type Node } from './sigma/node.ts'

/** A rule an event has to be tested against, and the test: what the event's names have answered is left out of it. */
export interface Candidate {
  readonly rule: EventRule
  readonly test: Node['test']
}

/** The rules an event has to be tested against. */
export interface RuleIndex {
  candidates(event: CloudTrailEvent): readonly Candidate[]
}

/** Calls remembered before the memory starts anew: a hostile log may invent event names. */
const MAX_CALLS = 20_000

/**
 * Sorts rules by the calls (eventSource and eventName) they can match, however they say so: literal names, lists,
 * prefixes, negations. The answer for a call is worked out once. A rule that asks for neither costs every event.
 */
export const makeRuleIndex = (rules: readonly EventRule[]): RuleIndex => {
  const bySource = new Map<string, Map<string, readonly Candidate[]>>()
  const named = rulesByName(rules)
  const whole = rules.map((rule) => ({ rule, test: rule.compiled.root.test }))
  let calls = 0
  const learn = (eventSource: string, eventName: string): readonly Candidate[] => {
    const call = { eventSource, eventName }
    const found = named(eventName)
      .filter((rule) => rule.compiled.mayMatch(call))
      .map((rule) => ({ rule, test: givenCall(rule.compiled.root, call).test }))
    if (++calls > MAX_CALLS) {
      bySource.clear()
      calls = 1
    }
    const names = bySource.get(eventSource) ?? new Map<string, readonly Candidate[]>()
    bySource.set(eventSource, names.set(eventName, found))
    return found
  }
  return {
    candidates: ({ eventSource, eventName }) => {
      if (typeof eventSource !== 'string' || typeof eventName !== 'string') return whole
      return bySource.get(eventSource)?.get(eventName) ?? learn(eventSource, eventName)
    },
  }
}

/** Rules that name the event, or name none, in the order of loading: a new call must not be put to a thousand rules. */
const rulesByName = (rules: readonly EventRule[]): ((eventName: string) => readonly EventRule[]) => {
  const order = new Map(rules.map((rule, i) => [rule, i]))
  const byName = new Map<string, EventRule[]>()
  const rest: EventRule[] = []
  for (const rule of rules) {
    const names = eventNamesOf(rule)
    if (!names) rest.push(rule)
    for (const name of names ?? []) byName.set(name, [...(byName.get(name) ?? []), rule])
  }
  return (eventName) => {
    const some = byName.get(eventName.toLowerCase())
    return some ? [...some, ...rest].sort((a, b) => order.get(a)! - order.get(b)!) : rest
  }
}

/** Must every event be tested against it, because it asks for no event name? */
export const costsEveryEvent = (rule: EventRule): boolean =>
  rule.compiled.mayMatch({ eventSource: 'none.amazonaws.com', eventName: 'NoSuchCall' })
