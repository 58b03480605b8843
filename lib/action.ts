import type { Level } from './finding.ts'

/**
 * What we may do to contain an incident. A plan is data: the same object is printed when observing and called when
 * enforcing. Nothing in this file does anything.
 */

/** JSON as an AWS API takes it. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

/** One AWS API call, exactly as it would be sent. */
export interface ApiCall {
  /** SDK service id in lower case: `iam`, `cloudtrail`, `ec2`, `s3`, `kms`, ... */
  readonly service: string
  /** API operation: `UpdateAccessKey`. */
  readonly operation: string
  readonly input: { readonly [key: string]: Json }
  /** Region of the endpoint; left out for global services. */
  readonly region?: string
}

/** tier 0 restores what was there; tier 1 is narrow and reversible; tier 2 is wide or writes documents: approval. */
export type Tier = 0 | 1 | 2

export type ActionType =
  | 'deactivate-access-key'
  | 'deny-user'
  | 'revoke-role-sessions'
  | 'revoke-user-sessions'
  | 'restart-logging'
  | 'restore-event-selectors'
  | 'revoke-security-group-ingress'
  | 'block-public-access'
  | 'unshare-snapshot'
  | 'cancel-key-deletion'
  | 'remove-lambda-permission'
  | 'detach-policy'
  | 'enable-detector'
  | 'investigate'

export interface ContainmentAction {
  /** Idempotency key: hash of partition, account, type, unique target id and incident. */
  readonly id: string
  readonly type: ActionType
  readonly tier: Tier
  readonly title: string
  readonly target: {
    readonly kind: string
    /** Unique id where the event has one (AKIA..., AIDA..., sg-...), else the name. */
    readonly id: string
    readonly name?: string
    readonly arn?: string
    readonly accountId: string
    readonly region?: string
  }
  /** Why, in one sentence, naming finding and event. */
  readonly reason: string
  /** Findings that ask for it. */
  readonly findings: readonly string[]
  readonly level: Level
  /** Who and what stops working when it is done. */
  readonly blastRadius: string
  /** Read-only calls that record the state before, in order. */
  readonly snapshot: readonly ApiCall[]
  /** Changing calls, in order. */
  readonly calls: readonly ApiCall[]
  /** IAM actions that calls, snapshot, verify and undo need. */
  readonly permissions: readonly string[]
  readonly reversibility: 'exact' | 'partly' | 'no'
  /** Calls that put things back, and what must hold before they may be made. */
  readonly undo: readonly ApiCall[]
  readonly undoNote: string
  /** How to see, after propagation, that it holds. */
  readonly verify: readonly string[]
  /** What this action does not stop. */
  readonly limits: readonly string[]
  /** `proven`: a valid digest covers the log file of a finding that asks for it. Unproven needs confirming first. */
  readonly evidence?: 'proven' | 'unproven'
}

/** What a playbook leaves to people. */
export interface ManualSteps {
  /** Name of the playbook. */
  readonly playbook: string
  readonly title: string
  readonly steps: readonly string[]
  readonly findings: readonly string[]
}

/** An action a playbook asked for and the guard refused, with the reason. Shown, never hidden. */
export interface RefusedAction {
  readonly title: string
  readonly target: string
  readonly reason: string
  readonly findings: readonly string[]
}

export type Mode = 'observe' | 'approve' | 'enforce'

export interface ContainmentPlan {
  readonly version: 1
  readonly mode: Mode
  /** sha256 over the canonical JSON of `actions`: an approval binds to it. */
  readonly hash: string
  readonly actions: readonly ContainmentAction[]
  readonly refused: readonly RefusedAction[]
  /** Steps for people, of every playbook a finding named. */
  readonly manual?: readonly ManualSteps[]
}
