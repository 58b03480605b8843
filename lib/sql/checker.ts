import type { Expr, Query } from './ast.ts'
import type { ParameterValue } from './literal.ts'
import type { Catalog, Scope } from './scope.ts'
import type { Typed, TypedQuery } from './typed.ts'

/** What the checker's files share; `expr` and `query` let them call each other. */
export interface Checker {
  readonly catalog: Catalog
  readonly params: readonly ParameterValue[]
  readonly namedParams: Readonly<Record<string, ParameterValue>>
  readonly ctes: Map<string, TypedQuery['columns']>
  /** Notes for the user, each said once. */
  warn(message: string): void
  expr: (expr: Expr, scope: Scope) => Typed
  query: (query: Query, outer: Scope | undefined) => TypedQuery
}
