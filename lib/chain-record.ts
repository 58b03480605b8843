import type { Problem } from './verdict.ts'

/** The newest digest of a chain that was proven. What integrity calls a chain head. */
export interface SavedHead {
  readonly bucket: string
  readonly key: string
  /** SHA-256 of its inflated content. */
  readonly hash: string
  readonly signature: string
  /** digestEndTime, UTC ISO. */
  readonly end: string
}

/**
 * One thing of a chain that time may mend, or that was seen whole. Every time is that of an observation, UTC ISO, so that two records
 * of the same observations are the same record, in whatever order they were made.
 */
export interface Watched {
  /** What was wrong. Left out where it was only ever seen whole. */
  readonly problem?: Problem
  /** The digest that a second look has to read; left out where only a sweep can tell. */
  readonly again?: { readonly bucket: string; readonly key: string }
  /** Seen wrong, first and last. */
  readonly since?: string
  readonly opened?: string
  /** Seen whole, last. */
  readonly closed?: string
  /** A finding said that it is wrong, last. */
  readonly reported?: string
  /** A finding said that it is mended, last. */
  readonly told?: string
}

/** What is remembered of one chain of digests. */
export interface ChainRecord {
  readonly head?: SavedHead
  readonly watched: Readonly<Record<string, Watched>>
}

/**
 * Two records as one. The newer head wins, what is open or mended is united, and the latest observation of a thing counts. The order
 * makes no difference, nor does the same record twice: concurrent writers need no lock.
 */
export const mergedRecord = (a: ChainRecord, b: ChainRecord): ChainRecord => {
  const head = newerHead(a.head, b.head)
  const ids = [...new Set([...Object.keys(a.watched), ...Object.keys(b.watched)])].sort()
  const kept = ids.filter((id) => !head || !isForgotten(id, Date.parse(head.end)))
  const watched = Object.fromEntries(kept.map((id) => [id, mergedWatch(own(a, id), own(b, id))]))
  return { ...(head && { head }), watched }
}

/** Is it wrong, as far as was seen last? */
export const isOpen = ({ opened, closed }: Watched): boolean =>
  opened !== undefined && (closed === undefined || opened > closed)

/** Open, and no finding has said so since it was last whole. */
export const isUnreported = (one: Watched): boolean =>
  isOpen(one) && (one.reported === undefined || (one.closed !== undefined && one.reported <= one.closed))

/** Mended, and no finding has said so yet. */
export const isUntold = (one: Watched): boolean =>
  one.problem !== undefined &&
  one.opened !== undefined &&
  !isOpen(one) &&
  (one.told === undefined || one.told < one.opened)

/** Was anybody told that it is wrong, this time? */
export const wasReported = ({ reported, told }: Watched): boolean =>
  reported !== undefined && (told === undefined || reported > told)

const own = (record: ChainRecord, id: string): Watched =>
  Object.hasOwn(record.watched, id) ? record.watched[id]! : {}

const newerHead = (a: SavedHead | undefined, b: SavedHead | undefined): SavedHead | undefined => {
  if (!a || !b) return a ?? b
  const ahead = Date.parse(a.end) - Date.parse(b.end)
  if (ahead !== 0) return ahead > 0 ? a : b
  return textOf(a) <= textOf(b) ? a : b
}

const mergedWatch = (a: Watched, b: Watched): Watched => {
  const problem = smaller(a.problem, b.problem)
  const again = smaller(a.again, b.again)
  const since = earliest(a.since, b.since)
  return {
    ...(problem && { problem }),
    ...(again && { again }),
    ...(since && { since }),
    ...latestOf('opened', a, b),
    ...latestOf('closed', a, b),
    ...latestOf('reported', a, b),
    ...latestOf('told', a, b),
  }
}

const latestOf = (name: 'opened' | 'closed' | 'reported' | 'told', a: Watched, b: Watched): Watched => {
  const [x, y] = [a[name], b[name]]
  const time = x === undefined || (y !== undefined && y > x) ? y : x
  return time === undefined ? {} : { [name]: time }
}

const earliest = (a: string | undefined, b: string | undefined): string | undefined =>
  a === undefined || (b !== undefined && b < a) ? b : a

/** Of two wordings of one thing always the same one, whoever came first. */
const smaller = <T extends object>(a: T | undefined, b: T | undefined): T | undefined =>
  a === undefined || (b !== undefined && textOf(b) < textOf(a)) ? b : a

/** JSON with its keys in order: readers and writers may list them differently. */
const textOf = (value: object): string =>
  JSON.stringify(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))

/**
 * Days of a chain's own time after which a thing is forgotten. It goes by the time in the name, which is the same for every writer: what
 * one has forgotten no other can bring back by half. What is as old when it is first seen is not to be watched.
 */
export const WATCH_DAYS = 14

const isForgotten = (id: string, end: number): boolean => {
  const time = timeIn(id)
  return time !== undefined && time < end - WATCH_DAYS * 86_400_000
}

/** The last time that an id names, as object keys (`20261101T0055`) or as problems (`2026-11-01T00:55`) write it. */
const timeIn = (id: string): number | undefined => {
  const [, y, mo, d, h, mi] = [...id.matchAll(/(\d{4})-?(\d\d)-?(\d\d)T(\d\d):?(\d\d)/g)].at(-1) ?? []
  const time = y === undefined ? Number.NaN : Date.parse(`${y}-${mo}-${d}T${h}:${mi}:00Z`)
  return Number.isNaN(time) ? undefined : time
}
