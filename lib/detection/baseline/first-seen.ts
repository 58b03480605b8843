import type { LocatedEvent } from '../../ports.ts'
import { text } from '../../trail/event.ts'
import { DAY } from './facts.ts'
import { type Habit, KEY_MADE, KEY_NETWORK, KEY_USE, NOVELTIES, SESSION_NETWORK } from './habits.ts'
import type { History } from './history.ts'
import { observed, timeOf } from './observation.ts'
import { kindOfNetwork } from './places.ts'
import type { Scope, SeenTable, Span } from './seen.ts'

/** Days of history before anything is called new. */
export const LEARNING_DAYS = 7
/** Days a principal must have been active on before it has habits. */
const ACTIVE_DAYS = 3

/**
 * What is new, came back or contradicts itself, as observations that rules can match: the event it rests on under names of our own.
 * Nothing is new in an account, or of a principal or role, that is known for less than seven days.
 */
export const observationsOf = (table: SeenTable, history: History): readonly LocatedEvent[] => [
  ...NOVELTIES.flatMap((habit) => noveltiesOf(habit, table, history)),
  ...[...table.scopes('account')].flatMap(returned),
  ...[...table.scopes('key')].flatMap(movedEarly),
  ...[...table.scopes('session')].flatMap(movedSession),
]

const noveltiesOf = (habit: Habit, table: SeenTable, history: History): readonly LocatedEvent[] =>
  [...table.scopes(habit.of)].flatMap((scope) =>
    [...(scope.seen.get(habit.id) ?? [])].flatMap(([value, spans]) =>
      spans
        .filter((span) => knowsHabits(habit, scope, span, history))
        .map((span, i) =>
          observation(habit, scope, span, {
            value,
            last: spans[i - 1]?.to,
            ...(habit.beside && { other: othersBefore(habit, scope, span) }),
          }),
        ),
    ),
  )

const knowsHabits = (
  { id, of, beside }: Habit,
  scope: Scope,
  { from, trigger }: Span,
  history: History,
): boolean => {
  const account = history.ofAccount(text(trigger.event.recipientAccountId) ?? '')
  if (!account || from - account.first < LEARNING_DAYS * DAY) return false
  if (of === 'account') return true
  if (beside && from - earliestOf(scope, id) < LEARNING_DAYS * DAY) return false
  if (from - scope.first < LEARNING_DAYS * DAY) return false
  const third = scope.days[ACTIVE_DAYS - 1]
  return of !== 'principal' || (third !== undefined && third < Math.floor(from / DAY))
}

const earliestOf = (scope: Scope, habit: string): number =>
  Math.min(...[...(scope.seen.get(habit)?.values() ?? [])].map(([span]) => span!.from))

const MOST_OTHERS = 5

/** What was seen before it, for whoever compares. */
const othersBefore = ({ id }: Habit, scope: Scope, { from }: Span): string => {
  const before = firstOf(scope.seen.get(id)).filter(({ span }) => span.from < from)
  const names = before.map(({ value }) => value).sort()
  return names.slice(0, MOST_OTHERS).join(', ') + (names.length > MOST_OTHERS ? ' ...' : '')
}

/** A long-term key or a console user after 90 days of silence. */
const returned = (scope: Scope): readonly LocatedEvent[] =>
  [...(scope.seen.get(KEY_USE.id) ?? [])].flatMap(([value, spans]) =>
    spans.slice(1).map((span, i) => observation(KEY_USE, scope, span, { value, last: spans[i]!.to })),
  )

/** A key that is used within a day of its creation, from another network than it was made from. */
const movedEarly = (scope: Scope): readonly LocatedEvent[] => {
  const made = earliest(firstOf(scope.seen.get(KEY_MADE.id)))
  if (!made) return []
  const { value: origin, span: creation } = made
  const { from } = creation
  const moves = firstOf(scope.seen.get(KEY_NETWORK.id))
    .filter(({ value }) => value !== origin && kindOfNetwork(value) === kindOfNetwork(origin))
    .filter(({ span }) => span.from >= from && span.from - from <= DAY)
  const first = earliest(moves)
  return first ? [observation(KEY_NETWORK, scope, first.span, { value: first.value, other: origin })] : []
}

/** Credentials of one instance session in two networks: they live for hours, and an instance has one way out. */
const movedSession = (scope: Scope): readonly LocatedEvent[] => {
  const networks = firstOf(scope.seen.get(SESSION_NETWORK.id))
  const home = earliest(networks)
  if (!home) return []
  const away = earliest(
    networks.filter(
      ({ value }) => value !== home.value && kindOfNetwork(value) === kindOfNetwork(home.value),
    ),
  )
  return away
    ? [observation(SESSION_NETWORK, scope, away.span, { value: away.value, other: home.value })]
    : []
}

interface Seen {
  readonly value: string
  readonly span: Span
}

/** Each value with the first time it was seen. */
const firstOf = (seen: ReadonlyMap<string, readonly Span[]> | undefined): readonly Seen[] =>
  [...(seen ?? [])].map(([value, [span]]) => ({ value, span: span! }))

const earliest = (seen: readonly Seen[]): Seen | undefined =>
  [...seen].sort((a, b) => a.span.from - b.span.from || (a.value < b.value ? -1 : 1))[0]

interface Reported {
  readonly value: string
  /** When it was last seen before, for what came back. */
  readonly last?: number | undefined
  readonly other?: string
}

const observation = (habit: Habit, scope: Scope, { trigger }: Span, seen: Reported): LocatedEvent =>
  observed(trigger, habit.observed, {
    detector: habit.id,
    of: scope.name,
    value: seen.value,
    knownSince: timeOf(scope.first),
    ...(seen.last !== undefined && { lastSeen: timeOf(seen.last) }),
    ...(seen.other && { other: seen.other }),
  })
