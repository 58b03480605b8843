import type { ApiCall } from '../action.ts'
import { messageOf } from '../errors.ts'
import type { ActionState, Draft } from './entries.ts'
import {
  holding,
  holdsNow,
  leaseOf,
  makeCalls,
  outputsOf,
  type Run,
  recordOf,
  routeOf,
  waysTaken,
} from './execute.ts'
import { type ActionRecord, stepKey } from './fold.ts'
import { prepareAction, targetObjection } from './prepare.ts'
import { type ContainWorld, later } from './world.ts'

export interface ReleaseOptions {
  /** Who asks. */
  readonly by: string
  /** Also makes keys and other credentials active again; without it an action that would is refused. */
  readonly activateKeys?: boolean
  /** Before the time that sessions it denies may live. */
  readonly early?: boolean
  /** Because its time has come. */
  readonly expired?: boolean
}

export interface Released {
  readonly state: ActionState
  /** Why nothing, or not everything, was put back. */
  readonly reason?: string
}

const RELEASABLE = new Set<ActionState>(['APPLIED', 'VERIFIED', 'TAMPERED', 'PARTIAL', 'CONFLICT'])

/**
 * Puts back what an action changed, by the undo calls that its plan was recorded with, made concrete on the state there was: never more than that.
 * Refused, without a call, when the target is somebody else by now, when credentials would become active without being asked for, or
 * too early. CONFLICT, without a call, when what was done no longer holds: somebody has changed it since. A PARTIAL action is released
 * as far as it was made. Goes on where a crash left it.
 */
export const releaseAction = async (
  world: ContainWorld,
  id: string,
  options: ReleaseOptions,
): Promise<Released> => {
  const book = await world.ledger.refresh()
  const record = book.actions.get(id)
  if (!record) throw new RangeError(`action ${id}: is not in the ledger`)
  if (world.settings.mode === 'observe')
    return { state: record.state, reason: 'the mode is observe: nothing is called' }
  const left = isLeft(world, record)
  const objection = left ? await leftObjection(world, record) : await releaseObjection(world, record, options)
  if (objection) return objection
  const entry = await world.ledger.append((now) => releasing(world, now.actions.get(id)!, options))
  if (!entry) return { state: recordOf(world, id).state, reason: 'somebody else is at work on it' }
  return undo({ world, id, token: entry.sequence }, options)
}

/** Was the release begun by somebody who is gone? */
export const isLeft = (world: ContainWorld, { state, releasing: begun }: ActionRecord): boolean =>
  state === 'RELEASING' && begun !== undefined && begun.lease <= world.clock.now()

const releasing = (world: ContainWorld, record: ActionRecord, options: ReleaseOptions): Draft | undefined => {
  if (!RELEASABLE.has(record.state) && !isLeft(world, record)) return undefined
  return {
    kind: 'releasing',
    action: record.id,
    data: {
      by: options.by,
      reason: options.expired ? 'expired' : 'asked',
      worker: world.settings.worker,
      lease: leaseOf(world),
    },
  }
}

/** Calls that put back what the ways taken changed, the last way first. */
export const undoCalls = (record: ActionRecord): readonly ApiCall[] =>
  waysTaken(record).flatMap((way) =>
    routeOf(record.planned.prepared.action, way)
      .undo.filter((call) => !wasNotMade(record, way, call))
      .map(({ undoOf: _, ...call }) => call),
  )

/** Did none of the calls it takes back take effect? One whose answer never came may have. */
const wasNotMade = ({ steps }: ActionRecord, way: number, { undoOf }: ApiCall): boolean =>
  undoOf?.every((step) => {
    const made = steps.get(stepKey({ phase: 'apply', way, step }))
    return !made || made.answer?.outcome === 'failed' || made.answer?.outcome === 'gone'
  }) ?? false

