import { createHash } from 'node:crypto'
import { makeBaseline, type SavedBaseline } from './detection/baseline/baseline.ts'
import { asksForBaseline, type Surrounded } from './detection/baseline/learning.ts'
import { type DetectorOptions, makeDetector } from './detection/detect.ts'
import { withRepeats } from './detection/repeats.ts'
import type { Rule } from './detection/rules.ts'
import { withWhereabouts } from './detection/whereabouts.ts'
import { eachOnce, type Finding } from './finding.ts'
import type { ListedObject, LocatedEvent, LogStore } from './ports.ts'
import { readObjects } from './reading.ts'
import { duplicateFilter } from './store/dedupe.ts'
import { type CloudTrailEvent, eventTimeOf } from './trail/event.ts'

/** What is remembered of an account between runs. */
export interface HabitMemory {
  readonly version: 1
  /** Log files that are in it already, by the days that are still listed: hashes of their keys. */
  readonly taken: Readonly<Record<string, readonly string[]>>
  /** Days, `2026/11/24`, of which files are left to read. */
  readonly open: readonly string[]
  readonly baseline: SavedBaseline
}

export interface HabitWatch extends Surrounded {
  readonly logs: LogStore
  readonly rules: readonly Rule[]
  readonly detect?: DetectorOptions
  /** Folders of one account and Region, with their last slash: days lie below. */
  readonly folders: readonly string[]
  /** Days of log files to begin with, today included. */
  readonly days: number
  /** UTC ISO. */
  readonly now: string
  /** May another file be read? Else the next run goes on. */
  readonly hasTime: () => boolean
}

export interface Watched {
  readonly memory: HabitMemory
  readonly findings: readonly Finding[]
  /** Records in CloudTrail's shape that are new or were told in the last day. */
  readonly insights: readonly CloudTrailEvent[]
  readonly counts: Readonly<Record<string, number>>
}

const HOUR = 3_600_000
const DAY = 24 * HOUR
/** Log files come up to a quarter of an hour late; a minute that is judged before its last file is judged wrongly. */
const SETTLED = HOUR / 2
/** What is told again, since it may have been late: the same findings, by their ids. */
const TOLD_AGAIN = 26 * HOUR

/**
 * Reads what log files of an account are new, learns from them, and reports what stood out in the last day. Every file is taken once,
 * in whatever order they come. While files are left nothing is reported: what is not yet known would look new. Never throws for a
 * single file; one whose bytes cannot be had now is asked for again.
 */
export const watchHabits = async (watch: HabitWatch, memory: HabitMemory | undefined): Promise<Watched> => {
  const now = Date.parse(watch.now)
  const baseline = makeBaseline({}, watch.surroundings)
  if (memory) baseline.absorb(memory.baseline)
  const { counts, ...files } = await takeFiles(watch, memory, baseline.add)
  const observed = files.open.length > 0 ? [] : baseline.observations().filter((one) => isDue(one, now))
  return {
    memory: { version: 1, ...files, baseline: baseline.save(now) },
    findings: findingsOf(watch, observed),
    insights: observed.map(({ event }) => event).filter(({ insightDetails }) => insightDetails),
    counts: { ...counts, observed: observed.length },
  }
}

/** Reads a memory. Throws when it is damaged: an empty one in its place would call everything new. */
export const parseHabitMemory = (text: string, name: string): HabitMemory => {
  const memory = JSON.parse(text) as Partial<HabitMemory> | null
  if (memory?.version !== 1 || !memory.taken || !memory.open || memory.baseline?.version !== 1) {
    throw new Error(`${name}: expected what was learned of an account, version 1, found something else`)
  }
  return memory as HabitMemory
}

const isDue = ({ event }: LocatedEvent, now: number): boolean => {
  const age = now - Date.parse(eventTimeOf(event) ?? '')
  return age >= SETTLED && age <= TOLD_AGAIN
}

