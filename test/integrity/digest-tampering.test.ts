import { gunzipSync, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { mergedTrails, type SignedTrail, signatureOf, trailKeyPair } from '../support/signed-trail.ts'
import {
  BUCKET,
  digestKey,
  fileOf,
  keyPair,
  logKeys,
  replace,
  setMetadata,
  smallTrail,
  told,
  validate,
} from './small-trail.ts'

const CHAIN = '111122223333/us-east-1/main_trail-1.x'

const unverifiable = (trail: SignedTrail, hour: number, reason: string) =>
  logKeys(trail, hour).map((key) => `unverifiable log ${reason} ${fileOf(key)}`)

const digest = (trail: SignedTrail, hour: number, verdict: string) =>
  `${verdict} ${fileOf(digestKey(trail, hour))}`

/** Changes the text of a digest and signs it again, or not. */
const forge = (trail: SignedTrail, hour: number, change: (body: string) => string, pair?: typeof keyPair) => {
  const original = trail.digests.find((one) => one.hour === hour)!
  const body = change(original.body)
  replace(trail, original.key, () => gzipSync(body))
  if (!pair) return
  const { previousDigestSignature } = JSON.parse(body)
  const signature = signatureOf({ ...original, body, previousSignature: previousDigestSignature }, pair)
  setMetadata(trail, original.key, { signature })
}

const withoutFirstLog = (body: string): string => {
  const document = JSON.parse(body)
  document.logFiles.shift()
  return JSON.stringify(document)
}

describe('digests that are missing', () => {
  it.each(['s3', 'folder'] as const)(
    'reports one in the middle, its log files unverifiable (%s)',
    async (as) => {
      const trail = smallTrail()
      trail.objects.delete(digestKey(trail, 3))
      const report = await validate(trail, { as })
      expect(told(report)).toEqual(
        [
          digest(trail, 3, 'missing digest link-target-not-found'),
          ...unverifiable(trail, 3, 'digest-lost'),
        ].sort(),
      )
      expect(report.problems.find(({ kind }) => kind === 'digest')!.object).toContain(digestKey(trail, 3))
      expect(report.summary.digests).toMatchObject({ valid: 5, missing: 1 })
      expect(report.summary.logs).toMatchObject({ valid: 8, unverifiable: 2, unlisted: 0 })
    },
  )

  it('reports each one of several in a row, by the hourly cadence', async () => {
    const trail = smallTrail()
    for (const hour of [1, 2, 3]) trail.objects.delete(digestKey(trail, hour))
    const report = await validate(trail)
    expect(told(report)).toEqual(
      [
        digest(trail, 1, 'missing digest hourly-cadence'),
        digest(trail, 2, 'missing digest hourly-cadence'),
        digest(trail, 3, 'missing digest link-target-not-found'),
        ...unverifiable(trail, 1, 'digest-lost'),
        ...unverifiable(trail, 3, 'digest-lost'),
      ].sort(),
    )
    expect(report.problems.find(({ object }) => object.endsWith(digestKey(trail, 2)))).toMatchObject({
      from: '2026-11-01T02:10:00Z',
      to: '2026-11-01T03:10:00Z',
    })
  })

  it('reports the newest ones when they are expected', async () => {
    const trail = smallTrail()
    for (const hour of [4, 5]) trail.objects.delete(digestKey(trail, hour))
    const report = await validate(trail, { expectUntil: '2026-11-01T06:30:00Z' })
    expect(told(report)).toEqual(
      [
        digest(trail, 4, 'tail-missing digest hourly-cadence'),
        digest(trail, 5, 'tail-missing digest hourly-cadence'),
        ...unverifiable(trail, 4, 'digest-lost'),
        ...unverifiable(trail, 5, 'digest-lost'),
      ].sort(),
    )
    expect(report.summary.digests['tail-missing']).toBe(2)
  })

  it('reports a cut tail by the log files that were delivered after it', async () => {
    const trail = smallTrail()
    for (const hour of [2, 3, 4, 5]) trail.objects.delete(digestKey(trail, hour))
    const report = await validate(trail)
    expect(report.summary.digests['tail-missing']).toBe(2)
    expect(told(report)).toContain(digest(trail, 3, 'tail-missing digest hourly-cadence'))
    expect(report.summary.logs).toMatchObject({ valid: 4, unverifiable: 6 })
  })

  it('reports a cut tail by the digests of the same trail in another Region', async () => {
    const here = smallTrail({ homeRegion: 'us-east-1' })
    const there = smallTrail({ region: 'eu-west-1', homeRegion: 'us-east-1', logs: new Map() })
    for (const hour of [2, 3, 4, 5]) there.objects.delete(digestKey(there, hour))
    const report = await validate(mergedTrails(here, there))
    expect(told(report)).toEqual(
      [2, 3, 4].map((hour) => digest(there, hour, 'tail-missing digest hourly-cadence')),
    )
  })

  it('reports the newest ones that an earlier run has seen', async () => {
    const trail = smallTrail()
    const { heads } = await validate(trail)
    for (const hour of [4, 5]) {
      for (const key of logKeys(trail, hour)) trail.objects.delete(key)
      trail.objects.delete(digestKey(trail, hour))
    }
    expect(told(await validate(trail))).toEqual([])
    expect(told(await validate(trail, { state: heads }))).toEqual([
      digest(trail, 4, 'tail-missing digest hourly-cadence'),
      digest(trail, 5, 'tail-missing digest seen-before'),
    ])
  })

  it('reports the oldest one, by the link of the next', async () => {
    const trail = smallTrail()
    trail.objects.delete(digestKey(trail, 0))
    expect(told(await validate(trail))).toEqual(
      [
        digest(trail, 0, 'missing digest link-target-not-found'),
        ...unverifiable(trail, 0, 'digest-lost'),
      ].sort(),
    )
  })

  it('lets the oldest one be missing where the range begins after it', async () => {
    const trail = smallTrail()
    trail.objects.delete(digestKey(trail, 0))
    expect(told(await validate(trail, { from: '2026-11-01T01:10:00Z' }))).toEqual([])
  })

  it.each(['every digest', 'every object'])('fails when %s is gone', async (what) => {
    const trail = smallTrail()
    for (const key of [...trail.objects.keys()]) {
      if (what === 'every object' || key.includes('CloudTrail-Digest')) trail.objects.delete(key)
    }
    const report = await validate(trail)
    expect(report.problems).toHaveLength(1)
    expect(report.problems[0]).toMatchObject({ status: 'tail-missing', kind: 'chain', reason: 'no-digests' })
    expect(report.notes).toContain('no digest files found')
    expect(report.summary.logs.unverifiable).toBe(what === 'every object' ? 0 : 10)
  })

  it('reports those just before logging was stopped, once an earlier run has seen them', async () => {
    const trail = smallTrail({ off: [4] })
    const seen = {
      ...trail,
      objects: new Map([...trail.objects].filter(([key]) => key !== digestKey(trail, 5))),
    }
    const { heads } = await validate(seen)
    for (const hour of [2, 3]) {
      for (const key of logKeys(trail, hour)) trail.objects.delete(key)
      trail.objects.delete(digestKey(trail, hour))
    }
    expect(told(await validate(trail, { state: heads }))).toEqual([
      `gap chain logging-off ${CHAIN}`,
      digest(trail, 2, 'missing digest hourly-cadence'),
      digest(trail, 3, 'missing digest seen-before'),
    ])
  })

  it('reports log files that are left in what claims to be a gap, and the digest that must have listed them', async () => {
    const trail = smallTrail({ off: [4] })
    trail.objects.delete(digestKey(trail, 3))
    const report = await validate(trail)
    expect(told(report)).toEqual(
      [
        `gap chain logging-off ${CHAIN}`,
        `missing chain digest-before-gap ${CHAIN}`,
        ...unverifiable(trail, 3, 'in-gap'),
      ].sort(),
    )
    expect(report.summary.digests).toMatchObject({ valid: 4, gap: 1, missing: 1 })
  })

  it('reports digests deleted before a stop by the same trail in another Region', async () => {
    const here = smallTrail({ off: [4], homeRegion: 'us-east-1', logs: new Map() })
    const there = smallTrail({ off: [4], region: 'eu-west-1', homeRegion: 'us-east-1', logs: new Map() })
    const both = mergedTrails(here, there)
    expect((await validate(both)).problems.map(({ status }) => status)).toEqual(['gap', 'gap'])
    for (const hour of [2, 3]) both.objects.delete(digestKey(there, hour))
    expect(told(await validate(both))).toContain(
      'missing chain digest-before-gap 111122223333/eu-west-1/main_trail-1.x',
    )
  })

  it('reports a backfill digest in the middle, and the newest once it was seen', async () => {
    const trail = smallTrail({ backfill: [1, 2, 3] })
    const { heads } = await validate(trail)
    trail.objects.delete(digestKey(trail, 2))
    const middle = await validate(trail)
    expect(told(middle)).toContain(digest(trail, 2, 'missing backfill-digest link-target-not-found'))
    trail.objects.delete(digestKey(trail, 3))
    expect(told(await validate(trail, { state: heads }))).toContain(
      digest(trail, 3, 'tail-missing backfill-digest seen-before'),
    )
  })
})

describe('digests whose signature is wrong', () => {
  const anotherDigit = (signature: string) => (signature.startsWith('0') ? '1' : '0') + signature.slice(1)

  it.each([
    ['has one digit changed', (signature: string) => anotherDigit(signature)],
    ['is not hexadecimal', () => 'zz not hex'],
    ['is gone', () => undefined],
  ])('says that the next digest proves the content when the metadata %s', async (_what, change) => {
    const trail = smallTrail()
    const key = digestKey(trail, 3)
    setMetadata(trail, key, { signature: change(trail.objects.get(key)!.metadata['signature']!) })
    const report = await validate(trail)
    expect(told(report)).toEqual([digest(trail, 3, 'modified digest signature-lost')])
    expect(report.problems[0]!.detail).toContain('proven by the next digest')
    expect(report.summary.logs.valid).toBe(10)
  })

  it.each([
    [
      'has one digit changed',
      (signature: string) => anotherDigit(signature),
      'signature-mismatch',
      'digest-untrusted',
    ],
    ['is not hexadecimal', () => 'xyz', 'signature-not-hex', 'digest-untrusted'],
    ['is gone', () => undefined, 'signature-missing', 'digest-unproven'],
  ])('cannot prove the newest digest when its signature %s', async (_what, change, reason, ofLogs) => {
    const trail = smallTrail()
    const key = digestKey(trail, 5)
    setMetadata(trail, key, { signature: change(trail.objects.get(key)!.metadata['signature']!) })
    expect(told(await validate(trail))).toEqual(
      [digest(trail, 5, `modified digest ${reason}`), ...unverifiable(trail, 5, ofLogs)].sort(),
    )
  })

  it('reports another algorithm in the metadata', async () => {
    const trail = smallTrail()
    setMetadata(trail, digestKey(trail, 3), { 'signature-algorithm': 'SHA1withRSA' })
    expect(told(await validate(trail))).toEqual([digest(trail, 3, 'modified digest signature-algorithm')])
  })

  it('reports an entry removed from a digest, with and without its log file', async () => {
    for (const deleted of [false, true]) {
      const trail = smallTrail()
      const [hidden, left] = logKeys(trail, 3) as [string, string]
      forge(trail, 3, withoutFirstLog)
      if (deleted) trail.objects.delete(hidden)
      const expected = [
        digest(trail, 3, 'modified digest signature-mismatch'),
        `unverifiable log digest-untrusted ${fileOf(left)}`,
        ...(deleted ? [] : [`unverifiable log digest-lost ${fileOf(hidden)}`]),
      ]
      expect(told(await validate(trail))).toEqual(expected.sort())
    }
  })

  it('reports a digest signed with a key of the attacker under the old fingerprint', async () => {
    const trail = smallTrail()
    forge(trail, 3, withoutFirstLog, trailKeyPair())
    expect(told(await validate(trail))).toContain(digest(trail, 3, 'modified digest signature-mismatch'))
  })

  it('reports a digest signed with a key of the attacker under its own fingerprint', async () => {
    const attacker = trailKeyPair()
    const trail = smallTrail()
    const forged = (body: string) => body.replace(keyPair.fingerprint, attacker.fingerprint)
    forge(trail, 5, forged, attacker)
    expect(told(await validate(trail))).toContain(digest(trail, 5, 'unverifiable digest public-key-unknown'))
    forge(trail, 3, forged, attacker)
    const report = await validate(trail)
    const middle = report.problems.find(({ object }) => object.endsWith(digestKey(trail, 3)))
    expect(middle).toMatchObject({ status: 'modified', reason: 'link-hash-mismatch' })
    expect(middle!.detail).toContain('no public key has the fingerprint')
  })
})

describe('digests in the wrong place', () => {
  it('reports a replay of the hour before', async () => {
    const trail = smallTrail()
    trail.objects.set(digestKey(trail, 4), trail.objects.get(digestKey(trail, 3))!)
    expect(told(await validate(trail))).toEqual(
      [digest(trail, 4, 'modified digest moved'), ...unverifiable(trail, 4, 'digest-lost')].sort(),
    )
  })

  it.each([1, 5])(
    'reports a copy under a later key, and still validates the original (hour %i)',
    async (hour) => {
      const trail = smallTrail()
      const decoy = digestKey(trail, hour).replace('1000Z', '1001Z')
      trail.objects.set(decoy, trail.objects.get(digestKey(trail, hour))!)
      const report = await validate(trail)
      expect(told(report)).toEqual([`modified digest moved ${fileOf(decoy)}`])
      expect(report.summary.digests).toMatchObject({ valid: 6, modified: 1 })
    },
  )

  it('reports a digest that was hidden under a name no digest has', async () => {
    const trail = smallTrail()
    const key = digestKey(trail, 3).replace('.json.gz', '.json.gz.bak')
    trail.objects.set(key, trail.objects.get(digestKey(trail, 3))!)
    expect(told(await validate(trail))).toEqual([`modified digest moved ${fileOf(key)}`])
  })
})

describe('digests in the wrong form', () => {
  const field = (name: string) => (body: string) => {
    const document = JSON.parse(body)
    delete document[name]
    return JSON.stringify(document)
  }

  const forms: readonly (readonly [string, (bytes: Uint8Array) => Uint8Array])[] = [
    ['no gzip', () => Buffer.from('{}')],
    ['nothing', () => Buffer.alloc(0)],
    ['gzip of no JSON', () => gzipSync('hello')],
    ['a list', () => gzipSync('[]')],
    ...[
      'digestPublicKeyFingerprint',
      'digestS3Bucket',
      'digestS3Object',
      'previousDigestSignature',
      'digestEndTime',
      'digestStartTime',
      'logFiles',
    ].map(
      (name) =>
        [`no ${name}`, (bytes: Uint8Array) => gzipSync(field(name)(gunzipSync(bytes).toString()))] as const,
    ),
  ]

  it.each(forms)('reports %s', async (_what, change) => {
    const trail = smallTrail()
    replace(trail, digestKey(trail, 3), change)
    expect(told(await validate(trail))).toEqual(
      [digest(trail, 3, 'modified digest invalid-format'), ...unverifiable(trail, 3, 'digest-lost')].sort(),
    )
  })

  it.each([
    ['text', Buffer.from('tail')],
    ['zero bytes', Buffer.alloc(8)],
    ['a gzip member', gzipSync('{"logFiles":[]}')],
  ])('reports %s behind a digest, and still believes what was signed', async (_what, tail) => {
    const trail = smallTrail()
    replace(trail, digestKey(trail, 3), (bytes) => Buffer.concat([bytes, tail]))
    const report = await validate(trail)
    expect(told(report)).toEqual([digest(trail, 3, 'modified digest trailing-data')])
    expect(report.summary.logs.valid).toBe(10)
  })

  it('reports a backfill digest without the time it was made', async () => {
    const trail = smallTrail({ backfill: [1, 2, 3] })
    setMetadata(trail, digestKey(trail, 2), { 'backfill-generation-timestamp': undefined })
    expect(told(await validate(trail))).toContain(digest(trail, 2, 'modified backfill-digest invalid-format'))
  })

  it('cannot tell a gap from a hole where a broken digest calls itself a starting one', async () => {
    const trail = smallTrail({ off: [2] })
    replace(trail, digestKey(trail, 3), (bytes) => gzipSync(`${gunzipSync(bytes)} `))
    expect(told(await validate(trail))).toEqual(
      [
        digest(trail, 3, 'modified digest signature-mismatch'),
        'unverifiable chain gap-or-hole 111122223333/us-east-1/main_trail-1.x',
        ...unverifiable(trail, 3, 'digest-untrusted'),
      ].sort(),
    )
  })
})

describe('public keys', () => {
  it('reports a key that cannot be loaded', async () => {
    const trail = smallTrail()
    const broken = { ...keyPair, der: keyPair.der.slice(0, -3) }
    const report = await validate(trail, {
      keys: { ...trail, publicKeys: new Map([['us-east-1', [broken]]]) },
    })
    expect(report.problems[0]).toMatchObject({
      status: 'unverifiable',
      kind: 'digest',
      reason: 'public-key-unusable',
    })
    expect(report.summary.digests).toMatchObject({ valid: 0, unverifiable: 6 })
  })

  it('never says valid without keys, and still shows what was changed', async () => {
    const trail = smallTrail()
    replace(trail, logKeys(trail, 1)[0]!, () => gzipSync('{"Records":[]}'))
    trail.objects.delete(digestKey(trail, 4))
    forge(trail, 2, (body) => `${body} `)
    const report = await validate(trail, { keys: 'none' })
    expect(report.summary.digests).toMatchObject({ valid: 0, unverifiable: 4, modified: 1, missing: 1 })
    expect(report.summary.logs).toMatchObject({ valid: 0, modified: 1, unverifiable: 9 })
    expect(told(report)).toEqual(
      [
        'unverifiable chain no-public-keys 111122223333/us-east-1/main_trail-1.x',
        `modified log hash-mismatch ${fileOf(logKeys(trail, 1)[0]!)}`,
        digest(trail, 2, 'modified digest link-hash-mismatch'),
        digest(trail, 4, 'missing digest link-target-not-found'),
        ...unverifiable(trail, 4, 'digest-lost'),
      ].sort(),
    )
  })

  it('goes on in other Regions when one has no keys', async () => {
    const here = smallTrail()
    const there = smallTrail({ region: 'eu-west-1' })
    const report = await validate(mergedTrails(here, there), { keys: here })
    expect(told(report)).toEqual(['unverifiable chain no-public-keys 111122223333/eu-west-1/main_trail-1.x'])
    expect(report.summary.digests).toMatchObject({ valid: 6, unverifiable: 6 })
    expect(report.problems[0]!.detail).toContain('eu-west-1')
  })

  it('names objects of S3 by bucket and key', async () => {
    const trail = smallTrail()
    trail.objects.delete(digestKey(trail, 3))
    const report = await validate(trail)
    expect(report.problems[0]!.object).toBe(`s3://${BUCKET}/${digestKey(trail, 3)}`)
  })
})
