import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from 'node:crypto'
import { gunzipSync, gzipSync } from 'node:zlib'
import type { ListedObject, LogStore, StoredObject } from '../../lib/ports.ts'

/**
 * Synthetic trails, signed as CloudTrail signs: log files go in, hourly digest files with chain, signatures and
 * metadata come out. Test code and the example use it; it shares nothing with lib/integrity, so that the two can
 * contradict each other.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-digest-file-structure.html
 */

export interface TrailKeyPair {
  readonly privateKey: KeyObject
  /** DER of the public key, PKCS#1 unless `spki` was asked for. */
  readonly der: Uint8Array
  readonly fingerprint: string
}

/** A new RSA-2048 pair, or the one of a PEM private key. */
export const trailKeyPair = (pem?: string, format: 'pkcs1' | 'spki' = 'pkcs1'): TrailKeyPair => {
  const privateKey = pem
    ? createPrivateKey(pem)
    : generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  const publicKey = createPublicKey(privateKey)
  const der =
    format === 'spki'
      ? publicKey.export({ format: 'der', type: 'spki' })
      : publicKey.export({ format: 'der', type: 'pkcs1' })
  return { privateKey, der, fingerprint: createHash('md5').update(der).digest('hex') }
}

export interface SyntheticLog {
  /** The object as stored: gzip. */
  readonly bytes: Uint8Array
  /** UTC ISO; the digest whose window holds it lists the log. */
  readonly deliveredAt: string
  /** What the digest says of the events inside; `deliveredAt` when left out. */
  readonly oldestEventTime?: string
  readonly newestEventTime?: string
  /** SHA-256 of the content, when it is not to be that of `bytes`. */
  readonly hashValue?: string
}

export interface SyntheticObject extends StoredObject {
  readonly bucket: string
}

export interface SignedTrailOptions {
  readonly bucket: string
  /** Key prefix before `AWSLogs/`. */
  readonly prefix?: string
  /** Organization id: keys are below `AWSLogs/o-.../`. */
  readonly organization?: string
  readonly account: string
  readonly region: string
  /** The Region itself when left out. */
  readonly homeRegion?: string
  readonly trail: string
  /** Start of the first digest, UTC ISO. */
  readonly from: string
  readonly hours: number
  /** Key -> log file. They are put among the objects too. */
  readonly logs?: ReadonlyMap<string, SyntheticLog>
  readonly keyPair?: TrailKeyPair
  /** Key rotation: the pair that signs the digest of hour 0, 1, 2, ... */
  readonly keyPairOf?: (hour: number) => TrailKeyPair
  /** Bucket change: where the digest and the log files of an hour lie. */
  readonly bucketOf?: (hour: number) => string
  /** Hours with logging off: no digest, and the next one starts a new chain. */
  readonly off?: readonly number[]
  /** Hours whose digest is delivered as a backfill digest, in its own chain. */
  readonly backfill?: readonly number[]
}

export interface SignedDigest {
  readonly hour: number
  readonly bucket: string
  readonly key: string
  readonly start: string
  readonly end: string
  readonly body: string
  readonly signature: string
  readonly logKeys: readonly string[]
}

export interface SignedTrail {
  readonly objects: Map<string, SyntheticObject>
  readonly digests: readonly SignedDigest[]
  /** Region -> pairs that signed there. */
  readonly publicKeys: ReadonlyMap<string, readonly TrailKeyPair[]>
}

/** Signs a trail of one account and Region. Every hour gets a digest, empty hours included. */
export const signedTrail = (options: SignedTrailOptions): SignedTrail => {
  const fallback = options.keyPair ?? (options.keyPairOf ? undefined : trailKeyPair())
  const pairOf = options.keyPairOf ?? (() => fallback!)
  const objects = new Map<string, SyntheticObject>()
  const digests: SignedDigest[] = []
  const last: Record<'standard' | 'backfill', SignedDigest | undefined> = {
    standard: undefined,
    backfill: undefined,
  }
  const hours = Array.from({ length: options.hours }, (_, hour) => hour)
  const logs = logsByHour(options)
  for (const hour of hours) {
    if (options.off?.includes(hour)) {
      last.standard = undefined
      continue
    }
    const kind = options.backfill?.includes(hour) ? 'backfill' : 'standard'
    const digest = signedDigest(
      { ...options, logs: logs.get(hour) ?? new Map() },
      hour,
      kind === 'backfill',
      last[kind],
      pairOf(hour),
    )
    last[kind] = digest
    digests.push(digest)
    objects.set(digest.key, {
      bucket: digest.bucket,
      bytes: gzipSync(digest.body),
      metadata: digestMetadata(digest, kind === 'backfill'),
    })
    for (const key of digest.logKeys) {
      objects.set(key, { bucket: digest.bucket, bytes: options.logs!.get(key)!.bytes, metadata: {} })
    }
  }
  const pairs = [...new Set(hours.map(pairOf))]
  return { objects, digests, publicKeys: new Map([[options.region, pairs]]) }
}

