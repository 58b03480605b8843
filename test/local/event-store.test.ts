import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parquetMetadata } from 'hyparquet'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parquetEventStore } from '../../lib/local/event-store.ts'
import { readManifest } from '../../lib/local/store-manifest.ts'
import { storedTable } from '../../lib/local/stored-table.ts'
import type { LocatedEvent } from '../../lib/ports.ts'
import { duplicateFilter } from '../../lib/store/dedupe.ts'
import { imbalances, reconciler } from '../../lib/store/reconcile.ts'
import { type EventRow, eventOf, rowOf } from '../../lib/store/row.ts'
import type { Budget } from '../../lib/store/sorter.ts'
import type { CloudTrailEvent } from '../../lib/trail/event.ts'
import { parseLogFile } from '../../lib/trail/log-file.ts'
import { parquetBytes, parquetRows, sql } from '../support/read-store.ts'
import {
  aggregated,
  consoleLogin,
  insight,
  networkActivity,
  roleCall,
  serviceEvent,
} from '../support/stored-events.ts'

let dir: string
beforeEach(() => {
  dir = join(mkdtempSync(join(tmpdir(), 'trailwarden-store-')), "it's a store")
})
afterEach(() => rmSync(join(dir, '..'), { recursive: true, force: true }))

const located = (events: readonly CloudTrailEvent[], key = 'AWSLogs/a.json.gz'): LocatedEvent[] =>
  events.map((event, index) => ({ event, key, index }))

const store = async (events: readonly CloudTrailEvent[], budget?: Budget) => {
  const opened = parquetEventStore(dir, budget && { budget })
  await opened.append(located(events))
  return opened.close()
}

const bytesOf = (path: string) => parquetBytes(join(dir, path))
const rowsOf = (path: string) => parquetRows(join(dir, path))

const call = (eventID: string, fields: CloudTrailEvent = {}): CloudTrailEvent => ({
  ...roleCall,
  eventID,
  ...fields,
})

