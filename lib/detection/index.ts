import type { CloudTrailEvent } from '../trail/event.ts'
import type { EventRule } from './rules.ts'

/** The rules an event has to be tested against. */
export interface RuleIndex {
  candidates(event: CloudTrailEvent): readonly EventRule[]
}

/** Calls remembered before the memory starts anew: a hostile log may invent event names. */
const MAX_CALLS = 20_000

/**
 * Sorts rules by the calls (eventSource and eventName) they can match, however they say so: literal names, lists,
 * prefixes, negations. The answer for a call is worked out once. A rule that asks for neither costs every event.
 */
export const makeRuleIndex = (rules: readonly EventRule[]): RuleIndex => {
  const bySource = new Map<string, Map<string, readonly EventRule[]>>()
  let calls = 0
  const learn = (eventSource: string, eventName: string): readonly EventRule[] => {
    const found = rules.filter((rule) => rule.compiled.mayMatch({ eventSource, eventName }))
    if (++calls > MAX_CALLS) {
      bySource.clear()
      calls = 1
    }
    const names = bySource.get(eventSource) ?? new Map<string, readonly EventRule[]>()
    bySource.set(eventSource, names.set(eventName, found))
    return found
  }
  return {
    candidates: ({ eventSource, eventName }) => {
      if (typeof eventSource !== 'string' || typeof eventName !== 'string') return rules
      return bySource.get(eventSource)?.get(eventName) ?? learn(eventSource, eventName)
    },
  }
}

/** Must every event be tested against it, because it asks for no event name? */
export const costsEveryEvent = (rule: EventRule): boolean =>
  rule.compiled.mayMatch({ eventSource: 'none.amazonaws.com', eventName: 'NoSuchCall' })
