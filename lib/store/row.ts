import type { LocatedEvent } from '../ports.ts'
import { type CloudTrailEvent, isObject } from '../trail/event.ts'
import { type Column, type ColumnType, type StructType, TABLES, type TableName, tableOf } from './schema.ts'
import { isOwnSpelling, isoOf, timestampOf } from './time.ts'

/** A value of a column: text, boolean, number (int), Date (timestamp), struct, array, or null. */
export type Cell =
  | string
  | boolean
  | number
  | Date
  | null
  | { readonly [name: string]: Cell }
  | readonly Cell[]

/** One row of a table, by column name. */
export type EventRow = Readonly<Record<string, Cell>>

/** Receives what a column cannot hold exactly; it goes to `otherfields` under the name of its field. */
export type Keep = (rest: unknown) => void
type Convert = (value: unknown, keep: Keep) => Cell

/**
 * An event as a row of its table. Nothing is lost and nothing throws, whatever the record holds: a field without a column, or
 * of a shape its column cannot hold exactly, is kept as it is in `otherfields`, below its own name. Only the difference
 * between a null and an absent field is given up: both are NULL.
 */
export const rowOf = ({ event, key, index }: LocatedEvent, table: TableName = tableOf(event)): EventRow => {
  const row = { ...EMPTY_ROWS[table] }
  const rest = spread(event, FIELDS[table], row)
  if (rest) row['otherfields'] = JSON.stringify(rest)
  row['sourcefile'] = key
  row['recordindex'] = index
  return row
}

/** The event that a row was made from: the inverse of `rowOf`, up to the order of fields and to null fields. */
export const eventOf = (row: EventRow, table: TableName = 'events'): CloudTrailEvent => {
  const event = bare()
  for (const { name, field, type } of recordColumns(table)) {
    const value = fieldValue(type, row[name])
    if (value !== undefined) event[field] = value
  }
  const rest = row['otherfields']
  return typeof rest === 'string' ? (merge(event, JSON.parse(rest)) as CloudTrailEvent) : event
}

interface KnownField {
  readonly name: string
  readonly convert: Convert
}

/** Fills `into` from the known fields of `record`; returns the others, or `undefined` when there are none. */
const spread = (
  record: Readonly<Record<string, unknown>>,
  known: ReadonlyMap<string, KnownField>,
  into: Record<string, Cell>,
): Record<string, unknown> | undefined => {
  let rest: Record<string, unknown> | undefined
  let field = ''
  // One closure for all fields of a record: `keep` is only ever called while its field is at hand.
  const keep = (value: unknown) => {
    rest ??= bare()
    rest[field] = value
  }
  for (field of Object.keys(record)) {
    const column = known.get(field)
    if (!column) keep(record[field])
    else into[column.name] = column.convert(record[field], keep)
  }
  return rest
}

/** How the value of a field becomes a cell of a column. */
export const convertOf = (type: ColumnType): Convert => {
  if (type === 'string') return toText
  if (type === 'boolean') return toBoolean
  if (type === 'timestamp') return toTimestamp
  if (type === 'int') return toInt
  if (type === 'json') return toJsonText
  return 'struct' in type ? structConvert(type) : arrayConvert(type.array)
}

const toText: Convert = (value, keep) => {
  if (value === null || value === undefined) return null
  if (typeof value === 'string') {
    // A lone surrogate has no UTF-8 form; JSON text can still escape it.
    if (!value.isWellFormed()) keep(value)
    return value.isWellFormed() ? value : value.toWellFormed()
  }
  keep(value)
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : null
}

const toBoolean: Convert = (value, keep) => {
  if (typeof value === 'boolean') return value
  if (value === null || value === undefined) return null
  keep(value)
  return value === 'true' ? true : value === 'false' ? false : null
}

const toInt: Convert = (value, keep) => {
  if (value === null || value === undefined) return null
  if (typeof value === 'number' && (value | 0) === value && !Object.is(value, -0)) return value
  keep(value)
  return null
}

const toTimestamp: Convert = (value, keep) => {
  if (value === null || value === undefined) return null
  const millis = timestampOf(value)
  if (millis === undefined) {
    keep(value)
    return null
  }
  const time = new Date(millis)
  if (!isOwnSpelling(value as string) && isoOf(time) !== value) keep(value)
  return time
}

