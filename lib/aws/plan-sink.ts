import type { ContainmentPlan } from '../action.ts'
import type { Clock, PlanSink } from '../ports.ts'
import type { Archive } from './archive.ts'
import { DETAIL_BYTES, type eventBus } from './event-bus.ts'
import type { topicOf } from './topic.ts'

export const PLAN_KIND = 'Trailwarden Containment Plan'

/** Where an action of the plan stands after what was done. */
interface Outcome {
  readonly action: string
  readonly state: string
  readonly reason?: string
}

/** Announces what became of a plan, too, where something was done. */
export interface AnnouncingPlanSink extends PlanSink {
  put(plan: ContainmentPlan, outcomes?: readonly Outcome[]): Promise<void>
}

export interface PlanSinkOptions {
  readonly bus: ReturnType<typeof eventBus>
  readonly topic: ReturnType<typeof topicOf>
  readonly archive: Archive
  readonly clock: Clock
}

/**
 * Announces a plan: to the archive in full, to the bus, and to people when it proposes anything. It holds no client of any
 * service a plan could change. Each set of findings is announced once.
 */
export const announcingPlanSink = ({ bus, topic, archive, clock }: PlanSinkOptions): AnnouncingPlanSink => ({
  put: async (plan, outcomes = []) => {
    const parts = plan.actions.length + plan.refused.length + (plan.manual?.length ?? 0)
    if (parts === 0 || (await archive.has(idOf(plan)))) return
    await bus.put([{ kind: PLAN_KIND, detail: detailOf(plan), time: clock.now() }])
    if (plan.actions.length > 0) await topic.send(subjectOf(plan, outcomes), linesOf(plan, outcomes))
    await archive.keep(idOf(plan), JSON.stringify(plan))
  },
})

/** A redelivered finding makes a plan with a later time in its calls; it is the same plan. */
const idOf = ({ mode, actions, refused, manual = [] }: ContainmentPlan): string => {
  const findings = [...actions, ...refused, ...manual].flatMap((part) => part.findings)
  return JSON.stringify([mode, [...new Set(findings)].sort()])
}

/** A plan too large for the bus goes without its calls; the archive has them. */
const detailOf = (plan: ContainmentPlan): string => {
  const whole = JSON.stringify(plan)
  if (Buffer.byteLength(whole) <= DETAIL_BYTES) return whole
  const actions = plan.actions.map(({ id, type, tier, title, target, findings }) => ({
    id,
    type,
    tier,
    title,
    target,
    findings,
  }))
  return JSON.stringify({ version: plan.version, mode: plan.mode, hash: plan.hash, actions, shortened: true })
}

const subjectOf = ({ mode, actions }: ContainmentPlan, outcomes: readonly Outcome[]): string => {
  const done = outcomes.filter(({ state }) => state === 'APPLIED').length
  const counted = (n: number) => `${n} ${n === 1 ? 'action' : 'actions'}`
  if (mode === 'observe') return `[observe] containment proposed: ${counted(actions.length)}`
  return `[${mode}] containment: ${counted(done)} done, ${counted(actions.length - done)} waiting`
}

const linesOf = (
  { mode, hash, actions, refused, manual = [] }: ContainmentPlan,
  outcomes: readonly Outcome[],
): readonly string[] => [
  mode === 'observe' ? `Mode observe: nothing was done. Plan ${hash}` : `Mode ${mode}. Plan ${hash}`,
  ...(mode === 'observe' || actions.length === 0
    ? []
    : [
        `To approve what waits: POST {"approve":"${hash}"} to the approval URL, signed with your own credentials.`,
      ]),
  ...actions.flatMap((action) => [
    '',
    `${action.title} (tier ${action.tier})`,
    ...outcomes.filter((one) => one.action === action.id).map(outcomeLine),
    `  why      ${action.reason}`,
    `  stops    ${action.blastRadius}`,
    ...action.limits.map((limit) => `  not      ${limit}`),
    ...action.calls.map(
      (call) => `  call     ${call.service}:${call.operation} ${JSON.stringify(call.input)}`,
    ),
    `  undo     ${action.undoNote}`,
  ]),
  ...(refused.length > 0
    ? ['', 'Refused:', ...refused.map((one) => `  ${one.title} ${one.target}: ${one.reason}`)]
    : []),
  ...manual.flatMap(({ title, steps }) => ['', `By hand: ${title}`, ...steps.map((step) => `  - ${step}`)]),
]

const outcomeLine = ({ state, reason }: Outcome): string =>
  `  state    ${state}${reason === undefined ? '' : `: ${reason}`}`
