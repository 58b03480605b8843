import { crc32, inflateRawSync } from 'node:zlib'

/** What is wrong with the bytes of a `.json.gz` object, apart from what it says. */
export type GzipDamage =
  | 'empty-object'
  | 'not-gzip'
  /** The stream, or its 8-byte trailer, is cut off. */
  | 'truncated-gzip'
  | 'damaged-gzip'
  /** More than the cap, or a gzip bomb. */
  | 'too-large'

export interface GzipMember {
  readonly content: Uint8Array
  /** Bytes of the object this member takes, header and trailer included. */
  readonly length: number
}

export type Inflated =
  | { readonly ok: true; readonly member: GzipMember }
  | { readonly ok: false; readonly damage: GzipDamage }

/** CloudTrail delivers at most 50 MB before compression; four times that is generous and still bounded (bytes). */
export const MAX_INFLATED_BYTES = 200 * 1024 * 1024

const TRAILER = 8

/**
 * Inflates the first gzip member of `bytes` and says how long it is, so that the caller can see what follows it.
 * node:zlib's gunzip joins members and skips trailing zero bytes without a word; evidence needs the exact end.
 * A wrong checksum is damage: zcat and Athena refuse such a member too. RFC 1952. Never throws for what the bytes hold.
 */
export const inflateMember = (bytes: Uint8Array, maxBytes: number = MAX_INFLATED_BYTES): Inflated => {
  if (bytes.length === 0) return { ok: false, damage: 'empty-object' }
  const header = headerLength(bytes)
  if (header === 'not-gzip') return { ok: false, damage: 'not-gzip' }
  if (header === 'truncated' || header >= bytes.length) return { ok: false, damage: 'truncated-gzip' }
  try {
    const { buffer, engine } = inflateRawSync(bytes.subarray(header), {
      info: true,
      maxOutputLength: maxBytes,
      chunkSize: chunkSizeFor(bytes, maxBytes),
    }) as unknown as { buffer: Buffer; engine: { bytesWritten: number } }
    const length = header + engine.bytesWritten + TRAILER
    if (length > bytes.length) return { ok: false, damage: 'truncated-gzip' }
    if (readUint32(bytes, length - 4) !== buffer.length >>> 0) return { ok: false, damage: 'damaged-gzip' }
    if (readUint32(bytes, length - 8) !== crc32(buffer)) return { ok: false, damage: 'damaged-gzip' }
    return { ok: true, member: { content: buffer, length } }
  } catch (error) {
    return { ok: false, damage: damageOf(error) }
  }
}

/**
 * Everything a reader such as Athena or zcat would see: all members, joined. `trailing` is what follows the last whole
 * member and is no member itself. `first` may be handed in when it was inflated before.
 */
export const inflateAll = (
  bytes: Uint8Array,
  maxBytes: number = MAX_INFLATED_BYTES,
  first: Inflated = inflateMember(bytes, maxBytes),
):
  | { ok: true; content: Uint8Array; members: number; trailing: number }
  | { ok: false; damage: GzipDamage } => {
  if (!first.ok) return first
  if (first.member.length === bytes.length) {
    return { ok: true, content: first.member.content, members: 1, trailing: 0 }
  }
  const parts = [first.member.content]
  let end = first.member.length
  let size = first.member.content.length
  while (end < bytes.length) {
    const next = inflateMember(bytes.subarray(end), maxBytes - size)
    if (!next.ok && next.damage === 'too-large') return next
    if (!next.ok) break
    parts.push(next.member.content)
    size += next.member.content.length
    end += next.member.length
  }
  return { ok: true, content: Buffer.concat(parts), members: parts.length, trailing: bytes.length - end }
}

/**
 * Gives the memory of inflated content back at once; nobody may hold a view of it. The collector, which does not see it, would come by
 * only after tens of megabytes of it.
 */
export const release = ({ buffer, byteLength }: Uint8Array): void => {
  if (!(buffer instanceof ArrayBuffer) || buffer.detached) return
  // Content below half of that lies in Node's own pool, which others use and which cannot be given back.
  if (buffer.byteLength === Buffer.poolSize || buffer.byteLength < Buffer.poolSize / 2) return
  if (buffer.byteLength < 2 * byteLength + 4096) buffer.transfer(0)
}

/** Length of the gzip header with its optional fields (FEXTRA, FNAME, FCOMMENT, FHCRC), RFC 1952 section 2.3. */
const headerLength = (bytes: Uint8Array): number | 'not-gzip' | 'truncated' => {
  if (bytes[0] !== 0x1f || (bytes.length > 1 && bytes[1] !== 0x8b)) return 'not-gzip'
  if (bytes.length < 10) return 'truncated'
  const flags = bytes[3]!
  if (bytes[2] !== 8 || (flags & 0xe0) !== 0) return 'not-gzip'
  let end = 10
  if (flags & 4) {
    if (bytes.length < end + 2) return 'truncated'
    end += 2 + bytes[end]! + bytes[end + 1]! * 256
  }
  for (const flag of [8, 16]) {
    if (!(flags & flag)) continue
    const zero = bytes.indexOf(0, end)
    if (zero < 0) return 'truncated'
    end = zero + 1
  }
  if (flags & 2) end += 2
  return end
}

/** ISIZE is the writer's word, so it only sizes the buffer, within a cap: the 16 KB default halves the throughput. */
const chunkSizeFor = (bytes: Uint8Array, maxBytes: number): number => {
  const claimed = bytes.length >= 4 ? readUint32(bytes, bytes.length - 4) : 0
  return Math.max(64, Math.min(claimed + 64, 4 * 1024 * 1024, maxBytes + 64))
}

const readUint32 = (bytes: Uint8Array, offset: number): number =>
  (bytes[offset]! | (bytes[offset + 1]! << 8) | (bytes[offset + 2]! << 16) | (bytes[offset + 3]! << 24)) >>> 0

const damageOf = (error: unknown): GzipDamage => {
  const code = (error as { code?: string }).code
  if (code === 'Z_BUF_ERROR') return 'truncated-gzip'
  if (code === 'ERR_BUFFER_TOO_LARGE') return 'too-large'
  return 'damaged-gzip'
}
