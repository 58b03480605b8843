import type { ContainmentAction, ContainmentPlan, RefusedAction } from '../action.ts'
import type { Finding } from '../finding.ts'
import { type Applied, applyPlan } from './apply.ts'
import { approvalsOf } from './approve.ts'
import { aliveBreakGlass, askingEvents, corroborate } from './corroborate.ts'
import { decide, refuseTarget, subjectOfAction, takesAccess } from './decide.ts'
import type { Draft, EntryData } from './entries.ts'
import { recordOf } from './execute.ts'
import type { ActionRecord, Book } from './fold.ts'
import { type PreparedPlan, preparePlan } from './prepare.ts'
import { type Doubted, isDoubted, watchDoubted } from './watch.ts'
import type { ContainWorld } from './world.ts'

export interface Recorded {
  /** What is in the ledger now and waits, or may go. Its hash is what an approval binds to. */
  readonly plan: PreparedPlan
  /** Actions that were in the ledger before: a second delivery, the other lane. */
  readonly known: readonly string[]
}

/**
 * Puts a plan into the ledger: asks what confirms its events, reads the state of the account (reading calls only), decides, and records each action
 * that is new. An action the ledger knows is left as it is, however often and at how many places it is asked for, unless
 * `again`: a person plans anew what was not begun, or has ended. Calls nothing that changes the account.
 */
export const recordPlan = async (
  plan: ContainmentPlan,
  findings: readonly Finding[],
  world: ContainWorld,
  { again = false }: { readonly again?: boolean } = {},
): Promise<Recorded> => {
  const book = await world.ledger.refresh()
  const known: string[] = []
  const refused: RefusedAction[] = [...plan.refused]
  const asked: { action: ContainmentAction; ground: Ground }[] = []
  for (const action of plan.actions) {
    const record = book.actions.get(action.id)
    if (record && !mayReplace(record, book, world, again, newestOf(action, findings))) known.push(action.id)
    else {
      const ground = await groundOf(action, findings, world)
      const reason = refuseTarget(action, world.settings) ?? ground.forged
      if (reason) refused.push(refusal(action, reason))
      else asked.push({ action, ground })
    }
  }
  const bare = { ...plan, mode: world.settings.mode, actions: asked.map(({ action }) => action), refused }
  const prepared = await preparePlan(bare, world.responder)
  const breakGlass = prepared.actions.some(({ action }) => takesAccess(action))
    ? await aliveBreakGlass(world.settings.breakGlass, world.responder)
    : 0
  const grounds = new Map(asked.map(({ action, ground }) => [action.id, ground]))
  const added: string[] = []
  for (const one of prepared.actions) {
    const entry = await world.ledger.append((now) =>
      plannedEntry(
        { one, plan: prepared.hash, ground: grounds.get(one.action.id)!, breakGlass },
        now,
        world,
        again,
      ),
    )
    if (entry) added.push(one.action.id)
    else known.push(one.action.id)
  }
  const actions = prepared.actions.filter(({ action }) => added.includes(action.id))
  return { plan: { ...prepared, actions }, known }
}

export interface Contained extends Recorded, Applied {
  /** Verified by another role, and something newer speaks against it: that role looks again. */
  readonly doubted: readonly Doubted[]
}

/**
 * From a plan to contained: records it and does at once what may go on its own. The rest waits in the ledger for approval and
 * `applyPlan`. Ends at the ledger when the same is delivered again; an event that is newer than a verified containment has it looked at once more.
 * What is not `mine` to do is left, and named.
 */
