import { afterEach, describe, expect, it, vi } from 'vitest'
import { s3LogStore } from '../../lib/aws/log-store.ts'
import { cloudTrailPublicKeys } from '../../lib/aws/public-keys.ts'
import { type ValidateOptions, validateTrails } from '../../lib/integrity/validate.ts'
import { integrityHolds } from '../../lib/verdict.ts'
import { type S3Server, s3Server } from '../support/s3-server.ts'
import type { Fault, Served } from '../support/served.ts'
import { mergedTrails, type SignedTrail, trailKeyPair } from '../support/signed-trail.ts'
import { BUCKET, digestKey, fileOf, keyPair, logKeys, smallTrail, told } from './small-trail.ts'

const open: S3Server[] = []
afterEach(async () => {
  vi.unstubAllEnvs()
  await Promise.all(open.splice(0).map((server) => server.close()))
})

const serve = async (trail: SignedTrail, changes: Partial<Served> = {}): Promise<S3Server> => {
  const { objects, publicKeys } = trail
  const server = await s3Server({ objects, publicKeys, bucket: BUCKET, ...changes })
  open.push(server)
  vi.stubEnv('AWS_ENDPOINT_URL', server.endpoint)
  return server
}

/** As `verify s3://bucket/prefix` opens it. */
const validate = (options: ValidateOptions = {}, prefix = '') => {
  const { from, to } = options
  const trails = { ...(from && { from }), ...(to && { to }) }
  return validateTrails(
    { logs: s3LogStore(BUCKET, prefix, { trails }), publicKeys: cloudTrailPublicKeys() },
    options,
  )
}

const total = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, n) => sum + n, 0)

const faults = (...entries: (readonly [string, Fault])[]): Partial<Served> => ({ faults: new Map(entries) })

describe('one object of S3 that cannot be read', () => {
  const REASONS = [
    ['access-denied', 'access-denied'],
    ['archived', 'archived'],
    ['kms-denied', 'key-denied'],
    ['broken-off', 'io-error'],
  ] as const

  it.each(REASONS)('is one unreadable log file: %s', async (fault, reason) => {
    vi.spyOn(Math, 'random').mockReturnValue(0) // no waiting between attempts
    const trail = smallTrail()
    const [log] = logKeys(trail, 3)
    await serve(trail, faults([log!, fault]))
    const report = await validate()
    expect(told(report)).toEqual([`unreadable log ${reason} ${fileOf(log!)}`])
    expect(report.summary.digests.valid).toBe(6)
    expect(report.summary.logs).toMatchObject({ valid: 9, unreadable: 1 })
  })

  it.each(REASONS)(
    'is one unreadable digest, and its log files are unverifiable: %s',
    async (fault, reason) => {
      vi.spyOn(Math, 'random').mockReturnValue(0)
      const trail = smallTrail()
      const key = digestKey(trail, 3)
      await serve(trail, faults([key, fault]))
      const report = await validate()
      expect(told(report)).toContain(`unreadable digest ${reason} ${fileOf(key)}`)
      expect(report.summary.digests).toMatchObject({ valid: 5, unreadable: 1 })
      expect(report.summary.logs).toMatchObject({ valid: 8, unverifiable: 2 })
    },
  )

  it('is not asked for when the listing shows that it is archived', async () => {
    const trail = smallTrail()
    const [log] = logKeys(trail, 3)
    trail.objects.set(log!, { ...trail.objects.get(log!)!, ...{ storageClass: 'DEEP_ARCHIVE' } })
    const server = await serve(trail)
    const report = await validate()
    expect(told(report)).toEqual([`unreadable log archived ${fileOf(log!)}`])
    expect(server.requests.get('GetObject')).toBe(6 + 9)
  })

  it('never stops the run, whatever all the others are', async () => {
    const trail = smallTrail()
    await serve(trail, { faults: new Map([...trail.objects.keys()].map((key) => [key, 'access-denied'])) })
    const report = await validate()
    expect(report.summary.digests.unreadable).toBe(6)
    expect(total(report.summary.logs)).toBe(10)
    expect(integrityHolds(report)).toBe(false)
  })
})

describe('an S3 that is in trouble for a while', () => {
  it.each([
    ['throttles every third request', { slowDownEvery: 3 }],
    ['lists in many pages', { pageSize: 2 }],
    ['is far away', { latency: 15 }],
    ['wants the bucket asked for in its own Region', { regions: { [BUCKET]: 'eu-central-1' } }],
  ] satisfies [string, Partial<Served>][])('leaves a good trail valid when it %s', async (_name, changes) => {
    await serve(smallTrail(), changes)
    const report = await validate()
    expect(told(report)).toEqual([])
    expect(report.summary.digests.valid).toBe(6)
    expect(report.summary.logs.valid).toBe(10)
  })

  it.each(['broken-off-once', 'error-once'] as const)(
    'asks again after a body or an answer that is %s',
    async (fault) => {
      const trail = smallTrail()
      await serve(trail, { faults: new Map([...trail.objects.keys()].map((key) => [key, fault])) })
      expect(told(await validate())).toEqual([])
    },
  )

  it('has many reads in flight', async () => {
    const server = await serve(smallTrail({ hours: 40 }), { latency: 20 })
    expect(integrityHolds(await validate())).toBe(true)
    expect(server.peak()).toBeGreaterThan(30)
  })
})