/** Only objects: a cast of the column to a map must never fail a whole query because of one odd record. */
const toJsonText: Convert = (value, keep) => {
  if (value === null || value === undefined) return null
  if (isObject(value)) return JSON.stringify(value)
  keep(value)
  return null
}

const structConvert = (type: StructType): Convert => {
  const known = knownFields(Object.keys(type.struct).map((name) => columnOf(type, name)))
  const empty = emptyOf(Object.keys(type.struct))
  return (value, keep) => {
    if (value === null || value === undefined) return null
    if (!isObject(value)) {
      keep(value)
      return null
    }
    const cell = { ...empty }
    const rest = spread(value, known, cell)
    if (rest) keep(rest)
    return cell
  }
}

/** An array with one element that its type cannot hold exactly is kept whole, beside what the column can show of it. */
const arrayConvert = (type: ColumnType): Convert => {
  const convert = typeof type === 'object' && 'struct' in type ? lenient(type) : convertOf(type)
  return (value, keep) => {
    if (value === null || value === undefined) return null
    if (!Array.isArray(value)) {
      keep(value)
      return null
    }
    let exact = true
    const inexact = () => {
      exact = false
    }
    const cells = value.map((element) => {
      if (element === null) inexact()
      return convert(element, inexact)
    })
    if (!exact) keep(value)
    return cells
  }
}

/** Also reads fields in another letter case, as `arn` for `ARN`: some services write resources so. */
const lenient = (type: StructType): Convert => {
  const convert = structConvert(type)
  const known = new Set(Object.values(type.fields))
  return (value, keep) => {
    if (!isObject(value) || Object.keys(value).every((field) => known.has(field))) return convert(value, keep)
    const renamed = bare()
    for (const [field, content] of Object.entries(value)) {
      const known = Object.hasOwn(type.fields, field.toLowerCase())
        ? type.fields[field.toLowerCase()]!
        : field
      if (known !== field || Object.hasOwn(renamed, known)) keep(content)
      renamed[known] ??= content
    }
    return convert(renamed, keep)
  }
}

const columnOf = (type: StructType, name: string): Column => ({
  name,
  type: type.struct[name]!,
  field: type.fields[name]!,
})

const knownFields = (columns: readonly Column[]): ReadonlyMap<string, KnownField> =>
  new Map(columns.map(({ name, field, type }) => [field, { name, convert: convertOf(type) }]))

const emptyOf = (names: readonly string[]): Record<string, Cell> =>
  Object.fromEntries(names.map((name) => [name, null]))

/** An object whose `__proto__` is a field like any other. */
const bare = (): Record<string, unknown> => Object.create(null) as Record<string, unknown>

const OWN: ReadonlySet<string> = new Set(['otherfields', 'sourcefile', 'recordindex'])
/** Columns that come from fields of the record. */
export const recordColumns = (table: TableName): readonly Column[] =>
  TABLES[table].filter(({ name }) => !OWN.has(name))

const perTable = <T>(make: (table: TableName) => T): Readonly<Record<TableName, T>> =>
  Object.fromEntries(Object.keys(TABLES).map((table) => [table, make(table as TableName)])) as Record<
    TableName,
    T
  >

const FIELDS = perTable((table) => knownFields(recordColumns(table)))
const EMPTY_ROWS = perTable((table) => emptyOf(TABLES[table].map(({ name }) => name)))

/** Back from a cell to the value of the field; `undefined` for null. Readers give either for a struct that is null. */
const fieldValue = (type: ColumnType, cell: Cell | undefined): unknown => {
  if (cell === null || cell === undefined) return undefined
  if (type === 'timestamp') return isoOf(cell as Date)
  if (type === 'json') return JSON.parse(cell as string)
  if (typeof type === 'string') return cell
  if ('array' in type) return (cell as readonly Cell[]).map((element) => fieldValue(type.array, element))
  const value = bare()
  for (const [name, content] of Object.entries(cell as Record<string, Cell>)) {
    const inner = fieldValue(type.struct[name]!, content)
    if (inner !== undefined) value[type.fields[name]!] = inner
  }
  return value
}

/** Puts back what the columns could not hold: fields of a struct one by one, anything else as a whole. */
const merge = (value: unknown, rest: unknown): unknown => {
  if (!isObject(value) || !isObject(rest)) return rest
  for (const field of Object.keys(rest)) {
    value[field] = Object.hasOwn(value, field) ? merge(value[field], rest[field]) : rest[field]
  }
  return value
}
