import type { ContainmentAction } from '../action.ts'
import { messageOf } from '../errors.ts'
import type { Finding } from '../finding.ts'
import type { ActionState } from './entries.ts'
import {
  holding,
  LeaseLost,
  type Made,
  makeCalls,
  outputsOf,
  type Run,
  recordOf,
  routeOf,
  waysTaken,
} from './execute.ts'
import { lookAtAll } from './look.ts'
import { noticeOf } from './notice.ts'
import { targetObjection } from './prepare.ts'
import { begin, mayStart } from './start.ts'
import { type ContainWorld, later } from './world.ts'

/** What became of an action. */
export interface Outcome {
  readonly action: string
  readonly title: string
  readonly state: ActionState
  /** Why it stands there, where it is not done. */
  readonly reason?: string
}

export interface Applied {
  readonly outcomes: readonly Outcome[]
  /** Ids of what may go on and was left to another role. */
  readonly left: readonly string[]
  /** What people must see. */
  readonly notices: readonly Finding[]
}

/**
 * Does what of a recorded plan may be done: in `observe` nothing; else what is automatic, or approved by enough people. The state is read
 * again first: whatever is no longer as it was when the plan was recorded is refused, and nothing of it is called. One action that
 * fails keeps no other from being done. Applying the same plan again, or at the same time, makes no call twice. What is not `mine` to do
 * is left to another role, and named.
 */
export const applyPlan = async (
  world: ContainWorld,
  plan: string,
  mine: (action: ContainmentAction) => boolean = () => true,
): Promise<Applied> => {
  const book = await world.ledger.refresh()
  const ours = [...book.actions.values()].filter((record) => record.planned.plan === plan)
  const outcomes: Outcome[] = []
  const notices: Finding[] = []
  const startable: string[] = []
  const left: string[] = []
  for (const record of ours) {
    const start = await mayStart(world, record)
    if (start === true && !mine(record.planned.prepared.action)) {
      left.push(record.id)
      outcomes.push(outcomeOf(world, record.id, 'it may go on, by the function that may do it'))
    } else if (start === true) startable.push(record.id)
    else outcomes.push(outcomeOf(world, record.id, start))
  }
  for (const id of startable) {
    const { outcome, told } = await applyAction(world, id, plan)
    outcomes.push(outcome)
    notices.push(...told)
  }
  return { outcomes, left, notices }
}

/** Begins, or goes on with, one action, of `plan` if it is still that one. Never throws for the action's own sake: an answer that never came leaves it to a later run. */
export const applyAction = async (
  world: ContainWorld,
  id: string,
  plan?: string,
): Promise<{ readonly outcome: Outcome; readonly told: readonly Finding[] }> => {
  const begun = await begin(world, id, plan)
  if ('told' in begun) return { outcome: outcomeOf(world, id, begun.reason), told: begun.told }
  try {
    await execute(begun)
  } catch (error) {
    const reason = `interrupted, a later run goes on: ${messageOf(error)}`
    if (!(error instanceof LeaseLost)) await world.ledger.refresh()
    return { outcome: outcomeOf(world, id, reason), told: [] }
  }
  return { outcome: outcomeOf(world, id), told: incomplete(world, id) }
}

const incomplete = (world: ContainWorld, id: string): readonly Finding[] => {
  const { state, planned, note = '' } = recordOf(world, id)
  return state === 'PARTIAL' || state === 'FAILED' || state === 'REFUSED'
    ? [noticeOf('containment-incomplete', planned.prepared.action, world.clock.now(), `${state}: ${note}`)]
    : []
}

