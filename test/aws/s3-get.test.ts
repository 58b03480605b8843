import { afterEach, describe, expect, it, vi } from 'vitest'
import { s3LogStore } from '../../lib/aws/log-store.ts'
import type { ListedObject } from '../../lib/ports.ts'
import { type S3Server, s3Server } from '../support/s3-server.ts'
import type { Served, ServedObject } from '../support/served.ts'
import { type Answer, type Call, loopback, s3Error } from './loopback.ts'

const BUCKET = 'trail-bucket'
const ODD_KEYS = [
  "AWSLogs/it's (really) *odd*!/a b+c=d&e;f,g@h$i~j.json.gz",
  'AWSLogs/ünï/日本/100%25.json.gz',
  'AWSLogs//double//slashes/./and/../dots',
]

const open: (() => Promise<void>)[] = []
afterEach(async () => {
  vi.unstubAllEnvs()
  await Promise.all(open.splice(0).map((close) => close()))
})

const serve = async (changes: Partial<Served> = {}): Promise<S3Server> => {
  const objects = new Map(ODD_KEYS.map((key) => [key, { bytes: Buffer.from(key), metadata: {} }] as const))
  const server = await s3Server({ objects, bucket: BUCKET, ...changes })
  open.push(server.close)
  vi.stubEnv('AWS_ENDPOINT_URL', server.endpoint)
  return server
}

const answering = async (answer: (call: Call, n: number) => Answer) => {
  const { endpoint, calls, close } = await loopback(answer)
  open.push(close)
  vi.stubEnv('AWS_ENDPOINT_URL_S3', endpoint)
  return calls
}

const textOf = (stored: { bytes: Uint8Array } | undefined): string =>
  Buffer.from(stored?.bytes ?? []).toString()

describe('signed reads of S3', () => {
  it.each(ODD_KEYS)('signs the key %s as AWS checks it', async (key) => {
    await serve()
    expect(textOf(await s3LogStore(BUCKET).read({ bucket: BUCKET, key }))).toBe(key)
  })

  it('signs with a session token', async () => {
    await serve()
    vi.stubEnv('AWS_SESSION_TOKEN', 'a+token/with=signs')
    const key = ODD_KEYS[0]!
    expect(textOf(await s3LogStore(BUCKET).read({ bucket: BUCKET, key }))).toBe(key)
  })

  it('follows a bucket into its Region, and stays there', async () => {
    const server = await serve({ regions: { [BUCKET]: 'eu-west-1' } })
    const store = s3LogStore(BUCKET)
    for (const key of ODD_KEYS) expect(textOf(await store.read({ bucket: BUCKET, key }))).toBe(key)
    expect(server.requests.get('PermanentRedirect')).toBe(1)
  })

  it('needs no Region to be configured', async () => {
    await serve({ regions: { [BUCKET]: 'eu-west-1' } })
    vi.stubEnv('AWS_REGION', undefined)
    vi.stubEnv('AWS_CONFIG_FILE', '/nonexistent')
    const found: ListedObject[] = []
    for await (const object of s3LogStore(BUCKET).list()) found.push(object)
    expect(found).toHaveLength(ODD_KEYS.length)
  })

  it('gives up on a bucket that is never where it is said to be', async () => {
    const calls = await answering(() => ({
      ...s3Error(301, 'PermanentRedirect'),
      headers: { 'x-amz-bucket-region': 'us-east-1' },
    }))
    await expect(s3LogStore(BUCKET).read({ bucket: BUCKET, key: 'a' })).rejects.toThrow('PermanentRedirect')
    expect(calls.length).toBeLessThan(5)
  })

  it('corrects its clock by the clock of AWS', async () => {
    const server = new Date(Date.now() + 3 * 3_600_000)
    const calls = await answering((_call, n) =>
      n === 1
        ? { ...s3Error(403, 'RequestTimeTooSkewed'), headers: { date: server.toUTCString() } }
        : { body: 'on time' },
    )
    expect(textOf(await s3LogStore(BUCKET).read({ bucket: BUCKET, key: 'a' }))).toBe('on time')
    expect(calls).toHaveLength(2)
  })

  it('renews credentials that expired before their time', async () => {
    const calls = await answering((_call, n) =>
      n === 1 ? s3Error(400, 'ExpiredToken') : { body: 'renewed' },
    )
    expect(textOf(await s3LogStore(BUCKET).read({ bucket: BUCKET, key: 'a' }))).toBe('renewed')
    expect(calls).toHaveLength(2)
  })

  it('tells no credentials when it fails', async () => {
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'very-secret')
    vi.stubEnv('AWS_SESSION_TOKEN', 'token-of-the-session')
    await answering(() => s3Error(403, 'SignatureDoesNotMatch', 'The signature does not match'))
    const error = await s3LogStore(BUCKET)
      .read({ bucket: BUCKET, key: 'a' })
      .catch((thrown: unknown) => thrown)
    expect(String(error)).toContain('SignatureDoesNotMatch')
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toMatch(/very-secret|token-of-the/)
  })

  it('refuses an object far larger than any log file, unread', async () => {
    await answering(() => ({ headers: { 'content-length': String(5 * 2 ** 30) }, body: 'x', breakOff: true }))
    await expect(s3LogStore(BUCKET).read({ bucket: BUCKET, key: 'a' })).rejects.toMatchObject({
      reason: 'io-error',
      message: expect.stringContaining('expected at most'),
    })
  })

  it('does not ask for what the listing knows to be archived, unless it was restored', async () => {
    const bytes = Buffer.from('x')
    const cold = { bytes, metadata: {}, storageClass: 'GLACIER' }
    const server = await serve({
      objects: new Map<string, ServedObject>([
        ['a', cold],
        ['b', { ...cold, restoredUntil: '2026-12-01T00:00:00.000Z' }],
      ]),
    })
    const store = s3LogStore(BUCKET)
    const found: ListedObject[] = []
    for await (const object of store.list()) found.push(object)
    await expect(store.read(found[0]!)).rejects.toMatchObject({ reason: 'archived' })
    expect(textOf(await store.read(found[1]!))).toBe('x')
    expect(server.requests.get('GetObject')).toBe(1)
  })
})
