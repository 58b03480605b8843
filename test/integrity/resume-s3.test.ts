import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { trailwarden } from '../support/cli.ts'
import { type S3Server, s3Server } from '../support/s3-server.ts'
import type { ServedObject } from '../support/served.ts'
import { logKeyOf, mergedTrails, type SignedTrail } from '../support/signed-trail.ts'
import { BUCKET, digestKey, logBytes, logKeys, logsOf, smallTrail } from './small-trail.ts'

const HOURS = 60
const TRAIL = 'main_trail-1.x'
const ARN = `arn:aws:cloudtrail:us-east-1:111122223333:trail/${TRAIL}`
const PLACE = { account: '111122223333', region: 'us-east-1' }

/** What an account has without being asked. */
const REGIONS = [
  ...['us-east-1', 'us-east-2', 'us-west-1', 'us-west-2', 'ca-central-1', 'sa-east-1'],
  ...['eu-central-1', 'eu-west-1', 'eu-west-2', 'eu-west-3', 'eu-north-1'],
  ...['ap-northeast-1', 'ap-northeast-2', 'ap-northeast-3', 'ap-south-1', 'ap-southeast-1', 'ap-southeast-2'],
]

const open: S3Server[] = []
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trailwarden-resume-'))
})
afterAll(() => rm(folder, { recursive: true }))
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()))
})

const until = ({ objects, digests }: SignedTrail, hours: number): Map<string, ServedObject> => {
  const later = new Set(
    digests.filter(({ hour }) => hour >= hours).flatMap(({ key, logKeys: logs }) => [key, ...logs]),
  )
  return new Map([...objects].filter(([key]) => !later.has(key)))
}

/** Serves `trail`; `verify` runs the command against what is served then, with the same state file every time. */
const served = async (trail: SignedTrail, objects: ReadonlyMap<string, ServedObject>) => {
  const server = await s3Server({
    objects,
    publicKeys: trail.publicKeys,
    bucket: BUCKET,
    trails: [{ arn: ARN, bucket: BUCKET, isLogging: false, isMultiRegion: true }],
  })
  open.push(server)
  const state = join(folder, `${open.length}-${server.endpoint.split(':').at(-1)}.json`)
  const env = {
    AWS_ENDPOINT_URL: server.endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  }
  const verify = async (...args: readonly string[]) => {
    server.requests.clear()
    const ran = await trailwarden(['verify', ...args, '--state', state, '--format', 'json'], env)
    const report = ran.status === 2 ? undefined : JSON.parse(ran.stdout)
    const asked = (name: string) => server.requests.get(name) ?? 0
    return { ...ran, report, lists: asked('ListObjectsV2'), gets: asked('GetObject') }
  }
  return { server, verify }
}

/** Twenty log files in the last hour, as a busy Region has them. */
const busy = () => {
  const logs = logsOf({ ...PLACE, from: '2026-11-01T00:10:00Z', hours: HOURS })
  for (let index = 0; index < 18; index++) {
    const time = `2026-11-03T11:${15 + index}:00Z`
    logs.set(logKeyOf(PLACE, time, `Busy${index}`), { bytes: logBytes(`busy ${index}`), deliveredAt: time })
  }
  return smallTrail({ hours: HOURS, logs })
}

const otherServices = new Map<string, ServedObject>(
  Array.from({ length: 5000 }, (_, index) => [
    index % 2
      ? `AWSLogs/111122223333/vpcflowlogs/us-east-1/2026/11/01/${index}.log.gz`
      : `athena-results/${index}.csv`,
    { bytes: Buffer.from('x'), metadata: {} },
  ]),
)

