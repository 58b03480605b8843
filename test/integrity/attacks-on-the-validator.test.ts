import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { validateTrails } from '../../lib/integrity/validate.ts'
import type { LogStore } from '../../lib/ports.ts'
import { logKeyOf, memoryLogStore, mergedTrails, signatureOf, trailKeyPair } from '../support/signed-trail.ts'
import {
  BUCKET,
  digestKey,
  fileOf,
  keyPair,
  keysOf,
  logBytes,
  logKeys,
  replace,
  setMetadata,
  smallTrail,
  told,
  validate,
} from './small-trail.ts'

const CHAIN = '111122223333/us-east-1/main_trail-1.x'

describe('objects that are meant to mislead', () => {
  it.each(['2030', '1990'])(
    'a broken digest dated %s hides neither a cut tail nor older files',
    async (year) => {
      const trail = smallTrail()
      for (const hour of [2, 3, 4, 5]) trail.objects.delete(digestKey(trail, hour))
      const before = await validate(trail)
      const bait = digestKey(trail, 5)
        .replace('2026/11/01', `${year}/11/01`)
        .replace('20261101', `${year}1101`)
      trail.objects.set(bait, { bucket: BUCKET, bytes: Buffer.from('bait'), metadata: {} })
      const after = await validate(trail)
      expect(told(after).filter((line) => !told(before).includes(line))).toEqual([
        `modified digest invalid-format ${fileOf(bait)}`,
      ])
      expect(told(before).filter((line) => !told(after).includes(line))).toEqual([])
    },
  )

  it('a forged trail that lists a planted file does not make it valid', async () => {
    const trail = smallTrail()
    const planted = [...smallTrail({ hours: 1 }).objects.keys()].find((key) => key.includes('/CloudTrail/'))!
    const key = planted.replace('Unique', 'Planted')
    const forged = smallTrail({
      trail: 'fake',
      keyPair: trailKeyPair(),
      logs: new Map([[key, { bytes: logBytes('planted'), deliveredAt: '2026-11-01T00:30:00Z' }]]),
    })
    const report = await validate(mergedTrails(trail, forged), { keys: trail })
    expect(report.logVerdicts.get(key)).toBe('unverifiable')
    expect(report.problems.some(({ object }) => object.endsWith(key))).toBe(true)
    expect(report.summary.digests).toMatchObject({ valid: 6, unverifiable: 6 })
  })

  it('a forged digest of another Region raises no alarm in this one', async () => {
    const trail = smallTrail({ homeRegion: 'us-east-1' })
    const forged = smallTrail({
      region: 'eu-west-1',
      homeRegion: 'us-east-1',
      hours: 30,
      keyPair: trailKeyPair(),
      logs: new Map(),
    })
    const there = smallTrail({ region: 'eu-west-1', homeRegion: 'us-east-1', logs: new Map() })
    const keys = mergedTrails(trail, there)
    const report = await validate(mergedTrails(trail, forged), { keys })
    expect(report.summary.digests['tail-missing']).toBe(0)
    expect(report.problems.every(({ object }) => object.includes('eu-west-1'))).toBe(true)
  })

  it('a forged starting digest turns no hole into a gap', async () => {
    const trail = smallTrail()
    for (const hour of [2, 3, 4]) {
      for (const key of logKeys(trail, hour)) trail.objects.delete(key)
      trail.objects.delete(digestKey(trail, hour))
    }
    const attacker = trailKeyPair()
    const newest = trail.digests.find(({ hour }) => hour === 5)!
    const body = JSON.stringify({
      ...JSON.parse(newest.body),
      digestPublicKeyFingerprint: attacker.fingerprint,
      previousDigestS3Bucket: null,
      previousDigestS3Object: null,
      previousDigestHashValue: null,
      previousDigestHashAlgorithm: null,
      previousDigestSignature: null,
    })
    replace(trail, newest.key, () => gzipSync(body))
    setMetadata(trail, newest.key, {
      signature: signatureOf({ ...newest, body, previousSignature: null }, attacker),
    })
    const report = await validate(trail)
    expect(told(report)).toContain(`unverifiable chain gap-or-hole ${CHAIN}`)
    expect(report.summary.digests.gap).toBe(0)
  })

  it('a copy of a digest under an earlier name takes no trust from the original', async () => {
    const trail = smallTrail()
    const copy = digestKey(trail, 5).replace('T061000Z', 'T003000Z')
    trail.objects.set(copy, trail.objects.get(digestKey(trail, 5))!)
    const report = await validate(trail)
    expect(told(report)).toEqual([`modified digest moved ${fileOf(copy)}`])
    expect(report.summary.logs.valid).toBe(10)
  })

  it('two broken digests in a row are told as broken, not as missing too', async () => {
    const trail = smallTrail()
    for (const hour of [1, 2]) replace(trail, digestKey(trail, hour), () => Buffer.from('broken'))
    const report = await validate(trail)
    expect(report.summary.digests).toMatchObject({ valid: 4, modified: 2, missing: 0 })
    expect(report.summary.logs).toMatchObject({ valid: 8, unverifiable: 2, unlisted: 0 })
  })

  it('a digest that is broken itself accuses no other', async () => {
    const trail = smallTrail()
    const hash = JSON.parse(trail.digests[3]!.body).previousDigestHashValue
    replace(trail, digestKey(trail, 3), () => gzipSync(trail.digests[3]!.body.replace(hash, 'ab'.repeat(32))))
    const report = await validate(trail, { keys: 'none' })
    expect(report.problems.filter(({ kind }) => kind === 'digest')).toEqual([
      expect.objectContaining({
        reason: 'link-hash-mismatch',
        object: `s3://${BUCKET}/${digestKey(trail, 3)}`,
      }),
    ])
  })

  it('a claimed start long ago makes no endless report', async () => {
    const trail = smallTrail()
    replace(trail, digestKey(trail, 0), () =>
      gzipSync(
        trail.digests[0]!.body.replaceAll('2026-11-01T00:10:00Z', '1900-01-01T00:00:00Z').replaceAll(
          '2026-11-01T01:10:00Z',
          '1900-01-01T01:00:00Z',
        ),
      ),
    )
    const report = await validate(trail, { keys: 'none' })
    expect(report.problems.length).toBeLessThan(30)
  })
})