describe('the event store on disk', () => {
  it('files each event under its own account and day, and each family in its own table', async () => {
    const late = call('late', { eventTime: '2026-10-31T23:59:59Z' })
    const done = await store([
      roleCall,
      late,
      consoleLogin,
      serviceEvent,
      insight,
      networkActivity,
      aggregated,
    ])
    expect(done).toEqual({
      partitions: [
        'aggregated_events/account=111122223333/day=2026-11-01',
        'events/account=111122223333/day=2026-10-31',
        'events/account=111122223333/day=2026-11-01',
        'events/account=444455556666/day=2026-11-02',
        'insights/account=111122223333/day=2026-11-01',
        'network_events/account=111122223333/day=2026-11-01',
      ],
      files: done.partitions.map((partition) => `${partition}/part-00000.parquet`),
      rows: 7,
    })
    expect(readManifest(dir)).toMatchObject({ complete: true, rows: 7, partitions: done.partitions })
  })

  it('gives every event back to a Parquet reader, nested columns included', async () => {
    const big = call('big', {
      requestParameters: { policy: 'ü'.repeat(100_000) },
      eventContext: { tags: ['x'] },
    })
    const odd = call('odd', {
      userIdentity: 'root' as never,
      resources: ['x', null],
      eventTime: '2026-11-01T09:00:00.5Z',
    })
    const events = [roleCall, serviceEvent, big, odd]
    const { files } = await store(events)
    const rows = await rowsOf(files[0]!)
    expect(rows).toHaveLength(4)
    const expected = new Map(events.map((event) => [event.eventID, event]))
    for (const row of rows) {
      const { responseElements: _null, ...event } = expected.get(row['eventid'] as string)!
      expect(JSON.parse(JSON.stringify(eventOf(row)))).toEqual(event)
    }
  })

  it('gives every column to DuckDB as it gives it to a Parquet reader', async () => {
    const { files } = await store([roleCall, serviceEvent, call('odd', { userIdentity: 'root' as never })])
    const direct = await rowsOf(files[0]!)
    const found = await sql(storedTable(dir, 'events'))
    expect(found.map(({ account: _account, day: _day, ...row }) => row)).toEqual(direct.map(asDuckdb))
    expect(found[0]).toMatchObject({ account: '111122223333', day: '2026-11-01' })
  })

  it('answers nested questions in SQL', async () => {
    await store([roleCall, consoleLogin])
    const answer = await sql(`
      SELECT useridentity.sessioncontext.sessionissuer.username AS role, resources[1].arn AS arn,
        json_extract_string(requestparameters, '$.ratio') AS ratio, typeof(eventtime) AS type,
        CAST(CAST(requestparameters AS JSON) AS MAP(VARCHAR, VARCHAR))['deep'] AS deep
      FROM (${storedTable(dir, 'events')}) WHERE eventtime >= TIMESTAMP '2026-11-01 10:00:07' AND NOT readonly AND account = '111122223333'`)
    expect(answer).toEqual([
      {
        role: 'deploy',
        arn: 'arn:aws:s3:::logs',
        ratio: '0.1',
        type: 'TIMESTAMP',
        deep: '{"a":[1,2.5,null]}',
      },
    ])
  })

  it('has every table and every column, also without a row', async () => {
    await store([insight])
    const described = async (table: 'events' | 'insights') =>
      (await sql(`DESCRIBE ${storedTable(dir, table)}`)).map(({ column_name, column_type }) => [
        column_name,
        column_type,
      ])
    expect(await described('events')).toEqual(await described('insights'))
    expect(
      await sql(`SELECT count(*)::INTEGER AS n FROM (${storedTable(dir, 'aggregated_events')})`),
    ).toEqual([{ n: 0 }])
  })

  it('sorts a file by source, name and time', async () => {
    const shuffled = [
      call('1', { eventSource: 's3.amazonaws.com', eventName: 'GetObject' }),
      call('2', {
        eventSource: 'iam.amazonaws.com',
        eventName: 'ListRoles',
        eventTime: '2026-11-01T12:00:00Z',
      }),
      call('3', { eventSource: 's3.amazonaws.com', eventName: 'DeleteObject' }),
      call('4', {
        eventSource: 'iam.amazonaws.com',
        eventName: 'ListRoles',
        eventTime: '2026-11-01T11:00:00Z',
      }),
    ]
    const { files } = await store(shuffled)
    expect((await rowsOf(files[0]!)).map((row) => row['eventid'])).toEqual(['4', '2', '3', '1'])
  })

  it.each([1, 2, 7, 1000])('writes the same file when %i events fit in memory', async (fit) => {
    const events = Array.from({ length: 25 }, (_, n) =>
      call(`${n}`, {
        eventName: `Name${n % 3}`,
        eventTime: n % 5 === 0 ? '2026-11-02T00:00:00Z' : `2026-11-01T00:00:${n}Z`,
      }),
    )
    const whole = await store(events)
    const expected = whole.files.map((file) => readFileSync(join(dir, file)))
    rmSync(dir, { recursive: true })
    const spilled = await store(events, { events: fit, bytes: 1e9 })
    expect(spilled).toEqual(whole)
    expect(spilled.files.map((file) => readFileSync(join(dir, file)))).toEqual(expected)
    expect(spilled.rows).toBe(25)
  })

  it('counts text against the budget, so that huge records do not pile up', async () => {
    const huge = (id: string) => call(id, { requestParameters: { text: id.repeat(200_000) } })
    const opened = parquetEventStore(dir, { budget: { events: 1000, bytes: 300_000 } })
    await opened.append(located([huge('a')]))
    expect(existsSync(join(dir, 'scratch'))).toBe(false)
    await opened.append(located([huge('b'), huge('c')]))
    expect(existsSync(join(dir, 'scratch'))).toBe(true)
    expect((await opened.close()).rows).toBe(3)
    expect(existsSync(join(dir, 'scratch'))).toBe(false)
  })

  it('splits large partitions into row groups of 20,000', async () => {
    const events = Array.from({ length: 20_001 }, (_, n) => ({ ...serviceEvent, eventID: `${n}` }))
    const { files } = await store(events, { events: 30_000, bytes: 1e9 })
    const { row_groups } = parquetMetadata(bytesOf(files[0]!))
    expect(row_groups.map((group) => Number(group.num_rows))).toEqual([20_000, 1])
    expect(row_groups[0]?.columns[0]?.meta_data?.codec).toBe('ZSTD')
  })

  it('keeps hostile accounts and times inside its own folder', async () => {
    const { files } = await store([call('a', { recipientAccountId: '../../../x', eventTime: '../..' })])
    expect(files).toEqual(['events/account=unknown/day=unknown/part-00000.parquet'])
  })
})

