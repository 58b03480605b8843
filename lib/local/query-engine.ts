import { resolve } from 'node:path'
import { type DuckDBConnection, DuckDBInstance, type DuckDBValue, StatementType } from '@duckdb/node-api'
import { messageOf, UsageError } from '../errors.ts'
import type { QueryEngine, Row } from '../ports.ts'
import { TABLES, type TableName } from '../store/schema.ts'
import { valueText } from './row-text.ts'
import { storedTable } from './stored-table.ts'
import { registerTrinoFunctions } from './trino-functions.ts'

export interface DuckdbOptions {
  /** Folder of the store: `events/account=.../day=.../*.parquet` and its manifest. */
  readonly storeDir: string
  /** A query that DuckDB works on for longer is stopped with a UsageError. Default 300. */
  readonly timeoutSeconds?: number
  /** As DuckDB spells it: `512MB`. A query that needs more is stopped with a UsageError. Default 2GB. */
  readonly memoryLimit?: string
  /** Stops the query that runs, and every later one, with a UsageError. */
  readonly signal?: AbortSignal
}

/** An answer as it comes: batches of some thousand rows, of which only one is held. */
export interface Streamed {
  readonly columns: readonly string[]
  readonly batches: AsyncIterable<readonly Row[]>
}

export interface DuckdbEngine extends QueryEngine {
  /** As `run`, batch by batch. The next query waits until the batches have come to their end, or are left. */
  stream(sql: string, parameters: readonly string[]): Promise<Streamed>
  close(): Promise<void>
}

/**
 * Runs compiled queries over the Parquet store with DuckDB, inside a sandbox: it reads the store's folder and nothing
 * else, writes nothing, loads no extension, and its settings are locked. Rows are text or null as Athena gives them.
 */
export const duckdbQueryEngine = (options: DuckdbOptions): DuckdbEngine => {
  let opened: ReturnType<typeof open> | undefined
  // One query at a time: the time limit interrupts the connection, not a single query.
  let last: Promise<unknown> = Promise.resolve()
  const stream = async (sql: string, parameters: readonly string[]): Promise<Streamed> => {
    opened ??= open(options)
    const { connection } = await opened
    const before = last
    let done = () => {}
    last = new Promise<void>((resolve) => {
      done = resolve
    })
    await before
    try {
      return await streamed({ connection, options, sql, parameters }, done)
    } catch (error) {
      done()
      throw error
    }
  }
  return {
    dialect: 'duckdb',
    stream,
    async run(sql, parameters) {
      const { columns, batches } = await stream(sql, parameters)
      const rows: Row[] = []
      for await (const batch of batches) rows.push(...batch)
      return { columns, rows }
    },
    async close() {
      const found = await opened?.catch(() => undefined)
      opened = undefined
      found?.connection.closeSync()
      found?.instance.closeSync()
    },
  }
}

const MEMORY = '2GB'

const open = async ({ storeDir, memoryLimit = MEMORY }: DuckdbOptions) => {
  const dir = resolve(storeDir)
  const tables = Object.keys(TABLES).map((table) => [table, storedTable(dir, table as TableName)] as const)
  const instance = await DuckDBInstance.create(':memory:', {
    allow_unsigned_extensions: 'false',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  })
  const connection = await instance.connect()
  registerTrinoFunctions(connection)
  for (const setting of sandbox(dir, memoryLimit)) await connection.run(setting)
  for (const [table, select] of tables) await connection.run(`CREATE VIEW ${table} AS ${select}`)
  await connection.run('SET lock_configuration = true')
  return { instance, connection }
}

const text = (value: string): string => `'${value.replaceAll("'", "''")}'`

const sandbox = (dir: string, memoryLimit: string): string[] => [
  "SET TimeZone = 'UTC'",
  `SET memory_limit = ${text(memoryLimit)}`,
  "SET temp_directory = ''",
  `SET allowed_directories = [${text(dir)}]`,
  'SET enable_external_access = false',
]

interface Run {
  readonly connection: DuckDBConnection
  readonly options: DuckdbOptions
  readonly sql: string
  readonly parameters: readonly string[]
}

const streamed = async (run: Run, done: () => void): Promise<Streamed> => {
  const within = limited(run)
  const result = await within(() => started(run))
  const columns = result.columnNames()
  const types = result.columnTypes()
  const rowOf = (values: readonly DuckDBValue[]): Row =>
    Object.fromEntries(columns.map((name, index) => [name, valueText(values[index]!, types[index]!)]))
  const batches = async function* () {
    try {
      for (;;) {
        const chunk = await within(() => result.fetchChunk())
        if (!chunk || chunk.rowCount === 0) return
        yield chunk.getRows().map(rowOf)
      }
    } finally {
      done()
    }
  }
  return { columns, batches: batches() }
}

const started = async ({ connection, sql, parameters }: Run) => {
  const prepared = await connection.prepare(sql)
  // The sandbox lets DuckDB write below the store's folder; a SELECT cannot.
  if (prepared.statementType !== StatementType.SELECT) throw new Error('only a SELECT may run')
  if (parameters.length > 0) prepared.bind([...parameters])
  return prepared.stream()
}

/** Runs one step after the other within the time of the query. The time in which the reader of the rows takes them does not count. */
const limited = ({ connection, options }: Run) => {
  const { timeoutSeconds: seconds = 300, memoryLimit = MEMORY, signal } = options
  let left = seconds * 1000
  return async <T>(step: () => Promise<T>): Promise<T> => {
    const begun = performance.now()
    let late = false
    const timer = setTimeout(() => {
      late = true
      connection.interrupt()
    }, left)
    const interrupt = () => connection.interrupt()
    signal?.addEventListener('abort', interrupt)
    try {
      if (signal?.aborted) throw new Error('cancelled')
      return await step()
    } catch (error) {
      throw new UsageError(
        reasonOf(error, { late, cancelled: signal?.aborted === true, seconds, memoryLimit }),
        {
          cause: error,
        },
      )
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', interrupt)
      left = Math.max(1, left - (performance.now() - begun))
    }
  }
}

interface Circumstances {
  readonly late: boolean
  readonly cancelled: boolean
  readonly seconds: number
  readonly memoryLimit: string
}

const reasonOf = (error: unknown, { late, cancelled, seconds, memoryLimit }: Circumstances): string => {
  if (cancelled) return 'the query was cancelled'
  if (late) return `the query was stopped after ${seconds} s; narrow its time range, or raise the limit`
  const message = messageOf(error)
  return /out of memory/i.test(message)
    ? `the query needs more memory than ${memoryLimit}; narrow its time range, or raise the limit`
    : `the query failed: ${message}`
}
