import type { Expr } from './ast.ts'
import type { Checker } from './checker.ts'
import { literalOf, parseTimestampText } from './literal.ts'
import { refuse } from './sql-error.ts'
import type { Typed } from './typed.ts'
import { isTime } from './types.ts'

/** What CloudTrail Lake's dashboards write where the time range comes from outside: `'?'`, `$StartTime$`. */
const MARKS = /^(\?|\$(StartTime|EndTime|Period)\$|\$\{[\w.-]+\})$/i

const named = (checker: Checker, names: readonly string[]): string | undefined => {
  const found = names.find((name) => Object.hasOwn(checker.namedParams, name))
  const value = found === undefined ? undefined : checker.namedParams[found]
  return value === undefined || value === null ? undefined : (literalOf(value).value ?? undefined)
}

/** A text that stands for a value of a dashboard, or a `?` that no positional value was given for. */
export const isPlaceholder = (checker: Checker, expr: Expr): boolean => {
  if (expr.kind === 'parameter') return expr.name === undefined && expr.index >= checker.params.length
  return expr.kind === 'literal' && expr.type === 'varchar' && MARKS.test(expr.value ?? '')
}

/** The start or the end of the time range, from the parameters `since` and `until`. */
export const timeOf = (checker: Checker, expr: Expr, beside: Typed, side: 'since' | 'until'): Typed => {
  if (!isTime(beside.type)) return checker.expr(expr, { relations: [] })
  const text = named(checker, side === 'since' ? ['since', 'from'] : ['until', 'to'])
  if (text === undefined) {
    return refuse(
      expr.at,
      `this placeholder is the ${side === 'since' ? 'start' : 'end'} of the time range: give the parameter ${side}`,
    )
  }
  return {
    op: 'literal',
    at: expr.at,
    type: 'timestamp',
    literal: 'timestamp',
    value: parseTimestampText(text, expr.at),
  }
}

/** The period of a dashboard as the unit of date_trunc: the parameter `period`, else an hour. */
export const periodOf = (checker: Checker, expr: Expr): Expr => {
  if (!isPlaceholder(checker, expr)) return expr
  const value = named(checker, ['period']) ?? 'hour'
  checker.warn(`the period of the dashboard is read as '${value}'; another one is the parameter period`)
  return { kind: 'literal', at: expr.at, type: 'varchar', value }
}
