import { resolve } from 'node:path'
import { type DuckDBConnection, DuckDBInstance, StatementType } from '@duckdb/node-api'
import { messageOf, UsageError } from '../errors.ts'
import type { QueryEngine, Row } from '../ports.ts'
import { TABLES, type TableName } from '../store/schema.ts'
import { valueText } from './row-text.ts'
import { storedTable } from './stored-table.ts'
import { registerTrinoFunctions } from './trino-functions.ts'

export interface DuckdbOptions {
  /** Folder of the store: `events/account=.../day=.../*.parquet` and its manifest. */
  readonly storeDir: string
  /** A query that runs longer is stopped with a UsageError. Default 300. */
  readonly timeoutSeconds?: number
  /** As DuckDB spells it. Default 2GB. */
  readonly memoryLimit?: string
}

/**
 * Runs compiled queries over the Parquet store with DuckDB, inside a sandbox: it reads the store's folder and nothing
 * else, writes nothing, loads no extension, and its settings are locked. Rows are text or null as Athena gives them.
 */
export const duckdbQueryEngine = (options: DuckdbOptions): QueryEngine & { close(): Promise<void> } => {
  let opened: ReturnType<typeof open> | undefined
  // One query at a time: the time limit interrupts the connection, not a single query.
  let last: Promise<unknown> = Promise.resolve()
  return {
    dialect: 'duckdb',
    async run(sql, parameters) {
      opened ??= open(options)
      const { connection } = await opened
      const run = () => runWithin(connection, { sql, parameters, seconds: options.timeoutSeconds ?? 300 })
      const result = last.then(run, run)
      last = result.catch(() => undefined)
      return await result
    },
    async close() {
      const found = await opened?.catch(() => undefined)
      opened = undefined
      found?.connection.closeSync()
      found?.instance.closeSync()
    },
  }
}

const open = async ({ storeDir, memoryLimit = '2GB' }: DuckdbOptions) => {
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
  readonly sql: string
  readonly parameters: readonly string[]
  readonly seconds: number
}

const runWithin = async (connection: DuckDBConnection, run: Run) => {
  let late = false
  const timer = setTimeout(() => {
    late = true
    connection.interrupt()
  }, run.seconds * 1000)
  try {
    return await rowsOf(connection, run)
  } catch (error) {
    if (late) {
      throw new UsageError(
        `the query was stopped after ${run.seconds} s; narrow its time range, or raise the limit`,
        { cause: error },
      )
    }
    throw new UsageError(`the query failed: ${messageOf(error)}`, { cause: error })
  } finally {
    clearTimeout(timer)
  }
}

const rowsOf = async (
  connection: DuckDBConnection,
  { sql, parameters }: Run,
): Promise<{ columns: readonly string[]; rows: readonly Row[] }> => {
  const prepared = await connection.prepare(sql)
  // The sandbox lets DuckDB write below the store's folder; a SELECT cannot.
  if (prepared.statementType !== StatementType.SELECT) throw new Error('only a SELECT may run')
  if (parameters.length > 0) prepared.bind([...parameters])
  const reader = await prepared.runAndReadAll()
  const columns = reader.columnNames()
  const types = reader.columnTypes()
  const rows = reader
    .getRows()
    .map(
      (values): Row =>
        Object.fromEntries(columns.map((name, index) => [name, valueText(values[index]!, types[index]!)])),
    )
  return { columns, rows }
}
