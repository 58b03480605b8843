import type { ApiCall, ContainmentAction, Json } from '../action.ts'
import { messageOf } from '../errors.ts'
import type { Finding } from '../finding.ts'
import { at, isObject } from '../trail/event.ts'
import { applyAction, applyPlan, type Outcome } from './apply.ts'
import { recordOf } from './execute.ts'
import type { ActionRecord } from './fold.ts'
import { noticeOf } from './notice.ts'
import { isLeft as isReleaseLeft, releaseAction, undoCalls } from './release.ts'
import { isLeft } from './start.ts'
import { type EventsSince, nextCheck, verifyAction } from './verify.ts'
import { isWatchDue, watchAction } from './watch.ts'
import { type ContainWorld, later, secondsBetween } from './world.ts'

export interface Swept {
  readonly outcomes: readonly Outcome[]
  readonly notices: readonly Finding[]
}

/**
 * What time asks for, whoever forgot it: goes on with what a crash left, begins what may go on its own and was not begun, makes the looks that are
 * due, and sees to what has lasted as long as it should. Policies that only reach sessions that are dead by then are removed; what still denies somebody
 * is proposed for release, once, and stays. Safe to run at any time, as often as one likes.
 */
export const sweepContainment = async (
  world: ContainWorld,
  events?: EventsSince,
  { sideBySide = SIDE_BY_SIDE } = {},
): Promise<Swept> => {
  const outcomes: Outcome[] = []
  const notices: Finding[] = []
  if (world.settings.mode === 'observe') return { outcomes, notices }
  const book = await world.ledger.refresh()
  const keep = (done: Swept) => {
    outcomes.push(...done.outcomes)
    notices.push(...done.notices)
  }
  const sweep = (id: string) =>
    sweepAction(world, id, events).catch((error: unknown) => unseen(world, id, error))
  const [looks, rest] = partition([...book.actions.values()], (record) => isLook(world, record))
  for (const { id } of rest) keep(await sweep(id))
  for (let first = 0; first < looks.length; first += sideBySide)
    for (const done of await Promise.all(looks.slice(first, first + sideBySide).map(({ id }) => sweep(id))))
      keep(done)
  return { outcomes, notices }
}

/** Who undoes many at once must not make the last of them wait for 15 seconds of each before it. */
const SIDE_BY_SIDE = 20

const partition = <T>(all: readonly T[], test: (one: T) => boolean): readonly [T[], T[]] => [
  all.filter(test),
  all.filter((one) => !test(one)),
]

/** Is a look all that is due? It may end in asserting again, which takes its time. */
const isLook = (world: ContainWorld, record: ActionRecord): boolean => {
  const now = world.clock.now()
  const due = nextCheck(record)
  return (due !== undefined && due <= now) || (!isOver(record, now) && isWatchDue(record, now))
}

/** One call that gets no answer, in a Region that is switched off, keeps no other action from being looked at. */
const unseen = async (world: ContainWorld, id: string, error: unknown): Promise<Swept> => {
  await world.ledger.refresh()
  const { state, planned } = recordOf(world, id)
  const { title } = planned.prepared.action
  const reason = `could not be looked at: ${messageOf(error)}`
  return { outcomes: [{ action: id, title, state, reason }], notices: [] }
}

const NOTHING: Swept = { outcomes: [], notices: [] }

const sweepAction = async (
  world: ContainWorld,
  id: string,
  events: EventsSince | undefined,
): Promise<Swept> => {
  const record = recordOf(world, id)
  const now = world.clock.now()
  if (isLeft(world, record)) {
    const { outcome, told } = await applyAction(world, id)
    return { outcomes: [outcome], notices: told }
  }
  if (isReleaseLeft(world, record)) return released(world, record, record.releasing!.reason === 'expired')
  if (wasForgotten(world, record)) return applyPlan(world, record.planned.plan)
  const due = nextCheck(record)
  if (due !== undefined && due <= now) return looked(world, id, events)
  if (isOver(record, now)) return over(world, record)
  return isWatchDue(record, now) ? watched(world, id) : NOTHING
}

