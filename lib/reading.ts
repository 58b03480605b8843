import { messageOf, NotALogFile, UnreadableObject } from './errors.ts'
import type { ListedObject, LogStore } from './ports.ts'
import type { CloudTrailEvent } from './trail/event.ts'
import { parseEventFile } from './trail/event-file.ts'
import { type Inflated, inflateMember } from './trail/gzip.ts'
import { type LogFile, parseLogFile, type RejectedRecord, shapeOf } from './trail/log-file.ts'
import { type ObjectKey, parseObjectKey } from './trail/object-key.ts'

/** Something that was not read: an object that is no log file, or a record that is no event. */
export interface Quarantined {
  readonly object: string
  /** Position in `Records`, for a record. */
  readonly index?: number
  readonly reason: string
  readonly detail: string
  /** The whole event, where it is one that was not stored. */
  readonly event?: CloudTrailEvent
}

/** What became of one listed object: read, or skipped for a reason that is counted and shown. */
export interface ReadObject {
  readonly object: ListedObject
  readonly key: ObjectKey
  /** Left out when the object was skipped. */
  readonly file?: LogFile & { readonly ignored?: number }
  readonly skipped?: string
  readonly quarantined: readonly Quarantined[]
  /** As stored, with its first gzip member inflated once for everybody. Left out when it was not read. */
  readonly stored?: { readonly bytes: Uint8Array; readonly inflated: Inflated }
}

export interface ReadingOptions {
  /** `bucket`: only what the key grammar calls a log file. `loose`: saved files, judged by what is in them. */
  readonly layout: 'bucket' | 'loose'
  /** Objects fetched ahead of the one being read. */
  readonly inFlight?: number
  readonly maxBytes?: number
  /**
   * Why an object need not be read, or `undefined`; asked before it is fetched, and then, with its bytes, before it is decoded. Such
   * an object is skipped for that reason.
   */
  readonly unneeded?: (object: ListedObject, bytes?: Uint8Array) => string | undefined
}

/** An object that is worth decoding, as stored. */
export interface FetchedObject {
  readonly object: ListedObject
  readonly key: ObjectKey
  readonly bytes: Uint8Array
}

/**
 * Reads every object of a store in key order, fetching ahead. Never throws for a single object. Memory holds `inFlight`
 * compressed objects and one inflated.
 */
export async function* readObjects(logs: LogStore, options: ReadingOptions): AsyncGenerator<ReadObject> {
  for await (const one of fetchObjects(logs, options)) yield 'bytes' in one ? decodeObject(one, options) : one
}

/** Fetches every object of a store in key order, and says of the others why not. Only compressed bytes wait in memory. */
export async function* fetchObjects(
  logs: LogStore,
  options: ReadingOptions,
): AsyncGenerator<FetchedObject | ReadObject> {
  const waiting: Promise<FetchedObject | ReadObject>[] = []
  for await (const object of logs.list()) {
    waiting.push(fetchObject(logs, object, options))
    if (waiting.length > (options.inFlight ?? 16)) yield await waiting.shift()!
  }
  for (const fetched of waiting) yield await fetched
}

const fetchObject = async (
  logs: LogStore,
  object: ListedObject,
  options: ReadingOptions,
): Promise<FetchedObject | ReadObject> => {
  const key = parseObjectKey(object.key)
  const { unlistable } = object
  if (unlistable) return skip(object, key, unlistable.reason, detailOf(unlistable))
  const no = skipReason(key, options.layout) ?? options.unneeded?.(object)
  if (no) return { object, key, skipped: no, quarantined: [] }
  try {
    const stored = await logs.read(object)
    if (!stored) return skip(object, key, 'vanished', 'was listed and is no longer there')
    return { object, key, bytes: stored.bytes }
  } catch (error) {
    if (!(error instanceof UnreadableObject)) throw error
    return skip(object, key, error.reason, detailOf(error))
  }
}

/** What happened, without the object's name: it is shown beside it. */
const detailOf = ({ message, object }: UnreadableObject): string =>
  message.startsWith(`${object}: `) ? message.slice(object.length + 2) : message

const skip = (object: ListedObject, key: ObjectKey, reason: string, detail: string): ReadObject => ({
  object,
  key,
  skipped: reason,
  quarantined: [{ object: object.name, reason, detail }],
})

const skipReason = (key: ObjectKey, layout: ReadingOptions['layout']): string | undefined => {
  if (key.type === 'log') return undefined
  if (key.type === 'other') return layout === 'loose' ? undefined : key.why
  return key.type
}

/** Inflates and parses what was fetched. Never throws for what the bytes hold. */
export const decodeObject = (
  { object, key, bytes }: FetchedObject,
  options: Pick<ReadingOptions, 'layout' | 'maxBytes' | 'unneeded'>,
): ReadObject => {
  const no = options.unneeded?.(object, bytes)
  if (no) return { object, key, skipped: no, quarantined: [] }
  const inflated = inflateMember(bytes, options.maxBytes)
  const stored = { bytes, inflated }
  try {
    const parse = options.layout === 'loose' && key.type === 'other' ? parseEventFile : parseLogFile
    const file = parse(bytes, options.maxBytes, inflated)
    return { object, key, file, stored, quarantined: file.rejected.map((record) => rejected(object, record)) }
  } catch (error) {
    const reason = error instanceof NotALogFile ? error.reason : 'not-json'
    return { ...skip(object, key, reason, messageOf(error)), stored }
  }
}

const rejected = (object: ListedObject, { index, reason, record }: RejectedRecord): Quarantined => ({
  object: object.name,
  index,
  reason,
  detail: `expected an event, found ${shortly(record)}`,
})

/** The beginning of a record. One nested too deep to be written down must not cost the file. */
const shortly = (record: unknown): string | undefined => {
  try {
    return JSON.stringify(record)?.slice(0, 200)
  } catch {
    return shapeOf(record)
  }
}
