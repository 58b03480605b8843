import { refuse } from './sql-error.ts'
import type { Typed } from './typed.ts'

/** The expressions directly inside one. Subqueries are looked at on their own. */
export const childrenOf = (expr: Typed): readonly Typed[] =>
  Object.values(expr).flatMap((value) => (Array.isArray(value) ? value.flatMap(asTyped) : asTyped(value)))

const asTyped = (value: unknown): Typed[] => {
  if (typeof value !== 'object' || value === null) return []
  if ('op' in value) return [value as Typed]
  // The parts of CASE, ORDER BY and OVER.
  if ('when' in value || 'expr' in value || 'partitionBy' in value)
    return [...childrenOf(value as unknown as Typed)]
  return []
}

const isAggregate = (expr: Typed): boolean => expr.op === 'call' && expr.fn.kind === 'aggregate' && !expr.over

/** Does it hold an aggregate of its own query? */
export const isAggregated = (expr: Typed): boolean => isAggregate(expr) || childrenOf(expr).some(isAggregated)

const shape = (expr: Typed): string =>
  JSON.stringify(expr, (key, value) => (key === 'at' ? undefined : key === 'fn' ? value.name : value))

/** The same expression, wherever it was written. */
export const sameExpression = (a: Typed, b: Typed): boolean => a.op === b.op && shape(a) === shape(b)

/** In a grouped query every column must be grouped or inside an aggregate. Refuses the first that is not. */
export const requireGrouped = (expr: Typed, groups: readonly Typed[], own: ReadonlySet<string>): void => {
  if (groups.some((group) => sameExpression(group, expr))) return
  if (isAggregate(expr)) {
    const nested = childrenOf(expr).find(isAggregated)
    if (nested) refuse(nested.at, 'an aggregate cannot hold another; use a subquery')
    return
  }
  // A column of a query around this one is one value here.
  if (expr.op === 'column' && !own.has(expr.relation)) return
  if (expr.op === 'column')
    refuse(expr.at, `${expr.name} must be in GROUP BY or inside an aggregate such as arbitrary(${expr.name})`)
  for (const child of childrenOf(expr)) requireGrouped(child, groups, own)
}
