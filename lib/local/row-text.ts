import {
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  type DuckDBValue,
} from '@duckdb/node-api'
import { doubleText } from './double-text.ts'

/** A value as Athena shows it: text or null; times with milliseconds, structs, lists and maps as JSON. */
export const valueText = (value: DuckDBValue, isDouble: boolean): string | null => {
  if (value === null || value === undefined) return null
  if (isComplex(value)) return JSON.stringify(jsonOf(value))
  if (typeof value === 'number' && isDouble) return doubleText(value)
  return scalarText(value)
}

const scalarText = (value: Exclude<DuckDBValue, null>): string => {
  if (value instanceof DuckDBTimestampTZValue) return `${timeText(value.micros)} UTC`
  if (value instanceof DuckDBTimestampValue) return timeText(value.micros)
  if (value instanceof DuckDBDateValue || value instanceof DuckDBDecimalValue) return value.toString()
  return String(value)
}

const timeText = (micros: bigint): string =>
  new Date(Number(micros / 1000n)).toISOString().replace('T', ' ').replace('Z', '')

const isComplex = (value: DuckDBValue): value is DuckDBStructValue | DuckDBListValue | DuckDBMapValue =>
  value instanceof DuckDBStructValue || value instanceof DuckDBListValue || value instanceof DuckDBMapValue

const jsonOf = (value: DuckDBValue): unknown => {
  if (value instanceof DuckDBListValue) return value.items.map(jsonOf)
  if (value instanceof DuckDBStructValue) {
    return Object.fromEntries(Object.entries(value.entries).map(([name, field]) => [name, jsonOf(field)]))
  }
  if (value instanceof DuckDBMapValue) {
    const entries = value.entries.map(({ key, value: field }): [string, unknown] => [
      String(key),
      jsonOf(field),
    ])
    return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)))
  }
  if (value === null || typeof value === 'boolean' || typeof value === 'number') return value
  return typeof value === 'bigint' ? Number(value) : scalarText(value)
}
