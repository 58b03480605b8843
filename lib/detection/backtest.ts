import type { Finding, RuleRef } from '../finding.ts'

/** What a rule would have reported over a history. */
export interface RuleHistory {
  readonly rule: RuleRef
  readonly findings: number
  /** Days with at least one, YYYY-MM-DD. */
  readonly days: number
  readonly first: string
  readonly last: string
  /** Most findings first, ten at most. */
  readonly actors: readonly { readonly actor: string; readonly findings: number }[]
  /** The first five. */
  readonly samples: readonly Sample[]
}

export interface Sample {
  readonly eventID: string
  readonly eventName: string
  readonly time: string
  readonly actor: string
  readonly key: string
  readonly index: number
}

const MAX_ACTORS = 10
const MAX_SAMPLES = 5

/** Findings of a history, rule by rule, most findings first. */
export const historyOf = (findings: readonly Finding[]): readonly RuleHistory[] =>
  [...Map.groupBy(findings, ({ rule }) => rule.id).values()]
    .map(ofRule)
    .sort((a, b) => b.findings - a.findings || (a.rule.id < b.rule.id ? -1 : 1))

const ofRule = (findings: readonly Finding[]): RuleHistory => {
  const inOrder = [...findings].sort((a, b) =>
    a.time < b.time ? -1 : a.time > b.time ? 1 : a.id < b.id ? -1 : 1,
  )
  return {
    rule: inOrder[0]!.rule,
    findings: inOrder.length,
    days: new Set(inOrder.map(({ time }) => time.slice(0, 10))).size,
    first: inOrder[0]!.time,
    last: inOrder.at(-1)!.time,
    actors: [...Map.groupBy(inOrder, ({ actor }) => actor.actor || actor.name || 'unknown')]
      .map(([actor, list]) => ({ actor, findings: list.length }))
      .sort((a, b) => b.findings - a.findings || (a.actor < b.actor ? -1 : 1))
      .slice(0, MAX_ACTORS),
    samples: inOrder.slice(0, MAX_SAMPLES).map(sampleOf),
  }
}

const sampleOf = ({ event, time, actor, source }: Finding): Sample => ({
  eventID: event.eventID,
  eventName: event.eventName,
  time,
  actor: actor.actor,
  key: source.key,
  index: source.index,
})
