import { afterEach, describe, expect, it } from 'vitest'
import { trailwarden } from '../support/cli.ts'
import { type S3Server, s3Server } from '../support/s3-server.ts'
import type { Served, ServedTrail } from '../support/served.ts'
import { mergedTrails, type SignedTrail } from '../support/signed-trail.ts'
import { BUCKET, digestKey, logKeys, smallTrail } from './small-trail.ts'

const TRAIL = 'main_trail-1.x'
const ARN = `arn:aws:cloudtrail:us-east-1:111122223333:trail/${TRAIL}`

const open: S3Server[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()))
})

/** The trail in S3 and CloudTrail, and `verify` run against it. */
const served = async (trail: SignedTrail, changes: Partial<Served> = {}) => {
  const { objects, publicKeys } = trail
  const server = await s3Server({ objects, publicKeys, bucket: BUCKET, ...changes })
  open.push(server)
  const env = {
    AWS_ENDPOINT_URL: server.endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  }
  const verify = async (...args: readonly string[]) => {
    const ran = await trailwarden(['verify', ...args, '--format', 'json'], env)
    const report = ran.status === 2 ? undefined : JSON.parse(ran.stdout)
    const problems = (report?.problems ?? []) as { status: string; reason: string; object: string }[]
    return { ...ran, report, told: problems.map(({ status, reason }) => `${status} ${reason}`) }
  }
  return { server, verify }
}

const named = (changes: Partial<ServedTrail> = {}): { trails: readonly ServedTrail[] } => ({
  trails: [{ arn: ARN, bucket: BUCKET, isLogging: false, ...changes }],
})

describe('verify s3://bucket', () => {
  it('exits 0 for a trail that nobody touched', async () => {
    const { verify } = await served(smallTrail())
    const { status, report } = await verify(`s3://${BUCKET}`)
    expect(status).toBe(0)
    expect(report.summary.digests.valid).toBe(6)
    expect(report.summary.logs.valid).toBe(10)
  })

  it('exits 1 for one object that cannot be read, and reports the rest', async () => {
    const trail = smallTrail()
    const [log] = logKeys(trail, 1)
    const { verify } = await served(trail, { faults: new Map([[log!, 'access-denied']]) })
    const { status, report, told } = await verify(`s3://${BUCKET}`)
    expect([status, told, report.summary.logs.valid]).toEqual([1, ['unreadable access-denied'], 9])
  })

  it('exits 1 for an empty bucket and 2 for one that is not there', async () => {
    const { verify } = await served(
      { ...smallTrail(), objects: new Map() },
      { emptyBuckets: ['empty-bucket'] },
    )
    expect((await verify('s3://empty-bucket')).status).toBe(1)
    const missing = await verify('s3://no-such-bucket')
    expect(missing.status).toBe(2)
    expect(missing.stderr).toContain('s3://no-such-bucket/: there is no such bucket')
  })

  it('narrows by the names of aws cloudtrail validate-logs', async () => {
    const trail = smallTrail({ prefix: 'audit' })
    const { verify } = await served(trail)
    const range = ['--start-time', '2026-11-01T02:10:00Z', '--end-time', '2026-11-01T04:10:00Z']
    const { status, report } = await verify('--s3-bucket', BUCKET, '--s3-prefix', 'audit', ...range)
    expect(status).toBe(0)
    expect(report.summary.digests.valid).toBe(3)
  })

  it('takes one account of an organization trail', async () => {
    const organization = 'o-exampleorg'
    const trail = mergedTrails(
      smallTrail({ organization }),
      smallTrail({ organization, account: '444455556666' }),
    )
    const { verify } = await served(trail)
    const { report } = await verify(`s3://${BUCKET}`, '--account-id', '444455556666')
    expect(report.chains.map(({ account }: { account: string }) => account)).toEqual(['444455556666'])
  })
})