const execute = async (run: Run): Promise<void> => {
  const { world, id } = run
  const { planned, steps } = recordOf(world, id)
  const { action } = planned.prepared
  const target = await targetObjection(action, world.responder)
  if (target && steps.size === 0) return stop(run, target.reason)
  // something was made before a crash: it is never called refused
  if (target?.other) return fail(run, { succeeded: 0, failed: [] }, target.reason)
  if (target) throw new Error(target.reason)
  for (;;) {
    const { way } = recordOf(world, id)
    const made = await makeWay(run, action, way)
    if (made.failed.length === 0) return succeed(run, way)
    const next = nextWay(action, way, made.failed)
    const objection = next === undefined ? undefined : tooWide(world, id, action, next)
    if (next === undefined || objection) return fail(run, made, objection)
    const because = made.failed.map(({ error }) => error).join(', ')
    await holding(run, () => ({ kind: 'fallback', action: id, data: { way: next, because } }))
  }
}

/** The target is another one than the event named: nothing was made, and nothing is. */
const stop = async (run: Run, reason: string): Promise<void> =>
  holding(run, ({ planned }) => ({
    kind: 'refused',
    action: run.id,
    data: { plan: planned.plan, code: 'target', reason },
  }))

const makeWay = (run: Run, action: ContainmentAction, way: number): Promise<Made> => {
  const { world, id } = run
  const { calls, done } = routeOf(action, way)
  const others = (action.fallbacks ?? []).slice(way)
  const complete = async () => {
    const { holds } = await lookAtAll(done, world.responder, outputsOf(recordOf(world, id), way))
    return holds === 'yes'
  }
  return makeCalls(run, {
    phase: 'apply',
    way,
    calls,
    complete,
    goneIs: async (error) => GONE.test(error) && (await complete()),
    stopOn: (error) => others.some(({ onErrors }) => onErrors.includes(error)),
  })
}

/** What the call is about is not there: a key that somebody deleted is as contained as an inactive one. */
const GONE = /^NoSuch|NotFound/

const nextWay = (
  { fallbacks = [] }: ContainmentAction,
  way: number,
  failed: readonly { readonly error: string }[],
): number | undefined => {
  const next = fallbacks.findIndex(
    ({ onErrors, calls }, index) =>
      index >= way && calls.length > 0 && failed.some(({ error }) => onErrors.includes(error)),
  )
  return next < 0 ? undefined : next + 1
}

/** A fallback that is wider than what may go on its own needs the approval that the action did not. */
const tooWide = (
  world: ContainWorld,
  id: string,
  action: ContainmentAction,
  way: number,
): string | undefined => {
  const { tier, title } = action.fallbacks![way - 1]!
  const free =
    tier < 2 || !recordOf(world, id).started?.automatic || world.settings.automatic.includes(action.type)
  return free ? undefined : `the next way, ${title}, is tier ${tier} and needs approval`
}

const succeed = async (run: Run, way: number): Promise<void> =>
  holding(run, ({ planned }) => ({
    kind: 'applied',
    action: run.id,
    data: { way, owner: planned.owner, expires: expiryOf(run.world, planned.prepared.action) },
  }))

/** Something stayed undone: never a success. Where a part was made, it has to be taken back one day, so it expires too. */
const fail = async (run: Run, made: Made, objection: string | undefined): Promise<void> => {
  const errors = made.failed.map(({ step, error, message }) => `call ${step + 1}: ${error}: ${message}`)
  const reason = [...errors, ...(objection ? [objection] : [])].join('; ')
  await holding(run, (record) => {
    const { way, planned } = record
    if (waysTaken(record).length === 0) return { kind: 'failed', action: run.id, data: { way, reason } }
    const expires = expiryOf(run.world, planned.prepared.action)
    return { kind: 'partial', action: run.id, data: { way, reason, owner: planned.owner, expires } }
  })
}

const expiryOf = ({ clock, settings }: ContainWorld, { keepSeconds = 0 }: ContainmentAction): string =>
  later(clock.now(), Math.max(keepSeconds, settings.ttlSeconds))

const outcomeOf = (world: ContainWorld, id: string, reason?: string): Outcome => {
  const { state, planned, note } = recordOf(world, id)
  const why = reason ?? note
  return {
    action: id,
    title: planned.prepared.action.title,
    state,
    ...(why !== undefined && { reason: why }),
  }
}
