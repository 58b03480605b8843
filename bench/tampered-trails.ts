import { gunzipSync, gzipSync } from 'node:zlib'
import type { Fault, Served } from '../test/support/served.ts'
import {
  logKeyOf,
  mergedTrails,
  type SignedTrail,
  type SignedTrailOptions,
  type SyntheticLog,
  type SyntheticObject,
  signatureOf,
  signedTrail,
  type TrailKeyPair,
  trailKeyPair,
} from '../test/support/signed-trail.ts'

/**
 * One trail per thing that can be done to it: half a day, 12 digests with 4 log files each. What two validators are compared on.
 */
export interface TamperedTrail {
  readonly name: string
  /** Is there anything that a validator has to report? */
  readonly isSound: boolean
  readonly served: Served
  /** What to run first, before it was tampered with, so that there is a saved state. */
  readonly before?: Served
  /** Options that both understand, in place of the usual ones. */
  readonly options?: readonly string[]
}

export const BUCKET = 'example-trail-bucket'
export const ACCOUNT = '111122223333'
export const TRAIL = 'main'
export const REGION = 'us-east-1'
export const ARN = `arn:aws:cloudtrail:${REGION}:${ACCOUNT}:trail/${TRAIL}`
export const FROM = '2026-11-01T00:10:00Z'
const HOURS = 12
const ORGANIZATION = 'o-exampleorg'
export const TO = '2026-11-01T12:10:00Z'

const keyPair = trailKeyPair()
const attacker = trailKeyPair()
const spki = trailKeyPair(keyPair.privateKey.export({ format: 'pem', type: 'pkcs8' }) as string, 'spki')

const logBytes = (id: string): Uint8Array =>
  gzipSync(JSON.stringify({ Records: [{ eventID: id, eventName: 'GetObject', note: 'x'.repeat(400) }] }))

const logsOf = (place: Partial<SignedTrailOptions>, skip: readonly number[] = []) => {
  const logs = new Map<string, SyntheticLog>()
  for (let index = 0; index < HOURS * 4; index++) {
    if (skip.includes(Math.floor(index / 4))) continue
    const at = Date.parse(FROM) + (index * 15 + 5) * 60_000
    const deliveredAt = `${new Date(at).toISOString().slice(0, 19)}Z`
    const key = logKeyOf({ account: ACCOUNT, region: REGION, ...place }, deliveredAt, `Log${index}unique`)
    logs.set(key, { bytes: logBytes(`${place.region}-${index}`), deliveredAt })
  }
  return logs
}

const trailWith = (changes: Partial<SignedTrailOptions> = {}): SignedTrail => {
  const place = { account: ACCOUNT, region: REGION, homeRegion: REGION, ...changes }
  const logs = changes.logs ?? logsOf(place, changes.off)
  return signedTrail({ bucket: BUCKET, trail: TRAIL, from: FROM, hours: HOURS, keyPair, ...place, logs })
}

const served = (trail: SignedTrail, changes: Partial<Served> & { prefix?: string } = {}): Served => ({
  objects: trail.objects,
  publicKeys: trail.publicKeys,
  bucket: BUCKET,
  trails: [
    {
      arn: ARN,
      bucket: BUCKET,
      isMultiRegion: true,
      isLogging: false,
      latestDigest: { [REGION]: '2026-11-01T12:14:00Z', 'eu-west-1': '2026-11-01T12:14:00Z' },
      ...(changes.prefix && { prefix: changes.prefix }),
    },
  ],
  ...changes,
})

const digestOf = (trail: SignedTrail, hour: number) => trail.digests.find((one) => one.hour === hour)!
const logOf = (trail: SignedTrail, hour: number, index = 0): string => digestOf(trail, hour).logKeys[index]!
const object = (trail: SignedTrail, key: string): SyntheticObject => trail.objects.get(key)!

const put = (trail: SignedTrail, key: string, change: (bytes: Buffer) => Uint8Array): void => {
  const found = object(trail, key)
  trail.objects.set(key, { ...found, bytes: change(Buffer.from(found.bytes)) })
}

const remove = (trail: SignedTrail, hours: readonly number[], logs = false): void => {
  for (const hour of hours) {
    const { key, logKeys } = digestOf(trail, hour)
    trail.objects.delete(key)
    if (logs) for (const log of logKeys) trail.objects.delete(log)
  }
}

const setMetadata = (trail: SignedTrail, hour: number, metadata: Record<string, string>): void => {
  const { key } = digestOf(trail, hour)
  trail.objects.set(key, { ...object(trail, key), metadata })
}

type Document = { logFiles: unknown[]; digestPublicKeyFingerprint: string }

