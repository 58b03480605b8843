import type { ApiCall, Check, ContainmentAction, ContainmentPlan, Json, RefusedAction } from '../action.ts'
import { canonicalJson, sha256 } from '../canonical-json.ts'
import { messageOf } from '../errors.ts'
import type { ApiAnswer, Responder } from '../ports.ts'
import { isObject } from '../trail/event.ts'
import { isBlind, isReading, lookAtAll } from './look.ts'
import { type Concrete, concreteAfter, concreteCalls, concreteChecks, Unresolved } from './resolve.ts'

/** An action on the state it was planned on: its calls, undo and checks are what will be sent. */
export interface PreparedAction {
  readonly action: ContainmentAction
  /** `already`: it holds without us. There is nothing to call, and nothing to undo later. */
  readonly found: 'ready' | 'already'
  /** What the calls of `action.snapshot` answered, without request ids. */
  readonly snapshot: readonly ApiAnswer[]
  /** sha256 over the action and the state it rests on, without what changes by itself (`LastUsedDate` and the like). */
  readonly state: string
}

/** A plan that can be approved and applied. */
export interface PreparedPlan extends Omit<ContainmentPlan, 'actions' | 'hash'> {
  /** sha256 over the canonical JSON of actions and states: an approval binds to it. */
  readonly hash: string
  readonly actions: readonly PreparedAction[]
}

/**
 * Reads the state of every action (reading calls only) and makes the plan concrete: `when`, `each`, `$item` and what refers to the snapshot
 * are resolved. An action whose target is another one by now, or whose state cannot be read, is refused with the reason.
 * Never throws for an action; what the responder throws is a refusal too.
 */
export const preparePlan = async (plan: ContainmentPlan, responder: Responder): Promise<PreparedPlan> => {
  const actions: PreparedAction[] = []
  const refused: RefusedAction[] = [...plan.refused]
  for (const action of plan.actions) {
    const prepared = await prepareAction(action, responder)
    if ('reason' in prepared) {
      const { title, target, findings } = action
      refused.push({ title, target: target.id, reason: prepared.reason, findings })
    } else actions.push(prepared)
  }
  return { ...plan, hash: preparedHash(actions), actions, refused }
}

/** What an approval binds to. */
export const preparedHash = (actions: readonly PreparedAction[]): string =>
  sha256(canonicalJson(actions.map(({ action, found, state }) => ({ action, found, state }))))

/** One action of `preparePlan`, or why it cannot be done. */
export const prepareAction = async (
  action: ContainmentAction,
  responder: Responder,
): Promise<PreparedAction | { readonly reason: string }> => {
  try {
    const writing = readingCalls(action).find((call) => !isReading(call))
    if (writing) return { reason: `${writing.operation} is not a reading call: the plan is not sound` }
    const snapshot = await snapshotOf(action, responder)
    if ('reason' in snapshot) return snapshot
    const concrete = concreteAction(action, snapshot.answers)
    const objection = await targetObjection(concrete, responder)
    if (objection) return { reason: objection.reason }
    const { holds } = await lookAtAll(concrete.done ?? [], responder)
    if (holds !== 'yes' && concrete.calls.length === 0)
      return { reason: 'on the state the account is in there is nothing to call' }
    return {
      action: concrete,
      found: holds === 'yes' ? 'already' : 'ready',
      snapshot: snapshot.answers,
      state: stateHash(concrete, snapshot.answers),
    }
  } catch (error) {
    if (error instanceof Unresolved) return { reason: `the state it needs is not there: ${error.message}` }
    return { reason: `the state could not be read: ${messageOf(error)}` }
  }
}

/** Why the target may not be touched. `other`: it was seen to be another one; else nobody could see. */
export interface TargetObjection {
  readonly reason: string
  readonly other: boolean
}

/**
 * Why the target is not the one the event named, or `undefined` when every pin holds. Looked at before acting, before acting again and before
 * undoing. Throws when no answer came.
 */
export const targetObjection = async (
  { pins = [], target }: ContainmentAction,
  responder: Responder,
): Promise<TargetObjection | undefined> => {
  for (const pin of pins) {
    const { holds, looks } = await lookAtAll([pin], responder)
    if (holds === 'yes') continue
    const found = (JSON.stringify(looks[0]?.found) ?? 'nothing').slice(0, 120)
    const reason =
      holds === 'unknown'
        ? `${pin.call.operation} could not be read (${found}): nobody knows whether ${target.id} is still the same`
        : `${pin.call.operation}: expected ${JSON.stringify(pin.equals)} as ${pin.query}, found ${found}: it is not the ${target.kind} of the event`
    return { reason, other: holds === 'no' }
  }
  return undefined
}

const readingCalls = ({
  snapshot,
  pins = [],
  done = [],
  fallbacks = [],
}: ContainmentAction): readonly ApiCall[] => [
  ...snapshot,
  ...[...pins, ...done, ...fallbacks.flatMap((fallback) => fallback.done)].map(({ call }) => call),
]

/** The answers of the snapshot, or why there is none. A thing that is not there is an answer. */
const snapshotOf = async (
  { snapshot }: ContainmentAction,
  responder: Responder,
): Promise<{ readonly answers: readonly ApiAnswer[] } | { readonly reason: string }> => {
  const answers: ApiAnswer[] = []
  for (const call of snapshot) {
    const { requestId: _, ...answer } = await responder.call(call)
    if (isBlind(answer)) {
      return {
        reason: `the state could not be read: ${call.operation} answered ${answer.error}: ${answer.message}`,
      }
    }
    answers.push(answer)
  }
  return { answers }
}

const concreteAction = (action: ContainmentAction, snapshot: readonly ApiAnswer[]): ContainmentAction => {
  const { calls, places } = concreteCalls(action.calls, snapshot)
  const none: Concrete['places'] = []
  return {
    ...action,
    calls,
    undo: concreteAfter(action.undo, snapshot, places),
    ...(action.pins && { pins: concreteChecks(action.pins, snapshot, none) }),
    ...(action.done && { done: concreteChecks(action.done, snapshot, places) }),
    ...(action.fallbacks && { fallbacks: action.fallbacks.map((one) => concreteFallback(one, snapshot)) }),
  }
}

const concreteFallback = (
  fallback: NonNullable<ContainmentAction['fallbacks']>[number],
  snapshot: readonly ApiAnswer[],
): typeof fallback => {
  const { calls, places } = concreteCalls(fallback.calls, snapshot)
  return {
    ...fallback,
    calls,
    undo: concreteAfter(fallback.undo, snapshot, places),
    done: concreteChecks(fallback.done as readonly Check[], snapshot, places),
  }
}

/** Names of fields that change without anybody changing anything: an attacker who goes on must not void an approval. */
const RESTLESS =
  /^(?:.*LastUsed.*|LastAuthenticated.*|Latest[A-Z].*|Time(?:Logging).*|StartLoggingTime|StopLoggingTime|NextToken|Marker|ResponseMetadata|Owner(?:Alias)?DisplayName)$/

const stateHash = (action: ContainmentAction, snapshot: readonly ApiAnswer[]): string =>
  sha256(canonicalJson({ action, state: snapshot.map((answer) => steady(answer as unknown as Json)) }))

const steady = (value: Json): Json => {
  if (Array.isArray(value)) return value.map((item: Json) => steady(item))
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value as { readonly [name: string]: Json }).flatMap(([name, part]) =>
      RESTLESS.test(name) || name === 'message' ? [] : [[name, steady(part)]],
    ),
  )
}
