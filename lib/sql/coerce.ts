import { parseDateText, parseTimestampText } from './literal.ts'
import { refuse } from './sql-error.ts'
import type { Typed } from './typed.ts'
import { coerces, commonType, isDecimal, isMap, isOrderable, sameType, type Type, typeName } from './types.ts'

/** Brings a value to a type without a written cast, or refuses. The engines do the plain widenings themselves. */
export const bring = (value: Typed, to: Type, what: string): Typed => {
  if (sameType(value.type, to) && value.type === to) return value
  if (value.type === 'jsontext' && isMap(to)) return { op: 'json-map', at: value.at, type: to, base: value }
  if (!coerces(value.type, to)) {
    refuse(value.at, `${what} must be ${typeName(to)}, found ${typeName(value.type)}`)
  }
  if (isDecimal(value.type) && to === 'double')
    return { op: 'cast', at: value.at, type: 'double', base: value, tolerant: false }
  return value
}

/**
 * Two values that are compared, brought to one type. Takes CloudTrail Lake's liberties where Trino would refuse: a text
 * literal beside a timestamp or a date is a time, a boolean beside text is text, 'true' beside a boolean is one.
 */
export const comparable = (left: Typed, right: Typed, at: number): [Typed, Typed] => {
  const adapted = [adapt(left, right.type), adapt(right, left.type)] as const
  const [a, b] = adapted
  const common = commonType(a.type, b.type)
  if (common === undefined) return refuse(at, mismatch(a, b))
  requireComparable(a, at)
  return [bring(a, common, 'this value'), bring(b, common, 'this value')]
}

/** A literal in the type of what it stands beside, where the dialect allows it. */
export const adapt = (value: Typed, beside: Type): Typed => {
  if (value.op !== 'literal' || value.value === null) return value
  if (value.type === 'varchar' && (beside === 'timestamp' || beside === 'timestamptz')) {
    return {
      ...value,
      type: 'timestamp',
      literal: 'timestamp',
      value: parseTimestampText(value.value, value.at),
    }
  }
  if (value.type === 'varchar' && beside === 'date') {
    return { ...value, type: 'date', literal: 'date', value: parseDateText(value.value, value.at) }
  }
  if (value.type === 'varchar' && beside === 'boolean' && /^(true|false)$/i.test(value.value)) {
    return { ...value, type: 'boolean', literal: 'boolean', value: value.value.toLowerCase() }
  }
  if (value.type === 'boolean' && beside === 'varchar')
    return { ...value, type: 'varchar', literal: 'varchar' }
  return value
}

const mismatch = (a: Typed, b: Typed): string => {
  const types = `${typeName(a.type)} and ${typeName(b.type)}`
  if (a.type === 'jsontext' || b.type === 'jsontext') {
    return `a map cannot be compared; compare one value: element_at(requestParameters, 'name') or requestParameters.name`
  }
  const number = a.type === 'varchar' ? b : b.type === 'varchar' ? a : undefined
  if (number?.op === 'literal')
    return `cannot compare ${types}; write '${number.value}' in quotes, or CAST the text`
  return `cannot compare ${types}; use CAST`
}

/** Refuses values that the engines do not compare alike. */
export const requireComparable = ({ type }: Typed, at: number): void => {
  if (isOrderable(type)) return
  if (type === 'json')
    refuse(at, 'json values cannot be compared; take the text with json_extract_scalar or json_format')
  refuse(at, `values of ${typeName(type)} cannot be compared; compare their parts`)
}
