import { createHash } from 'node:crypto'
import { CloudTrailClient } from '@aws-sdk/client-cloudtrail'
import { afterEach, describe, expect, it } from 'vitest'
import { cloudTrailPublicKeys } from '../../lib/aws/public-keys.ts'
import { parsePublicKeys, publicKeysFrom } from '../../lib/integrity/public-keys.ts'
import type { PublicKeys } from '../../lib/ports.ts'
import { type Call, json, jsonError, loopback } from '../aws/loopback.ts'
import { publicKeysJson, type TrailKeyPair, trailKeyPair } from '../support/signed-trail.ts'

const FROM = '2026-11-01T00:00:00.000Z'
const TO = '2026-11-02T00:00:00.000Z'
const VALIDITY = { from: '2026-10-20T00:00:00Z', to: '2026-11-19T12:30:00Z' }
const one = trailKeyPair()
const two = trailKeyPair()
const three = trailKeyPair()

type KeysOf = ReadonlyMap<string, readonly TrailKeyPair[]>
const KEYS: KeysOf = new Map([
  ['us-east-1', [one, two]],
  ['eu-west-1', [three]],
  ['ap-south-1', []],
])

const open: (() => Promise<void>)[] = []
afterEach(() => Promise.all(open.splice(0).map((close) => close())))

const saved = async (): Promise<PublicKeys> =>
  publicKeysFrom(parsePublicKeys(JSON.parse(publicKeysJson(KEYS, VALIDITY))))

/** One server for each Region: a Region answers its own keys only, one on a page, the fingerprint in capitals. */
const overCloudTrail = async (): Promise<PublicKeys> => {
  const endpoints = new Map<string, string>()
  for (const [region, pairs] of KEYS) {
    const { endpoint, close } = await loopback((call) => page(call, pairs))
    open.push(close)
    endpoints.set(region, endpoint)
  }
  const denied = await loopback(() => jsonError('AccessDeniedException', 'not allowed to list keys'))
  open.push(denied.close)
  return cloudTrailPublicKeys(
    (region) =>
      new CloudTrailClient({ region, endpoint: endpoints.get(region) ?? denied.endpoint, maxAttempts: 1 }),
  )
}

const page = (call: Call, pairs: readonly TrailKeyPair[]) => {
  if (call.operation !== 'ListPublicKeys') return jsonError('UnknownOperationException')
  const at = Number(JSON.parse(call.body).NextToken ?? 0)
  const keys = pairs.slice(at, at + 1).map(({ der, fingerprint }) => ({
    Value: Buffer.from(der).toString('base64'),
    Fingerprint: fingerprint.toUpperCase(),
    ValidityStartTime: Date.parse(VALIDITY.from) / 1000,
    ValidityEndTime: Date.parse(VALIDITY.to) / 1000,
  }))
  return json({ PublicKeyList: keys, ...(at + 1 < pairs.length && { NextToken: String(at + 1) }) })
}

describe.each([
  ['saved', saved],
  ['CloudTrail', overCloudTrail],
])('public keys: %s', (_name, keysOf) => {
  it('gives every key of a Region, and of no other', async () => {
    const { keys, reason } = await (await keysOf()).of('us-east-1', FROM, TO)
    expect(keys.map(({ fingerprint }) => fingerprint).sort()).toEqual(
      [one.fingerprint, two.fingerprint].sort(),
    )
    expect(reason).toBeUndefined()
    const other = await (await keysOf()).of('eu-west-1', FROM, TO)
    expect(other.keys.map(({ fingerprint }) => fingerprint)).toEqual([three.fingerprint])
  })

  it('gives the DER bytes, with the MD5 of them in lower-case hex as the fingerprint', async () => {
    const { keys } = await (await keysOf()).of('eu-west-1', FROM, TO)
    expect(Buffer.compare(Buffer.from(keys[0]!.value), Buffer.from(three.der))).toBe(0)
    expect(keys[0]!.fingerprint).toMatch(/^[0-9a-f]{32}$/)
    expect(keys[0]!.fingerprint).toBe(createHash('md5').update(keys[0]!.value).digest('hex'))
  })

  it('says in UTC from when to when a key is valid', async () => {
    const { keys } = await (await keysOf()).of('eu-west-1', FROM, TO)
    expect(keys[0]).toMatchObject({
      validFrom: '2026-10-20T00:00:00.000Z',
      validTo: '2026-11-19T12:30:00.000Z',
    })
  })

  it.each(['ap-south-1', 'sa-east-1'])(
    'answers no keys of %s with a reason, and does not throw',
    async (region) => {
      const { keys, reason } = await (await keysOf()).of(region, FROM, TO)
      expect(keys).toEqual([])
      expect(reason).toContain(region)
    },
  )

  it('goes on with a Region after another one failed', async () => {
    const port = await keysOf()
    await port.of('sa-east-1', FROM, TO)
    expect((await port.of('eu-west-1', FROM, TO)).keys).toHaveLength(1)
  })
})

describe('public keys over the API', () => {
  it('asks two hours beyond the range, since a digest is signed after its end, and asks once', async () => {
    const { endpoint, calls, close } = await loopback((call) => page(call, [one]))
    open.push(close)
    const port = cloudTrailPublicKeys((region) => new CloudTrailClient({ region, endpoint, maxAttempts: 1 }))
    await port.of('us-east-1', FROM, TO)
    await port.of('us-east-1', FROM, TO)
    expect(calls.map(({ body }) => JSON.parse(body))).toEqual([
      { StartTime: Date.parse(FROM) / 1000, EndTime: Date.parse('2026-11-02T02:00:00Z') / 1000 },
    ])
  })

  it('asks again after a failure', async () => {
    const { endpoint, close } = await loopback((call, n) =>
      n === 1 ? jsonError('InvalidTimeRangeException') : page(call, [one]),
    )
    open.push(close)
    const port = cloudTrailPublicKeys((region) => new CloudTrailClient({ region, endpoint, maxAttempts: 1 }))
    expect((await port.of('us-east-1', FROM, TO)).reason).toContain('InvalidTimeRangeException')
    expect((await port.of('us-east-1', FROM, TO)).keys).toHaveLength(1)
  })
})
