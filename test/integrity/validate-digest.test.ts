import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { type ValidateDigestOptions, validateDigest } from '../../lib/integrity/validate-digest.ts'
import type { LogStore } from '../../lib/ports.ts'
import { memoryLogStore, type SignedTrail } from '../support/signed-trail.ts'
import {
  BUCKET,
  digestKey,
  fileOf,
  keysOf,
  logKeys,
  replace,
  setMetadata,
  smallTrail,
  told,
} from './small-trail.ts'

const check = (trail: SignedTrail, hour: number, options: ValidateDigestOptions = {}, logs?: LogStore) =>
  validateDigest(
    { logs: logs ?? memoryLogStore(trail.objects, BUCKET), publicKeys: keysOf(trail) },
    { bucket: BUCKET, key: digestKey(trail, hour) },
    options,
  )

describe('a fresh digest', () => {
  it('is valid with its log files and its link, and becomes the head', async () => {
    const trail = smallTrail()
    const report = await check(trail, 3)
    expect(report.problems).toEqual([])
    expect(report.summary.digests.valid).toBe(1)
    expect(report.summary.logs.valid).toBe(2)
    expect(Object.values(report.heads)).toEqual([
      expect.objectContaining({ key: digestKey(trail, 3), end: '2026-11-01T04:10:00Z' }),
    ])
  })

  it('needs no look at its predecessor when that is the saved head', async () => {
    const trail = smallTrail()
    const { heads } = await check(trail, 2)
    const read: string[] = []
    const store = memoryLogStore(trail.objects, BUCKET)
    const logs: LogStore = {
      ...store,
      read: (object) => {
        read.push(object.key)
        return store.read(object)
      },
    }
    expect((await check(trail, 3, { state: heads }, logs)).problems).toEqual([])
    expect(read.sort()).toEqual([digestKey(trail, 3), ...logKeys(trail, 3)].sort())
  })

  it('reports a log file that was changed, and one that is gone', async () => {
    const trail = smallTrail()
    const [a, b] = logKeys(trail, 3) as [string, string]
    replace(trail, a, () => gzipSync('{"Records":[]}'))
    trail.objects.delete(b)
    expect(told(await check(trail, 3))).toEqual([
      `missing log not-found ${fileOf(b)}`,
      `modified log hash-mismatch ${fileOf(a)}`,
    ])
  })

  it('reports a predecessor that is gone or was changed', async () => {
    const trail = smallTrail()
    replace(trail, digestKey(trail, 2), () => gzipSync(`${trail.digests[2]!.body} `))
    expect(told(await check(trail, 3))).toEqual([
      `modified digest link-hash-mismatch ${fileOf(digestKey(trail, 2))}`,
    ])
    trail.objects.delete(digestKey(trail, 2))
    expect(told(await check(trail, 3))).toEqual([
      `missing digest link-target-not-found ${fileOf(digestKey(trail, 2))}`,
    ])
  })

  it('reports that it was moved, changed or lost its signature', async () => {
    const trail = smallTrail()
    const key = digestKey(trail, 5)
    const original = trail.objects.get(key)!
    trail.objects.set(key, trail.objects.get(digestKey(trail, 4))!)
    expect((await check(trail, 5)).problems[0]).toMatchObject({ status: 'modified', reason: 'moved' })
    trail.objects.set(key, original)
    setMetadata(trail, key, { signature: undefined })
    expect((await check(trail, 5)).problems[0]).toMatchObject({
      status: 'modified',
      reason: 'signature-missing',
    })
    trail.objects.delete(key)
    expect((await check(trail, 5)).problems).toEqual([
      expect.objectContaining({ status: 'missing', kind: 'digest', object: `s3://${BUCKET}/${key}` }),
    ])
  })

  it('tells the gap before a starting digest, once the head is known', async () => {
    const trail = smallTrail({ off: [2, 3] })
    const { heads } = await check(trail, 1)
    expect((await check(trail, 4, { state: heads })).problems).toEqual([
      expect.objectContaining({ status: 'gap', from: '2026-11-01T02:10:00Z', to: '2026-11-01T04:10:00Z' }),
    ])
  })

  it('refuses a key that is no digest', async () => {
    const trail = smallTrail()
    const world = { logs: memoryLogStore(trail.objects, BUCKET), publicKeys: keysOf(trail) }
    await expect(validateDigest(world, { bucket: BUCKET, key: 'x' })).rejects.toThrow(/key of a digest file/)
  })
})
