import type { ListedObject } from '../ports.ts'

/** The key from `AWSLogs/` on: what a download keeps, whatever folders are before it. */
export const belowLogs = (key: string): string => {
  const at = key.lastIndexOf('/AWSLogs/')
  return at < 0 ? key : key.slice(at + 1)
}

/** In S3 bucket and key are facts. In a folder the bucket is unknown, and folders may be added or missing. */
export const isS3 = (object: { readonly name: string }): boolean => object.name.startsWith('s3://')

/** Is this object of the source itself, and not of a bucket or prefix that a chain came from? */
export const isOwn = (source: { readonly name: string }, object: { readonly name: string }): boolean =>
  !isS3(source) || object.name.startsWith(source.name)

/**
 * What makes two names the same object. In S3: bucket and key. In a folder: the key from `AWSLogs/` on, which is unique since
 * it holds account, Region, time and a random part.
 */
export type PlaceOf = (bucket: string | undefined, key: string) => string

export const s3Place: PlaceOf = (bucket, key) => `${bucket}/${key}`
export const folderPlace: PlaceOf = (_bucket, key) => belowLogs(key)

/** How messages name an object that was listed: always with its full key. */
export const nameOf = (object: ListedObject): string =>
  object.name.includes(object.key) ? object.name : object.key
