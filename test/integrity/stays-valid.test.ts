import { describe, expect, it } from 'vitest'
import { validateTrails } from '../../lib/integrity/validate.ts'
import type { LogStore, PublicKeys } from '../../lib/ports.ts'
import { integrityHolds } from '../../lib/verdict.ts'
import { memoryLogStore, mergedTrails, type SignedTrail, trailKeyPair } from '../support/signed-trail.ts'
import {
  BUCKET,
  digestKey,
  keyPair,
  keysOf,
  logBytes,
  logsOf,
  smallTrail,
  told,
  validate,
} from './small-trail.ts'

const spki = trailKeyPair(keyPair.privateKey.export({ format: 'pem', type: 'pkcs8' }) as string, 'spki')
const another = trailKeyPair()
const place = { account: '111122223333', region: 'us-east-1' }

/** Trails in which nothing is wrong, and the log files each lists. */
const CLEAN: Record<string, () => SignedTrail> = {
  'empty hours': () => smallTrail({ logs: new Map() }),
  'a bucket that changes in the middle': () =>
    smallTrail({ bucketOf: (hour) => (hour < 3 ? BUCKET : 'second-example-bucket') }),
  'a bucket that changes before the newest digest': () =>
    smallTrail({ bucketOf: (hour) => (hour < 5 ? BUCKET : 'second-example-bucket') }),
  'keys that rotate in the range': () => smallTrail({ keyPairOf: (hour) => (hour < 3 ? keyPair : another) }),
  'a key in SPKI form': () => smallTrail({ keyPair: spki }),
  'a key prefix': () => smallTrail({ prefix: 'audit/trails' }),
  'the layout of an organization': () => smallTrail({ organization: 'o-exampleorg' }),
  'a shadow of a trail of another Region': () => smallTrail({ homeRegion: 'eu-west-1' }),
  'several accounts and Regions': () =>
    mergedTrails(
      smallTrail(),
      smallTrail({ region: 'eu-west-1', homeRegion: 'us-east-1' }),
      smallTrail({ account: '444455556666', from: '2026-11-01T00:47:13Z' }),
    ),
  'backfill digests': () =>
    smallTrail({
      hours: 8,
      backfill: [2, 3],
      logs: logsOf({ ...place, from: '2026-11-01T00:10:00Z', hours: 8 }),
    }),
  'two trails in one bucket': () =>
    mergedTrails(
      smallTrail({ logs: logsOf({ ...place, from: '2026-11-01T00:10:00Z', hours: 6 }, [0, 2, 4]) }),
      smallTrail({
        trail: 'second',
        from: '2026-11-01T00:25:00Z',
        logs: logsOf({ ...place, from: '2026-11-01T00:25:00Z', hours: 6 }, [1, 2, 3]),
      }),
    ),
}

