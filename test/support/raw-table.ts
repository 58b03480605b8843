import { rawGlueTable } from '../../lib/store/glue.ts'
import type { TableName } from '../../lib/store/schema.ts'

/** Columns of a raw table in DuckDB's types. */
export const rawColumnsOf = (table: TableName): Record<string, string> =>
  Object.fromEntries(rawGlueTable(table).Columns.map(({ Name, Type }) => [Name, duckdbType(Type)]))

const duckdbType = (hive: string): string =>
  hive === 'string'
    ? 'VARCHAR'
    : hive
        .replace(/^array<(.*)>$/, (_, inner: string) => `${duckdbType(inner)}[]`)
        .replaceAll(/map<string,string>/g, 'MAP(VARCHAR,VARCHAR)')
        .replaceAll(/struct</g, 'STRUCT(')
        .replaceAll(/([a-z0-9]+):/g, '"$1" ')
        .replaceAll(/\bstring\b/g, 'VARCHAR')
        .replaceAll('>', ')')

/** An event as Hive's JSON SerDe reads it: names without case, nested values of a string column as JSON text. */
export const rawRecord = (event: object, table: TableName): Record<string, unknown> =>
  Object.fromEntries(
    rawGlueTable(table).Columns.map(({ Name, Type }) => [Name, hiveValue(fieldIn(event, Name), Type)]),
  )

const fieldIn = (record: unknown, name: string): unknown =>
  Object.entries((record ?? {}) as object).find(([field]) => field.toLowerCase() === name)?.[1]

const hiveValue = (value: unknown, type: string): unknown => {
  if (value === null || value === undefined) return null
  if (type === 'string') return typeof value === 'object' ? JSON.stringify(value) : String(value)
  if (type.startsWith('map<'))
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, hiveValue(inner, 'string')]))
  if (type.startsWith('array<'))
    return (value as unknown[]).map((element) => hiveValue(element, type.slice('array<'.length, -1)))
  return Object.fromEntries(
    fieldsOf(type.slice('struct<'.length, -1)).map(([name, inner]) => [
      name,
      hiveValue(fieldIn(value, name), inner),
    ]),
  )
}

/** `a:string,b:struct<c:string,d:string>` as its two fields. */
const fieldsOf = (text: string): [string, string][] => {
  const fields: [string, string][] = []
  let depth = 0
  let start = 0
  for (let at = 0; at <= text.length; at++) {
    const char = text[at]
    if (char === '<') depth++
    if (char === '>') depth--
    if (at < text.length && (char !== ',' || depth > 0)) continue
    const field = text.slice(start, at)
    const colon = field.indexOf(':')
    fields.push([field.slice(0, colon), field.slice(colon + 1)])
    start = at + 1
  }
  return fields
}