/** Several trails in one bucket or folder. */
export const mergedTrails = (...trails: readonly SignedTrail[]): SignedTrail => {
  const publicKeys = new Map<string, readonly TrailKeyPair[]>()
  for (const trail of trails) {
    for (const [region, pairs] of trail.publicKeys) {
      publicKeys.set(region, [...new Set([...(publicKeys.get(region) ?? []), ...pairs])])
    }
  }
  return {
    objects: new Map(trails.flatMap((trail) => [...trail.objects])),
    digests: trails.flatMap((trail) => trail.digests),
    publicKeys,
  }
}

/** Signs a digest body for the place it claims; tampering tests use it to forge. */
export const signatureOf = (
  digest: { end: string; bucket: string; key: string; body: string; previousSignature: string | null },
  pair: TrailKeyPair,
): string => {
  const hash = createHash('sha256').update(digest.body).digest('hex')
  const text = [digest.end, `${digest.bucket}/${digest.key}`, hash, digest.previousSignature ?? 'null'].join(
    '\n',
  )
  return sign('RSA-SHA256', Buffer.from(text), pair.privateKey).toString('hex')
}

const signedDigest = (
  options: SignedTrailOptions,
  hour: number,
  backfill: boolean,
  previous: SignedDigest | undefined,
  pair: TrailKeyPair,
): SignedDigest => {
  const start = isoAfter(options.from, hour)
  const end = isoAfter(options.from, hour + 1)
  const bucket = options.bucketOf?.(hour) ?? options.bucket
  const key = digestKeyOf(options, end, backfill)
  const logs = [...(options.logs ?? [])]
  const body = digestBody({ options, start, end, bucket, key, logs, previous, pair })
  const signature = signatureOf(
    { end, bucket, key, body, previousSignature: previous?.signature ?? null },
    pair,
  )
  return { hour, bucket, key, start, end, body, signature, logKeys: logs.map(([logKey]) => logKey) }
}

interface BodyParts {
  readonly options: SignedTrailOptions
  readonly start: string
  readonly end: string
  readonly bucket: string
  readonly key: string
  readonly logs: readonly (readonly [string, SyntheticLog])[]
  readonly previous: SignedDigest | undefined
  readonly pair: TrailKeyPair
}

const digestBody = ({ options, start, end, bucket, key, logs, previous, pair }: BodyParts): string => {
  const files = logs.map(([logKey, log]) => ({
    s3Bucket: bucket,
    s3Object: logKey,
    hashValue: log.hashValue ?? contentHash(log.bytes),
    hashAlgorithm: 'SHA-256',
    newestEventTime: log.newestEventTime ?? log.deliveredAt,
    oldestEventTime: log.oldestEventTime ?? log.deliveredAt,
  }))
  const document = {
    awsAccountId: options.account,
    digestStartTime: start,
    digestEndTime: end,
    digestS3Bucket: bucket,
    digestS3Object: key,
    digestPublicKeyFingerprint: pair.fingerprint,
    digestSignatureAlgorithm: 'SHA256withRSA',
    newestEventTime:
      files
        .map((file) => file.newestEventTime)
        .sort()
        .at(-1) ?? null,
    oldestEventTime: files.map((file) => file.oldestEventTime).sort()[0] ?? null,
    previousDigestS3Bucket: previous?.bucket ?? null,
    previousDigestS3Object: previous?.key ?? null,
    previousDigestHashValue: previous ? createHash('sha256').update(previous.body).digest('hex') : null,
    previousDigestHashAlgorithm: previous ? 'SHA-256' : null,
    previousDigestSignature: previous?.signature ?? null,
    logFiles: files,
  }
  // The real service escapes every slash; hashing the bytes as they stand must survive that.
  return JSON.stringify(document).replaceAll('/', '\\/')
}

const digestKeyOf = (options: SignedTrailOptions, end: string, backfill: boolean): string => {
  const { account, region, trail, homeRegion = region } = options
  const day = end.slice(0, 10).replaceAll('-', '/')
  const stamp = end.replaceAll(/[-:]/g, '')
  const file = `${account}_CloudTrail-Digest_${region}_${trail}_${homeRegion}_${stamp}${backfill ? '_backfill' : ''}.json.gz`
  const head = [
    options.prefix,
    'AWSLogs',
    options.organization,
    account,
    'CloudTrail-Digest',
    region,
    day,
    file,
  ]
  return head.filter(Boolean).join('/')
}

