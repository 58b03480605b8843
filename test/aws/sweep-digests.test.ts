import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Context } from 'aws-lambda'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { cloudTrailAnswer } from '../support/cloudtrail-server.ts'
import { listing } from '../support/s3-listing.ts'
import type { Served, ServedObject, ServedTrail } from '../support/served.ts'
import { type SignedTrail, signedTrail, trailKeyPair } from '../support/signed-trail.ts'
import { type Answer, type Call, json, loopback, s3Error } from './loopback.ts'

const why = existsSync(new URL('../../dist/sweep-digests/index.js', import.meta.url))
  ? ''
  : 'nothing is built: npm run build'
if (why) console.warn(`tests of the shipped sweep skipped: ${why}`)

const require = createRequire(import.meta.url)
const open: (() => Promise<void>)[] = []
afterEach(async () => {
  vi.unstubAllEnvs()
  await Promise.all(open.splice(0).map((close) => close()))
})

const ACCOUNT = '111122223333'
const ARN = `arn:aws:cloudtrail:us-east-1:${ACCOUNT}:trail/main`
const BUCKET = 'trail-bucket'
const keyPair = trailKeyPair()
const REGIONS = ['ap-south-1', 'eu-west-1', 'us-east-1']

/** Six hours that ended `ago` hours ago. */
const trailIn = (region: string, ago = 0): SignedTrail => {
  const from = `${new Date(Date.now() - (6 + ago) * 3_600_000).toISOString().slice(0, 19)}Z`
  const place = { bucket: BUCKET, account: ACCOUNT, region, homeRegion: 'us-east-1', trail: 'main' }
  return signedTrail({ ...place, from, hours: 6, keyPair })
}

/** The shipped sweep over a bucket of several Regions, its lake, bus, topic and CloudTrail on the loopback interface. */
const deployed = async (
  trails: readonly SignedTrail[],
  more: { trail?: ServedTrail; closed?: string } = {},
) => {
  const objects = new Map<string, ServedObject>(trails.flatMap(({ objects: all }) => [...all]))
  const lake = new Map<string, string>()
  const findings: { rule: { id: string }; event: Record<string, string> }[] = []
  const served: Served = {
    objects,
    bucket: BUCKET,
    publicKeys: new Map(REGIONS.map((region) => [region, [keyPair]])),
    trails: more.trail ? [more.trail] : [],
  }
  const s3 = (call: Call): Answer => {
    const [bucket = '', ...rest] = decodeURIComponent(call.url.pathname).slice(1).split('/')
    const key = rest.join('/')
    if (bucket === BUCKET) {
      const prefix = call.url.searchParams.get('prefix') ?? ''
      if (key === '' && more.closed && prefix.includes(more.closed)) return s3Error(403, 'AccessDenied')
      if (key === '') return listing(served, BUCKET, call.url.searchParams)
      const object = objects.get(key)
      if (!object) return s3Error(404, 'NoSuchKey')
      const metadata = Object.entries(object.metadata).map(([name, value]) => [`x-amz-meta-${name}`, value])
      return { headers: Object.fromEntries(metadata), body: object.bytes }
    }
    if (key === '') {
      const kept = [...lake].map(([name, text]): [string, ServedObject] => [
        name,
        { bytes: Buffer.from(text), metadata: {} },
      ])
      return listing({ objects: new Map(kept), bucket: 'lake' }, 'lake', call.url.searchParams)
    }
    if (call.method === 'PUT') {
      lake.set(key, call.body)
      return {}
    }
    const text = lake.get(key)
    return text === undefined ? s3Error(404, 'NoSuchKey') : { headers: { etag: '"1"' }, body: text }
  }
  const { endpoint, calls, close } = await loopback((call) => {
    if (call.operation === 'PutEvents') {
      const { Entries } = JSON.parse(call.body) as { Entries: { Detail: string }[] }
      findings.push(...Entries.map(({ Detail }) => JSON.parse(Detail)))
      return json({ FailedEntryCount: 0, Entries: Entries.map(() => ({ EventId: '1' })) })
    }
    if (call.operation) return cloudTrailAnswer(served, call.operation, call.body, 'us-east-1')
    if (call.body.startsWith('Action=Publish'))
      return { headers: { 'content-type': 'text/xml' }, body: PUBLISHED }
    return s3(call)
  })
  open.push(close)
  for (const [name, value] of Object.entries({
    AWS_ENDPOINT_URL: endpoint,
    TRAILWARDEN_LOG_BUCKET: BUCKET,
    TRAILWARDEN_LAKE_BUCKET: 'lake',
    TRAILWARDEN_FINDING_BUS: 'findings',
    TRAILWARDEN_TOPIC: 'arn:aws:sns:us-east-1:111122223333:topic',
    TRAILWARDEN_TRAIL_ARN: more.trail ? ARN : '',
  })) {
    vi.stubEnv(name, value)
  }
  const path = require.resolve('../../dist/sweep-digests/index.js')
  delete require.cache[path]
  const { handler } = require(path) as { handler: (event: unknown, context: Context) => Promise<Counts> }
  const told = () => findings.map(({ event }) => `${event['awsRegion']} ${event['errorCode']}`).sort()
  return { run: (left = 900_000) => handler({}, contextWith(left)), objects, lake, calls, told }
}

