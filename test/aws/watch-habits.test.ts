import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Context } from 'aws-lambda'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { LocatedEvent } from '../../lib/ports.ts'
import { alive, burst, call } from '../detection/baseline/calls.ts'
import { logFile, logKey } from '../support/memory-logs.ts'
import { listing } from '../support/s3-listing.ts'
import type { ServedObject } from '../support/served.ts'
import { type Answer, type Call, json, loopback, s3Error } from './loopback.ts'

const why = existsSync(new URL('../../dist/watch-habits/index.js', import.meta.url))
  ? ''
  : 'nothing is built: npm run build'
if (why) console.warn(`tests of the shipped habits skipped: ${why}`)

const require = createRequire(import.meta.url)
const open: (() => Promise<void>)[] = []
afterEach(async () => {
  vi.unstubAllEnvs()
  await Promise.all(open.splice(0).map((close) => close()))
})

const BUCKET = 'trail-bucket'
const NOW = Date.now()
/** A time that many hours ago, `2026-01-01T00:00:00Z`, and its minute and day. */
const ago = (hours: number) => `${new Date(NOW - hours * 3_600_000).toISOString().slice(0, 19)}Z`
const minute = (hours: number) => ago(hours).slice(0, 16)
const day = (hours: number) => ago(hours).slice(0, 10)

/** The shipped function over a bucket, with lake, bus and topic on the loopback interface. */
const deployed = async () => {
  const objects = new Map<string, ServedObject>()
  const lake = new Map<string, string>()
  const findings: string[] = []
  let files = 0
  const deliver = (hours: number, events: readonly LocatedEvent[], account = '111122223333') => {
    const bytes = logFile(events.map(({ event }) => ({ ...event, recipientAccountId: account })))
    objects.set(logKey(account, day(hours), files++), { bytes, metadata: {} })
  }
  const s3 = ({ url, method, body }: Call): Answer => {
    const [bucket = '', ...rest] = decodeURIComponent(url.pathname).slice(1).split('/')
    const key = rest.join('/')
    if (bucket === BUCKET) {
      if (key === '') return listing({ objects, bucket: BUCKET }, BUCKET, url.searchParams)
      const object = objects.get(key)
      return object ? { headers: {}, body: object.bytes } : s3Error(404, 'NoSuchKey')
    }
    if (method === 'PUT') {
      lake.set(key, body)
      return {}
    }
    const text = lake.get(key)
    return text === undefined ? s3Error(404, 'NoSuchKey') : { headers: { etag: '"1"' }, body: text }
  }
  const { endpoint, calls, close } = await loopback((request) => {
    if (request.operation !== 'PutEvents') return s3(request)
    const { Entries } = JSON.parse(request.body) as { Entries: { Detail: string }[] }
    findings.push(...Entries.map(({ Detail }) => (JSON.parse(Detail) as { id: string }).id))
    return json({ FailedEntryCount: 0, Entries: Entries.map(() => ({ EventId: '1' })) })
  })
  open.push(close)
  for (const [name, value] of Object.entries({
    AWS_ENDPOINT_URL: endpoint,
    TRAILWARDEN_LOG_BUCKET: BUCKET,
    TRAILWARDEN_LAKE_BUCKET: 'lake',
    TRAILWARDEN_FINDING_BUS: 'findings',
    TRAILWARDEN_TOPIC: 'arn:aws:sns:us-east-1:111122223333:topic',
  })) {
    vi.stubEnv(name, value)
  }
  const path = require.resolve('../../dist/watch-habits/index.js')
  delete require.cache[path]
  const { handler } = require(path) as {
    handler: (event: unknown, context: Context) => Promise<Record<string, number>>
  }
  return { run: (left = 900_000) => handler({}, contextWith(left)), deliver, lake, findings, calls }
}

const contextWith = (left: number) =>
  ({
    functionName: 'f',
    awsRequestId: 'r',
    memoryLimitInMB: '512',
    invokedFunctionArn: 'arn',
    functionVersion: '1',
    getRemainingTimeInMillis: () => left,
  }) as unknown as Context

/** Three days ago the account began; three hours ago a call leapt. */
const leap = [alive(ago(72)), ...burst(minute(3), 20), alive(ago(2))]

describe.skipIf(why !== '')('watch-habits, as shipped', () => {
  it('reports a rate that leapt once, and keeps Start and End', async () => {
    const { run, deliver, lake, findings } = await deployed()
    deliver(72, leap.slice(0, 1))
    deliver(3, leap.slice(1))
    expect(await run()).toMatchObject({ accounts: 1, failed: 0, waiting: 0, files: 2, findings: 1 })
    expect(findings).toEqual([expect.stringMatching(/^api-call-rate-unusual#/)])
    const kept = [...lake]
      .filter(([key]) => key.startsWith('baseline/insights/'))
      .map(([, text]) => JSON.parse(text))
    expect(kept.map(({ insightDetails }) => insightDetails.state).toSorted()).toEqual(['End', 'Start'])
    expect(await run()).toMatchObject({ files: 0, findings: 1 })
    expect(findings).toHaveLength(1)
  })

  it('remembers each account by itself, between runs', async () => {
    const { run, deliver, lake, findings } = await deployed()
    for (const days of [9, 8.5, 8]) deliver(7 * 24, [call(ago(days * 24))])
    deliver(7 * 24, [call(ago(9 * 24))], '444455556666')
    await run()
    expect([...lake.keys()].filter((key) => key.startsWith('baseline/accounts/'))).toEqual([
      'baseline/accounts/111122223333.json',
      'baseline/accounts/444455556666.json',
    ])
    deliver(2, [call(ago(2), { awsRegion: 'eu-west-1' })])
    expect(await run()).toMatchObject({ accounts: 2, files: 1, findings: 1 })
    expect(findings).toEqual([expect.stringMatching(/^account-region-first-used#event-/)])
  })

  it('does not begin anew over a memory that is damaged, and watches the other accounts', async () => {
    const { run, deliver, lake } = await deployed()
    deliver(3, leap)
    deliver(3, leap, '444455556666')
    lake.set('baseline/accounts/111122223333.json', '{"version":1}')
    await expect(run()).rejects.toThrow('1 of 2 accounts failed')
    expect(lake.get('baseline/accounts/111122223333.json')).toBe('{"version":1}')
    expect(lake.has('baseline/accounts/444455556666.json')).toBe(true)
  })

  it('takes the next account first when its time ran out', async () => {
    const { run, deliver, lake } = await deployed()
    deliver(3, leap)
    deliver(3, leap, '444455556666')
    expect(await run(60_000)).toMatchObject({ accounts: 1, waiting: 1, left: 1 })
    expect(lake.get('baseline/checkpoint')).toBe('"111122223333"')
    expect(await run()).toMatchObject({ accounts: 2, waiting: 0, left: 0, files: 2 })
  })
})
