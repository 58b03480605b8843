import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { ACCOUNT, BUCKET, type Region, TRAIL } from './company.ts'
import type { LogFile } from './deliver.ts'
import { clock, DAY, iso } from './event.ts'
import { RESTARTED } from './story.ts'

/** A signed digest file, before compression. */
export interface DigestFile {
  readonly key: string
  readonly text: string
  readonly signature: string
  readonly endsAt: number
}

interface Window {
  readonly from: number
  readonly to: number
  /** The first digest after logging or validation was switched on links to nothing. */
  readonly starting: boolean
}

const HOUR = 3600
/** Digests of another Region come a few seconds later. */
const DELAY = { 'us-east-1': 0, 'eu-west-1': 6 } as const

/**
 * The day's hours of one Region: hourly from the moment validation was switched on; a last, short one after
 * StopLogging; and a new chain from StartLogging on, until past midnight.
 */
const windowsOf = (region: Region): Window[] => {
  const delay = DELAY[region]
  const first = clock('00:19:30') + delay
  const stopped = clock('13:27:40') + delay
  const again = RESTARTED + delay
  const hours = (from: number, until: number): Window[] => {
    const count = Math.floor((until - from) / HOUR)
    return Array.from({ length: count }, (_, hour) => ({
      from: from + hour * HOUR,
      to: from + (hour + 1) * HOUR,
      starting: hour === 0,
    }))
  }
  const before = hours(first, stopped)
  return [
    ...before,
    { from: before.at(-1)!.to, to: stopped, starting: false },
    ...hours(again, DAY + 25 * HOUR),
  ]
}

/** The chain of digest files over the log files of one Region. */
export const digestsOf = (region: Region, logFiles: readonly LogFile[]): DigestFile[] => {
  const key = signingKey(region)
  const chain: DigestFile[] = []
  for (const window of windowsOf(region)) {
    const delivered = logFiles.filter(
      (file) => file.region === region && file.writtenAt > window.from && file.writtenAt <= window.to,
    )
    chain.push(digest(region, window, delivered, window.starting ? undefined : chain.at(-1), key))
  }
  return chain
}

const digest = (
  region: Region,
  window: Window,
  files: readonly LogFile[],
  previous: DigestFile | undefined,
  key: KeyObject,
): DigestFile => {
  const end = iso(window.to)
  const name = `${ACCOUNT}_CloudTrail-Digest_${region}_${TRAIL}_us-east-1_${end.replaceAll(/[-:]/g, '')}.json.gz`
  const object = `AWSLogs/${ACCOUNT}/CloudTrail-Digest/${region}/${end.slice(0, 10).replaceAll('-', '/')}/${name}`
  const times = files.flatMap((file) => file.events.map((event) => String(event['eventTime']))).sort()
  const body = {
    awsAccountId: ACCOUNT,
    digestStartTime: iso(window.from),
    digestEndTime: end,
    digestS3Bucket: BUCKET,
    digestS3Object: object,
    digestPublicKeyFingerprint: publicKeyOf(region).fingerprint,
    digestSignatureAlgorithm: 'SHA256withRSA',
    newestEventTime: times.at(-1) ?? null,
    oldestEventTime: times[0] ?? null,
    previousDigestS3Bucket: previous ? BUCKET : null,
    previousDigestS3Object: previous?.key ?? null,
    previousDigestHashValue: previous ? sha256(previous.text) : null,
    previousDigestHashAlgorithm: previous ? 'SHA-256' : null,
    previousDigestSignature: previous?.signature ?? null,
    logFiles: files.map(entryOf).sort((a, b) => a.hashValue.localeCompare(b.hashValue)),
  }
  // CloudTrail escapes slashes in digest files.
  const text = JSON.stringify(body).replaceAll('/', '\\/')
  const toSign = [end, `${BUCKET}/${object}`, sha256(text), previous?.signature ?? 'null'].join('\n')
  return {
    key: object,
    text,
    signature: sign('RSA-SHA256', Buffer.from(toSign), key).toString('hex'),
    endsAt: window.to,
  }
}

const entryOf = (file: LogFile) => {
  const times = file.events.map((event) => String(event['eventTime'])).sort()
  return {
    s3Bucket: BUCKET,
    s3Object: file.key,
    hashValue: sha256(file.text),
    hashAlgorithm: 'SHA-256',
    newestEventTime: times.at(-1),
    oldestEventTime: times[0],
  }
}

/** The Region's public key as `aws cloudtrail list-public-keys` prints it. */
export const publicKeyList = (region: Region) => {
  const { value, fingerprint } = publicKeyOf(region)
  return {
    PublicKeyList: [
      {
        Value: value.toString('base64'),
        ValidityStartTime: '2026-10-01T00:00:00+00:00',
        ValidityEndTime: '2026-10-31T00:00:00+00:00',
        Fingerprint: fingerprint,
      },
    ],
  }
}

const publicKeyOf = (region: Region) => {
  const value = createPublicKey(signingKey(region)).export({ type: 'pkcs1', format: 'der' })
  return { value, fingerprint: createHash('md5').update(value).digest('hex') }
}

const signingKey = (region: Region): KeyObject =>
  createPrivateKey(readFileSync(new URL(`EXAMPLE-ONLY-signing-key.${region}.pem`, import.meta.url)))

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
