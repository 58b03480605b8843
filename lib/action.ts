import type { Level } from './finding.ts'

/**
 * What we may do to contain an incident. A plan is data: the same object is printed when observing and called when
 * enforcing. Nothing in this file does anything.
 */

/** JSON as an AWS API takes it. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

/**
 * One AWS API call, exactly as it would be sent. Before the state of the account has been read, an input may hold references to it
 * (`Reference`), and `when` and `each` may say whether and how often the call is made; preparing the plan resolves all three.
 */
export interface ApiCall {
  /** SDK service id in lower case: `iam`, `cloudtrail`, `ec2`, `s3`, `kms`, ... */
  readonly service: string
  /** API operation: `UpdateAccessKey`. */
  readonly operation: string
  readonly input: { readonly [key: string]: Json }
  /** Region of the endpoint; left out for global services. */
  readonly region?: string
  /** Made only when this holds of an answer of the snapshot. */
  readonly when?: Condition
  /** Made once for each item that the expression gives; `{ "$item": EXPRESSION }` in the input stands for a part of the item. */
  readonly each?: { readonly snapshot: number; readonly query: string }
  /** Of an undo call: positions of the calls it takes back. It is not made when none of them took effect; left out, it always is. */
  readonly undoOf?: readonly number[]
}

/**
 * A value nobody knows before it is read: `{ "$from": { "snapshot": 0, "query": "Policy" } }` is what the JMESPath expression gives
 * of the first answer of the snapshot, `{ "$from": { "call": 0, "query": "GroupId" } }` of the first changing call.
 */
export interface Reference {
  readonly $from:
    | { readonly snapshot: number; readonly query: string }
    | { readonly call: number; readonly query: string }
}

/** Something that must hold of an answer of the snapshot: a value, or the code of the error it is. */
export type Condition =
  | { readonly snapshot: number; readonly query: string; readonly equals: Json }
  | { readonly snapshot: number; readonly error: string }

/**
 * What a reading call must answer. Plain data that a person can try: `query` is JMESPath as `--query` of the AWS CLI takes it.
 * An error whose code is in `orErrors` holds as well: a policy that is gone is no longer attached.
 */
export interface Check {
  readonly call: ApiCall
  readonly query: string
  readonly equals: Json
  readonly orErrors?: readonly string[]
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
  | 'deny-role-session'
  | 'deny-instance-sessions'
  | 'deny-role'
  | 'freeze-role-trust'
  | 'deactivate-credential'
  | 'quarantine-principal'
  | 'quarantine-account'
  | 'quarantine-workforce-user'
  | 'disable-roles-anywhere'
  | 'reject-delegation'
  | 'disable-outbound-federation'
  | 'isolate-instance'
  | 'detach-instance-profile'
  | 'freeze-function'
  | 'require-function-url-auth'
  | 'make-database-private'
  | 'restore-bucket-policy'
  | 'restore-bucket-lifecycle'
  | 'recreate-trail'
  | 'restore-trail'
  | 'restore-insight-selectors'
  | 'restore-event-data-store'
  | 'restore-event-rule'
  | 'restore-own-function'
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
  /**
   * That the target is still the one the event named, by its unique id. Looked at before acting and before undoing: a name that was
   * deleted and made again is somebody else.
   */
  readonly pins?: readonly Check[]
  /**
   * That it is done. All hold before acting: there is nothing to do, and nothing to undo later. After acting they verify it. Before undoing they
   * must hold still: else somebody has changed it since, and nothing is written.
   */
  readonly done?: readonly Check[]
  /** What the log must not show later: a successful event of this credential or principal that is newer than the containment. */
  readonly quiet?: Quiet
  /** Other ways to the same end, tried in order when a call fails with one of the codes: quotas used up. */
  readonly fallbacks?: readonly Fallback[]
  /** Seconds it stays at least: as long as a credential it denies may live. After that it may be proposed for release. */
  readonly keepSeconds?: number
  /** How to see, after propagation, that it holds. */
  readonly verify: readonly string[]
  /** What this action does not stop. */
  readonly limits: readonly string[]
  /** `proven`: a valid digest covers the log file of a finding that asks for it. Unproven needs confirming first. */
  readonly evidence?: 'proven' | 'unproven'
  /** Ids of the findings that a digest proves, where it proves some of them only. */
  readonly provenBy?: readonly string[]
}

/** Whose successful events end the claim that it is contained. At least one field; all given must match. */
export interface Quiet {
  readonly accessKeyId?: string
  /** `userIdentity.principalId`, or the part before its colon. */
  readonly principalId?: string
  /** Only sessions issued before this time, UTC ISO. */
  readonly issuedBefore?: string
}

export interface Fallback {
  /** Error codes of the calls that lead here: `LimitExceeded`, ... */
  readonly onErrors: readonly string[]
  readonly tier: Tier
  readonly title: string
  readonly calls: readonly ApiCall[]
  readonly undo: readonly ApiCall[]
  readonly done: readonly Check[]
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
