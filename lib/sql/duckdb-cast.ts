import { identifier } from './identifier.ts'
import type { Typed } from './typed.ts'
import { isArray, isDecimal, isInteger, isMap, isRow, isZoned, type Type, typeName } from './types.ts'

const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** A type in DuckDB's words. */
export const typeText = (type: Type): string => {
  if (type === 'timestamptz') return 'TIMESTAMPTZ'
  if (type === 'varbinary') return 'BLOB'
  if (type === 'ipaddress' || type === 'jsontext') return 'VARCHAR'
  if (isZoned(type)) return 'TIMESTAMP'
  if (isArray(type)) return `${typeText(type.array)}[]`
  if (isMap(type)) return `MAP(${type.map.map(typeText).join(', ')})`
  if (isDecimal(type)) return `DECIMAL(${type.decimal.join(', ')})`
  if (isRow(type)) {
    const fields = Object.entries(type.row).map(([name, field]) => `${identifier(name)} ${typeText(field)}`)
    return `STRUCT(${fields.join(', ')})`
  }
  return type === 'unknown' ? 'VARCHAR' : String(type).toUpperCase()
}

const ERROR = /(?<![\w'])error\((?=')/g

/**
 * NULL where the text fails. TRY takes no volatile function, and error() is one: inside it stands a function of ours, whose
 * result takes the type of what is beside it.
 */
export const attempt = (text: string): string => {
  let out = ''
  let at = 0
  for (const found of text.matchAll(ERROR)) {
    if (found.index < at) continue
    const end = closing(text, found.index + 'error('.length)
    out += `${text.slice(at, found.index)}CAST(trino_error(${text.slice(found.index + 'error('.length, end)}) AS "NULL")`
    at = end + 1
  }
  return `TRY(${out}${text.slice(at)})`
}

/** Where the parenthesis closes that opened just before. Parentheses in texts do not count. */
const closing = (text: string, start: number): number => {
  let depth = 1
  let quoted = false
  for (let at = start; at < text.length; at++) {
    if (text[at] === "'") quoted = !quoted
    if (quoted) continue
    if (text[at] === '(') depth++
    if (text[at] === ')' && --depth === 0) return at
  }
  return text.length
}

/** CAST and TRY_CAST with Trino's answers. */
export const castText = (expr: Extract<Typed, { op: 'cast' }>, base: string): string => {
  const strict = conversion(base, expr.base.type, expr.type, 0)
  if (!expr.tolerant) return strict
  return expr.base.type === 'varchar' && isParsed(expr.type)
    ? parseText(base, expr.type, true)
    : attempt(strict)
}

const isParsed = (type: Type): boolean => Object.hasOwn(TEXT_PATTERNS, patternName(type))

const conversion = (base: string, from: Type, to: Type, depth: number): string => {
  if (from === 'unknown' || from === to) return `CAST(${base} AS ${typeText(to)})`
  if (from === 'jsontext') return to === 'json' ? `CAST(trino_json_parse(${base}) AS JSON)` : base
  if (from === 'json') return jsonCast(base, to, depth)
  if (to === 'json') {
    const json = `to_json(${base})`
    return holdsMap(from)
      ? `CAST(trino_json_parse(CAST(${json} AS VARCHAR)) AS JSON)`
      : `CAST(${json} AS JSON)`
  }
  if (isArray(from) && isArray(to)) {
    const element = `v${depth}`
    return `list_transform(${base}, lambda ${element}: ${conversion(element, from.array, to.array, depth + 1)})`
  }
  if (isRow(from) && isRow(to)) return rowCast(base, from.row, to.row, depth)
  if (to === 'varchar') return textOf(base, from)
  if (to === 'ipaddress') return `trino_ip(${base})`
  if (from === 'varchar') return parseText(base, to, false)
  const rounded = isInteger(to) && (from === 'double' || isDecimal(from)) ? `round(${base})` : base
  return `CAST(${rounded} AS ${typeText(to)})`
}

/** Trino puts the keys of a map in order when it becomes JSON. */
export const holdsMap = (type: Type): boolean => isMap(type) || (isArray(type) && holdsMap(type.array))

const rowCast = (
  base: string,
  from: Readonly<Record<string, Type>>,
  to: Readonly<Record<string, Type>>,
  depth: number,
): string => {
  const names = Object.keys(from)
  const fields = Object.entries(to).map(([name, type], index) => {
    const value = `struct_extract(${base}, ${quote(names[index]!)})`
    return `${identifier(name)} := ${conversion(value, from[names[index]!]!, type, depth)}`
  })
  return `CASE WHEN ${base} IS NOT NULL THEN struct_pack(${fields.join(', ')}) END`
}

const jsonCast = (base: string, to: Type, depth: number): string => {
  if (to === 'json') return base
  const otherwise = `error('cannot cast this JSON to ${typeName(to).replaceAll("'", "''")}')`
  if (to === 'varchar') {
    return `CASE WHEN json_type(${base}) IN ('OBJECT', 'ARRAY') THEN ${otherwise} ELSE json_extract_string(${base}, '$') END`
  }
  if (isArray(to)) {
    const element = `j${depth}`
    const items =
      to.array === 'json'
        ? `CAST(${base} AS JSON[])`
        : `list_transform(CAST(${base} AS JSON[]), lambda ${element}: ${conversion(element, 'json', to.array, depth + 1)})`
    return cases(base, otherwise, [['ARRAY', items]])
  }
  if (isMap(to)) return cases(base, otherwise, [['OBJECT', jsonMapCast(base, to.map[1], depth)]])
  if (isRow(to)) {
    const byName = jsonRow(to.row, depth, (name) => fieldOfJson(base, name, `f${depth}`))
    const byPosition = jsonRow(to.row, depth, (_, index) => `json_extract(${base}, '/${index}')`)
    return cases(base, otherwise, [
      ['OBJECT', byName],
      ['ARRAY', byPosition],
    ])
  }
  return jsonScalar(base, to, otherwise)
}

/** One branch for each kind of JSON; a JSON null is NULL. */
const cases = (base: string, otherwise: string, branches: readonly (readonly [string, string])[]): string => {
  const whens = branches.map(([kind, text]) => `WHEN '${kind}' THEN ${text}`).join(' ')
  return `CASE WHEN ${base} IS NOT NULL THEN CASE json_type(${base}) ${whens} WHEN 'NULL' THEN NULL ELSE ${otherwise} END END`
}

const pointerOf = (key: string): string => `'/' || replace(replace(${key}, '~', '~0'), '/', '~1')`

const jsonMapCast = (base: string, value: Type, depth: number): string => {
  const key = `k${depth}`
  const item = conversion(`json_extract(${base}, ${pointerOf(key)})`, 'json', value, depth + 1)
  return `map_from_entries(list_transform(list_sort(json_keys(${base})), lambda ${key}: struct_pack(k := ${key}, v := ${item})))`
}

const fieldOfJson = (base: string, name: string, variable: string): string => {
  const key = `list_extract(list_filter(json_keys(${base}), lambda ${variable}: lower(${variable}) = ${quote(name)}), 1)`
  return `json_extract(${base}, ${pointerOf(key)})`
}

const jsonRow = (
  row: Readonly<Record<string, Type>>,
  depth: number,
  value: (name: string, index: number) => string,
): string => {
  const fields = Object.entries(row).map(
    ([name, type], index) =>
      `${identifier(name)} := ${conversion(value(name, index), 'json', type, depth + 1)}`,
  )
  return `struct_pack(${fields.join(', ')})`
}

const jsonScalar = (base: string, to: Type, otherwise: string): string => {
  const text = `json_extract_string(${base}, '$')`
  const number = isInteger(to)
    ? `CAST(round(CAST(${text} AS DOUBLE)) AS ${typeText(to)})`
    : `CAST(${text} AS DOUBLE)`
  const whole = to === 'boolean' ? `CAST(${text} AS BIGINT) <> 0` : `CAST(${text} AS ${typeText(to)})`
  const boolean = to === 'boolean' ? `${text} = 'true'` : `CASE WHEN ${text} = 'true' THEN 1 ELSE 0 END`
  return cases(base, otherwise, [
    ['VARCHAR', parseText(text, to, false)],
    ['BOOLEAN', boolean],
    ['DOUBLE', to === 'boolean' ? `CAST(${text} AS DOUBLE) <> 0` : number],
    ['BIGINT', whole],
    ['UBIGINT', whole],
  ])
}

/** Text as Trino writes it. */
export const textOf = (base: string, from: Type): string => {
  if (from === 'double') return `trino_double_cast(${base})`
  if (from === 'timestamp') return `strftime(${base}, '%Y-%m-%d %H:%M:%S.%g')`
  if (from === 'timestamptz') return `strftime(CAST(${base} AS TIMESTAMP), '%Y-%m-%d %H:%M:%S.%g UTC')`
  if (isZoned(from)) return `(strftime(${base}, '%Y-%m-%d %H:%M:%S.%g') || ${quote(` ${from.zoned}`)})`
  if (from === 'ipaddress') return `trino_ip_text(${base})`
  if (from === 'interval day') return `trino_interval_text(CAST(epoch(${base}) * 1000 AS DOUBLE))`
  if (from === 'interval month')
    return `trino_months_text(CAST(datepart('year', ${base}) * 12 + datepart('month', ${base}) AS DOUBLE))`
  if (from === 'varbinary') return `lower(hex(${base}))`
  return `CAST(${base} AS VARCHAR)`
}

/** What Trino accepts when it reads text; DuckDB alone takes much more. */
const TEXT_PATTERNS: Readonly<Record<string, string>> = {
  integer: String.raw`\s*[+-]?\d+\s*`,
  bigint: String.raw`\s*[+-]?\d+\s*`,
  double: String.raw`\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*`,
  decimal: String.raw`[+-]?(\d+\.?\d*|\.\d+)`,
  boolean: '(?i)(t|true|1|f|false|0)',
  date: String.raw`\d{4}-\d{1,2}-\d{1,2}`,
  timestamp: String.raw`\d{4}-\d{1,2}-\d{1,2}( \d{1,2}:\d{1,2}(:\d{1,2}(\.\d{1,3})?)?)?`,
}

const patternName = (type: Type): string => (isDecimal(type) ? 'decimal' : String(type))

const parseText = (base: string, type: Type, tolerant: boolean): string => {
  if (type === 'json') return `CAST(to_json(${base}) AS JSON)`
  const cast = `${tolerant ? 'TRY_CAST' : 'CAST'}(${base} AS ${typeText(type)})`
  const matches = `regexp_full_match(${base}, '${TEXT_PATTERNS[patternName(type)]}')`
  if (tolerant) return `CASE WHEN ${matches} THEN ${cast} END`
  return `CASE WHEN ${matches} THEN ${cast} WHEN ${base} IS NOT NULL THEN error('cannot cast ''' || ${base} || ''' to ${typeName(type)}') END`
}
