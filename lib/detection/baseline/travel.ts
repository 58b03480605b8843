import type { AddressOrigin, LocatedEvent } from '../../ports.ts'
import { eventIdOf } from '../../trail/event.ts'
import { carriesOthers } from './clouds.ts'
import { kilometresApart } from './distance.ts'
import { DAY } from './facts.ts'
import { observed, timeOf } from './observation.ts'
import { addStay, HOUR, isInside, nameOf, type Place, placeOf, type Stay } from './stays.ts'
import { triggerOf } from './trigger.ts'

/** Faster than an airliner from door to door. */
const MOST_KMH = 900
/** Below this a database of addresses is more often wrong than a person fast. */
const LEAST_KM = 500
/** Half way round the Earth at that speed: who is seen later may have flown. */
const LONGEST = (20_037 / MOST_KMH) * HOUR
/** Who is in two places again and again has two machines there: told once, and again after as many days without. */
const TOLD_DAYS = 30
const MOST_TOLD = 5000
/** Days of stays that are kept between runs. */
const KEPT_DAYS = 3

/** How much is remembered. Beyond it the latest stays, since only these can still be compared with what comes. */
export interface TravelLimits {
  readonly people?: number
  /** Stays of one person, and of all. */
  readonly each?: number
  readonly all?: number
}

export interface Travel {
  /** Somebody acted from there. What says too little about the place, or is a cloud, is left out. */
  add(person: string, origin: AddressOrigin, time: number, located: LocatedEvent): void
  /** Where somebody was in two places that no journey joins. `editions` are the files the places are from. */
  observations(editions: readonly string[]): readonly LocatedEvent[]
  absorb(saved: SavedTravel): void
  save(now?: number): SavedTravel
  /** Stays that were too many. */
  dropped(): number
}

export interface SavedTravel {
  readonly stays: readonly (readonly [person: string, place: Place, stays: readonly Stay[]])[]
  /** Pairs of places that were told of, and from when to when. */
  readonly told: readonly (readonly [person: string, pair: string, from: number, to: number])[]
}

interface Known {
  readonly place: Place
  stays: Stay[]
}

/** By the name of the place. */
type Places = Map<string, Known>

/** Where people were, in bounded memory. Below the limits neither order nor grouping of what is added changes what is answered. */
export const makeTravel = ({ people = 10_000, each = 1000, all = 20_000 }: TravelLimits = {}): Travel => {
  const known = new Map<string, Places>()
  const told: SavedTravel['told'][number][] = []
  const counts = new Map<string, number>()
  let count = 0
  let dropped = 0
  const forget = (most: number, among: readonly (readonly [string, Places])[]): void => {
    const stays = among.flatMap(([, places]) => [...places.values()].flatMap((one) => one.stays))
    const floor = stays.map(({ to }) => to).sort((a, b) => b - a)[most - 1] ?? 0
    for (const [person, places] of among) {
      for (const [name, one] of places) {
        one.stays = one.stays.filter(({ to }) => to >= floor)
        if (one.stays.length === 0) places.delete(name)
      }
      const left = sizeOf(places)
      const gone = (counts.get(person) ?? 0) - left
      count -= gone
      dropped += gone
      counts.set(person, left)
      if (places.size === 0) drop(person)
    }
  }
  const drop = (person: string): void => {
    known.delete(person)
    counts.delete(person)
  }
  const put = (person: string, place: Place, stay: Stay): void => {
    const places = known.get(person) ?? (new Map() as Places)
    if (places.size === 0) known.set(person, places)
    const name = nameOf(place)
    const one = places.get(name) ?? { place, stays: [] }
    places.set(name, one)
    const before = one.stays.length
    addStay(one.stays, stay)
    const more = one.stays.length - before
    count += more
    counts.set(person, (counts.get(person) ?? 0) + more)
    if (counts.get(person)! >= 2 * each) forget(each, [[person, places]])
    if (count >= 2 * all || known.size >= 2 * people) forget(Math.min(all, people), [...known])
  }
  const firings = (): readonly Firing[] => [...known].flatMap(([person, places]) => firingsOf(person, places))
  return {
    add: (person, origin, time, located) => {
      const place = placeOf(origin)
      if (!place || carriesOthers(place.asn)) return
      const stays = known.get(person)?.get(nameOf(place))?.stays
      if (stays && isInside(stays, time)) return
      const trigger = triggerOf(located)
      put(person, place, { from: time, to: time, trigger, last: eventIdOf(trigger.event) ?? '' })
    },
    observations: (editions) => newOnes(firings(), told).map((firing) => observationOf(firing, editions)),
    absorb: (saved) => {
      told.push(...saved.told)
      for (const [person, place, stays] of saved.stays) for (const stay of stays) put(person, place, stay)
    },
    save: (now) => ({
      stays: [...known].flatMap(([person, places]) =>
        [...places.values()].flatMap(({ place, stays }) => {
          const kept = stays.filter(({ from, to }) => isCurrent(from, to, KEPT_DAYS, now))
          return kept.length > 0 ? [[person, place, kept] as const] : []
        }),
      ),
      told: spansOf(firings(), told)
        .filter(([, , from, to]) => isCurrent(from, to, TOLD_DAYS, now))
        .sort((a, b) => b[3] - a[3])
        .slice(0, MOST_TOLD),
    }),
    dropped: () => dropped,
  }
}

