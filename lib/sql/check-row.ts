import type { Expr } from './ast.ts'
import { refuse } from './sql-error.ts'

type Compare = Extract<Expr, { kind: 'compare' }>
type In = Extract<Expr, { kind: 'in' }>

/** `(a, b) = (c, d)` as `a = c AND b = d`: what it means in SQL, and the same text for both engines. */
export const compareRows = (expr: Compare): Expr => {
  const { at, operator, left, right } = expr
  if (left.kind !== 'row' || right.kind !== 'row' || (operator !== '=' && operator !== '<>'))
    return refuse(at, 'rows compare with = or <> to rows written out: (a, b) = (1, 2)')
  if (left.items.length !== right.items.length)
    refuse(at, `a row of ${left.items.length} values beside one of ${right.items.length}`)
  const equal: Expr = {
    kind: 'logical',
    at,
    operator: 'AND',
    items: left.items.map((item, index) => ({
      kind: 'compare',
      at,
      operator: '=',
      left: item,
      right: right.items[index]!,
    })),
  }
  return operator === '=' ? equal : { kind: 'not', at, base: equal }
}

/** `(a, b) IN ((1, 2), (3, 4))` as the comparisons it means. */
export const inRows = ({ at, base, items, negated }: In): Expr => {
  const any: Expr = {
    kind: 'logical',
    at,
    operator: 'OR',
    items: items.map((item) =>
      compareRows({ kind: 'compare', at: item.at, operator: '=', left: base, right: item }),
    ),
  }
  return negated ? { kind: 'not', at, base: any } : any
}