const findingsOf = (
  { rules, detect, surroundings }: HabitWatch,
  observed: readonly LocatedEvent[],
): readonly Finding[] => {
  const asked = new Set(rules.filter(asksForBaseline).map(({ ref }) => ref.id))
  const counting = (rule: Rule) => rule.kind === 'correlation' && rule.bases.every((id) => asked.has(id))
  const detector = makeDetector(
    rules.filter((rule) => asked.has(rule.ref.id) || counting(rule)),
    detect,
  )
  const told = observed.flatMap((one) => detector.detect(one))
  const { findings, repeats } = detector.finish()
  return withWhereabouts(withRepeats(eachOnce([...told, ...findings]), repeats), surroundings?.networks)
}

interface Taken extends Pick<HabitMemory, 'taken' | 'open'> {
  readonly counts: Readonly<Record<string, number>>
}

const takeFiles = async (
  watch: HabitWatch,
  memory: HabitMemory | undefined,
  add: (located: LocatedEvent) => void,
): Promise<Taken> => {
  const days = daysToList(watch, memory)
  const taken = new Map(days.map((day) => [day, new Set(memory?.taken[day])]))
  const open = new Set<string>()
  const counts = { files: 0, unreadable: 0, events: 0, duplicate: 0, left: 0 }
  const duplicates = duplicateFilter()
  const unneeded = ({ key }: ListedObject, bytes?: Uint8Array) => {
    if (taken.get(dayIn(key))?.has(markOf(key))) return 'taken'
    return bytes || watch.hasTime() ? undefined : 'left'
  }
  const logs = { ...watch.logs, list: () => listDays(watch.logs, watch.folders, days) }
  for await (const { object, key, file, skipped } of readObjects(logs, { layout: 'bucket', unneeded })) {
    if (key.type !== 'log' || skipped === 'taken') continue
    const day = dayIn(object.key)
    if (skipped === 'left') {
      counts.left++
      open.add(day)
      continue
    }
    counts[file ? 'files' : 'unreadable']++
    if (skipped && AGAIN.has(skipped)) continue
    taken.get(day)?.add(markOf(object.key))
    for (const { event, index } of file?.events ?? []) {
      const { outcome } = duplicates.see(event)
      counts[outcome === 'kept' ? 'events' : 'duplicate']++
      if (outcome === 'kept') add({ event, key: object.key, index })
    }
  }
  const marks = [...taken].map(([day, of]) => [day, [...of]] as const)
  return { taken: Object.fromEntries(marks), open: [...open], counts }
}

/** Yesterday and today, what was missed since the last run, and days of which files are left. Earlier ones are in memory for good. */
const daysToList = ({ now, days }: HabitWatch, memory: HabitMemory | undefined): readonly string[] => {
  if (!memory) return daysBack(now, days)
  const newest = Object.keys(memory.taken).sort().at(-1)
  const missed = newest ? (Date.parse(now.slice(0, 10)) - Date.parse(newest.replaceAll('/', '-'))) / DAY : 0
  const recent = daysBack(now, Math.min(Math.max(missed, 0), MOST_MISSED) + 2)
  return [...new Set([...memory.open, ...recent])].sort()
}

const MOST_MISSED = 30

/** Why bytes cannot be had now that may be had later. */
const AGAIN: ReadonlySet<string> = new Set([
  'vanished',
  'io-error',
  'access-denied',
  'key-denied',
  'archived',
])

async function* listDays(
  logs: LogStore,
  folders: readonly string[],
  days: readonly string[],
): AsyncGenerator<ListedObject> {
  for (const folder of folders) for (const day of days) yield* logs.list(`${folder}${day}/`)
}

/** Today and the days before it, oldest first: `2026/11/24`. */
const daysBack = (now: string, days: number): readonly string[] =>
  Array.from({ length: days }, (_, i) =>
    new Date(Date.parse(now) - (days - 1 - i) * DAY).toISOString().slice(0, 10).replaceAll('-', '/'),
  )

/** The day in a log file's key, which is the folder it was listed in. */
const dayIn = (key: string): string => /\/(\d{4}\/\d{2}\/\d{2})\/[^/]+$/.exec(key)?.[1] ?? ''

const markOf = (key: string): string => createHash('sha256').update(key).digest('base64url').slice(0, 11)
