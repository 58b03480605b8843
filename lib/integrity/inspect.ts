import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { ListedObject, LogStore } from '../ports.ts'
import { type GzipDamage, type Inflated, inflateMember } from '../trail/gzip.ts'

/** What the bytes of an object are worth as evidence, before any digest is asked. */
export type LogInspection =
  | {
      readonly ok: true
      /** SHA-256 of the inflated content, lower-case hex. */
      readonly sha256: string
    }
  | { readonly ok: false; readonly damage: GzipDamage | AfterTheEnd }

/** A reader that joins members, or skips zero bytes, would see more than the digest vouches for. */
export type AfterTheEnd = 'trailing-data' | 'extra-member'

/** Judges the bytes of one listed object; `undefined` when it is not there. May throw `UnreadableObject`. */
export type InspectLog = (object: ListedObject) => Promise<LogInspection | undefined>

/** Digests of a very busy hour list thousands of logs at about 300 bytes each; this is far above (bytes). */
const MAX_DIGEST_BYTES = 64 * 1024 * 1024

/**
 * Hashes a log file as delivered: one whole gzip member and nothing behind it. How it was compressed does not matter,
 * what it says does. `inflated` may be handed in when the bytes were inflated before. Never throws for what the bytes hold.
 */
export const inspect = (bytes: Uint8Array, inflated: Inflated = inflateMember(bytes)): LogInspection => {
  const whole = wholeOf(bytes, inflated)
  if (!whole.ok) return whole
  return whole.after ? { ok: false, damage: whole.after } : { ok: true, sha256: sha256(whole.content) }
}

/** Answers from what was inspected before, by key, and reads what was not. */
export const inspectWith =
  (logs: LogStore, remembered: ReadonlyMap<string, LogInspection>): InspectLog =>
  async (object) => {
    const known = remembered.get(object.key)
    if (known) return known
    const stored = await logs.read(object)
    return stored && inspect(stored.bytes)
  }

/** Inflates a digest file; says what follows the end instead of refusing, since the signature covers the content only. */
export const inflateDigest = (bytes: Uint8Array) => wholeOf(bytes, inflateMember(bytes, MAX_DIGEST_BYTES))

type Whole =
  | { readonly ok: true; readonly content: Uint8Array; readonly after: AfterTheEnd | undefined }
  | { readonly ok: false; readonly damage: GzipDamage }

const wholeOf = (bytes: Uint8Array, inflated: Inflated): Whole => {
  if (!inflated.ok) return inflated
  const { content, length } = inflated.member
  // A wrong CRC leaves the hash right, but zcat and Athena would refuse the object: it is not what was delivered.
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (view.getUint32(length - 8, true) !== crc32(content)) return { ok: false, damage: 'damaged-gzip' }
  return { ok: true, content, after: afterTheEnd(bytes.subarray(length)) }
}

const afterTheEnd = (rest: Uint8Array): AfterTheEnd | undefined => {
  if (rest.length === 0) return undefined
  return rest[0] === 0x1f && rest[1] === 0x8b ? 'extra-member' : 'trailing-data'
}

/** Lower-case hex. */
export const sha256 = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex')

/** What is wrong, as half a sentence: "expected ..., found ...". */
export const damageText = (damage: GzipDamage | AfterTheEnd): string => DAMAGE_TEXT[damage]

const DAMAGE_TEXT: Readonly<Record<GzipDamage | AfterTheEnd, string>> = {
  'empty-object': 'expected a gzip stream, found 0 bytes',
  'not-gzip': 'expected a gzip stream, found other bytes',
  'truncated-gzip': 'expected a whole gzip stream, found one that is cut off',
  'damaged-gzip': 'expected a gzip stream, found one that does not inflate or whose checksum is wrong',
  'too-large': 'expected a file of the size CloudTrail delivers, found one that inflates to far more',
  'trailing-data': 'expected the end of the object after the gzip stream, found more bytes',
  'extra-member': 'expected the end of the object after the gzip stream, found another gzip member',
}
