import type { ApiCall, Json, Mode } from '../action.ts'
import type { Level } from '../finding.ts'
import type { ApiAnswer, LedgerEntry } from '../ports.ts'
import type { PreparedAction } from './prepare.ts'

/** An event that asked for an action, as the plan was recorded. */
export interface AskingEvent {
  readonly finding: string
  readonly eventID: string
  readonly region: string
  /** UTC ISO, of the event itself. */
  readonly time: string
  readonly level?: Level
  /** What confirms this one event. */
  readonly evidence?: EvidenceStatus
  /** Why its finding may not act on its own, whatever confirms the event. */
  readonly doubt?: string
}

/** What the event rests on: a signed digest, CloudTrail's own history, or neither. */
export type EvidenceStatus = 'digest' | 'cloudtrail' | 'unverified'

/** May it be done now? `why` holds every reason against it; empty when there is none. */
export interface Decision {
  readonly automatic: boolean
  /** How many people must approve before it may be done; 0 when it is automatic. */
  readonly approvers: 0 | 1 | 2
  readonly why: readonly string[]
  /** The level of the findings that it may be done for on its own. */
  readonly level?: Level
}

/** Which list of calls: an action's own (0), or one of its fallbacks (1, 2, ...). */
export type Way = number

export type Phase = 'apply' | 'reassert' | 'release'

/** What a call is known by in the ledger. */
export interface StepData {
  readonly phase: Phase
  readonly way: Way
  /** Position in the calls, or in the undo calls, from 0. */
  readonly step: number
}

export type CalledData = StepData & {
  /**
   * `answered`: it took effect. `in place`: it was found done, after a crash, and not made again. `gone`: what it was about is no
   * longer there, which is as good. `failed`: the API refused.
   */
  readonly outcome: 'answered' | 'in place' | 'gone' | 'failed'
  readonly output?: Json
  readonly error?: string
  readonly message?: string
  readonly requestId?: string
}

/** What each kind of entry says. */
export interface EntryData {
  /** An action with the state it was planned on, and what the guard decided. */
  readonly planned: {
    readonly plan: string
    readonly mode: Mode
    readonly prepared: PreparedAction
    readonly decision: Decision
    readonly evidence: EvidenceStatus
    readonly events: readonly AskingEvent[]
    /** The principal, or the object, that a containment counts for. */
    readonly subject: string
    readonly owner: string
  }
  /** A person said yes to a whole plan. */
  readonly approved: {
    readonly plan: string
    readonly approver: string
    /** What tells two approvers apart. */
    readonly identity: string
    /** Users whose credentials made the approver's session, by ARN and id. */
    readonly users?: readonly string[]
    readonly expires: string
  }
  readonly refused: { readonly plan?: string; readonly code: RefusalCode; readonly reason: string }
  /** Somebody works on it. Until `lease` nobody else does. */
  readonly started: {
    readonly worker: string
    readonly lease: string
    readonly automatic: boolean
    readonly approvers: readonly string[]
    readonly subject: string
    readonly account: string
    readonly level: Level
  }
  /** The intent, before a changing call. */
  readonly calling: StepData & {
    readonly call: ApiCall
    /** Until when its worker is waited for now. */
    readonly lease?: string
  }
  readonly called: CalledData
  readonly fallback: { readonly way: Way; readonly because: string }
  readonly applied: { readonly way: Way; readonly owner: string; readonly expires: string }
  readonly partial: {
    readonly way: Way
    readonly reason: string
    readonly owner: string
    readonly expires: string
  }
  readonly failed: { readonly way: Way; readonly reason: string }
  /** One look after acting. */
  readonly checked: {
    readonly checkpoint: number
    readonly holds: 'yes' | 'no' | 'unknown'
    readonly found: readonly Json[]
  }
  /** Looks in a row could not see whether it holds; said once. */
  readonly unseen: { readonly since: string; readonly found: readonly Json[] }
  readonly verified: { readonly log: 'quiet' | 'not looked at' | 'nothing to look for' }
  readonly tampered: { readonly reason: string; readonly events?: readonly string[] }
  readonly reasserted: { readonly times: number; readonly holds: boolean }
  readonly conflict: { readonly reason: string }
  readonly releasing: {
    readonly by: string
    readonly reason: 'asked' | 'expired'
    readonly worker: string
    readonly lease: string
  }
  readonly released: { readonly by: string }
  readonly expired: { readonly by: string }
  /** Time to let it go, said once. */
  readonly proposed: { readonly reason: string; readonly undo: readonly ApiCall[] }
  /** Not done automatically because enough has been done this hour. */
  readonly budget: {
    readonly subject: string
    readonly account: string
    readonly reason: string
    readonly restores?: true
  }
  /** `restores`: it keeps back what would be put back, and nothing that contains somebody. */
  readonly breaker: {
    readonly account: string
    readonly until: string
    readonly reason: string
    readonly restores?: true
  }
  /** An event by our own role, and the entry it belongs to. */
  readonly 'own-call': { readonly eventID: string; readonly entry: number | null; readonly reason: string }
}

export type RefusalCode = 'guard' | 'target' | 'drift' | 'approval' | 'evidence' | 'break-glass' | 'release'

export type EntryKind = keyof EntryData

/** An entry before it is in the chain. */
export type Draft = {
  readonly [K in EntryKind]: { readonly kind: K; readonly action?: string; readonly data: EntryData[K] }
}[EntryKind]

/** An entry of a kind this release knows. */
export type Entry = Draft & Pick<LedgerEntry, 'sequence' | 'time'>

/** Where an action stands. */
export type ActionState =
  | 'PLANNED'
  | 'APPROVED'
  | 'REFUSED'
  | 'ALREADY'
  | 'EXECUTING'
  | 'APPLIED'
  | 'VERIFIED'
  | 'TAMPERED'
  | 'PARTIAL'
  | 'FAILED'
  | 'CONFLICT'
  | 'RELEASING'
  | 'RELEASED'
  | 'EXPIRED'

/** The answer to keep of a changing call. */
export const calledWith = (step: StepData, answer: ApiAnswer): CalledData => {
  const requestId = answer.requestId === undefined ? {} : { requestId: answer.requestId }
  return 'error' in answer
    ? { ...step, outcome: 'failed', error: answer.error, message: answer.message, ...requestId }
    : { ...step, outcome: 'answered', output: answer.output, ...requestId }
}
