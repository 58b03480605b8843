import type { ArithmeticOperator } from './ast.ts'
import { refuse } from './sql-error.ts'
import type { Typed } from './typed.ts'
import { commonType, isDecimal, isInteger, isNumber, isTime, type Type, typeName } from './types.ts'

const isInterval = (type: Type): boolean => type === 'interval day' || type === 'interval month'

/** `+ - * / %` over numbers, and + - over times and intervals, with Trino's result types. */
export const checkArithmetic = (
  operator: ArithmeticOperator,
  left: Typed,
  right: Typed,
  at: number,
): Typed => {
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
  if (operator === '/' || operator === '%') {
    // Trino rounds 1.0 / 3 to 0.3: nobody who writes it wants that, and DuckDB answers 0.333.
    refuse(
      at,
      'decimal division rounds to the written digits in Trino; write 100e0 instead of 100.0, or CAST(... AS double)',
    )
  }
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
