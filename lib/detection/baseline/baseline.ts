import type { LocatedEvent } from '../../ports.ts'
import { eventIdOf, eventTimeOf } from '../../trail/event.ts'
import { episodesOf, LEARNING_MINUTES } from './episodes.ts'
import { DAY, isServiceMade, MINUTE, makeFactsReader } from './facts.ts'
import { LEARNING_DAYS, observationsOf } from './first-seen.ts'
import { noteHabits } from './habits.ts'
import { type History, makeHistory, type SavedHistory } from './history.ts'
import { insightRecords } from './insight-record.ts'
import { makePeople, type PlacedSummary, type SavedPeople } from './people.ts'
import { makeRateTable, type RateLimits, type RateTable, type SavedRates } from './rate-table.ts'
import { makeSeenTable, type SavedSeen, type SeenLimits } from './seen.ts'
import type { Surroundings } from './surroundings.ts'

/** How much may be remembered. */
export interface BaselineLimits {
  readonly rates?: RateLimits
  readonly seen?: SeenLimits
}

/** How far the habits of a trail are known, and what was left out. */
export interface BaselineSummary {
  /** Days of history of the account that is known longest. */
  readonly days: number
  /** Accounts whose rates, and whose habits, are not yet known. */
  readonly accounts: number
  readonly withoutRates: number
  readonly withoutHabits: number
  /** Calls that AWS's services made. */
  readonly serviceMade: number
  /** How far it is known where people were. */
  readonly placed: PlacedSummary
  /** Beyond the limits of memory: calls not counted, minutes only counted by day, values and scopes forgotten. */
  readonly dropped: { readonly calls: number; readonly minutes: number; readonly values: number }
}

/** What is ordinary here, learned from events, and what stood out. */
export interface Baseline {
  /** An event, once; duplicates by event id are the caller's to drop. Order does not matter. */
  add(located: LocatedEvent): void
  /** What another one learned, or this one earlier. Events must not be in both. */
  absorb(saved: SavedBaseline): void
  /** Insight records and observations so far, in order of time. */
  observations(): readonly LocatedEvent[]
  summary(): BaselineSummary
  /** What is worth keeping at this time; everything when left out. */
  save(now?: number): SavedBaseline
}

/** Everything learned, as JSON. */
export interface SavedBaseline {
  readonly version: 1
  readonly history: SavedHistory
  readonly rates: SavedRates
  readonly seen: SavedSeen
  readonly people?: SavedPeople
}

/** Where an insight is, which no object holds. */
export const INSIGHT_KEY = 'baseline'

/** Days of minutes, and of what was seen, that evaluating the last day needs. */
const RATE_DAYS = 16
const SEEN_DAYS = 120

/** Learns rates and habits in bounded memory, whatever the number of events. */
export const makeBaseline = (limits: BaselineLimits = {}, surroundings: Surroundings = {}): Baseline => {
  const history = makeHistory()
  const rates = makeRateTable(limits.rates)
  const seen = makeSeenTable(limits.seen)
  const people = makePeople(surroundings, seen)
  const factsOf = makeFactsReader()
  let serviceMade = 0
  return {
    add: (located) => {
      const { event } = located
      if (isServiceMade(event)) {
        serviceMade++
        return
      }
      const facts = factsOf(event)
      if (!facts) return
      history.see(facts.account, facts.region, facts.time)
      if (facts.management && (facts.write || facts.error)) rates.add(facts, event)
      noteHabits(seen, facts, located)
      people.add(facts, located)
    },
    absorb: (saved) => {
      history.absorb(saved.history)
      rates.absorb(saved.rates)
      seen.absorb(saved.seen)
      people.absorb(saved.people)
    },
    observations: () =>
      [...insightsOf(rates, history), ...observationsOf(seen, history), ...people.observations()].sort(
        inTime,
      ),
    summary: () => {
      const { calls, minutes } = rates.dropped()
      const values = seen.dropped() + people.dropped()
      return {
        ...reachOf(history),
        serviceMade,
        placed: people.summary(),
        dropped: { calls, minutes, values },
      }
    },
    save: (now) => ({
      version: 1,
      history: history.save(),
      rates: rates.save(now === undefined ? 0 : Math.floor(now / DAY) - RATE_DAYS),
      seen: seen.save(now === undefined ? 0 : now - SEEN_DAYS * DAY),
      people: people.save(now),
    }),
  }
}

const insightsOf = (rates: RateTable, history: History): readonly LocatedEvent[] =>
  rates.series().flatMap((series) => {
    const known = history.of(series.account, series.region)
    const episodes = known ? episodesOf(series, known) : []
    return episodes
      .flatMap((episode, i) => insightRecords(series, episode, rates, episodes.slice(0, i)))
      .map((event) => ({ event, key: INSIGHT_KEY, index: 0 }))
  })

const reachOf = (history: History) => {
  const spans = history.accounts().map(([, { first, last }]) => last - first)
  return {
    days: Math.max(0, ...spans) / DAY,
    accounts: spans.length,
    withoutRates: spans.filter((span) => span < LEARNING_MINUTES * MINUTE).length,
    withoutHabits: spans.filter((span) => span < LEARNING_DAYS * DAY).length,
  }
}

const inTime = (a: LocatedEvent, b: LocatedEvent): number =>
  compare(timeIn(a), timeIn(b)) ||
  compare(eventIdOf(a.event) ?? '', eventIdOf(b.event) ?? '') ||
  compare(a.event.eventName ?? '', b.event.eventName ?? '')

const timeIn = ({ event }: LocatedEvent): number => Date.parse(eventTimeOf(event) ?? '')
const compare = <T extends string | number>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0)
