import { accountOf, actorOf, type CloudTrailEvent, eventTimeOf, kindOf, text } from '../trail/event.ts'
import { millisOf } from '../trail/time.ts'
import { callOf, compare } from './format.ts'

/** How often each name was met, most often first. */
export interface Tally {
  readonly entries: readonly { readonly name: string; readonly count: number }[]
  /** Names known; when not `exact`, there were at least so many. */
  readonly distinct: number
  /** Events of names that are not among `entries`. */
  readonly other: number
  /** False when there were too many names to keep all: counts are then lower bounds. */
  readonly exact: boolean
}

export interface HourCount {
  /** YYYY-MM-DDTHH, UTC. */
  readonly hour: string
  readonly count: number
}

/** What the events were about, small enough for a report however many there were. */
export interface ActivitySummary {
  readonly events: number
  /** Events with an errorCode. */
  readonly errors: number
  /** UTC ISO of the first and the last event. */
  readonly first?: string
  readonly last?: string
  /** Hours with events, in order. */
  readonly hours: readonly HourCount[]
  /** Events of hours that are not in `hours`. */
  readonly otherHours: number
  readonly accountHours: readonly { readonly account: string; readonly hours: readonly HourCount[] }[]
  /** `service:EventName`. */
  readonly eventNames: Tally
  /** The role behind a session, else the identity's ARN or principal. */
  readonly actors: Tally
  readonly sourceAddresses: Tally
  readonly regions: Tally
  readonly accounts: Tally
  readonly errorCodes: Tally
  readonly kinds: Tally
}

export interface ActivityCounter {
  add(event: CloudTrailEvent): void
  /** What another one counted. Events must not be in both. */
  absorb(counted: CountedActivity): void
  /** Everything counted, for another one to absorb. */
  counted(): CountedActivity
  summary(): ActivitySummary
}

/** Counts as plain data. */
export interface CountedActivity {
  readonly events: number
  /** Milliseconds since 1970 of the first and the last event that has a time. */
  readonly span: readonly [number, number]
  readonly tallies: Readonly<Record<keyof Tallies, CountedNames>>
}

interface CountedNames {
  readonly names: readonly (readonly [string, number])[]
  readonly total: number
  readonly exact: boolean
}

export interface ActivityLimits {
  /** Names kept per kind of name while counting. */
  readonly names: number
  /** Names of each kind in the summary. */
  readonly listed: number
  /** Pairs of account and hour kept. */
  readonly accountHours: number
}

const LIMITS: ActivityLimits = { names: 20_000, listed: 1_000, accountHours: 200_000 }

/** Longest name kept: an ARN of a session is at most a few hundred characters. */
const MAX_NAME = 512

/**
 * Counts events while they stream by. Memory is bounded by `limits` whatever the events hold: when there are too many names
 * the rarer half is folded into `other`.
 */
export const activityCounter = (limits: ActivityLimits = LIMITS): ActivityCounter => {
  const tallies = {
    eventNames: tally(limits.names),
    actors: tally(limits.names),
    sourceAddresses: tally(limits.names),
    regions: tally(limits.names),
    accounts: tally(limits.names),
    errorCodes: tally(limits.names),
    kinds: tally(limits.names),
    hours: tally(limits.accountHours),
    accountHours: tally(limits.accountHours),
  }
  const calls = pairs(tallies.eventNames, callOf)
  const accountHours = pairs(tallies.accountHours, (hour, account) => `${hour} ${account}`)
  const span = timeSpan()
  let events = 0
  return {
    add(event) {
      events++
      const account = accountOf(event) ?? '(none)'
      calls.count(text(event.eventSource) ?? '', named(event.eventName))
      tallies.accounts.count(account)
      countNames(tallies, event)
      const hour = hourOf(span, event)
      if (hour === undefined) return
      tallies.hours.count(hour)
      accountHours.count(hour, account)
    },
    absorb(counted) {
      events += counted.events
      for (const ms of counted.span) if (Number.isFinite(ms)) span.count(ms)
      for (const name of NAMES) tallies[name].absorb(counted.tallies[name])
    },
    counted: () => ({
      events,
      span: span.ends(),
      tallies: Object.fromEntries(
        NAMES.map((name) => [name, tallies[name].counted()]),
      ) as CountedActivity['tallies'],
    }),
    summary: () => ({
      events,
      errors: tallies.errorCodes.total(),
      ...span.range(),
      hours: inOrder(tallies.hours.summary(limits.accountHours).entries),
      otherHours: events - sum(tallies.hours.summary(limits.accountHours).entries),
      accountHours: perAccount(tallies.accountHours.summary(limits.accountHours).entries),
      eventNames: tallies.eventNames.summary(limits.listed),
      actors: tallies.actors.summary(limits.listed),
      sourceAddresses: tallies.sourceAddresses.summary(limits.listed),
      regions: tallies.regions.summary(limits.listed),
      accounts: tallies.accounts.summary(limits.listed),
      errorCodes: tallies.errorCodes.summary(limits.listed),
      kinds: tallies.kinds.summary(limits.listed),
    }),
  }
}

