import type { Expr } from './ast.ts'
import { checkArithmetic } from './check-arithmetic.ts'
import { checkCall } from './check-call.ts'
import { checkCast } from './check-cast.ts'
import { checkField, checkName } from './check-name.ts'
import { checkPredicate } from './check-predicate.ts'
import type { Checker } from './checker.ts'
import { bring, comparable } from './coerce.ts'
import { asCondition, singleColumn } from './condition.ts'
import { FUNCTIONS } from './function-table.ts'
import { encodeLiteral, literalOf, parseTimestampText } from './literal.ts'
import type { Scope } from './scope.ts'
import { quoted, refuse } from './sql-error.ts'
import { isZone } from './time-zone.ts'
import type { Typed, TypedQuery } from './typed.ts'
import { commonType, isArray, isInteger, isMap, isNumber, isRow, type Type, typeName } from './types.ts'

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
      return checkName(checker, expr.name, at, scope)
    case 'field':
      return checkField(checker, expr, scope)
    case 'subscript':
      return checkSubscript(checker, check(expr.base), check(expr.index), at)
    case 'negate':
      return checkNegate(check(expr.base), at)
    case 'arithmetic':
      return checkArithmetic(checker, expr.operator, check(expr.left), check(expr.right), at)
    case 'row':
      return checkRow(expr.items.map(check), at)
    case 'concat':
      return checkConcat(expr.items.map(check), at)
    case 'call':
      return checkCall(checker, expr, scope)
    case 'cast':
      return checkCast(check(expr.base), expr)
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

const checkSubscript = (checker: Checker, base: Typed, index: Typed, at: number): Typed => {
  if (isArray(base.type)) {
    if (!isInteger(index.type))
      refuse(index.at, `an array position is a whole number, found ${typeName(index.type)}`)
    return { op: 'subscript', at, type: base.type.array, base, index }
  }
  if (isMap(base.type)) {
    const key = bring(index, base.type.map[0], 'the key')
    return { op: 'subscript', at, type: base.type.map[1], base, index: key }
  }
  if (
    base.type === 'jsontext' &&
    index.op === 'literal' &&
    index.type === 'varchar' &&
    index.value !== null
  ) {
    checker.warn(
      `['${index.value.slice(0, 40)}'] gives NULL where the key is missing, as element_at does; Trino would end the query`,
    )
    return { op: 'json-value', at, type: 'varchar', base, key: index.value }
  }
  if (base.type === 'jsontext')
    refuse(at, 'the key of such a map must be a literal text; write element_at(m, key)')
  if (isRow(base.type)) return rowField(base, base.type, index, at)
  return refuse(at, `only arrays and maps take [ ], found ${typeName(base.type)}`)
}

const rowField = (
  base: Typed,
  type: { row: Readonly<Record<string, Type>> },
  index: Typed,
  at: number,
): Typed => {
  const field = index.op === 'literal' ? Object.entries(type.row)[Number(index.value) - 1] : undefined
  if (!field) return refuse(index.at, `a row takes a position from 1 to ${Object.keys(type.row).length}`)
  return { op: 'field', at, type: field[1], base, name: field[0] }
}

/** A value that stands inside an array or a row: there a stored map is a real one. */
const inside = (item: Typed): Typed =>
  item.type === 'jsontext' ? bring(item, { map: ['varchar', 'varchar'] }, 'an element') : item

const checkRow = (values: readonly Typed[], at: number): Typed => {
  const items = values.map(inside)
  const row = Object.fromEntries(items.map(({ type }, index) => [`field${index}`, type]))
  return { op: 'row', at, type: { row }, items }
}

const checkNegate = (base: Typed, at: number): Typed => {
  if (!isNumber(base.type) && base.type !== 'interval day' && base.type !== 'interval month') {
    refuse(at, `- needs a number, found ${typeName(base.type)}`)
  }
  return { op: 'negate', at, type: base.type, base }
}

const checkConcat = (items: readonly Typed[], at: number): Typed => {
  if (items.some(({ type }) => isArray(type))) return checkArrayConcat(items, at)
  const wrong = items.find((item) => item.type !== 'varchar' && item.type !== 'unknown')
  if (wrong) refuse(wrong.at, `|| joins text, found ${typeName(wrong.type)}; write CAST(... AS varchar)`)
  return { op: 'concat', at, type: 'varchar', items }
}

/** Arrays joined, a single element taken as an array of one. */
const checkArrayConcat = (items: readonly Typed[], at: number): Typed => {
  const args = items.map((item) => (isArray(item.type) ? item : checkArray([item], item.at)))
  const type = args.reduce<Type>(
    (common, { type }) =>
      commonType(common, type) ?? refuse(at, `|| joins ${typeName(common)} with ${typeName(type)}`),
    'unknown',
  )
  const rest = { star: false, distinct: false, orderBy: [], ignoreNulls: false }
  return { op: 'call', at, type, fn: FUNCTIONS.get('concat')!, args, ...rest }
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

const checkArray = (values: readonly Typed[], at: number): Typed => {
  const items = values.map(inside)
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
  if (base.type !== 'timestamp' && base.type !== 'timestamptz')
    refuse(at, `AT TIME ZONE needs a timestamp, found ${typeName(base.type)}`)
  if (/^(UTC|Z|GMT)$/i.test(zone)) return { op: 'time-zone', at, type: 'timestamptz', base, zone: 'UTC' }
  if (!isZone(zone)) refuse(at, `expected a time zone such as 'Europe/Berlin', found ${quoted(zone)}`)
  return { op: 'time-zone', at, type: { zoned: zone }, base, zone }
}

const checkScalarQuery = (query: TypedQuery, at: number): Typed => ({
  op: 'scalar-query',
  at,
  type: singleColumn(query, at),
  query,
})
