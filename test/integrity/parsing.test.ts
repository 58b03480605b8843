import { describe, expect, it } from 'vitest'
import { UsageError } from '../../lib/errors.ts'
import { parseChainHeads } from '../../lib/integrity/heads.ts'
import { parseDigestMetadata } from '../../lib/integrity/metadata.ts'
import { loadPublicKey, parsePublicKeys, publicKeysFrom } from '../../lib/integrity/public-keys.ts'
import { hourlySlots, keyAt } from '../../lib/integrity/slots.ts'
import { parseDigestFile } from '../../lib/trail/digest-file.ts'
import { publicKeysJson, type SignedDigest, trailKeyPair } from '../support/signed-trail.ts'
import { keyPair, smallTrail } from './small-trail.ts'

const bytesOf = (value: unknown) => new TextEncoder().encode(JSON.stringify(value))
const HOUR = 3_600_000

describe('a digest file', () => {
  const [first, second] = smallTrail().digests as unknown as [SignedDigest, SignedDigest]

  it('is read with its window, its place, its link and its log files', () => {
    const parsed = parseDigestFile(new TextEncoder().encode(second.body))
    if (!parsed.ok) throw new Error(parsed.detail)
    expect(parsed.digest).toMatchObject({
      account: '111122223333',
      endText: '2026-11-01T02:10:00Z',
      start: Date.UTC(2026, 10, 1, 1, 10),
      end: Date.UTC(2026, 10, 1, 2, 10),
      key: second.key,
      fingerprint: keyPair.fingerprint,
      signatureAlgorithm: 'SHA256withRSA',
      previous: { key: first.key, hashAlgorithm: 'SHA-256' },
    })
    expect(parsed.digest.logs).toHaveLength(2)
  })

  it('has no link when it is a starting one', () => {
    const parsed = parseDigestFile(new TextEncoder().encode(first.body))
    expect(parsed.ok && parsed.digest.previous).toBe(undefined)
    expect(parsed.ok && parsed.digest.previousSignature).toBe(null)
  })

  it('lets unknown fields through', () => {
    const parsed = parseDigestFile(bytesOf({ ...JSON.parse(first.body), somethingNew: { a: 1 } }))
    expect(parsed.ok).toBe(true)
  })

  it.each([
    ['a time that does not exist', { digestEndTime: '2026-13-01T00:00:00Z' }, /digestEndTime.*UTC time/],
    ['a local time', { digestStartTime: '2026-11-01 00:10' }, /digestStartTime/],
    ['an end before its start', { digestEndTime: '2020-01-01T00:00:00Z' }, /before/],
    [
      'a log without a hash',
      { logFiles: [{ s3Bucket: 'b', s3Object: 'k', hashAlgorithm: 'SHA-256' }] },
      /hashValue/,
    ],
    ['a log that is no object', { logFiles: ['x'] }, /logFiles\[0\]/],
    ['half a link', { previousDigestS3Object: 'k' }, /previousDigestS3Bucket/],
  ])('is refused with %s, and the message names it', (_what, changes, detail) => {
    const parsed = parseDigestFile(bytesOf({ ...JSON.parse(first.body), ...changes }))
    expect(parsed).toMatchObject({
      ok: false,
      reason: 'invalid-format',
      detail: expect.stringMatching(detail),
    })
  })
})

describe('saved public keys', () => {
  const list = JSON.parse(publicKeysJson(new Map([['us-east-1', [keyPair]]])))

  it('serve their Region, or every Region when they come without one', async () => {
    const regional = publicKeysFrom(parsePublicKeys(list))
    expect((await regional.of('us-east-1', '', '')).keys).toHaveLength(1)
    expect(await regional.of('eu-west-1', '', '')).toEqual({
      keys: [],
      reason: expect.stringContaining('eu-west-1'),
    })
    for (const json of [list['us-east-1'], list['us-east-1'].PublicKeyList]) {
      expect((await publicKeysFrom(parsePublicKeys(json)).of('eu-west-1', '', '')).keys).toHaveLength(1)
    }
  })

  it('keep their validity, however it was printed', () => {
    const keyOf = (time: unknown) => ({ ...list['us-east-1'].PublicKeyList[0], ValidityStartTime: time })
    const keys = parsePublicKeys([
      keyOf(1453076702),
      keyOf('1453076702.0'),
      keyOf('2016-01-18T01:25:02+01:00'),
    ])
    expect(keys.get('*')!.map(({ validFrom }) => validFrom)).toEqual([
      '2016-01-18T00:25:02.000Z',
      '2016-01-18T00:25:02.000Z',
      '2016-01-18T00:25:02.000Z',
    ])
  })

  it('load in both encodings, and only under their own fingerprint', () => {
    const spki = trailKeyPair(undefined, 'spki')
    for (const { der, fingerprint } of [keyPair, spki]) {
      expect(loadPublicKey({ value: der, fingerprint })?.asymmetricKeyType).toBe('rsa')
      expect(loadPublicKey({ value: der, fingerprint: 'ab'.repeat(16) })).toBe(undefined)
    }
  })

  it.each([null, 1, 'text', {}, { 'us-east-1': 1 }, [{}], { PublicKeyList: [{ Value: 1 }] }])(
    'are refused when they are %j',
    (json) => {
      const parse = () => parsePublicKeys(json)
      if (JSON.stringify(json) === '{}') expect(parse().size).toBe(0)
      else expect(parse).toThrow(UsageError)
    },
  )
})

