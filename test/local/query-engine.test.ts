import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { UsageError } from '../../lib/errors.ts'
import { duckdbQueryEngine } from '../../lib/local/query-engine.ts'
import { openQueryStore, type QueryStore } from '../support/query-store.ts'

let store: QueryStore
beforeAll(async () => {
  store = await openQueryStore()
})
afterAll(() => store.close())

/** Past the compiler, which refuses all of these: the engine must hold by itself. */
const raw = (sql: string) => store.engine.run(sql, [])

describe('the sandbox of the local engine', () => {
  it.each([
    "SELECT * FROM read_text('/etc/hosts')",
    "SELECT * FROM read_csv('/etc/hosts')",
    "SELECT * FROM glob('/etc/*')",
    "COPY (SELECT 1) TO '/tmp/trailwarden-escape.csv'",
    "ATTACH '/tmp/trailwarden-escape.db' AS escape",
    'SET enable_external_access = true',
    "SET allowed_directories = ['/']",
    'SET lock_configuration = false',
    'INSTALL httpfs',
    'LOAD httpfs',
    'DROP VIEW events',
    'SELECT 1; SELECT 2',
  ])('refuses %s', async (sql) => {
    await expect(raw(sql)).rejects.toThrow(UsageError)
  })

  it('writes nothing below the store either', async () => {
    await expect(raw(`COPY (SELECT 1) TO '${join(store.dir, 'x.csv')}'`)).rejects.toThrow('only a SELECT')
  })

  it('reads no file beside the store', async () => {
    const outside = join(store.dir, '..', 'outside.txt')
    writeFileSync(outside, 'secret')
    await expect(raw(`SELECT * FROM read_text('${outside}')`)).rejects.toThrow(UsageError)
    await expect(raw(`SELECT * FROM read_text('${store.dir}/../outside.txt')`)).rejects.toThrow(UsageError)
  })
})

describe('the local engine', () => {
  it('stops a query at its time limit, and runs the next one', async () => {
    const engine = duckdbQueryEngine({ storeDir: store.dir, timeoutSeconds: 0.2 })
    const endless =
      'SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE a.range * b.range % 7 = 1'
    await expect(engine.run(endless, [])).rejects.toThrow('the query was stopped after 0.2 s')
    expect((await engine.run('SELECT 1 AS one', [])).rows).toEqual([{ one: '1' }])
    await engine.close()
  })

  it('gives a million rows in batches, and holds none of them', async () => {
    const { columns, batches } = await store.engine.stream('SELECT range AS n FROM range(1000000)', [])
    expect(columns).toEqual(['n'])
    let [rows, most] = [0, 0]
    for await (const batch of batches) {
      rows += batch.length
      most = Math.max(most, batch.length)
    }
    expect(rows).toBe(1_000_000)
    expect(most).toBeLessThanOrEqual(10_000)
  })

  it('runs the next query when the rows of one are left unread', async () => {
    const { batches } = await store.engine.stream('SELECT range AS n FROM range(1000000)', [])
    for await (const batch of batches) {
      expect(batch[0]).toEqual({ n: '0' })
      break
    }
    expect((await store.engine.run('SELECT 1 AS one', [])).rows).toEqual([{ one: '1' }])
  })

  it('stops at a signal, whatever it is doing', async () => {
    const controller = new AbortController()
    const engine = duckdbQueryEngine({ storeDir: store.dir, signal: controller.signal })
    const endless =
      'SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE a.range * b.range % 7 = 1'
    const running = engine.run(endless, [])
    setTimeout(() => controller.abort(), 50)
    await expect(running).rejects.toThrow('the query was cancelled')
    await expect(engine.run('SELECT 1', [])).rejects.toThrow('the query was cancelled')
    await engine.close()
  })

  it('stops a query that needs more memory than it may have', async () => {
    const engine = duckdbQueryEngine({ storeDir: store.dir, memoryLimit: '32MB' })
    await expect(engine.run('SELECT count(DISTINCT range) FROM range(100000000)', [])).rejects.toThrow(
      'the query needs more memory than 32MB',
    )
    await engine.close()
  })

  it('names the folder when there is no store', async () => {
    const engine = duckdbQueryEngine({ storeDir: join(store.dir, 'nowhere') })
    await expect(engine.run('SELECT 1', [])).rejects.toThrow('nowhere')
    await engine.close()
  })

  it('gives values as Athena shows them', async () => {
    const sql = `SELECT TRUE AS b, 1::BIGINT AS i, 1e10 AS d, 1.50 AS c, TIMESTAMP '2024-01-02 03:04:05.678' AS t,
      TIMESTAMPTZ '2024-01-02 03:04:05+00' AS z, DATE '2024-01-02' AS day, NULL AS n, {'a': [1, NULL], 'b': {'t': DATE '2024-01-02'}} AS s, MAP {'k': 'v'} AS m`
    expect((await raw(sql)).rows).toEqual([
      {
        b: 'true',
        i: '1',
        d: '1.0E10',
        c: '1.50',
        t: '2024-01-02 03:04:05.678',
        z: '2024-01-02 03:04:05.000 UTC',
        day: '2024-01-02',
        n: null,
        s: '{"a":[1,null],"b":{"t":"2024-01-02"}}',
        m: '{"k":"v"}',
      },
    ])
  })

  it('binds positional parameters as text', async () => {
    expect((await store.engine.run('SELECT ? AS a', ["it's"])).rows).toEqual([{ a: "it's" }])
  })
})
