/** Types of the dialect: Trino's, with `jsontext` for a map<varchar,varchar> that is stored as JSON text. */
export type Type =
  | 'varchar'
  | 'boolean'
  | 'integer'
  | 'bigint'
  | 'double'
  | 'timestamp'
  | 'timestamptz'
  | 'date'
  | 'json'
  | 'jsontext'
  | 'interval day'
  | 'interval month'
  | 'varbinary'
  | 'ipaddress'
  /** Of a bare NULL. */
  | 'unknown'
  /** A timestamp with time zone of one zone other than UTC, kept on DuckDB as the time its clocks show. */
  | { readonly zoned: string }
  | { readonly decimal: readonly [precision: number, scale: number] }
  | { readonly array: Type }
  | { readonly map: readonly [key: Type, value: Type] }
  | { readonly row: Readonly<Record<string, Type>> }

/** How messages and casts spell a type. */
export const typeName = (type: Type): string => {
  if (type === 'jsontext') return 'map(varchar, varchar)'
  if (type === 'timestamp') return 'timestamp(3)'
  if (type === 'timestamptz') return 'timestamp(3) with time zone'
  if (typeof type === 'string') return type === 'unknown' ? 'NULL' : type
  if ('zoned' in type) return `timestamp(3) with time zone`
  if ('decimal' in type) return `decimal(${type.decimal.join(', ')})`
  if ('array' in type) return `array(${typeName(type.array)})`
  if ('map' in type) return `map(${typeName(type.map[0])}, ${typeName(type.map[1])})`
  return `row(${Object.entries(type.row)
    .map(([name, field]) => `${name} ${typeName(field)}`)
    .join(', ')})`
}

const zoneOf = (type: Type): string | undefined =>
  typeof type === 'object' && 'zoned' in type ? type.zoned : undefined
export const isZoned = (type: Type): type is { zoned: string } => zoneOf(type) !== undefined

export const sameType = (a: Type, b: Type): boolean =>
  a === b || (typeName(a) === typeName(b) && zoneOf(a) === zoneOf(b))

export const isInteger = (type: Type): boolean => type === 'integer' || type === 'bigint'
export const isDecimal = (type: Type): type is { decimal: readonly [number, number] } =>
  typeof type === 'object' && 'decimal' in type
export const isNumber = (type: Type): boolean => isInteger(type) || type === 'double' || isDecimal(type)
export const isTime = (type: Type): boolean =>
  type === 'timestamp' || type === 'timestamptz' || type === 'date'
export const isArray = (type: Type): type is { array: Type } => typeof type === 'object' && 'array' in type
export const isMap = (type: Type): type is { map: readonly [Type, Type] } =>
  typeof type === 'object' && 'map' in type
export const isRow = (type: Type): type is { row: Readonly<Record<string, Type>> } =>
  typeof type === 'object' && 'row' in type
export const isComplex = (type: Type): boolean => isArray(type) || isMap(type) || isRow(type)

/** Values that the engines would show differently: they leave a query as text. */
export const isShownAsText = (type: Type): boolean =>
  isComplex(type) || isZoned(type) || SHOWN_AS_TEXT.some((other) => other === type)
const SHOWN_AS_TEXT: readonly Type[] = ['ipaddress', 'interval day', 'interval month', 'varbinary']

/** Can a value be ordered with < and ORDER BY? Same answer on both engines only for scalars. */
export const isOrderable = (type: Type): boolean =>
  !isComplex(type) && !isZoned(type) && type !== 'jsontext' && type !== 'json'

const RANK: readonly Type[][] = [
  ['integer', 'bigint', 'double'],
  ['date', 'timestamp', 'timestamptz'],
]

const asDecimal = (type: Type): readonly [number, number] | undefined =>
  isDecimal(type) ? type.decimal : type === 'integer' ? [10, 0] : type === 'bigint' ? [19, 0] : undefined

/** The type both sides are brought to without a cast being written, as Trino does it. */
export const commonType = (a: Type, b: Type): Type | undefined => {
  if (sameType(a, b)) return a === 'jsontext' ? b : a
  if (a === 'unknown') return b
  if (b === 'unknown') return a
  for (const order of RANK) {
    const [left, right] = [order.indexOf(a), order.indexOf(b)]
    if (left >= 0 && right >= 0) return order[Math.max(left, right)]
  }
  const [left, right] = [asDecimal(a), asDecimal(b)]
  if (left && right) return widerDecimal(left, right)
  if ((left && b === 'double') || (right && a === 'double')) return 'double'
  if (isArray(a) && isArray(b)) return wrapArray(commonType(a.array, b.array))
  if (isMap(a) && isMap(b)) {
    const [key, value] = [commonType(a.map[0], b.map[0]), commonType(a.map[1], b.map[1])]
    return key === undefined || value === undefined ? undefined : { map: [key, value] }
  }
  return undefined
}

const wrapArray = (type: Type | undefined): Type | undefined =>
  type === undefined ? undefined : { array: type }

const widerDecimal = (a: readonly [number, number], b: readonly [number, number]): Type => {
  const scale = Math.max(a[1], b[1])
  return { decimal: [Math.min(38, Math.max(a[0] - a[1], b[0] - b[1]) + scale), scale] }
}

/** May a value of type `from` stand where `to` is wanted? */
export const coerces = (from: Type, to: Type): boolean => {
  const common = commonType(from, to)
  return common !== undefined && sameType(common, to)
}
