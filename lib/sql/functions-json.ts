import { scalar } from './functions.ts'
import { jsonPathSteps, jsonPointer } from './json-path.ts'
import type { Type } from './types.ts'

const INPUTS = ['varchar', 'json', 'jsontext']

const each = (rest: string): string[] => INPUTS.map((input) => `${input}${rest}`)

const pathCheck = (literals: readonly (string | undefined)[]): string | undefined => {
  const path = literals[1]
  if (path === undefined) return "the path must be a literal text such as '$.name'"
  return jsonPathSteps(path)
    ? undefined
    : `expected a path of keys and indexes such as '$.a["b"][0]', found ${JSON.stringify(path.slice(0, 40))}`
}

/** From the emitted literal of the path to DuckDB's pointer, again as a literal. */
const pointer = (path: string | undefined): string => {
  const text = path!.slice(1, -1).replaceAll("''", "'")
  return `'${(jsonPointer(jsonPathSteps(text)!) || '$').replaceAll("'", "''")}'`
}

/**
 * Malformed JSON gives NULL, as in Trino; DuckDB alone would end the query. TRY stands directly around the one call that
 * can fail: around more, DuckDB 1.5 lets the error through.
 */
const tolerant = (call: string): string => `TRY(${call})`

const scalarText = (json: string, where: string): string =>
  `CASE WHEN ${tolerant(`json_type(${json}, ${where})`)} NOT IN ('OBJECT', 'ARRAY') ` +
  `THEN ${tolerant(`json_extract_string(${json}, ${where})`)} END`

const ofArray = (json: string, text: string): string =>
  `CASE WHEN ${tolerant(`json_type(${json})`)} = 'ARRAY' THEN ${text} END`

const sameJson = (item: string, type: Type): string => {
  if (type === 'varchar') return `json_type(j) = 'VARCHAR' AND json_extract_string(j, '$') = ${item}`
  if (type === 'boolean')
    return `json_type(j) = 'BOOLEAN' AND json_extract_string(j, '$') = CAST(${item} AS VARCHAR)`
  return `json_type(j) IN ('BIGINT', 'UBIGINT') AND json_extract_string(j, '$') = CAST(${item} AS VARCHAR)`
}

const sizeOf = (json: string, where: string): string =>
  `CASE ${tolerant(`json_type(${json}, ${where})`)} WHEN 'OBJECT' THEN CAST(len(json_keys(${json}, ${where})) AS BIGINT) ` +
  `WHEN 'ARRAY' THEN CAST(json_array_length(${json}, ${where}) AS BIGINT) WHEN NULL THEN NULL ELSE ` +
  `CASE WHEN ${tolerant(`json_type(${json}, ${where})`)} IS NOT NULL THEN 0 END END`

/** JSON. https://trino.io/docs/current/functions/json.html */
export const JSON_FUNCTIONS = [
  scalar('json_extract', each(', varchar -> json'), {
    duckdb: ([json, path]) => tolerant(`json_extract(${json}, ${pointer(path)})`),
    check: pathCheck,
  }),
  scalar('json_extract_scalar', each(', varchar -> varchar'), {
    duckdb: ([json, path]) => scalarText(json!, pointer(path)),
    check: pathCheck,
  }),
  scalar('json_array_length', ['varchar -> bigint', 'json -> bigint'], {
    duckdb: ([json]) => ofArray(json!, `CAST(json_array_length(${json}) AS BIGINT)`),
  }),
  scalar('json_array_get', ['varchar, bigint -> json', 'json, bigint -> json'], {
    duckdb: ([json, index]) => ofArray(json!, `json_extract(${json}, '/${index}')`),
    check: (literals) =>
      /^\d{1,6}$/.test(literals[1] ?? '') ? undefined : 'the index must be a literal from 0',
  }),
  scalar(
    'json_array_contains',
    [
      'varchar, varchar -> boolean',
      'json, varchar -> boolean',
      'varchar, bigint -> boolean',
      'json, bigint -> boolean',
      'varchar, boolean -> boolean',
      'json, boolean -> boolean',
    ],
    {
      duckdb: ([json, item], types) =>
        ofArray(
          json!,
          `CASE WHEN ${item} IS NULL THEN NULL ELSE len(list_filter(CAST(${json} AS JSON[]), lambda j: ${sameJson(item!, types[1]!)})) > 0 END`,
        ),
    },
  ),
  scalar('json_size', each(', varchar -> bigint'), {
    duckdb: ([json, path]) => sizeOf(json!, pointer(path)),
    check: pathCheck,
  }),
  scalar('json_parse', ['varchar -> json', 'jsontext -> json'], {
    duckdb: ([json]) => `CAST(trino_json_parse(${json}) AS JSON)`,
  }),
  scalar('json_format', 'json -> varchar', { duckdb: ([json]) => `CAST(${json} AS VARCHAR)` }),
]
