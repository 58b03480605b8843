import type { CloudTrailEvent, Identity } from './trail/event.ts'

/** Sigma's levels, least first. */
export const LEVELS = ['informational', 'low', 'medium', 'high', 'critical'] as const
export type Level = (typeof LEVELS)[number]

/** Is `level` at least `floor`? */
export const atLeast = (level: Level, floor: Level): boolean => LEVELS.indexOf(level) >= LEVELS.indexOf(floor)

/** The rule as a finding cites it. */
export interface RuleRef {
  /** Our slug (`cloudtrail-trail-stopped`) or, for a foreign Sigma rule, its Sigma id. */
  readonly id: string
  readonly title: string
  readonly level: Level
  readonly tags: readonly string[]
  /** Name of the playbook in playbooks/, when the rule proposes containment. */
  readonly playbook?: string
}

/** Where an event lies: the object key (or the path in the folder) and the position in its `Records`, from 0. */
export interface EventSource {
  readonly key: string
  readonly index: number
}

/** Whose network an address belongs to, and in which country it is, as far as a database says. */
export interface Origin {
  /** ISO 3166-1, two capital letters. */
  readonly country?: string
  /** Number of the autonomous system. */
  readonly asn?: number
  /** Who runs it. Text of a file that the owner brought. */
  readonly organization?: string
}

/**
 * What a rule, a query or a validation reports. The id is deterministic (rule id + event id), so the same event
 * delivered twice, or seen on both lanes, is the same finding.
 */
export interface Finding {
  readonly id: string
  readonly rule: RuleRef
  /** eventTime of the event that completed the finding, UTC ISO 8601. */
  readonly time: string
  readonly event: {
    readonly eventID: string
    readonly eventName: string
    readonly eventSource: string
    readonly recipientAccountId: string
    readonly awsRegion: string
    readonly sourceIPAddress: string
    readonly userAgent: string
    readonly errorCode?: string
  }
  /** Who did it, as the event says. */
  readonly actor: Identity
  /** What it was done to: ARNs, names and ids, as far as the event names them. */
  readonly resources: readonly string[]
  /** Every event that the finding rests on; one for a single-event rule. */
  readonly events: readonly string[]
  readonly source: EventSource
  /** Where `sourceIPAddress` is, when a database of networks was given and knows it. */
  readonly origin?: Origin
  /** What else whoever reads it should know. */
  readonly notes?: readonly string[]
  /** The event itself, for playbooks and reports. Hostile text: escape it wherever it is shown. */
  readonly raw: CloudTrailEvent
}

/** Deterministic id of a finding. */
export const findingId = (ruleId: string, eventID: string): string => `${ruleId}#${eventID}`

/** One line of `scan --format jsonl`, without the event's full text. */
export const findingLine = (finding: Finding): string => {
  const { raw: _raw, ...line } = finding
  return JSON.stringify(line)
}

/** Findings without repeated ids: two events under one id, of which one was planted, are one finding. */
export const eachOnce = (findings: readonly Finding[]): Finding[] => [
  ...new Map(findings.map((finding) => [finding.id, finding])).values(),
]
