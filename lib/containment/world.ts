import type { ActionType, Mode } from '../action.ts'
import type { Level } from '../finding.ts'
import type { Clock, Evidence, Responder } from '../ports.ts'
import type { OpenLedger } from './ledger.ts'

/** How far containment may go. All of it comes from the owner's configuration, nothing from the account that is contained. */
export interface ContainSettings {
  /** `observe`: nothing is changed. `approve`: everything waits for a person. `enforce`: tiers 0 and 1 may go on their own. */
  readonly mode: Mode
  /** Who answers for what is contained; stands in every entry that contains something. */
  readonly owner: string
  /** Globs over ARNs and unique ids that are never contained. */
  readonly protectedPrincipals: readonly string[]
  /** Principals that get the owner back in: never contained, and without one that is alive no identity is contained. */
  readonly breakGlass: readonly string[]
  /** Our own roles: never contained. */
  readonly ownPrincipals: readonly string[]
  /** Account of the credentials, where it is known: nothing of another one is touched, but through the organization. */
  readonly accountId?: string
  /** Types of tier 2 that the owner lets go on their own. Account-wide ones never do. */
  readonly automatic: readonly ActionType[]
  /** Findings at this level and above may act on their own. */
  readonly automaticLevel: Level
  /** Containments on their own in an hour and account; the last `reserved` of them are for critical findings. */
  readonly budget: { readonly perHour: number; readonly reserved: number }
  /** Older events are planned only. */
  readonly staleMinutes: number
  readonly approvalMinutes: number
  /** How long containment lasts before it is proposed for release; an action may ask for longer. */
  readonly ttlSeconds: number
  /** How long a worker that says nothing is waited for. */
  readonly leaseSeconds: number
  /** Who is at work: one name for each run. */
  readonly worker: string
}

export const DEFAULTS: Omit<ContainSettings, 'worker' | 'owner'> = {
  mode: 'observe',
  protectedPrincipals: [],
  breakGlass: [],
  ownPrincipals: [],
  automatic: [],
  automaticLevel: 'high',
  budget: { perHour: 10, reserved: 3 },
  staleMinutes: 60,
  approvalMinutes: 60,
  ttlSeconds: 72 * 3600,
  leaseSeconds: 120,
}

/** Everything containment touches. */
export interface ContainWorld {
  readonly responder: Responder
  readonly ledger: OpenLedger
  readonly clock: Clock
  readonly sleep: (milliseconds: number) => Promise<void>
  /** Left out when CloudTrail cannot be asked: then only a digest proves an event. */
  readonly evidence?: Evidence
  /** By finding id, why our own rules do not confirm it: it is planned, and never acts on its own. */
  readonly doubts?: ReadonlyMap<string, string>
  readonly settings: ContainSettings
}

/** UTC ISO time `seconds` after another. */
export const later = (time: string, seconds: number): string =>
  new Date(Date.parse(time) + seconds * 1000).toISOString()

/** Seconds from one UTC ISO time to another. */
export const secondsBetween = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / 1000
