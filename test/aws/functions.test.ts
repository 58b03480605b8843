import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Context } from 'aws-lambda'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { lambdaContext as context } from '../support/lambda-context.ts'
import { type Answer, type Call, json, loopback } from './loopback.ts'

const why = existsSync(new URL('../../dist/query/index.js', import.meta.url))
  ? ''
  : 'nothing is built: npm run build'
if (why) console.warn(`tests of the shipped functions skipped: ${why}`)

const require = createRequire(import.meta.url)
const open: (() => Promise<void>)[] = []
afterEach(async () => {
  vi.unstubAllEnvs()
  await Promise.all(open.splice(0).map((close) => close()))
})

const SETTINGS = {
  TRAILWARDEN_WORKGROUP: 'trailwarden',
  TRAILWARDEN_DATABASE: 'trail',
  TRAILWARDEN_FINDING_BUS: 'findings',
  TRAILWARDEN_TOPIC: 'arn:aws:sns:us-east-1:111122223333:topic',
  TRAILWARDEN_LAKE_BUCKET: 'lake',
  TRAILWARDEN_MEMORY_TABLE: 'memory',
  TRAILWARDEN_PACKS: 'trailwarden',
}

/** A shipped function, in an environment that is all it knows. */
const shipped = async (name: string, answer: (call: Call) => Answer) => {
  const { endpoint, calls, close } = await loopback(answer)
  open.push(close)
  vi.stubEnv('AWS_ENDPOINT_URL', endpoint)
  for (const [setting, value] of Object.entries(SETTINGS)) vi.stubEnv(setting, value)
  const path = require.resolve(`../../dist/${name}/index.js`)
  delete require.cache[path]
  const { handler } = require(path) as {
    handler: (event: unknown, context: Context) => Promise<Record<string, unknown>>
  }
  const started = () =>
    calls.filter(({ operation }) => operation === 'StartQueryExecution').map(({ body }) => JSON.parse(body))
  return { invoke: (event: unknown) => handler(event, context), handler, started }
}

const athena =
  (rows: string[][]) =>
  (call: Call): Answer => {
    if (call.operation === 'StartQueryExecution') return json({ QueryExecutionId: 'q-1' })
    if (call.operation === 'GetQueryExecution')
      return json({ QueryExecution: { Status: { State: 'SUCCEEDED' } } })
    const [header = []] = rows
    return json({
      ResultSet: {
        ResultSetMetadata: { ColumnInfo: header.map((Name) => ({ Name, Type: 'varchar' })) },
        Rows: rows.map((row) => ({ Data: row.map((VarCharValue) => ({ VarCharValue })) })),
      },
    })
  }