/** Edits a digest, and signs it again with `pair` where there is one. */
const edit = (
  trail: SignedTrail,
  hour: number,
  change: (document: Document) => void,
  pair?: TrailKeyPair,
): void => {
  const original = digestOf(trail, hour)
  const document = JSON.parse(original.body)
  change(document)
  const body = JSON.stringify(document)
  put(trail, original.key, () => gzipSync(body))
  if (!pair) return
  const signature = signatureOf(
    { ...original, body, previousSignature: document.previousDigestSignature },
    pair,
  )
  setMetadata(trail, hour, { signature, 'signature-algorithm': 'SHA256withRSA' })
}

const hideFirstLog = (document: Document): void => {
  document.logFiles.shift()
}

const forged = gzipSync(JSON.stringify({ Records: [{ eventID: 'forged' }] }))

const tampered = (name: string, tamper: (trail: SignedTrail) => void): TamperedTrail => {
  const trail = trailWith()
  tamper(trail)
  return { name, isSound: false, served: served(trail) }
}

const onLog = (name: string, change: (bytes: Buffer) => Uint8Array): TamperedTrail =>
  tampered(name, (trail) => put(trail, logOf(trail, 5), change))

const withFault = (name: string, fault: Fault, keyOf: (trail: SignedTrail) => string): TamperedTrail => {
  const trail = trailWith()
  return { name, isSound: false, served: served(trail, { faults: new Map([[keyOf(trail), fault]]) }) }
}

const sound = (
  name: string,
  changes: Partial<SignedTrailOptions> = {},
  more: Parameters<typeof served>[1] = {},
): TamperedTrail => ({ name, isSound: true, served: served(trailWith(changes), more) })

/** Trails in which nothing is wrong. */
export const soundTrails = (): readonly TamperedTrail[] => [
  sound('clean'),
  sound('empty hours', { logs: logsOf({}, [2, 3]) }),
  sound('bucket changed in the middle', { bucketOf: (hour) => (hour < 6 ? 'older-trail-bucket' : BUCKET) }),
  sound('keys rotated in the range', { keyPairOf: (hour) => (hour < 6 ? keyPair : attacker) }),
  sound('key prefix', { prefix: 'audit' }, { prefix: 'audit' }),
  sound('listing in pages of 7', {}, { pageSize: 7 }),
  sound('throttled: 503 on every 10th request', {}, { slowDownEvery: 10 }),
  sound('public keys in SPKI form', { keyPair: spki }),
  sound(
    'public keys on several pages',
    {},
    {
      publicKeys: new Map([[REGION, [attacker, trailKeyPair(), keyPair]]]),
      keysAtOnce: 1,
    },
  ),
  {
    ...onLog('log compressed again', (bytes) => gzipSync(gunzipSync(bytes), { level: 1 })),
    isSound: true,
  },
  sound('logging stopped for 5 hours (a plain gap)', { off: [4, 5, 6, 7, 8] }),
]

/** Log files that were changed, removed, planted or closed. */
export const tamperedLogs = (): readonly TamperedTrail[] => [
  onLog('log: one bit flipped', (bytes) => bytes.map((byte, at) => (at === 40 ? byte ^ 1 : byte))),
  onLog('log: an event edited', () => logBytes('edited')),
  onLog('log: cut in half', (bytes) => bytes.subarray(0, bytes.length / 2)),
  onLog('log: emptied', () => new Uint8Array()),
  tampered('log: two swapped', (trail) => {
    const [a, b] = [logOf(trail, 5), logOf(trail, 5, 1)]
    const first = object(trail, a)
    trail.objects.set(a, object(trail, b)).set(b, first)
  }),
  onLog('log: its 8-byte gzip trailer cut off', (bytes) => bytes.subarray(0, -8)),
  onLog('log: garbage appended', (bytes) => Buffer.concat([bytes, Buffer.from('garbage')])),
  onLog('log: NUL bytes appended', (bytes) => Buffer.concat([bytes, Buffer.alloc(64)])),
  onLog('log: a gzip member with forged events appended', (bytes) => Buffer.concat([bytes, forged])),
  onLog('log: an empty gzip member appended', (bytes) => Buffer.concat([bytes, gzipSync('')])),
  tampered('log: deleted', (trail) => trail.objects.delete(logOf(trail, 5))),
  tampered('log: planted, no digest lists it', (trail) => {
    const key = logOf(trail, 5).replace('_Log', '_Planted')
    trail.objects.set(key, { ...object(trail, logOf(trail, 5)), bytes: forged })
  }),
  withFault('log: access denied', 'access-denied', (trail) => logOf(trail, 5)),
  withFault('log: in an archive storage class', 'archived', (trail) => logOf(trail, 5)),
  withFault('log: KMS key denied', 'kms-denied', (trail) => logOf(trail, 5)),
]

