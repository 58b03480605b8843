import { atLeast, type Level } from '../finding.ts'
import type { CloudTrailEvent } from '../trail/event.ts'
import { asIfSucceeded, wasDenied } from './attempt.ts'
import { type Derived, makeDerived } from './derive.ts'
import { FACET_FIELDS } from './facets.ts'
import { makeRuleIndex, type RuleIndex } from './index.ts'
import { type Listeners, silencedBy } from './listeners.ts'
import type { EventRule, Rule } from './rules.ts'

/** The rules an event matches. */
export interface Matched {
  readonly hits: readonly EventRule[]
  /** Rules that a denied call would have matched, had it taken effect. */
  readonly attempts: readonly EventRule[]
}

/** Puts events to rules. Remembers nothing of them, so any thread may do it. */
export interface Matcher {
  /** Nothing, for most events. Never throws for what an event holds. */
  match(event: CloudTrailEvent): Matched | undefined
  /** Of the event that was matched last. */
  readonly derived: Derived
  /** Does the rule report what it finds? Not below the floor, nor where a correlation speaks for it. */
  readonly reports: (rule: Rule) => boolean
}

export interface MatcherOptions {
  /** Own and trusted accounts, 12 digits: sharing with them is not sharing outside. */
  readonly knownAccounts?: Iterable<string>
  /** Findings of lower levels are left out; correlations still see the hits of such rules. */
  readonly minLevel?: Level
  /** Report denied calls that would have been a finding, one level lower, as `<rule>-attempted`. */
  readonly attempts?: boolean
}

const NONE: readonly EventRule[] = []

export const makeMatcher = (
  rules: readonly Rule[],
  listeners: Listeners,
  options: MatcherOptions = {},
): Matcher => {
  const derived = makeDerived(options.knownAccounts)
  const floor = options.minLevel ?? 'informational'
  const reports = reporters(rules, floor)
  const watched = (rule: Rule) => reports(rule) || listeners.byRule.has(rule.ref.id)
  const index = indexFor(rules, watched, floor)
  const subject = asIfSucceeded(derived)
  const attemptsIn = (event: CloudTrailEvent, rest: readonly EventRule[]) =>
    rest.filter((rule) => reports(rule) && rule.compiled.matches(event, subject))
  return {
    derived,
    reports,
    match: (event) => {
      const candidates = index.candidates(event)
      if (candidates.length === 0) return undefined
      derived.of(event)
      let hits: EventRule[] | undefined
      for (let i = 0; i < candidates.length; i++) {
        const { rule, test } = candidates[i]!
        if (!test(event, derived)) continue
        if (hits) hits.push(rule)
        else hits = [rule]
      }
      if (!options.attempts || !wasDenied(event)) return hits && { hits, attempts: NONE }
      const rest = candidates.map(({ rule }) => rule).filter((rule) => !hits?.includes(rule))
      const attempts = attemptsIn(event, rest)
      return hits || attempts.length > 0 ? { hits: hits ?? NONE, attempts } : undefined
    },
  }
}

const reporters = (rules: readonly Rule[], floor: Level): ((rule: Rule) => boolean) => {
  const silenced = silencedBy(rules)
  const reported = new Set(
    rules.filter((rule) => atLeast(rule.ref.level, floor) && !silenced.has(rule.ref.id)),
  )
  return (rule) => reported.has(rule)
}

/** What an index has learned of calls holds for every detector of the same rules: a function makes one for each delivery. */
const indexes = new WeakMap<readonly Rule[], Map<Level, RuleIndex>>()

const indexFor = (rules: readonly Rule[], watched: (rule: Rule) => boolean, floor: Level): RuleIndex => {
  const byLevel = indexes.get(rules) ?? new Map<Level, RuleIndex>()
  indexes.set(rules, byLevel)
  const known = byLevel.get(floor)
  if (known) return known
  const eventRules = rules.filter((rule) => rule.kind === 'event')
  const index = makeRuleIndex(eventRules.filter(watched), FACET_FIELDS)
  byLevel.set(floor, index)
  return index
}