describe('verify --trail-arn', () => {
  it('asks CloudTrail for the bucket, and validates every Region of the trail', async () => {
    const trail = mergedTrails(
      smallTrail({ prefix: 'audit' }),
      smallTrail({ prefix: 'audit', region: 'eu-west-1', homeRegion: 'us-east-1' }),
      smallTrail({ prefix: 'audit', trail: 'another', region: 'eu-north-1' }),
    )
    const { verify } = await served(trail, named({ prefix: 'audit', isMultiRegion: true }))
    const { status, report, stderr } = await verify('--trail-arn', ARN)
    expect(status).toBe(0)
    expect(report.chains.map(({ region }: { region: string }) => region).sort()).toEqual([
      'eu-west-1',
      'us-east-1',
    ])
    expect(stderr).toContain(`delivers to s3://${BUCKET}/audit/`)
  })

  it('notices a cut tail by what CloudTrail says it delivered, in each Region', async () => {
    const trail = mergedTrails(smallTrail(), smallTrail({ region: 'eu-west-1', homeRegion: 'us-east-1' }))
    const cut = [4, 5].flatMap((hour) => trail.digests.filter((digest) => digest.hour === hour))
    for (const { key, logKeys: logs } of cut) for (const one of [key, ...logs]) trail.objects.delete(one)
    const latestDigest = { 'us-east-1': '2026-11-01T06:14:00Z', 'eu-west-1': '2026-11-01T06:14:00Z' }
    const { verify } = await served(trail, named({ latestDigest }))
    const { status, told } = await verify('--trail-arn', ARN)
    expect(status).toBe(1)
    expect(told).toEqual([
      'tail-missing hourly-cadence',
      'tail-missing hourly-cadence',
      'tail-missing hourly-cadence',
      'tail-missing hourly-cadence',
    ])
    expect((await verify(`s3://${BUCKET}`)).status).toBe(0)
  })

  it('expects no digest beyond the range', async () => {
    const latestDigest = { 'us-east-1': '2026-11-20T06:14:00Z' }
    const { verify } = await served(smallTrail(), named({ latestDigest }))
    const { told } = await verify('--trail-arn', ARN, '--end-time', '2026-11-01T06:10:00Z')
    expect(told).toEqual([])
  })

  it('expects digests until now of a trail that is logging', async () => {
    const latestDigest = { 'us-east-1': '2026-11-01T06:14:00Z' }
    const { verify } = await served(smallTrail(), named({ isLogging: true, latestDigest }))
    const { status, told } = await verify('--trail-arn', ARN)
    expect([status, told[0]]).toEqual([1, 'tail-missing hourly-cadence'])
  })

  it('goes on without the status when it may not be asked, and says so', async () => {
    const { verify } = await served(smallTrail(), { ...named(), denied: ['GetTrailStatus'] })
    const { status, stderr } = await verify('--trail-arn', ARN)
    expect(status).toBe(0)
    expect(stderr).toContain('GetTrailStatus in us-east-1 failed: AccessDenied')
  })

  it('exits 2 when the trail is not there or may not be described, unless its bucket is named', async () => {
    const gone = await served(smallTrail())
    expect(await gone.verify('--trail-arn', ARN)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining(`${ARN}: there is no such trail`),
    })
    const closed = await served(smallTrail(), { ...named(), denied: ['DescribeTrails'] })
    expect(await closed.verify('--trail-arn', ARN)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('name its bucket instead'),
    })
    expect((await closed.verify('--trail-arn', ARN, '--s3-bucket', BUCKET)).status).toBe(0)
  })

  it('wants a source of some kind', async () => {
    const { verify } = await served(smallTrail())
    expect(await verify()).toMatchObject({ status: 2, stderr: expect.stringContaining('expected a source') })
  })
})

describe('a trail that changed its bucket', () => {
  const OLD = 'old-trail-bucket'
  const moved = () => smallTrail({ bucketOf: (hour) => (hour < 3 ? OLD : BUCKET) })

  it('is followed into the bucket it came from, log files included', async () => {
    const { verify } = await served(moved())
    const { status, report, stderr } = await verify(`s3://${BUCKET}`)
    expect(stderr).toContain(`the chain came from s3://${OLD}/`)
    expect(report.summary.digests.valid).toBe(6)
    expect(report.summary.logs.valid).toBe(10)
    expect(status).toBe(0)
  })

  it('shows what was done in the bucket it came from', async () => {
    const trail = moved()
    const [log] = logKeys(trail, 1)
    trail.objects.delete(log!)
    trail.objects.delete(digestKey(trail, 0))
    const planted = logKeys(trail, 1)[1]!.replace('Unique', 'Planted')
    trail.objects.set(planted, { bucket: OLD, bytes: Buffer.from('x'), metadata: {} })
    const { verify } = await served(trail)
    const { status, told } = await verify(`s3://${BUCKET}`)
    expect(status).toBe(1)
    expect(told.sort()).toContain('unlisted not-in-any-digest')
    expect(told).toContain('missing not-found')
    expect(told).toContain('missing link-target-not-found')
  })

  it('ends, with a note, where the bucket it came from may not be listed', async () => {
    const { verify } = await served(moved(), { closedBuckets: [OLD] })
    const { status, report, stderr } = await verify(`s3://${BUCKET}`)
    expect(stderr).toContain('which cannot be listed')
    expect(report.summary.digests.valid).toBe(3)
    expect(status).toBe(0)
  })

  it('is not followed by the word of a digest that nobody signed', async () => {
    const trail = moved()
    const first = digestKey(trail, 3)
    trail.objects.set(first, { ...trail.objects.get(first)!, metadata: { signature: '00'.repeat(256) } })
    const { verify, server } = await served(trail)
    const { stderr } = await verify(`s3://${BUCKET}`, '--to', '2026-11-01T04:10:00Z')
    expect(stderr).not.toContain('the chain came from')
    // the first page, and the first folder that was asked for beside it
    expect(server.requests.get('ListObjectsV2')).toBe(2)
  })
})
