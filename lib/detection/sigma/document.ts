import type { Level } from '../../finding.ts'

/** What every Sigma document carries. https://github.com/SigmaHQ/sigma-specification, version 2.1.0 */
export interface SigmaHead {
  readonly file: string
  /** Line the document starts at, from 1. */
  readonly line: number
  readonly title: string
  readonly id: string | undefined
  readonly name: string | undefined
  readonly level: Level
  readonly status: string | undefined
  readonly description: string | undefined
  readonly tags: readonly string[]
  /** The document as read, our own keys and unknown ones included. */
  readonly raw: Readonly<Record<string, unknown>>
}

/** A rule over one event. */
export interface SigmaEventRule extends SigmaHead {
  readonly kind: 'event'
  readonly logsource: { readonly product?: string; readonly service?: string; readonly category?: string }
  readonly selections: ReadonlyMap<string, unknown>
  /** A list of conditions means any of them. */
  readonly conditions: readonly string[]
  /** `sigma-version: 3` allows `field[any]` blocks (SEP 212). */
  readonly arrayBlocks: boolean
  /** Line of `detection`, for messages. */
  readonly detectionLine: number
}

/** A filter document: what must hold besides, for the rules it names. https://github.com/SigmaHQ/sigma-specification */
export interface SigmaFilter extends SigmaHead {
  readonly kind: 'filter'
  readonly logsource: SigmaEventRule['logsource']
  /** References as in a correlation; `any` means every rule of its log source. */
  readonly rules: readonly string[] | 'any'
  readonly selections: ReadonlyMap<string, unknown>
  /** `not selection` leaves out what the selection matches. */
  readonly conditions: readonly string[]
  readonly arrayBlocks: boolean
  readonly detectionLine: number
}

export type CorrelationType =
  | 'event_count'
  | 'value_count'
  | 'value_sum'
  | 'value_avg'
  | 'value_percentile'
  | 'temporal'
  | 'temporal_ordered'

/** One comparison of a correlation's condition; several must all hold. */
export interface Limit {
  readonly operator: 'gt' | 'gte' | 'lt' | 'lte' | 'eq' | 'neq'
  readonly value: number
}

/** A rule over the hits of other rules. */
export interface SigmaCorrelationRule extends SigmaHead {
  readonly kind: 'correlation'
  readonly type: CorrelationType
  /** References: id, name or, because public rule sets do so, title. */
  readonly rules: readonly string[]
  readonly groupBy: readonly string[]
  /** Alias -> rule reference -> field. */
  readonly aliases: ReadonlyMap<string, ReadonlyMap<string, string>>
  readonly timespanMs: number
  readonly limits: readonly Limit[]
  /** Hits below which no window can fulfil the limits. */
  readonly threshold: number
  /** Fields whose values are counted or added up, for the value types. */
  readonly fields: readonly string[]
  /** For value_percentile, 0 to 100. */
  readonly percentile: number
  /** Can only a window that is over be judged, because more hits may undo what is fulfilled? */
  readonly whole: boolean
  /** Do the rules it refers to report findings of their own? */
  readonly generate: boolean
}

export type SigmaDocument = SigmaEventRule | SigmaCorrelationRule | SigmaFilter
