import type { Finding, RuleRef } from '../finding.ts'
import type { LocatedEvent } from '../ports.ts'
import { eventTimeOf } from '../trail/event.ts'
import { millisOf } from '../trail/time.ts'
import { attemptOf } from './attempt.ts'
import { type CarriedHit, type CarriedMatch, keptOf, reread, locatedIn as wholeOf } from './carried.ts'
import type { Derived } from './derive.ts'
import { type Listener, type Listeners, listenersOf, type Remembered } from './listeners.ts'
import { type Basis, idOf, makeFinding } from './make-finding.ts'
import { type Matched, type Matcher, type MatcherOptions, makeMatcher } from './matcher.ts'
import { type Merger, makeMerger, type Repeats } from './repeats.ts'
import type { CorrelationRule, Rule } from './rules.ts'
import type { Completed, Match } from './sigma/hits.ts'
import { restored, type SlimBasis, slimmed } from './slim.ts'
import { makeSuppressor, type Suppressed, type Suppression, type Suppressor } from './suppress.ts'

export interface DetectorOptions extends MatcherOptions {
  /** Findings that are accepted: counted, not reported. */
  readonly suppressions?: readonly Suppression[]
  /** Ids of rules on trial: counted, not reported. */
  readonly shadow?: Iterable<string>
  /** Takes the hits of correlations whose memory is kept elsewhere; windows that must be judged whole stay here. */
  readonly onHit?: (listener: Listener, match: Match<Remembered>) => void
}

export interface Detector {
  /**
   * Findings of one event: of each rule it matches, and of each correlation it completes. Duplicates by event id are
   * the caller's to drop. Never throws for what an event holds.
   */
  detect(located: LocatedEvent): readonly Finding[]
  /** The same, of an event that another thread put to the same rules. */
  judge(carried: CarriedMatch): readonly Finding[]
  /** After the last event: findings that had to wait for the end, and what was held back. */
  finish(): Closing
}

/** A detector whose correlations may be remembered elsewhere. */
export interface OpenDetector extends Detector {
  /** Findings of a window that was completed elsewhere, and of the correlations that count it. */
  completed(rule: CorrelationRule, window: Completed<Remembered>): readonly Finding[]
}

export interface Closing {
  readonly findings: readonly Finding[]
  readonly repeats: readonly Repeats[]
  readonly suppressed: readonly Suppressed[]
  /** Rules on trial and how often each would have reported. */
  readonly shadowed: Readonly<Record<string, number>>
  /** Correlations that had more groups at once than they may hold, and how many of them they gave up or judged early. */
  readonly crowded: Readonly<Record<string, number>>
}

interface Machine {
  readonly rules: readonly Rule[]
  readonly derived: Derived
  readonly listeners: Listeners
  readonly reports: (rule: Rule) => boolean
  readonly merger: Merger
  readonly suppressor: Suppressor
  readonly shadow: ReadonlySet<string>
  readonly shadowed: Map<string, number>
  readonly onHit: DetectorOptions['onHit']
}

const NONE: readonly Finding[] = []

/**
 * Makes a detector of loaded rules. Only correlations and merged rules give it memory; its size is bounded. The same
 * events give the same finding ids whichever lane they come by.
 */
export const makeDetector = (rules: readonly Rule[], options: DetectorOptions = {}): OpenDetector => {
  const listeners = listenersOf(rules)
  const matcher = makeMatcher(rules, listeners, options)
  const machine = machineFor(rules, listeners, matcher, options)
  return {
    detect: (located) => {
      const matched = matcher.match(located.event)
      return matched ? findingsOf(machine, matched, located) : NONE
    },
    judge: (carried) => judge(machine, carried),
    completed: (rule, window) => {
      const findings: Finding[] = []
      complete(machine, rule, window, findings)
      return findings
    },
    finish: () => close(machine),
  }
}

const machineFor = (
  rules: readonly Rule[],
  listeners: Listeners,
  { derived, reports }: Matcher,
  options: DetectorOptions,
): Machine => ({
  rules,
  listeners,
  derived,
  reports,
  merger: makeMerger(),
  suppressor: makeSuppressor(options.suppressions ?? []),
  shadow: new Set(options.shadow),
  shadowed: new Map(),
  onHit: options.onHit,
})

const findingsOf = (
  machine: Machine,
  { hits, attempts }: Matched,
  located: LocatedEvent,
): readonly Finding[] => {
  const findings: Finding[] = []
  const basis = { located, events: [idOf(located)] }
  for (const rule of hits) {
    if (machine.reports(rule)) tell(machine, rule, rule.ref, basis, findings)
    correlate(machine, rule, basis, findings)
  }
  for (const rule of attempts) tell(machine, rule, attemptOf(rule.ref), basis, findings)
  return findings
}

