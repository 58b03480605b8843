import { atLeast, type Finding, findingId, type Level } from '../finding.ts'
import type { LocatedEvent } from '../ports.ts'
import { accountOf, eventIdOf, eventTimeOf, identityOf, text } from '../trail/event.ts'
import { affectedBy } from './affected.ts'
import { type Derived, makeDerived } from './derive.ts'
import { makeRuleIndex } from './index.ts'
import { type CorrelationRule, type EventRule, namesOf, type Rule } from './rules.ts'
import { type Correlator, makeCorrelator } from './sigma/correlation.ts'

export interface DetectorOptions {
  /** Own and trusted accounts, 12 digits: sharing with them is not sharing outside. */
  readonly knownAccounts?: Iterable<string>
  /** Findings of lower levels are left out; correlations still see the hits of such rules. */
  readonly minLevel?: Level
}

export interface Detector {
  /**
   * Findings of one event: of each rule it matches, and of each correlation it completes. Duplicates by event id are
   * the caller's to drop. Never throws for what an event holds.
   */
  detect(located: LocatedEvent): readonly Finding[]
}

/** A hit's place, and the events it rests on. */
interface Item {
  readonly located: LocatedEvent
  readonly events: readonly string[]
}

/** A correlation that counts the hits of a rule, as its rule number `number`. */
interface Listener {
  readonly rule: CorrelationRule
  readonly correlator: Correlator<Item>
  readonly number: number
}

interface Machine {
  readonly derived: Derived
  readonly listeners: ReadonlyMap<string, readonly Listener[]>
  readonly reports: (rule: Rule) => boolean
}

const NONE: readonly Finding[] = []

/**
 * Makes a detector of loaded rules. Only correlations give it memory; its size is bounded. The same events give the
 * same finding ids whichever lane they come by.
 */
export const makeDetector = (rules: readonly Rule[], options: DetectorOptions = {}): Detector => {
  const machine = machineFor(rules, options)
  const { derived } = machine
  const watched = (rule: Rule) => machine.reports(rule) || machine.listeners.has(rule.ref.id)
  const index = makeRuleIndex(rules.filter((rule) => rule.kind === 'event').filter(watched))
  return {
    detect: (located) => {
      const candidates = index.candidates(located.event)
      if (candidates.length === 0) return NONE
      derived.of(located.event)
      let hits: EventRule[] | undefined
      for (const rule of candidates) {
        if (rule.compiled.matches(located.event, derived)) hits = [...(hits ?? []), rule]
      }
      return hits ? findingsOf(machine, hits, located) : NONE
    },
  }
}

const machineFor = (rules: readonly Rule[], options: DetectorOptions): Machine => {
  const floor = options.minLevel ?? 'informational'
  const correlations = rules.filter((rule) => rule.kind === 'correlation')
  const silenced = silencedBy(correlations, new Map(rules.map((rule) => [rule.ref.id, rule])))
  return {
    derived: makeDerived(options.knownAccounts),
    listeners: listenersOf(rules, correlations),
    reports: (rule) => atLeast(rule.ref.level, floor) && !silenced.has(rule.ref.id),
  }
}

/**
 * Sigma lets a correlation speak for the rules it refers to, unless it says `generate: true`. Only those written in its
 * own file: a folder added later must not turn off rules that were there before.
 */
const silencedBy = (
  correlations: readonly CorrelationRule[],
  rules: ReadonlyMap<string, Rule>,
): ReadonlySet<string> => {
  const silent = correlations.filter((correlation) => !correlation.sigma.generate)
  return new Set(
    silent.flatMap((correlation) =>
      correlation.bases.filter((id) => rules.get(id)?.file === correlation.file),
    ),
  )
}

const listenersOf = (rules: readonly Rule[], correlations: readonly CorrelationRule[]) => {
  const byId = new Map(rules.map((rule) => [rule.ref.id, rule]))
  const listeners = new Map<string, Listener[]>()
  for (const rule of correlations) {
    const names = rule.bases.map((id, i) => {
      const base = byId.get(id)
      return [rule.sigma.rules[i]!, ...(base ? namesOf(base.sigma, id) : [])]
    })
    const correlator = makeCorrelator<Item>(rule.sigma, names)
    rule.bases.forEach((id, number) => {
      listeners.set(id, [...(listeners.get(id) ?? []), { rule, correlator, number }])
    })
  }
  return listeners
}

const findingsOf = (
  machine: Machine,
  hits: readonly EventRule[],
  located: LocatedEvent,
): readonly Finding[] => {
  const findings: Finding[] = []
  const item = { located, events: [idOf(located)] }
  for (const rule of hits) {
    if (machine.reports(rule)) findings.push(findingOf(rule, item))
    correlate(machine, rule, item, findings)
  }
  return findings
}

/** Tells the correlations that count this rule, and those that count a correlation it completes. */
const correlate = (machine: Machine, rule: Rule, item: Item, findings: Finding[]): void => {
  const { event } = item.located
  const time = Date.parse(eventTimeOf(event) ?? '')
  if (Number.isNaN(time)) return
  for (const listener of machine.listeners.get(rule.ref.id) ?? []) {
    machine.derived.of(event)
    const completed = listener.correlator.add({
      rule: listener.number,
      time,
      eventID: idOf(item.located),
      event,
      subject: machine.derived,
      item,
    })
    if (!completed) continue
    const events = [...new Set(completed.hits.flatMap((hit) => hit.item.events))]
    const whole = { located: completed.last.item.located, events }
    if (machine.reports(listener.rule)) findings.push(findingOf(listener.rule, whole))
    correlate(machine, listener.rule, whole, findings)
  }
}

/** The event's id; its place, for a record that reached us without one. */
const idOf = ({ event, key, index }: LocatedEvent): string => eventIdOf(event) ?? `${key}:${index}`

const findingOf = (rule: Rule, { located, events }: Item): Finding => {
  const { event, key, index } = located
  const errorCode = text(event.errorCode)
  const eventID = idOf(located)
  return {
    id: findingId(rule.ref.id, eventID),
    rule: rule.ref,
    time: eventTimeOf(event) ?? '',
    event: {
      eventID,
      eventName: text(event.eventName) ?? '',
      eventSource: text(event.eventSource) ?? '',
      recipientAccountId: accountOf(event) ?? '',
      awsRegion: text(event.awsRegion) ?? '',
      sourceIPAddress: text(event.sourceIPAddress) ?? '',
      userAgent: text(event.userAgent) ?? '',
      ...(errorCode && { errorCode }),
    },
    actor: identityOf(event),
    resources: affectedBy(event),
    events,
    source: { key, index },
    raw: event,
  }
}