describe.skipIf(why !== '')('query, as shipped', () => {
  it('runs SQL on Athena and answers with rows', async () => {
    const { invoke, started } = await shipped('query', athena([['eventname'], ['StopLogging']]))
    const answer = await invoke({
      sql: "SELECT eventName FROM events WHERE eventTime > '2026-11-01 00:00:00'",
    })
    expect(answer).toMatchObject({
      columns: ['eventname'],
      rows: [{ eventname: 'StopLogging' }],
      omitted: 0,
    })
    expect(started()).toHaveLength(1)
    expect(started()[0]).toMatchObject({
      WorkGroup: 'trailwarden',
      QueryExecutionContext: { Database: 'trail' },
    })
  })

  it('knows the queries that come with it, by name', async () => {
    const { invoke, started } = await shipped('query', athena([['x']]))
    await invoke({ name: 'top-errors', params: { since: '2026-11-01 00:00:00' } })
    expect(started()[0].QueryString).toContain('2026-11-01')
  })

  it.each([
    [{ sql: 'DROP TABLE events' }, /SELECT/i],
    [{ name: 'no-such-query' }, /no-such-query: no such query/],
    [{ query: 'SELECT 1' }, /expected \{"name"/],
  ])('answers with the reason to what it does not run', async (request, reason) => {
    const { invoke, started } = await shipped('query', athena([]))
    expect((await invoke(request))['refused']).toMatch(reason)
    expect(started()).toEqual([])
  })

  it('cuts an answer that Lambda would refuse, and says by how much', async () => {
    const rows = Array.from({ length: 8 }, () => ['x'.repeat(1_000_000)])
    const { invoke } = await shipped('query', athena([['eventname'], ...rows]))
    const answer = await invoke({ sql: 'SELECT eventName FROM events' })
    expect(answer['rows']).toHaveLength(4)
    expect(answer['omitted']).toBe(4)
  })
})

describe.skipIf(why !== '')('the end of a query on demand, as shipped', () => {
  const SQL = 'SELECT eventName FROM events'
  const ending =
    (Status: object, more: (call: Call) => Answer = athena([['x']])) =>
    (call: Call): Answer =>
      call.operation === 'GetQueryExecution' ? json({ QueryExecution: { Status } }) : more(call)

  it('that was answered names its results in S3, and what was read', async () => {
    const Statistics = { DataScannedInBytes: 12 }
    const ResultConfiguration = { OutputLocation: 's3://lake/query-results/q-1.csv' }
    const { invoke } = await shipped('query', (call) =>
      call.operation === 'GetQueryExecution'
        ? json({ QueryExecution: { Status: { State: 'SUCCEEDED' }, Statistics, ResultConfiguration } })
        : athena([['eventname'], ['StopLogging']])(call),
    )
    expect(await invoke({ sql: SQL })).toMatchObject({
      state: 'SUCCEEDED',
      execution: 'q-1',
      scannedBytes: 12,
      results: 's3://lake/query-results/q-1.csv',
    })
  })

  it.each([
    ['FAILED', 'TABLE_NOT_FOUND: no', /failed: TABLE_NOT_FOUND/],
    ['CANCELLED', 'Bytes scanned limit was exceeded', /cancelled: Bytes scanned limit/],
  ])('that is %s says why', async (State, StateChangeReason, message) => {
    const { invoke } = await shipped('query', ending({ State, StateChangeReason }))
    const answer = await invoke({ sql: SQL })
    expect(answer).toMatchObject({ state: State, execution: 'q-1' })
    expect(answer['message']).toMatch(message)
  })

  it('that the time does not suffice for is stopped, and says so', async () => {
    const stopped: string[] = []
    const { handler } = await shipped(
      'query',
      ending({ State: 'QUEUED' }, (call) => {
        if (call.operation === 'StopQueryExecution') stopped.push(JSON.parse(call.body).QueryExecutionId)
        return athena([['x']])(call)
      }),
    )
    const late = { ...context, getRemainingTimeInMillis: () => 9_000 } as Context
    expect(await handler({ sql: SQL }, late)).toMatchObject({
      state: 'TIMED_OUT',
      message: expect.stringContaining('was still queued when the time ran out, and was stopped'),
    })
    expect(stopped).toEqual(['q-1'])
  })

  it('that is only explained starts nothing, and tells the Parquet it could read', async () => {
    const { invoke, started } = await shipped('query', ({ url }) => {
      const account = 'events/account=111122223333/'
      const keys = ['2026-10-31', '2026-11-01', '2026-11-02', '2026-11-03'].map(
        (day) => `${account}day=${day}/g/part-00000.parquet`,
      )
      const after = url.searchParams.get('start-after') ?? ''
      const prefix = url.searchParams.get('prefix')
      const contents =
        prefix === 'events/'
          ? `<CommonPrefixes><Prefix>${account}</Prefix></CommonPrefixes>`
          : keys
              .filter((key) => key > after)
              .map((key) => `<Contents><Key>${key}</Key><Size>100</Size></Contents>`)
              .join('')
      const body = `<?xml version="1.0"?><ListBucketResult><IsTruncated>false</IsTruncated>${contents}</ListBucketResult>`
      return { headers: { 'content-type': 'application/xml' }, body }
    })
    const sql = `${SQL} WHERE eventTime >= '2026-11-01 00:00:00' AND eventTime < '2026-11-02 12:00:00'`
    expect(await invoke({ sql, explain: true })).toMatchObject({
      state: 'EXPLAINED',
      sql: expect.stringContaining('FROM cloudtrail AS events'),
      partitions: 'account: every one; day: from 2026-11-01 to 2026-11-02',
      parquetFiles: 2,
      parquetBytes: 200,
    })
    expect(started()).toEqual([])
  })
})

describe.skipIf(why !== '')('detect-api-call, as shipped', () => {
  it('holds every rule, and finds what they look for', async () => {
    const put: { Detail: string }[] = []
    const { invoke } = await shipped('detect-api-call', outlets(put))
    const detail = {
      eventVersion: '1.11',
      eventID: 'e-1',
      eventTime: '2026-11-01T10:02:07Z',
      eventSource: 'cloudtrail.amazonaws.com',
      eventName: 'StopLogging',
      awsRegion: 'us-east-1',
      sourceIPAddress: '203.0.113.9',
      userIdentity: {
        type: 'IAMUser',
        arn: 'arn:aws:iam::111122223333:user/mallory',
        accountId: '111122223333',
      },
      requestParameters: { name: 'main' },
      recipientAccountId: '111122223333',
    }
    await invoke({
      source: 'aws.cloudtrail',
      'detail-type': 'AWS API Call via CloudTrail',
      account: '111122223333',
      detail,
    })
    expect(put.map(({ Detail }) => JSON.parse(Detail).id)).toContain('cloudtrail-trail-stopped#e-1')
  })
})

/** Bus, topic and archive; whatever else is asked goes to `others`. */
const outlets =
  (put: { Detail: string }[], others: (call: Call) => Answer = () => ({})) =>
  (call: Call): Answer => {
    if (call.operation === 'PutEvents') {
      const { Entries } = JSON.parse(call.body)
      put.push(...Entries)
      return json({ FailedEntryCount: 0, Entries: Entries.map(() => ({ EventId: '1' })) })
    }
    if (call.method === 'HEAD') return { status: 404 }
    if (call.body.startsWith('Action=Publish')) {
      return { headers: { 'content-type': 'text/xml' }, body: PUBLISHED }
    }
    return call.method === 'PUT' ? {} : others(call)
  }

const PUBLISHED =
  '<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>'
