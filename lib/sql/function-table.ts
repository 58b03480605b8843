import type { FunctionDefinition } from './functions.ts'
import { AGGREGATE_FUNCTIONS } from './functions-aggregate.ts'
import { BYTE_FUNCTIONS } from './functions-bytes.ts'
import { COLLECTION_FUNCTIONS } from './functions-collection.ts'
import { JSON_FUNCTIONS } from './functions-json.ts'
import { MAP_FUNCTIONS } from './functions-map.ts'
import { NUMBER_FUNCTIONS } from './functions-number.ts'
import { TEXT_FUNCTIONS } from './functions-text.ts'
import { TIME_FUNCTIONS } from './functions-time.ts'

/** Every function a query may call. What is not here is refused, on both engines alike. */
export const FUNCTIONS: ReadonlyMap<string, FunctionDefinition> = new Map(
  [
    ...TEXT_FUNCTIONS,
    ...NUMBER_FUNCTIONS,
    ...TIME_FUNCTIONS,
    ...JSON_FUNCTIONS,
    ...COLLECTION_FUNCTIONS,
    ...MAP_FUNCTIONS,
    ...BYTE_FUNCTIONS,
    ...AGGREGATE_FUNCTIONS,
  ].map((definition) => [definition.name, definition]),
)

/** Functions that Trino has and the dialect has not, or that people bring from elsewhere: why, and what to write. */
export const REFUSED_FUNCTIONS: Readonly<Record<string, string>> = {
  random: 'its answer is another one each time',
  rand: 'its answer is another one each time',
  uuid: 'its answer is another one each time',
  shuffle: 'its answer is another one each time',
  typeof: 'the engines name types differently',
  approx_set: 'the engines keep different sketches; use approx_distinct',
  approx_most_frequent: 'the engines keep different sketches; use GROUP BY with count(*)',
  numeric_histogram: 'the engines keep different sketches; use GROUP BY with width of your own',
  checksum: 'the engines compute different sums',
  json_value: "write json_extract_scalar(text, '$.path')",
  json_query: "write json_extract(text, '$.path')",
  json_exists: "write json_extract(text, '$.path') IS NOT NULL",
  string_agg: "write listagg(x, ',') WITHIN GROUP (ORDER BY x)",
  group_concat: "write listagg(x, ',') WITHIN GROUP (ORDER BY x)",
  collect_list: 'write array_agg',
  collect_set: 'write array_agg(DISTINCT x)',
  array_contains: 'write contains(array, x)',
  ifnull: 'write coalesce',
  nvl: 'write coalesce',
  isnull: 'write x IS NULL',
  len: 'write length',
  instr: 'write strpos',
  ends_with: "write x LIKE '%end'",
  endswith: "write x LIKE '%end'",
  startswith: 'write starts_with',
  datediff: "write date_diff('day', from, to)",
  dateadd: "write date_add('day', n, time)",
  getdate: 'write current_timestamp',
  to_timestamp: "write date_parse(text, '%Y-%m-%d %H:%i:%s') or TIMESTAMP '...'",
  to_char: "write date_format(time, '%Y-%m-%d')",
  strftime: "write date_format(time, '%Y-%m-%d')",
  unix_timestamp: 'write to_unixtime',
  get_json_object: 'write json_extract_scalar',
  explode: 'write CROSS JOIN UNNEST(array) AS t (x)',
  with_timezone: "write x AT TIME ZONE 'UTC'",
}
