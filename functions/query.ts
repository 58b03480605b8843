import queryFiles from 'content:queries'
import type { Context } from 'aws-lambda'
import * as z from 'zod'
import { lambda, report } from '../lib/aws/handler.ts'
import { athenaQueryEngine } from '../lib/aws/query-engine.ts'
import { settingsOf } from '../lib/aws/settings.ts'
import { UsageError } from '../lib/errors.ts'
import { queryLibrary } from '../lib/query/library.ts'
import { runQuery } from '../lib/query/run-query.ts'
import { SqlError } from '../lib/sql/sql-error.ts'
import { ATHENA_CATALOG } from '../lib/store/athena-catalog.ts'

const settings = settingsOf(['workgroup', 'database'])
const queries = queryLibrary(queryFiles.map(({ path, text }) => ({ path, read: () => text })))
const catalog = ATHENA_CATALOG

const params = z.record(z.string(), z.string()).default({})
const REQUEST = z.union([
  z.strictObject({ name: z.string(), params }),
  z.strictObject({ sql: z.string(), params }),
])

/** An answer of Lambda holds 6 MB; rows beyond this are counted, not sent (bytes of JSON). */
const ROOM = 5_000_000

/** On invoke: `{"name": "top-errors", "params": {...}}` or `{"sql": "SELECT ..."}`. A query that cannot run is an answer too. */
export const handler = lambda(async (request: unknown, { awsRequestId }: Context) => {
  try {
    const engine = athenaQueryEngine({ ...settings, run: awsRequestId })
    const result = await runQuery({ ...queryOf(request), catalog, engine })
    report({ queries: 1, rows: result.rows.length })
    return { ...result, ...fitting(result.rows) }
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof SqlError)) throw error
    report({ refused: 1 })
    return { refused: error.message }
  }
})

const queryOf = (request: unknown) => {
  const read = REQUEST.safeParse(request)
  if (!read.success)
    throw new UsageError('expected {"name": ..., "params": {...}} or {"sql": ..., "params": {...}}')
  if ('sql' in read.data) return { query: read.data.sql, params: read.data.params }
  return { query: queries.find(read.data.name), params: read.data.params }
}

const fitting = <R>(rows: readonly R[]): { rows: readonly R[]; omitted: number } => {
  let room = ROOM
  const kept = rows.findIndex((row) => {
    room -= Buffer.byteLength(JSON.stringify(row))
    return room < 0
  })
  return kept < 0 ? { rows, omitted: 0 } : { rows: rows.slice(0, kept), omitted: rows.length - kept }
}
