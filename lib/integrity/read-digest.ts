import { messageOf, UnreadableObject } from '../errors.ts'
import type { ListedObject, LogStore, StoredObject } from '../ports.ts'
import { type DigestedLog, type DigestFile, parseDigestFile } from '../trail/digest-file.ts'
import { release } from '../trail/gzip.ts'
import { type AfterTheEnd, sha256 } from '../trail/inspection.ts'
import type { ObjectKey } from '../trail/object-key.ts'
import type { VerdictStatus } from '../verdict.ts'
import { damageText, inflateDigest } from './inspect.ts'
import type { DigestMetadata } from './metadata.ts'
import type { PlaceOf } from './place.ts'

export type DigestKey = Extract<ObjectKey, { type: 'digest' }>

/** Why something is not valid. */
export interface Fault {
  readonly status: Exclude<VerdictStatus, 'valid'>
  readonly reason: string
  readonly detail: string
}

/** What a digest says, but for its list of log files: most of its bytes, and needed only once. */
export type DigestFacts = Omit<DigestFile, 'logs'>

export type DigestContent =
  | {
      readonly ok: true
      readonly digest: DigestFacts
      readonly logCount: number
      /** The log files it lists, taken out of its compressed bytes again. */
      readonly logs: () => readonly DigestedLog[]
      /** Of the inflated bytes as they stand. */
      readonly sha256: string
      readonly after: AfterTheEnd | undefined
    }
  | { readonly ok: false; readonly fault: Fault }

/** A digest object as found: where, what its name says, what it holds. Nothing is judged yet but its format. */
export interface ReadDigest {
  readonly object: ListedObject
  readonly key: DigestKey
  readonly place: string
  /** Time in the name, milliseconds since the epoch. */
  readonly time: number
  readonly content: DigestContent
  readonly signature: string | undefined
  readonly signatureAlgorithm: string | undefined
  /** Only on backfill digests: when it was made, which tells the key period. */
  readonly generatedAt: string | undefined
}

export interface DigestReader {
  readonly logs: LogStore
  readonly metadata: DigestMetadata | undefined
  readonly placeOf: PlaceOf
}

/** Reads one digest object. What cannot be read or parsed comes back as a fault, never as an exception. */
export const readDigest = async (
  reader: DigestReader,
  object: ListedObject,
  key: DigestKey,
): Promise<ReadDigest> => {
  const stored = await storedOrFault(reader.logs, object)
  const metadata = metadataOf(reader, object, 'bytes' in stored ? stored.metadata : {})
  return {
    object,
    key,
    place: reader.placeOf(object.bucket, object.key),
    time: Date.parse(key.time),
    content: 'bytes' in stored ? digestContent(stored.bytes) : { ok: false, fault: stored },
    signature: metadata['signature'],
    signatureAlgorithm: metadata['signature-algorithm'],
    generatedAt: metadata['backfill-generation-timestamp'],
  }
}

/** What the bytes of a digest object hold. Data behind the gzip stream is told, not refused: see `judgeDigests`. */
export const digestContent = (bytes: Uint8Array): DigestContent => {
  // A view of something larger would keep all of it.
  const kept = bytes.byteLength < bytes.buffer.byteLength ? new Uint8Array(bytes) : bytes
  const whole = inflateDigest(bytes)
  if (!whole.ok) return modified('invalid-format', `${damageText(whole.damage)} (${whole.damage})`)
  const hash = sha256(whole.content)
  const parsed = parseDigestFile(whole.content)
  release(whole.content)
  if (!parsed.ok) return modified('invalid-format', parsed.detail)
  const { logs, ...digest } = parsed.digest
  return {
    ok: true,
    digest,
    logCount: logs.length,
    logs: () => logsOf(kept),
    sha256: hash,
    after: whole.after,
  }
}

const logsOf = (bytes: Uint8Array): readonly DigestedLog[] => {
  const whole = inflateDigest(bytes)
  if (!whole.ok) return []
  const parsed = parseDigestFile(whole.content)
  release(whole.content)
  return parsed.ok ? parsed.digest.logs : []
}

const modified = (reason: string, detail: string): DigestContent => ({
  ok: false,
  fault: { status: 'modified', reason, detail },
})

const storedOrFault = async (logs: LogStore, object: ListedObject): Promise<StoredObject | Fault> => {
  try {
    const stored = await logs.read(object)
    return stored ?? { status: 'missing', reason: 'not-found', detail: 'it was listed, but it is not there' }
  } catch (error) {
    return unreadable(error)
  }
}

/** An object whose bytes cannot be had is a verdict: one of them never stops a run. */
export const unreadable = (error: unknown): Fault => ({
  status: 'unreadable',
  reason: error instanceof UnreadableObject ? error.reason : 'io-error',
  detail: `its bytes cannot be had: ${messageOf(error)}`,
})

/** The object's own metadata counts; the side file only fills in for a copy that lost its own. */
const metadataOf = (
  reader: DigestReader,
  object: ListedObject,
  own: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> =>
  own['signature'] === undefined ? { ...own, ...reader.metadata?.(object.bucket, object.key) } : own
