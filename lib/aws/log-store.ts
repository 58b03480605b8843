import { GetObjectCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3'
import { messageOf, UnreadableObject, type UnreadableReason, UsageError } from '../errors.ts'
import type { ListedObject, LogStore, StoredObject } from '../ports.ts'
import { backOff, codeOf, SDK_RETRIES, statusOf } from './retry.ts'

export interface S3LogStoreOptions {
  /** Region of the bucket, where it is known; redirects are followed anyway. */
  readonly region?: string
  readonly client?: S3Client
}

/**
 * A bucket as a LogStore. Lists keys that begin with `prefix`; `list(longer)` narrows further. Throttling and server
 * errors are tried again, by the SDK and, for a body that breaks off, here. Listing a bucket that is not there or is
 * closed to us throws `UsageError`. `AWS_ENDPOINT_URL` is honoured by the SDK.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
 */
export const s3LogStore = (bucket: string, prefix = '', options: S3LogStoreOptions = {}): LogStore => {
  const s3 = options.client ?? s3Client(options.region)
  return {
    name: `s3://${bucket}/${prefix}`,
    list: (narrower = '') => listObjects(s3, bucket, narrower.length > prefix.length ? narrower : prefix),
    read: (object) => readObject(s3, object.bucket ?? bucket, object.key),
  }
}

/** A client with our retries that follows a bucket into its own Region. Path style, when an endpoint is set: it is no AWS host. */
export const s3Client = (region?: string): S3Client =>
  new S3Client({
    ...SDK_RETRIES,
    ...(region && { region }),
    followRegionRedirects: true,
    forcePathStyle: Boolean(process.env['AWS_ENDPOINT_URL_S3'] ?? process.env['AWS_ENDPOINT_URL']),
  })

async function* listObjects(s3: S3Client, bucket: string, prefix: string): AsyncGenerator<ListedObject> {
  const pages = paginateListObjectsV2({ client: s3 }, { Bucket: bucket, Prefix: prefix })
  try {
    for await (const page of pages) {
      for (const { Key: key, Size: size, StorageClass: storageClass } of page.Contents ?? []) {
        if (key) {
          const name = `s3://${bucket}/${key}`
          yield { bucket, key, size: size ?? 0, name, ...(storageClass && { storageClass }) }
        }
      }
    }
  } catch (error) {
    throw listingError(`s3://${bucket}/${prefix}`, error)
  }
}

const listingError = (name: string, error: unknown): unknown => {
  const code = codeOf(error)
  if (code === 'NoSuchBucket') return new UsageError(`${name}: there is no such bucket`, { cause: error })
  if (statusOf(error) !== 403) return error
  return new UsageError(`${name}: cannot be listed (${code}); it needs s3:ListBucket`, { cause: error })
}

/** Times a body that breaks off in the middle is asked for again; the SDK retries only what comes before the body. */
const BODY_ATTEMPTS = 4

const readObject = async (s3: S3Client, bucket: string, key: string): Promise<StoredObject | undefined> => {
  const name = `s3://${bucket}/${key}`
  for (let attempt = 0; ; attempt++) {
    const found = await s3
      .send(new GetObjectCommand({ Bucket: bucket, Key: key }))
      .catch((error: unknown) => {
        if (codeOf(error) === 'NoSuchKey') return undefined
        throw unreadable(name, error)
      })
    if (!found) return undefined
    try {
      return { bytes: await found.Body!.transformToByteArray(), metadata: found.Metadata ?? {} }
    } catch (error) {
      if (attempt + 1 === BODY_ATTEMPTS) throw unreadable(name, error)
      await backOff(attempt)
    }
  }
}

const unreadable = (name: string, error: unknown): UnreadableObject => {
  const reason = reasonOf(error)
  const detail = `${reason}: ${codeOf(error) || 'error'}: ${messageOf(error)}`
  return new UnreadableObject(name, reason, { cause: error, detail })
}

/** S3 answers a key that KMS refuses with AccessDenied too; only the message tells. */
const reasonOf = (error: unknown): UnreadableReason => {
  const code = codeOf(error)
  if (code === 'InvalidObjectState') return 'archived'
  if (code.startsWith('KMS')) return 'key-denied'
  if (statusOf(error) !== 403) return 'io-error'
  return /\bkms\b/i.test(messageOf(error)) ? 'key-denied' : 'access-denied'
}