describe('a trail that nobody touched', () => {
  const rows = Object.entries(CLEAN).flatMap(([name, make]) =>
    (['s3', 'folder'] as const).map((as) => [name, as, make] as const),
  )
  it.each(rows)('is valid with %s (%s)', async (name, as, make) => {
    const trail = make()
    const report = await validate(trail, { as })
    const backfilled = name === 'backfill digests'
    expect(told(report).filter((line) => !backfilled || !line.startsWith('gap'))).toEqual([])
    expect(report.summary.digests.valid).toBe(trail.digests.length)
    expect(report.summary.logs.valid).toBe(trail.objects.size - trail.digests.length)
    expect(report.summary.logs.unverifiable + report.summary.logs.unlisted).toBe(0)
  })

  it('tells a plain gap with exact times, and holds', async () => {
    const trail = smallTrail({ off: [2, 3] })
    const report = await validate(trail)
    expect(report.problems).toEqual([
      expect.objectContaining({ status: 'gap', from: '2026-11-01T02:10:00Z', to: '2026-11-01T04:10:00Z' }),
    ])
    expect(integrityHolds(report)).toBe(true)
    expect(report.summary.digests).toMatchObject({ valid: 4, gap: 1 })
  })

  it('is proven by its links in a folder without metadata, all but the newest digest', async () => {
    const trail = smallTrail()
    const report = await validate(trail, { as: 'folder', sideFile: false })
    expect(report.summary.digests).toMatchObject({ valid: 5, unverifiable: 1 })
    expect(report.summary.logs).toMatchObject({ valid: 8, unverifiable: 2 })
    expect(report.problems.filter(({ kind }) => kind === 'digest')).toEqual([
      expect.objectContaining({ object: digestKey(trail, 5), reason: 'signature-missing' }),
    ])
  })

  it('is proven whole in such a folder once the head is known', async () => {
    const trail = smallTrail()
    const { heads } = await validate(trail)
    const report = await validate(trail, { as: 'folder', sideFile: false, state: heads })
    expect(report.problems).toEqual([])
    expect(report.summary.digests.valid).toBe(6)
  })

  it.each([
    ['folders added before the keys', (key: string) => `evidence/2026/${key}`],
    ['the prefix left out', (key: string) => key.replace('audit/', '')],
  ])('is valid in a download with %s', async (_name, rename) => {
    const trail = smallTrail({ prefix: 'audit' })
    const objects = new Map([...trail.objects].map(([key, object]) => [rename(key), object]))
    const report = await validate({ ...trail, objects }, { as: 'folder' })
    expect(told(report)).toEqual([])
    expect([...report.logVerdicts.keys()].sort()).toEqual(
      [...objects.keys()].filter((key) => key.includes('/CloudTrail/')).sort(),
    )
  })

  it('is valid with two buckets side by side in a folder', async () => {
    const first = smallTrail()
    const second = smallTrail({ bucket: 'other-example-bucket', account: '444455556666', hours: 1 })
    const objects = new Map(
      [...first.objects, ...second.objects].map(([key, object]) => [`${object.bucket}/${key}`, object]),
    )
    expect(told(await validate({ ...mergedTrails(first, second), objects }, { as: 'folder' }))).toEqual([])
  })

  it('lets the newest log files wait for their digest: a note, not a failure', async () => {
    const trail = smallTrail()
    const key = [...logsOf({ ...place, from: '2026-11-01T06:10:00Z', hours: 1 }).keys()][0]!
    trail.objects.set(key, { bucket: BUCKET, bytes: logBytes('fresh'), metadata: {} })
    const report = await validate(trail)
    expect(report.problems).toEqual([])
    expect(report.summary.logs).toMatchObject({ valid: 10, unverifiable: 1 })
    expect(report.logVerdicts.get(key)).toBe('unverifiable')
    expect(report.notes.join()).toContain('not-yet-digested')
  })

  it('does not judge log files of kinds that digests may not list', async () => {
    const trail = smallTrail()
    const key =
      'AWSLogs/111122223333/CloudTrail-Insight/us-east-1/2026/11/01/111122223333_CloudTrail-Insight_us-east-1_20261101T0330Z_Unique00abcd.json.gz'
    trail.objects.set(key, { bucket: BUCKET, bytes: logBytes('insight'), metadata: {} })
    const report = await validate(trail)
    expect(report.problems).toEqual([])
    expect(report.notes.join()).toContain('CloudTrail-Insight')
    expect(report.logVerdicts.get(key)).toBe('unverifiable')
  })

  it('leaves the files of other trails alone when one trail is asked for', async () => {
    const trail = CLEAN['two trails in one bucket']!()
    for (const name of ['second', 'arn:aws:cloudtrail:us-east-1:111122223333:trail/second']) {
      const report = await validate(trail, { trail: name })
      expect(report.problems).toEqual([])
      expect(report.summary.digests.valid).toBe(6)
      expect(report.notes.join()).toContain('other trails write there too')
    }
  })

  it('is valid in any part of its time that is asked for', async () => {
    const trail = smallTrail()
    for (const [from, to] of [
      ['2026-11-01T01:00:00Z', '2026-11-01T03:00:00Z'],
      ['2026-11-01T01:10:00Z', '2026-11-01T02:10:00Z'],
      ['2026-11-01T05:59:00Z', '2026-11-01T06:05:00Z'],
    ] as const) {
      const report = await validate(trail, { from, to })
      expect(told(report)).toEqual([])
      expect(report.summary.digests.valid).toBeGreaterThan(0)
    }
  })

  it('says the chain goes on in a bucket that a folder does not hold, and calls nothing missing', async () => {
    const trail = smallTrail({ bucketOf: (hour) => (hour < 3 ? BUCKET : 'second-example-bucket') })
    for (const [key, { bucket }] of [...trail.objects]) if (bucket === BUCKET) trail.objects.delete(key)
    const report = await validate(trail, { as: 'folder' })
    expect(report.problems).toEqual([])
    expect(report.notes.join()).toContain(`the chain lies in the bucket ${BUCKET}`)
    const asked = await validate(trail, { as: 'folder', from: '2026-11-01T00:10:00Z' })
    expect(asked.problems).toEqual([
      expect.objectContaining({ status: 'unverifiable', reason: 'other-bucket' }),
    ])
  })
})

