import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { glueTable, rawGlueTable } from '../../lib/store/glue.ts'
import { rowOf } from '../../lib/store/row.ts'
import { TABLES, type TableName } from '../../lib/store/schema.ts'
import { glueView, presto, VIEWS, viewColumns, viewDefinition, viewSql } from '../../lib/store/view.ts'
import type { CloudTrailEvent } from '../../lib/trail/event.ts'
import { memorySink } from '../support/memory-bytes.ts'
import { rawColumnsOf, rawRecord } from '../support/raw-table.ts'
import {
  aggregated,
  consoleLogin,
  insight,
  networkActivity,
  roleCall,
  serviceEvent,
} from '../support/stored-events.ts'
import { writeRows } from '../support/write-rows.ts'

/** Trino's functions that DuckDB has under another name. */
const MACROS = [
  `CREATE MACRO date_parse(x, f) AS CASE WHEN f LIKE '%.%f%' THEN try_strptime(x, '%Y-%m-%dT%H:%M:%S.%fZ') ELSE try_strptime(x, '%Y-%m-%dT%H:%M:%SZ') END`,
  'CREATE MACRO json_format(x) AS CAST(x AS VARCHAR)',
  'CREATE MACRO regexp_like(x, p) AS regexp_matches(x, p)',
  `CREATE MACRO json_extract_scalar(x, p) AS json_extract_string(x, p)`,
  'CREATE MACRO array_join(a, s) AS array_to_string(a, s)',
]
const ACCOUNT = '111122223333'
const call = (eventID: string, fields: CloudTrailEvent = {}): CloudTrailEvent => ({
  ...roleCall,
  eventID,
  recipientAccountId: ACCOUNT,
  eventTime: '2026-11-02T10:00:00Z',
  ...fields,
})

interface Delivered {
  readonly day: string
  readonly file: string
  readonly events: readonly CloudTrailEvent[]
}

