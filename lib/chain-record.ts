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
  const watched = ids.map((id) => [id, mergedWatch(own(a, id), own(b, id))] as const)
  const kept = watched.filter(([, one]) => !head || !isForgotten(one, Date.parse(head.end)))
  return { ...(head && { head }), watched: Object.fromEntries(kept) }
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

const DAY = 86_400_000
/** A digest that was never missed: late news of a hole arrive within hours. */
const KEEP_WHOLE = 3 * DAY
const KEEP_MENDED = 30 * DAY
/** A hole that everybody was told of. Nobody expects its digest any more. */
const KEEP_REPORTED = 90 * DAY

/** Measured against the chain's own time, not a clock: the same for every writer. */
const isForgotten = (one: Watched, end: number): boolean => {
  const before = (time: string | undefined, age: number) => time !== undefined && Date.parse(time) < end - age
  if (one.problem === undefined) return before(one.closed, KEEP_WHOLE)
  if (isOpen(one)) return before(one.reported, KEEP_REPORTED) && !isUnreported(one)
  return before(one.closed, KEEP_MENDED) && !isUntold(one)
}