describe('what is no attack', () => {
  it('a bucket of S3 that begins in the middle of a chain: a note names the bucket before', async () => {
    const trail = smallTrail({ bucketOf: (hour) => (hour < 3 ? 'first-example-bucket' : BUCKET) })
    const all = memoryLogStore(trail.objects, BUCKET)
    const logs: LogStore = {
      ...all,
      async *list() {
        for await (const object of all.list()) if (object.bucket === BUCKET) yield object
      },
    }
    const { heads } = await validate(trail, { to: '2026-11-01T01:00:00Z' })
    for (const state of [{}, heads]) {
      const report = await validateTrails({ logs, publicKeys: keysOf(trail) }, { state })
      expect(report.problems).toEqual([])
      expect(report.notes.join()).toContain('the chain lies in the bucket first-example-bucket')
    }
  })

  it('a file named just after a lost hour, since names are rounded up: its digest may be the lost one', async () => {
    const key = logKeyOf(
      { account: '111122223333', region: 'us-east-1' },
      '2026-11-01T04:15:00Z',
      'Rounded000000000',
    )
    const trail = smallTrail({
      from: '2026-11-01T00:12:00Z',
      logs: new Map([[key, { bytes: logBytes('r'), deliveredAt: '2026-11-01T04:11:00Z' }]]),
    })
    expect((await validate(trail)).problems).toEqual([])
    trail.objects.delete(digestKey(trail, 3))
    expect(told(await validate(trail))).toContain(`unverifiable log digest-lost ${fileOf(key)}`)
  })

  it('a range that ends while the last digest is still on its way', async () => {
    const trail = smallTrail()
    expect((await validate(trail, { to: '2026-11-01T07:40:00Z' })).problems).toEqual([])
    expect((await validate(trail, { to: '2026-11-01T10:10:00Z' })).summary.digests['tail-missing']).toBe(3)
  })

  it('a key outside of its validity: the signature holds, a note says so', async () => {
    const trail = smallTrail()
    const old = { value: keyPair.der, fingerprint: keyPair.fingerprint, validTo: '2026-10-01T00:00:00.000Z' }
    const report = await validateTrails({
      logs: memoryLogStore(trail.objects, BUCKET),
      publicKeys: { of: async () => ({ keys: [old] }) },
    })
    expect(report.problems).toEqual([])
    expect(report.notes).toEqual([`${CHAIN}: 6 digests are signed with a key outside of its validity`])
  })

  it('keys that cannot be had are told as the reason, and nothing is thrown', async () => {
    const trail = smallTrail()
    const report = await validateTrails({
      logs: memoryLogStore(trail.objects, BUCKET),
      publicKeys: { of: () => Promise.reject(new Error('AccessDenied on ListPublicKeys')) },
    })
    expect(report.problems).toEqual([expect.objectContaining({ reason: 'no-public-keys' })])
    expect(report.problems[0]!.detail).toContain('AccessDenied on ListPublicKeys')
  })
})
