import type { Clock, Row } from '../ports.ts'
import type { CompileOptions } from '../sql/compile.ts'
import type { Query } from './pack.ts'
import type { QueryRun } from './run-record.ts'

/** How a query stands, as the engine tells. */
export interface Execution {
  readonly id: string
  readonly sql: string
  readonly state: 'QUEUED' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED'
  readonly reason: string
  readonly retryable: boolean
  readonly scannedBytes: number
  readonly queuedMs: number
  readonly completed?: string
  readonly results?: string
}

/** An engine that is asked now and answers later. */
export interface RunEngine {
  /** Starts a query, or answers the id of the one that was started with the same token. */
  start(sql: string, token: string): Promise<string>
  look(id: string): Promise<Execution>
  stop(id: string): Promise<void>
  pages(id: string): AsyncIterable<{ readonly columns: readonly string[]; readonly rows: readonly Row[] }>
}

/** A text that several write, each on the condition that nobody wrote in between. */
export interface Remembered {
  read(): Promise<string | undefined>
  update(change: (text: string | undefined) => string): Promise<string>
}

/** All that the runs of query packs need of the world outside. */
export interface RunWorld {
  readonly engine: RunEngine
  readonly catalog: CompileOptions['catalog']
  readonly clock: Clock
  /** The text under a key. */
  readonly document: (key: string) => Remembered
  /** The query of a pack by its name, or nothing when there is none any more. */
  readonly find: (pack: string, name: string) => Query | undefined
  /** Makes the rows findings, puts them where findings go, and answers how many they are. */
  readonly report: (query: Query, rows: readonly Row[], run: QueryRun) => Promise<number>
  /** Keeps the answer as Parquet, and answers where; nothing when it is too large. */
  readonly keep: (
    run: QueryRun,
    columns: readonly Column[],
    rows: readonly Row[],
  ) => Promise<string | undefined>
  /** Tells this process from others: of two that finish a run, one does. */
  readonly process: string
  /** How a run ends that the engine did not take; nothing when it may have, or when trying again may help. */
  readonly refusalOf: (error: unknown) => 'THROTTLED' | 'FAILED' | undefined
  /** Hours before the watermark that are asked about again. */
  readonly overlapHours: number
  /** Bytes that one query may read. */
  readonly scanLimitBytes: number
}

export interface Column {
  readonly name: string
  /** In Trino's words. */
  readonly type: string
}