export const contain = async (
  plan: ContainmentPlan,
  findings: readonly Finding[],
  world: ContainWorld,
  mine: (action: ContainmentAction) => boolean = () => true,
): Promise<Contained> => {
  const recorded = await recordPlan(plan, findings, world)
  const { outcomes, left, notices }: Applied =
    recorded.plan.actions.length === 0
      ? { outcomes: [], left: [], notices: [] }
      : await applyPlan(world, recorded.plan.hash, mine)
  if (world.settings.mode === 'observe') return { ...recorded, outcomes, left, notices, doubted: [] }
  const known = plan.actions.filter(({ id }) => recorded.known.includes(id))
  const lookFor = (actions: readonly ContainmentAction[]) =>
    actions
      .map((action) => ({ id: action.id, newestEvent: newestOf(action, findings) }))
      .filter(({ id, newestEvent }) => isDoubted(recordOf(world, id), newestEvent))
  const doubted = lookFor(known.filter((action) => !mine(action)))
  const looked = await watchDoubted(world, lookFor(known.filter(mine)))
  return { ...recorded, outcomes, left, notices: [...notices, ...looked], doubted }
}

interface Ground {
  readonly evidence: EntryData['planned']['evidence']
  readonly events: EntryData['planned']['events']
  readonly forged?: string
}

const groundOf = async (
  action: ContainmentAction,
  findings: readonly Finding[],
  { evidence, doubts }: ContainWorld,
): Promise<Ground> => {
  const { status, confirmed, forged } = await corroborate(action, findings, evidence)
  const events = askingEvents(action, findings).map((event) => {
    const doubt = doubts?.get(event.finding)
    return {
      ...event,
      evidence: confirmed.get(event.finding) ?? 'unverified',
      ...(doubt !== undefined && { doubt }),
    }
  })
  return { evidence: status, events, ...(forged !== undefined && { forged }) }
}

const refusal = ({ title, target, findings }: ContainmentAction, reason: string): RefusedAction => ({
  title,
  target: target.id,
  reason,
  findings,
})

const newestOf = (action: ContainmentAction, findings: readonly Finding[]): string =>
  askingEvents(action, findings).reduce((newest, { time }) => (time > newest ? time : newest), '')

const OPEN = new Set(['PLANNED', 'APPROVED'])
/** Somebody undid it. With one call there is nothing left of it that planning anew could take for the state before. */
const UNDONE = new Set(['TAMPERED', 'CONFLICT'])
const ENDED = new Set(['REFUSED', 'FAILED', 'RELEASED', 'EXPIRED', 'ALREADY'])

/**
 * May what the ledger has be planned anew? By a person whenever it was not begun or has ended. On its own only when the event is newer than
 * the end, or when it waits, nobody has approved it, and there was no reason but one that may have gone by.
 */
const mayReplace = (
  record: ActionRecord,
  book: Book,
  { clock }: ContainWorld,
  again: boolean,
  newest: string,
): boolean => {
  if (UNDONE.has(record.state)) return again && record.planned.prepared.action.calls.length === 1
  if (ENDED.has(record.state)) return again || newest > (record.endedAt ?? record.plannedAt)
  if (!OPEN.has(record.state)) return false
  if (again) return true
  const { plan, evidence } = record.planned
  return evidence === 'unverified' && approvalsOf(book, plan, clock.now()).length === 0
}

const plannedEntry = (
  of: {
    readonly one: PreparedPlan['actions'][number]
    readonly plan: string
    readonly ground: Ground
    readonly breakGlass: number
  },
  book: Book,
  world: ContainWorld,
  again: boolean,
): Draft | undefined => {
  const { action } = of.one
  const { settings, clock } = world
  const { evidence, events } = of.ground
  const record = book.actions.get(action.id)
  const newest = events.reduce((last, { time }) => (time > last ? time : last), '')
  if (record && !mayReplace(record, book, world, again, newest)) return undefined
  if (record && UNDONE.has(record.state) && of.one.found === 'already') return undefined
  const question = { action, settings, now: clock.now(), events, evidence, breakGlass: of.breakGlass }
  const decision = decide(question)
  if (record && !again && OPEN.has(record.state) && !decision.automatic) return undefined
  return {
    kind: 'planned',
    action: action.id,
    data: {
      plan: of.plan,
      mode: settings.mode,
      prepared: of.one,
      decision,
      evidence,
      events,
      subject: subjectOfAction(action),
      owner: settings.owner,
    },
  }
}
