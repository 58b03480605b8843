/**
 * What log file integrity validation says, as data. On the ground floor because the validator makes it, and the
 * pipeline, the command line and the report read it.
 */

export type VerdictStatus =
  /** Bytes, signature and links are as CloudTrail delivered them. */
  | 'valid'
  /** Something was changed: bytes, signature, place. */
  | 'modified'
  /** A digest or a log that must exist does not. */
  | 'missing'
  /** Nothing proves or disproves it: no key, no digest, a digest that cannot be trusted. */
  | 'unverifiable'
  /** A log file that no digest lists. */
  | 'unlisted'
  /** Logging was off: a note, not a failure. */
  | 'gap'
  /** The newest digests that should exist do not. */
  | 'tail-missing'
  /** The object exists but its bytes cannot be had. */
  | 'unreadable'

export type VerdictKind = 'digest' | 'backfill-digest' | 'log' | 'chain'

/** Everything that is not `valid`, one object or one time range at a time. */
export interface Problem {
  readonly status: Exclude<VerdictStatus, 'valid'>
  readonly kind: VerdictKind
  /** `s3://bucket/key`, or the path in the folder. For a chain: `account/region/trail`. */
  readonly object: string
  /** Machine-readable cause, kebab-case: `hash-mismatch`, `signature-mismatch`, `trailing-data`, `not-found`, ... */
  readonly reason: string
  /** One sentence for people: what was expected and what was found. */
  readonly detail: string
  /** The time range concerned, UTC ISO, where it is known. */
  readonly from?: string
  readonly to?: string
}

/** One chain of digests: an account, a Region, a trail. */
export interface ChainSummary {
  readonly account: string
  readonly region: string
  readonly trail: string
  readonly kind: 'standard' | 'backfill'
  readonly digests: Readonly<Record<VerdictStatus, number>>
  readonly logs: Readonly<Record<VerdictStatus, number>>
  /** The range proven by digests found, UTC ISO. */
  readonly from?: string
  readonly to?: string
}

export interface IntegrityReport {
  readonly summary: {
    readonly digests: Readonly<Record<VerdictStatus, number>>
    readonly logs: Readonly<Record<VerdictStatus, number>>
  }
  readonly chains: readonly ChainSummary[]
  readonly problems: readonly Problem[]
  /** Verdict of each log file met, by its key (the same key findings cite). */
  readonly logVerdicts: ReadonlyMap<string, VerdictStatus>
  /** Plain notes for people: "no digests found", "no public keys given". */
  readonly notes: readonly string[]
}

export const VERDICT_STATUSES: readonly VerdictStatus[] = [
  'valid',
  'modified',
  'missing',
  'unverifiable',
  'unlisted',
  'gap',
  'tail-missing',
  'unreadable',
]

/** A fresh counter with every status at 0. */
export const noVerdicts = (): Record<VerdictStatus, number> =>
  Object.fromEntries(VERDICT_STATUSES.map((status) => [status, 0])) as Record<VerdictStatus, number>

/** Does the report hold anything that must fail a run? A gap alone does not: logging was off, and we say so. */
export const integrityHolds = (report: IntegrityReport): boolean =>
  report.problems.every((problem) => problem.status === 'gap')
