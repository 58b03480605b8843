import { messageOf } from '../errors.ts'
import { isObject } from './event.ts'
import { parseJson, shapeOf } from './log-file.ts'

/**
 * A digest file: what CloudTrail delivered in one hour, by account, Region and trail. Times are delivery times of log
 * files, not event times.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-digest-file-structure.html
 */
export interface DigestFile {
  readonly account: string
  /** As it stands in the file; the signature is over this very text. */
  readonly endText: string
  /** Delivery window, milliseconds since the epoch. */
  readonly start: number
  readonly end: number
  /** Where it was delivered. */
  readonly bucket: string
  readonly key: string
  /** MD5 of the public key's DER, lower-case hex. */
  readonly fingerprint: string
  readonly signatureAlgorithm: string
  /** `null` in a starting digest. The literal text is part of what is signed. */
  readonly previousSignature: string | null
  /** The digest before this one; `undefined` in a starting digest. */
  readonly previous: DigestLink | undefined
  readonly logs: readonly DigestedLog[]
}

export interface DigestLink {
  readonly bucket: string
  readonly key: string
  readonly hash: string
  readonly hashAlgorithm: string
}

/** A log file as its digest lists it. The hash is over the inflated content; a damaged one simply never matches. */
export interface DigestedLog {
  readonly bucket: string
  readonly key: string
  readonly hash: string
  readonly hashAlgorithm: string
}

export type ParsedDigest =
  | { readonly ok: true; readonly digest: DigestFile }
  | { readonly ok: false; readonly reason: 'not-json' | 'invalid-format'; readonly detail: string }

/**
 * Reads the inflated bytes of a digest file. Required fields are required, unknown ones are let through. Never throws:
 * what is wrong comes back as a reason and a sentence.
 */
export const parseDigestFile = (content: Uint8Array): ParsedDigest => {
  let document: unknown
  try {
    document = parseJson(content)
  } catch (error) {
    return { ok: false, reason: 'not-json', detail: messageOf(error) }
  }
  if (!isObject(document)) return invalid(`expected a digest object, found ${shapeOf(document)}`)
  try {
    return { ok: true, digest: digestOf(document) }
  } catch (error) {
    return invalid(messageOf(error))
  }
}

const invalid = (detail: string): ParsedDigest => ({ ok: false, reason: 'invalid-format', detail })

const digestOf = (document: Record<string, unknown>): DigestFile => {
  const endText = required(document, 'digestEndTime')
  const start = timeOf('digestStartTime', required(document, 'digestStartTime'))
  const end = timeOf('digestEndTime', endText)
  if (start > end) throw new Error('expected digestStartTime before digestEndTime, found it after')
  const previousSignature = nullable(document, 'previousDigestSignature')
  return {
    account: required(document, 'awsAccountId'),
    endText,
    start,
    end,
    bucket: required(document, 'digestS3Bucket'),
    key: required(document, 'digestS3Object'),
    fingerprint: required(document, 'digestPublicKeyFingerprint').toLowerCase(),
    signatureAlgorithm: required(document, 'digestSignatureAlgorithm'),
    previousSignature,
    previous: linkOf(document, previousSignature),
    logs: logsOf(document['logFiles']),
  }
}

const linkOf = (document: Record<string, unknown>, signature: string | null): DigestLink | undefined => {
  const key = optional(document, 'previousDigestS3Object')
  if (key === null && signature === null) return undefined
  return {
    bucket: required(document, 'previousDigestS3Bucket'),
    key: required(document, 'previousDigestS3Object'),
    hash: required(document, 'previousDigestHashValue').toLowerCase(),
    hashAlgorithm: required(document, 'previousDigestHashAlgorithm'),
  }
}

const logsOf = (value: unknown): readonly DigestedLog[] => {
  if (!Array.isArray(value)) throw new Error(`expected logFiles to be a list, found ${shapeOf(value)}`)
  return value.map((entry: unknown, index) => {
    if (!isObject(entry))
      throw new Error(`expected logFiles[${index}] to be an object, found ${shapeOf(entry)}`)
    return {
      bucket: required(entry, 's3Bucket'),
      key: required(entry, 's3Object'),
      hash: required(entry, 'hashValue').toLowerCase(),
      hashAlgorithm: required(entry, 'hashAlgorithm'),
    }
  })
}

const required = (document: Record<string, unknown>, name: string): string => {
  const value = document[name]
  if (typeof value === 'string' && value !== '') return value
  throw new Error(`expected ${name} to be a text, found ${value === undefined ? 'nothing' : shapeOf(value)}`)
}

const optional = (document: Record<string, unknown>, name: string): string | null =>
  document[name] === undefined || document[name] === null ? null : required(document, name)

/** Must be there, though it may be null. */
const nullable = (document: Record<string, unknown>, name: string): string | null => {
  if (!Object.hasOwn(document, name)) throw new Error(`expected ${name}, found nothing`)
  return optional(document, name)
}

const timeOf = (name: string, text: string): number => {
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(time))
    throw new Error(`expected ${name} to be a UTC time, found ${JSON.stringify(text.slice(0, 40))}`)
  return time
}