const releaseObjection = async (
  world: ContainWorld,
  record: ActionRecord,
  options: ReleaseOptions,
): Promise<Released | undefined> => {
  const { action } = record.planned.prepared
  const refuse = (reason: string) => refused(world, record, reason)
  if (!RELEASABLE.has(record.state)) return { state: record.state, reason: `it is ${record.state}` }
  const calls = undoCalls(record)
  if (action.reversibility === 'no' || calls.length === 0)
    return refuse(`no call puts it back: ${action.undoNote}`)
  if (!options.activateKeys && calls.some(activates))
    return refuse('it would make a credential active again: ask for that by name')
  const earliest = later(record.applied?.at ?? record.plannedAt, action.keepSeconds ?? 0)
  if (!options.early && earliest > world.clock.now())
    return refuse(`not before ${earliest}: sessions that it denies may still live`)
  const objection = await targetObjection(action, world.responder)
  if (objection) return refuse(objection.reason)
  return record.state === 'PARTIAL' ? undefined : conflict(world, record)
}

/** The rest of a release may only meet the target that it was begun on. */
const leftObjection = async (
  world: ContainWorld,
  { id, state, planned }: ActionRecord,
): Promise<Released | undefined> => {
  const objection = await targetObjection(planned.prepared.action, world.responder)
  if (!objection) return undefined
  const { reason, other } = objection
  if (!other) return { state, reason }
  await world.ledger.append((book) =>
    isLeft(world, book.actions.get(id)!) ? { kind: 'conflict', action: id, data: { reason } } : undefined,
  )
  return { state: recordOf(world, id).state, reason }
}

const refused = async (
  { ledger }: ContainWorld,
  { id, state }: ActionRecord,
  reason: string,
): Promise<Released> => {
  await ledger.append(() => ({ kind: 'refused', action: id, data: { code: 'release', reason } }))
  return { state, reason }
}

const conflict = async (world: ContainWorld, { id, state }: ActionRecord): Promise<Released | undefined> => {
  const { holds, looks } = await holdsNow(world, id)
  if (holds === 'yes') return undefined
  const found = JSON.stringify(looks.map((one) => one.found)).slice(0, 200)
  if (holds === 'unknown') return { state, reason: `nobody can see whether it still holds: found ${found}` }
  const reason = `what was done no longer holds (found ${found}): somebody has changed it since, nothing was written`
  await world.ledger.append(() => ({ kind: 'conflict', action: id, data: { reason } }))
  return { state: 'CONFLICT', reason }
}

/** Does the call make a credential usable again? */
const activates = ({ input }: ApiCall): boolean =>
  input['Status'] === 'Active' || input['Enabled'] === 'Active'

/** What is to be taken away is not there: as it was before. */
const GONE = /^NoSuch|NotFound/

/** Is the account as it was when the plan was made? */
const isAsBefore = async ({ world, id }: Run): Promise<boolean> => {
  const { action, state } = recordOf(world, id).planned.prepared
  const now = await prepareAction(action, world.responder)
  return 'state' in now && now.state === state
}

const undo = async (run: Run, options: ReleaseOptions): Promise<Released> => {
  const { world, id } = run
  const record = recordOf(world, id)
  try {
    for (const way of waysTaken(record)) {
      const { failed } = await makeCalls(run, {
        phase: 'release',
        way,
        calls: routeOf(record.planned.prepared.action, way).undo,
        without: (call) => wasNotMade(record, way, call),
        outputs: outputsOf(record, way),
        complete: () => isAsBefore(run),
        goneIs: async (error) => GONE.test(error),
      })
      if (failed.length > 0) {
        const reason = failed
          .map(({ step, error, message }) => `undo ${step + 1}: ${error}: ${message}`)
          .join('; ')
        await holding(run, () => ({ kind: 'conflict', action: id, data: { reason } }))
        return { state: 'CONFLICT', reason }
      }
    }
  } catch (error) {
    return { state: 'RELEASING', reason: `interrupted, a later run goes on: ${messageOf(error)}` }
  }
  const kind = options.expired ? 'expired' : 'released'
  await holding(run, () => ({ kind, action: id, data: { by: options.by } }))
  return { state: recordOf(world, id).state }
}
