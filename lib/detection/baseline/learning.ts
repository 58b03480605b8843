import type { Finding } from '../../finding.ts'
import type { CloudTrailEvent } from '../../trail/event.ts'
import { type Closing, type Detector, type DetectorOptions, makeDetector } from '../detect.ts'
import type { Rule } from '../rules.ts'
import { type BaselineSummary, makeBaseline, type SavedBaseline } from './baseline.ts'
import type { Surroundings } from './surroundings.ts'

/** What the end of a detector with a baseline says besides. */
export interface LearnedClosing extends Closing {
  /** Left out when no rule asks for a baseline. */
  readonly baseline?: BaselineSummary
  /** Insight records, Start and End, in the shape of CloudTrail's own. */
  readonly insights: readonly CloudTrailEvent[]
}

export interface LearningDetector extends Omit<Detector, 'finish'> {
  /** What another thread learned from events that are not put to this detector. */
  absorb(learned: SavedBaseline): void
  finish(): LearnedClosing
}

export type { DetectorOptions }

export interface Surrounded {
  /** What the owner adds to the events: where addresses are, when people work. */
  readonly surroundings?: Surroundings | undefined
}

/**
 * Lets a detector learn what is ordinary from the events it looks at. At the end its rules see what was not: rates, first uses,
 * contradictions. Costs nothing when none of the rules asks for that.
 */
export const learningDetector = (
  rules: readonly Rule[],
  options: DetectorOptions = {},
  { surroundings }: Surrounded = {},
): LearningDetector => {
  const detector = makeDetector(rules, options)
  if (!rules.some(asksForBaseline)) {
    return { ...detector, absorb: () => {}, finish: () => ({ ...detector.finish(), insights: [] }) }
  }
  const baseline = makeBaseline({}, surroundings)
  return {
    ...detector,
    absorb: baseline.absorb,
    detect: (located) => {
      baseline.add(located)
      return detector.detect(located)
    },
    finish: () => {
      const observed = baseline.observations()
      const findings: Finding[] = observed.flatMap((one) => [...detector.detect(one)])
      const closing = detector.finish()
      return {
        ...closing,
        findings: [...findings, ...closing.findings],
        baseline: baseline.summary(),
        insights: observed.map(({ event }) => event).filter(({ insightDetails }) => insightDetails),
      }
    },
  }
}

/** Does it test a field of observations? */
export const asksForBaseline = (rule: Rule): boolean =>
  rule.kind === 'event' &&
  /"baseline\.[a-z]|"baseline"/i.test(JSON.stringify(rule.sigma.raw['detection']) ?? '')