describe('a side file of metadata', () => {
  it('is found by bucket and key, by key, and below added folders', () => {
    const line = (bucket: string | undefined, signature: string) =>
      JSON.stringify({
        ...(bucket && { bucket }),
        key: 'p/AWSLogs/1/x.json.gz',
        metadata: { Signature: signature },
      })
    const { metadata, entries, bad } = parseDigestMetadata(`${line('b', 'aa')}\n${line(undefined, 'cc')}\n`)
    expect([entries, bad]).toEqual([2, []])
    expect(metadata('b', 'p/AWSLogs/1/x.json.gz')).toEqual({ signature: 'aa' })
    expect(metadata(undefined, 'd/AWSLogs/1/x.json.gz')).toEqual({ signature: 'cc' })
    expect(metadata('b', 'other')).toBe(undefined)
  })

  it('reports bad lines by number and uses the others', () => {
    const good = '{"key":"k","metadata":{"x-amz-meta-signature":"00","size":1}}'
    const parsed = parseDigestMetadata(`\uFEFF${good}\nnot json\n\n{"key":1}\r\n${good}`)
    expect(parsed.entries).toBe(2)
    expect(parsed.bad.map(({ line }) => line)).toEqual([2, 4])
    expect(parsed.metadata(undefined, 'k')).toEqual({ signature: '00' })
  })
})

describe('saved heads', () => {
  it('survive being written and read', () => {
    const heads = {
      '111122223333/us-east-1/t/us-east-1/standard': {
        bucket: 'b',
        key: 'k',
        hash: 'h',
        signature: 's',
        end: '2026-11-01T00:00:00Z',
      },
    }
    expect(parseChainHeads(JSON.parse(JSON.stringify(heads)))).toEqual(heads)
  })

  it.each([null, [], { a: {} }, { '111122223333/us-east-1/t/us-east-1/standard': { bucket: 'b' } }])(
    'are refused when damaged, never taken for empty: %j',
    (json) => {
      expect(() => parseChainHeads(json)).toThrow(UsageError)
    },
  )
})

describe('the hours of a hole', () => {
  it('are counted back from its end, the odd remainder to the oldest', () => {
    expect(hourlySlots(0, 3 * HOUR).slots).toEqual([
      { from: 2 * HOUR, to: 3 * HOUR },
      { from: HOUR, to: 2 * HOUR },
      { from: 0, to: HOUR },
    ])
    expect(hourlySlots(0, 1.2 * HOUR).slots).toEqual([{ from: 0, to: 1.2 * HOUR }])
    expect(hourlySlots(0, 0).slots).toEqual([])
  })

  it('stay few, whatever a forged time claims', () => {
    const { slots, rest } = hourlySlots(0, 1e6 * HOUR)
    expect(slots).toHaveLength(9600)
    expect(rest).toEqual({ from: 0, to: (1e6 - 9600) * HOUR })
  })

  it('get the names their digests had', () => {
    const key =
      'p/AWSLogs/1/CloudTrail-Digest/r/2026/11/01/1_CloudTrail-Digest_r_t_20260101T000000Z_h_20261101T001000Z'
    expect(keyAt(`${key}_backfill.json.gz`, Date.UTC(2026, 9, 31, 23, 10))).toBe(
      'p/AWSLogs/1/CloudTrail-Digest/r/2026/10/31/1_CloudTrail-Digest_r_t_20260101T000000Z_h_20261031T231000Z_backfill.json.gz',
    )
  })
})
