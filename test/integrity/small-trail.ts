import { gzipSync } from 'node:zlib'
import { parseDigestMetadata } from '../../lib/integrity/metadata.ts'
import { noPublicKeys, parsePublicKeys, publicKeysFrom } from '../../lib/integrity/public-keys.ts'
import { type ValidateOptions, validateTrails } from '../../lib/integrity/validate.ts'
import type { LogStore } from '../../lib/ports.ts'
import type { IntegrityReport } from '../../lib/verdict.ts'
import {
  digestMetadataLines,
  logKeyOf,
  memoryLogStore,
  publicKeysJson,
  type SignedTrail,
  type SignedTrailOptions,
  type SyntheticLog,
  signedTrail,
  trailKeyPair,
} from '../support/signed-trail.ts'

/** One pair for all tests of a file: making RSA keys is the slowest thing here. */
export const keyPair = trailKeyPair()

export const BUCKET = 'example-trail-bucket'
const PLACE = { account: '111122223333', region: 'us-east-1' }
const FROM = '2026-11-01T00:10:00Z'

/** Two log files an hour, six hours, but nothing in the third. */
export const smallTrail = (changes: Partial<SignedTrailOptions> = {}): SignedTrail => {
  const options = {
    bucket: BUCKET,
    ...PLACE,
    trail: 'main_trail-1.x',
    from: FROM,
    hours: 6,
    keyPair,
    ...changes,
  }
  return signedTrail({ logs: logsOf(options), ...options })
}

export const logsOf = (
  options: Omit<SignedTrailOptions, 'bucket' | 'trail'>,
  skip: readonly number[] = [2],
): Map<string, SyntheticLog> => {
  const logs = new Map<string, SyntheticLog>()
  for (let hour = 0; hour < options.hours; hour++) {
    if (skip.includes(hour)) continue
    for (const minute of [20, 40]) {
      const at = Date.parse(options.from) + hour * 3_600_000 + minute * 60_000
      const deliveredAt = `${new Date(at).toISOString().slice(0, 19)}Z`
      const key = logKeyOf(options, deliveredAt, `Unique${hour}x${minute}abcd`)
      logs.set(key, { bytes: logBytes(`${options.region}-${hour}-${minute}`), deliveredAt })
    }
  }
  return logs
}

export const logBytes = (id: string): Uint8Array =>
  gzipSync(
    JSON.stringify({
      Records: [{ eventID: id, eventTime: FROM, eventName: 'GetObject', note: 'x'.repeat(200) }],
    }),
  )

export const keysOf = (trail: SignedTrail) =>
  publicKeysFrom(parsePublicKeys(JSON.parse(publicKeysJson(trail.publicKeys))))

export interface Setting extends ValidateOptions {
  readonly as?: 's3' | 'folder'
  readonly keys?: 'none' | SignedTrail
  readonly sideFile?: boolean
  readonly wrap?: (store: LogStore) => LogStore
}

/** Validates what is in memory now: tampering changes `trail.objects` before. */
export const validate = (trail: SignedTrail, setting: Setting = {}) => {
  const {
    as = 's3',
    keys,
    sideFile = as === 'folder',
    wrap = (store: LogStore) => store,
    ...options
  } = setting
  const logs = wrap(memoryLogStore(trail.objects, BUCKET, as))
  const publicKeys = keys === 'none' ? noPublicKeys() : keysOf(keys ?? trail)
  const metadata = sideFile ? parseDigestMetadata(digestMetadataLines(trail.objects)).metadata : undefined
  return validateTrails({ logs, publicKeys }, { ...options, ...(metadata && { metadata }) })
}

/** Problems as `status kind reason key`, with the key shortened to its file name. */
export const told = (report: Pick<IntegrityReport, 'problems'>): string[] =>
  report.problems
    .map(
      ({ status, kind, reason, object }) =>
        `${status} ${kind} ${reason} ${object
          .split('/')
          .slice(kind === 'chain' ? 0 : -1)
          .join('/')}`,
    )
    .sort()

export const logKeys = (trail: SignedTrail, hour: number): readonly string[] =>
  trail.digests.find((digest) => digest.hour === hour)!.logKeys

export const digestKey = (trail: SignedTrail, hour: number): string =>
  trail.digests.find((digest) => digest.hour === hour)!.key

export const fileOf = (key: string): string => key.slice(key.lastIndexOf('/') + 1)

/** Puts other bytes in the place of an object. */
export const replace = (trail: SignedTrail, key: string, change: (bytes: Uint8Array) => Uint8Array): void => {
  const object = trail.objects.get(key)!
  trail.objects.set(key, { ...object, bytes: change(object.bytes) })
}

export const setMetadata = (
  trail: SignedTrail,
  key: string,
  changes: Record<string, string | undefined>,
): void => {
  const object = trail.objects.get(key)!
  const merged = Object.entries({ ...object.metadata, ...changes })
  const metadata = Object.fromEntries(
    merged.filter((field): field is [string, string] => field[1] !== undefined),
  )
  trail.objects.set(key, { ...object, metadata })
}
