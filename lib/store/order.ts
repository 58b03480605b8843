import type { LocatedEvent } from '../ports.ts'
import { at, type CloudTrailEvent } from '../trail/event.ts'
import { type EventRow, rowOf } from './row.ts'
import type { TableName } from './schema.ts'
import { timestampOf } from './time.ts'

/** An event on its way into a file: with its place in the order, and as an event or already as a row. */
export interface Entry {
  /** eventsource and eventname. */
  readonly name: string
  /** eventtime, or the start of an aggregated event's window; milliseconds, 0 when there is none. */
  readonly time: number
  readonly source: LocatedEvent | EventRow
  /** Which of the two `source` is. */
  readonly isRow: boolean
}

/** The entry of an event. */
export const entryOf = (source: LocatedEvent): Entry => ({
  name: nameOf(source.event.eventSource, source.event.eventName),
  time: timestampOf(source.event.eventTime) ?? windowStart(source.event),
  source,
  isRow: false,
})

/** The entry of a row that was stored before: the same place as that of the event it was made from. */
export const entryOfRow = (source: EventRow): Entry => {
  const window = source['timewindow'] as { windowstart?: unknown } | null | undefined
  const time = source['eventtime'] ?? window?.windowstart
  return {
    name: nameOf(source['eventsource'], source['eventname']),
    time: time instanceof Date ? time.getTime() : 0,
    source,
    isRow: true,
  }
}

/** The row of an entry. */
export const rowOfEntry = ({ source, isRow }: Entry, table: TableName): EventRow =>
  isRow ? (source as EventRow) : rowOf(source as LocatedEvent, table)

/**
 * The order of the store: eventsource, eventname, eventtime; events of one moment by the object and place they came from, so that
 * the same events give the same file, whatever way they came.
 */
export const compareEntries = (a: Entry, b: Entry): number => {
  if (a.name !== b.name) return a.name < b.name ? -1 : 1
  if (a.time !== b.time) return a.time - b.time
  const [fileA, fileB] = [fileOf(a), fileOf(b)]
  if (fileA !== fileB) return fileA < fileB ? -1 : 1
  return indexOf(a) - indexOf(b)
}

const fileOf = ({ source, isRow }: Entry): string =>
  isRow ? String((source as EventRow)['sourcefile']) : (source as LocatedEvent).key

const indexOf = ({ source, isRow }: Entry): number =>
  isRow ? Number((source as EventRow)['recordindex']) : (source as LocatedEvent).index

/** U+0000 sorts before all else, so a name that begins with another follows it. */
const nameOf = (source: unknown, name: unknown): string => `${textOf(source)}\u0000${textOf(name)}`

/** As the column shows it. */
const textOf = (value: unknown): string => {
  if (typeof value === 'string') return value.toWellFormed()
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : ''
}

const windowStart = (event: CloudTrailEvent): number =>
  timestampOf(at(event, 'timeWindow', 'windowStart')) ?? 0
