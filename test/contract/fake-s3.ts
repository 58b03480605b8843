import { createHash } from 'node:crypto'
import type { StoredObject } from '../../lib/ports.ts'
import { type Answer, type Call, loopback, s3Error } from '../aws/loopback.ts'

export interface FakeS3Options {
  /** Keys that answer 403. */
  readonly denied?: readonly string[]
  /** Keys that the listing says are archived. */
  readonly archived?: readonly string[]
  /** Keys on one page of a listing. */
  readonly pageSize?: number
}

/** One bucket on the loopback interface: lists in pages, reads, heads, and puts what is not there yet. */
export const fakeS3 = async (
  bucket: string,
  objects: Map<string, StoredObject>,
  options: FakeS3Options = {},
) => {
  const answer = (call: Call): Answer => {
    const path = decodeURIComponent(call.url.pathname)
    if (!path.startsWith(`/${bucket}`)) return s3Error(404, 'NoSuchBucket')
    const key = path.slice(bucket.length + 2)
    if (call.method === 'GET' && key === '') return listing(objects, call.url.searchParams, options)
    if (options.denied?.includes(key)) return s3Error(403, 'AccessDenied', 'Access Denied')
    if (call.method === 'PUT') return put(objects, key, call.body)
    return found(objects.get(key))
  }
  return loopback(answer)
}

/** UTF-8 binary order, as S3 lists. */
const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))

const listing = (
  objects: ReadonlyMap<string, StoredObject>,
  asked: URLSearchParams,
  { pageSize = 2, archived = [] }: FakeS3Options,
): Answer => {
  const prefix = asked.get('prefix') ?? ''
  const after = asked.get('continuation-token') ?? asked.get('start-after') ?? ''
  const left = [...objects.keys()]
    .filter((key) => key.startsWith(prefix))
    .sort(byBytes)
    .filter((key) => after === '' || byBytes(key, after) > 0)
  const page = left.slice(0, pageSize)
  const more = left.length > page.length
  const contents = page.map((key) => {
    const { bytes } = objects.get(key)!
    const etag = `&quot;${createHash('md5').update(bytes).digest('hex')}&quot;`
    const storageClass = archived.includes(key) ? 'DEEP_ARCHIVE' : 'STANDARD'
    return `<Contents><Key>${xml(key)}</Key><ETag>${etag}</ETag><Size>${bytes.length}</Size><StorageClass>${storageClass}</StorageClass></Contents>`
  })
  const token = more ? `<NextContinuationToken>${xml(page.at(-1)!)}</NextContinuationToken>` : ''
  return {
    headers: { 'content-type': 'application/xml' },
    body: `<?xml version="1.0"?><ListBucketResult><IsTruncated>${more}</IsTruncated>${token}${contents.join('')}</ListBucketResult>`,
  }
}

const xml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

const found = (object: StoredObject | undefined): Answer => {
  if (!object) return s3Error(404, 'NoSuchKey')
  const metadata = Object.entries(object.metadata).map(([name, value]) => [`x-amz-meta-${name}`, value])
  return { headers: Object.fromEntries(metadata), body: object.bytes }
}

const put = (objects: Map<string, StoredObject>, key: string, body: string): Answer => {
  if (objects.has(key)) return s3Error(412, 'PreconditionFailed')
  objects.set(key, { bytes: Buffer.from(body), metadata: {} })
  return {}
}
