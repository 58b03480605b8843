import { gunzipSync, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { UnreadableObject } from '../../lib/errors.ts'
import type { LogStore } from '../../lib/ports.ts'
import { logKeyOf } from '../support/signed-trail.ts'
import { BUCKET, fileOf, logBytes, logKeys, replace, smallTrail, told, validate } from './small-trail.ts'

const edited = (bytes: Uint8Array) => gzipSync(gunzipSync(bytes).toString().replace('GetObject', 'PutObject'))
const joined = (...parts: Uint8Array[]) => Buffer.concat(parts)
const flipped = (bytes: Uint8Array) => {
  const copy = Buffer.from(bytes)
  copy[Math.floor(copy.length / 2)]! ^= 4
  return copy
}

/** What is done to one log file, and the reason that must be given for `modified`. */
const CHANGES: Record<string, [(bytes: Uint8Array) => Uint8Array, string | RegExp]> = {
  'one flipped bit': [flipped, /damaged-gzip|truncated-gzip|hash-mismatch/],
  'an event edited, compressed again': [edited, 'hash-mismatch'],
  'cut in half': [(bytes) => bytes.slice(0, bytes.length / 2), 'truncated-gzip'],
  'only the gzip trailer cut off': [(bytes) => bytes.slice(0, -8), 'truncated-gzip'],
  'a wrong checksum before the right content': [
    (bytes) => Buffer.from(bytes).fill(0, bytes.length - 8, bytes.length - 4),
    'damaged-gzip',
  ],
  'replaced by nothing': [() => new Uint8Array(0), 'empty-object'],
  'plain JSON in the place of gzip': [(bytes) => gunzipSync(bytes), 'not-gzip'],
  'text behind the gzip stream': [(bytes) => joined(bytes, Buffer.from('tail')), 'trailing-data'],
  'NUL bytes behind the gzip stream': [(bytes) => joined(bytes, Buffer.alloc(16)), 'trailing-data'],
  'a second member with forged events': [(bytes) => joined(bytes, logBytes('forged')), 'trailing-data'],
  'a second, empty member': [(bytes) => joined(bytes, gzipSync('')), 'trailing-data'],
}

describe('log files that were changed', () => {
  it.each(Object.entries(CHANGES))('reports %s, and nothing else', async (_name, [change, reason]) => {
    const trail = smallTrail()
    const key = logKeys(trail, 3)[1]!
    replace(trail, key, change)
    const report = await validate(trail)
    expect(report.problems).toHaveLength(1)
    expect(report.problems[0]).toMatchObject({
      status: 'modified',
      kind: 'log',
      object: `s3://${BUCKET}/${key}`,
    })
    expect(report.problems[0]!.reason).toMatch(reason)
    expect(report.logVerdicts.get(key)).toBe('modified')
    expect(report.summary.logs).toMatchObject({ valid: 9, modified: 1 })
  })

  it('reports both of two log files that were swapped', async () => {
    const trail = smallTrail()
    const [a, b] = logKeys(trail, 1) as [string, string]
    const bytes = trail.objects.get(a)!.bytes
    replace(trail, a, () => trail.objects.get(b)!.bytes)
    replace(trail, b, () => bytes)
    expect(told(await validate(trail))).toEqual(
      [`modified log hash-mismatch ${fileOf(a)}`, `modified log hash-mismatch ${fileOf(b)}`].sort(),
    )
  })

  it.each(['s3', 'folder'] as const)('reports a deleted log file as missing (%s)', async (as) => {
    const trail = smallTrail()
    const key = logKeys(trail, 4)[0]!
    trail.objects.delete(key)
    const report = await validate(trail, { as })
    expect(told(report)).toEqual([`missing log not-found ${fileOf(key)}`])
    expect(report.problems[0]!.object).toBe(as === 's3' ? `s3://${BUCKET}/${key}` : key)
    expect(report.logVerdicts.get(key)).toBe('missing')
  })

  it.each(['CloudTrail own name', 'foreign name', 'outside of a day folder'])(
    'reports a planted log file as unlisted: %s',
    async (kind) => {
      const trail = smallTrail()
      const own = logKeyOf(
        { account: '111122223333', region: 'us-east-1' },
        '2026-11-01T03:30:00Z',
        'Planted000000000',
      )
      const folder = own.slice(0, own.lastIndexOf('/'))
      const key = {
        'CloudTrail own name': own,
        'foreign name': `${folder}/evil.json.gz`,
        'outside of a day folder': 'AWSLogs/111122223333/CloudTrail/us-east-1/evil.json.gz',
      }[kind]!
      trail.objects.set(key, { bucket: BUCKET, bytes: logBytes('planted'), metadata: {} })
      const report = await validate(trail)
      expect(told(report)).toEqual([`unlisted log not-in-any-digest ${fileOf(key)}`])
      expect(report.logVerdicts.get(key)).toBe('unlisted')
      expect(report.summary.logs).toMatchObject({ valid: 10, unlisted: 1 })
    },
  )

  it.each(['access-denied', 'archived', 'key-denied', 'a disk error'])(
    'reports one object that cannot be read, and reads on: %s',
    async (reason) => {
      const trail = smallTrail()
      const key = logKeys(trail, 1)[0]!
      const fails = () => {
        if (reason === 'a disk error') throw new Error('EIO')
        throw new UnreadableObject(key, reason as 'archived')
      }
      const wrap = (store: LogStore): LogStore => ({
        ...store,
        read: async (object) => (object.key === key ? fails() : store.read(object)),
      })
      const report = await validate(trail, { wrap })
      expect(report.problems).toHaveLength(1)
      expect(report.problems[0]).toMatchObject({ status: 'unreadable', kind: 'log' })
      expect(report.problems[0]!.reason).toBe(reason === 'a disk error' ? 'io-error' : reason)
      expect(report.summary.logs).toMatchObject({ valid: 9, unreadable: 1 })
    },
  )

  it('accepts the same content compressed again', async () => {
    const trail = smallTrail()
    for (const key of logKeys(trail, 1))
      replace(trail, key, (bytes) => gzipSync(gunzipSync(bytes), { level: 1 }))
    const report = await validate(trail)
    expect(report.problems).toEqual([])
    expect(report.summary.logs.valid).toBe(10)
  })

  it('never takes a damaged hash in a digest for a right one', async () => {
    const base = smallTrail()
    const key = logKeys(base, 1)[0]!
    const trail = smallTrail({
      logs: new Map([
        [
          key,
          {
            bytes: base.objects.get(key)!.bytes,
            deliveredAt: '2026-11-01T01:30:00Z',
            hashValue: 'ab'.repeat(31),
          },
        ],
      ]),
    })
    expect(told(await validate(trail))).toEqual([`modified log hash-mismatch ${fileOf(key)}`])
  })
})
