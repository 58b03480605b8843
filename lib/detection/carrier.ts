import type { LocatedEvent } from '../ports.ts'
import { eventTimeOf } from '../trail/event.ts'
import { millisOf } from '../trail/time.ts'
import type { CarriedMatch } from './carried.ts'
import { listenersOf } from './listeners.ts'
import { idOf } from './make-finding.ts'
import { type Matched, type MatcherOptions, makeMatcher } from './matcher.ts'
import type { EventRule, Rule } from './rules.ts'
import type { SlimBasis } from './slim.ts'

/** Puts events to rules for a detector of the same rules that is on another thread. */
export interface Carrier {
  /** What the detector has to judge; nothing, for most events. Never throws for what an event holds. */
  match(located: LocatedEvent): CarriedMatch | undefined
}

export const makeCarrier = (rules: readonly Rule[], options: MatcherOptions = {}): Carrier => {
  const numbers = new Map(rules.map((rule, i) => [rule, i]))
  const listeners = listenersOf(rules)
  const matcher = makeMatcher(rules, listeners, options)
  const numberOf = (rule: Rule): number => numbers.get(rule)!
  const countsOf = (rule: EventRule, { event }: LocatedEvent, time: number, eventID: string) =>
    (listeners.byRule.get(rule.ref.id) ?? []).flatMap((listener, place) => {
      const subject = matcher.derived
      const read = listener.read({ rule: listener.number, time, eventID, event, subject, item: NOTHING })
      return read ? [[place, read.key, read.hits.map(({ value }) => value)] as const] : []
    })
  const carry = (located: LocatedEvent, { hits, attempts }: Matched): CarriedMatch => {
    const { event, key, index } = located
    const time = millisOf(eventTimeOf(event) ?? '')
    const eventID = idOf(located)
    return {
      key,
      index,
      text: JSON.stringify(event),
      eventID,
      time,
      hits: hits.map((rule) => [
        numberOf(rule),
        Number.isNaN(time) ? [] : countsOf(rule, located, time, eventID),
      ]),
      attempts: attempts.map(numberOf),
    }
  }
  return {
    match: (located) => {
      const matched = matcher.match(located.event)
      return matched && carry(located, matched)
    },
  }
}

/** The reader puts it into hits that nobody keeps. */
const NOTHING: SlimBasis = { events: [], key: '', index: 0, facts: {}, who: undefined, issuer: undefined }