/** Key of a log file of this trail: `unique` is the random part of the name, `time` is UTC ISO. */
export const logKeyOf = (
  place: { prefix?: string; organization?: string; account: string; region: string },
  time: string,
  unique: string,
): string => {
  const { prefix, organization, account, region } = place
  const stamp = time.slice(0, 16).replaceAll(/[-:]/g, '')
  const file = `${account}_CloudTrail_${region}_${stamp}Z_${unique}.json.gz`
  const day = time.slice(0, 10).replaceAll('-', '/')
  return [prefix, 'AWSLogs', organization, account, 'CloudTrail', region, day, file].filter(Boolean).join('/')
}

const digestMetadata = (digest: SignedDigest, backfill: boolean): Record<string, string> => ({
  signature: digest.signature,
  'signature-algorithm': 'SHA256withRSA',
  ...(backfill && { 'backfill-generation-timestamp': isoAfter(digest.end, 5) }),
})

const contentHash = (gz: Uint8Array): string => createHash('sha256').update(gunzipSync(gz)).digest('hex')

const isoAfter = (from: string, hours: number): string =>
  `${new Date(Date.parse(from) + hours * 3_600_000).toISOString().slice(0, 19)}Z`

/** An hour's window is open at its start and closed at its end. */
const logsByHour = ({
  logs,
  from,
}: SignedTrailOptions): ReadonlyMap<number, ReadonlyMap<string, SyntheticLog>> => {
  const byHour = new Map<number, Map<string, SyntheticLog>>()
  for (const [key, log] of logs ?? []) {
    const hour = Math.ceil((Date.parse(log.deliveredAt) - Date.parse(from)) / 3_600_000) - 1
    const group = byHour.get(hour) ?? new Map<string, SyntheticLog>()
    byHour.set(hour, group.set(key, log))
  }
  return byHour
}

/**
 * A LogStore over objects in memory. As `s3` it knows its buckets and names objects `s3://...`; as `folder` it knows
 * neither bucket nor metadata, like a plain download.
 */
export const memoryLogStore = (
  objects: ReadonlyMap<string, StoredObject & { readonly bucket?: string }>,
  bucket?: string,
  as: 's3' | 'folder' = 's3',
): LogStore => ({
  name: as === 's3' ? `s3://${bucket ?? 'memory'}/` : './memory',
  async *list(prefix = '', { after = '' } = {}) {
    for (const key of [...objects.keys()].sort(byBytes)) {
      if (key.startsWith(prefix) && byBytes(key, after) > 0)
        yield listedObject(key, objects.get(key)!, bucket, as)
    }
  },
  async read({ key, bucket: wanted }) {
    const object = objects.get(key)
    if (!object || (as === 's3' && wanted && wanted !== (object.bucket ?? bucket))) return undefined
    return { bytes: object.bytes, metadata: as === 's3' ? object.metadata : {} }
  },
})

const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))

const listedObject = (
  key: string,
  object: StoredObject & { readonly bucket?: string },
  bucket: string | undefined,
  as: 's3' | 'folder',
): ListedObject => {
  const own = object.bucket ?? bucket
  return as === 's3'
    ? { bucket: own, key, size: object.bytes.length, name: `s3://${own}/${key}` }
    : { bucket: undefined, key, size: object.bytes.length, name: key }
}

/** `digest-metadata.jsonl`: one line per digest among the objects. */
export const digestMetadataLines = (
  objects: ReadonlyMap<string, StoredObject & { readonly bucket?: string }>,
): string =>
  [...objects]
    .filter(([, { metadata }]) => metadata['signature'] !== undefined)
    .map(([key, { bucket, metadata }]) => `${JSON.stringify({ ...(bucket && { bucket }), key, metadata })}\n`)
    .join('')

/** `public-keys.json`, by Region: each value is what `aws cloudtrail list-public-keys` prints. */
export const publicKeysJson = (
  publicKeys: SignedTrail['publicKeys'],
  validity: { from: string; to: string } = { from: '2020-01-01T00:00:00Z', to: '2040-01-01T00:00:00Z' },
): string => {
  const listOf = (pairs: readonly TrailKeyPair[]) => ({
    PublicKeyList: pairs.map((pair) => ({
      Value: Buffer.from(pair.der).toString('base64'),
      ValidityStartTime: Date.parse(validity.from) / 1000,
      ValidityEndTime: Date.parse(validity.to) / 1000,
      Fingerprint: pair.fingerprint,
    })),
  })
  const byRegion = [...publicKeys].map(([region, pairs]) => [region, listOf(pairs)])
  return `${JSON.stringify(Object.fromEntries(byRegion), null, 2)}\n`
}
