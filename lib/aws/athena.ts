import {
  AthenaClient,
  GetQueryExecutionCommand,
  paginateGetQueryResults,
  type ResultSet,
  StartQueryExecutionCommand,
  StopQueryExecutionCommand,
} from '@aws-sdk/client-athena'
import type { Row } from '../ports.ts'
import { codeOf, SDK_RETRIES } from './retry.ts'

export interface AthenaPlace {
  readonly workgroup: string
  readonly database: string
  readonly client?: AthenaClient
}

/** A query as Athena has it. */
export interface AthenaExecution {
  readonly id: string
  readonly sql: string
  readonly state: 'QUEUED' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED'
  /** Why it ended so, in Athena's words; empty when it says nothing. */
  readonly reason: string
  /** Does Athena say that the same query may succeed another time? */
  readonly retryable: boolean
  readonly scannedBytes: number
  readonly queuedMs: number
  /** UTC ISO, once it has ended. */
  readonly completed?: string
  /** `s3://...csv`: the answer, as Athena writes it. */
  readonly results?: string
}

/** One page of an answer; values are text or null, as Athena gives them. */
export interface AthenaPage {
  readonly columns: readonly string[]
  readonly rows: readonly Row[]
}

/** Rows of a page: Athena gives no more. */
const PAGE = 1000

/**
 * Athena, call by call. Nothing is waited for. The same `token` (32 to 128 characters) starts one query, however often it is sent, and
 * answers its id. Where the result lies, and the ceiling on bytes scanned, is the workgroup's affair.
 * https://docs.aws.amazon.com/athena/latest/APIReference/API_StartQueryExecution.html
 */
export const athenaExecutions = ({ workgroup, database, client }: AthenaPlace) => {
  const athena = client ?? new AthenaClient(SDK_RETRIES)
  return {
    start: async (sql: string, token?: string, parameters: readonly string[] = []): Promise<string> => {
      const { QueryExecutionId: id } = await athena.send(
        new StartQueryExecutionCommand({
          QueryString: sql,
          WorkGroup: workgroup,
          QueryExecutionContext: { Database: database },
          ...(parameters.length > 0 && { ExecutionParameters: parameters.map(literal) }),
          ...(token && { ClientRequestToken: token }),
        }),
      )
      return id!
    },
    look: (id: string): Promise<AthenaExecution> => look(athena, id),
    /** Stopping what has ended is success. */
    stop: async (id: string): Promise<void> => {
      await athena.send(new StopQueryExecutionCommand({ QueryExecutionId: id }))
    },
    pages: (id: string): AsyncGenerator<AthenaPage> => pages(athena, id),
  }
}

export type AthenaExecutions = ReturnType<typeof athenaExecutions>

/** What it means that Athena did not take a query; nothing when it may have taken it. */
export const refusalOf = (error: unknown): 'THROTTLED' | 'FAILED' | undefined => {
  if (['TooManyRequestsException', 'ThrottlingException'].includes(codeOf(error))) return 'THROTTLED'
  return codeOf(error) === 'InvalidRequestException' ? 'FAILED' : undefined
}

/** Athena takes positional parameters as SQL literals; unquoted text would be SQL. */
const literal = (value: string): string => `'${value.replaceAll("'", "''")}'`

const look = async (athena: AthenaClient, id: string): Promise<AthenaExecution> => {
  const { QueryExecution: found } = await athena.send(new GetQueryExecutionCommand({ QueryExecutionId: id }))
  const { State, StateChangeReason, AthenaError, CompletionDateTime } = found?.Status ?? {}
  const { DataScannedInBytes, QueryQueueTimeInMillis } = found?.Statistics ?? {}
  const results = found?.ResultConfiguration?.OutputLocation
  return {
    id,
    sql: found?.Query ?? '',
    state: State ?? 'QUEUED',
    reason: StateChangeReason ?? AthenaError?.ErrorMessage ?? '',
    retryable: AthenaError?.Retryable ?? false,
    scannedBytes: DataScannedInBytes ?? 0,
    queuedMs: QueryQueueTimeInMillis ?? 0,
    ...(CompletionDateTime && { completed: new Date(CompletionDateTime).toISOString() }),
    ...(results && { results }),
  }
}

async function* pages(athena: AthenaClient, id: string): AsyncGenerator<AthenaPage> {
  let columns: readonly string[] | undefined
  for await (const { ResultSet: set } of paginateGetQueryResults(
    { client: athena, pageSize: PAGE },
    { QueryExecutionId: id },
  )) {
    const values = valuesOf(set)
    const isFirst = columns === undefined
    columns ??= columnsOf(set)
    const names = columns
    // the first row of a SELECT is its header
    const data = isFirst && isHeader(values[0], names) ? values.slice(1) : values
    yield {
      columns: names,
      rows: data.map((row) => Object.fromEntries(names.map((name, at) => [name, row[at] ?? null]))),
    }
  }
}

const columnsOf = (set: ResultSet | undefined): string[] =>
  (set?.ResultSetMetadata?.ColumnInfo ?? []).map(({ Name }) => Name ?? '')

const valuesOf = (set: ResultSet | undefined): (string | undefined)[][] =>
  (set?.Rows ?? []).map(({ Data }) => (Data ?? []).map(({ VarCharValue }) => VarCharValue))

const isHeader = (row: readonly (string | undefined)[] | undefined, columns: readonly string[]): boolean =>
  row !== undefined && row.length === columns.length && row.every((value, at) => value === columns[at])
