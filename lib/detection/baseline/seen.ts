import { DAY } from './facts.ts'
import type { Trigger } from './trigger.ts'

/** A stretch of time in which a value was seen again and again. Milliseconds since 1970. */
export interface Span {
  from: number
  to: number
  /** The event it begins with. */
  trigger: Trigger
  /** Milliseconds after which another begins. */
  readonly memory: number
}

/** Whose habits: an account, a principal, a role, a key, a session. */
export interface Scope {
  readonly name: string
  first: number
  last: number
  /** The first three days it was active on, since 1970. */
  readonly days: number[]
  /** What was seen, by habit and value. */
  readonly seen: Map<string, Map<string, Span[]>>
  /** By habit that is full: what begins later than this is too late to be remembered. */
  readonly full: Map<string, number>
  /** One too many: nothing of it is remembered. */
  readonly over?: true
}

export const SCOPES = ['account', 'principal', 'role', 'key', 'session'] as const
export type ScopeKind = (typeof SCOPES)[number]

/** How much is remembered. Beyond it the earliest is kept, so that a flood cannot drive out what was known before it. */
export interface SeenLimits {
  /** Of each kind. */
  readonly scopes?: number
  /** Values of all scopes together. */
  readonly values?: number
}

export interface Sighting {
  readonly habit: string
  readonly value: string
  readonly time: number
  /** Values of one scope in this habit. */
  readonly most: number
  /** Milliseconds after which a value is new again. */
  readonly memory: number
}

/** When what was seen. Memory is bounded; neither order nor grouping of what is added changes what is remembered below the limits. */
export interface SeenTable {
  scope(kind: ScopeKind, name: string, time: number): Scope
  see(scope: Scope, sighting: Sighting, trigger: () => Trigger): void
  scopes(kind: ScopeKind): Iterable<Scope>
  /** Scopes and values that were too many. */
  dropped(): number
  absorb(saved: SavedSeen): void
  /** What was last seen at this time or later. */
  save(since?: number): SavedSeen
}

export type SavedSeen = readonly SavedScope[]
type SavedScope = readonly [
  kind: ScopeKind,
  name: string,
  first: number,
  last: number,
  days: readonly number[],
  seen: readonly (readonly [habit: string, value: string, spans: readonly Span[]])[],
]

export const makeSeenTable = ({
  scopes: maxScopes = 20_000,
  values: maxValues = 50_000,
}: SeenLimits = {}): SeenTable => {
  const kinds = new Map<ScopeKind, Map<string, Scope>>(SCOPES.map((kind) => [kind, new Map()]))
  let values = 0
  let dropped = 0

  /** Scopes of a kind that is full, and values of a table that is: later ones would be forgotten anyway. */
  const fullSince = new Map<ScopeKind, number>()
  let fullAt = Number.POSITIVE_INFINITY
  /** Neighbours in a log file are mostly of one account and caller. */
  const latest: Partial<Record<ScopeKind, Scope>> = {}

  const scope: SeenTable['scope'] = (kind, name, time) => {
    const before = latest[kind]
    if (before?.name === name) {
      touch(before, time)
      return before
    }
    const all = kinds.get(kind)!
    const known = all.get(name)
    if (known) {
      touch(known, time)
      latest[kind] = known
      return known
    }
    const made = newScope(name, time)
    if (time > (fullSince.get(kind) ?? Number.POSITIVE_INFINITY)) {
      dropped++
      return { ...made, over: true }
    }
    all.set(name, made)
    if (all.size >= 2 * maxScopes) forgetScopes(kind, all)
    return made
  }
  const forgetScopes = (kind: ScopeKind, all: Map<string, Scope>): void => {
    delete latest[kind]
    // a session is over in hours; of everything else the oldest knows most
    const order = kind === 'session' ? (a: Scope, b: Scope) => b.last - a.last : earlier
    const kept = [...all.values()].sort(order)
    for (const gone of kept.splice(maxScopes)) {
      all.delete(gone.name)
      for (const of of gone.seen.values()) values -= of.size
      dropped++
    }
    if (kind !== 'session') fullSince.set(kind, kept.at(-1)!.first)
  }
  const forgetValues = (): void => {
    const everything = [...kinds.values()].flatMap((all) =>
      [...all.values()].flatMap(({ seen }) =>
        [...seen.values()].flatMap((of) =>
          [...of].map(([value, [span]]) => ({ of, value, from: span!.from })),
        ),
      ),
    )
    everything.sort((a, b) => a.from - b.from || compare(a.value, b.value))
    for (const { of, value } of everything.splice(maxValues)) {
      of.delete(value)
      dropped++
    }
    values = everything.length
    fullAt = everything.at(-1)?.from ?? fullAt
  }
  const valuesOf = ({ seen }: Scope, habit: string): Map<string, Span[]> => {
    const known = seen.get(habit)
    if (known) return known
    const made = new Map<string, Span[]>()
    seen.set(habit, made)
    return made
  }
  const forgetIn = (scope: Scope, habit: string, of: Map<string, Span[]>, most: number): void => {
    const kept = [...of].sort(([a, [s]], [b, [t]]) => s!.from - t!.from || compare(a, b))
    for (const [value] of kept.splice(most)) {
      of.delete(value)
      values--
      dropped++
    }
    scope.full.set(habit, kept.at(-1)![1][0]!.from)
  }
  const see: SeenTable['see'] = (scope, { habit, value, time, most, memory }, trigger) => {
    if (scope.over) return
    const of = scope.seen.get(habit) ?? valuesOf(scope, habit)
    const spans = of.get(value)
    if (spans) return addTo(spans, time, memory, trigger)
    if (time > fullAt || time > (scope.full.get(habit) ?? Number.POSITIVE_INFINITY)) {
      dropped++
      return
    }
    of.set(value, [{ from: time, to: time, trigger: trigger(), memory }])
    values++
    if (of.size >= 2 * most) forgetIn(scope, habit, of, most)
    if (values >= 2 * maxValues) forgetValues()
  }
  const absorbScope = ([kind, name, first, last, days, seen]: SavedScope): void => {
    const into = scope(kind, name, first)
    if (into.over) return
    touch(into, last)
    for (const day of days) addDay(into, day)
    for (const [habit, value, spans] of seen) {
      const of = valuesOf(into, habit)
      const known = of.get(value)
      // the memory of a habit is between spans that were told apart: saved ones never join by themselves
      if (known) for (const span of spans) joinSpan(known, span)
      else {
        of.set(
          value,
          spans.map((span) => ({ ...span })),
        )
        values++
      }
    }
    if (values >= 2 * maxValues) forgetValues()
  }
  return {
    scope,
    see,
    scopes: (kind) => kinds.get(kind)!.values(),
    dropped: () => dropped,
    absorb: (saved) => saved.forEach(absorbScope),
    save: (since = 0) =>
      SCOPES.flatMap((kind) =>
        [...kinds.get(kind)!.values()]
          .filter(({ last }) => last >= since)
          .map((one) => savedScope(kind, one, since)),
      ),
  }
}

