import type { Level } from '../finding.ts'
import { compare, plural, utc } from './format.ts'

/** An event that asked for an action, and what proves it. */
export interface AskingRow {
  readonly eventID: string
  readonly finding: string
  readonly region: string
  readonly time: string
  /** Log file and position, where the findings are at hand. */
  readonly place?: string
  /** What validation says of that log file, or what the ledger noted when the plan was recorded. */
  readonly evidence: string
}

/** A call that was made, or that was to be made when its worker vanished. */
export interface MadeCall {
  readonly at: string
  readonly phase: 'apply' | 'reassert' | 'release'
  /** The `aws ...` command that does the same. */
  readonly command: string
  /** `answered`, `in place`, `gone`, `failed`, or `no answer`. */
  readonly outcome: string
  readonly requestId?: string
  readonly error?: string
}

/** Something that happened to an action, in words. */
export interface Moment {
  readonly at: string
  readonly text: string
}

export interface ContainmentRow {
  readonly id: string
  readonly title: string
  readonly type: string
  readonly tier: number
  readonly level: Level
  readonly state: string
  readonly target: string
  readonly reason: string
  readonly blastRadius: string
  readonly plan: string
  readonly plannedAt: string
  readonly owner: string
  /** Why it did not go on its own. */
  readonly why: readonly string[]
  readonly events: readonly AskingRow[]
  /** What was looked at before, and what was found: the state that undo goes back to. */
  readonly before: readonly { readonly command: string; readonly answer: unknown }[]
  /** The dry run: what was approved, command by command. */
  readonly dryRun: readonly string[]
  readonly made: readonly MadeCall[]
  readonly checks: readonly {
    readonly at: string
    /** Seconds after acting that the look was for; 0: a later look. */
    readonly checkpoint: number
    readonly holds: string
    readonly found: unknown
  }[]
  readonly moments: readonly Moment[]
  readonly undo: readonly string[]
  readonly undoNote: string
  readonly expires?: string
  readonly limits: readonly string[]
}

export interface ApprovalRow {
  readonly plan: string
  readonly approver: string
  readonly at: string
  readonly expires: string
}

/** Everything a ledger says, arranged. The same ledger gives the same bytes. */
export interface ContainmentLog {
  readonly entries: number
  /** Hash of the last entry: whoever kept it can tell whether the ledger was cut since. */
  readonly tail: string
  readonly first: string
  readonly last: string
  readonly actions: readonly ContainmentRow[]
  readonly approvals: readonly ApprovalRow[]
}

/** A stretch of the response that is measured. */
export interface Metric {
  readonly name: string
  readonly from: string
  readonly to: string
  readonly seconds: number
}

/** How long each step of the response took, as far as the ledger knows both ends of it. */
export const metricsOf = ({ actions, approvals }: ContainmentLog): readonly Metric[] => {
  const events = times(actions.flatMap((row) => row.events.map(({ time }) => time)))
  const planned = times(actions.map(({ plannedAt }) => plannedAt))
  const approved = times(approvals.map(({ at }) => at))
  const applied = times(actions.flatMap((row) => answeredOf(row, 'apply')))
  const verified = times(actions.flatMap((row) => momentsOf(row, 'verified')))
  const released = times(actions.flatMap((row) => momentsOf(row, 'released')))
  const stretch = (name: string, from: string | undefined, to: string | undefined): Metric[] =>
    from === undefined || to === undefined || to < from
      ? []
      : [{ name, from, to, seconds: (Date.parse(to) - Date.parse(from)) / 1000 }]
  return [
    ...stretch('first event to plan', events[0], planned[0]),
    ...stretch('plan to approval', planned[0], approved[0]),
    ...stretch('approval to last call', approved[0], applied.at(-1)),
    ...stretch('first event to last call', events[0], applied.at(-1)),
    ...stretch('last call to everything verified', applied.at(-1), verified.at(-1)),
    ...stretch('plan to everything released', planned[0], released.at(-1)),
  ]
}

const times = (list: readonly string[]): readonly string[] => [...list].sort(compare)
const answeredOf = ({ made }: ContainmentRow, phase: MadeCall['phase']): readonly string[] =>
  made.filter((call) => call.phase === phase && call.outcome !== 'failed').map(({ at }) => at)
