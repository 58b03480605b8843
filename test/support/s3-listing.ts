import { hash } from 'node:crypto'
import type { Answer, Served, ServedObject } from './served.ts'

/**
 * ListObjects and ListObjectsV2 over the objects of one bucket.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
 */
export const listing = (served: Served, bucket: string, query: URLSearchParams): Answer => {
  const isV2 = query.get('list-type') === '2'
  const prefix = query.get('prefix') ?? ''
  const delimiter = query.get('delimiter') ?? ''
  const after =
    (isV2 ? (query.get('continuation-token') ?? query.get('start-after')) : query.get('marker')) ?? ''
  const most = Math.min(Number(query.get('max-keys') ?? 1000), served.pageSize ?? 1000)
  const page = pageOf(keysOf(served, bucket), { prefix, delimiter, after, most })
  const encode = query.get('encoding-type') === 'url' ? encodeURIComponent : escaped
  const next = page.isTruncated
    ? isV2
      ? `<NextContinuationToken>${escaped(page.last)}</NextContinuationToken>`
      : `<NextMarker>${encode(page.last)}</NextMarker>`
    : ''
  const body = [
    '<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">',
    `<Name>${bucket}</Name><Prefix>${encode(prefix)}</Prefix><MaxKeys>${most}</MaxKeys>`,
    `<KeyCount>${page.keys.length + page.folders.length}</KeyCount>`,
    query.get('encoding-type') === 'url' ? '<EncodingType>url</EncodingType>' : '',
    `<IsTruncated>${page.isTruncated}</IsTruncated>${next}`,
    ...page.keys.map((key) => contents(encode(key), served.objects.get(key)!)),
    ...page.folders.map((folder) => `<CommonPrefixes><Prefix>${encode(folder)}</Prefix></CommonPrefixes>`),
    '</ListBucketResult>',
  ].join('')
  return {
    operation: isV2 ? 'ListObjectsV2' : 'ListObjects',
    headers: { 'content-type': 'application/xml' },
    body,
  }
}

const contents = (key: string, { bytes, storageClass = 'STANDARD', restoredUntil }: ServedObject): string =>
  `<Contents><Key>${key}</Key><LastModified>2026-11-01T00:00:00.000Z</LastModified><ETag>&quot;${etagOf(bytes)}&quot;</ETag>` +
  `<Size>${bytes.length}</Size><StorageClass>${storageClass}</StorageClass>${
    restoredUntil
      ? `<RestoreStatus><IsRestoreInProgress>false</IsRestoreInProgress><RestoreExpiryDate>${restoredUntil}</RestoreExpiryDate></RestoreStatus>`
      : ''
  }</Contents>`

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

const etags = new WeakMap<Uint8Array, string>()

/** Of an object put in one piece and not encrypted with a KMS key: the MD5 of its bytes. */
export const etagOf = (bytes: Uint8Array): string => {
  const etag = etags.get(bytes) ?? hash('md5', bytes)
  etags.set(bytes, etag)
  return etag
}

const kept = new WeakMap<object, Map<string, readonly string[]>>()

/** Keys of one bucket in byte order. */
const keysOf = ({ objects, bucket: own, isFrozen }: Served, bucket: string): readonly string[] => {
  const known = isFrozen ? kept.get(objects)?.get(bucket) : undefined
  if (known) return known
  const keys = [...objects].flatMap(([key, object]) => ((object.bucket ?? own) === bucket ? key : []))
  keys.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  kept.set(objects, (kept.get(objects) ?? new Map()).set(bucket, keys))
  return keys
}

const pageOf = (
  keys: readonly string[],
  { prefix, delimiter, after, most }: { prefix: string; delimiter: string; after: string; most: number },
) => {
  const page = { keys: [] as string[], folders: [] as string[], last: '', isTruncated: false }
  for (const key of keys) {
    if (!key.startsWith(prefix) || key <= after) continue
    const cut = delimiter ? key.indexOf(delimiter, prefix.length) : -1
    const folder = cut < 0 ? undefined : key.slice(0, cut + delimiter.length)
    if (folder !== undefined && (folder === page.folders.at(-1) || after.startsWith(folder))) continue
    if (page.keys.length + page.folders.length >= most) {
      page.isTruncated = true
      break
    }
    page.last = folder ?? key
    if (folder === undefined) page.keys.push(key)
    else page.folders.push(folder)
  }
  return page
}