describe('a view', () => {
  const dir = mkdtempSync(join(tmpdir(), 'trailwarden-view-'))
  let duckdb: DuckDBConnection
  let files = 0
  beforeAll(async () => {
    duckdb = await (await DuckDBInstance.create(':memory:')).connect()
    await duckdb.run("SET TimeZone='UTC'")
    for (const macro of MACROS) await duckdb.run(macro)
  })
  afterAll(() => {
    duckdb.closeSync()
    rmSync(dir, { recursive: true })
  })

  /** Both tables of a view as Athena would have them: log files as the SerDe reads them, compacted days as Parquet. */
  const load = async (table: TableName, raw: readonly Delivered[], stored: readonly CloudTrailEvent[]) => {
    const lines = raw.flatMap(({ day, file, events }) =>
      events.map((event) =>
        JSON.stringify({ ...rawRecord(event, table), day, $path: `s3://logs/AWSLogs/${file}` }),
      ),
    )
    const json = join(dir, `${files++}.json`)
    writeFileSync(json, lines.join('\n'))
    const columns = { ...rawColumnsOf(table), day: 'VARCHAR', $path: 'VARCHAR' }
    await duckdb.run(
      `CREATE OR REPLACE TABLE "raw_${table}" AS SELECT * FROM read_json('${json}', format='newline_delimited', columns=${JSON.stringify(columns).replaceAll('\\"', '').replaceAll('"', "'")})`,
    )
    const sink = memorySink()
    await writeRows(
      table,
      (async function* () {
        yield stored.map((event, index) => rowOf({ event, key: 'stored', index }, table))
      })(),
      sink,
    )
    const parquet = join(dir, `${files++}.parquet`)
    writeFileSync(parquet, sink.bytes())
    await duckdb.run(
      `CREATE OR REPLACE TABLE "${table}" AS SELECT *, '${ACCOUNT}' AS account, coalesce(${table === 'aggregated_events' ? 'timewindow.windowstart' : 'eventtime'}::DATE::VARCHAR, '') AS day FROM read_parquet('${parquet}')`,
    )
  }
  const ask = async (table: TableName, select: string, since?: string, where = 'true') => {
    const sql = `SELECT ${select} FROM (${viewSql(table, since)}) WHERE ${where} ORDER BY ALL`
    return (await duckdb.runAndReadAll(sql)).getRowObjectsJson()
  }

  it('gives days as delivered until they are compacted, each event once, corrected ones not at all', async () => {
    const raw: Delivered[] = [
      { day: '2026/11/01', file: 'a', events: [call('old', { eventTime: '2026-11-01T01:00:00Z' })] },
      {
        day: '2026/11/02',
        file: 'b',
        events: [
          call('late', { eventTime: '2026-11-01T23:59:58Z' }),
          call('1'),
          call('2'),
          call('3'),
          call('4', { addendum: { reason: 'UPDATED_DATA', originalEventID: '3' } }),
        ],
      },
      { day: '2026/11/02', file: 'c', events: [call('2'), call('1')] },
      {
        day: '2026/11/03',
        file: 'd',
        events: [call('5'), call('6', { eventTime: '2026-11-03T00:00:00.250Z' })],
      },
      { day: '2026/11/03', file: 'e', events: [call('7', { recipientAccountId: 'nobody' })] },
    ]
    await load('events', raw, [])
    const all = ['1', '2', '4', '5', '6', '7', 'late', 'old']
    const found = (rows: readonly Record<string, unknown>[]) => rows.map(({ eventid }) => eventid)
    expect(found(await ask('events', 'eventid'))).toEqual(all)
    expect(await ask('events', 'account, day, eventid', undefined, "eventid IN ('5', '6', '7')")).toEqual([
      { account: ACCOUNT, day: '2026-11-02', eventid: '5' },
      { account: ACCOUNT, day: '2026-11-03', eventid: '6' },
      { account: 'unknown', day: '2026-11-02', eventid: '7' },
    ])
    const first = [
      call('old', { eventTime: '2026-11-01T01:00:00Z' }),
      call('late', { eventTime: '2026-11-01T23:59:58Z' }),
    ]
    await load('events', raw, first)
    for (const since of [undefined, '2026-11-02']) {
      expect(found(await ask('events', 'eventid', since))).toEqual(all)
      expect(await ask('events', 'count(*) AS n', since)).toEqual([{ n: '8' }])
    }
    expect(await ask('events', 'eventid, sourcefile, recordindex', '2026-11-02')).toContainEqual({
      eventid: '2',
      sourcefile: 'AWSLogs/b',
      recordindex: null,
    })
  })

  it.each([
    ['events', [roleCall, consoleLogin, serviceEvent]],
    ['insights', [insight, { ...insight, insightDetails: { state: 'End' } }]],
    ['network_events', [networkActivity]],
    ['aggregated_events', [aggregated]],
  ] as const)('shows %s as delivered as it shows them compacted', async (table, events) => {
    const columns = TABLES[table].map(({ name }) => name).filter((name) => !OWN.includes(name))
    await load(table, [{ day: '2026/11/01', file: 'a', events }], [])
    const delivered = await ask(table, columns.join(', '))
    await load(table, [], events)
    const compacted = await ask(table, columns.join(', '))
    expect(delivered).toHaveLength(events.length)
    expect(delivered.map(withoutJsonText)).toEqual(compacted.map(withoutJsonText))
  })

  it('looks the same to Athena as to Glue, and names its types in words of its own', () => {
    for (const table of Object.keys(VIEWS) as TableName[]) {
      const view = glueView(table, presto(viewDefinition(table, 'lake')))
      const text = view.ViewOriginalText.replace(/^\/\* Presto View: (.*) \*\/$/, '$1')
      const definition = JSON.parse(Buffer.from(text, 'base64').toString())
      expect(definition).toMatchObject({
        catalog: 'awsdatacatalog',
        schema: 'lake',
        originalSql: viewSql(table),
      })
      const names = definition.columns.map(({ name }: { name: string }) => name)
      expect(names).toEqual(view.StorageDescriptor.Columns.map(({ Name }) => Name))
      expect(names.slice(0, -2)).toEqual(glueTable(table).Columns.map(({ Name }) => Name))
    }
    const types = new Map(viewColumns('events').map(({ name, type }) => [name, type]))
    expect(types.get('eventtime')).toBe('timestamp(3)')
    expect(types.get('tlsdetails')).toBe(
      'row("tlsversion" varchar, "ciphersuite" varchar, "clientprovidedhostheader" varchar, "keyexchange" varchar)',
    )
    expect(types.get('resources')).toBe(
      'array(row("accountid" varchar, "type" varchar, "arn" varchar, "arnprefix" varchar))',
    )
  })

  it('reads no log file of a day before its boundary', () => {
    expect(viewSql('events', '2026-11-02')).toContain(`"raw"."day" >= '2026/11/02'`)
    expect(rawGlueTable().PartitionKeys.map(({ Name }) => Name)).toContain('day')
  })
})

const OWN: readonly string[] = ['otherfields', 'sourcefile', 'recordindex']

/** JSON text differs in blanks and order between engines; what it says must not. */
const withoutJsonText = (value: unknown): unknown => {
  if (typeof value === 'string' && value.startsWith('{')) return JSON.parse(value)
  if (Array.isArray(value)) return value.map(withoutJsonText)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withoutJsonText(inner)]))
}
