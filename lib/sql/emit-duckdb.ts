import type { Dialect } from './dialect.ts'
import { identifier } from './identifier.ts'
import { jsonPointer } from './json-path.ts'
import type { Typed, TypedRelation } from './typed.ts'
import { isArray, isDecimal, isInteger, isMap, type Type } from './types.ts'

const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`

const INTERVALS: Readonly<Record<string, string>> = {
  second: 'to_seconds',
  minute: 'to_minutes',
  hour: 'to_hours',
  day: 'to_days',
  week: 'to_weeks',
  month: 'to_months',
  year: 'to_years',
}

const typeText = (type: Type): string => {
  if (type === 'timestamptz') return 'TIMESTAMPTZ'
  if (isArray(type)) return `${typeText(type.array)}[]`
  if (isDecimal(type)) return `DECIMAL(${type.decimal.join(', ')})`
  return String(type).toUpperCase()
}

/** DuckDB, made to answer as Trino does. Functions named `trino_...` are registered by the engine in lib/local. */
export const duckdbDialect = (table: (name: string) => string): Dialect => ({
  name: 'duckdb',
  table,
  column: (expr) => [expr.relation, ...(expr.duckdbPath ?? [expr.name])].map(identifier).join('.'),
  arithmetic: (expr, left, right) => arithmeticText(expr, left, right),
  cast: (expr, base) => castText(expr, base),
  subscript: (base, index) =>
    `CASE WHEN ${base} IS NULL OR ${index} IS NULL OR ${index} BETWEEN 1 AND len(${base}) THEN list_extract(${base}, ${index}) ` +
    `ELSE error('Array subscript is out of bounds: ' || CAST(${index} AS VARCHAR)) END`,
  jsonValue: (base, key) => `TRY(json_extract_string(${base}, ${quote(jsonPointer([key]))}))`,
  jsonMap: (base) =>
    `CASE WHEN TRY(json_type(${base})) = 'OBJECT' THEN map_from_entries(list_transform(list_sort(json_keys(${base})), ` +
    `lambda k: struct_pack(k := k, v := json_extract_string(${base}, '/' || replace(replace(k, '~', '~0'), '/', '~1'))))) END`,
  lambda: (params, body) => `lambda ${params.join(', ')}: ${body}`,
  array: (items) => `[${items.join(', ')}]`,
  interval: (value, unit) => `${INTERVALS[unit]}(${value})`,
  timeZone: (base, from) => (from === 'timestamptz' ? base : `CAST(${base} AS TIMESTAMPTZ)`),
  call: (expr, args) =>
    expr.fn.duckdb?.(
      args,
      expr.args.map((arg) => arg.type),
    ) ?? `${expr.fn.name}(${args.join(', ')})`,
  wrapCall: (expr, call) => expr.fn.duckdbWrap?.(call, expr.type) ?? call,
  unnest: (relation, args) => unnestText(relation, args),
  limit: ({ offset, limit }) =>
    [limit !== undefined && `LIMIT ${limit}`, offset !== undefined && `OFFSET ${offset}`]
      .filter(Boolean)
      .join(' '),
  // The engine renders structs, lists and maps as JSON text, but cannot tell JSON inside them from other text.
  output: (text, { type }) => (holdsJson(type) ? `CAST(to_json(${text}) AS VARCHAR)` : text),
})

const holdsJson = (type: Type): boolean => {
  if (isArray(type)) return holdsJson(type.array)
  return isMap(type) ? holdsJson(type.map[1]) : type === 'json'
}

const arithmeticText = (expr: Extract<Typed, { op: 'arithmetic' }>, left: string, right: string): string => {
  const { operator, type } = expr
  if (type === 'date') return `CAST(${left} ${operator} ${right} AS DATE)`
  if ((operator !== '/' && operator !== '%') || !isInteger(type)) return `${left} ${operator} ${right}`
  const symbol = operator === '/' ? '//' : '%'
  if (expr.right.op === 'literal' && expr.right.value !== '0') return `${left} ${symbol} ${right}`
  return `CASE WHEN ${right} = 0 AND ${left} IS NOT NULL THEN error('Division by zero') ELSE ${left} ${symbol} ${right} END`
}

const castText = (expr: Extract<Typed, { op: 'cast' }>, base: string): string => {
  const { base: value, type, tolerant } = expr
  const from = value.type
  if (from === 'unknown' || from === type) return `CAST(${base} AS ${typeText(type)})`
  if (from === 'jsontext') return type === 'json' ? `CAST(trino_json_parse(${base}) AS JSON)` : base
  if (from === 'json') return jsonCast(base, type, tolerant)
  if (type === 'varchar') return textOf(base, from)
  if (from === 'varchar') return parseText(base, type, tolerant)
  const rounded = isInteger(type) && (from === 'double' || isDecimal(from)) ? `round(${base})` : base
  return `${tolerant ? 'TRY_CAST' : 'CAST'}(${rounded} AS ${typeText(type)})`
}

const jsonCast = (base: string, type: Type, tolerant: boolean): string => {
  const otherwise = (what: string) => (tolerant ? 'NULL' : `error('cannot cast this JSON to ${what}')`)
  if (type === 'varchar') {
    return `CASE WHEN json_type(${base}) IN ('OBJECT', 'ARRAY') THEN ${otherwise('varchar')} ELSE json_extract_string(${base}, '$') END`
  }
  return `CASE WHEN json_type(${base}) IN ('ARRAY', 'NULL') THEN CAST(${base} AS JSON[]) WHEN ${base} IS NOT NULL THEN ${otherwise('an array')} END`
}

/** Text as Trino writes it. */
const textOf = (base: string, from: Type): string => {
  if (from === 'double') return `trino_double_text(${base})`
  if (from === 'timestamp') return `strftime(${base}, '%Y-%m-%d %H:%M:%S.%g')`
  if (from === 'timestamptz') return `strftime(CAST(${base} AS TIMESTAMP), '%Y-%m-%d %H:%M:%S.%g UTC')`
  return `CAST(${base} AS VARCHAR)`
}

/** What Trino accepts when it reads text; DuckDB alone takes much more. */
const TEXT_PATTERNS: Readonly<Record<string, string>> = {
  integer: String.raw`[+-]?\d+`,
  bigint: String.raw`[+-]?\d+`,
  double: String.raw`[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?`,
  boolean: '(?i)(t|true|1|f|false|0)',
  date: String.raw`\d{4}-\d{2}-\d{2}`,
  timestamp: String.raw`\d{4}-\d{2}-\d{2}( \d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?)?`,
}

const parseText = (base: string, type: Type, tolerant: boolean): string => {
  const name = String(type)
  const cast = `${tolerant ? 'TRY_CAST' : 'CAST'}(${base} AS ${typeText(type)})`
  const matches = `regexp_full_match(${base}, '${TEXT_PATTERNS[name]}')`
  if (tolerant) return `CASE WHEN ${matches} THEN ${cast} END`
  return `CASE WHEN ${matches} THEN ${cast} WHEN ${base} IS NOT NULL THEN error('cannot cast ''' || ${base} || ''' to ${name}') END`
}

/** The arguments are computed in a subquery of their own: DuckDB takes no TRY inside unnest. */
const unnestText = (
  relation: Extract<TypedRelation, { kind: 'unnest' }>,
  args: readonly string[],
): string => {
  const lists = args.map(
    (arg, index) => `${isMap(relation.args[index]!.type) ? `map_entries(${arg})` : arg} AS a${index}`,
  )
  const elements = args.map((_, index) => `unnest(l.a${index}) AS e${index}`)
  const lengths = args.map((_, index) => `coalesce(len(l.a${index}), 0)`)
  const length = lengths.length === 1 ? lengths[0] : `greatest(${lengths.join(', ')})`
  if (relation.ordinality) elements.push(`unnest(range(1, ${length} + 1)) AS ordinality`)
  return `LATERAL (SELECT ${elements.join(', ')} FROM (SELECT ${lists.join(', ')}) AS l) AS ${identifier(relation.alias)}`
}
