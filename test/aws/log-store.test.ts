import { afterEach, describe, expect, it, vi } from 'vitest'
import { s3LogStore } from '../../lib/aws/log-store.ts'
import { UnreadableObject, UsageError } from '../../lib/errors.ts'
import type { ListedObject } from '../../lib/ports.ts'
import { type Answer, type Call, loopback, s3Error } from './loopback.ts'

const BUCKET = 'trail-bucket'
const open: (() => Promise<void>)[] = []

/** A store whose only knowledge of the fake is AWS_ENDPOINT_URL, as in production. */
const storeAt = async (answer: (call: Call, n: number) => Answer, prefix?: string) => {
  const { endpoint, calls, close } = await loopback(answer)
  open.push(close)
  vi.stubEnv('AWS_ENDPOINT_URL', endpoint)
  return { store: s3LogStore(BUCKET, prefix), calls }
}
const read = (store: ReturnType<typeof s3LogStore>) => store.read({ bucket: undefined, key: 'a/b.json.gz' })
const thrownBy = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  )
const collect = async (list: AsyncIterable<ListedObject>) => {
  const found: ListedObject[] = []
  for await (const object of list) found.push(object)
  return found
}

afterEach(async () => {
  vi.unstubAllEnvs()
  await Promise.all(open.splice(0).map((close) => close()))
})

describe('S3 log store', () => {
  it('reads bytes and metadata', async () => {
    const { store, calls } = await storeAt(() => ({
      headers: { 'x-amz-meta-signature': 'abc' },
      body: 'bytes',
    }))
    const found = await read(store)
    expect(Buffer.from(found!.bytes).toString()).toBe('bytes')
    expect(found!.metadata).toEqual({ signature: 'abc' })
    expect(calls[0]!.url.pathname).toBe('/trail-bucket/a/b.json.gz')
  })

  it('answers undefined for a key that is not there', async () => {
    const { store } = await storeAt(() => s3Error(404, 'NoSuchKey'))
    expect(await read(store)).toBeUndefined()
  })

  it.each([
    ['access-denied', s3Error(403, 'AccessDenied', 'Access Denied')],
    [
      'archived',
      s3Error(403, 'InvalidObjectState', 'The operation is not valid for the object storage class'),
    ],
    [
      'key-denied',
      s3Error(403, 'AccessDenied', 'User is not authorized to perform: kms:Decrypt on this resource'),
    ],
    ['key-denied', s3Error(400, 'KMS.DisabledException', 'The key is disabled')],
    ['io-error', s3Error(400, 'Odd')],
  ])('says %s when that is why', async (reason, answer) => {
    const { store } = await storeAt(() => answer)
    const error = await thrownBy(read(store))
    expect(error).toBeInstanceOf(UnreadableObject)
    expect(error).toMatchObject({ reason, object: 's3://trail-bucket/a/b.json.gz' })
  })

  it('waits out SlowDown', async () => {
    const { store, calls } = await storeAt((_call, n) =>
      n < 4 ? s3Error(503, 'SlowDown') : { body: 'at last' },
    )
    expect(Buffer.from((await read(store))!.bytes).toString()).toBe('at last')
    expect(calls).toHaveLength(4)
  })

  it('asks again for a body that breaks off', async () => {
    const { store, calls } = await storeAt((_call, n) => ({ body: 'whole body', breakOff: n === 1 }))
    expect(Buffer.from((await read(store))!.bytes).toString()).toBe('whole body')
    expect(calls).toHaveLength(2)
  })

  it('lists page by page, in the order and with the words of S3', async () => {
    const page = (keys: string[], next?: string) => ({
      headers: { 'content-type': 'application/xml' },
      body: `<?xml version="1.0"?><ListBucketResult><IsTruncated>${Boolean(next)}</IsTruncated>${
        next ? `<NextContinuationToken>${next}</NextContinuationToken>` : ''
      }${keys.map((key) => `<Contents><Key>${key}</Key><Size>7</Size><StorageClass>GLACIER</StorageClass></Contents>`).join('')}</ListBucketResult>`,
    })
    const { store, calls } = await storeAt(
      ({ url }) =>
        url.searchParams.get('continuation-token') === 'more'
          ? page(['org/c'])
          : page(['org/a', 'org/b'], 'more'),
      'org/',
    )
    const found = await collect(store.list())
    expect(found.map(({ key }) => key)).toEqual(['org/a', 'org/b', 'org/c'])
    expect(found[0]).toEqual({
      bucket: BUCKET,
      key: 'org/a',
      size: 7,
      name: 's3://trail-bucket/org/a',
      storageClass: 'GLACIER',
      archived: true,
    })
    expect(calls.map(({ url }) => url.searchParams.get('prefix'))).toEqual(['org/', 'org/'])
    expect(store.name).toBe('s3://trail-bucket/org/')
  })

  it('narrows its own prefix and never widens it', async () => {
    const { store, calls } = await storeAt(() => ({ body: '<ListBucketResult/>' }), 'org/')
    await collect(store.list('org/AWSLogs/'))
    await collect(store.list(''))
    expect(calls.map(({ url }) => url.searchParams.get('prefix'))).toEqual(['org/AWSLogs/', 'org/'])
  })

  it.each([
    [s3Error(404, 'NoSuchBucket'), 'there is no such bucket'],
    [s3Error(403, 'AccessDenied'), 's3:ListBucket'],
  ])('names a bucket that cannot be listed', async (answer, words) => {
    const { store } = await storeAt(() => answer)
    const error = await thrownBy(collect(store.list()))
    expect(error).toBeInstanceOf(UsageError)
    expect(String(error)).toContain('s3://trail-bucket/')
    expect(String(error)).toContain(words)
  })
})
