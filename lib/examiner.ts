import { makeBaseline, type SavedBaseline } from './detection/baseline/baseline.ts'
import { asksForBaseline } from './detection/baseline/learning.ts'
import type { CarriedMatch } from './detection/carried.ts'
import { makeCarrier } from './detection/carrier.ts'
import type { MatcherOptions } from './detection/matcher.ts'
import type { Rule } from './detection/rules.ts'
import { differingEvent } from './ingest.ts'
import type { LocatedEvent } from './ports.ts'
import { decodeObject, type FetchedObject, type Quarantined, type ReadingOptions } from './reading.ts'
import { activityCounter, type CountedActivity } from './report/activity.ts'
import { type Fingerprint, fingerprintOf, type Sighting } from './store/dedupe.ts'
import { openSurroundings, type SurroundingFiles } from './surroundings.ts'
import { inspect, type LogInspection } from './trail/inspection.ts'

/**
 * The part of a scan that needs nothing but a file at a time, and so may be done on any thread: decode, put to the rules, count. In
 * between somebody who knows all files says which events are new. What goes in and out is plain data.
 */
export interface Examiner {
  /** Decodes log files, and keeps their events until `examine` is told what to do with them. */
  decode(objects: readonly FetchedObject[]): DecodedFiles
  /** Looks at the events of the batch decoded first: one `Fate` an event. */
  examine(fates: Uint8Array): Examined
  /** Everything that was counted and learned. */
  learned(): Learned
}

export interface DecodedFiles {
  readonly files: readonly DecodedFile[]
  /** Four words for each event of all files: its fingerprint. */
  readonly words: Int32Array
  /** Events that correct another: place among all events, id of the other. */
  readonly corrections: readonly (readonly [place: number, a: number, b: number])[]
}

export interface DecodedFile {
  readonly events: number
  readonly rejected: number
  readonly ignored: number
  readonly skipped?: string
  readonly quarantined: readonly Quarantined[]
  /** Of a log file, whether it could be parsed or not. */
  readonly inspection?: LogInspection
}

export interface Examined {
  readonly matches: readonly CarriedMatch[]
  /** Duplicates that say something else than the event before them. */
  readonly differing: readonly Quarantined[]
}

export interface Learned {
  readonly activity: CountedActivity
  /** Left out when no rule asks for a baseline. */
  readonly baseline?: SavedBaseline
}

export interface ExaminerOptions extends Pick<ReadingOptions, 'layout' | 'maxBytes'> {
  readonly detect?: MatcherOptions
  readonly surroundings?: SurroundingFiles
}

/** What becomes of an event, as a byte. */
export const FATES = { dropped: 0, fresh: 1, corrected: 2, differing: 3 } as const

export const fateOf = ({ outcome, differs }: Sighting): number => {
  if (outcome === 'kept') return FATES.fresh
  if (outcome === 'superseded') return FATES.corrected
  return differs ? FATES.differing : FATES.dropped
}

/** The fingerprint of event number `place`. */
export const fingerprintIn = (
  words: Int32Array,
  place: number,
  corrects?: readonly [number, number],
): Fingerprint => {
  const at = place * 4
  const four = [words[at]!, words[at + 1]!, words[at + 2]!, words[at + 3]!] as const
  return corrects ? { words: four, corrects } : { words: four }
}

interface Held {
  readonly object: FetchedObject['object']
  readonly events: readonly LocatedEvent[]
}

/** An order in which events of one file are looked at. */
const IN_ORDER = [FATES.fresh, FATES.corrected, FATES.differing]

export const makeExaminer = (rules: readonly Rule[], options: ExaminerOptions): Examiner => {
  const carrier = makeCarrier(rules, options.detect)
  const activity = activityCounter()
  const baseline = rules.some(asksForBaseline)
    ? makeBaseline({}, options.surroundings && openSurroundings(options.surroundings))
    : undefined
  const held: (readonly Held[])[] = []
  const look = (located: LocatedEvent): CarriedMatch | undefined => {
    activity.add(located.event)
    baseline?.add(located)
    return carrier.match(located)
  }
  return {
    decode: (objects) => {
      const batch = objects.map((one) => decoded(one, options))
      held.push(batch.map(({ held: file }) => file))
      return {
        files: batch.map(({ file }) => file),
        ...fingerprintsOf(batch.flatMap((one) => one.held.events)),
      }
    },
    examine: (fates) => {
      const matches: CarriedMatch[] = []
      const differing: Quarantined[] = []
      let first = 0
      for (const { object, events } of held.shift() ?? []) {
        for (const fate of IN_ORDER) {
          for (let i = 0; i < events.length; i++) {
            if (fates[first + i] !== fate) continue
            const match = look(events[i]!)
            if (match) matches.push(match)
            if (fate === FATES.differing) differing.push(differingEvent(object, events[i]!))
          }
        }
        first += events.length
      }
      return { matches, differing }
    },
    learned: () => ({ activity: activity.counted(), ...(baseline && { baseline: baseline.save() }) }),
  }
}

const decoded = (fetched: FetchedObject, options: ExaminerOptions) => {
  const { object, key, file, stored, skipped, quarantined } = decodeObject(fetched, options)
  const inspection = stored && key.type === 'log' && inspect(stored.bytes, stored.inflated)
  const events = file?.events.map((located) => ({ ...located, key: object.key })) ?? []
  return {
    held: { object, events },
    file: {
      events: events.length,
      rejected: file?.rejected.length ?? 0,
      ignored: file?.ignored ?? 0,
      quarantined,
      ...(!file && { skipped: skipped ?? 'unknown' }),
      ...(inspection && { inspection }),
    },
  }
}

const fingerprintsOf = (events: readonly LocatedEvent[]): Omit<DecodedFiles, 'files'> => {
  const words = new Int32Array(events.length * 4)
  const corrections: [number, number, number][] = []
  for (let place = 0; place < events.length; place++) {
    const { words: four, corrects } = fingerprintOf(events[place]!.event)
    words.set(four, place * 4)
    if (corrects) corrections.push([place, ...corrects])
  }
  return { words, corrections }
}