/** Digests that were changed, moved or forged. */
export const tamperedDigests = (): readonly TamperedTrail[] => [
  tampered('digest: signature changed', (trail) => {
    const { signature } = digestOf(trail, 5)
    const changed = `${signature.slice(0, -1)}${signature.endsWith('0') ? '1' : '0'}`
    setMetadata(trail, 5, { signature: changed, 'signature-algorithm': 'SHA256withRSA' })
  }),
  tampered('digest: metadata stripped', (trail) => setMetadata(trail, 5, {})),
  tampered('digest: signature is no hexadecimal', (trail) =>
    setMetadata(trail, 5, { signature: 'no hexadecimal', 'signature-algorithm': 'SHA256withRSA' }),
  ),
  tampered('digest: metadata names SHA1withRSA', (trail) =>
    setMetadata(trail, 5, {
      ...object(trail, digestOf(trail, 5).key).metadata,
      'signature-algorithm': 'SHA1withRSA',
    }),
  ),
  tampered('digest: entry of a log removed', (trail) => edit(trail, 5, hideFirstLog)),
  tampered('digest: entry removed, and the log deleted', (trail) => {
    trail.objects.delete(logOf(trail, 5))
    edit(trail, 5, hideFirstLog)
  }),
  tampered("digest: signed with an attacker's key, old fingerprint", (trail) =>
    edit(trail, 5, hideFirstLog, attacker),
  ),
  tampered("digest: signed with an attacker's key and fingerprint", (trail) =>
    edit(
      trail,
      5,
      (document) => {
        hideFirstLog(document)
        document.digestPublicKeyFingerprint = attacker.fingerprint
      },
      attacker,
    ),
  ),
  tampered('digest: the hour before copied over it', (trail) => {
    trail.objects.set(digestOf(trail, 5).key, object(trail, digestOf(trail, 4).key))
  }),
  tampered('digest: copied to a later name, the original in place', (trail) => {
    const { key } = digestOf(trail, 5)
    trail.objects.set(key.replace('T061000Z', 'T063000Z'), object(trail, key))
  }),
  tampered('digest: a gzip member appended', (trail) =>
    put(trail, digestOf(trail, 5).key, (bytes) => Buffer.concat([bytes, forged])),
  ),
  tampered('digest: not gzip', (trail) => put(trail, digestOf(trail, 5).key, () => Buffer.from('{}'))),
  withFault('digest: access denied', 'access-denied', (trail) => digestOf(trail, 5).key),
]

/** Digests that are gone. */
export const cutTrails = (): readonly TamperedTrail[] => [
  tampered('digest: deleted', (trail) => remove(trail, [5])),
  tampered('digest: two in a row deleted', (trail) => remove(trail, [5, 6])),
  tampered('digest: the oldest deleted', (trail) => remove(trail, [0])),
  tampered('digest: the newest 3 deleted', (trail) => remove(trail, [9, 10, 11])),
  tampered('digest: the newest 3 deleted with their logs', (trail) => remove(trail, [9, 10, 11], true)),
  tampered('every digest deleted', (trail) =>
    remove(
      trail,
      trail.digests.map(({ hour }) => hour),
    ),
  ),
  {
    ...tampered('every object deleted', (trail) => trail.objects.clear()),
  },
  stopped('logging stopped, then the 3 digests before the stop deleted', false),
  stopped('the same, with their logs', true),
  { ...stopped('the same, with their logs; an earlier run kept its state', true), before: beforeStop() },
  backfilled('newest backfill digest deleted'),
  { ...backfilled('the same; an earlier run kept its state'), before: served(backfillTrail()) },
  anotherRegion(),
  organization(),
]

const stopTrail = () => trailWith({ off: [6, 7, 8] })

/** As it was when logging had just stopped. */
const beforeStop = () => {
  const trail = stopTrail()
  remove(trail, [9, 10, 11], true)
  return served(trail)
}

function stopped(name: string, logs: boolean): TamperedTrail {
  const trail = stopTrail()
  remove(trail, [3, 4, 5], logs)
  return { name, isSound: false, served: served(trail) }
}

const backfillTrail = () => trailWith({ backfill: [4, 5] })

function backfilled(name: string): TamperedTrail {
  const trail = backfillTrail()
  remove(trail, [5], true)
  return { name, isSound: false, served: served(trail) }
}

function anotherRegion(): TamperedTrail {
  const other = trailWith({ region: 'eu-west-1', homeRegion: REGION })
  put(other, logOf(other, 5), () => logBytes('edited'))
  return {
    name: 'multi-Region trail: a log of another Region edited',
    isSound: false,
    served: served(mergedTrails(trailWith(), other)),
  }
}

/** Both are told the bucket, which is where the AWS CLI does not look the organization up. */
function organization(): TamperedTrail {
  const trail = trailWith({ organization: ORGANIZATION })
  put(trail, logOf(trail, 5), () => logBytes('edited'))
  const range = ['--start-time', FROM, '--end-time', TO]
  return {
    name: 'organization trail by --s3-bucket: a log edited',
    isSound: false,
    served: served(trail, { organization: ORGANIZATION }),
    options: ['--trail-arn', ARN, '--s3-bucket', BUCKET, '--account-id', ACCOUNT, ...range],
  }
}
