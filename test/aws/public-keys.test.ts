import { CloudTrailClient } from '@aws-sdk/client-cloudtrail'
import { afterEach, describe, expect, it } from 'vitest'
import { cloudTrailPublicKeys } from '../../lib/aws/public-keys.ts'
import { type Answer, type Call, json, jsonError, loopback } from './loopback.ts'

const open: (() => Promise<void>)[] = []
afterEach(() => Promise.all(open.splice(0).map((close) => close())))

const FROM = '2026-11-01T10:00:00Z'
const TO = '2026-11-01T11:00:00Z'
const key = (Fingerprint: string) => ({
  Value: Buffer.from('der').toString('base64'),
  Fingerprint,
  ValidityStartTime: 1793000000,
  ValidityEndTime: 1795592000,
})

const keysAt = async (answer: (call: Call, n: number) => Answer) => {
  const { endpoint, calls, close } = await loopback(answer)
  open.push(close)
  const regions: string[] = []
  const publicKeys = cloudTrailPublicKeys((region) => {
    regions.push(region)
    return new CloudTrailClient({ endpoint, region, maxAttempts: 1 })
  })
  return { publicKeys, calls, regions }
}

describe('CloudTrail public keys', () => {
  it('reads every page, and asks two hours past the end', async () => {
    const { publicKeys, calls } = await keysAt(({ body }) =>
      JSON.parse(body).NextToken
        ? json({ PublicKeyList: [key('bb')] })
        : json({ PublicKeyList: [key('AA')], NextToken: 'more' }),
    )
    const { keys, reason } = await publicKeys.of('eu-west-1', FROM, TO)
    expect(reason).toBeUndefined()
    expect(keys.map(({ fingerprint }) => fingerprint)).toEqual(['aa', 'bb'])
    expect(Buffer.from(keys[0]!.value).toString()).toBe('der')
    expect(keys[0]!.validFrom).toBe('2026-10-26T07:33:20.000Z')
    expect(JSON.parse(calls[0]!.body)).toEqual({
      StartTime: Date.parse(FROM) / 1000,
      EndTime: Date.parse('2026-11-01T13:00:00Z') / 1000,
    })
  })

  it('asks each Region once, and the Region itself', async () => {
    const { publicKeys, calls, regions } = await keysAt(() => json({ PublicKeyList: [key('aa')] }))
    for (const region of ['eu-west-1', 'us-east-1', 'eu-west-1']) await publicKeys.of(region, FROM, TO)
    expect(regions).toEqual(['eu-west-1', 'us-east-1'])
    expect(calls).toHaveLength(2)
  })

  it('says why there are none, and asks again next time', async () => {
    const { publicKeys } = await keysAt((_call, n) => {
      if (n === 1) return jsonError('AccessDeniedException', 'not allowed')
      return json({ PublicKeyList: n === 2 ? [] : [key('aa')] })
    })
    expect(await publicKeys.of('eu-west-1', FROM, TO)).toEqual({
      keys: [],
      reason: 'ListPublicKeys in eu-west-1 failed: AccessDeniedException: not allowed',
    })
    expect((await publicKeys.of('eu-west-1', FROM, TO)).reason).toContain('no public key of eu-west-1')
    expect((await publicKeys.of('eu-west-1', FROM, TO)).keys).toHaveLength(1)
  })
})