describe('corrected events', () => {
  const correction = (eventID: string, originalEventID: string) =>
    call(eventID, { addendum: { reason: 'UPDATED_DATA', originalEventID } })
  const ids = async () =>
    (await sql(`SELECT eventid FROM (${storedTable(dir, 'events')}) ORDER BY eventid`)).map(
      ({ eventid }) => eventid,
    )

  it('are left out while they wait in memory', async () => {
    expect((await store([call('a'), call('c'), correction('b', 'a')])).rows).toBe(2)
    expect(await ids()).toEqual(['b', 'c'])
  })

  it('are left out when they are on disk already', async () => {
    const other = call('a', { recipientAccountId: '444455556666' })
    const done = await store([call('a'), other, correction("b'", 'a'), correction('a2', 'z')], {
      events: 1,
      bytes: 1e9,
    })
    expect(done.rows).toBe(3)
    expect(await ids()).toEqual(['a', 'a2', "b'"])
  })

  it('give way to a correction under the same id', async () => {
    await store([call('a'), correction('a', 'a')], { events: 1, bytes: 1e9 })
    const found = await sql(
      `SELECT eventid, addendum IS NOT NULL AS corrected FROM (${storedTable(dir, 'events')})`,
    )
    expect(found).toEqual([{ eventid: 'a', corrected: true }])
  })
})

const sharedTrail = fileURLToPath(new URL('../../../shared/data/gen-small/bucket/AWSLogs', import.meta.url))

describe.skipIf(!existsSync(sharedTrail))(
  'a generated trail of two days (skipped: shared sample data is not here)',
  () => {
    it('is stored exactly once, and every event comes back whole', async () => {
      const run = reconciler()
      const filter = duplicateFilter()
      const opened = parquetEventStore(dir, { budget: { events: 3000, bytes: 1e9 } })
      const kept = new Map<string, CloudTrailEvent>()
      for (const path of readdirSync(sharedTrail, { recursive: true, encoding: 'utf8' })) {
        if (!/\/CloudTrail\/.*\.json\.gz$/.test(path)) continue
        run.fileListed()
        const { events, rejected } = parseLogFile(readFileSync(join(sharedTrail, path)))
        run.fileIngested(events.length + rejected.length)
        run.recordsRejected(rejected.length)
        for (const { event, index } of events) {
          const sighting = filter.see(event)
          run.eventSeen(sighting)
          if (sighting.outcome !== 'kept') continue
          kept.set(event.eventID!, event)
          await opened.append([{ event, index, key: path }])
        }
      }
      const { files, rows } = await opened.close()
      expect(run.result().events).toEqual({
        read: 6517,
        kept: 6506,
        duplicate: 11,
        superseded: 0,
        rejected: 0,
      })
      expect(imbalances(run.result())).toEqual([])
      expect(rows).toBe(6506)
      expect(
        await sql(`SELECT count(DISTINCT eventid)::INTEGER AS n FROM (${storedTable(dir, 'events')})`),
      ).toEqual([{ n: 6506 }])
      for (const file of files) {
        for (const row of await rowsOf(file)) {
          const event = kept.get(row['eventid'] as string)!
          const { sourcefile: key, recordindex: index } = row as { sourcefile: string; recordindex: number }
          expect(row).toEqual(rowOf({ event, key, index }))
        }
      }
    })
  },
)

/** A row as DuckDB shows it in JSON form: times as text, nothing else changed. */
const asDuckdb = (row: EventRow): Record<string, unknown> =>
  JSON.parse(JSON.stringify(row), (_name, value) =>
    typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/.test(value)
      ? value.replace('T', ' ').replace('.000Z', '')
      : value,
  )
