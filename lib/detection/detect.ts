import { atLeast, type Finding, type Level, type RuleRef } from '../finding.ts'
import type { LocatedEvent } from '../ports.ts'
import { eventTimeOf } from '../trail/event.ts'
import { millisOf } from '../trail/time.ts'
import { asIfSucceeded, attemptOf, wasDenied } from './attempt.ts'
import { type Derived, makeDerived } from './derive.ts'
import { makeRuleIndex, type RuleIndex } from './index.ts'
import { type Listener, type Listeners, listenersOf, type Remembered, silencedBy } from './listeners.ts'
import { type Basis, idOf, makeFinding } from './make-finding.ts'
import { type Merger, makeMerger, type Repeats } from './repeats.ts'
import type { CorrelationRule, EventRule, Rule } from './rules.ts'
import type { Completed, Match } from './sigma/hits.ts'
import { restored, type SlimBasis, slimmed } from './slim.ts'
import { makeSuppressor, type Suppressed, type Suppression, type Suppressor } from './suppress.ts'

export interface DetectorOptions {
  /** Own and trusted accounts, 12 digits: sharing with them is not sharing outside. */
  readonly knownAccounts?: Iterable<string>
  /** Findings of lower levels are left out; correlations still see the hits of such rules. */
  readonly minLevel?: Level
  /** Report denied calls that would have been a finding, one level lower, as `<rule>-attempted`. */
  readonly attempts?: boolean
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
  const machine = machineFor(rules, options)
  const { derived } = machine
  const index = indexFor(rules, machine, options.minLevel ?? 'informational')
  return {
    detect: (located) => {
      const { event } = located
      const candidates = index.candidates(event)
      if (candidates.length === 0) return NONE
      derived.of(event)
      let hits: EventRule[] | undefined
      for (let i = 0; i < candidates.length; i++) {
        const { rule, test } = candidates[i]!
        if (!test(event, derived)) continue
        if (hits) hits.push(rule)
        else hits = [rule]
      }
      const findings = hits ? findingsOf(machine, hits, located) : NONE
      if (!options.attempts || !wasDenied(event)) return findings
      const rest = candidates.map(({ rule }) => rule).filter((rule) => !hits?.includes(rule))
      return [...findings, ...attemptsOf(machine, rest, located)]
    },
    completed: (rule, window) => {
      const findings: Finding[] = []
      complete(machine, rule, window, findings)
      return findings
    },
    finish: () => close(machine),
  }
}

/** What an index has learned of calls holds for every detector of the same rules: a function makes one for each delivery. */
const indexes = new WeakMap<readonly Rule[], Map<Level, RuleIndex>>()

const indexFor = (rules: readonly Rule[], machine: Machine, floor: Level): RuleIndex => {
  const byLevel = indexes.get(rules) ?? new Map<Level, RuleIndex>()
  indexes.set(rules, byLevel)
  const known = byLevel.get(floor)
  if (known) return known
  const watched = (rule: Rule) => machine.reports(rule) || machine.listeners.byRule.has(rule.ref.id)
  const index = makeRuleIndex(rules.filter((rule) => rule.kind === 'event').filter(watched))
  byLevel.set(floor, index)
  return index
}

const machineFor = (rules: readonly Rule[], options: DetectorOptions): Machine => {
  const floor = options.minLevel ?? 'informational'
  const silenced = silencedBy(rules)
  const reported = new Set(
    rules.filter((rule) => atLeast(rule.ref.level, floor) && !silenced.has(rule.ref.id)),
  )
  return {
    derived: makeDerived(options.knownAccounts),
    listeners: listenersOf(rules),
    reports: (rule) => reported.has(rule),
    merger: makeMerger(),
    suppressor: makeSuppressor(options.suppressions ?? []),
    shadow: new Set(options.shadow),
    shadowed: new Map(),
    onHit: options.onHit,
  }
}

const findingsOf = (
  machine: Machine,
  hits: readonly EventRule[],
  located: LocatedEvent,
): readonly Finding[] => {
  const findings: Finding[] = []
  const basis = { located, events: [idOf(located)] }
  for (const rule of hits) {
    if (machine.reports(rule)) tell(machine, rule, rule.ref, basis, findings)
    correlate(machine, rule, basis, findings)
  }
  return findings
}

/** Rules that the denied call would have matched, had it taken effect. */
const attemptsOf = (
  machine: Machine,
  rules: readonly EventRule[],
  located: LocatedEvent,
): readonly Finding[] => {
  const findings: Finding[] = []
  const basis = { located, events: [idOf(located)] }
  const subject = asIfSucceeded(machine.derived)
  machine.derived.of(located.event)
  for (const rule of rules) {
    if (!machine.reports(rule) || !rule.compiled.matches(located.event, subject)) continue
    tell(machine, rule, attemptOf(rule.ref), basis, findings)
  }
  return findings
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

const locatedIn = (item: Remembered): LocatedEvent => ('located' in item ? item : restored(item)).located

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
