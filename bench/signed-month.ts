import { createHash } from 'node:crypto'
import { linkSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import {
  digestMetadataLines,
  logKeyOf,
  publicKeysJson,
  type SyntheticLog,
  signedTrail,
  type TrailKeyPair,
  trailKeyPair,
} from '../test/support/signed-trail.ts'

/** What a busy Region writes: 720 digests and 14,400 log files of about 55 KB each, 12 KB compressed. */
export interface MonthOptions {
  readonly hours?: number
  readonly logsPerHour?: number
  /** Log files of the same content share one file on the disk. Saves space, not work: each is read by its own name. */
  readonly linked?: boolean
  readonly bucket?: string
  readonly account?: string
  readonly region?: string
}

export interface Month {
  readonly hours: number
  readonly logs: number
  readonly rawBytes: number
  readonly bucket: string
  readonly account: string
  readonly region: string
  readonly trail: string
  readonly keyPair: TrailKeyPair
}

const FROM = '2026-10-01T00:10:00Z'
const BODIES = 720
const EVENTS = 42

/**
 * Writes a signed month below `folder`, as a download of the bucket would lie there: AWSLogs/, digest-metadata.jsonl and
 * public-keys.json. The keys are made here; the contents are the same in every run.
 */
export const writeMonth = (folder: string, options: MonthOptions = {}): Month => {
  const { hours = 720, logsPerHour = 20, linked = false } = options
  const { bucket = 'example-trail-bucket', account = '111122223333', region = 'us-east-1' } = options
  const bodies = Array.from({ length: Math.min(BODIES, hours * logsPerHour) }, (_, index) =>
    body(index, region),
  )
  const keyPair = trailKeyPair()
  const logs = new Map<string, SyntheticLog>()
  const rawOf = new Map<string, number>()
  for (let index = 0; index < hours * logsPerHour; index++) {
    const { bytes, hashValue, raw } = bodies[index % bodies.length]!
    const seconds = Math.floor(index / logsPerHour) * 3600 + 60 + ((index % logsPerHour) / logsPerHour) * 3400
    const deliveredAt = iso(Date.parse(FROM) + seconds * 1000)
    const key = logKeyOf({ account, region }, deliveredAt, unique(index))
    logs.set(key, { bytes, deliveredAt, hashValue })
    rawOf.set(key, raw)
  }
  const place = { bucket, account, region, trail: 'main', keyPair }
  const trail = signedTrail({ ...place, from: FROM, hours, logs })
  writeObjects(folder, trail.objects, linked)
  writeFileSync(join(folder, 'digest-metadata.jsonl'), digestMetadataLines(trail.objects))
  writeFileSync(join(folder, 'public-keys.json'), publicKeysJson(trail.publicKeys))
  const rawBytes = [...rawOf.values()].reduce((sum, raw) => sum + raw, 0)
  return { ...place, hours, logs: logs.size, rawBytes }
}

const writeObjects = (
  folder: string,
  objects: ReadonlyMap<string, { readonly bytes: Uint8Array }>,
  linked: boolean,
) => {
  const first = new Map<Uint8Array, string>()
  const made = new Set<string>()
  for (const [key, { bytes }] of objects) {
    const path = join(folder, key)
    if (!made.has(dirname(path))) mkdirSync(dirname(path), { recursive: true })
    made.add(dirname(path))
    const same = linked ? first.get(bytes) : undefined
    if (same) linkSync(same, path)
    else writeFileSync(path, bytes)
    if (linked && !same) first.set(bytes, path)
  }
}

/** A log file of management events that differ as real ones do: ids, times, names, a little text. */
const body = (index: number, region: string) => {
  const Records = Array.from({ length: EVENTS }, (_, event) => record(index * EVENTS + event, region))
  const raw = Buffer.from(JSON.stringify({ Records }))
  return { bytes: gzipSync(raw), raw: raw.length, hashValue: createHash('sha256').update(raw).digest('hex') }
}

const NAMES = [
  'DescribeInstances',
  'AssumeRole',
  'GetObject',
  'PutObject',
  'Decrypt',
  'ListBuckets',
  'GetCallerIdentity',
]

const record = (seed: number, region: string) => {
  const random = createHash('shake256', { outputLength: 230 }).update(String(seed)).digest()
  const noise = random.toString('hex', 0, 64)
  const id = `${noise.slice(0, 8)}-${noise.slice(8, 12)}-4${noise.slice(13, 16)}-8${noise.slice(17, 20)}-${noise.slice(20, 32)}`
  const name = NAMES[seed % NAMES.length]!
  return {
    eventVersion: '1.11',
    userIdentity: {
      type: 'AssumedRole',
      principalId: `AROAEXAMPLE${noise.slice(32, 42).toUpperCase()}:session-${seed % 50}`,
      arn: `arn:aws:sts::111122223333:assumed-role/service-role-${seed % 20}/session-${seed % 50}`,
      accountId: '111122223333',
      accessKeyId: `ASIAEXAMPLE${noise.slice(42, 51).toUpperCase()}`,
      sessionContext: { attributes: { creationDate: '2026-10-01T00:00:00Z', mfaAuthenticated: 'false' } },
    },
    eventTime: iso(Date.parse(FROM) + seed * 90),
    eventSource: 'ec2.amazonaws.com',
    eventName: name,
    awsRegion: region,
    sourceIPAddress: `192.0.2.${seed % 250}`,
    userAgent: 'aws-sdk-go-v2/1.30.3 os/linux lang/go#1.22.5 md/GOOS#linux md/GOARCH#amd64 api/ec2#1.173.0',
    requestParameters: {
      instancesSet: { items: [{ instanceId: `i-${noise.slice(51, 68)}` }] },
      filterSet: {},
      nextToken: random.toString('base64', 64),
    },
    responseElements: null,
    requestID: noise.slice(68, 104),
    eventID: id,
    readOnly: true,
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: '111122223333',
    eventCategory: 'Management',
    tlsDetails: {
      tlsVersion: 'TLSv1.3',
      cipherSuite: 'TLS_AES_128_GCM_SHA256',
      clientProvidedHostHeader: `ec2.${region}.amazonaws.com`,
    },
  }
}

const unique = (index: number): string =>
  createHash('md5').update(`log ${index}`).digest('base64url').replaceAll(/[-_]/g, 'x').slice(0, 16)

const iso = (time: number): string => `${new Date(time).toISOString().slice(0, 19)}Z`