const looked = async (world: ContainWorld, id: string, events: EventsSince | undefined): Promise<Swept> => {
  const { state, notices } = await verifyAction(world, id, events)
  const { title } = recordOf(world, id).planned.prepared.action
  return { outcomes: [{ action: id, title, state }], notices }
}

/** What was verified is said again only when it is no longer so. */
const watched = async (world: ContainWorld, id: string): Promise<Swept> => {
  const notices = await watchAction(world, id)
  const { state, planned } = recordOf(world, id)
  const { title } = planned.prepared.action
  return { outcomes: state === 'VERIFIED' ? [] : [{ action: id, title, state }], notices }
}

/** It might have gone on its own, its worker died before, and its event is still fresh. */
const wasForgotten = (
  { clock, settings }: ContainWorld,
  { state, planned, plannedAt, queued }: ActionRecord,
): boolean => {
  const now = clock.now()
  const newest = Math.min(...planned.events.map(({ time }) => secondsBetween(time, now)))
  return (
    state === 'PLANNED' &&
    planned.decision.automatic &&
    queued === undefined &&
    secondsBetween(plannedAt, now) >= settings.leaseSeconds &&
    newest <= settings.staleMinutes * 60
  )
}

const LASTING = new Set(['APPLIED', 'VERIFIED', 'TAMPERED', 'PARTIAL', 'CONFLICT'])

const isOver = ({ state, applied, proposed }: ActionRecord, now: string): boolean =>
  LASTING.has(state) && applied !== undefined && applied.expires <= now && proposed === undefined

const over = async (world: ContainWorld, record: ActionRecord): Promise<Swept> => {
  const { action } = record.planned.prepared
  if (record.state !== 'CONFLICT' && isInert(action)) return released(world, record, true)
  return propose(world, record, `it has lasted since ${record.applied!.at}, as long as was planned`)
}

const released = async (world: ContainWorld, record: ActionRecord, expired: boolean): Promise<Swept> => {
  const { action } = record.planned.prepared
  const by = record.releasing?.by ?? record.planned.owner
  const { state, reason } = await releaseAction(world, record.id, { by, expired })
  const outcome = { action: record.id, title: action.title, state, ...(reason !== undefined && { reason }) }
  if (state === 'EXPIRED' || state === 'RELEASED' || state === 'RELEASING')
    return { outcomes: [outcome], notices: [] }
  const proposed = await propose(world, recordOf(world, record.id), reason ?? 'it could not be removed')
  return { outcomes: [outcome, ...proposed.outcomes], notices: proposed.notices }
}

/** Says once that it is time for a person to let it go. */
const propose = async (world: ContainWorld, record: ActionRecord, reason: string): Promise<Swept> => {
  const { action } = record.planned.prepared
  const undo = undoCalls(record)
  const entry = await world.ledger.append((book) =>
    book.actions.get(record.id)?.proposed === undefined
      ? { kind: 'proposed', action: record.id, data: { reason, undo } }
      : undefined,
  )
  if (!entry) return NOTHING
  const title = `release: ${action.title}`
  return {
    outcomes: [{ action: record.id, title, state: recordOf(world, record.id).state, reason }],
    notices: [noticeOf('containment-release-due', action, later(world.clock.now(), 0), reason)],
  }
}

/** Does it only deny sessions that were issued before a time? They are dead by the time it expires, so removing it frees nobody. */
export const isInert = ({ calls }: ContainmentAction): boolean =>
  calls.length > 0 && calls.every(deniesOldSessions)

const deniesOldSessions = ({ operation, input }: ApiCall): boolean => {
  if (!/^Put(?:User|Role)Policy$/.test(operation)) return false
  const statements = statementsOf(input['PolicyDocument'])
  return (
    statements.length > 0 &&
    statements.every(
      (statement) => typeof at(statement, 'Condition', 'DateLessThan', 'aws:TokenIssueTime') === 'string',
    )
  )
}

const statementsOf = (document: Json | undefined): readonly unknown[] => {
  try {
    const policy: unknown = JSON.parse(String(document))
    const statements = isObject(policy) ? policy['Statement'] : undefined
    return Array.isArray(statements) ? statements : []
  } catch {
    return []
  }
}
