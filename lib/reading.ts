import { messageOf, NotALogFile, UnreadableObject } from './errors.ts'
import type { ListedObject, LogStore, StoredObject } from './ports.ts'
import { parseEventFile } from './trail/event-file.ts'
import { type LogFile, parseLogFile } from './trail/log-file.ts'
import { type ObjectKey, parseObjectKey } from './trail/object-key.ts'

/** What became of one listed object: read, or skipped for a reason that is counted and shown. */
export type ReadObject = { readonly object: ListedObject; readonly key: ObjectKey } & (
  | { readonly file: LogFile & { readonly ignored?: number }; readonly bytes: Uint8Array }
  | { readonly skipped: string; readonly quarantined?: string; readonly bytes?: Uint8Array }
)

export interface ReadingOptions {
  /** `bucket`: only what the key grammar calls a log file. `loose`: saved files, judged by what is in them. */
  readonly layout: 'bucket' | 'loose'
  /** Objects fetched ahead of the one being read. */
  readonly inFlight?: number
  readonly maxBytes?: number
}

/**
 * Reads every object of a store in key order, fetching ahead. Never throws for a single object. Memory holds `inFlight`
 * compressed objects and one inflated.
 */
export async function* readObjects(logs: LogStore, options: ReadingOptions): AsyncGenerator<ReadObject> {
  const waiting: Promise<() => ReadObject>[] = []
  for await (const object of logs.list()) {
    waiting.push(fetchObject(logs, object, options))
    if (waiting.length > (options.inFlight ?? 16)) yield (await waiting.shift()!)()
  }
  for (const fetched of waiting) yield (await fetched)()
}

/** Fetches now and decodes when asked, so that only compressed bytes wait in memory. */
const fetchObject = async (
  logs: LogStore,
  object: ListedObject,
  options: ReadingOptions,
): Promise<() => ReadObject> => {
  const key = parseObjectKey(object.key)
  const no = skipReason(key, options.layout)
  if (no) return () => ({ object, key, skipped: no })
  try {
    const stored = await logs.read(object)
    return () => decode(object, key, stored, options)
  } catch (error) {
    if (!(error instanceof UnreadableObject)) throw error
    return () => ({ object, key, skipped: `unreadable: ${error.reason}`, quarantined: error.message })
  }
}

const skipReason = (key: ObjectKey, layout: ReadingOptions['layout']): string | undefined => {
  if (key.type === 'log') return undefined
  if (key.type === 'other') return layout === 'loose' ? undefined : key.why
  return key.type
}

const decode = (
  object: ListedObject,
  key: ObjectKey,
  stored: StoredObject | undefined,
  { layout, maxBytes }: ReadingOptions,
): ReadObject => {
  if (!stored) return { object, key, skipped: 'vanished', quarantined: 'was listed and is no longer there' }
  const { bytes } = stored
  try {
    const read = layout === 'loose' && key.type === 'other' ? parseEventFile : parseLogFile
    return { object, key, file: read(bytes, maxBytes), bytes }
  } catch (error) {
    if (error instanceof NotALogFile)
      return { object, key, skipped: error.reason, quarantined: error.message, bytes }
    return { object, key, skipped: 'not-json', quarantined: messageOf(error), bytes }
  }
}
