import type { Dialect } from './dialect.ts'
import { identifier } from './identifier.ts'
import { jsonPathOf } from './json-path.ts'
import { isComplex, type Type, typeName } from './types.ts'

const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** Type names of CAST; Athena takes `timestamp` for timestamp(3). */
const castName = (type: Type): string =>
  type === 'timestamp'
    ? 'timestamp'
    : type === 'timestamptz'
      ? 'timestamp with time zone'
      : typeName(type).replace(/\bNULL\b/g, 'unknown')

/** Athena, engine version 3. Free-form columns are JSON text there too. */
export const athenaDialect = (table: (name: string) => string): Dialect => ({
  name: 'athena',
  table,
  column: (expr) => `${identifier(expr.relation)}.${identifier(expr.name)}`,
  compare: (expr, left, right) => `${left} ${expr.operator} ${right}`,
  arithmetic: (expr, left, right) => `${left} ${expr.operator} ${right}`,
  cast(expr, base) {
    if (expr.base.type === 'jsontext') return expr.type === 'json' ? `json_parse(${base})` : base
    return `${expr.tolerant ? 'TRY_CAST' : 'CAST'}(${base} AS ${castName(expr.type)})`
  },
  subscript: (_expr, base, index) => `${base}[${index}]`,
  row: (expr, items) => `CAST(ROW(${items.join(', ')}) AS ${castName(expr.type)})`,
  jsonValue(base, key) {
    const path = quote(jsonPathOf(key))
    // A nested value is its JSON text; a JSON null is NULL.
    return `COALESCE(json_extract_scalar(${base}, ${path}), NULLIF(json_format(json_extract(${base}, ${path})), 'null'))`
  },
  jsonMap: (base) =>
    `transform_values(TRY_CAST(json_parse(${base}) AS map(varchar, json)), (k, v) -> CASE WHEN json_format(v) <> 'null' THEN COALESCE(json_extract_scalar(v, '$'), json_format(v)) END)`,
  lambda: (params, body) => `${params.length === 1 ? params[0] : `(${params.join(', ')})`} -> ${body}`,
  array: (items) => `ARRAY[${items.join(', ')}]`,
  interval: (value, unit) => `INTERVAL '${value}' ${unit.toUpperCase()}`,
  attempt: (text) => `TRY(${text})`,
  timeZone: (base, _from, zone) => `${base} AT TIME ZONE ${quote(zone)}`,
  call: (expr, args) =>
    expr.fn.athena?.(
      args,
      expr.args.map((arg) => arg.type),
      expr.type,
    ) ?? `${expr.fn.name}(${args.join(', ')})`,
  wrapCall: (_expr, call) => call,
  unnest(relation, args) {
    const ordinality = relation.ordinality ? ' WITH ORDINALITY' : ''
    return `UNNEST(${args.join(', ')})${ordinality} AS ${identifier(relation.alias)} (${relation.columns.map(identifier).join(', ')})`
  },
  limit: ({ offset, limit }) =>
    [offset !== undefined && `OFFSET ${offset}`, limit !== undefined && `LIMIT ${limit}`]
      .filter(Boolean)
      .join(' '),
  output: (text, { type }) =>
    isComplex(type) ? `json_format(CAST(${text} AS json))` : `CAST(${text} AS varchar)`,
})
