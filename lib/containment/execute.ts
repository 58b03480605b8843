import type { ApiCall, Check, ContainmentAction, Json } from '../action.ts'
import {
  type ActionState,
  type CalledData,
  calledWith,
  type Draft,
  type Phase,
  type StepData,
} from './entries.ts'
import { type ActionRecord, type Step, stepKey } from './fold.ts'
import { lookAtAll } from './look.ts'
import { dependsOn, Unresolved, withAnswers } from './resolve.ts'
import { type ContainWorld, later } from './world.ts'

/** Somebody else works on the action by now: this worker stops. */
export class LeaseLost extends Error {
  override name = 'LeaseLost'
}

/** A list of calls of an action: what is made, and how one sees that all of it holds. */
export interface Route {
  readonly calls: readonly ApiCall[]
  readonly undo: readonly ApiCall[]
  readonly done: readonly Check[]
}

/** The action's own calls (0), or those of one of its fallbacks. */
export const routeOf = ({ calls, undo, done = [], fallbacks = [] }: ContainmentAction, way: number): Route =>
  way === 0 ? { calls, undo, done } : fallbacks[way - 1]!

/** The answers of the calls of one way, for what refers to them. */
export const outputsOf = (
  record: ActionRecord,
  way: number,
  phase: Phase = 'apply',
): readonly (Json | undefined)[] =>
  [...record.steps.values()].reduce<(Json | undefined)[]>((outputs, { answer }) => {
    if (answer?.phase === phase && answer.way === way && answer.outcome === 'answered')
      outputs[answer.step] = answer.output ?? null
    return outputs
  }, [])

/** One worker at one action: `token` is the sequence of the entry that began it. */
export interface Run {
  readonly world: ContainWorld
  readonly id: string
  readonly token: number
}

/** Adds an entry about an action that this run holds. Throws `LeaseLost` when another took it over. */
export const holding = async (
  { world, id, token }: Run,
  entry: (record: ActionRecord) => Draft,
): Promise<void> => {
  await world.ledger.append((book) => {
    const record = book.actions.get(id)!
    const holder = HOLDS[record.state]?.(record)
    if (holder?.sequence !== token)
      throw new LeaseLost(`it is ${record.state}: somebody else went on with it`)
    return entry(record)
  })
}

const HOLDS: Partial<
  Record<ActionState, (record: ActionRecord) => { readonly sequence: number } | undefined>
> = {
  EXECUTING: ({ started }) => started,
  RELEASING: ({ releasing }) => releasing,
  APPLIED: ({ started }) => started,
}

/** What became of one list of calls. */
export interface Made {
  readonly succeeded: number
  readonly failed: readonly { readonly step: number; readonly error: string; readonly message: string }[]
}

/**
 * Makes a list of calls, each with its intent written before and its answer after. What already has an answer is not made again; an intent without
 * an answer is looked into first: when `complete` says that all of it holds, the call is recorded as found in place. A call that needs
 * the answer of one that failed is not made. Throws what the responder throws, with the intent standing.
 */
export const makeCalls = async (
  run: Run,
  list: {
    readonly phase: Phase
    readonly way: number
    readonly calls: readonly ApiCall[]
    /** Not to be made at all. */
    readonly without?: (call: ApiCall) => boolean
    /** Answers of the changing calls, for the references in undo calls; left out, the list's own. */
    readonly outputs?: readonly (Json | undefined)[]
    /** Does all of it hold already? */
    readonly complete: () => Promise<boolean>
    /** Errors after which the thing is as it should be. */
    readonly goneIs: (error: string) => Promise<boolean>
    /** Errors after which the rest of the list is pointless: another way begins. */
    readonly stopOn?: (error: string) => boolean
  },
): Promise<Made> => {
  const failed: Made['failed'][number][] = []
  let succeeded = 0
  for (const [step, call] of list.calls.entries()) {
    if (list.without?.(call)) continue
    const place: StepData = { phase: list.phase, way: list.way, step }
    const answer = answered(run, place) ?? (await makeCall(run, place, call, list))
    if (answer.outcome !== 'failed') succeeded++
    else {
      failed.push({ step, error: answer.error ?? '', message: answer.message ?? '' })
      if (list.stopOn?.(answer.error ?? '')) break
    }
  }
  return { succeeded, failed }
}

