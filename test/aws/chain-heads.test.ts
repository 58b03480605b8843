import { afterEach, describe, expect, it, vi } from 'vitest'
import { s3ChainHeads } from '../../lib/aws/chain-heads.ts'
import { s3Client } from '../../lib/aws/log-store.ts'
import type { ChainRecord } from '../../lib/chain-record.ts'
import { type Answer, type Call, loopback, s3Error } from './loopback.ts'

const open: (() => Promise<void>)[] = []
afterEach(async () => {
  vi.unstubAllEnvs()
  await Promise.all(open.splice(0).map((close) => close()))
})

const CHAIN = '111122223333/us-east-1/main/us-east-1/standard'
const KEY = 'chains/111122223333/us-east-1/main,us-east-1,standard.json'
const recordOf = (hour: number): ChainRecord => ({
  head: { bucket: 'b', key: `k${hour}`, hash: 'h', signature: 's', end: `2026-11-01T0${hour}:00:00Z` },
  watched: { [`s3://b/k${hour}`]: { closed: `2026-11-01T0${hour}:10:00.000Z` } },
})

/** A bucket with conditional writes; `before` may change it, or refuse, before a request is answered. */
const bucket = async (before: (call: Call, n: number) => Answer | undefined = () => undefined) => {
  const objects = new Map<string, string>()
  const tagOf = (text: string) => `"${Buffer.from(text).toString('hex').slice(-32)}${text.length}"`
  const { endpoint, calls, close } = await loopback((call, n) => {
    const refused = before(call, n)
    if (refused) return refused
    const key = decodeURIComponent(call.url.pathname).slice('/lake/'.length)
    const text = objects.get(key)
    if (call.method === 'GET' && key === '') return listing([...objects.keys()].sort())
    if (call.method === 'GET')
      return text === undefined ? s3Error(404, 'NoSuchKey') : { headers: { etag: tagOf(text) }, body: text }
    const { 'if-match': wanted, 'if-none-match': none } = call.headers
    if (none === '*' && text !== undefined) return s3Error(412, 'PreconditionFailed')
    if (wanted !== undefined && text === undefined) return s3Error(404, 'NoSuchKey')
    if (wanted !== undefined && wanted !== tagOf(text!)) return s3Error(412, 'PreconditionFailed')
    if (wanted === undefined && none === undefined) return s3Error(400, 'UnconditionalWrite')
    objects.set(key, call.body)
    return {}
  })
  open.push(close)
  vi.stubEnv('AWS_ENDPOINT_URL', endpoint)
  const puts = () => calls.filter(({ method }) => method === 'PUT').length
  return { objects, puts, chains: s3ChainHeads('lake', 'chains/', s3Client()) }
}

const listing = (keys: readonly string[]): Answer => ({
  headers: { 'content-type': 'application/xml' },
  body: `<?xml version="1.0"?><ListBucketResult><IsTruncated>false</IsTruncated>${keys
    .map((key) => `<Contents><Key>${key}</Key><Size>1</Size></Contents>`)
    .join('')}</ListBucketResult>`,
})

describe('the memory of chains in S3', () => {
  it('keeps a record for each chain, and lists them', async () => {
    const { chains, objects } = await bucket()
    expect(await chains.of(CHAIN)).toBeUndefined()
    expect(await chains.merge(CHAIN, recordOf(1))).toEqual(recordOf(1))
    expect([...objects.keys()]).toEqual([KEY])
    objects.set('chains/checkpoint', 'x')
    const listed: string[] = []
    for await (const id of chains.list()) listed.push(id)
    expect(listed).toEqual([CHAIN])
    expect(await chains.of(CHAIN)).toEqual(recordOf(1))
  })

  it('loses no writer of several at once', async () => {
    const { chains } = await bucket()
    await Promise.all([3, 1, 4, 2, 5, 3].map((hour) => chains.merge(CHAIN, recordOf(hour))))
    const record = await chains.of(CHAIN)
    expect(record?.head?.key).toBe('k5')
    expect(Object.keys(record!.watched)).toHaveLength(5)
  })

  it('reads again when S3 says that another writer was first, or is at it', async () => {
    let refusals = 0
    const { chains, puts } = await bucket(({ method }) => {
      if (method !== 'PUT' || refusals >= 2) return undefined
      return refusals++ === 0
        ? s3Error(409, 'ConditionalRequestConflict')
        : s3Error(412, 'PreconditionFailed')
    })
    expect((await chains.merge(CHAIN, recordOf(1))).head?.key).toBe('k1')
    expect(puts()).toBe(3)
  })

  it('writes nothing when there is nothing new', async () => {
    const { chains, puts } = await bucket()
    await chains.merge(CHAIN, recordOf(1))
    await chains.merge(CHAIN, recordOf(1))
    expect(puts()).toBe(1)
  })

  it.each(['', 'x', '{}', '{"watched":{"a":{"opened":1}}}', '{"watched":{},"head":{"end":"soon"}}'])(
    'throws, and does not begin anew, when it is damaged: %s',
    async (text) => {
      const { chains, objects } = await bucket()
      objects.set(KEY, text)
      await expect(chains.of(CHAIN)).rejects.toThrow(`s3://lake/${KEY}`)
      await expect(chains.merge(CHAIN, recordOf(1))).rejects.toThrow(/expected the record of a chain/)
      expect(objects.get(KEY)).toBe(text)
    },
  )

  it('keeps the name of any trail inside of its own folder', async () => {
    const { chains, objects } = await bucket()
    const hostile = '111122223333/us-east-1/../us-east-1/standard'
    await chains.merge(hostile, recordOf(1))
    await chains.merge('111122223333/us-east-1/a,b %2F<>/us-east-1/standard', recordOf(1))
    expect(
      [...objects.keys()].every((key) => /^chains\/111122223333\/us-east-1\/[^/]+\.json$/.test(key)),
    ).toBe(true)
    expect((await chains.of(hostile))?.head?.key).toBe('k1')
  })
})
