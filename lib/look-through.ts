import { type DetectorOptions, type LearnedClosing, learningDetector } from './detection/baseline/learning.ts'
import type { Rule } from './detection/rules.ts'
import { type Examiners, examineEvents } from './examine.ts'
import type { Finding } from './finding.ts'
import { type IngestCounts, type IngestOptions, ingestEvents } from './ingest.ts'
import type { InspectionMemory } from './integrity/inspection-memory.ts'
import type { EventStore, LogStore } from './ports.ts'
import type { ReadingOptions } from './reading.ts'
import { type ActivitySummary, activityCounter } from './report/activity.ts'
import { openSurroundings, type SurroundingFiles } from './surroundings.ts'
import { inspect } from './trail/inspection.ts'

export interface LookOptions extends Pick<IngestOptions, 'inFlight' | 'onObject' | 'onQuarantined'> {
  readonly detect?: DetectorOptions
  /** What the owner adds to the events; examiners must have been given the same. */
  readonly surroundings?: SurroundingFiles
  /** Threads that share the work, where there are any. A store is written by one. */
  readonly examiners?: Examiners
}

export interface LookedThrough {
  readonly counts: IngestCounts
  readonly activity: ActivitySummary
  /** In the order of the files, then those that had to wait for the end. */
  readonly findings: readonly Finding[]
  readonly heldBack: Omit<LearnedClosing, 'findings'>
}

/**
 * Reads every log file once: hashes it into `inspected`, keeps each event once, counts it, puts it to every rule. With threads or without
 * them, what comes out is the same. Throws when the world cannot be listed or its store not be written.
 */
export const lookThrough = async (
  world: {
    readonly logs: LogStore
    readonly layout: ReadingOptions['layout']
    readonly store?: EventStore
  },
  rules: readonly Rule[],
  inspected: InspectionMemory,
  options: LookOptions = {},
): Promise<LookedThrough> => {
  const activity = activityCounter()
  const detector = learningDetector(rules, options.detect, {
    surroundings: options.surroundings && openSurroundings(options.surroundings),
  })
  const { examiners } = options
  const { counts, found } =
    examiners && !world.store
      ? await examineEvents(
          world.logs,
          examiners,
          { activity, detector, inspected },
          { ...options, layout: world.layout },
        )
      : await lookHere()
  const { findings, ...heldBack } = detector.finish()
  return { counts, activity: activity.summary(), findings: [...found, ...findings], heldBack }

  async function lookHere() {
    const found: Finding[] = []
    const counts = await ingestEvents(world, {
      ...options,
      ...(world.store && { store: world.store }),
      onBytes: ({ key }, { bytes, inflated }) => inspected.add(key, inspect(bytes, inflated)),
      onEvent: (located) => {
        activity.add(located.event)
        found.push(...detector.detect(located))
      },
    })
    return { counts, found }
  }
}
