import type { ContainmentPlan } from './action.ts'
import { type PlanInput, planContainment } from './containment/plan.ts'
import type { Playbook } from './containment/playbook.ts'
import type { LearnedClosing } from './detection/baseline/learning.ts'
import { withRepeats } from './detection/repeats.ts'
import type { Rule } from './detection/rules.ts'
import { eachOnce, type Finding } from './finding.ts'
import type { IngestCounts } from './ingest.ts'
import { inspectWith } from './integrity/inspect.ts'
import { inspectionMemory } from './integrity/inspection-memory.ts'
import type { ValidateOptions } from './integrity/validate.ts'
import { validateSource } from './integrity/validate-copies.ts'
import { type LookOptions, lookThrough } from './look-through.ts'
import type { Clock, EventStore, LogStore, PublicKeys } from './ports.ts'
import type { ReadingOptions } from './reading.ts'
import type { ActivitySummary } from './report/activity.ts'
import type { IntegrityReport } from './verdict.ts'

/**
 * START HERE. Trailwarden on one page: read, store, detect, validate, plan. On a laptop this page is the product; in AWS the
 * same steps are functions, joined by events instead of calls.
 */
export interface World {
  readonly logs: LogStore
  /** A bucket's layout, or files somebody saved. */
  readonly layout: ReadingOptions['layout']
  /** Folders that hold an AWSLogs/, where buckets lie side by side. */
  readonly roots?: readonly string[]
  readonly publicKeys: PublicKeys
  readonly clock: Clock
  /** Where events are kept for SQL, when they are. */
  readonly store?: EventStore
}

/** Handed in, never imported. */
export interface Content {
  readonly rules: readonly Rule[]
  readonly playbooks: readonly Playbook[]
}

export interface PipelineOptions extends LookOptions {
  readonly validate?: Omit<ValidateOptions, 'inspectLog'>
  /** What a plan is told besides the findings: who is never contained, what can be put back. */
  readonly plan?: Pick<PlanInput, 'protectedPrincipals' | 'taken' | 'organization'>
}

export interface Outcome {
  /** files listed = ingested + skipped; events read = kept + duplicate + superseded + rejected. */
  readonly counts: IngestCounts
  readonly activity: ActivitySummary
  readonly findings: readonly Finding[]
  /** Repeats (the finding that stands for them names their events), what is accepted, what is on trial, what was learned. */
  readonly heldBack: Omit<LearnedClosing, 'findings'>
  readonly integrity: IntegrityReport
  /** What would be done. Nothing here does it. */
  readonly plan: ContainmentPlan
}

/** Runs the whole of it over one world. Throws only when the world cannot be listed or its store not be written. */
export const pipeline = async (
  world: World,
  content: Content,
  options: PipelineOptions = {},
): Promise<Outcome> => {
  const inspected = inspectionMemory()

  // 1. Read every log file once: hash it, keep each event once, look at each event with every rule.
  const {
    counts,
    activity,
    findings: found,
    heldBack,
  } = await lookThrough(world, content.rules, inspected, options)
  const findings = withRepeats(eachOnce(found), heldBack.repeats)

  // 2. Validate the digests, and hold each log file's hash against them.
  const validate = { ...options.validate, inspectLog: inspectWith(world.logs, inspected) }
  const integrity = await validateSource(world, validate)

  // 3. Plan the containment. Findings that rest on evidence an attacker may have planted propose nothing.
  const plan = planContainment({
    ...options.plan,
    findings,
    playbooks: content.playbooks,
    verdicts: integrity.logVerdicts,
    now: world.clock.now(),
  })

  return { counts, activity, findings, heldBack, integrity, plan }
}