const NAMES = [
  'eventNames',
  'actors',
  'sourceAddresses',
  'regions',
  'accounts',
  'errorCodes',
  'kinds',
  'hours',
  'accountHours',
] as const

type Tallies = Readonly<Record<(typeof NAMES)[number], TallyCounter>>

const named = (value: unknown): string => text(value) ?? '(none)'

const countNames = (tallies: Tallies, event: CloudTrailEvent): void => {
  tallies.actors.count(actorOf(event) || '(none)')
  tallies.sourceAddresses.count(named(event.sourceIPAddress))
  tallies.regions.count(named(event.awsRegion))
  tallies.kinds.count(kindOf(event))
  const error = text(event.errorCode)
  if (error) tallies.errorCodes.count(error)
}

/** The hour of an event, which widens the span. `undefined` when the event tells no time. */
const hourOf = (span: TimeSpan, event: CloudTrailEvent): string | undefined => {
  const time = eventTimeOf(event) ?? ''
  const ms = time.endsWith('Z') ? millisOf(time) : Number.NaN
  if (Number.isNaN(ms)) return undefined
  span.count(ms)
  return time.length === 20 ? time.slice(0, 13) : new Date(ms).toISOString().slice(0, -11)
}

/** Counts names made of two texts. The last two come again so often that their name is not made anew. */
const pairs = (tally: TallyCounter, nameOf: (one: string, other: string) => string) => {
  let last = { one: '', other: '', name: nameOf('', '') }
  return {
    count(one: string, other: string): void {
      if (one !== last.one || other !== last.other) last = { one, other, name: nameOf(one, other) }
      tally.count(last.name)
    },
  }
}

type TimeSpan = ReturnType<typeof timeSpan>

const timeSpan = () => {
  let first = Number.POSITIVE_INFINITY
  let last = Number.NEGATIVE_INFINITY
  return {
    count(ms: number): void {
      first = Math.min(first, ms)
      last = Math.max(last, ms)
    },
    ends: () => [first, last] as const,
    range: () =>
      first > last ? {} : { first: new Date(first).toISOString(), last: new Date(last).toISOString() },
  }
}

interface TallyCounter {
  count(name: string): void
  absorb(counted: CountedNames): void
  counted(): CountedNames
  total(): number
  summary(listed: number): Tally
}

const tally = (max: number): TallyCounter => {
  let counts = new Map<string, Cell>()
  let total = 0
  let exact = true
  let last = ''
  let lastCell: Cell | undefined
  const count = (key: string, times: number): Cell => {
    const known = counts.get(key)
    if (known) {
      known.n += times
      return known
    }
    if (counts.size >= max) {
      const often = byCount(counts).slice(0, Math.floor(max / 2))
      counts = new Map(often.map(([kept, n]) => [kept, { n }]))
      exact = false
    }
    const cell = { n: times }
    counts.set(key, cell)
    return cell
  }
  return {
    count(name) {
      total++
      if (lastCell && name === last) {
        lastCell.n++
        return
      }
      last = name
      lastCell = count(name.length > MAX_NAME ? `${name.slice(0, MAX_NAME - 1)}…` : name, 1)
    },
    absorb(counted) {
      total += counted.total
      exact &&= counted.exact
      for (const [name, times] of counted.names) count(name, times)
      lastCell = undefined
    },
    counted: () => ({ names: byCount(counts), total, exact }),
    total: () => total,
    summary(listed) {
      const entries = byCount(counts)
        .slice(0, listed)
        .map(([name, count]) => ({ name, count }))
      return { entries, distinct: counts.size, other: total - sum(entries), exact }
    },
  }
}

/** Counted in place: a name that is known costs one look-up. */
interface Cell {
  n: number
}

const byCount = (counts: ReadonlyMap<string, Cell>): (readonly [string, number])[] =>
  [...counts].map(([name, { n }]) => [name, n] as const).sort((a, b) => b[1] - a[1] || compare(a[0], b[0]))

const sum = (entries: readonly { readonly count: number }[]): number =>
  entries.reduce((total, entry) => total + entry.count, 0)

const inOrder = (entries: Tally['entries']): HourCount[] =>
  entries.map(({ name, count }) => ({ hour: name, count })).sort((a, b) => compare(a.hour, b.hour))

/** Entries are named `hour account`. */
const perAccount = (entries: Tally['entries']): ActivitySummary['accountHours'] => {
  const accounts = new Map<string, { hour: string; count: number }[]>()
  for (const { name, count } of entries) {
    const space = name.indexOf(' ')
    const account = name.slice(space + 1)
    const hours = accounts.get(account) ?? []
    hours.push({ hour: name.slice(0, space), count })
    accounts.set(account, hours)
  }
  return [...accounts]
    .map(([account, hours]) => ({ account, hours: hours.sort((a, b) => compare(a.hour, b.hour)) }))
    .sort((a, b) => compare(a.account, b.account))
}
