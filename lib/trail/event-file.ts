import { NotALogFile } from '../errors.ts'
import { isObject } from './event.ts'
import type { Inflated } from './gzip.ts'
import { contentOf, eventsOf, type LogFile, parseJson, shapeOf } from './log-file.ts'

/**
 * Reads a file of events that somebody saved: a log file, `aws cloudtrail lookup-events` output, EventBridge envelopes, bare events,
 * one document or JSON Lines, compressed or not. `ignored` counts values that are no CloudTrail event at all (envelopes of
 * other services); a line that is no JSON is a rejected record. Throws `NotALogFile` when nothing in it is CloudTrail's.
 */
export const parseEventFile = (
  bytes: Uint8Array,
  maxBytes?: number,
  inflated?: Inflated,
): LogFile & { readonly ignored: number } => {
  const { content, warning } = contentOf(bytes, maxBytes, inflated)
  const values = documentsIn(content)
  const unwrapped = values.map((value) => unwrap(value))
  const records = unwrapped.flatMap((value) => value ?? [])
  if (records.length === 0 && !unwrapped.some((value) => value?.length === 0)) {
    throw new NotALogFile('not-cloudtrail', `expected CloudTrail events, found ${shapeOf(values[0])}`)
  }
  const ignored = unwrapped.filter((value) => value === undefined).length
  return { ...eventsOf(records), ignored, ...(warning && { warning }) }
}

/** The JSON values of a document: itself, its list, or one a line. */
const documentsIn = (content: Uint8Array): readonly unknown[] => {
  try {
    const document = parseJson(content)
    return Array.isArray(document) ? document : [document]
  } catch (error) {
    const lines = linesOf(content)
    if (lines.length < 2 || !lines.some(parses)) throw error
    return lines.map((line) => (parses(line) ? JSON.parse(line) : new BrokenLine(line)))
  }
}

/** A line that is no JSON, kept so that it is counted as a rejected record with its position. */
class BrokenLine {
  readonly text: string
  constructor(text: string) {
    this.text = text.slice(0, 200)
  }
}

const linesOf = (content: Uint8Array): string[] =>
  Buffer.from(content)
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')

const parses = (line: string): boolean => {
  try {
    JSON.parse(line)
    return true
  } catch {
    return false
  }
}

/** Wrappers that exports put around an event: a fixture's, a search engine's. */
const WRAPPERS = ['envelope', 'event', '_source'] as const

/** Records in one value, or `undefined` when it is no CloudTrail event in any wrapping we know. */
const unwrap = (value: unknown, depth = 0): readonly unknown[] | undefined => {
  if (value instanceof BrokenLine) return [value.text]
  if (!isObject(value) || depth > 3) return undefined
  if (Array.isArray(value['Records'])) return value['Records']
  if (Array.isArray(value['Events']))
    return value['Events'].flatMap((item: unknown) => unwrap(item, depth + 1) ?? [])
  if (typeof value['CloudTrailEvent'] === 'string') return [parsed(value['CloudTrailEvent'])]
  if (isEnvelope(value)) return looksLikeEvent(value['detail']) ? [value['detail']] : undefined
  if (looksLikeEvent(value)) return [value]
  for (const name of WRAPPERS) {
    const inner = unwrap(value[name], depth + 1)
    if (inner) return inner
  }
  return undefined
}

const isEnvelope = (value: Record<string, unknown>): boolean =>
  typeof value['detail-type'] === 'string' ||
  (isObject(value['detail']) && typeof value['source'] === 'string')

/** Every CloudTrail event of every version and category carries its version and an id or a name. */
const looksLikeEvent = (value: unknown): boolean =>
  isObject(value) &&
  typeof value['eventVersion'] === 'string' &&
  ('eventID' in value || 'eventId' in value || 'eventName' in value)

const parsed = (json: string): unknown => (parses(json) ? JSON.parse(json) : json.slice(0, 200))
