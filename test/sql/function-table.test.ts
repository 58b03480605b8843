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
}

const sampleOf = (pattern: Pattern): string => {
  if (pattern.is === 'type') return SAMPLES[typeName(pattern.type)]!
  if (pattern.is === 'variable')
    return pattern.name === 'K' || pattern.name === 'V' ? 'eventName' : 'recordIndex'
  if (pattern.is === 'array') {
    return pattern.of.is === 'type' ? "split(userAgent, '/')" : 'ARRAY[recordIndex, 2]'
  }
  if (pattern.is === 'map') return 'requestParameters'
  return `x -> ${pattern.result.is === 'type' ? 'x > 1' : 'x + 1'}`
}

/** Arguments that must be literals. */
const LITERALS: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  ...Object.fromEntries(['date_trunc', 'date_add', 'date_diff'].map((name) => [name, { 0: "'day'" }])),
  ...Object.fromEntries(
    ['regexp_like', 'regexp_extract', 'regexp_replace'].map((name) => [
      name,
      { 1: "'e(v)?'", 2: name === 'regexp_extract' ? '1' : "'$1'" },
    ]),
  ),
  ...Object.fromEntries(['json_extract', 'json_extract_scalar'].map((name) => [name, { 1: "'$.a'" }])),
  date: { 0: "'2024-01-02'" },
  json_array_get: { 1: '0' },
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

const callOf = (name: string, signature: Signature): string => {
  if (withoutParentheses.has(name)) return name
  const args = signature.params.map((pattern, index) => {
    const fixed = LITERALS[name]?.[index]
    const isTyped =
      name === 'date' || name === 'json_parse' ? pattern.is === 'type' && pattern.type === 'varchar' : true
    return fixed !== undefined && isTyped ? fixed : sampleOf(pattern)
  })
  return `${name}(${args.join(', ')})`
}

const cases = [...FUNCTIONS.values()].flatMap((fn) =>
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
    const aggregates = [...FUNCTIONS.values()].filter(({ kind }) => kind === 'aggregate')
    const items = aggregates.flatMap((fn) => {
      const call = callOf(fn.name, fn.signatures.at(-1)!)
      return [`${call} FILTER (WHERE readOnly)`, `${call} OVER (PARTITION BY eventSource)`]
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
