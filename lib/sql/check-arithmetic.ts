import type { ArithmeticOperator } from './ast.ts'
import type { Checker } from './checker.ts'
import { refuse } from './sql-error.ts'
import type { Typed } from './typed.ts'
import { commonType, isDecimal, isInteger, isNumber, isTime, type Type, typeName } from './types.ts'

/** Versions of Trino differ in the digits that a decimal quotient keeps, so that it is computed in doubles on both engines. */
const inDoubles = (
  checker: Checker,
  operator: ArithmeticOperator,
  left: Typed,
  right: Typed,
  at: number,
): Typed => {
  checker.warn('decimal division is computed in double precision; round(..., 2) gives the digits you want')
  const [a, b] = [left, right].map(
    (side): Typed =>
      side.op === 'literal'
        ? { ...side, type: 'double', literal: 'double' }
        : { op: 'cast', at: side.at, type: 'double', base: side, tolerant: false },
  )
  return { op: 'arithmetic', at, type: 'double', operator, left: a!, right: b! }
}

/** The time from one moment to another, as an interval. */
const timeBetween = (left: Typed, right: Typed, at: number): Typed => {
  const type = commonType(left.type, right.type)!
  const kind = type === 'date' ? 'timestamp' : type
  const [a, b] = [left, right].map(
    (side): Typed =>
      side.type === kind ? side : { op: 'cast', at: side.at, type: kind, base: side, tolerant: false },
  )
  return { op: 'arithmetic', at, type: 'interval day', operator: '-', left: a!, right: b! }
}

const isInterval = (type: Type): boolean => type === 'interval day' || type === 'interval month'

/** `+ - * / %` over numbers, and + - over times and intervals, with Trino's result types. */
export const checkArithmetic = (
  checker: Checker,
  operator: ArithmeticOperator,
  left: Typed,
  right: Typed,
  at: number,
): Typed => {
  if (isTime(left.type) && isTime(right.type) && operator === '-') return timeBetween(left, right, at)
  if ((operator === '/' || operator === '%') && isDecimal(commonType(left.type, right.type) ?? 'unknown'))
    return inDoubles(checker, operator, left, right, at)
  const type =
    timeResult(operator, left.type, right.type) ?? numberResult(operator, left.type, right.type, at)
  if (type === undefined) {
    const hint = operator === '+' && left.type === 'varchar' ? '; text is joined with ||' : '; use CAST'
    return refuse(at, `cannot compute ${typeName(left.type)} ${operator} ${typeName(right.type)}${hint}`)
  }
  const interval = left.op === 'interval' ? left : right
  if (type === 'date' && interval.op === 'interval' && ['second', 'minute', 'hour'].includes(interval.unit)) {
    refuse(interval.at, 'a date has no hours; CAST it to timestamp first')
  }
  return { op: 'arithmetic', at, type, operator, left, right }
}

const timeResult = (operator: ArithmeticOperator, left: Type, right: Type): Type | undefined => {
  if (operator !== '+' && operator !== '-') return undefined
  if (isTime(left) && isInterval(right)) return left
  if (operator === '+' && isInterval(left) && isTime(right)) return right
  return undefined
}

const numberResult = (
  operator: ArithmeticOperator,
  left: Type,
  right: Type,
  at: number,
): Type | undefined => {
  if (!isNumber(left) || !isNumber(right)) return undefined
  const common = commonType(left, right)
  if (common === undefined || !isDecimal(common)) return common
  return decimalResult(operator, asDecimal(left), asDecimal(right), at)
}

const asDecimal = (type: Type): readonly [number, number] =>
  isDecimal(type) ? type.decimal : isInteger(type) && type === 'integer' ? [10, 0] : [19, 0]

const decimalResult = (
  operator: ArithmeticOperator,
  [p1, s1]: readonly [number, number],
  [p2, s2]: readonly [number, number],
  at: number,
): Type => {
  const scale = operator === '*' ? s1 + s2 : Math.max(s1, s2)
  const precision = operator === '*' ? p1 + p2 : 1 + scale + Math.max(p1 - s1, p2 - s2)
  if (precision > 38) refuse(at, 'this decimal would need more than 38 digits; CAST to double')
  return { decimal: [precision, scale] }
}