type Counts = Record<string, number>

const contextWith = (left: number) =>
  ({
    functionName: 'f',
    awsRequestId: 'r',
    memoryLimitInMB: '512',
    invokedFunctionArn: 'arn',
    functionVersion: '1',
    getRemainingTimeInMillis: () => left,
  }) as unknown as Context

const PUBLISHED =
  '<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>'

describe.skipIf(why !== '')('sweep-digests, as shipped', () => {
  it('sweeps every Region of the bucket and says nothing of what is whole', async () => {
    const { run, told, lake } = await deployed(REGIONS.map((region) => trailIn(region)))
    expect(await run()).toMatchObject({ places: 3, left: 0, digests: 18, findings: 0, failed: 0 })
    expect(told()).toEqual([])
    expect([...lake.keys()].filter((key) => key.startsWith('chains/1')).length).toBe(3)
  })

  it('goes on where its time ran out, and comes round', async () => {
    const { run, told } = await deployed(REGIONS.map((region) => trailIn(region, 4)))
    const regions: string[][] = []
    for (let n = 0; n < 4; n++) {
      expect(await run(1000)).toMatchObject({ places: 1, left: 2 })
      regions.push(told())
    }
    expect(regions).toEqual([
      ['ap-south-1 gone-silent'],
      ['ap-south-1 gone-silent', 'eu-west-1 gone-silent'],
      REGIONS.map((region) => `${region} gone-silent`),
      REGIONS.map((region) => `${region} gone-silent`),
    ])
  })

  it('tells of a Region whose every object is gone, from what it remembers', async () => {
    const { run, objects, told, lake } = await deployed(REGIONS.map((region) => trailIn(region)))
    await run()
    for (const key of [...objects.keys()]) if (key.includes('eu-west-1')) objects.delete(key)
    const name = [...lake.keys()].find((key) => key.includes('eu-west-1'))!
    const record = JSON.parse(lake.get(name)!)
    const end = `${new Date(Date.now() - 5 * 3_600_000).toISOString().slice(0, 19)}Z`
    lake.set(name, JSON.stringify({ ...record, head: { ...record.head, end } }))
    expect(await run()).toMatchObject({ places: 3 })
    expect(told()).toEqual(['eu-west-1 gone-silent'])
  })

  it('asks CloudTrail of the trail that is ours, and believes that it is not logging', async () => {
    const trails = REGIONS.map((region) => trailIn(region, 5))
    const trail = { arn: ARN, bucket: BUCKET, isLogging: false }
    const { run, told, calls } = await deployed(trails, { trail })
    await run()
    expect(told()).toEqual([])
    const asked = calls.filter(({ operation }) => operation === 'GetTrailStatus')
    expect(asked.map(({ body }) => JSON.parse(body))).toEqual(REGIONS.map(() => ({ Name: ARN })))
  })

  it('sweeps the other Regions when one cannot be listed, and fails so that people hear of it', async () => {
    const trails = REGIONS.map((region) => trailIn(region, 5))
    const { run, told } = await deployed(trails, { closed: 'Digest/ap-south-1/' })
    await expect(run()).rejects.toThrow('1 of 3 places failed')
    expect(told()).toEqual(['eu-west-1 gone-silent', 'us-east-1 gone-silent'])
  })
})
