import { createHash } from 'node:crypto'
import {
  AthenaClient,
  GetQueryExecutionCommand,
  paginateGetQueryResults,
  type QueryExecution,
  type ResultSet,
  StartQueryExecutionCommand,
} from '@aws-sdk/client-athena'
import type { QueryEngine, Row } from '../ports.ts'
import { backOff, SDK_RETRIES } from './retry.ts'

export interface AthenaOptions {
  readonly workgroup: string
  readonly database: string
  /**
   * What makes this run this run (the schedule's time, a request id): the same run and SQL start one query, however often
   * the function is tried again. Without it every call is a query of its own.
   */
  readonly run?: string
  readonly client?: AthenaClient
}

/** Executions of one SQL before a failure that Athena calls retryable is final. */
const ATTEMPTS = 3
const PAGE = 1000

/**
 * Athena as the engine. Starts, waits, reads every page; all values are text, as Athena gives them. Where the result
 * lies, and the ceiling on bytes scanned, is the workgroup's affair. Throws with Athena's own reason when a query fails.
 * https://docs.aws.amazon.com/athena/latest/APIReference/API_StartQueryExecution.html
 */
export const athenaQueryEngine = (options: AthenaOptions): QueryEngine => {
  const athena = options.client ?? new AthenaClient(SDK_RETRIES)
  return {
    dialect: 'athena',
    run: async (sql, parameters) => resultOf(athena, await execute(athena, options, sql, parameters)),
  }
}

const execute = async (
  athena: AthenaClient,
  options: AthenaOptions,
  sql: string,
  parameters: readonly string[],
): Promise<string> => {
  for (let attempt = 1; ; attempt++) {
    const { QueryExecutionId: id } = await athena.send(
      new StartQueryExecutionCommand({
        QueryString: sql,
        WorkGroup: options.workgroup,
        QueryExecutionContext: { Database: options.database },
        ...(parameters.length > 0 && { ExecutionParameters: parameters.map(literal) }),
        ...(options.run && { ClientRequestToken: tokenOf(options, sql, parameters, attempt) }),
      }),
    )
    const execution = await finished(athena, id!)
    const { State: state, AthenaError: problem, StateChangeReason: why } = execution.Status ?? {}
    if (state === 'SUCCEEDED') return id!
    if (!problem?.Retryable || attempt === ATTEMPTS) {
      throw new Error(
        `Athena query ${id} ${state === 'CANCELLED' ? 'was cancelled' : 'failed'}: ${why ?? 'no reason given'}`,
      )
    }
  }
}

/** Athena takes positional parameters as SQL literals; unquoted text would be SQL. */
const literal = (value: string): string => `'${value.replaceAll("'", "''")}'`

const tokenOf = (
  options: AthenaOptions,
  sql: string,
  parameters: readonly string[],
  attempt: number,
): string =>
  createHash('sha256')
    .update(JSON.stringify([options.run, options.workgroup, options.database, sql, parameters, attempt]))
    .digest('hex')

const finished = async (athena: AthenaClient, id: string): Promise<QueryExecution> => {
  for (let attempt = 0; ; attempt++) {
    const { QueryExecution: execution } = await athena.send(
      new GetQueryExecutionCommand({ QueryExecutionId: id }),
    )
    const state = execution?.Status?.State
    if (execution && state !== 'QUEUED' && state !== 'RUNNING') return execution
    await backOff(attempt)
  }
}

const resultOf = async (athena: AthenaClient, id: string): ReturnType<QueryEngine['run']> => {
  const columns: string[] = []
  const rows: Row[] = []
  let first = true
  for await (const page of paginateGetQueryResults(
    { client: athena, pageSize: PAGE },
    { QueryExecutionId: id },
  )) {
    if (first) columns.push(...columnsOf(page.ResultSet))
    const values = valuesOf(page.ResultSet)
    // the first row of a SELECT is its header
    const data = first && isHeader(values[0], columns) ? values.slice(1) : values
    rows.push(...data.map((row) => Object.fromEntries(columns.map((name, at) => [name, row[at] ?? null]))))
    first = false
  }
  return { columns, rows }
}

const columnsOf = (set: ResultSet | undefined): string[] =>
  (set?.ResultSetMetadata?.ColumnInfo ?? []).map(({ Name }) => Name ?? '')

const valuesOf = (set: ResultSet | undefined): (string | undefined)[][] =>
  (set?.Rows ?? []).map(({ Data }) => (Data ?? []).map(({ VarCharValue }) => VarCharValue))

const isHeader = (row: readonly (string | undefined)[] | undefined, columns: readonly string[]): boolean =>
  row !== undefined && row.length === columns.length && row.every((value, at) => value === columns[at])
