import type { LocatedEvent } from '../ports.ts'
import type { CloudTrailEvent } from '../trail/event.ts'
import type { Basis } from './make-finding.ts'
import { restored, type SlimBasis, slimmed } from './slim.ts'

/**
 * What an event matched, as another thread tells of it: rules and correlations by their place, the event as text, since it is needed
 * only where a finding rests on it.
 */
export interface CarriedMatch {
  readonly key: string
  readonly index: number
  readonly text: string
  readonly eventID: string
  /** Milliseconds since 1970; NaN where the event has no time, and then no correlation counts it. */
  readonly time: number
  readonly hits: readonly CarriedHit[]
  readonly attempts: readonly number[]
}

/** A rule, by its place among those loaded, and for each correlation that counts it: its place, group and counted values. */
export type CarriedHit = readonly [
  rule: number,
  counts: readonly (readonly [listener: number, group: string, values: readonly string[]])[],
]

/** A hit whose event is text until somebody asks for it. */
export interface CarriedBasis {
  readonly events: readonly string[]
  readonly carried: CarriedMatch
  /** The correlation keeps hits without the request and the answer. */
  readonly slim: boolean
}

/** Longer than that, an event that a correlation keeps slim is read at once: text must not hold what it leaves out. */
const MAX_TEXT = 16_384

/** The whole event of a match. */
export const locatedIn = ({ text, key, index }: CarriedMatch): LocatedEvent => ({
  event: JSON.parse(text) as CloudTrailEvent,
  key,
  index,
})

/** What a correlation keeps of a match; `slim`: without the request and the answer. */
export const keptOf = (slim: boolean, carried: CarriedMatch): CarriedBasis | SlimBasis => {
  const events = [carried.eventID]
  if (slim && carried.text.length > MAX_TEXT) return slimmed({ located: locatedIn(carried), events })
  return { events, carried, slim }
}

/** The event of a hit that was kept, just as a correlation in one thread would have kept it. */
export const reread = ({ carried, events, slim }: CarriedBasis): Basis => {
  const whole = { located: locatedIn(carried), events }
  return slim ? restored(slimmed(whole)) : whole
}
