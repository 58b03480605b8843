import queryFiles from 'content:queries'
import type { Context } from 'aws-lambda'
import * as z from 'zod'
import { lambda, report } from '../lib/aws/handler.ts'
import { lakeFiles } from '../lib/aws/lake-files.ts'
import { athenaAnswer, QueryNotAnswered } from '../lib/aws/query-engine.ts'
import { settingsOf } from '../lib/aws/settings.ts'
import { UsageError } from '../lib/errors.ts'
import type { Row } from '../lib/ports.ts'
import { queryLibrary } from '../lib/query/library.ts'
import { reachOf } from '../lib/query/reach.ts'
import { compileQuery, type QueryRequest } from '../lib/query/run-query.ts'
import { SqlError } from '../lib/sql/sql-error.ts'
import { ATHENA_CATALOG, STORE_CATALOG } from '../lib/store/athena-catalog.ts'

const settings = settingsOf(['workgroup', 'database', 'lakeBucket'])
const queries = queryLibrary(queryFiles.map(({ path, text }) => ({ path, read: () => text })))

const more = { params: z.record(z.string(), z.string()).default({}), explain: z.boolean().default(false) }
const REQUEST = z.union([
  z.strictObject({ name: z.string(), ...more }),
  z.strictObject({ sql: z.string(), ...more }),
])

/** An answer of Lambda holds 6 MB; rows beyond this are counted, not sent (bytes of JSON). */
const ROOM = 5_000_000

/**
 * On invoke: `{"name": "top-errors", "params": {...}}` or `{"sql": "SELECT ..."}`, with `"explain": true` to have it told and not run.
 * Whatever becomes of a query is an answer with a `state`; only what is a fault of ours throws.
 */
export const handler = lambda(async (request: unknown, context: Context) => {
  try {
    const { explain, ...query } = queryOf(request)
    if (explain) {
      report({ explained: 1 })
      return await explained(query)
    }
    const answer = await answered(query, context)
    report({ queries: 1, rows: answer.rows.length + answer.omitted })
    return answer
  } catch (error) {
    if (error instanceof QueryNotAnswered) {
      report({ notAnswered: 1 })
      const { state, message, execution } = error
      return { state, message, ...(execution && { execution }) }
    }
    if (!(error instanceof UsageError || error instanceof SqlError)) throw error
    report({ refused: 1 })
    return { state: 'REFUSED', message: error.message, refused: error.message }
  }
})

const queryOf = (request: unknown): QueryRequest & { explain: boolean } => {
  const read = REQUEST.safeParse(request)
  if (!read.success)
    throw new UsageError(
      'expected {"name": ..., "params": {...}} or {"sql": ..., "params": {...}}, and perhaps "explain": true',
    )
  const { params, explain } = read.data
  const query = 'sql' in read.data ? read.data.sql : queries.find(read.data.name)
  return { query, params, explain, catalog: ATHENA_CATALOG }
}

const answered = async (request: QueryRequest, context: Context) => {
  const { sql, columns, warnings } = compileQuery(request, 'athena')
  const remaining = () => context.getRemainingTimeInMillis()
  const { execution, pages } = await athenaAnswer({ ...settings, run: context.awsRequestId, remaining }, sql)
  const fitted = await fitting(pages)
  return {
    state: 'SUCCEEDED',
    columns: columns.map(({ name }) => name),
    ...fitted,
    warnings: [
      ...warnings,
      ...(fitted.omitted > 0 ? [`${fitted.omitted} rows did not fit; results names all`] : []),
    ],
    execution: execution.id,
    scannedBytes: execution.scannedBytes,
    ...(execution.results && { results: execution.results }),
  }
}

const fitting = async (pages: AsyncIterable<{ readonly rows: readonly Row[] }>) => {
  const rows: Row[] = []
  let room = ROOM
  let omitted = 0
  for await (const page of pages)
    for (const row of page.rows) {
      room -= Buffer.byteLength(JSON.stringify(row)) + 1
      if (room >= 0) rows.push(row)
      else omitted++
    }
  return { rows, omitted }
}

/** What Athena would be sent, and how much Parquet lies in the partitions it names: more than it reads, which is some columns of it. */
const explained = async (request: QueryRequest) => {
  const { sql, warnings } = compileQuery(request, 'athena')
  const stored = compileQuery({ ...request, catalog: STORE_CATALOG }, 'athena')
  const names = Object.keys(STORE_CATALOG)
  const { tables } = reachOf(stored, names, [])
  const { from, to } = stored.timeRange ?? {}
  const days = { tables, from: from?.slice(0, 10), to: to?.slice(0, 10) }
  const { partitions, files } = reachOf(stored, names, await lakeFiles(settings.lakeBucket, days))
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
  return { state: 'EXPLAINED', sql, warnings, partitions, parquetFiles: files.length, parquetBytes: bytes }
}
