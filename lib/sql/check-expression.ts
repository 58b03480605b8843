import type { Expr } from './ast.ts'
import { checkArithmetic } from './check-arithmetic.ts'
import { checkCall } from './check-call.ts'
import { checkCast } from './check-cast.ts'
import { checkField, checkName } from './check-name.ts'
import type { Checker } from './checker.ts'
import { adapt, bring, comparable, requireComparable } from './coerce.ts'
import { encodeLiteral, literalOf, parseTimestampText } from './literal.ts'
import type { Scope } from './scope.ts'
import { quoted, refuse } from './sql-error.ts'
import type { Typed, TypedQuery } from './typed.ts'
import { commonType, isArray, isInteger, isMap, isNumber, type Type, typeName } from './types.ts'

/** Resolves and types one expression. Throws Refusal. */
export const checkExpression = (checker: Checker, expr: Expr, scope: Scope): Typed => {
  const check = (child: Expr): Typed => checker.expr(child, scope)
  const { at } = expr
  switch (expr.kind) {
    case 'literal':
      return checkLiteral(expr.type, expr.value, at)
    case 'parameter':
      return checkParameter(checker, expr)
    case 'interval':
      return {
        op: 'interval',
        at,
        type: isMonths(expr.unit) ? 'interval month' : 'interval day',
        value: expr.value,
        unit: expr.unit,
      }
    case 'name':
      return checkName(expr.name, at, scope)
    case 'field':
      return checkField(checker, expr, scope)
    case 'subscript':
      return checkSubscript(check(expr.base), check(expr.index), at)
    case 'negate':
      return checkNegate(check(expr.base), at)
    case 'arithmetic':
      return checkArithmetic(expr.operator, check(expr.left), check(expr.right), at)
    case 'concat':
      return checkConcat(expr.items.map(check), at)
    case 'call':
      return checkCall(checker, expr, scope)
    case 'cast':
      return checkCast(check(expr.base), expr.to, expr.tolerant, at)
    case 'case':
      return checkCase(expr, check)
    case 'array':
      return checkArray(expr.items.map(check), at)
    case 'lambda':
      return refuse(at, 'a lambda stands only as the argument of a function such as any_match or transform')
    case 'time-zone':
      return checkTimeZone(check(expr.base), expr.zone, at)
    case 'scalar-query':
      return checkScalarQuery(checker.query(expr.query, scope), at)
    default:
      return checkPredicate(checker, expr, scope)
  }
}

const isMonths = (unit: string): boolean => unit === 'month' || unit === 'year'

type Predicate = Extract<
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

const checkPredicate = (checker: Checker, expr: Predicate, scope: Scope): Typed => {
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
      const [left, right] = comparable(check(expr.left), check(expr.right), expr.at)
      return { op: 'compare', ...node, operator: expr.operator, left, right }
    }
    case 'between': {
      const base = check(expr.base)
      const [first, low] = comparable(base, check(expr.low), expr.at)
      const [second, high] = comparable(base, check(expr.high), expr.at)
      return {
        op: 'between',
        ...node,
        negated: expr.negated,
        base: first.op === 'cast' ? first : second,
        low,
        high,
      }
    }
    case 'in': {
      const base = check(expr.base)
      const items = expr.items.map((item) => comparable(base, check(item), item.at)[1])
      return { op: 'in', ...node, negated: expr.negated, base, items }
    }
    case 'in-query':
      return checkInQuery(check(expr.base), checker.query(expr.query, scope), expr)
    case 'like':
      return checkLike(expr, check)
  }
}

/** A value used as WHERE, ON, AND ... must be a boolean. */
export const asCondition = (value: Typed, where: string): Typed =>
  value.type === 'boolean' ? value : bring(value, 'boolean', `the condition of ${where}`)

const checkLiteral = (
  literal: Parameters<typeof encodeLiteral>[0],
  value: string | null,
  at: number,
): Typed => {
  if (literal === 'null' || value === null)
    return { op: 'literal', at, type: 'unknown', literal: 'null', value: null }
  encodeLiteral(literal, value, at)
  const text = literal === 'timestamp' ? parseTimestampText(value, at) : value
  return {
    op: 'literal',
    at,
    type: literal === 'decimal' ? decimalType(value) : literal,
    literal,
    value: text,
  }
}

const decimalType = (value: string): Type => {
  const [whole = '', fraction = ''] = value.replace('-', '').split('.')
  const digits = whole.replace(/^0+/, '').length + fraction.length
  return { decimal: [Math.max(digits, fraction.length, 1), fraction.length] }
}

