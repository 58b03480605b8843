import { checkExpression } from './check-expression.ts'
import { checkQuery } from './check-query.ts'
import type { Checker } from './checker.ts'
import { emitQuery } from './emit.ts'
import { athenaDialect } from './emit-athena.ts'
import { duckdbDialect } from './emit-duckdb.ts'
import type { ParameterValue } from './literal.ts'
import { parse } from './parser.ts'
import { partitionBounds, tablesOf } from './partition.ts'
import type { Catalog } from './scope.ts'
import { Refusal, SqlError } from './sql-error.ts'
import type { Typed, TypedSelect } from './typed.ts'
import { typeName } from './types.ts'

export interface CompileOptions {
  readonly catalog: Catalog
  readonly dialect: 'athena' | 'duckdb'
  /** Values of `?`, in order, or of `:name`, by name. They become literals: nothing is left to bind. */
  readonly params?: readonly ParameterValue[] | Readonly<Record<string, ParameterValue>>
}

export interface CompiledQuery {
  readonly sql: string
  /** Output columns, the same on both engines; types in Trino's words. */
  readonly columns: readonly { readonly name: string; readonly type: string }[]
  readonly warnings: readonly string[]
  /** Literal bounds of eventTime, UTC, `YYYY-MM-DD HH:MM:SS`, where every table read has them. */
  readonly timeRange?: { readonly from?: string; readonly to?: string }
  /** Accounts the query is limited to. */
  readonly accounts?: readonly string[]
}

/**
 * Compiles one SELECT of the dialect (CloudTrail Lake's: Trino's SELECT with Lake's liberties) for Athena or DuckDB.
 * Both texts give the same answer under the same column names. What the dialect does not hold is refused with a
 * SqlError that names line and column.
 */
export const compile = (text: string, options: CompileOptions): CompiledQuery => {
  try {
    return compileChecked(text, options)
  } catch (error) {
    if (error instanceof Refusal) throw new SqlError(text, error.at, error.message, { cause: error })
    throw error
  }
}

const compileChecked = (text: string, options: CompileOptions): CompiledQuery => {
  const warnings = new Set<string>()
  const checker = createChecker(options, (message) => warnings.add(message))
  const query = checker.query(parse(text), undefined)
  const pruning = createPruning()
  const table = (name: string): string => options.catalog[name]?.physical ?? name
  const dialect = options.dialect === 'athena' ? athenaDialect(table) : duckdbDialect(table)
  const sql = emitQuery({ dialect, partitions: pruning.partitions }, query, true)
  for (const name of pruning.unbounded) {
    warnings.add(`no time bound on ${name}: the query reads every day that is stored; add eventTime > '...'`)
  }
  return {
    sql,
    columns: query.columns.map(({ name, type }) => ({ name, type: typeName(type) })),
    warnings: [...warnings],
    ...pruning.summary(),
  }
}

const createChecker = ({ catalog, params }: CompileOptions, warn: (message: string) => void): Checker => {
  const checker: Checker = {
    catalog,
    params: Array.isArray(params) ? params : [],
    namedParams: Array.isArray(params) ? {} : ((params ?? {}) as Readonly<Record<string, ParameterValue>>),
    ctes: new Map(),
    warn,
    expr: (expr, scope) => checkExpression(checker, expr, scope),
    query: (query, outer) => checkQuery(checker, query, outer),
  }
  return checker
}

/** Partition conditions of every SELECT, and what they say about the query as a whole. */
const createPruning = () => {
  const found: ReturnType<typeof partitionBounds>[] = []
  const unbounded = new Set<string>()
  return {
    unbounded,
    partitions: (select: TypedSelect): readonly Typed[] =>
      tablesOf(select.from).flatMap(({ alias, table }) => {
        const bounds = partitionBounds(select, alias)
        found.push(bounds)
        if (!bounds.bounded) unbounded.add(table)
        return bounds.predicates
      }),
    summary: (): Pick<CompiledQuery, 'timeRange' | 'accounts'> => {
      const from = everyBound(
        found.map((bounds) => bounds.from),
        (all) => all[0],
      )
      const to = everyBound(
        found.map((bounds) => bounds.to),
        (all) => all.at(-1),
      )
      const accounts = found.every((bounds) => bounds.accounts)
        ? [...new Set(found.flatMap((bounds) => bounds.accounts ?? []))]
        : []
      const timeRange = { ...(from !== undefined && { from }), ...(to !== undefined && { to }) }
      return {
        ...(from !== undefined || to !== undefined ? { timeRange } : {}),
        ...(accounts.length > 0 && { accounts }),
      }
    },
  }
}

const everyBound = (
  bounds: readonly (string | undefined)[],
  pick: (sorted: string[]) => string | undefined,
) => (bounds.includes(undefined) ? undefined : pick((bounds as string[]).toSorted()))
