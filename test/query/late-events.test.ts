import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parquetEventStore } from '../../lib/local/event-store.ts'
import { type DuckdbEngine, duckdbQueryEngine } from '../../lib/local/query-engine.ts'
import { lateEvents } from '../../lib/query/late-events.ts'
import { compile } from '../../lib/sql/compile.ts'
import { ATHENA_CATALOG, STORE_CATALOG } from '../../lib/store/athena-catalog.ts'
import { logKey } from '../support/memory-logs.ts'
import { roleCall } from '../support/stored-events.ts'

const ACCOUNT = '111122223333'
const root = mkdtempSync(join(tmpdir(), 'trailwarden-late-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** A log file of this account, delivered on `day` at five past the hour `n`. */
const file = (day: string, n: number) => logKey(ACCOUNT, day, n)
const [ON_TIME, LATE, LATER] = [file('2026-11-01', 1), file('2026-11-09', 2), file('2026-11-10', 3)]

const storeOf = async (
  name: string,
  deliveries: readonly (readonly [eventTime: string, key: string])[],
): Promise<DuckdbEngine> => {
  const dir = join(root, name)
  const store = parquetEventStore(dir)
  const events = deliveries.map(([eventTime, key], index) => ({
    event: { ...roleCall, eventTime, eventID: `e-${index}` },
    key,
    index,
  }))
  await store.append(events)
  await store.close()
  return duckdbQueryEngine({ storeDir: dir })
}

const engines: DuckdbEngine[] = []
const ask = async (name: string, deliveries: readonly (readonly [string, string])[]) => {
  const engine = await storeOf(name, deliveries)
  engines.push(engine)
  return lateEvents(engine, STORE_CATALOG, '2026-11-20T00:00:00.000Z')
}
afterAll(() => Promise.all(engines.map((engine) => engine.close())))

describe('late events', () => {
  let one: Record<string, string>
  beforeAll(async () => {
    one = await ask('one', [
      ['2026-11-01T10:00:07Z', ON_TIME],
      ['2026-11-01T10:00:08Z', LATE],
      ['2026-11-09T00:00:01Z', LATE],
    ])
  })

  it('are those whose log file was delivered on a later day than their own', () => {
    expect(Object.keys(one)).toEqual(['2026-11-01'])
    expect(one['2026-11-01']).toMatch(/^events:1:[0-9A-F]{32}$/)
  })

  it('are others when one more comes, from whatever file', async () => {
    const more = await ask('more', [
      ['2026-11-01T10:00:08Z', LATE],
      ['2026-11-01T10:00:09Z', LATER],
    ])
    const again = await ask('again', [
      ['2026-11-01T10:00:08Z', LATE],
      ['2026-11-01T10:00:09Z', LATE],
    ])
    const other = await ask('other', [['2026-11-01T10:00:08Z', LATER]])
    const all = [one, more, again, other].map((late) => late['2026-11-01'])
    expect(new Set(all).size).toBe(4)
  })

  it('are the same in whatever order they came', async () => {
    const here = await ask('here', [
      ['2026-11-01T10:00:08Z', LATER],
      ['2026-11-01T10:00:09Z', LATE],
    ])
    const there = await ask('there', [
      ['2026-11-01T10:00:09Z', LATE],
      ['2026-11-01T10:00:08Z', LATER],
    ])
    expect(here).toEqual(there)
  })

  it('are looked for over a month, by day, in every view', async () => {
    const sent: string[] = []
    const engine = {
      dialect: 'athena' as const,
      run: async (sql: string) => {
        sent.push(sql)
        return { columns: [], rows: [] }
      },
    }
    await lateEvents(engine, ATHENA_CATALOG, '2026-11-20T10:00:00.000Z')
    for (const [view, table] of [
      ['cloudtrail', 'events'],
      ['cloudtrail_insights', 'insights'],
      ['cloudtrail_network_events', 'network_events'],
    ])
      expect(sent[0]).toContain(`FROM ${view} AS ${table}`)
    expect(sent[0]!.match(/day >= '2026-10-20'/g)).toHaveLength(3)
  })

  it('can be asked for by anybody: the condition is in the dialect', () => {
    const sql = `SELECT eventID FROM events
      WHERE eventTime > '2026-11-01 00:00:00' AND regexp_extract(sourceFile, '_(\\d{8})T\\d{4}Z', 1) > date_format(eventTime, '%Y%m%d')`
    expect(compile(sql, { catalog: ATHENA_CATALOG, dialect: 'athena' }).warnings).toEqual([])
  })
})
