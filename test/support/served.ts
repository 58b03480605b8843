import type { StoredObject } from '../../lib/ports.ts'
import type { TrailKeyPair } from './signed-trail.ts'

/** An object of the stand-in; its bucket where a trail has several. */
export interface ServedObject extends StoredObject {
  readonly bucket?: string
  readonly storageClass?: string
  /** A restored copy of an archived object can be read until then, UTC ISO. */
  readonly restoredUntil?: string
}

/** What a GET of one key answers instead of the object. */
export type Fault =
  | 'access-denied'
  | 'archived'
  | 'kms-denied'
  | 'broken-off'
  | 'broken-off-once'
  | 'error-once'

/** A trail as DescribeTrails and GetTrailStatus give it. */
export interface ServedTrail {
  readonly arn: string
  readonly bucket: string
  readonly prefix?: string
  readonly isMultiRegion?: boolean
  readonly isOrganization?: boolean
  readonly isLogging?: boolean
  /** Region -> UTC ISO. */
  readonly latestDigest?: Readonly<Record<string, string>>
  readonly stopped?: string
}

/** How the stand-in behaves. Everything may be changed between requests. */
export interface Served {
  objects: ReadonlyMap<string, ServedObject>
  /** Bucket of the objects that name none. */
  bucket: string
  /** Buckets that exist and may hold nothing. */
  emptyBuckets?: readonly string[]
  /** Buckets that exist and may not be listed. */
  closedBuckets?: readonly string[]
  /** Region of a bucket, where one insists on it. */
  regions?: Readonly<Record<string, string>>
  publicKeys?: ReadonlyMap<string, readonly Pick<TrailKeyPair, 'der' | 'fingerprint'>[]>
  /** Keys of one page of ListPublicKeys. */
  keysAtOnce?: number
  /** CloudTrail operations that are denied: `ListPublicKeys`, or in one Region `ListPublicKeys eu-west-1`. */
  denied?: readonly string[]
  trails?: readonly ServedTrail[]
  organization?: string
  faults?: ReadonlyMap<string, Fault>
  /** Objects of a page of a listing at most. */
  pageSize?: number
  /** Milliseconds before each answer. */
  latency?: number
  /** Every nth request to S3 is answered 503 SlowDown. */
  slowDownEvery?: number
  /** The objects do not change any more: their order may be kept. */
  isFrozen?: boolean
}

export interface Answer {
  readonly operation: string
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  readonly breakOff?: boolean
}