const newScope = (name: string, time: number): Scope => ({
  name,
  first: time,
  last: time,
  days: [Math.floor(time / DAY)],
  seen: new Map(),
  full: new Map(),
})

const earlier = (a: Scope, b: Scope): number => a.first - b.first || compare(a.name, b.name)
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const DAYS_KEPT = 3

const touch = (scope: Scope, time: number): void => {
  if (time < scope.first) scope.first = time
  if (time > scope.last) scope.last = time
  if (scope.days.length < DAYS_KEPT || time < scope.days[DAYS_KEPT - 1]! * DAY)
    addDay(scope, Math.floor(time / DAY))
}

const addDay = ({ days }: Scope, day: number): void => {
  if (days.includes(day)) return
  days.push(day)
  days.sort((a, b) => a - b)
  days.length = Math.min(days.length, DAYS_KEPT)
}

/** Most sightings lie in the last span or carry it on. */
const addTo = (spans: Span[], time: number, memory: number, trigger: () => Trigger): void => {
  const last = spans[spans.length - 1]!
  if (time > last.from && time <= last.to) return
  if (time > last.to && time - last.to <= memory) {
    last.to = time
    return
  }
  spans.push({ from: time, to: time, trigger: trigger(), memory })
  join(spans, memory)
}

/** Spans in order of time; those nearer to each other than the memory are one. */
const join = (spans: Span[], memory: number): void => {
  spans.sort(
    (a, b) => a.from - b.from || compare(a.trigger.event.eventID ?? '', b.trigger.event.eventID ?? ''),
  )
  let kept = 0
  for (const span of spans) {
    const before = spans[kept - 1]
    if (kept > 0 && before && span.from - before.to <= memory) before.to = Math.max(before.to, span.to)
    else spans[kept++] = span
  }
  spans.length = kept
}

const joinSpan = (spans: Span[], span: Span): void => {
  spans.push({ ...span })
  join(spans, span.memory)
}

const savedScope = (kind: ScopeKind, { name, first, last, days, seen }: Scope, since: number): SavedScope => [
  kind,
  name,
  first,
  last,
  days,
  [...seen].flatMap(([habit, of]) =>
    [...of].flatMap(([value, spans]) => {
      const kept = spans.filter(({ to }) => to >= since)
      return kept.length > 0 ? [[habit, value, kept] as const] : []
    }),
  ),
]
