import type { Finding } from '../finding.ts'
import type { CloudTrailEvent } from '../trail/event.ts'
import type { Merge } from './own-block.ts'
import { type Path, parsePath, type Subject, textsAt } from './sigma/path.ts'

/** What was told once though it happened more often. */
export interface Repeats {
  /** The finding that stands for all. */
  readonly findingId: string
  readonly rule: string
  /** How often it happened after that. */
  readonly count: number
  /** Events of the repeats, the first 1,000. */
  readonly events: readonly string[]
  /** eventTime of the latest. */
  readonly last: string
}

export interface Merger {
  /** Is this finding a repeat of an earlier one of the same rule and fields? Then it is counted there. */
  isRepeat(finding: Finding, merge: Merge, event: CloudTrailEvent, subject: Subject): boolean
  repeats(): readonly Repeats[]
}

interface Told {
  readonly time: number
  readonly findingId: string
  readonly rule: string
  readonly events: Set<string>
  count: number
  last: string
}

const MAX_EVENTS = 1000
/** What a hostile log can make it hold. Beyond it the oldest are forgotten, and told anew. */
const MAX_KEYS = 20_000
const MAX_TOLD = 200

/**
 * Folds repeats: the first finding that arrives stands for those of the same rule that agree in the named fields and lie
 * within the time before or after it. Time is the event's. The same events in the same order fold the same way.
 */
export const makeMerger = (): Merger => {
  const keys = new Map<string, Told[]>()
  const all: Told[] = []
  const paths = new Map<string, Path>()
  const pathOf = (field: string): Path => {
    const known = paths.get(field) ?? parsePath(field)
    paths.set(field, known)
    return known
  }
  return {
    isRepeat: (finding, { by, withinMs }, event, subject) => {
      const time = Date.parse(finding.time)
      if (Number.isNaN(time)) return false
      const values = by.map((field) => textsAt(event, subject, pathOf(field))[0] ?? '')
      const key = JSON.stringify([finding.rule.id, ...values])
      const told = keys.get(key) ?? []
      const first = told.find((one) => Math.abs(one.time - time) <= withinMs)
      if (first) {
        count(first, finding)
        return true
      }
      const fresh = newlyTold(finding, time)
      all.push(fresh)
      told.push(fresh)
      if (told.length > MAX_TOLD) told.shift()
      keys.set(key, told)
      if (keys.size > MAX_KEYS) keys.delete(keys.keys().next().value!)
      return false
    },
    repeats: () =>
      all
        .filter((told) => told.count > 0)
        .map(({ findingId, rule, count: n, events, last }) => ({
          findingId,
          rule,
          count: n,
          events: [...events],
          last,
        })),
  }
}

const newlyTold = (finding: Finding, time: number): Told => ({
  time,
  findingId: finding.id,
  rule: finding.rule.id,
  events: new Set(),
  count: 0,
  last: finding.time,
})

const count = (told: Told, finding: Finding): void => {
  told.count++
  if (finding.time > told.last) told.last = finding.time
  for (const id of finding.events) if (told.events.size < MAX_EVENTS) told.events.add(id)
}

/** Findings with the events of their repeats, for whoever has waited until the end. */
export const withRepeats = (
  findings: readonly Finding[],
  repeats: readonly Repeats[],
): readonly Finding[] => {
  if (repeats.length === 0) return findings
  const more = new Map(repeats.map((one) => [one.findingId, one.events]))
  return findings.map((finding) => {
    const events = more.get(finding.id)
    return events ? { ...finding, events: [...new Set([...finding.events, ...events])] } : finding
  })
}
