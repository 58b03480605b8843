import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { athenaQueryEngine } from '../../lib/aws/query-engine.ts'
import type { QueryEngine } from '../../lib/ports.ts'
import type { Query } from '../../lib/query/pack.ts'
import { compileQuery, runQuery } from '../../lib/query/run-query.ts'
import { catalog, openQueryStore, packQueries, type QueryStore } from '../support/query-store.ts'
import { fakeAthena } from './fake-athena.ts'

type Athena = Awaited<ReturnType<typeof fakeAthena>>

const queries: readonly Query[] = [...packQueries('course', 'trailwarden').values()]
const VALUES: Readonly<Record<string, string>> = {
  access_key_id: 'AKIAIOSFODNN7EXAMPLE',
  ip: '198.51.100.7',
}
const requestOf = (query: Query) => ({
  query,
  catalog,
  params: Object.fromEntries(
    query.params.filter(({ name }) => name in VALUES).map(({ name }) => [name, VALUES[name]!]),
  ),
})

let store: QueryStore
let athena: Athena
const engines = new Map<string, QueryEngine>()

beforeAll(async () => {
  store = await openQueryStore()
  const texts = new Map(
    queries.map((query) => [
      compileQuery(requestOf(query), 'athena').sql,
      compileQuery(requestOf(query), 'duckdb').sql,
    ]),
  )
  athena = await fakeAthena(store.engine, (sql) => texts.get(sql) ?? sql)
  engines.set('duckdb', store.engine)
  engines.set('athena', athenaQueryEngine({ workgroup: 'wg', database: 'db', client: athena.client }))
})
afterAll(async () => {
  await athena.close()
  await store.close()
})

describe.each(['duckdb', 'athena'] as const)('query engine: %s', (name) => {
  const run = (sql: string, parameters: readonly string[] = []) => engines.get(name)!.run(sql, parameters)

  it('says which dialect it takes', () => {
    expect(engines.get(name)!.dialect).toBe(name)
  })

  it('gives columns in the order of the SELECT, and every value as text', async () => {
    expect(await run("SELECT 2 AS b, TRUE AS a, 'x' AS c, 1.50 AS d")).toEqual({
      columns: ['b', 'a', 'c', 'd'],
      rows: [{ b: '2', a: 'true', c: 'x', d: '1.50' }],
    })
  })

  it('tells NULL from an empty text', async () => {
    const { rows } = await run("SELECT NULL AS nothing, '' AS empty")
    expect(rows).toEqual([{ nothing: null, empty: '' }])
  })

  it('gives the columns of an answer without rows', async () => {
    expect(await run('SELECT eventname, eventid FROM events WHERE 1 = 0')).toEqual({
      columns: ['eventname', 'eventid'],
      rows: [],
    })
  })

  it('gives every row, in the order asked for, over as many pages as it takes', async () => {
    const { rows } = await run('SELECT eventid FROM events ORDER BY eventid')
    expect(rows.map(({ eventid }) => eventid!.at(-1))).toEqual(['1', '2', '3', '4', '5', '6', '7', '8'])
  })

  it('keeps a row whose values are the names of the columns', async () => {
    const { rows } = await run("SELECT 'a' AS a, 'b' AS b UNION ALL SELECT 'a', 'b'")
    expect(rows).toEqual([
      { a: 'a', b: 'b' },
      { a: 'a', b: 'b' },
    ])
  })

  it('takes parameters in their place, as text and never as SQL', async () => {
    const hostile = "x' OR '1'='1"
    const { rows } = await run('SELECT ? AS one, ? AS two', [hostile, "''; DROP TABLE events --"])
    expect(rows).toEqual([{ one: hostile, two: "''; DROP TABLE events --" }])
    expect((await run('SELECT eventid FROM events WHERE eventname = ?', [hostile])).rows).toEqual([])
  })

  it('rejects a query that fails with the reason of the engine, and runs the next one', async () => {
    await expect(run('SELECT no_such_column FROM events')).rejects.toThrow(/no_such_column/)
    expect((await run('SELECT 1 AS one')).rows).toEqual([{ one: '1' }])
  })

  it('keeps the answers of queries that run at the same time apart', async () => {
    const answers = await Promise.all([1, 2, 3, 4].map((n) => run(`SELECT ${n} AS n`)))
    expect(answers.map(({ rows }) => rows[0]!['n'])).toEqual(['1', '2', '3', '4'])
  })
})

describe('one query on two engines', () => {
  it.each(queries.map((query) => [query.name, query] as const))(
    '%s gives one answer',
    async (_name, query) => {
      const [here, there] = await Promise.all(
        [...engines.values()].map((engine) => runQuery({ ...requestOf(query), engine })),
      )
      expect(there).toEqual(here)
      expect(here!.columns.length).toBeGreaterThan(0)
    },
  )

  it('gives rows for most of the shipped queries, so that equal does not mean empty', async () => {
    const counts = await Promise.all(
      queries.map(
        async (query) => (await runQuery({ ...requestOf(query), engine: store.engine })).rows.length,
      ),
    )
    expect(counts.filter((n) => n > 0).length).toBeGreaterThan(8)
  })
})

describe('a run that is tried again', () => {
  it('meets the query of its first try; another run starts its own', async () => {
    const before = athena.executions.size
    const engineOf = (run: string) =>
      athenaQueryEngine({ workgroup: 'wg', database: 'db', run, client: athena.client })
    await engineOf('first').run('SELECT 1 AS one', [])
    await engineOf('first').run('SELECT 1 AS one', [])
    expect(athena.executions.size - before).toBe(1)
    await engineOf('second').run('SELECT 1 AS one', [])
    expect(athena.executions.size - before).toBe(2)
  })
})
