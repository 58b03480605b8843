import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { queryLibrary } from '../../lib/query/library.ts'
import type { Query } from '../../lib/query/pack.ts'
import { compileQuery, runQuery } from '../../lib/query/run-query.ts'
import { queryFinding } from '../../lib/query-finding.ts'
import { packCases } from '../support/pack-cases.ts'
import { decoysOf } from '../support/pack-decoys.ts'
import { catalog, openQueryStore } from '../support/query-store.ts'

const root = join(import.meta.dirname, '../..')
const library = queryLibrary(
  readdirSync(join(root, 'queries'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.sql'))
    .map((name) => ({
      path: join('queries', name),
      read: () => readFileSync(join(root, 'queries', name), 'utf8'),
    })),
)
const cases = packCases()
const queries = library.packs.flatMap((pack) => library.queriesOf(pack).map((query) => ({ pack, query })))

/** These two have their own tests, on one store for all. */
const ELSEWHERE = ['course', 'trailwarden']

const SAMPLES = {
  string: 'x',
  integer: '1',
  double: '1.5',
  boolean: 'true',
  timestamp: '2026-10-14 00:00:00',
  date: '2026-10-14',
} as const

const anyParams = ({ params }: Query) =>
  Object.fromEntries(params.map(({ name, type, default: value }) => [name, value ?? SAMPLES[type]]))

/** A type of Trino's as a query file declares it. */
const declared = (type: string): string =>
  ({
    varchar: 'string',
    bigint: 'integer',
    'timestamp(3)': 'timestamp',
    'timestamp(3) with time zone': 'timestamp',
  })[type] ?? (/^(map|array|row|json)/.test(type) ? 'json' : type)

describe('every query of the packs', () => {
  it('has a case with events and expected rows, and every case a query', () => {
    const wanted = queries
      .filter(({ pack }) => !ELSEWHERE.includes(pack))
      .map(({ pack, query }) => `${pack}/${query.name}`)
    expect(cases.map(({ pack, name }) => `${pack}/${name}`).toSorted()).toEqual(wanted.toSorted())
  })

  it.each(queries.map(({ pack, query }) => [`${pack}/${query.name}`, query] as const))(
    '%s compiles for both engines to the columns it declares, bounded in time',
    (name, query) => {
      const params = anyParams(query)
      const athena = compileQuery({ catalog, query, params }, 'athena')
      const duckdb = compileQuery({ catalog, query, params }, 'duckdb')
      expect(athena.columns).toEqual(duckdb.columns)
      expect(athena.warnings.filter((warning) => warning.includes('no time bound'))).toEqual([])
      expect(athena.columns.every((column) => !column.name.startsWith('_col'))).toBe(true)
      if (ELSEWHERE.includes(name.split('/')[0]!)) return
      expect(Object.entries(query.columns ?? {})).toEqual(
        athena.columns.map((column) => [column.name, declared(column.type)]),
      )
    },
  )

  it('has a name of its own when it reports, so that a finding leads back to one query', () => {
    const names = queries.filter(({ query }) => query.severity).map(({ query }) => query.name)
    const taken = queries.filter(({ query }) => names.includes(query.name))
    expect(taken.map(({ query }) => query.name).toSorted()).toEqual(names.toSorted())
    expect(queries.filter(({ query }) => query.severity && !query.finding)).toEqual([])
  })
})

describe('on its case', () => {
  it.each(cases.map((one) => [`${one.pack}/${one.name}`, one] as const))(
    '%s answers with the rows that must come, and no others',
    async (name, { events, params, rows, says }) => {
      const query = library.find(name)
      const store = await openQueryStore([...events, ...decoysOf(query.sql, events)])
      try {
        const answer = await runQuery({ engine: store.engine, catalog, query, params })
        const shown = answer.rows.map((row, index) =>
          Object.fromEntries(Object.keys(rows[index] ?? row).map((column) => [column, row[column]])),
        )
        expect(shown).toEqual(rows)
        for (const outside of [{ since: '2027-01-01 00:00:00' }, { until: '2000-01-01 00:00:00' }]) {
          const bounds = { ...params, ...outside }
          expect((await runQuery({ engine: store.engine, catalog, query, params: bounds })).rows).toEqual([])
        }
        if (!query.severity) return expect(says).toBeUndefined()
        const finding = queryFinding({ ...query, severity: query.severity }, answer.rows[0]!, 0, 'now')
        expect(finding.rule.title).toBe(`${query.title}: ${says}`)
      } finally {
        await store.close()
      }
    },
  )
})