const momentsOf = ({ moments }: ContainmentRow, start: string): readonly string[] =>
  moments.filter(({ text }) => text.startsWith(start)).map(({ at }) => at)

/** `5 s`, `2 min 5 s`, `1 h 10 min`. */
export const duration = (seconds: number): string => {
  const whole = Math.round(seconds)
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60]
  if (h > 0) return `${h} h ${m} min`
  if (m === 0) return `${s} s`
  return s === 0 ? `${m} min` : `${m} min ${s} s`
}

const STATES: Readonly<Record<string, string>> = {
  PLANNED: 'waits for approval',
  APPROVED: 'approved, not done',
  REFUSED: 'refused',
  ALREADY: 'held before, without us',
  EXECUTING: 'being done',
  APPLIED: 'done, not yet known to hold',
  VERIFIED: 'contained, and verified',
  TAMPERED: 'undone by somebody: act outside the account',
  PARTIAL: 'done in part',
  FAILED: 'failed',
  CONFLICT: 'changed by somebody since: cannot be put back',
  RELEASING: 'being put back',
  RELEASED: 'put back as it was',
  EXPIRED: 'expired and put back',
}

/** A state in words. */
export const stateWords = (state: string): string => STATES[state] ?? 'unknown'

/** Good news, bad news, or neither yet. */
export const stateTone = (state: string): 'good' | 'bad' | 'doubt' => {
  if (['VERIFIED', 'RELEASED', 'EXPIRED', 'ALREADY'].includes(state)) return 'good'
  return ['TAMPERED', 'PARTIAL', 'FAILED', 'CONFLICT'].includes(state) ? 'bad' : 'doubt'
}

/** One sentence: how many stand how. */
export const containmentSentence = ({ actions }: ContainmentLog): string => {
  const counts = new Map<string, number>()
  for (const { state } of actions) counts.set(state, (counts.get(state) ?? 0) + 1)
  const parts = [...counts].map(([state, n]) => `${n} ${stateWords(state)}`)
  return actions.length === 0
    ? 'Nothing has been planned.'
    : `${plural(actions.length, 'action')}: ${parts.join('; ')}.`
}

export interface TimelineRow {
  readonly at: string
  readonly who: string
  readonly what: string
}

/** The events that asked for containment and what became of it, in one order. */
export const mergedTimeline = ({ actions, approvals }: ContainmentLog): readonly TimelineRow[] => {
  const events = new Map(actions.flatMap(({ events }) => events.map((one) => [one.finding, one] as const)))
  const rows: TimelineRow[] = [
    ...[...events.values()].map(({ time, finding }) => ({ at: time, who: 'log', what: finding })),
    ...approvals.map(({ at, approver, plan }) => ({
      at,
      who: 'approver',
      what: `${approver} approved plan ${plan.slice(0, 8)}`,
    })),
    ...actions.flatMap(({ title, moments }) =>
      moments.map(({ at, text }) => ({ at, who: 'containment', what: `${title}: ${text}` })),
    ),
  ]
  return rows
    .map((row, place) => ({ row, place }))
    .sort((a, b) => Date.parse(a.row.at) - Date.parse(b.row.at) || a.place - b.place)
    .map(({ row }) => row)
}

/** `10 s after`, or when a later look was. */
export const checkpointWords = (checkpoint: number): string =>
  checkpoint === 0 ? 'later look' : `${duration(checkpoint)} after`

/** What stays open: not contained, and what containment does not stop. */
export const openQuestions = ({ actions }: ContainmentLog): readonly string[] => [
  ...actions
    .filter(({ state }) => stateTone(state) === 'bad' || state === 'REFUSED')
    .map(({ title, state, moments }) => `${title}: ${stateWords(state)}. ${moments.at(-1)?.text ?? ''}`),
  ...new Set(actions.flatMap(({ limits }) => limits)),
]

/** When it ends, in words. */
export const expiryWords = (expires: string | undefined): string =>
  expires === undefined ? 'does not last' : `until ${utc(expires)}, then proposed for release`