const checkParameter = (checker: Checker, expr: Extract<Expr, { kind: 'parameter' }>): Typed => {
  const label =
    expr.name === undefined ? `the parameter ${expr.index + 1} (?)` : `the parameter :${expr.name}`
  const value =
    expr.name === undefined
      ? checker.params[expr.index]
      : Object.hasOwn(checker.namedParams, expr.name)
        ? checker.namedParams[expr.name]
        : undefined
  if (value === undefined) return refuse(expr.at, `${label} has no value`)
  const { type, value: text } = literalOf(value)
  return checkLiteral(type, text, expr.at)
}

const checkSubscript = (base: Typed, index: Typed, at: number): Typed => {
  if (isArray(base.type)) {
    if (!isInteger(index.type))
      refuse(index.at, `an array position is a whole number, found ${typeName(index.type)}`)
    return { op: 'subscript', at, type: base.type.array, base, index }
  }
  if (isMap(base.type) || base.type === 'jsontext') {
    refuse(at, "m['key'] ends the query at the first event without that key; write element_at(m, 'key')")
  }
  return refuse(at, `only arrays and maps take [ ], found ${typeName(base.type)}`)
}

const checkNegate = (base: Typed, at: number): Typed => {
  if (!isNumber(base.type) && base.type !== 'interval day' && base.type !== 'interval month') {
    refuse(at, `- needs a number, found ${typeName(base.type)}`)
  }
  return { op: 'negate', at, type: base.type, base }
}

const checkConcat = (items: readonly Typed[], at: number): Typed => {
  const wrong = items.find((item) => item.type !== 'varchar' && item.type !== 'unknown')
  if (wrong) refuse(wrong.at, `|| joins text, found ${typeName(wrong.type)}; write CAST(... AS varchar)`)
  return { op: 'concat', at, type: 'varchar', items }
}

const checkCase = (expr: Extract<Expr, { kind: 'case' }>, check: (expr: Expr) => Typed): Typed => {
  const operand = expr.operand && check(expr.operand)
  const results = [
    ...expr.whens.map(({ result }) => result),
    ...(expr.otherwise ? [expr.otherwise] : []),
  ].map(check)
  const type = results.reduce<Type>((common, result) => {
    return (
      commonType(common, result.type) ??
      refuse(result.at, `CASE gives ${typeName(common)} before and ${typeName(result.type)} here`)
    )
  }, 'unknown')
  const whens = expr.whens.map(({ when }, index) => ({
    when: operand ? comparable(operand, check(when), when.at)[1] : asCondition(check(when), 'WHEN'),
    result: bring(results[index]!, type, 'the result of CASE'),
  }))
  const otherwise = expr.otherwise && bring(results.at(-1)!, type, 'the result of CASE')
  return {
    op: 'case',
    at: expr.at,
    type,
    ...(operand && { operand }),
    whens,
    ...(otherwise && { otherwise }),
  }
}

const checkArray = (items: readonly Typed[], at: number): Typed => {
  const type = items.reduce<Type>((common, item) => {
    return (
      commonType(common, item.type) ??
      refuse(item.at, `an array holds one type: ${typeName(common)} before, ${typeName(item.type)} here`)
    )
  }, 'unknown')
  return {
    op: 'array',
    at,
    type: { array: type },
    items: items.map((item) => bring(item, type, 'an element')),
  }
}

const checkTimeZone = (base: Typed, zone: string, at: number): Typed => {
  if (zone.toUpperCase() !== 'UTC') refuse(at, `only AT TIME ZONE 'UTC' is supported, found ${quoted(zone)}`)
  if (base.type !== 'timestamp' && base.type !== 'timestamptz')
    refuse(at, `AT TIME ZONE needs a timestamp, found ${typeName(base.type)}`)
  return { op: 'time-zone', at, type: 'timestamptz', base, zone: 'UTC' }
}

const singleColumn = (query: TypedQuery, at: number): Type => {
  if (query.columns.length !== 1)
    refuse(at, `this subquery must give one column, found ${query.columns.length}`)
  return query.columns[0]!.type
}

const checkScalarQuery = (query: TypedQuery, at: number): Typed => ({
  op: 'scalar-query',
  at,
  type: singleColumn(query, at),
  query,
})

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

const checkLike = (expr: Extract<Expr, { kind: 'like' }>, check: (expr: Expr) => Typed): Typed => {
  const text = (child: Expr, what: string): Typed => {
    const value = adapt(check(child), 'varchar')
    if (value.type === 'jsontext') {
      refuse(
        value.at,
        'LIKE needs text and this is a map; name one value, or write CAST(... AS varchar) for its JSON text',
      )
    }
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
