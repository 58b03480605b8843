import { messageOf, NotALogFile } from '../errors.ts'
import { type CloudTrailEvent, eventIdOf, eventTimeOf, isObject } from './event.ts'
import { type Inflated, inflateAll, inflateMember, MAX_INFLATED_BYTES } from './gzip.ts'
import { isTime } from './time.ts'

/** A record that cannot be an event, with its place. Kept apart and counted: one bad record never costs the others. */
export interface RejectedRecord {
  readonly index: number
  readonly reason: 'not-an-object' | 'no-event-id' | 'no-event-time' | 'nested-too-deep'
  readonly record: unknown
}

export interface LogFile {
  /** Events with their position in the file's `Records`. */
  readonly events: readonly { readonly index: number; readonly event: CloudTrailEvent }[]
  readonly rejected: readonly RejectedRecord[]
  /** Odd but readable: shown, and judged by the digest. */
  readonly warning?: 'trailing-data' | 'several-gzip-members'
}

/**
 * Reads a log file as delivered: `{"Records":[...]}` in gzip, or plain JSON. What it reads is what Athena would read, so all
 * gzip members count. Throws `NotALogFile` when the bytes are no log file; a bad record inside is returned as rejected.
 */
export const parseLogFile = (
  bytes: Uint8Array,
  maxBytes: number = MAX_INFLATED_BYTES,
  inflated?: Inflated,
): LogFile => {
  const { content, warning } = contentOf(bytes, maxBytes, inflated)
  const { events, rejected } = eventsOf(recordsOf(content, warning && (() => membersOf(bytes, maxBytes))))
  return { events, rejected, ...(warning && { warning }) }
}

/** Each gzip member by itself: a whole document may hide behind the first. */
const membersOf = (bytes: Uint8Array, maxBytes: number): Uint8Array[] => {
  const contents: Uint8Array[] = []
  for (let end = 0; end < bytes.length; ) {
    const inflated = inflateMember(bytes.subarray(end), maxBytes)
    if (!inflated.ok) break
    contents.push(inflated.member.content)
    end += inflated.member.length
  }
  return contents
}

/** Sorts records into events and rejected ones. An event needs an id and a time, whatever its version or category. */
export const eventsOf = (records: readonly unknown[]): Pick<LogFile, 'events' | 'rejected'> => {
  const events: { index: number; event: CloudTrailEvent }[] = []
  const rejected: RejectedRecord[] = []
  for (let index = 0; index < records.length; index++) {
    const record = records[index]
    const reason = objectionTo(record)
    if (reason) rejected.push({ index, reason, record })
    else events.push({ index, event: record as CloudTrailEvent })
  }
  return { events, rejected }
}

const objectionTo = (record: unknown): RejectedRecord['reason'] | undefined => {
  if (!isObject(record)) return 'not-an-object'
  if (!eventIdOf(record)) return 'no-event-id'
  const time = eventTimeOf(record)
  if (!time || !isTime(time)) return 'no-event-time'
  return isDeeper(record, DEEPEST) ? 'nested-too-deep' : undefined
}

/** CloudTrail's own events nest some 20 levels. Whatever writes a planted one down again would run out of stack. */
const DEEPEST = 500

/** Every event is looked through: `Object.values` takes a third of the time of `for ... in`. */
const isDeeper = (value: object, levels: number): boolean => {
  if (levels === 0) return true
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const part: unknown = value[i]
      if (typeof part === 'object' && part !== null && isDeeper(part, levels - 1)) return true
    }
    return false
  }
  for (const name in value) {
    const part: unknown = (value as Record<string, unknown>)[name]
    if (typeof part === 'object' && part !== null && isDeeper(part, levels - 1)) return true
  }
  return false
}

/** Inflated bytes of an object that may or may not be compressed. Throws `NotALogFile`. */
export const contentOf = (
  bytes: Uint8Array,
  maxBytes: number = MAX_INFLATED_BYTES,
  first?: Inflated,
): { content: Uint8Array; warning?: NonNullable<LogFile['warning']> } => {
  if (looksLikeText(bytes)) {
    if (bytes.length > maxBytes) throw tooLarge(maxBytes)
    return { content: bytes }
  }
  const inflated = inflateAll(bytes, maxBytes, first)
  if (!inflated.ok) {
    if (inflated.damage === 'too-large') throw tooLarge(maxBytes)
    throw new NotALogFile(inflated.damage, DAMAGE_TEXT[inflated.damage])
  }
  if (inflated.content.length === 0)
    throw new NotALogFile('empty-object', 'expected JSON, found gzip of nothing')
  if (inflated.trailing > 0) return { content: inflated.content, warning: 'trailing-data' }
  return inflated.members > 1
    ? { content: inflated.content, warning: 'several-gzip-members' }
    : { content: inflated.content }
}

const DAMAGE_TEXT = {
  'empty-object': 'expected a log file, found 0 bytes',
  'not-gzip': 'expected gzip or JSON, found other bytes',
  'truncated-gzip': 'expected a whole gzip stream, found one that is cut off',
  'damaged-gzip': 'expected a gzip stream, found one that does not inflate',
} as const

const tooLarge = (maxBytes: number) =>
  new NotALogFile('too-large', `expected at most ${maxBytes} bytes of JSON, found more`)

const looksLikeText = (bytes: Uint8Array): boolean => {
  let start = 0
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) start = 3
  while (start < bytes.length && [0x20, 0x09, 0x0a, 0x0d].includes(bytes[start]!)) start++
  return bytes[start] === 0x7b || bytes[start] === 0x5b
}

/** The `Records` of a delivered file: one document, or else one a member. Throws `NotALogFile` when there are none. */
const recordsOf = (content: Uint8Array, members: (() => Uint8Array[]) | undefined): readonly unknown[] => {
  try {
    return recordsIn(parseJson(content))
  } catch (error) {
    const parts = members?.() ?? []
    if (parts.length < 2) throw error
    return parts.filter((part) => part.length > 0).flatMap((part) => recordsIn(parseJson(part)))
  }
}

/** The `Records` of a document. Throws `NotALogFile` when it has none. */
export const recordsIn = (document: unknown): readonly unknown[] => {
  if (isObject(document) && Array.isArray(document['Records'])) return document['Records']
  throw new NotALogFile('not-cloudtrail', `expected {"Records":[...]}, found ${shapeOf(document)}`)
}

/** JSON of UTF-8 bytes. Throws `NotALogFile` with where it broke. */
export const parseJson = (content: Uint8Array): unknown => {
  const buffer = Buffer.from(content.buffer, content.byteOffset, content.byteLength)
  try {
    return JSON.parse(buffer[0] === 0xef ? buffer.toString('utf8', 3) : buffer.toString('utf8'))
  } catch (error) {
    throw new NotALogFile('not-json', `expected JSON, found text that does not parse (${messageOf(error)})`, {
      cause: error,
    })
  }
}

/** What a JSON value is, in a few words, for messages. */
export const shapeOf = (value: unknown): string => {
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (!isObject(value)) return value === null ? 'null' : `a ${typeof value}`
  const names = Object.keys(value)
  return names.length === 0
    ? '{}'
    : `an object with ${names
        .slice(0, 5)
        .map((name) => name.slice(0, 40))
        .join(', ')}`
}
