import type { LocatedEvent } from '../../ports.ts'
import { DAY, type Facts } from './facts.ts'
import { PRINCIPAL_ASN, PRINCIPAL_COUNTRY } from './habits.ts'
import { makeOffHours, type SavedOffHours } from './off-hours.ts'
import type { SeenTable } from './seen.ts'
import { originReader, personOf, provesPresence, type Surroundings } from './surroundings.ts'
import { makeTravel, type SavedTravel } from './travel.ts'
import { triggerOf } from './trigger.ts'

/** How many sign-ins and uses of keys from public addresses a database of networks could place. */
export type PlacedSummary = {
  /** The files, with their days; none: first countries and providers, and journeys, are not looked for. */
  readonly editions: readonly string[]
} & Counts

interface Counts {
  /** With a country, with a provider, with both and a spot. */
  readonly country: number
  readonly asn: number
  readonly spot: number
}

/** What is learned of people with the help of what the owner knows. */
export interface People {
  add(facts: Facts, located: LocatedEvent): void
  observations(): readonly LocatedEvent[]
  summary(): PlacedSummary
  absorb(saved: SavedPeople | undefined): void
  save(now?: number): SavedPeople
  /** What was too much to remember. */
  dropped(): number
}

export interface SavedPeople {
  /** Only between threads of one run. */
  readonly placed?: Counts
  readonly travel?: SavedTravel
  readonly offHours?: SavedOffHours
}

/** First countries and providers go into the table with the other habits. */
export const makePeople = (surroundings: Surroundings, table: SeenTable): People => {
  const { networks, workingHours } = surroundings
  const originOf = originReader(surroundings)
  const travel = makeTravel()
  const offHours = workingHours && makeOffHours(workingHours)
  const editions = networks?.editions ?? []
  const counts = { country: 0, asn: 0, spot: 0 }
  const place = (person: string, facts: Facts, located: LocatedEvent): void => {
    if (!networks || !provesPresence(located.event, facts)) return
    const origin = originOf(located.event)
    if (!origin) return
    if (origin.country) counts.country++
    if (origin.asn) counts.asn++
    if (origin.country && origin.asn && origin.latitude !== undefined) counts.spot++
    noteOrigin(table, facts, located, origin)
    travel.add(person, origin, facts.time, located)
  }
  return {
    add: (facts, located) => {
      if (!networks && !offHours) return
      const person = personOf(located.event, facts)
      if (person === undefined) return
      place(person, facts, located)
      offHours?.add(person, facts, located)
    },
    observations: () => [...travel.observations(editions), ...(offHours?.observations() ?? [])],
    summary: () => ({ editions, ...counts }),
    absorb: (saved) => {
      for (const name of ['country', 'asn', 'spot'] as const) counts[name] += saved?.placed?.[name] ?? 0
      if (saved?.travel) travel.absorb(saved.travel)
      if (saved?.offHours) offHours?.absorb(saved.offHours)
    },
    save: (now) => ({
      ...(now === undefined && { placed: { ...counts } }),
      travel: travel.save(now),
      ...(offHours && { offHours: offHours.save(now) }),
    }),
    dropped: () => travel.dropped() + (offHours?.dropped() ?? 0),
  }
}

const noteOrigin = (
  table: SeenTable,
  { actor, time }: Facts,
  located: LocatedEvent,
  { country, asn }: { readonly country?: string; readonly asn?: number },
): void => {
  if (!actor) return
  const scope = table.scope('principal', actor, time)
  const see = ({ id, most, memoryDays }: typeof PRINCIPAL_ASN, value: string) =>
    table.see(scope, { habit: id, value, time, most, memory: memoryDays * DAY }, () => triggerOf(located))
  if (country) see(PRINCIPAL_COUNTRY, country)
  if (asn) see(PRINCIPAL_ASN, `AS${asn}`)
}
