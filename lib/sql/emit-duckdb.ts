import type { Dialect } from './dialect.ts'
import { attempt, castText, textOf } from './duckdb-cast.ts'
import { identifier } from './identifier.ts'
import { jsonPointer } from './json-path.ts'
import type { Typed, TypedRelation } from './typed.ts'
import { isArray, isComplex, isInteger, isMap, isRow, type Type } from './types.ts'

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

/** DuckDB, made to answer as Trino does. Functions named `trino_...` are registered by the engine in lib/local. */
export const duckdbDialect = (table: (name: string) => string): Dialect => ({
  name: 'duckdb',
  table,
  column: (expr) => [expr.relation, ...(expr.duckdbPath ?? [expr.name])].map(identifier).join('.'),
  compare: (expr, left, right) => compareText(expr, left, right),
  arithmetic: (expr, left, right) => arithmeticText(expr, left, right),
  cast: (expr, base) => castText(expr, base),
  subscript: (expr, base, index) =>
    isMap(expr.base.type)
      ? `CASE WHEN ${base} IS NULL OR ${index} IS NULL OR map_contains(${base}, ${index}) THEN map_extract_value(${base}, ${index}) ` +
        `ELSE error('Key not present in map: ' || CAST(${index} AS VARCHAR)) END`
      : `CASE WHEN ${base} IS NULL OR ${index} IS NULL OR ${index} BETWEEN 1 AND len(${base}) THEN list_extract(${base}, ${index}) ` +
        `ELSE error('Array subscript is out of bounds: ' || CAST(${index} AS VARCHAR)) END`,
  row: (expr, items) =>
    `struct_pack(${Object.keys(fieldsOf(expr.type))
      .map((name, index) => `${identifier(name)} := ${items[index]}`)
      .join(', ')})`,
  jsonValue: (base, key) => `TRY(json_extract_string(${base}, ${quote(jsonPointer([key]))}))`,
  jsonMap: (base) =>
    `CASE WHEN TRY(json_type(${base})) = 'OBJECT' THEN map_from_entries(list_transform(list_sort(json_keys(${base})), ` +
    `lambda k: struct_pack(k := k, v := json_extract_string(${base}, '/' || replace(replace(k, '~', '~0'), '/', '~1'))))) END`,
  lambda: (params, body) => `lambda ${params.join(', ')}: ${body}`,
  array: (items) => `[${items.join(', ')}]`,
  interval: (value, unit) => `${INTERVALS[unit]}(${value})`,
  attempt,
  timeZone: (base, from, zone) => {
    const moment = from === 'timestamptz' ? base : `CAST(${base} AS TIMESTAMPTZ)`
    return zone === 'UTC' ? moment : `timezone(${quote(zone)}, ${moment})`
  },
  call: (expr, args) =>
    expr.fn.duckdb?.(
      args,
      expr.args.map((arg) => arg.type),
      expr.type,
    ) ?? `${expr.fn.name}(${args.join(', ')})`,
  wrapCall: (expr, call) => expr.fn.duckdbWrap?.(call, expr.type) ?? call,
  unnest: (relation, args) => unnestText(relation, args),
  limit: ({ offset, limit }) =>
    [limit !== undefined && `LIMIT ${limit}`, offset !== undefined && `OFFSET ${offset}`]
      .filter(Boolean)
      .join(' '),
  // The engine renders structs, lists and maps as JSON text, but cannot tell JSON inside them from other text.
  output: (text, { type }) => {
    if (isComplex(type)) return holdsJson(type) ? `CAST(to_json(${text}) AS VARCHAR)` : text
    return textOf(text, type)
  },
})

const fieldsOf = (type: Type): Readonly<Record<string, Type>> => (isRow(type) ? type.row : {})

const holdsJson = (type: Type): boolean => {
  if (isArray(type)) return holdsJson(type.array)
  if (isRow(type)) return Object.values(type.row).some(holdsJson)
  return isMap(type) ? holdsJson(type.map[1]) : type === 'json'
}

/** NaN equals nothing and is neither above nor below: DuckDB alone takes it for the greatest number. */
const compareText = (expr: Extract<Typed, { op: 'compare' }>, left: string, right: string): string => {
  const plain = `${left} ${expr.operator} ${right}`
  const sides = [expr.left, expr.right]
  if (!sides.some(({ type }) => type === 'double')) return plain
  const tests = [left, right].flatMap((text, index) =>
    sides[index]!.op === 'literal' || sides[index]!.type !== 'double' ? [] : [`isnan(${text})`],
  )
  return tests.length === 0
    ? plain
    : `CASE WHEN ${tests.join(' OR ')} THEN ${expr.operator === '<>'} ELSE ${plain} END`
}

const arithmeticText = (expr: Extract<Typed, { op: 'arithmetic' }>, left: string, right: string): string => {
  const { operator, type } = expr
  if (expr.left.type === 'timestamptz' && type === 'interval day')
    return `(CAST(${left} AS TIMESTAMP) - CAST(${right} AS TIMESTAMP))`
  if (type === 'date') return `CAST(${left} ${operator} ${right} AS DATE)`
  if ((operator !== '/' && operator !== '%') || !isInteger(type)) return `${left} ${operator} ${right}`
  const symbol = operator === '/' ? '//' : '%'
  if (expr.right.op === 'literal' && expr.right.value !== '0') return `${left} ${symbol} ${right}`
  return `CASE WHEN ${right} = 0 AND ${left} IS NOT NULL THEN error('Division by zero') ELSE ${left} ${symbol} ${right} END`
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
