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
  ipaddress: 'ipaddress',
  varbinary: 'varbinary',
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
  if (name === 'decimal') return parseDecimal(cursor)
  if (name === 'row') return parseRowType(cursor)
  const scalar = Object.hasOwn(SCALARS, name) ? SCALARS[name] : undefined
  if (scalar === undefined) {
    const known = [...Object.keys(SCALARS), 'timestamp', 'array', 'map', 'decimal', 'row']
    const instead = Object.hasOwn(INSTEAD, name) ? `; write ${INSTEAD[name]}` : suggestion(token.text, known)
    return refuse(token.at, `the type ${quoted(token.text)} is not supported${instead}`)
  }
  return scalar
}

/** The n of varchar(n). */
export const parseLength = (cursor: Cursor): number => {
  cursor.expect('(', 'after varchar')
  const token = cursor.next()
  if (token.kind !== 'number' || !/^[1-9]\d{0,6}$/.test(token.text))
    refuse(token.at, 'expected a length such as varchar(20)')
  cursor.expect(')', 'after the length')
  return Number(token.text)
}

const parseDecimal = (cursor: Cursor): Type => {
  if (!cursor.accept('(')) return { decimal: [38, 0] }
  const number = (): number => {
    const token = cursor.next()
    return token.kind === 'number' && /^\d{1,2}$/.test(token.text)
      ? Number(token.text)
      : refuse(token.at, 'expected a type such as decimal(10, 2)')
  }
  const precision = number()
  const scale = cursor.accept(',') ? number() : 0
  const close = cursor.expect(')', 'after the digits of decimal')
  if (precision < 1 || precision > 38 || scale > precision) refuse(close.at, 'a decimal has 1 to 38 digits')
  return { decimal: [precision, scale] }
}

const parseRowType = (cursor: Cursor): Type => {
  cursor.expect('(', 'after row')
  const fields: [string, Type][] = []
  do {
    const name = cursor.name('the name of a field: row(name type)').text.toLowerCase()
    if (fields.some(([other]) => other === name)) refuse(cursor.peek().at, `two fields are named ${name}`)
    fields.push([name, parseType(cursor)])
  } while (cursor.accept(','))
  cursor.expect(')', 'to close row(')
  return { row: Object.fromEntries(fields) }
}

/** What stands for an unsupported type. */
const INSTEAD: Readonly<Record<string, string>> = {
  string: 'varchar',
  char: 'varchar',
  text: 'varchar',
  float: 'double',
  real: 'double',
  numeric: 'decimal',
  smallint: 'integer',
  tinyint: 'integer',
  datetime: 'timestamp',
  struct: 'row',
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
