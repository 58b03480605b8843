import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compile } from '../../lib/sql/compile.ts'
import { ATHENA_CATALOG } from '../../lib/store/athena-catalog.ts'
import { rawGlueTable } from '../../lib/store/glue.ts'
import { TABLES, type TableName } from '../../lib/store/schema.ts'
import { VIEWS, viewColumns, viewSql } from '../../lib/store/view.ts'
import type { CloudTrailEvent } from '../../lib/trail/event.ts'
import { rawRecord } from '../support/raw-table.ts'
import {
  aggregated,
  consoleLogin,
  insight,
  networkActivity,
  roleCall,
  serviceEvent,
} from '../support/stored-events.ts'
import { type Oracle, startOracle } from './oracle.ts'
import { createTables } from './tables.ts'

const started = await startOracle()
const oracle = 'missing' in started ? undefined : started
if ('missing' in started) console.warn(`views in Trino skipped: ${started.missing}`)

/** Hive's type in Trino's words. */
const trinoType = (hive: string): string =>
  hive
    .replaceAll('struct<', 'row(')
    .replaceAll('array<', 'array(')
    .replaceAll('map<string,string>', 'map(varchar, varchar)')
    .replaceAll(/([a-z0-9]+):/g, '"$1" ')
    .replaceAll(/\bstring\b/g, 'varchar')
    .replaceAll('>', ')')

const literal = (value: string): string => `'${value.replaceAll("'", "''")}'`

describe.skipIf(!oracle)('the views in a real Trino', () => {
  const trino = oracle as Oracle
  const ask = async (sql: string) => {
    const answer = await trino.run(sql)
    if (answer.error !== undefined) throw new Error(`${answer.error}: ${sql.slice(0, 400)}`)
    return answer
  }
  const deliver = async (table: TableName, event: CloudTrailEvent, file: string, day: string) => {
    const record = rawRecord(event, table)
    const cells = rawGlueTable(table).Columns.map(({ Name, Type }) => {
      const value = record[Name]
      if (value === null || value === undefined) return `CAST(NULL AS ${trinoType(Type)})`
      return Type === 'string'
        ? literal(value as string)
        : `CAST(json_parse(${literal(JSON.stringify(value))}) AS ${trinoType(Type)})`
    })
    await ask(`INSERT INTO raw_${table} SELECT ${cells.join(', ')}, '${day}', 's3://logs/${file}'`)
  }
  beforeAll(async () => {
    await createTables(trino, [])
    for (const table of Object.keys(TABLES) as TableName[]) {
      const columns = rawGlueTable(table).Columns.map(({ Name, Type }) => `"${Name}" ${trinoType(Type)}`)
      await ask(`CREATE TABLE raw_${table} (${columns.join(', ')}, day varchar, "$path" varchar)`)
      await ask(`CREATE VIEW ${VIEWS[table]} AS ${viewSql(table)}`)
    }
  }, 300_000)
  afterAll(() => trino?.close())

  it.each(Object.keys(TABLES) as TableName[])(
    'have the columns and types that Glue is told, over %s',
    async (table) => {
      const { rows = [] } = await ask(`DESCRIBE ${VIEWS[table]}`)
      const plain = (type: string) => type.replaceAll('"', '').replaceAll(/\s+/g, ' ')
      expect(rows.map(([name, type]) => [name, plain(type!)])).toEqual(
        viewColumns(table).map(({ name, type }) => [name, plain(type)]),
      )
    },
    60_000,
  )

  it('give days as delivered until they are compacted, each event once', async () => {
    const call = (eventID: string, more: CloudTrailEvent = {}) => ({ ...roleCall, eventID, ...more })
    await deliver('events', call('1'), 'a', '2026/11/01')
    await deliver('events', call('1'), 'b', '2026/11/01')
    await deliver('events', call('2'), 'b', '2026/11/01')
    await deliver(
      'events',
      call('3', { addendum: { reason: 'UPDATED_DATA', originalEventID: '2' } }),
      'c',
      '2026/11/01',
    )
    await deliver('events', call('4', { eventTime: '2026-11-02T00:00:00.125Z' }), 'c', '2026/11/02')
    const found = async () =>
      (await ask('SELECT eventid, sourcefile, account, day, eventtime FROM cloudtrail ORDER BY 1')).rows
    const next = ['4', 'c', '111122223333', '2026-11-02', '2026-11-02 00:00:00.125']
    expect(await found()).toEqual([
      ['1', 'a', '111122223333', '2026-11-01', '2026-11-01 10:00:07.000'],
      ['3', 'c', '111122223333', '2026-11-01', '2026-11-01 10:00:07.000'],
      next,
    ])
    await ask(
      `INSERT INTO events (eventid, sourcefile, account, day) VALUES ('stored', 'p', '111122223333', '2026-11-01')`,
    )
    expect(await found()).toEqual([next, ['stored', 'p', '111122223333', '2026-11-01', null]])
    await ask('TRUNCATE TABLE events')
    await ask('TRUNCATE TABLE raw_events')
  }, 60_000)

  it('answer the compiled questions of `query`, pruned by account and day', async () => {
    await deliver('events', { ...roleCall, eventID: 'asked' }, 'q', '2026/11/01')
    const { sql, warnings } = compile(
      `SELECT eventName, userIdentity.arn, element_at(requestParameters, 'bucketName') AS bucket FROM events
       WHERE eventTime >= '2026-11-01 00:00:00' AND eventTime < '2026-11-02 00:00:00'
         AND recipientAccountId = '111122223333' AND eventID = 'asked'`,
      { catalog: ATHENA_CATALOG, dialect: 'athena' },
    )
    expect(warnings).toEqual([])
    expect(sql).toMatch(/FROM "?cloudtrail"?/)
    expect(sql).toContain(`'2026-11-01'`)
    const { rows } = await ask(sql)
    expect(rows).toEqual([
      ['PutBucketPolicy', 'arn:aws:sts::111122223333:assumed-role/deploy/session', 'logs'],
    ])
    await ask('TRUNCATE TABLE raw_events')
  }, 60_000)

  it('show every kind of event, with nested values where queries look for them', async () => {
    for (const event of [roleCall, consoleLogin, serviceEvent])
      await deliver('events', event, 'a', '2026/11/01')
    await deliver('insights', insight, 'a', '2026/11/01')
    await deliver('network_events', networkActivity, 'a', '2026/11/01')
    await deliver('aggregated_events', aggregated, 'a', '2026/11/01')
    const { rows } = await ask(
      `SELECT useridentity.sessioncontext.attributes.creationdate, useridentity.inscopeof.credentiaisissuedto,
         json_extract_scalar(requestparameters, '$.bucketName'),
         json_extract_scalar(useridentity.sessioncontext.webidfederationdata.attributes, '$.sub')
       FROM cloudtrail WHERE eventid = '${roleCall.eventID}'`,
    )
    expect(rows).toEqual([['2026-11-01 09:00:00.000', 'f', 'logs', 'a']])
    const counts = await Promise.all(
      Object.values(VIEWS).map(async (view) => (await ask(`SELECT count(*) FROM ${view}`)).rows?.[0]?.[0]),
    )
    expect(counts).toEqual(['3', '1', '1', '1'])
  }, 60_000)
})
