import type { QueryEngine, Row } from '../ports.ts'
import { type CompiledQuery, type CompileOptions, compile } from '../sql/compile.ts'
import type { Query } from './pack.ts'
import { bindParameters } from './parameters.ts'

export interface QueryRequest {
  /** A query of a pack, or the text of one. */
  readonly query: Query | string
  readonly catalog: CompileOptions['catalog']
  /** Values as text, by name; a pack's query checks them against its declaration. In a bare text they are strings. */
  readonly params?: Readonly<Record<string, string>>
}

/** Compiles a query for a dialect with its parameters bound. Throws SqlError, or UsageError for a parameter. */
export const compileQuery = (request: QueryRequest, dialect: CompileOptions['dialect']): CompiledQuery => {
  const { query, catalog, params = {} } = request
  if (typeof query === 'string') return compile(query, { catalog, dialect, params })
  const compiled = compile(query.sql, { catalog, dialect, params: bindParameters(query, params) })
  return { ...compiled, warnings: [...query.notes, ...compiled.warnings] }
}

export interface QueryResult {
  readonly columns: readonly string[]
  /** Text or null, by column name, as Athena gives it. */
  readonly rows: readonly Row[]
  readonly warnings: readonly string[]
}

/** Runs one query on an engine. The answer is the same on every engine; warnings say what it may not cover. */
export const runQuery = async (
  request: QueryRequest & { readonly engine: QueryEngine },
): Promise<QueryResult> => {
  const compiled = compileQuery(request, request.engine.dialect)
  const { rows } = await request.engine.run(compiled.sql, [])
  return { columns: compiled.columns.map(({ name }) => name), rows, warnings: compiled.warnings }
}
