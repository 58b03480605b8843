import { TABLES, type TableName } from './schema.ts'
import { VIEWS } from './view.ts'

const columns = (Object.keys(TABLES) as TableName[]).map(
  (table) => [table, { columns: TABLES[table], physical: VIEWS[table] }] as const,
)

/**
 * The tables of a query in Athena: each name means its view, so that days that are not compacted yet are seen too. A view goes by its own
 * name as well.
 */
export const ATHENA_CATALOG = {
  ...Object.fromEntries(columns),
  ...Object.fromEntries(columns.map(([table, entry]) => [VIEWS[table], entry])),
}

/** The tables under their own names: what is compacted, and nothing else. */
export const STORE_CATALOG = Object.fromEntries(
  (Object.keys(TABLES) as TableName[]).map((table) => [table, { columns: TABLES[table] }] as const),
)
