import type { CloudTrailEvent } from '../trail/event.ts'
import { eventNamesOf } from './event-names.ts'
import { type Facet, makeFacets } from './facets.ts'
import type { EventRule } from './rules.ts'
import { givenKnown, type Known, knownCall, type Node } from './sigma/node.ts'

/** A rule an event has to be tested against, and the test: what the event's names have answered is left out of it. */
export interface Candidate {
  readonly rule: EventRule
  readonly test: Node['test']
}

/** The rules an event has to be tested against. */
export interface RuleIndex {
  candidates(event: CloudTrailEvent): readonly Candidate[]
}

/** Branches remembered before the memory starts anew: a hostile log may invent event names. */
const MAX_BRANCHES = 20_000

/** The rules left for events of one call, and of one class of each facet asked so far. */
interface Branch {
  readonly candidates: readonly Narrowed[]
  /** What is asked next, when it can answer more. */
  readonly facet: Facet | undefined
  /** By class of the facet. */
  readonly branches: (Branch | undefined)[]
}

interface Narrowed extends Candidate {
  readonly node: Node
}

/**
 * Sorts rules by the calls (eventSource and eventName) they can match, however they say so: literal names, lists,
 * prefixes, negations; then by what `fields` say, whose texts are few. The answer for a call, and for each class of those
 * texts, is worked out once. A rule that asks for none of them costs every event.
 */
export const makeRuleIndex = (rules: readonly EventRule[], fields: readonly string[] = []): RuleIndex => {
  const bySource = new Map<string, Map<string, Branch>>()
  const named = rulesByName(rules)
  const whole = rules.map((rule) => narrowedFrom(rule, rule.compiled.root))
  const facets = makeFacets(
    fields,
    rules.flatMap((rule) => rule.compiled.root.fields),
  )
  let size = 0
  const branchOf = (candidates: readonly Narrowed[], known: Known, asked?: Facet): Branch => {
    if (++size > MAX_BRANCHES) {
      bySource.clear()
      size = 1
    }
    const left = narrowed(candidates, known)
    return { candidates: left, facet: nextFacet(facets, asked, left), branches: [] }
  }
  const learn = (eventSource: string, eventName: string): Branch => {
    const asked = named(eventName).map((rule) => narrowedFrom(rule, rule.compiled.root))
    const branch = branchOf(asked, knownCall({ eventSource, eventName }))
    const names = bySource.get(eventSource) ?? new Map<string, Branch>()
    bySource.set(eventSource, names.set(eventName, branch))
    return branch
  }
  return {
    candidates: (event) => {
      const { eventSource, eventName } = event
      if (typeof eventSource !== 'string' || typeof eventName !== 'string') return whole
      let branch = bySource.get(eventSource)?.get(eventName) ?? learn(eventSource, eventName)
      for (let facet = branch.facet; facet; facet = branch.facet) {
        const number = facet.classIn(event)
        if (number < 0) break
        branch = branch.branches[number] ??= branchOf(branch.candidates, facet.known(number), facet)
      }
      return branch.candidates
    },
  }
}

const narrowedFrom = (rule: EventRule, node: Node): Narrowed => ({ rule, node, test: node.test })

/** The rules that may still match, and what is left of their tests. */
const narrowed = (candidates: readonly Narrowed[], known: Known): readonly Narrowed[] =>
  candidates
    .filter(({ node }) => node.probe(known) !== false)
    .map(({ rule, node }) => narrowedFrom(rule, givenKnown(node, known)))

/** The next of the facets, after the last one asked, that a test which is left asks for. */
const nextFacet = (
  facets: readonly Facet[],
  last: Facet | undefined,
  left: readonly Narrowed[],
): Facet | undefined => {
  const wanted = new Set(left.flatMap(({ node }) => node.fields.map(({ field }) => field)))
  return facets.slice(last ? facets.indexOf(last) + 1 : 0).find(({ field }) => wanted.has(field))
}

/** Rules that name the event, or name none, in the order of loading: a new call must not be put to a thousand rules. */
const rulesByName = (rules: readonly EventRule[]): ((eventName: string) => readonly EventRule[]) => {
  const order = new Map(rules.map((rule, i) => [rule, i]))
  const byName = new Map<string, EventRule[]>()
  const rest: EventRule[] = []
  for (const rule of rules) {
    const names = eventNamesOf(rule)
    if (!names) rest.push(rule)
    for (const name of names ?? []) byName.set(name, [...(byName.get(name) ?? []), rule])
  }
  return (eventName) => {
    const some = byName.get(eventName.toLowerCase())
    return some ? [...some, ...rest].sort((a, b) => order.get(a)! - order.get(b)!) : rest
  }
}

/** Must every event be tested against it, because it asks for no event name? */
export const costsEveryEvent = (rule: EventRule): boolean =>
  rule.compiled.mayMatch({ eventSource: 'none.amazonaws.com', eventName: 'NoSuchCall' })