describe('a bucket', () => {
  it('that is empty is a failure, not an empty success', async () => {
    await serve({ ...smallTrail(), objects: new Map() })
    const report = await validate()
    expect(told(report)).toEqual(['tail-missing chain no-digests no account'])
    expect(integrityHolds(report)).toBe(false)
  })

  it('that is not there is named', async () => {
    await serve(smallTrail(), { bucket: 'another-bucket', objects: new Map() })
    await expect(validate()).rejects.toThrow(`s3://${BUCKET}/: there is no such bucket`)
  })

  it('that may not be listed is named with what it needs', async () => {
    await serve(smallTrail(), { closedBuckets: [BUCKET] })
    await expect(validate()).rejects.toThrow('it needs s3:ListBucket')
  })
})

describe('public keys of a Region', () => {
  const twoRegions = () =>
    mergedTrails(smallTrail(), smallTrail({ region: 'eu-west-1', homeRegion: 'us-east-1' }))

  it('are read page by page', async () => {
    const others = Array.from({ length: 3 }, () => trailKeyPair())
    const trail = smallTrail()
    const publicKeys = new Map([['us-east-1', [...others, keyPair]]])
    const server = await serve(trail, { publicKeys, keysAtOnce: 1 })
    expect(told(await validate())).toEqual([])
    expect(server.requests.get('ListPublicKeys')).toBe(4)
  })

  it('that are denied leave the other Regions as they are', async () => {
    await serve(twoRegions(), { denied: ['ListPublicKeys eu-west-1'] })
    const report = await validate()
    expect(told(report)).toEqual(['unverifiable chain no-public-keys 111122223333/eu-west-1/main_trail-1.x'])
    expect(report.problems[0]!.detail).toContain('AccessDenied')
    expect(report.summary.digests).toMatchObject({ valid: 6, unverifiable: 6 })
    expect(report.summary.logs).toMatchObject({ valid: 10, unverifiable: 10 })
  })

  it('are asked of the Region of the digest', async () => {
    const trail = twoRegions()
    const publicKeys = new Map([['us-east-1', trail.publicKeys.get('us-east-1')!]])
    await serve(trail, { publicKeys })
    expect((await validate()).summary.digests).toMatchObject({ valid: 6, unverifiable: 6 })
  })
})

describe('a listing of trails only', () => {
  /** More than one page, so that it goes by folders; other services write here too. */
  const crowded = () => {
    const trail = mergedTrails(
      smallTrail({ hours: 72, organization: 'o-exampleorg' }),
      smallTrail({ hours: 72, organization: 'o-exampleorg', region: 'eu-west-1', homeRegion: 'us-east-1' }),
    )
    const other = { bucket: BUCKET, bytes: Buffer.from('x'), metadata: {} }
    for (let n = 0; n < 500; n++) {
      trail.objects.set(`AWSLogs/o-exampleorg/111122223333/vpcflowlogs/us-east-1/2026/11/01/${n}.gz`, other)
      trail.objects.set(`data/${n}/rows.csv`, other)
    }
    return trail
  }

  it('finds every chain, and passes other services by', async () => {
    const server = await serve(crowded(), { pageSize: 100 })
    const report = await validate({}, 'AWSLogs/')
    expect(told(report)).toEqual([])
    expect(report.summary.digests.valid).toBe(144)
    expect(report.summary.logs.valid).toBe(2 * 142)
    expect(server.requests.get('ListObjectsV2')).toBeLessThan(15)
  })

  it('looks for them in the whole bucket', async () => {
    await serve(crowded(), { pageSize: 100 })
    expect((await validate()).summary.digests.valid).toBe(144)
  })

  it('lists the days of the range only', async () => {
    const server = await serve(crowded(), { pageSize: 20 })
    const report = await validate({ from: '2026-11-03T06:10:00Z', to: '2026-11-03T12:10:00Z' }, 'AWSLogs/')
    expect(told(report)).toEqual([])
    expect(report.summary.digests.valid).toBe(14)
    const some = server.requests.get('ListObjectsV2')!
    await validate({}, 'AWSLogs/')
    expect(some).toBeLessThan(server.requests.get('ListObjectsV2')! - some)
  })

  it('sees what lies in a folder above the Regions', async () => {
    const trail = crowded()
    const planted = 'AWSLogs/o-exampleorg/111122223333/CloudTrail/planted.json.gz'
    trail.objects.set(planted, { bucket: BUCKET, bytes: Buffer.from('x'), metadata: {} })
    await serve(trail, { pageSize: 100 })
    expect(told(await validate({}, 'AWSLogs/'))).toEqual(['unlisted log not-in-any-digest planted.json.gz'])
  })
})