describe('a run', () => {
  it('adds up, in every chain and in the whole', async () => {
    const trail = CLEAN['several accounts and Regions']!()
    trail.objects.delete(digestKey(trail, 3))
    const report = await validate(trail)
    for (const field of ['digests', 'logs'] as const) {
      for (const [status, count] of Object.entries(report.summary[field])) {
        const sum = report.chains.reduce((total, chain) => total + chain[field][status as 'valid'], 0)
        expect([field, status, sum]).toEqual([field, status, count])
      }
    }
    expect(report.chains.map(({ account, region }) => `${account}/${region}`).sort()).toEqual([
      '111122223333/eu-west-1',
      '111122223333/us-east-1',
      '444455556666/us-east-1',
    ])
    expect(report.logVerdicts.size).toBe(30)
  })

  it('keeps to the accounts and Regions asked for', async () => {
    const trail = CLEAN['several accounts and Regions']!()
    expect((await validate(trail, { accounts: ['444455556666'] })).summary.digests.valid).toBe(6)
    expect((await validate(trail, { regions: ['eu-west-1'] })).summary.logs.valid).toBe(10)
  })

  it('asks once for the keys of a Region, with slack on both sides', async () => {
    const trail = smallTrail()
    const asked: string[][] = []
    const publicKeys: PublicKeys = {
      of: (...range) => {
        asked.push(range)
        return keysOf(trail).of(...range)
      },
    }
    await validateTrails({ logs: memoryLogStore(trail.objects, BUCKET), publicKeys })
    expect(asked).toHaveLength(1)
    expect(asked[0]![0]).toBe('us-east-1')
    expect(Date.parse(asked[0]![1]!)).toBeLessThanOrEqual(Date.parse('2026-11-01T00:10:00Z'))
    expect(Date.parse(asked[0]![2]!)).toBeGreaterThanOrEqual(Date.parse('2026-11-01T08:10:00Z'))
  })

  it('never has more than `inFlight` objects open, and tells its progress to the end', async () => {
    let open = 0
    let most = 0
    const wrap = (store: LogStore): LogStore => ({
      ...store,
      read: async (object) => {
        most = Math.max(most, ++open)
        await new Promise((resolve) => setImmediate(resolve))
        open--
        return store.read(object)
      },
    })
    const progress: (readonly [number, number])[] = []
    const onProgress = (done: number, total: number) => progress.push([done, total])
    await validate(smallTrail(), { wrap, inFlight: 3, onProgress })
    expect(most).toBe(3)
    expect(progress.at(-1)).toEqual([16, 16])
  })

  it('refuses times and trails that are none', async () => {
    await expect(validate(smallTrail(), { from: 'yesterday' })).rejects.toThrow(/from: expected a time/)
    await expect(
      validate(smallTrail(), { from: '2026-11-02T00:00:00Z', to: '2026-11-01T00:00:00Z' }),
    ).rejects.toThrow(/from before to/)
    await expect(validate(smallTrail(), { trail: 'arn:aws:s3:::bucket' })).rejects.toThrow(/ARN of a trail/)
  })

  it('lets a verdict heal when the digest arrives late', async () => {
    const trail = smallTrail()
    const late = digestKey(trail, 3)
    const object = trail.objects.get(late)!
    trail.objects.delete(late)
    const first = await validate(trail)
    expect(first.problems.length).toBeGreaterThan(0)
    trail.objects.set(late, object)
    expect((await validate(trail, { state: first.heads })).problems).toEqual([])
  })
})