const sizeOf = (places: Places): number =>
  [...places.values()].reduce((sum, { stays }) => sum + stays.length, 0)

/** What is a day ahead of the clock was invented. */
const isCurrent = (from: number, to: number, days: number, now: number | undefined): boolean =>
  now === undefined || (to >= now - days * DAY && from <= now + DAY)

interface Firing {
  readonly person: string
  readonly pair: string
  readonly here: Visit
  readonly there: Visit
  readonly kilometres: number
  /** At most so long, milliseconds. */
  readonly gap: number
}

interface Visit {
  readonly place: Place
  readonly stay: Stay
}

/** Each stay with the earlier one from which it was reached fastest, when that is too fast. */
const firingsOf = (person: string, places: Places): readonly Firing[] => {
  if (places.size < 2) return []
  const visits = [...places.values()].flatMap(({ place, stays }) => stays.map((stay) => ({ place, stay })))
  visits.sort((a, b) => a.stay.from - b.stay.from || compare(nameOf(a.place), nameOf(b.place)))
  const firings: Firing[] = []
  let open: Visit[] = []
  for (const here of visits) {
    open = open.filter(({ stay }) => here.stay.from - stay.to <= LONGEST)
    const found = open.flatMap((there) => journey(person, there, here) ?? [])
    found.sort((a, b) => speedOf(b) - speedOf(a) || compare(nameOf(a.there.place), nameOf(b.there.place)))
    if (found[0]) firings.push(found[0])
    open.push(here)
  }
  return firings
}

const journey = (person: string, there: Visit, here: Visit): Firing | undefined => {
  if (there.place.country === here.place.country || there.place.asn === here.place.asn) return undefined
  const kilometres = kilometresApart(there.place, here.place)
  const apart = here.stay.from - there.stay.to
  // somebody who is there all the time was seen there half an hour before or after
  const gap = Math.max(MINUTE, apart >= 0 ? apart : HOUR / 2)
  if (kilometres < LEAST_KM || kilometres / (gap / HOUR) <= MOST_KMH) return undefined
  const pair = [there, here]
    .map(({ place }) => `${place.country} ${place.asn}`)
    .sort()
    .join(' - ')
  return { person, pair, here, there, kilometres, gap }
}

const MINUTE = 60_000

const speedOf = ({ kilometres, gap }: Firing): number => kilometres / (gap / HOUR)

/** When each pair of places was told of, those without many days between as one; by person and pair, in order of time. */
const spansOf = (firings: readonly Firing[], told: SavedTravel['told']): SavedTravel['told'] => {
  const times = [
    ...told,
    ...firings.map(({ person, pair, here }) => [person, pair, here.stay.from, here.stay.from] as const),
  ].sort((a, b) => compare(a[0], b[0]) || compare(a[1], b[1]) || a[2] - b[2])
  const spans: [string, string, number, number][] = []
  for (const [person, pair, from, to] of times) {
    const span = spans.at(-1)
    if (span && span[0] === person && span[1] === pair && from - span[3] <= TOLD_DAYS * DAY)
      span[3] = Math.max(span[3], to)
    else spans.push([person, pair, from, to])
  }
  return spans
}

const newOnes = (firings: readonly Firing[], told: SavedTravel['told']): readonly Firing[] => {
  const beginnings = new Set(
    spansOf(firings, told).map(([person, pair, from]) => `${person}\n${pair}\n${from}`),
  )
  return firings.filter(({ person, pair, here }) => {
    const isNew = beginnings.delete(`${person}\n${pair}\n${here.stay.from}`)
    return isNew
  })
}

const observationOf = (firing: Firing, editions: readonly string[]): LocatedEvent => {
  const { here, there, kilometres, gap, person } = firing
  return observed(here.stay.trigger, 'TravelImpossible', {
    detector: 'principal-travel',
    of: person,
    value: textOf(here.place),
    other: textOf(there.place),
    otherFrom: timeOf(there.stay.from),
    otherUntil: timeOf(there.stay.to),
    otherEvent: there.stay.last,
    kilometres: Math.round(kilometres),
    minutes: Math.round(gap / MINUTE),
    kmh: Math.round(speedOf(firing)),
    database: editions.join(', '),
  })
}

const textOf = ({ country, asn, organization, latitude, longitude, radius }: Place): string =>
  `${country}, AS${asn}${organization ? ` ${organization}` : ''}, ${latitude.toFixed(1)} ${longitude.toFixed(1)} (within ${Math.round(radius)} km)`

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
