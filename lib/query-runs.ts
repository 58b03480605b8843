import { atLeast, type Level } from './finding.ts'
import type { Clock, FindingSink, Row } from './ports.ts'
import { parseQuery, type Query } from './query/pack.ts'
import { parquetKey } from './query/run-record.ts'
import type { ScheduledQuery } from './query/run-start.ts'
import type { Remembered, RunEngine, RunWorld } from './query/run-world.ts'
import { queryFinding } from './query-finding.ts'
import { answerParquet } from './store/answer-file.ts'
import { ATHENA_CATALOG } from './store/athena-catalog.ts'

/** The world outside, as whoever runs packs hands it in. */
export interface QueryRunsOptions
  extends Pick<RunWorld, 'process' | 'refusalOf' | 'overlapHours' | 'scanLimitBytes'> {
  readonly engine: RunEngine
  readonly document: (key: string) => Remembered
  readonly clock: Clock
  readonly findings: FindingSink
  readonly minLevel: Level
  /** Keeps bytes under a key, and answers where they lie. */
  readonly put: (key: string, bytes: Uint8Array) => Promise<string>
  readonly find: RunWorld['find']
}

/** Rows of an answer that are kept as Parquet; it is made in memory. */
const MOST_ROWS = 50_000

/** Everything a run of a query pack needs: rows become findings, answers Parquet. */
export const queryRuns = (options: QueryRunsOptions): RunWorld => ({
  ...options,
  catalog: ATHENA_CATALOG,
  report: (query, rows, { until }) => report(options, query, rows, until),
  keep: async (run, columns, rows) =>
    rows.length > MOST_ROWS || columns.length === 0
      ? undefined
      : options.put(parquetKey(run), answerParquet(columns, rows)),
})

const report = async (
  { findings, minLevel }: QueryRunsOptions,
  query: Query,
  rows: readonly Row[],
  until: string,
): Promise<number> => {
  const { severity } = query
  if (!severity || !atLeast(severity, minLevel)) return 0
  const found = rows.map((row, index) => queryFinding({ ...query, severity }, row, index, until))
  await findings.put(found)
  return found.length
}

/** Files of queries; the folder is the pack, the file's name the name. */
type Files = readonly { readonly path: string; readonly text: string }[]

/** The queries of some packs. */
export const queriesIn = (files: Files, packs: readonly string[]): readonly ScheduledQuery[] =>
  files
    .map((file) => ({ ...file, pack: file.path.split('/').at(-2) ?? '' }))
    .filter(({ pack }) => packs.includes(pack))
    .map(({ pack, path, text }) => ({ pack, query: parseQuery(path, text) }))

/** Finds one query; its file alone is read. */
export const queryIn =
  (files: Files): RunWorld['find'] =>
  (pack, name) => {
    const file = files.find(({ path }) => path.endsWith(`/${pack}/${name}.sql`))
    return file && parseQuery(file.path, file.text)
  }
