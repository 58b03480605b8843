import type { Expr } from './ast.ts'
import { holdsMap } from './duckdb-cast.ts'
import { FUNCTIONS } from './function-table.ts'
import { refuse } from './sql-error.ts'
import type { Typed } from './typed.ts'
import {
  isArray,
  isDecimal,
  isInteger,
  isMap,
  isNumber,
  isRow,
  isTime,
  isZoned,
  sameType,
  type Type,
  typeName,
} from './types.ts'

/** CAST and TRY_CAST, for the pairs of types where both engines can give Trino's answer. */
export const checkCast = (base: Typed, expr: Extract<Expr, { kind: 'cast' }>): Typed => {
  const { to, tolerant, at, length } = expr
  if (!castable(base.type, to)) {
    refuse(at, `CAST from ${typeName(base.type)} to ${typeName(to)} is not supported`)
  }
  if (base.type === 'jsontext' && isMap(to)) return { op: 'json-map', at, type: to, base }
  const cast: Typed =
    sameType(base.type, to) && base.type !== 'unknown' ? base : { op: 'cast', at, type: to, base, tolerant }
  return length === undefined ? cast : cut(cast, base, length, at)
}

/** varchar(n) cuts text. Trino ends the query for a number or a time that is longer, so only text may be cut. */
const cut = (cast: Typed, base: Typed, length: number, at: number): Typed => {
  if (base.type !== 'varchar' && base.type !== 'unknown')
    refuse(at, `only text fits varchar(${length}); write CAST(... AS varchar)`)
  const number = (value: number): Typed => ({
    op: 'literal',
    at,
    type: 'integer',
    literal: 'integer',
    value: String(value),
  })
  const args = [cast, number(1), number(length)]
  const rest = { star: false, distinct: false, orderBy: [], ignoreNulls: false }
  return { op: 'call', at, type: 'varchar', fn: FUNCTIONS.get('substr')!, args, ...rest }
}

const FROM_TEXT: readonly Type[] = [
  'integer',
  'bigint',
  'double',
  'boolean',
  'date',
  'timestamp',
  'ipaddress',
  'json',
]

const castable = (from: Type, to: Type): boolean => {
  if (from === 'unknown' || sameType(from, to)) return true
  if (from === 'jsontext') return to === 'varchar' || to === 'json' || isTextMap(to)
  if (from === 'json') return fromJson(to)
  if (to === 'json') return toJson(from)
  if (isArray(from) && isArray(to)) return castable(from.array, to.array)
  if (isRow(from) && isRow(to)) return rowCastable(Object.values(from.row), Object.values(to.row))
  return scalarCastable(from, to)
}

const isTextMap = (to: Type): boolean => sameType(to, { map: ['varchar', 'varchar'] })

const rowCastable = (from: readonly Type[], to: readonly Type[]): boolean =>
  from.length === to.length && from.every((type, index) => castable(type, to[index]!))

const scalarCastable = (from: Type, to: Type): boolean => {
  if (isZoned(from)) return to === 'varchar' || to === 'timestamp' || to === 'date'
  if (to === 'varchar') return from === 'boolean' || from === 'ipaddress' || isNumber(from) || isTime(from)
  if (from === 'varchar') return FROM_TEXT.includes(to) || isDecimal(to)
  if (from === 'boolean') return isInteger(to) || to === 'double'
  if (isNumber(from)) return isNumber(to) || to === 'boolean'
  return isTime(from) && isTime(to)
}

/** What JSON can be read as: scalars, arrays, maps by text keys, and rows by field names. */
const fromJson = (to: Type): boolean => {
  if (isArray(to)) return fromJson(to.array)
  if (isMap(to)) return to.map[0] === 'varchar' && fromJson(to.map[1])
  if (isRow(to)) return Object.values(to.row).every(fromJson)
  return to === 'json' || to === 'varchar' || to === 'boolean' || isInteger(to) || to === 'double'
}

/** What becomes JSON with the same text on both engines. */
const toJson = (from: Type): boolean => {
  if (isArray(from)) return toJson(from.array)
  if (isMap(from)) return from.map[0] === 'varchar' && toJson(from.map[1]) && !isRow(from.map[1])
  if (isRow(from)) return Object.values(from.row).every((type) => toJson(type) && !holdsMap(type))
  return from === 'varchar' || from === 'boolean' || isInteger(from) || from === 'json'
}