/** What is undone is tried again until it works; a change that the API refused is not. */
const answered = ({ world, id }: Run, place: StepData): CalledData | undefined => {
  const answer = recordOf(world, id).steps.get(stepKey(place))?.answer
  return place.phase === 'release' && answer?.outcome === 'failed' ? undefined : answer
}

/** The first time took effect after all. */
const IS_THERE = /Duplicate|AlreadyExists/

const makeCall = async (
  run: Run,
  place: StepData,
  call: ApiCall,
  list: Parameters<typeof makeCalls>[1],
): Promise<CalledData> => {
  const { world, id } = run
  const before: Step | undefined = recordOf(world, id).steps.get(stepKey(place))
  if (before && (await list.complete())) return record(run, { ...place, outcome: 'in place' })
  const outputs = list.outputs ?? outputsOf(recordOf(world, id), list.way, list.phase)
  const input = filled(call, outputs)
  if ('missing' in input)
    return record(run, { ...place, outcome: 'failed', error: 'NotMade', message: input.missing })
  const { undoOf: _, ...bare } = call
  const concrete: ApiCall = { ...bare, input: input.value }
  // each call is given the whole time: a long list is not taken for one that was left
  const lease = leaseOf(world)
  await holding(run, () => ({ kind: 'calling', action: id, data: { ...place, call: concrete, lease } }))
  const answer = await world.responder.call(concrete)
  if (before && 'error' in answer && IS_THERE.test(answer.error) && !list.stopOn?.(answer.error))
    return record(run, { ...place, outcome: 'in place', error: answer.error, message: answer.message })
  if ('error' in answer && (await list.goneIs(answer.error))) {
    const { requestId } = answer
    return record(run, {
      ...place,
      outcome: 'gone',
      error: answer.error,
      message: answer.message,
      ...(requestId !== undefined && { requestId }),
    })
  }
  return record(run, calledWith(place, answer))
}

const filled = (
  call: ApiCall,
  outputs: readonly (Json | undefined)[],
): { readonly value: ApiCall['input'] } | { readonly missing: string } => {
  try {
    return { value: withAnswers(call.input, outputs) }
  } catch (error) {
    if (!(error instanceof Unresolved)) throw error
    return { missing: `it needs the answer of call ${dependsOn(call.input).join(', ')}, which failed` }
  }
}

const record = async (run: Run, data: CalledData): Promise<CalledData> => {
  await holding(run, () => ({ kind: 'called', action: run.id, data }))
  return data
}

/** The record of an action that is in the ledger. */
export const recordOf = (world: ContainWorld, id: string): ActionRecord => world.ledger.book.actions.get(id)!

/** Ways of which a call took effect, or may have: its answer never came. The last way first. */
export const waysTaken = ({ steps }: ActionRecord): readonly number[] => {
  const made = [...steps].filter(
    ([key, { answer }]) => key.startsWith('apply/') && answer?.outcome !== 'failed',
  )
  return [...new Set(made.map(([key]) => Number(key.split('/')[1])))].sort((a, b) => b - a)
}

/** Do the checks of the way that was taken hold? */
export const holdsNow = async (world: ContainWorld, id: string) => {
  const record = recordOf(world, id)
  const { done } = routeOf(record.planned.prepared.action, record.way)
  return lookAtAll(done, world.responder, outputsOf(record, record.way))
}

/** Until when this worker is waited for. */
export const leaseOf = ({ clock, settings }: ContainWorld): string =>
  later(clock.now(), settings.leaseSeconds)
