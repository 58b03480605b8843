import { join } from 'node:path'
import { UsageError } from '../errors.ts'
import { type ColumnType, TABLES, type TableName } from '../store/schema.ts'
import { readManifest } from './store-manifest.ts'

/**
 * One table of the store in `dir` as a DuckDB SELECT: exactly the schema's columns and the partition columns `account` and `day`; a
 * table without files has no rows but all its columns. Throws `UsageError` when there is no
 * store, or one whose run did not finish.
 */
export const storedTable = (dir: string, table: TableName): string => {
  const manifest = readManifest(dir)
  if (!manifest) throw new UsageError(`${dir}: expected an event store, found no store.json`)
  if (!manifest.complete) {
    throw new UsageError(`${dir}: expected a complete event store, found one whose ingest did not finish`)
  }
  const paths = manifest.files.map(({ path }) => path).filter((path) => path.startsWith(`${table}/`))
  if (paths.length === 0) return emptyTable(table)
  const files = paths.map((path) => literal(join(dir, path))).join(', ')
  const partitions = "hive_partitioning = true, hive_types = {'account': VARCHAR, 'day': VARCHAR}"
  return `SELECT * FROM read_parquet([${files}], ${partitions})`
}

/** A column's type in DuckDB's words. */
export const duckdbType = (type: ColumnType): string => {
  if (type === 'json' || type === 'string') return 'VARCHAR'
  if (type === 'int') return 'INTEGER'
  if (typeof type === 'string') return type.toUpperCase()
  if ('array' in type) return `${duckdbType(type.array)}[]`
  const fields = Object.entries(type.struct).map(([name, inner]) => `"${name}" ${duckdbType(inner)}`)
  return `STRUCT(${fields.join(', ')})`
}

const emptyTable = (table: TableName): string => {
  const columns = TABLES[table].map(({ name, type }) => `CAST(NULL AS ${duckdbType(type)}) AS ${name}`)
  return `SELECT ${columns.join(', ')}, CAST(NULL AS VARCHAR) AS account, CAST(NULL AS VARCHAR) AS day WHERE false`
}

const literal = (text: string): string => `'${text.replaceAll("'", "''").replaceAll('\u0000', '')}'`

/** Days that have an event in the store, of these accounts or of all, YYYY-MM-DD; none when there is no store. */
export const storedDays = (dir: string, accounts?: readonly string[]): readonly string[] =>
  (readManifest(dir)?.partitions ?? []).flatMap((path) => {
    const [, account = '', day = ''] = /\/account=([^/]+)\/day=([^/]+)$/.exec(path) ?? []
    return !accounts || accounts.includes(account) ? [day] : []
  })
