import type { ListedObject, LogStore } from '../ports.ts'
import { type GzipDamage, inflateMember, release } from '../trail/gzip.ts'
import { type AfterTheEnd, afterTheEnd, inspect, type LogInspection } from '../trail/inspection.ts'

/** Judges the bytes of one listed object; `undefined` when it is not there. May throw `UnreadableObject`. */
export type InspectLog = (object: ListedObject) => Promise<LogInspection | undefined>

/** Digests of a very busy hour list thousands of logs at about 300 bytes each; this is far above (bytes). */
const MAX_DIGEST_BYTES = 64 * 1024 * 1024

/** Judges a log file by its bytes as stored. */
export const inspectThrough =
  (logs: LogStore): InspectLog =>
  async (object) => {
    const stored = await logs.read(object)
    if (!stored) return undefined
    const inflated = inflateMember(stored.bytes)
    const found = inspect(stored.bytes, inflated)
    if (inflated.ok) release(inflated.member.content)
    return found
  }

/** Answers from what was inspected before, by key, and reads what was not. */
export const inspectWith = (
  logs: LogStore,
  remembered: { get(key: string): LogInspection | undefined },
): InspectLog => {
  const read = inspectThrough(logs)
  return async (object) => remembered.get(object.key) ?? read(object)
}

type Whole =
  | { readonly ok: true; readonly content: Uint8Array; readonly after: AfterTheEnd | undefined }
  | { readonly ok: false; readonly damage: GzipDamage }

/** Inflates a digest file; says what follows the end instead of refusing, since the signature covers the content only. */
export const inflateDigest = (bytes: Uint8Array): Whole => {
  const inflated = inflateMember(bytes, MAX_DIGEST_BYTES)
  if (!inflated.ok) return inflated
  const { content, length } = inflated.member
  return { ok: true, content, after: afterTheEnd(bytes.subarray(length)) }
}

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
