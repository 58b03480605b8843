import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { zstdDecompressSync } from 'node:zlib'
import type { Context } from 'aws-lambda'
import { parquetReadObjects } from 'hyparquet'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type Answer, type Call, json, loopback, s3Error } from './loopback.ts'

const why = existsSync(new URL('../../dist/finish-query/index.js', import.meta.url))
  ? ''
  : 'nothing is built: npm run build'
if (why) console.warn(`tests of the shipped query packs skipped: ${why}`)

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
  TRAILWARDEN_PACKS: 'trailwarden',
}
const PUBLISHED =
  '<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>'

interface Execution {
  readonly id: string
  readonly sql: string
  readonly token: string
  State: string
  reason: string
  rows: readonly (readonly string[])[]
}

/** Athena, the lake bucket, bus and topic on the loopback interface; the bucket knows conditional writes. */
const deployed = async () => {
  const objects = new Map<string, Buffer>()
  const executions: Execution[] = []
  const put: { Detail: string }[] = []
  const etag = (bytes: Buffer) => `"${createHash('md5').update(bytes).digest('hex')}"`
  const s3 = ({ method, url, headers, bytes }: Call): Answer => {
    const key = decodeURIComponent(url.pathname).replace(/^\/lake\//, '')
    const found = objects.get(key)
    if (method === 'PUT') {
      if (headers['if-none-match'] && found) return s3Error(412, 'PreconditionFailed')
      if (headers['if-match'] && (!found || headers['if-match'] !== etag(found)))
        return s3Error(412, 'PreconditionFailed')
      objects.set(key, bytes)
      return { headers: { etag: etag(objects.get(key)!) } }
    }
    if (!found) return method === 'HEAD' ? { status: 404 } : s3Error(404, 'NoSuchKey')
    return { headers: { etag: etag(found) }, ...(method === 'GET' && { body: found }) }
  }
  const athena: Record<string, (body: Record<string, string>) => Answer> = {
    StartQueryExecution: ({ QueryString: sql = '', ClientRequestToken: token = '' }) => {
      const known = executions.find((one) => one.token === token)
      if (known) return json({ QueryExecutionId: known.id })
      const isProbe = !sql.startsWith('/* trailwarden ')
      const id = `q-${executions.length + 1}`
      executions.push({ id, sql, token, State: isProbe ? 'SUCCEEDED' : 'RUNNING', reason: '', rows: [] })
      return json({ QueryExecutionId: id })
    },
    GetQueryExecution: ({ QueryExecutionId }) => {
      const { id, sql, State, reason } = executions.find((one) => one.id === QueryExecutionId)!
      return json({
        QueryExecution: {
          QueryExecutionId: id,
          Query: sql,
          Status: { State, ...(reason && { StateChangeReason: reason }) },
          Statistics: { DataScannedInBytes: 1000, QueryQueueTimeInMillis: 7 },
          ResultConfiguration: { OutputLocation: `s3://lake/query-results/${id}.csv` },
        },
      })
    },
    GetQueryResults: ({ QueryExecutionId }) => {
      const { rows } = executions.find((one) => one.id === QueryExecutionId)!
      const [header = []] = rows
      return json({
        ResultSet: {
          ResultSetMetadata: { ColumnInfo: header.map((Name) => ({ Name, Type: 'varchar' })) },
          Rows: rows.map((row) => ({ Data: row.map((VarCharValue) => ({ VarCharValue })) })),
        },
      })
    },
  }
  const { endpoint, calls, close } = await loopback((call) => {
    if (athena[call.operation]) return athena[call.operation]!(JSON.parse(call.body))
    if (call.operation === 'PutEvents') {
      const { Entries } = JSON.parse(call.body)
      put.push(...Entries)
      return json({ FailedEntryCount: 0, Entries: Entries.map(() => ({ EventId: '1' })) })
    }
    if (call.body.startsWith('Action=Publish'))
      return { headers: { 'content-type': 'text/xml' }, body: PUBLISHED }
    return s3(call)
  })
  open.push(close)
  vi.stubEnv('AWS_ENDPOINT_URL', endpoint)
  for (const [setting, value] of Object.entries(SETTINGS)) vi.stubEnv(setting, value)
  const load = (name: string) => {
    const path = require.resolve(`../../dist/${name}/index.js`)
    delete require.cache[path]
    return require(path).handler as (event: unknown, context: Context) => Promise<Record<string, number>>
  }
  let invocations = 0
  const context = () =>
    ({
      functionName: 'f',
      awsRequestId: `r-${++invocations}`,
      memoryLimitInMB: '512',
      invokedFunctionArn: 'arn',
      functionVersion: '1',
      getRemainingTimeInMillis: () => 900_000,
    }) as Context
  const start = load('run-query-pack')
  const finish = load('finish-query')
  const runs = () =>
    [...objects]
      .filter(([key]) => key.startsWith('query-runs/'))
      .map(([, bytes]) => JSON.parse(bytes.toString()) as Record<string, unknown>)
  const packs = () => executions.filter(({ sql }) => sql.startsWith('/* trailwarden '))
  return {
    schedule: (tick: object) => start(tick, context()),
    finish: (...ids: string[]) => finish({ Records: ids.map(message) }, context()),
    deliver: (event: unknown) => finish(event, context()),
    executions,
    packs,
    runs,
    put,
    objects,
    calls,
  }
}

const message = (queryExecutionId: string, n: number) => ({
  messageId: `m-${n}`,
  body: JSON.stringify({
    source: 'aws.athena',
    'detail-type': 'Athena Query State Change',
    detail: {
      versionId: '0',
      currentState: 'SUCCEEDED',
      previousState: 'RUNNING',
      statementType: 'DML',
      queryExecutionId,
      workgroupName: 'trailwarden',
      sequenceNumber: '3',
    },
  }),
})

const tick = { id: 'tick-1', time: '2026-11-02T00:00:00Z' }
const STOPPED = [
  [
    'eventtime',
    'recipientaccountid',
    'awsregion',
    'eventname',
    'trail',
    'arn',
    'sourceipaddress',
    'errorcode',
    'eventid',
  ],
  [
    '2026-11-01 10:02:07.000',
    '111122223333',
    'us-east-1',
    'StopLogging',
    'main',
    'a',
    '203.0.113.9',
    '',
    'e-1',
  ],
] as const

describe.skipIf(why !== '')('query packs, as shipped', () => {
  it('start what a schedule can, over its window, and skip what asks for a value', async () => {
    const { schedule, packs, runs } = await deployed()
    const counts = await schedule(tick)
    expect(counts).toMatchObject({ failed: 0 })
    expect(counts['skipped']).toBeGreaterThan(0)
    expect(counts['queries']).toBe(packs().length)
    for (const { sql } of packs()) {
      expect(sql).toContain('2026-11-01 00:00:00')
      expect(sql).toContain('2026-11-02 00:00:00')
    }
    expect(new Set(runs().map(({ state }) => state))).toEqual(new Set(['RUNNING']))
  })

  it('ask first which days have late log files', async () => {
    const { schedule, executions } = await deployed()
    await schedule(tick)
    expect(executions[0]!.sql).toContain("regexp_extract(events.sourcefile, '_(\\d{8})T\\d{4}Z', 1)")
    expect(executions[0]!.sql).toContain("events.day >= '2026-10-02'")
  })

  it('start the same queries once, when a schedule comes twice or is tried again', async () => {
    const { schedule, packs, executions } = await deployed()
    await Promise.all([schedule(tick), schedule({ ...tick, id: 'tick-2' })])
    await schedule(tick)
    expect(new Set(packs().map(({ sql }) => sql)).size).toBe(packs().length)
    expect(executions.length - packs().length).toBe(1)
  })

  it('become findings when Athena says that they ended, once', async () => {
    const { schedule, finish, packs, put, runs, objects } = await deployed()
    await schedule(tick)
    const stopped = packs().find(({ sql }) => sql.includes('/who-stopped-logging '))!
    Object.assign(stopped, { State: 'SUCCEEDED', rows: STOPPED })
    expect(await finish(stopped.id)).toEqual({ batchItemFailures: [] })
    expect(await finish(stopped.id, stopped.id)).toEqual({ batchItemFailures: [] })
    expect(put.map(({ Detail }) => JSON.parse(Detail).id)).toEqual(['who-stopped-logging#e-1'])
    const [run] = runs().filter(({ query }) => query === 'who-stopped-logging')
    expect(run).toMatchObject({
      state: 'SUCCEEDED',
      pack: 'trailwarden',
      execution: stopped.id,
      since: '2026-11-01T00:00:00.000Z',
      until: '2026-11-02T00:00:00.000Z',
      scanned: 1000,
      queuedms: 7,
      rows: 1,
      findings: 1,
      results: `s3://lake/query-results/${stopped.id}.csv`,
    })
    const bytes = objects.get((run!['parquet'] as string).replace('s3://lake/', ''))!
    const file = new Uint8Array(bytes).buffer
    const rows = await parquetReadObjects({
      file,
      compressors: { ZSTD: (input) => zstdDecompressSync(input) },
    })
    expect(rows).toMatchObject([{ eventid: 'e-1', eventtime: new Date('2026-11-01T10:02:07.000Z') }])
  })

  it('are finished by the next schedule when nobody heard of their end', async () => {
    const { schedule, packs, put, runs } = await deployed()
    await schedule(tick)
    const first = packs().length
    for (const one of packs()) one.State = 'SUCCEEDED'
    Object.assign(packs().find(({ sql }) => sql.includes('/who-stopped-logging '))!, { rows: STOPPED })
    const counts = await schedule({ id: 'tick-2', time: '2026-11-02T01:00:00Z' })
    expect(counts['swept']).toBe(first)
    expect(put).toHaveLength(1)
    expect(new Set(runs().map(({ state }) => state))).toEqual(new Set(['SUCCEEDED']))
    await schedule({ id: 'tick-3', time: '2026-11-02T02:00:00Z' })
    // from where the first ended, and a day of overlap
    expect(packs().at(-1)!.sql).toContain('2026-11-01 00:00:00')
    expect(packs().at(-1)!.sql).toContain('2026-11-02 02:00:00')
  })

  it('that fail are written down with the reason and counted, and no message comes back', async () => {
    const { schedule, finish, packs, runs } = await deployed()
    await schedule(tick)
    const [one] = packs()
    Object.assign(one!, { State: 'FAILED', reason: 'TABLE_NOT_FOUND: cloudtrail' })
    expect(await finish(one!.id)).toEqual({ batchItemFailures: [] })
    expect(runs().filter(({ state }) => state === 'FAILED')).toMatchObject([
      { execution: one!.id, error: 'TABLE_NOT_FOUND: cloudtrail' },
    ])
  })

  it('come back by the queue when their findings cannot be put', async () => {
    const { schedule, finish, packs, put, runs, objects } = await deployed()
    await schedule(tick)
    const stopped = packs().find(({ sql }) => sql.includes('/who-stopped-logging '))!
    Object.assign(stopped, { State: 'SUCCEEDED', rows: STOPPED })
    const key = [...objects.keys()].find((name) =>
      name.endsWith('query-state/trailwarden/who-stopped-logging.json'),
    )!
    const good = objects.get(key)!
    objects.set(key, Buffer.from('damaged'))
    expect(await finish(stopped.id)).toEqual({ batchItemFailures: [{ itemIdentifier: 'm-0' }] })
    objects.set(key, good)
    expect(await finish(stopped.id)).toEqual({ batchItemFailures: [] })
    expect(put).toHaveLength(1)
    expect(runs().filter(({ state }) => state === 'SUCCEEDED')).toHaveLength(1)
  })

  it.each([
    [{ source: 'aws.s3', 'detail-type': 'Object Created', detail: {} }],
    [{ source: 'aws.athena', 'detail-type': 'Athena Query State Change', detail: {} }],
    [{ Records: [{ messageId: 'm', body: 'no JSON' }] }],
    ['nothing'],
  ])('leave alone what tells of no query: %j', async (event) => {
    const { deliver, calls } = await deployed()
    expect(await deliver(event)).toEqual({ batchItemFailures: [] })
    expect(calls).toEqual([])
  })
})
