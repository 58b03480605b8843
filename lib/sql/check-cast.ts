import { refuse } from './sql-error.ts'
import type { Typed } from './typed.ts'
import { isArray, isMap, isNumber, isTime, sameType, type Type, typeName } from './types.ts'

/** CAST and TRY_CAST, for the pairs of types where both engines can give Trino's answer. */
export const checkCast = (base: Typed, to: Type, tolerant: boolean, at: number): Typed => {
  if (!castable(base.type, to)) {
    refuse(at, `CAST from ${typeName(base.type)} to ${typeName(to)} is not supported`)
  }
  if (base.type === 'jsontext' && isMap(to)) return { op: 'json-map', at, type: to, base }
  return { op: 'cast', at, type: to, base, tolerant }
}

const castable = (from: Type, to: Type): boolean => {
  if (from === 'unknown' || sameType(from, to)) return true
  if (from === 'jsontext') return to === 'varchar' || to === 'json'
  if (from === 'json') return to === 'varchar' || (isArray(to) && to.array === 'json')
  if (isArray(from) || isMap(from) || isArray(to) || isMap(to)) return false
  if (to === 'varchar') return from === 'boolean' || isNumber(from) || isTime(from)
  if (from === 'varchar')
    return ['integer', 'bigint', 'double', 'boolean', 'date', 'timestamp'].some((type) => type === to)
  if (from === 'boolean') return to === 'integer' || to === 'bigint' || to === 'double'
  if (isNumber(from)) return to === 'integer' || to === 'bigint' || to === 'double' || to === 'boolean'
  return isTime(from) && isTime(to)
}
