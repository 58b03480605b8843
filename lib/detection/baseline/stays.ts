import type { AddressOrigin } from '../../ports.ts'
import type { Spot } from './distance.ts'
import type { Trigger } from './trigger.ts'

/** Where somebody was. */
export interface Place extends Spot {
  readonly country: string
  readonly asn: number
  readonly organization?: string
}

/** A time (milliseconds since 1970) in which somebody was seen in one place at least every hour. */
export interface Stay {
  readonly from: number
  readonly to: number
  /** The event it begins with, and the id of the one it ends with. */
  readonly trigger: Trigger
  readonly last: string
}

export const HOUR = 3_600_000
/** Kilometres assumed where a database does not say how exact it is. */
const UNKNOWN_RADIUS = 100

/** A place that can be compared with others: country, provider and spot must be known. */
export const placeOf = (origin: AddressOrigin): Place | undefined => {
  const { country, asn, organization, latitude, longitude, accuracyRadius: radius = UNKNOWN_RADIUS } = origin
  if (!country || !asn || latitude === undefined || longitude === undefined) return undefined
  return { country, asn, latitude, longitude, radius, ...(organization && { organization }) }
}

export const nameOf = ({ country, asn, latitude, longitude }: Place): string =>
  `${country} ${asn} ${latitude} ${longitude}`

/** Adds to stays of one place, which are in order and apart; those with less than an hour between are one, whatever the order. */
export const addStay = (stays: Stay[], stay: Stay): void => {
  const end = firstAfter(stays, stay.to + HOUR)
  let start = end
  let joined = stay
  while (start > 0 && joined.from - stays[start - 1]!.to <= HOUR) joined = join(stays[--start]!, joined)
  stays.splice(start, end - start, joined)
}

/** Is a sighting strictly inside a stay? Then it adds nothing. */
export const isInside = (stays: readonly Stay[], time: number): boolean => {
  const stay = stays[firstAfter(stays, time) - 1]
  return stay !== undefined && time > stay.from && time < stay.to
}

/** Position of the first stay that begins after this time. */
const firstAfter = (stays: readonly Stay[], time: number): number => {
  let [low, high] = [0, stays.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (stays[middle]!.from > time) high = middle
    else low = middle + 1
  }
  return low
}

const join = (a: Stay, b: Stay): Stay => {
  const first = a.from < b.from || (a.from === b.from && idOf(a) <= idOf(b)) ? a : b
  const last = a.to > b.to || (a.to === b.to && a.last <= b.last) ? a : b
  return { from: first.from, trigger: first.trigger, to: last.to, last: last.last }
}

const idOf = ({ trigger }: Stay): string => trigger.event.eventID ?? ''