/** What `findingsOf` does, with what another thread has read: the event itself only where a finding rests on it. */
const judge = (machine: Machine, carried: CarriedMatch): readonly Finding[] => {
  const findings: Finding[] = []
  let read: Basis | undefined
  const basis = () => (read ??= { located: wholeOf(carried), events: [carried.eventID] })
  for (const hit of carried.hits) {
    const rule = machine.rules[hit[0]]!
    if (machine.reports(rule)) tell(machine, rule, rule.ref, basis(), findings)
    count(machine, rule, hit, carried, (listener, completed) =>
      complete(machine, listener.rule, completed, findings, basis()),
    )
  }
  for (const number of carried.attempts) {
    const rule = machine.rules[number]!
    tell(machine, rule, attemptOf(rule.ref), basis(), findings)
  }
  return findings
}

const count = (
  { listeners }: Machine,
  rule: Rule,
  [, counts]: CarriedHit,
  carried: CarriedMatch,
  onCompleted: (listener: Listener, completed: Completed<Remembered>) => void,
): void => {
  const { time, eventID } = carried
  const counting = listeners.byRule.get(rule.ref.id) ?? []
  for (const [place, key, values] of counts) {
    const listener = counting[place]!
    const item = keptOf(listener.slim, carried)
    const hits = values.map((value) => ({ time, eventID, rule: listener.number, value, item }))
    const completed = listener.correlator.count({ key, time, hits })
    if (completed) onCompleted(listener, completed)
  }
}

/** Reports, unless it is accepted, on trial, or a repeat. */
const tell = (machine: Machine, rule: Rule, ref: RuleRef, basis: Basis, findings: Finding[]): void => {
  const finding = makeFinding(ref, basis)
  if (machine.suppressor.covers(finding)) return
  if (machine.shadow.has(rule.ref.id)) {
    machine.shadowed.set(ref.id, (machine.shadowed.get(ref.id) ?? 0) + 1)
    return
  }
  const merge = rule.own?.merge
  if (merge) {
    const { event } = basis.located
    machine.derived.of(event)
    if (machine.merger.isRepeat(finding, merge, event, machine.derived)) return
  }
  findings.push(finding)
}

/** Tells the correlations that count this rule, and those that count a correlation it completes. */
const correlate = (machine: Machine, rule: Rule, basis: Basis, findings: Finding[]): void => {
  const listeners = machine.listeners.byRule.get(rule.ref.id)
  if (!listeners) return
  const { event } = basis.located
  const time = millisOf(eventTimeOf(event) ?? '')
  if (Number.isNaN(time)) return
  const eventID = idOf(basis.located)
  let slim: SlimBasis | undefined
  for (const listener of listeners) {
    machine.derived.of(event)
    if (listener.slim) slim ??= slimmed(basis)
    const match = {
      rule: listener.number,
      time,
      eventID,
      event,
      subject: machine.derived,
      item: listener.slim ? slim! : basis,
    }
    if (machine.onHit && !listener.rule.sigma.whole) {
      machine.onHit(listener, match)
      continue
    }
    const completed = listener.correlator.add(match)
    if (completed) complete(machine, listener.rule, completed, findings, basis)
  }
}

const locatedIn = (item: Remembered): LocatedEvent => {
  if ('located' in item) return item.located
  return ('carried' in item ? reread(item) : restored(item)).located
}

const complete = (
  machine: Machine,
  rule: Rule,
  { hits, last }: Completed<Remembered>,
  findings: Finding[],
  current?: Basis,
): void => {
  const events = [...new Set(hits.flatMap((hit) => hit.item.events))]
  const located = current && idOf(current.located) === last.eventID ? current.located : locatedIn(last.item)
  const basis = { located, events }
  if (machine.reports(rule)) tell(machine, rule, rule.ref, basis, findings)
  correlate(machine, rule, basis, findings)
}

/** Correlations come after those they count, so windows that end one another are found in one pass. */
const close = (machine: Machine): Closing => {
  const findings: Finding[] = []
  for (const { rule, correlator } of machine.listeners.correlators) {
    for (const completed of correlator.finish()) complete(machine, rule, completed, findings)
  }
  return {
    findings,
    repeats: machine.merger.repeats(),
    suppressed: machine.suppressor.counts(),
    shadowed: Object.fromEntries(machine.shadowed),
    crowded: Object.fromEntries(
      machine.listeners.correlators
        .map(({ rule, correlator }) => [rule.ref.id, correlator.crowdedOut()] as const)
        .filter(([, groups]) => groups > 0),
    ),
  }
}
