import { createHash } from 'node:crypto'
import type { LateEvents, Watermark } from './watermark.ts'

/** Every state a run can be in; all but the first two are ends. */
export const RUN_STATES = [
  'STARTING',
  'RUNNING',
  /** Answered; its rows are findings. */
  'SUCCEEDED',
  'FAILED',
  'CANCELLED',
  /** Athena did not end it in time, and it was stopped. */
  'TIMED_OUT',
  /** Athena took no more queries. */
  'THROTTLED',
  /** It would have read more than one query may. */
  'REFUSED',
] as const

export type RunState = (typeof RUN_STATES)[number]

/** One run of one query, as a line of the table `query_runs`. Field names are the columns. */
export interface QueryRun {
  readonly run: string
  readonly pack: string
  readonly query: string
  readonly state: RunState
  /** From 1; a failure that Athena calls retryable is tried again. */
  readonly attempt: number
  /** Athena's id of the query. */
  readonly execution?: string
  /** The window, UTC ISO. */
  readonly since: string
  readonly until: string
  /** Days whose late events made the window begin earlier. */
  readonly late: readonly string[]
  /** UTC ISO. */
  readonly started: string
  readonly finished?: string
  /** Bytes, as the last run foretells them, and as Athena read them. */
  readonly estimated?: number
  readonly scanned?: number
  readonly queuedms?: number
  readonly rows?: number
  readonly findings?: number
  /** The answer has as many rows as the query's LIMIT: there may be more. */
  readonly truncated?: boolean
  readonly error?: string
  /** `s3://...`: the answer as Athena wrote it (CSV), and as Parquet. */
  readonly results?: string
  readonly parquet?: string
  readonly sql: string
}

/** The run that a query is in. */
export interface Claim {
  readonly run: QueryRun
  /** What was late when its window was chosen. */
  readonly late: LateEvents
  /** Who is finishing it, and until when (UTC ISO) nobody else tries. */
  readonly lease?: { readonly by: string; readonly until: string }
}

/** What is remembered of a scheduled query between its runs. */
export interface QueryState {
  readonly version: 1
  readonly watermark?: Watermark
  readonly running?: Claim
  /** Name of the run that ended last: a schedule that is tried again does not run it again. */
  readonly last?: string
  /** Bytes that the last answered run read for each hour of its window. */
  readonly bytesPerHour?: number
}

/** Reads a state; of a query that never ran there is none. Throws for one that is damaged: it must not pass for none. */
export const queryStateOf = (text: string | undefined, name: string): QueryState => {
  if (text === undefined) return { version: 1 }
  try {
    const state = JSON.parse(text) as QueryState
    if (state.version === 1) return state
  } catch {
    // told below
  }
  throw new Error(`${name}: expected the state of a query, version 1; found ${text.slice(0, 60)}`)
}

/** Where the state of a query lies. */
export const stateKey = ({ pack, query }: Pick<QueryRun, 'pack' | 'query'>): string =>
  `query-state/${pack}/${query}.json`

/** Where the line of a run lies; all of them together are the table `query_runs`. */
export const runKey = ({ run }: Pick<QueryRun, 'run'>): string =>
  `query-runs/${run.slice(0, 4)}-${run.slice(4, 6)}-${run.slice(6, 8)}/${run}.json`

/** Where the answer of a run lies as Parquet. */
export const parquetKey = ({ pack, query, run }: Pick<QueryRun, 'pack' | 'query' | 'run'>): string =>
  `query-results/packs/${pack}/${query}/${run}.parquet`

/** A run's name: the time of its schedule (UTC ISO), so that names sort by time, and a hash. One schedule starts one run of a query. */
export const runName = ({ pack, query }: Pick<QueryRun, 'pack' | 'query'>, tick: string): string => {
  const hash = createHash('sha256')
    .update(JSON.stringify([pack, query, tick]))
    .digest('hex')
  return `${tick.slice(0, 19).replaceAll(/[-:]/g, '')}Z-${hash.slice(0, 16)}`
}

/** What Athena is sent: the SQL after a mark by which the end of the query is led back to its run. */
export const markedSql = ({ pack, query, run, attempt, sql }: QueryRun): string =>
  `/* trailwarden ${pack}/${query} ${run} ${attempt} */ ${sql}`

export interface RunMark {
  readonly pack: string
  readonly query: string
  readonly run: string
  readonly attempt: number
}

const MARK = /^\/\* trailwarden ([a-z0-9-]+)\/([a-z0-9-]+) (\d{8}T\d{6}Z-[0-9a-f]{16}) (\d) \*\//

/** The mark of a query, or nothing: it is not one of ours. */
export const markIn = (sql: string): RunMark | undefined => {
  const [, pack, query, run, attempt] = MARK.exec(sql.trimStart()) ?? []
  return pack && query && run ? { pack, query, run, attempt: Number(attempt) } : undefined
}

/** By this token Athena tells that a query was started already. */
export const tokenOf = (run: QueryRun): string => createHash('sha256').update(markedSql(run)).digest('hex')
