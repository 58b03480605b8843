import {
  DuckDBDateValue,
  DuckDBDecimalValue,
  type DuckDBListType,
  DuckDBListValue,
  type DuckDBMapType,
  DuckDBMapValue,
  type DuckDBStructType,
  DuckDBStructValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  type DuckDBType,
  DuckDBTypeId,
  type DuckDBValue,
} from '@duckdb/node-api'
import { doubleText } from './double-text.ts'

/** A value as Athena shows it: text or null; times with milliseconds, structs, lists and maps as JSON. */
export const valueText = (value: DuckDBValue, type: DuckDBType): string | null => {
  if (value === null || value === undefined) return null
  if (isComplex(value)) return jsonText(value, type)
  if (typeof value === 'number' && type.typeId === DuckDBTypeId.DOUBLE) return doubleText(value)
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

/** JSON as Trino writes it: a double with its point, a decimal with its digits, a map in the order of its keys. */
const jsonText = (value: DuckDBValue, type: DuckDBType): string => {
  if (value === null || value === undefined) return 'null'
  if (value instanceof DuckDBListValue) {
    const { valueType } = type as DuckDBListType
    return `[${value.items.map((item) => jsonText(item, valueType)).join(',')}]`
  }
  if (value instanceof DuckDBStructValue) return structText(value, type as DuckDBStructType)
  if (value instanceof DuckDBMapValue) return mapText(value, type as DuckDBMapType)
  if (typeof value === 'number' && type.typeId === DuckDBTypeId.DOUBLE) return doubleJson(value)
  const isPlain =
    ['boolean', 'number', 'bigint'].includes(typeof value) || value instanceof DuckDBDecimalValue
  return isPlain ? String(value) : JSON.stringify(scalarText(value))
}

const doubleJson = (value: number): string => (Number.isFinite(value) ? doubleText(value) : `"${value}"`)

const structText = (value: DuckDBStructValue, { entryNames, entryTypes }: DuckDBStructType): string =>
  `{${entryNames.map((name, index) => `${JSON.stringify(name)}:${jsonText(value.entries[name]!, entryTypes[index]!)}`).join(',')}}`

const mapText = (value: DuckDBMapValue, { valueType }: DuckDBMapType): string => {
  const entries = value.entries.map(({ key, value: field }): [string, string] => [
    key === null ? 'null' : scalarText(key),
    jsonText(field, valueType),
  ])
  const sorted = entries.toSorted(([a], [b]) => (a < b ? -1 : 1))
  return `{${sorted.map(([key, text]) => `${JSON.stringify(key)}:${text}`).join(',')}}`
}
