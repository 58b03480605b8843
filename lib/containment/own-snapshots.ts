import type { ActionType, Json } from '../action.ts'

/**
 * What the account looked like before, in the words of the APIs that say it. An event tells what something became, never what it was:
 * without these, whatever wrote a document is refused.
 */
export interface OwnSnapshots {
  /** By trail ARN. */
  readonly trails?: ReadonlyMap<string, TrailSnapshot>
  /** KMS keys by ARN. */
  readonly keys?: ReadonlyMap<string, { readonly keyState: string }>
  /** By bucket name. */
  readonly buckets?: ReadonlyMap<string, BucketSnapshot>
  /** Event rules of our own, by ARN. */
  readonly rules?: ReadonlyMap<string, RuleSnapshot>
  /** Functions of our own, by ARN. */
  readonly functions?: ReadonlyMap<string, FunctionSnapshot>
}

/** A trail as GetTrail, GetEventSelectors, GetInsightSelectors and ListTags answered. */
export interface TrailSnapshot {
  /** `Trail` of GetTrail. */
  readonly trail?: { readonly [name: string]: Json }
  readonly eventSelectors?: readonly Json[]
  readonly advancedEventSelectors?: readonly Json[]
  readonly insightSelectors?: readonly Json[]
  readonly tags?: readonly Json[]
}

/** `null` says that there was none; left out, that nobody looked. */
export interface BucketSnapshot {
  /** `Policy` of GetBucketPolicy. */
  readonly policy?: string | null
  /** `Rules` of GetBucketLifecycleConfiguration. */
  readonly lifecycleRules?: readonly Json[] | null
}

/** A rule as DescribeRule and ListTargetsByRule answered. */
export interface RuleSnapshot {
  readonly rule?: { readonly [name: string]: Json }
  readonly targets?: readonly Json[]
}

/** `null`: no concurrency was reserved. */
export interface FunctionSnapshot {
  readonly reservedConcurrency?: number | null
}

/** Actions that put back what a snapshot shows. */
export const RESTORING: ReadonlySet<ActionType> = new Set<ActionType>([
  'cancel-key-deletion',
  'recreate-trail',
  'restore-bucket-lifecycle',
  'restore-bucket-policy',
  'restore-event-rule',
  'restore-event-selectors',
  'restore-insight-selectors',
  'restore-own-function',
  'restore-trail',
])
