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
  const mended = async (
    bucket: string,
    asked: BucketHost,
    { answer, refusal }: Refused,
  ): Promise<boolean> => {
    const region = headerOf(answer, 'x-amz-bucket-region') ?? refusal.region
    if (region && isElsewhere(answer.status, refusal.code)) return hosts.move(bucket, asked, region)
    const time = Date.parse(headerOf(answer, 'date') ?? '')
    if (refusal.code === 'RequestTimeTooSkewed' && !Number.isNaN(time)) skew = time - Date.now()
    else if (refusal.code === 'ExpiredToken') await hosts.renew()
    else return false
    return true
  }
  /** One attempt: the object, or why not. */
  const attempted = async (bucket: string, key: string): Promise<HttpAnswer | Refusal | 'again'> => {
    try {
      const host = await hosts.of(bucket)
      const answer = await ask(host, key)
      if (answer.status === 200) return answer
      const refusal = refusalOf(answer)
      return (await mended(bucket, host, { answer, refusal })) ? 'again' : refusal
    } catch (error) {
      return refusalOfError(error)
    }
  }
  return async (bucket, key) => {
    let mends = 0
    for (let attempt = 0; ; attempt++) {
      const result = await attempted(bucket, key)
      if (result === 'again') {
        if (++mends <= MENDS) continue
        throw unreadable(`s3://${bucket}/${key}`, ENDLESS)
      }
      if ('body' in result) return { bytes: result.body, metadata: metadataOf(result) }
      if (result.code === 'NoSuchKey' || result.code === 'NoSuchBucket') return undefined
      if (!result.passing || attempt + 1 >= ATTEMPTS) throw unreadable(`s3://${bucket}/${key}`, result)
      await backOff(attempt)
    }
  }
}

interface Refused {
  readonly answer: HttpAnswer
  readonly refusal: Refusal
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
const refusalOfError = (error: unknown): Refusal => {
  const { code, name = 'error' } = error as NodeJS.ErrnoException
  const passing = !(error instanceof BodyTooLarge) && !/Credentials|Token|Endpoint|Region/.test(name)
  return { status: 0, code: code ?? name, message: messageOf(error), passing, cause: error }
}

/** Redirects, clocks put right and credentials renewed for one read; more is a circle. */
const MENDS = 4

const ENDLESS: Refusal = { status: 0, code: 'Redirected', message: 'too many times', passing: false }

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
