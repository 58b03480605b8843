import type { Cursor } from './cursor.ts'
import { quoted, refuse, suggestion } from './sql-error.ts'
import type { Type } from './types.ts'

const SCALARS: Readonly<Record<string, Type>> = {
  varchar: 'varchar',
  boolean: 'boolean',
  integer: 'integer',
  int: 'integer',
  bigint: 'bigint',
  double: 'double',
  date: 'date',
  json: 'json',
}

/** A type as CAST names it: `bigint`, `timestamp`, `array(json)`, `map(varchar, varchar)`. */
export const parseType = (cursor: Cursor): Type => cursor.nested(() => parseBareType(cursor))

const parseBareType = (cursor: Cursor): Type => {
  const token = cursor.next()
  const name = token.upper.toLowerCase()
  if (name === 'timestamp') return parseTimestamp(cursor)
  if (name === 'array') return { array: parameters(cursor, 1)[0]! }
  if (name === 'map') {
    const [key, value] = parameters(cursor, 2)
    return { map: [key!, value!] }
  }
  const scalar = Object.hasOwn(SCALARS, name) ? SCALARS[name] : undefined
  if (scalar === undefined) {
    const known = [...Object.keys(SCALARS), 'timestamp', 'array', 'map']
    return refuse(token.at, `the type ${quoted(token.text)} is not supported${suggestion(token.text, known)}`)
  }
  if (name === 'varchar' && cursor.is('('))
    refuse(cursor.peek().at, 'varchar(n) is not supported; write varchar')
  return scalar
}

const parseTimestamp = (cursor: Cursor): Type => {
  if (cursor.accept('(')) {
    const precision = cursor.next()
    if (precision.text !== '3')
      refuse(precision.at, 'only timestamp(3) is supported: milliseconds, as Athena tables have')
    cursor.expect(')', 'after the precision')
  }
  if (cursor.accept('WITH', 'TIME', 'ZONE')) return 'timestamptz'
  cursor.accept('WITHOUT', 'TIME', 'ZONE')
  return 'timestamp'
}

const parameters = (cursor: Cursor, count: number): Type[] => {
  const close = cursor.accept('<') ? '>' : ')'
  if (close === ')') cursor.expect('(', 'before the element type')
  const types = [parseType(cursor)]
  while (types.length < count) {
    cursor.expect(',', 'between the types')
    types.push(parseType(cursor))
  }
  cursor.expect(close, 'after the element type')
  return types
}
