import type { Expr } from './ast.ts'
import { partitionSides } from './athena-column.ts'
import { compareRows, inRows } from './check-row.ts'
import type { Checker } from './checker.ts'
import { adapt, bring, comparable, requireComparable } from './coerce.ts'
import { columnText, nullText } from './column-text.ts'
import { asCondition, singleColumn } from './condition.ts'
import { isPlaceholder, timeOf } from './placeholder.ts'
import type { Scope } from './scope.ts'
import { refuse } from './sql-error.ts'
import type { Typed, TypedQuery } from './typed.ts'
import { commonType, typeName } from './types.ts'

export type Predicate = Extract<
  Expr,
  {
    kind:
      | 'compare'
      | 'distinct'
      | 'logical'
      | 'not'
      | 'is-null'
      | 'between'
      | 'in'
      | 'in-query'
      | 'like'
      | 'exists'
  }
>

/** Resolves and types a comparison, a test or a combination of them. Throws Refusal. */
export const checkPredicate = (checker: Checker, expr: Predicate, scope: Scope): Typed => {
  const check = (child: Expr): Typed => checker.expr(child, scope)
  const condition = (child: Expr, where: string): Typed => asCondition(check(child), where)
  const node = { at: expr.at, type: 'boolean' as const }
  switch (expr.kind) {
    case 'logical':
      return {
        op: 'logical',
        ...node,
        operator: expr.operator,
        items: expr.items.map((item) => condition(item, expr.operator)),
      }
    case 'not':
      return { op: 'not', ...node, base: condition(expr.base, 'NOT') }
    case 'is-null':
      return { op: 'is-null', ...node, negated: expr.negated, base: check(expr.base) }
    case 'exists':
      return { op: 'exists', ...node, query: checker.query(expr.query, scope) }
    case 'distinct': {
      const [left, right] = comparable(check(expr.left), check(expr.right), expr.at)
      return { op: 'distinct', ...node, negated: expr.negated, left, right }
    }
    case 'compare': {
      if (expr.left.kind === 'row' || expr.right.kind === 'row') return check(compareRows(expr))
      const sides = checkSides(checker, withPartition(expr, scope), check)
      const map = /^(=|<>)$/.test(expr.operator) ? nullText(checker, ...sides) : undefined
      if (map) return { op: 'is-null', ...node, negated: expr.operator === '<>', base: map }
      const [left, right] = comparable(...mapsAsText(checker, sides), expr.at)
      return { op: 'compare', ...node, operator: expr.operator, left, right }
    }
    case 'between': {
      const [written, bounds] = partitionSides(expr.base, [expr.low, expr.high], scope)
      const base = check(written)
      const bound = (child: Expr, side: 'since' | 'until') =>
        isPlaceholder(checker, child) ? timeOf(checker, child, base, side) : check(child)
      const [first, low] = comparable(base, bound(bounds[0]!, 'since'), expr.at)
      const [second, high] = comparable(base, bound(bounds[1]!, 'until'), expr.at)
      const value = first.op === 'cast' ? first : second
      if (mayBeNaN(low, high)) return betweenAsTwo(node, expr.negated, [value, low, high])
      return { op: 'between', ...node, negated: expr.negated, base: value, low, high }
    }
    case 'in': {
      if (expr.base.kind === 'row') return check(inRows(expr))
      const [written, values] = partitionSides(expr.base, expr.items, scope)
      const base = check(written)
      const items = values.map((item) => comparable(base, check(item), item.at)[1])
      return { op: 'in', ...node, negated: expr.negated, base, items }
    }
    case 'in-query':
      return checkInQuery(check(expr.base), checker.query(expr.query, scope), expr)
    case 'like':
      return checkLike(checker, expr, check)
  }
}

type Compare = Extract<Expr, { kind: 'compare' }>

/** A partition column beside a value as another table of the same events holds it. */
const withPartition = (expr: Compare, scope: Scope): Compare => {
  const [left, [right]] = partitionSides(expr.left, [expr.right], scope)
  if (left !== expr.left || right !== expr.right) return { ...expr, left, right: right! }
  const [base, [value]] = partitionSides(expr.right, [expr.left], scope)
  return { ...expr, left: value!, right: base }
}

/** Both sides of a comparison; a placeholder of a dashboard beside a time is the start or the end of its range. */
const checkSides = (checker: Checker, expr: Compare, check: (expr: Expr) => Typed): [Typed, Typed] => {
  const ends = expr.operator.startsWith('<')
  if (isPlaceholder(checker, expr.right)) {
    const left = check(expr.left)
    return [left, timeOf(checker, expr.right, left, ends ? 'until' : 'since')]
  }
  if (!isPlaceholder(checker, expr.left)) return [check(expr.left), check(expr.right)]
  const right = check(expr.right)
  return [timeOf(checker, expr.left, right, ends ? 'since' : 'until'), right]
}

/** Is a bound computed in double precision? NaN is above everything for DuckDB, and beside nothing for Trino. */
const mayBeNaN = (...bounds: readonly Typed[]): boolean =>
  bounds.some(({ op, type }) => type === 'double' && op !== 'literal')

const betweenAsTwo = (
  node: { readonly at: number; readonly type: 'boolean' },
  negated: boolean,
  [base, low, high]: readonly [Typed, Typed, Typed],
): Typed => {
  const items: readonly Typed[] = [
    { op: 'compare', ...node, operator: '>=', left: base, right: low },
    { op: 'compare', ...node, operator: '<=', left: base, right: high },
  ]
  const both: Typed = { op: 'logical', ...node, operator: 'AND', items }
  return negated ? { op: 'not', ...node, base: both } : both
}

/** A map beside a text is compared as its JSON text. */
const mapsAsText = (checker: Checker, [left, right]: readonly [Typed, Typed]): [Typed, Typed] => [
  left.type === 'jsontext' && right.type === 'varchar' ? columnText(checker, left) : left,
  right.type === 'jsontext' && left.type === 'varchar' ? columnText(checker, right) : right,
]

const checkInQuery = (
  base: Typed,
  query: TypedQuery,
  expr: { readonly at: number; readonly negated: boolean },
): Typed => {
  const type = singleColumn(query, expr.at)
  if (commonType(base.type, type) === undefined)
    refuse(expr.at, `cannot compare ${typeName(base.type)} and ${typeName(type)}; use CAST`)
  requireComparable(base, expr.at)
  return { op: 'in-query', at: expr.at, type: 'boolean', negated: expr.negated, base, query }
}

const checkLike = (
  checker: Checker,
  expr: Extract<Expr, { kind: 'like' }>,
  check: (expr: Expr) => Typed,
): Typed => {
  const text = (child: Expr, what: string): Typed => {
    const value = columnText(checker, adapt(check(child), 'varchar'))
    return bring(value, 'varchar', what)
  }
  const base = text(expr.base, 'the left side of LIKE')
  const pattern = text(expr.pattern, 'the pattern of LIKE')
  const escaped = expr.escape && text(expr.escape, 'the escape of LIKE')
  if (escaped && (escaped.op !== 'literal' || escaped.value?.length !== 1))
    refuse(escaped.at, 'ESCAPE takes one character')
  return {
    op: 'like',
    at: expr.at,
    type: 'boolean',
    negated: expr.negated,
    base,
    pattern,
    ...(escaped && { escape: escaped }),
  }
}
