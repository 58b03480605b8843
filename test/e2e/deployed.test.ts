import { existsSync, rmSync } from 'node:fs'
import { gzipSync, zstdDecompressSync } from 'node:zlib'
import { AthenaClient, GetQueryExecutionCommand, StartQueryExecutionCommand } from '@aws-sdk/client-athena'
import {
  EventBridgeClient,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge'
import { GetPartitionsCommand, GetTableCommand, GlueClient } from '@aws-sdk/client-glue'
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { parquetReadObjects } from 'hyparquet'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { markedSql, type QueryRun, runKey, stateKey } from '../../lib/query/run-record.ts'
import { signedTrail, trailKeyPair } from '../support/signed-trail.ts'
import { projectForEmulator, sls } from './deploy.ts'
import { ACCOUNT, eventually, ministackCommand, startEmulator } from './emulator.ts'

const command = ministackCommand()
const packaged = existsSync(new URL('../../.serverless/serverless-state.json', import.meta.url))
const why = command ? (packaged ? '' : 'nothing is packaged: npm run package') : 'MiniStack is not installed'
if (why) console.warn(`end-to-end test skipped: ${why}`)

const HOUR = '2026-11-01T10:00:00Z'
const LOG_FOLDER = `AWSLogs/${ACCOUNT}/CloudTrail/us-east-1/2026/11/01/${ACCOUNT}_CloudTrail_us-east-1_20261101T`
const logKey = (time: string, unique: string) => `${LOG_FOLDER}${time}Z_${unique}.json.gz`
const event = (eventID: string, eventName: string, more: object = {}) => ({
  eventVersion: '1.11',
  eventID,
  eventTime: '2026-11-01T10:02:07Z',
  eventSource: 'cloudtrail.amazonaws.com',
  eventName,
  awsRegion: 'us-east-1',
  sourceIPAddress: '203.0.113.9',
  userAgent: 'aws-cli/2.31.0',
  userIdentity: {
    type: 'IAMUser',
    principalId: 'AIDAEXAMPLEEXAMPLE123',
    arn: `arn:aws:iam::${ACCOUNT}:user/mallory`,
    accountId: ACCOUNT,
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    userName: 'mallory',
  },
  requestParameters: { name: `arn:aws:cloudtrail:us-east-1:${ACCOUNT}:trail/main` },
  responseElements: null,
  readOnly: false,
  managementEvent: true,
  eventType: 'AwsApiCall',
  eventCategory: 'Management',
  recipientAccountId: ACCOUNT,
  ...more,
})
const STOPPED = event('11111111-0000-4000-8000-000000000001', 'StopLogging')
const ONLY_IN_S3 = event('11111111-0000-4000-8000-000000000002', 'DeleteTrail')
const HARMLESS = event('11111111-0000-4000-8000-000000000003', 'GetTrailStatus', { readOnly: true })
const logFile = (...records: object[]) => gzipSync(JSON.stringify({ Records: records }))
const GOOD = logKey('1005', 'aaaaaaaaaaaaaaaa')
const CHANGED = logKey('1010', 'bbbbbbbbbbbbbbbb')

interface Message {
  readonly 'detail-type': string
  readonly detail: {
    readonly id?: string
    readonly rule: { readonly id: string }
    readonly resources: string[]
    readonly mode?: string
  }
}

describe.skipIf(why !== '')('the deployed stack', () => {
  const pair = trailKeyPair()
  const received: Message[] = []
  let emulator: Awaited<ReturnType<typeof startEmulator>>
  let outputs: Record<string, string>
  let s3: S3Client

  const call = async (target: string, body: object) => {
    const service = { AmazonSQS: 'sqs', Logs_20140328: 'logs' }[target.split('.')[0]!]
    const response = await fetch(emulator.endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': target,
        authorization: `AWS4-HMAC-SHA256 Credential=test/20261101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`,
      },
      body: JSON.stringify(body),
    })
    const answer = await response.json()
    if (!response.ok) throw new Error(`${target}: ${JSON.stringify(answer)}`)
    return answer as Record<string, never>
  }

  const put = (key: string, bytes: Uint8Array, metadata: Record<string, string> = {}) =>
    s3.send(new PutObjectCommand({ Bucket: outputs['LogBucket'], Key: key, Body: bytes, Metadata: metadata }))

  /** Everything on the finding bus goes to a queue of the test's own. */
  const listen = async (events: EventBridgeClient): Promise<() => Promise<void>> => {
    const { QueueUrl } = await call('AmazonSQS.CreateQueue', { QueueName: 'e2e-findings' })
    const bus = { EventBusName: outputs['FindingBus']!, Name: 'e2e-findings' }
    await events.send(
      new PutRuleCommand({ ...bus, EventPattern: JSON.stringify({ source: ['trailwarden'] }) }),
    )
    const Arn = `arn:aws:sqs:us-east-1:${ACCOUNT}:e2e-findings`
    await events.send(
      new PutTargetsCommand({
        EventBusName: bus.EventBusName,
        Rule: bus.Name,
        Targets: [{ Id: 'queue', Arn }],
      }),
    )
    return async () => {
      const { Messages = [] } = (await call('AmazonSQS.ReceiveMessage', {
        QueueUrl,
        MaxNumberOfMessages: 10,
      })) as {
        Messages?: { Body: string; ReceiptHandle: string }[]
      }
      for (const { Body, ReceiptHandle } of Messages) {
        received.push(JSON.parse(Body))
        await call('AmazonSQS.DeleteMessage', { QueueUrl, ReceiptHandle })
      }
    }
  }

  let pump: () => Promise<void>
  const onBus = (what: string, is: (message: Message) => boolean) =>
    eventually(what, async () => {
      await pump()
      return received.find(is)
    })

  beforeAll(async () => {
    const keys = [
      {
        Value: Buffer.from(pair.der).toString('base64'),
        Fingerprint: pair.fingerprint,
        ValidityStartTime: 1,
        ValidityEndTime: 4e9,
      },
    ]
    emulator = await startEmulator(command!, (target) =>
      target.endsWith('.ListPublicKeys') ? { PublicKeyList: keys } : undefined,
    )
    const { project, leftOut } = projectForEmulator()
    console.info(`left out, since the emulator does not know them: ${leftOut.join(', ')}`)
    await sls(project, emulator.endpoint, 'deploy', '--package', 'package')
    outputs = Object.fromEntries(
      [...(await sls(project, emulator.endpoint, 'info', '--verbose')).matchAll(/^ {2}(\w+): (\S+)$/gm)].map(
        ([, name, value]) => [name!, value!],
      ),
    )
    rmSync(project, { recursive: true })
    const client = { endpoint: emulator.endpoint, forcePathStyle: true }
    s3 = new S3Client(client)
    const events = new EventBridgeClient(client)
    pump = await listen(events)

    const logs = new Map([
      [GOOD, { bytes: logFile(HARMLESS, STOPPED), deliveredAt: '2026-11-01T10:05:00Z' }],
      [CHANGED, { bytes: logFile(ONLY_IN_S3, HARMLESS), deliveredAt: '2026-11-01T10:10:00Z' }],
    ])
    const trail = signedTrail({
      bucket: outputs['LogBucket']!,
      account: ACCOUNT,
      region: 'us-east-1',
      trail: 'main',
      from: HOUR,
      hours: 1,
      logs,
      keyPair: pair,
    })
    await events.send(
      new PutEventsCommand({
        Entries: [
          {
            Source: 'aws.cloudtrail',
            DetailType: 'AWS API Call via CloudTrail',
            Detail: JSON.stringify(STOPPED),
          },
        ],
      }),
    )
    // somebody took one event out of a log file after it was delivered
    for (const [key, { bytes, metadata }] of trail.objects) {
      await put(key, key === CHANGED ? logFile(ONLY_IN_S3) : bytes, metadata as Record<string, string>)
    }
  })
  afterAll(async () => emulator?.stop())

  it('makes the day of a log file a Glue partition', async () => {
    const glue = new GlueClient({ endpoint: emulator.endpoint })
    const partition = await eventually('a partition', async () => {
      const { Partitions = [] } = await glue.send(
        new GetPartitionsCommand({ DatabaseName: outputs['Database'], TableName: 'raw_events' }),
      )
      return Partitions[0]
    })
    expect(partition.Values).toEqual([ACCOUNT, 'us-east-1', '2026/11/01'])
    expect(partition.StorageDescriptor?.Location).toBe(
      `s3://${outputs['LogBucket']}/AWSLogs/${ACCOUNT}/CloudTrail/us-east-1/2026/11/01/`,
    )
    expect(partition.StorageDescriptor?.InputFormat).toBe('com.amazon.emr.cloudtrail.CloudTrailInputFormat')
  })

  it('makes an API call that EventBridge carries a finding', async () => {
    const { detail } = await onBus(
      'the fast finding',
      ({ detail }) => detail.id === `cloudtrail-trail-stopped#${STOPPED.eventID}`,
    )
    expect(detail.rule.id).toBe('cloudtrail-trail-stopped')
  })

  it('makes an event that only S3 holds a finding', async () => {
    await onBus(
      'the slow finding',
      ({ detail }) => detail.id === `cloudtrail-trail-stopped#${ONLY_IN_S3.eventID}`,
    )
  })

  it('proves one log file and finds the one that was changed', async () => {
    const { detail } = await onBus(
      'the evidence finding',
      ({ detail }) => detail.rule?.id === 'digest-not-valid',
    )
    expect(detail.resources).toEqual([`s3://${outputs['LogBucket']}/${CHANGED}`])
    const line = await eventually('the verdict in the log', async () => {
      const { events = [] } = (await call('Logs_20140328.FilterLogEvents', {
        logGroupName: '/aws/lambda/trailwarden-main-validate-digest',
      })) as { events?: { message: string }[] }
      return events.map(({ message }) => message).find((message) => message.includes('"validated"'))
    })
    expect(JSON.parse(line.slice(line.indexOf('{')))).toMatchObject({
      digests: { valid: 1, modified: 0 },
      logs: { valid: 1, modified: 1 },
    })
  })

  /** Runs a function by hand, as its schedule would. */
  const invoke = async (name: string, request: object = {}) => {
    const path = `/2015-03-31/functions/trailwarden-main-${name}/invocations`
    const response = await fetch(`${emulator.endpoint}${path}`, {
      method: 'POST',
      body: JSON.stringify(request),
    })
    const answer = (await response.json()) as Record<string, number>
    if (!response.ok || 'errorMessage' in answer) throw new Error(`${name}: ${JSON.stringify(answer)}`)
    return answer
  }

  it('finds the hour that no digest was delivered for, once, and tells when it has come', async () => {
    const hours = 7
    const from = `${new Date(Date.now() - hours * 3_600_000).toISOString().slice(0, 19)}Z`
    const place = { bucket: outputs['LogBucket']!, account: ACCOUNT, region: 'us-east-1', trail: 'hourly' }
    const trail = signedTrail({ ...place, from, hours, keyPair: pair })
    const late = trail.digests[2]!
    const object = trail.objects.get(late.key)!
    for (const [key, { bytes, metadata }] of trail.objects) {
      if (key !== late.key) await put(key, bytes, metadata as Record<string, string>)
    }
    const isAbout =
      (rule: string) =>
      ({ detail }: Message): boolean =>
        detail.rule?.id === rule && detail.resources[0] === `s3://${outputs['LogBucket']}/${late.key}`
    expect(await invoke('sweep-digests')).toMatchObject({ places: 1, failed: 0, left: 0 })
    await onBus('the missing hour', isAbout('digest-not-valid'))
    await invoke('sweep-digests')
    await put(late.key, object.bytes, object.metadata as Record<string, string>)
    await onBus('its recovery', isAbout('digest-recovered'))
    await invoke('sweep-digests')
    expect(received.filter(isAbout('digest-not-valid'))).toHaveLength(1)
    expect(received.filter(isAbout('digest-recovered'))).toHaveLength(1)
  })

  it('says what would contain it, and does nothing', async () => {
    const { detail } = await onBus(
      'the plan',
      (message) => message['detail-type'] === 'Trailwarden Containment Plan',
    )
    expect(detail.mode).toBe('observe')
  })

  it('reports a finding once, though both lanes and a second delivery saw it', async () => {
    await put(GOOD, logFile(HARMLESS, STOPPED))
    await put(
      logKey('1020', 'cccccccccccccccc'),
      logFile(event('11111111-0000-4000-8000-000000000004', 'StopLogging')),
    )
    await onBus('the finding after it', ({ detail }) => detail.id?.endsWith('000000000004') === true)
    expect(
      received.filter(({ detail }) => detail.id === `cloudtrail-trail-stopped#${STOPPED.eventID}`),
    ).toHaveLength(1)
  })

  it('makes a day Parquet that holds each event once, and moves the view past it', async () => {
    const database = outputs['Database']!
    const glue = new GlueClient({ endpoint: emulator.endpoint })
    expect(await invoke('plan-compaction', { day: '2026-11-01' })).toEqual({ days: 1 })
    const location = await eventually('the compacted day', async () => {
      const { Partitions = [] } = await glue.send(
        new GetPartitionsCommand({ DatabaseName: database, TableName: 'events' }),
      )
      expect(Partitions.map(({ Values }) => Values)).toEqual(
        Partitions.length > 0 ? [[ACCOUNT, '2026-11-01']] : [],
      )
      return Partitions[0]?.StorageDescriptor?.Location
    })
    const [, Bucket = '', Prefix = ''] = /^s3:\/\/([^/]+)\/(.*)$/.exec(location) ?? []
    expect(Bucket).toBe(outputs['LakeBucket'])
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix }))
    const [Key] = Contents.flatMap(({ Key }) => (Key?.endsWith('.parquet') ? [Key] : []))
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: Key! }))
    const file = (await Body!.transformToByteArray()).slice().buffer
    const rows = await parquetReadObjects({
      file,
      compressors: { ZSTD: (input) => zstdDecompressSync(input) },
      columns: ['eventid', 'eventname', 'sourcefile'],
    })
    const expected = [STOPPED, ONLY_IN_S3, HARMLESS].map(({ eventID }) => eventID)
    const ids = rows.map(({ eventid }) => eventid as string)
    expect(new Set(ids).size).toBe(ids.length)
    expect(expected.filter((id) => !ids.includes(id))).toEqual([])
    const run = await eventually('the line of the run', async () => {
      const { Contents: runs = [] } = await s3.send(
        new ListObjectsV2Command({ Bucket, Prefix: `compaction/runs/${ACCOUNT}/2026-11-01/` }),
      )
      const line = runs[0]?.Key && (await s3.send(new GetObjectCommand({ Bucket, Key: runs[0].Key })))
      return line ? await line.Body!.transformToString() : undefined
    })
    expect(JSON.parse(run)).toMatchObject({ account: ACCOUNT, imbalances: [], rows: { events: ids.length } })
    const { boundary } = (await invoke('plan-compaction', { refresh: true })) as never as { boundary: string }
    expect(boundary > '2026-11-01').toBe(true)
    const { Table } = await glue.send(new GetTableCommand({ DatabaseName: database, Name: 'cloudtrail' }))
    const view = Buffer.from(/Presto View: (\S+)/.exec(Table!.ViewOriginalText!)![1]!, 'base64').toString()
    expect(JSON.parse(view)).toMatchObject({ schema: database, catalog: 'awsdatacatalog' })
  })

  it('makes the rows of a scheduled query findings once Athena says that it ended', async () => {
    const client = { endpoint: emulator.endpoint }
    const [pack, query] = ['trailwarden', 'who-stopped-logging']
    const started: QueryRun = {
      ...{ run: '20261102T000000Z-0123456789abcdef', pack, query, state: 'STARTING', attempt: 1 },
      ...{ since: '2026-11-01T00:00:00.000Z', until: '2026-11-02T00:00:00.000Z', late: [] },
      started: '2026-11-02T00:00:00.000Z',
      sql: "SELECT 'e2e-row' AS eventid, 'StopLogging' AS eventname",
    }
    const Bucket = outputs['LakeBucket']!
    // as a start leaves it that was killed once it had sent the query
    const Body = JSON.stringify({ version: 1, running: { run: started, late: {} } })
    await s3.send(new PutObjectCommand({ Bucket, Key: stateKey(started), Body }))
    const { QueryExecutionId } = await new AthenaClient(client).send(
      new StartQueryExecutionCommand({ QueryString: markedSql(started), WorkGroup: outputs['WorkGroup'] }),
    )
    await eventually('the end of the query', async () => {
      const { QueryExecution } = await new AthenaClient(client).send(
        new GetQueryExecutionCommand({ QueryExecutionId }),
      )
      return QueryExecution?.Status?.State === 'SUCCEEDED' || undefined
    })
    // the emulator does not tell of it, so the test does, twice
    const detail = { currentState: 'SUCCEEDED', queryExecutionId: QueryExecutionId }
    const told = { source: 'aws.athena', 'detail-type': 'Athena Query State Change', detail }
    for (const messageId of ['m-1', 'm-2']) {
      const message = { messageId, body: JSON.stringify(told) }
      expect(await invoke('finish-query', { Records: [message] })).toEqual({ batchItemFailures: [] })
    }
    await onBus('the finding of the query', ({ detail }) => detail.id === 'who-stopped-logging#e2e-row')
    const line = await eventually('the line of the run', async () => {
      const read = await s3
        .send(new GetObjectCommand({ Bucket, Key: runKey(started) }))
        .catch(() => undefined)
      return read?.Body?.transformToString()
    })
    expect(JSON.parse(line)).toMatchObject({ state: 'SUCCEEDED', rows: 1, findings: 1 })
    expect(received.filter(({ detail }) => detail.id === 'who-stopped-logging#e2e-row')).toHaveLength(1)
  })
})
