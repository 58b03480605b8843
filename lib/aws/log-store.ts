import { type _Object, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3'
import { loadConfig, NODE_REGION_CONFIG_FILE_OPTIONS, NODE_REGION_CONFIG_OPTIONS } from '@smithy/core/config'
import { UnreadableObject, UsageError } from '../errors.ts'
import type { ListedObject, LogStore } from '../ports.ts'
import { codeOf, SDK_RETRIES, statusOf } from './retry.ts'
import { S3_IN_FLIGHT, s3Get } from './s3-get.ts'
import { type ListPages, type TrailWindow, trailPages } from './trail-listing.ts'

export interface S3LogStoreOptions {
  /** Region of the bucket, where it is known; redirects are followed anyway. */
  readonly region?: string
  readonly client?: S3Client
  /** List what CloudTrail wrote and nothing else, and only these days of it: for buckets that hold far more. */
  readonly trails?: TrailWindow
}

/**
 * A bucket as a LogStore. Lists keys that begin with `prefix`; `list(longer)` narrows further. Throttling and server
 * errors are tried again. Listing a bucket that is not there or is closed to us throws `UsageError`. `AWS_ENDPOINT_URL` is
 * honoured. Objects that the listing knows to be archived are told as such without asking for them.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
 */
export const s3LogStore = (bucket: string, prefix = '', options: S3LogStoreOptions = {}): LogStore => {
  const s3 = options.client ?? s3Client(options.region)
  const get = s3Get(s3)
  const pages = listPages(s3, bucket)
  return {
    name: `s3://${bucket}/${prefix}`,
    inFlight: S3_IN_FLIGHT,
    async *list(narrower = '', { after = '', startIn } = {}) {
      const narrowed = narrower.length > prefix.length
      const found =
        options.trails && !narrowed && !after
          ? trailPages(pages, prefix, { ...options.trails, ...(startIn && { startIn }) })
          : pages({ prefix: narrowed ? narrower : prefix, startAfter: after })
      for await (const { objects } of found) yield* after ? objects.filter(isBehind(after)) : objects
    },
    async read({ bucket: own = bucket, key, archived }) {
      if (!archived) return get(own, key)
      const detail = 'archived: its storage class has to be restored before it can be read'
      throw new UnreadableObject(`s3://${own}/${key}`, 'archived', { detail })
    },
  }
}

/** S3 orders keys by their bytes. */
const isBehind = (after: string) => {
  const bytes = Buffer.from(after)
  return ({ key }: ListedObject): boolean => Buffer.compare(Buffer.from(key), bytes) > 0
}

/**
 * A client with our retries that follows a bucket into its own Region, so that us-east-1 does where none is configured. Path style,
 * when an endpoint is set: it is no AWS host.
 */
export const s3Client = (region?: string): S3Client =>
  new S3Client({
    ...SDK_RETRIES,
    region: region ?? configuredRegion('us-east-1'),
    followRegionRedirects: true,
    forcePathStyle: Boolean(process.env['AWS_ENDPOINT_URL_S3'] ?? process.env['AWS_ENDPOINT_URL']),
  })

/** Region of the environment or the profile. */
const configuredRegion = (fallback: string): (() => Promise<string>) =>
  loadConfig({ ...NODE_REGION_CONFIG_OPTIONS, default: fallback }, NODE_REGION_CONFIG_FILE_OPTIONS)

/** Pages of a bucket. A bucket that cannot be listed throws `UsageError`. */
export const listPages = (s3: S3Client, bucket: string): ListPages =>
  async function* ({ prefix, delimiter, startAfter }) {
    const pages = paginateListObjectsV2(
      { client: s3 },
      {
        Bucket: bucket,
        Prefix: prefix,
        OptionalObjectAttributes: ['RestoreStatus'],
        ...(delimiter && { Delimiter: delimiter }),
        ...(startAfter && { StartAfter: startAfter }),
      },
    )
    try {
      for await (const page of pages) {
        yield {
          objects: (page.Contents ?? []).flatMap((object) => listed(bucket, object)),
          folders: (page.CommonPrefixes ?? []).flatMap(({ Prefix }) => Prefix ?? []),
          isLast: !page.IsTruncated,
        }
      }
    } catch (error) {
      throw listingError(`s3://${bucket}/${prefix}`, error)
    }
  }

const listed = (
  bucket: string,
  { Key: key, Size, ETag, StorageClass, RestoreStatus }: _Object,
): ListedObject[] => {
  if (!key) return []
  const archived = isArchive(StorageClass) && !RestoreStatus?.RestoreExpiryDate
  return [
    {
      bucket,
      key,
      size: Size ?? 0,
      name: `s3://${bucket}/${key}`,
      ...(StorageClass && { storageClass: StorageClass }),
      ...(ETag && { version: ETag }),
      ...(archived && { archived }),
    },
  ]
}

/** Classes whose objects have to be restored first. Intelligent-Tiering may archive too, but only a read tells. */
const isArchive = (storageClass: string | undefined): boolean =>
  storageClass === 'GLACIER' || storageClass === 'DEEP_ARCHIVE'

const listingError = (name: string, error: unknown): unknown => {
  const code = codeOf(error)
  if (code === 'NoSuchBucket') return new UsageError(`${name}: there is no such bucket`, { cause: error })
  if (statusOf(error) !== 403) return error
  return new UsageError(`${name}: cannot be listed (${code}); it needs s3:ListBucket`, { cause: error })
}