describe('verify s3://bucket --state, every hour', () => {
  it.each([[`s3://${BUCKET}`], [`s3://${BUCKET}/AWSLogs/111122223333/`]])(
    'asks 25 times for one Region with twenty log files an hour: %s',
    async (source) => {
      const trail = busy()
      const { server, verify } = await served(trail, until(trail, HOURS - 1))
      expect((await verify(source)).status).toBe(0)
      server.served.objects = trail.objects
      const { status, report, lists, gets } = await verify(source)
      expect(status).toBe(0)
      expect([report.summary.digests.valid, report.summary.logs.valid]).toEqual([1, 20])
      expect([lists, gets]).toEqual([3, 22])
    },
  )

  it('asks as often where the trail is named, and CloudTrail four times more', async () => {
    const trail = busy()
    const { server, verify } = await served(trail, until(trail, HOURS - 1))
    await verify('--trail-arn', ARN)
    server.served.objects = trail.objects
    const { report, lists, gets } = await verify('--trail-arn', ARN)
    expect(report.summary.logs.valid).toBe(20)
    expect(lists + gets).toBe(25)
    expect([...server.requests.values()].reduce((a, b) => a + b)).toBeLessThanOrEqual(29)
  })

  it('asks for seventeen Regions three times each, and once for each object that is new', async () => {
    const trails = REGIONS.map((region) =>
      region === 'us-east-1'
        ? busy()
        : smallTrail({
            region,
            homeRegion: 'us-east-1',
            hours: HOURS,
            logs: logsOf({ account: PLACE.account, region, from: '2026-11-01T00:10:00Z', hours: HOURS }),
          }),
    )
    const trail = mergedTrails(...trails)
    const before = new Map([...until(trail, HOURS - 1), ...otherServices])
    const { server, verify } = await served(trail, before)
    expect((await verify(`s3://${BUCKET}`)).status).toBe(0)
    server.served.objects = new Map([...trail.objects, ...otherServices])
    const { status, report, lists, gets } = await verify(`s3://${BUCKET}`)
    expect(status).toBe(0)
    const fresh = REGIONS.length + 20 + 16 * 2
    expect(report.summary.digests.valid + report.summary.logs.valid).toBe(fresh)
    expect(gets).toBe(fresh + REGIONS.length)
    // The part before the first folder, and other services' logs: one each.
    expect(lists).toBe(2 * REGIONS.length + 2)
  })

  it('finds a new Region, a new account, and a trail under another prefix', async () => {
    const known = smallTrail({ prefix: 'audit', hours: HOURS })
    const late = { hours: 3, from: '2026-11-03T09:10:00Z', logs: new Map() }
    const trail = mergedTrails(
      known,
      smallTrail({ prefix: 'audit', region: 'eu-west-1', ...late }),
      smallTrail({ prefix: 'audit', account: '000011112222', ...late }),
      smallTrail({ prefix: 'audit', account: '444455556666', ...late }),
      smallTrail({ prefix: 'newer', account: '777788889999', ...late }),
    )
    const { server, verify } = await served(trail, until(known, HOURS - 1))
    await verify(`s3://${BUCKET}`)
    server.served.objects = trail.objects
    const { status, report } = await verify(`s3://${BUCKET}`)
    expect(status).toBe(0)
    expect(report.summary.digests.valid).toBe(1 + 4 * 3)
  })

  it('does not read what is new twice, and stays quiet when nothing is', async () => {
    const trail = busy()
    const { verify } = await served(trail, trail.objects)
    await verify(`s3://${BUCKET}`)
    const { status, stderr, lists, gets } = await verify(`s3://${BUCKET}`)
    expect([status, stderr, lists, gets]).toEqual([0, '', 3, 1])
  })

  it('notices a log file of yesterday that was overwritten, by its ETag', async () => {
    const trail = smallTrail({ hours: HOURS })
    const { server, verify } = await served(trail, trail.objects)
    await verify(`s3://${BUCKET}`)
    const [log] = logKeys(trail, 40)
    const object = trail.objects.get(log!)!
    server.served.objects = new Map([...trail.objects, [log!, { ...object, bytes: logBytes('forged') }]])
    for (let run = 0; run < 2; run++) {
      const { status, report } = await verify(`s3://${BUCKET}`)
      expect(status).toBe(1)
      expect(report.problems).toMatchObject([
        { status: 'modified', reason: 'hash-mismatch', object: `s3://${BUCKET}/${log}` },
      ])
    }
  })
})

describe('verify --state of a trail that moved', () => {
  const OLD = 'old-trail-bucket'

  it('to another bucket is followed once, and then costs no more than any other', async () => {
    const trail = smallTrail({ hours: HOURS, bucketOf: (hour) => (hour < 50 ? OLD : BUCKET) })
    const { server, verify } = await served(trail, until(trail, 48))
    expect((await verify(`s3://${OLD}`)).status).toBe(0)
    server.served.objects = until(trail, 53)
    const moved = await verify(`s3://${BUCKET}`)
    expect([moved.status, moved.report.problems]).toEqual([0, []])
    expect(moved.stderr).toContain(`the chain came from s3://${OLD}/`)
    server.served.objects = trail.objects
    const { status, report, lists, gets } = await verify(`s3://${BUCKET}`)
    expect([status, report.problems, report.summary.digests.valid]).toEqual([0, [], 7])
    expect([lists, gets]).toEqual([3, 1 + 7 + 14])
  })

  it('to another prefix of its bucket is followed as well', async () => {
    const before = smallTrail({ prefix: 'old', hours: 50 })
    const after = smallTrail({
      prefix: 'new',
      hours: HOURS,
      off: Array.from({ length: 50 }, (_, hour) => hour),
    })
    const trail = mergedTrails(before, after)
    const { server, verify } = await served(trail, before.objects)
    expect((await verify(`s3://${BUCKET}/old/`)).status).toBe(0)
    server.served.objects = trail.objects
    const moved = await verify(`s3://${BUCKET}`)
    expect(moved.report.summary.digests.valid).toBe(10)
    expect(moved.status).toBe(0)
    expect((await verify(`s3://${BUCKET}`)).status).toBe(0)
  })

  it('shows what was deleted where it came from, before it was followed', async () => {
    const trail = smallTrail({ hours: HOURS, bucketOf: (hour) => (hour < 50 ? OLD : BUCKET) })
    const { server, verify } = await served(trail, until(trail, 48))
    await verify(`s3://${OLD}`)
    const objects = new Map(trail.objects)
    objects.delete(digestKey(trail, 49))
    server.served.objects = objects
    const { status, report } = await verify(`s3://${BUCKET}`)
    expect(status).toBe(1)
    expect(report.problems[0]).toMatchObject({
      status: 'missing',
      object: `s3://${OLD}/${digestKey(trail, 49)}`,
    })
  })
})
