import { encodeLiteral } from '../../lib/sql/literal.ts'
import type { CatalogType } from '../../lib/sql/scope.ts'
import { partitionOf } from '../../lib/store/partition.ts'
import { type Cell, rowOf } from '../../lib/store/row.ts'
import { TABLES, type TableName, tableOf } from '../../lib/store/schema.ts'
import type { CloudTrailEvent } from '../../lib/trail/event.ts'
import type { Oracle } from './oracle.ts'

/** A column's type in Trino's words, as Athena reads the store: free-form columns are text. */
const trinoType = (type: CatalogType): string => {
  if (type === 'string' || type === 'json') return 'varchar'
  if (type === 'int') return 'integer'
  if (type === 'timestamp') return 'timestamp(3)'
  if (typeof type === 'string') return type
  if ('array' in type) return `array(${trinoType(type.array)})`
  const fields = Object.entries(type.struct).map(([name, inner]) => `${name} ${trinoType(inner)}`)
  return `row(${fields.join(', ')})`
}

const value = (cell: Cell | undefined, type: CatalogType): string => {
  if (cell === null || cell === undefined) return `CAST(NULL AS ${trinoType(type)})`
  if (cell instanceof Date) return encodeLiteral('timestamp', cell.toISOString(), 0)
  if (typeof cell === 'string') return encodeLiteral('varchar', cell, 0)
  if (typeof cell !== 'object') return String(cell)
  if (Array.isArray(cell)) {
    const items = cell.map((item) => value(item, (type as { array: CatalogType }).array))
    return `CAST(ARRAY[${items.join(', ')}] AS ${trinoType(type)})`
  }
  const { struct } = type as { struct: Readonly<Record<string, CatalogType>> }
  const fields = Object.entries(struct).map(([name, inner]) =>
    value((cell as Record<string, Cell>)[name], inner),
  )
  return `CAST(ROW(${fields.join(', ')}) AS ${trinoType(type)})`
}

/** The tables of the store in a real Trino, made anew, with these events. */
export const createTables = async (oracle: Oracle, events: readonly CloudTrailEvent[]): Promise<void> => {
  for (const [table, columns] of Object.entries(TABLES)) {
    const names = columns.map(({ name, type }) => `${name} ${trinoType(type)}`)
    await oracle.run(`DROP TABLE IF EXISTS ${table}`)
    await done(oracle, `CREATE TABLE ${table} (${names.join(', ')}, account varchar, day varchar)`)
  }
  const rows = new Map<TableName, string[]>()
  for (const [index, event] of events.entries()) {
    const table: TableName = tableOf(event)
    const row = rowOf({ event, key: 'AWSLogs/sample.json.gz', index }, table)
    const { account, day } = partitionOf(event)
    const cells = TABLES[table].map(({ name, type }) => value(row[name], type))
    rows.set(table, [...(rows.get(table) ?? []), `SELECT ${cells.join(', ')}, '${account}', '${day}'`])
  }
  for (const [table, selects] of rows)
    await done(oracle, `INSERT INTO ${table} ${selects.join(' UNION ALL ')}`)
}

const done = async (oracle: Oracle, sql: string): Promise<void> => {
  const { error } = await oracle.run(sql)
  if (error !== undefined) throw new Error(`${error}: ${sql.slice(0, 200)}`)
}
