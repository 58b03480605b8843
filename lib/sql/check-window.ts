import type { Expr, Frame, FrameBound, SortItem, Window } from './ast.ts'
import type { Checker } from './checker.ts'
import type { Scope } from './scope.ts'
import { quoted, refuse, suggestion } from './sql-error.ts'
import type { Typed, TypedSort, TypedWindow } from './typed.ts'
import { isInteger, isOrderable, typeName } from './types.ts'

/** One item of ORDER BY: only what both engines order alike. */
export const checkSort = (checker: Checker, item: SortItem, scope: Scope): TypedSort => {
  const expr = checker.expr(item.expr, scope)
  if (!isOrderable(expr.type)) refuse(expr.at, `values of ${typeName(expr.type)} cannot be ordered`)
  return { expr, descending: item.descending, nullsFirst: item.nullsFirst }
}

/** What follows OVER, with the named windows it builds on. */
export const checkWindow = (checker: Checker, over: Window, scope: Scope): TypedWindow => {
  const { partitionBy, orderBy, frame } = resolveWindow(over, scope)
  return {
    partitionBy: partitionBy.map((expr) => checker.expr(expr, scope)),
    orderBy: orderBy.map((item) => checkSort(checker, item, scope)),
    ...(frame && { frame: checkFrame(checker, frame, orderBy, scope) }),
  }
}

/** A window with everything it takes over from the ones it names. */
const resolveWindow = (over: Window, scope: Scope, seen: readonly string[] = []): Window => {
  const { base } = over
  if (!base) return over
  const found = seen.includes(base.text) ? undefined : scope.windows?.get(base.text)
  if (!found)
    return refuse(
      base.at,
      `no window is named ${quoted(base.text)}${suggestion(base.text, scope.windows?.keys() ?? [])}`,
    )
  const below = resolveWindow(found, scope, [...seen, base.text])
  if (over.partitionBy.length > 0)
    refuse(base.at, 'a window that names another cannot have a PARTITION BY of its own')
  if (over.orderBy.length > 0 && below.orderBy.length > 0)
    refuse(base.at, `${base.text} already has an ORDER BY`)
  const frame = over.frame ?? below.frame
  const orderBy = over.orderBy.length > 0 ? over.orderBy : below.orderBy
  return { partitionBy: below.partitionBy, orderBy, ...(frame && { frame }) }
}

const checkFrame = (
  checker: Checker,
  frame: Frame<Expr>,
  orderBy: readonly SortItem[],
  scope: Scope,
): Frame<Typed> => {
  const bound = ({ side, amount }: FrameBound<Expr>): FrameBound<Typed> => {
    if (!amount) return { side }
    const value = checker.expr(amount, scope)
    const isInterval = value.type === 'interval day' || value.type === 'interval month'
    if (value.op !== 'literal' && value.op !== 'interval')
      refuse(value.at, 'the bound of a frame must be a literal')
    if (!isInteger(value.type) && !(isInterval && frame.unit === 'RANGE'))
      refuse(value.at, `a bound of ${frame.unit} cannot be ${typeName(value.type)}`)
    return { side, amount: value }
  }
  const [start, end] = [bound(frame.start), bound(frame.end)]
  const measured = frame.unit === 'RANGE' && (start.amount ?? end.amount)
  if (measured && orderBy.length !== 1)
    refuse(measured.at, 'RANGE with a distance needs exactly one ORDER BY')
  return { unit: frame.unit, start, end }
}
