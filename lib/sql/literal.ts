import type { LiteralType } from './ast.ts'
import { refuse } from './sql-error.ts'

/** A value bound to a parameter. A plain string is text, a plain number a bigint or a double. */
export type ParameterValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | { readonly type: LiteralType; readonly value: string | null }

/** A value as a literal of the dialect. */
export const literalOf = (value: ParameterValue): { type: LiteralType; value: string | null } => {
  if (value === null) return { type: 'null', value: null }
  if (typeof value === 'string') return { type: 'varchar', value }
  if (typeof value === 'boolean') return { type: 'boolean', value: String(value) }
  if (typeof value === 'bigint') return { type: 'bigint', value: String(value) }
  if (typeof value !== 'number') return value
  if (!Number.isSafeInteger(value)) return { type: 'double', value: String(value) }
  return { type: Math.abs(value) <= 2147483647 ? 'integer' : 'bigint', value: String(value) }
}

/**
 * The only place where a value becomes SQL, the same text for both engines. Quotes are doubled, nothing else has a
 * meaning inside '...' in Trino or DuckDB. Refuses a value that is not of its type.
 */
export const encodeLiteral = (type: LiteralType, value: string | null, at: number): string => {
  if (value === null || type === 'null') return 'NULL'
  switch (type) {
    case 'varchar':
      return encodeText(value, at)
    case 'boolean':
      return value === 'true' || value === 'false'
        ? value
        : refuse(at, `expected true or false, found ${value}`)
    case 'timestamp':
      return `TIMESTAMP '${withMillis(parseTimestampText(value, at))}'`
    case 'date':
      return `DATE '${parseDateText(value, at)}'`
    default:
      return encodeNumber(type, value, at)
  }
}

const encodeText = (value: string, at: number): string => {
  // DuckDB ends a text at NUL and neither engine stores half a surrogate pair: refuse instead of comparing another text.
  if (value.includes('\0')) refuse(at, 'a text with a NUL character cannot be compared')
  if (!value.isWellFormed()) refuse(at, 'a text with half a surrogate pair cannot be compared')
  return `'${value.replaceAll("'", "''")}'`
}

const encodeNumber = (
  type: 'integer' | 'bigint' | 'decimal' | 'double',
  value: string,
  at: number,
): string => {
  const pattern = {
    integer: /^-?\d{1,10}$/,
    bigint: /^-?\d{1,19}$/,
    decimal: /^-?(\d+\.?\d*|\.\d+)$/,
    double: /^-?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/,
  }[type]
  if (!pattern.test(value)) refuse(at, `expected a ${type}, found ${value.slice(0, 40)}`)
  if (type === 'double')
    return `${value.startsWith('-') ? '(' : ''}${asDouble(value)}${value.startsWith('-') ? ')' : ''}`
  if (type === 'bigint' && value.length < 11) return `CAST(${value} AS bigint)`
  return value.startsWith('-') ? `(${value})` : value
}

const asDouble = (value: string): string => (/[eE]/.test(value) ? value : `${value}E0`)

const TIMESTAMP_TEXT =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T](\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,3}))?)?)?(?: ?(Z|UTC|[+-]\d{2}:?\d{2}))?$/

const pad = (value: string | undefined, width = 2): string => (value ?? '0').padStart(width, '0')

/** `2024-01-01`, `2024-01-01 00:00[:00[.000]]` or ISO with Z or an offset such as `+02:00`, as `2024-01-01 00:00:00[.000]` in UTC. */
export const parseTimestampText = (text: string, at: number): string => {
  const parts = TIMESTAMP_TEXT.exec(text.trim())
  const expected = `expected a time in UTC such as '2024-01-31 00:00:00'`
  if (!parts) return refuse(at, `${expected}, found ${JSON.stringify(text.slice(0, 40))}`)
  const [, year, month, day, hour, minute, second, fraction, zone] = parts
  const date = `${year}-${pad(month)}-${pad(day)}`
  const time = `${pad(hour)}:${pad(minute)}:${pad(second)}`
  if (!isRealDate(date) || !/^([01]\d|2[0-3]):[0-5]\d:[0-5]\d$/.test(time))
    refuse(at, `${expected}; there is no ${date} ${time}`)
  const found = fraction === undefined ? `${date} ${time}` : `${date} ${time}.${fraction.padEnd(3, '0')}`
  const offset = /^([+-])(\d{2}):?(\d{2})$/.exec(zone ?? '')
  return offset ? inUtc(found, offset) : found
}

/** A time of another offset, moved to UTC. */
const inUtc = (text: string, [, sign, hours, minutes]: readonly string[]): string => {
  const offset = (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -60_000 : 60_000)
  const moved = new Date(Date.parse(`${text.replace(' ', 'T')}Z`) - offset).toISOString()
  return moved.slice(0, text.length).replace('T', ' ')
}

/** `2024-01-31`. */
export const parseDateText = (text: string, at: number): string => {
  const date = text.trim()
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date) || !isRealDate(date)) {
    refuse(at, `expected a date such as '2024-01-31', found ${JSON.stringify(text.slice(0, 40))}`)
  }
  return date
}

/** A literal without fraction is timestamp(0) in Trino and shows none; every timestamp here is timestamp(3). */
const withMillis = (text: string): string => (text.includes('.') ? text : `${text}.000`)

const isRealDate = (date: string): boolean => {
  const time = Date.parse(`${date}T00:00:00Z`)
  return Number.isFinite(time) && new Date(time).toISOString().startsWith(date)
}
