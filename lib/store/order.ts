import type { LocatedEvent } from '../ports.ts'
import { at, type CloudTrailEvent } from '../trail/event.ts'
import { type EventRow, eventOf, rowOf } from './row.ts'
import type { TableName } from './schema.ts'
import { timestampOf } from './time.ts'

/** An event on its way into a file, with its place in the order. */
export interface Entry {
  /** eventsource and eventname. */
  readonly name: string
  /** eventtime, or the start of an aggregated event's window; milliseconds, 0 when there is none. */
  readonly time: number
  /** The object it was delivered in, and its position there. */
  readonly file: string
  readonly index: number
  /** The event as JSON, which takes a third of the memory of the event itself; or a row that was stored before. */
  readonly source: string | EventRow
}

/** The entry of an event. */
export const entryOf = ({ event, key, index }: LocatedEvent, source = JSON.stringify(event)): Entry => ({
  name: nameOf(event.eventSource, event.eventName),
  time: timestampOf(event.eventTime) ?? windowStart(event),
  file: key,
  index,
  source,
})

/** The entry of a row that was stored before: the same place as that of the event it was made from. */
export const entryOfRow = (source: EventRow): Entry => {
  const window = source['timewindow'] as { windowstart?: unknown } | null | undefined
  const time = source['eventtime'] ?? window?.windowstart
  return {
    name: nameOf(source['eventsource'], source['eventname']),
    time: time instanceof Date ? time.getTime() : 0,
    file: String(source['sourcefile']),
    index: Number(source['recordindex']),
    source,
  }
}

/** The row of an entry. */
export const rowOfEntry = ({ source, file, index }: Entry, table: TableName): EventRow =>
  typeof source === 'string' ? rowOf({ event: JSON.parse(source), key: file, index }, table) : source

/** The event of an entry. */
export const eventOfEntry = ({ source }: Entry, table: TableName): CloudTrailEvent =>
  typeof source === 'string' ? (JSON.parse(source) as CloudTrailEvent) : eventOf(source, table)

/**
 * The order of the store: eventsource, eventname, eventtime; events of one moment by the object and place they came from, so that
 * the same events give the same file, whatever way they came.
 */
export const compareEntries = (a: Entry, b: Entry): number => {
  if (a.name !== b.name) return a.name < b.name ? -1 : 1
  if (a.time !== b.time) return a.time - b.time
  if (a.file !== b.file) return a.file < b.file ? -1 : 1
  return a.index - b.index
}

/** U+0000 sorts before all else, so a name that begins with another follows it. */
const nameOf = (source: unknown, name: unknown): string => `${textOf(source)}\u0000${textOf(name)}`

/** As the column shows it. */
const textOf = (value: unknown): string => {
  if (typeof value === 'string') return value.toWellFormed()
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : ''
}

const windowStart = (event: CloudTrailEvent): number =>
  timestampOf(at(event, 'timeWindow', 'windowStart')) ?? 0
