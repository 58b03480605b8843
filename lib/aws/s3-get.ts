import type { S3Client } from '@aws-sdk/client-s3'
import { messageOf, UnreadableObject, type UnreadableReason } from '../errors.ts'
import type { StoredObject } from '../ports.ts'
import { BodyTooLarge, type HttpAnswer, httpGetter } from './http-get.ts'
import { ATTEMPTS, backOff } from './retry.ts'
import { type BucketHost, bucketHosts } from './s3-host.ts'

/** Connections, and so reads at once, that a store keeps busy. */
export const S3_IN_FLIGHT = 64

/** CloudTrail's largest log file holds 50 MB before compression; what is larger as stored was put there by somebody (bytes). */
const LARGEST = 64 * 1024 * 1024

/** Reads one object; `undefined` when it, or its bucket, is not there. Throws `UnreadableObject`, nothing else. */
export type S3Get = (bucket: string, key: string) => Promise<StoredObject | undefined>

/**
 * Object reads without the SDK's middleware, which costs more than inflating and hashing a log file does. Throttling, server errors and
 * broken connections are tried again with full jitter; a bucket in another Region is followed there; a clock that is off is
 * corrected by the server's. Credentials are the SDK's, renewed when they expire, and appear in no message.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
 */
export const s3Get = (s3: S3Client): S3Get => {
  const hosts = bucketHosts(s3)
  const get = httpGetter(S3_IN_FLIGHT, LARGEST)
  let skew = 0
  const ask = async (host: BucketHost, key: string): Promise<HttpAnswer> => {
    const path = host.pathOf(key)
    return get({ ...host, path, headers: await host.headersFor(path, skew) })
  }
  /** Puts right what can be; true when asking again makes sense at once. */
  const mended = async (bucket: string, answer: HttpAnswer, refusal: Refusal): Promise<boolean> => {
    const region = headerOf(answer, 'x-amz-bucket-region') ?? refusal.region
    if (region && isElsewhere(answer.status, refusal.code)) return hosts.move(bucket, region)
    const time = Date.parse(headerOf(answer, 'date') ?? '')
    if (refusal.code === 'RequestTimeTooSkewed' && !Number.isNaN(time)) skew = time - Date.now()
    else if (refusal.code === 'ExpiredToken') await hosts.renew()
    else return false
    return true
  }
  return async (bucket, key) => {
    const name = `s3://${bucket}/${key}`
    let mends = 0
    for (let attempt = 0; ; attempt++) {
      const answer = await hosts
        .of(bucket)
        .then((host) => ask(host, key))
        .catch((error: unknown) => error as Error)
      if (!(answer instanceof Error) && answer.status === 200) {
        return { bytes: answer.body, metadata: metadataOf(answer) }
      }
      const refusal = answer instanceof Error ? refusalOfError(answer) : refusalOf(answer)
      if (refusal.code === 'NoSuchKey' || refusal.code === 'NoSuchBucket') return undefined
      if (!(answer instanceof Error) && mends < 3 && (await mended(bucket, answer, refusal))) mends++
      else if (!refusal.passing || attempt + 1 >= ATTEMPTS) throw unreadable(name, refusal)
      else await backOff(attempt)
    }
  }
}

interface Refusal {
  readonly status: number
  readonly code: string
  readonly message: string
  readonly region?: string
  /** Worth asking again. */
  readonly passing: boolean
  readonly cause?: unknown
}

const PASSING_STATUS: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504])
const PASSING_CODE: ReadonlySet<string> = new Set(['RequestTimeout', 'SlowDown', 'InternalError'])

const refusalOf = ({ status, body }: HttpAnswer): Refusal => {
  const text = Buffer.from(body).toString('utf8')
  const field = (name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1]
  const code = field('Code') ?? `HTTP ${status}`
  const region = field('Region')
  return {
    status,
    code,
    message: (field('Message') ?? '').slice(0, 500),
    ...(region && { region }),
    passing: PASSING_STATUS.has(status) || PASSING_CODE.has(code),
  }
}

/** A connection that fails may work the next time; credentials or an endpoint that cannot be had will not. */
const refusalOfError = (error: Error): Refusal => {
  const { code } = error as NodeJS.ErrnoException
  const passing = !(error instanceof BodyTooLarge) && !/Credentials|Endpoint|Region/.test(error.name)
  return { status: 0, code: code ?? error.name, message: messageOf(error), passing, cause: error }
}

const isElsewhere = (status: number, code: string): boolean =>
  status === 301 ||
  status === 307 ||
  code === 'AuthorizationHeaderMalformed' ||
  code === 'IllegalLocationConstraintException'

const headerOf = ({ headers }: HttpAnswer, name: string): string | undefined => {
  const value = headers[name]
  return Array.isArray(value) ? value[0] : value
}

const META = 'x-amz-meta-'

const metadataOf = ({ headers }: HttpAnswer): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      name.startsWith(META) && value !== undefined ? [[name.slice(META.length), String(value)]] : [],
    ),
  )

const unreadable = (name: string, refusal: Refusal): UnreadableObject => {
  const reason = reasonOf(refusal)
  const detail = `${reason}: ${refusal.code}${refusal.message && `: ${refusal.message}`}`
  return new UnreadableObject(name, reason, { detail, ...(refusal.cause ? { cause: refusal.cause } : {}) })
}

/** S3 answers a key that KMS refuses with AccessDenied too; only the message tells. */
const reasonOf = ({ status, code, message }: Refusal): UnreadableReason => {
  if (code === 'InvalidObjectState') return 'archived'
  if (code.startsWith('KMS')) return 'key-denied'
  if (status !== 403) return 'io-error'
  return /\bkms\b/i.test(message) ? 'key-denied' : 'access-denied'
}
