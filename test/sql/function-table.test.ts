import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runQuery } from '../../lib/query/run-query.ts'
import { FUNCTIONS } from '../../lib/sql/function-table.ts'
import type { Pattern, Signature } from '../../lib/sql/signature.ts'
import { typeName } from '../../lib/sql/types.ts'
import { catalog, openQueryStore, type QueryStore } from '../support/query-store.ts'

let store: QueryStore
beforeAll(async () => {
  store = await openQueryStore()
})
afterAll(() => store.close())

/** A value of each type, from a column where there is one. */
const SAMPLES: Readonly<Record<string, string>> = {
  varchar: 'eventName',
  boolean: 'readOnly',
  integer: 'recordIndex',
  bigint: 'length(eventName)',
  double: '2.5e0',
  'timestamp(3)': 'eventTime',
  'timestamp(3) with time zone': "(eventTime AT TIME ZONE 'UTC')",
  date: 'date(eventTime)',
  json: "json_parse('[1, 2]')",
  'map(varchar, varchar)': 'requestParameters',
  varbinary: 'to_utf8(eventName)',
  ipaddress: 'TRY_CAST(sourceIPAddress AS ipaddress)',
  'interval day': "INTERVAL '1' DAY",
  'interval month': "INTERVAL '1' MONTH",
}

const sampleOf = (pattern: Pattern): string => {
  if (pattern.is === 'type') return SAMPLES[typeName(pattern.type)]!
  if (pattern.is === 'variable' && pattern.name === 'Z') return "(eventTime AT TIME ZONE 'Asia/Tokyo')"
  if (pattern.is === 'variable')
    return pattern.name === 'K' || pattern.name === 'V' ? 'eventName' : 'recordIndex'
  if (pattern.is === 'array') {
    if (pattern.of.is === 'type') return "split(userAgent, '/')"
    if (pattern.of.is === 'variable') return 'ARRAY[recordIndex, 2]'
    return `ARRAY[${sampleOf(pattern.of)}]`
  }
  if (pattern.is === 'map') return 'requestParameters'
  if (pattern.is === 'row') return `ROW(${pattern.fields.map(sampleOf).join(', ')})`
  if (pattern.params.length === 2) return `(x, y) -> ${pattern.result.is === 'type' ? 'y IS NULL' : 'x'}`
  return `x -> ${pattern.result.is === 'type' ? 'x > 1' : 'x + 1'}`
}

const REGEXPS = [
  'regexp_like',
  'regexp_extract',
  'regexp_replace',
  'regexp_extract_all',
  'regexp_split',
  'regexp_count',
  'regexp_position',
]

/** Arguments that must be literals. */
const LITERALS: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  ...Object.fromEntries(['date_trunc', 'date_add', 'date_diff'].map((name) => [name, { 0: "'day'" }])),
  ...Object.fromEntries(
    REGEXPS.map((name) => [name, { 1: "'e(v)?'", 2: name.startsWith('regexp_extract') ? '1' : "'$1'" }]),
  ),
  ...Object.fromEntries(
    ['json_extract', 'json_extract_scalar', 'json_size'].map((name) => [name, { 1: "'$.a'" }]),
  ),
  date: { 0: "'2024-01-02'" },
  json_array_get: { 1: '0' },
  json_array_contains: { 0: "'[1]'" },
  concat_ws: { 0: "','" },
  lpad: { 2: "'-'" },
  rpad: { 2: "'-'" },
  chr: { 0: '65' },
  format: { 0: "'%s'" },
  split_to_map: { 0: "'a=1'", 1: "','", 2: "'='" },
  round: { 1: '1' },
  mod: { 1: '2' },
  from_iso8601_date: { 0: "'2024-01-02'" },
  format_datetime: { 1: "'yyyy-MM'" },
  parse_datetime: { 0: "'2024'", 1: "'yyyy'" },
  from_hex: { 0: "'6162'" },
  from_base64: { 0: "'aGVsbG8='" },
  listagg: { 1: "','" },
  slice: { 1: '1', 2: '2' },
  repeat: { 1: '2' },
  nth_value: { 1: '2' },
  min: { 1: '2' },
  max: { 1: '2' },
  map: { 0: "ARRAY['a', 'b']" },
  map_agg: { 0: 'eventID' },
  array_join: { 1: "', '" },
  json_parse: { 0: "'{}'" },
  split: { 1: "'e'" },
  split_part: { 1: "'e'", 2: '1' },
  replace: { 1: "'e'" },
  date_format: { 1: "'%Y'" },
  date_parse: { 0: "'2024'", 1: "'%Y'" },
  from_iso8601_timestamp: { 0: "'2024-01-02T03:04:05Z'" },
  approx_percentile: { 1: '0.5' },
  ntile: { 0: '4' },
  lag: { 1: '1' },
  lead: { 1: '1' },
}

const withoutParentheses = new Set(['current_timestamp', 'current_date', 'localtimestamp'])

/** Their literal stands for a text; another type takes its own sample. */
const JSON_OR_TEXT = [
  'date',
  'json_parse',
  'json_array_contains',
  'date_parse',
  'parse_datetime',
  'from_iso8601_timestamp',
  'reverse',
]

const callOf = (name: string, signature: Signature): string => {
  if (withoutParentheses.has(name)) return name
  if (name === 'position') return "position('e' IN eventName)"
  if (name === 'contains' && signature.params[1]?.is === 'type')
    return `contains('192.0.2.0/24', ${sampleOf(signature.params[1])})`
  if (name === 'transform_keys') return "transform_keys(requestParameters, (k, v) -> k || '!')"
  const args = signature.params.map((pattern, index) => {
    const fixed = LITERALS[name]?.[index]
    const isTyped =
      JSON_OR_TEXT.includes(name) && index === 0 ? pattern.is === 'type' && pattern.type === 'varchar' : true
    return fixed !== undefined && isTyped ? fixed : sampleOf(pattern)
  })
  if (name === 'listagg') return `listagg(${args.join(', ')}) WITHIN GROUP (ORDER BY eventTime)`
  return `${name}(${args.join(', ')})`
}

/** Has no sense without GROUPING SETS, where it has tests of its own. */
const everyFunction = [...FUNCTIONS.values()].filter(({ name }) => name !== 'grouping')

const cases = everyFunction.flatMap((fn) =>
  fn.signatures.map((signature) => {
    const call = callOf(fn.name, signature)
    return fn.kind === 'window' ? `${call} OVER (PARTITION BY eventSource ORDER BY eventTime)` : call
  }),
)

describe('every allowed function runs on DuckDB with every signature', () => {
  it.each(cases)('%s', async (call) => {
    const { rows } = await runQuery({
      engine: store.engine,
      catalog,
      query: `SELECT ${call} AS x FROM events`,
    })
    expect(rows.length).toBeGreaterThan(0)
  })

  it('aggregates run with FILTER and OVER too', async () => {
    const aggregates = everyFunction.filter(({ kind }) => kind === 'aggregate')
    const items = aggregates.flatMap((fn) => {
      const call = callOf(fn.name, fn.signatures.at(-1)!)
      const filtered = `${call} FILTER (WHERE readOnly)`
      return fn.name === 'listagg' ? [filtered] : [filtered, `${call} OVER (PARTITION BY eventSource)`]
    })
    for (const item of items) {
      const { rows } = await runQuery({
        engine: store.engine,
        catalog,
        query: `SELECT ${item} AS x FROM events`,
      })
      expect(rows.length).toBeGreaterThan(0)
    }
  })
})
