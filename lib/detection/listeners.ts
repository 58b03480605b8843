import type { CarriedBasis } from './carried.ts'
import type { Basis } from './make-finding.ts'
import { type CorrelationRule, namesOf, type Rule } from './rules.ts'
import { makeCorrelator } from './sigma/correlation.ts'
import { type Correlator, hitReader, type Reader } from './sigma/hits.ts'
import { maySlim, type SlimBasis } from './slim.ts'

/** What a correlation keeps of a hit. */
export type Remembered = Basis | SlimBasis | CarriedBasis

/** A correlation that counts the hits of a rule, as its rule number `number`. */
export interface Listener {
  readonly rule: CorrelationRule
  readonly correlator: Correlator<Remembered>
  readonly number: number
  /** Hits are kept without the request and the answer. */
  readonly slim: boolean
  /** Group and hits of a match. */
  readonly read: Reader<Remembered>
}

export interface Listeners {
  /** Who counts the hits of a rule, by its id. */
  readonly byRule: ReadonlyMap<string, readonly Listener[]>
  /** In the order of loading: a correlation comes after those it counts. */
  readonly correlators: readonly Pick<Listener, 'rule' | 'correlator'>[]
}

/** Gives every correlation its memory, and every rule those who count it. */
export const listenersOf = (rules: readonly Rule[]): Listeners => {
  const byId = new Map(rules.map((rule) => [rule.ref.id, rule]))
  const byRule = new Map<string, Listener[]>()
  const counted = new Set(rules.flatMap((rule) => (rule.kind === 'correlation' ? rule.bases : [])))
  const correlators = rules
    .filter((rule) => rule.kind === 'correlation')
    .map((rule) => {
      const names = namesFor(rule, byId)
      const correlator = makeCorrelator<Remembered>(rule.sigma, names)
      const read = hitReader<Remembered>(rule.sigma, names)
      const slim = maySlim(rule, counted.has(rule.ref.id))
      rule.bases.forEach((id, number) => {
        byRule.set(id, [...(byRule.get(id) ?? []), { rule, correlator, number, slim, read }])
      })
      return { rule, correlator }
    })
  return { byRule, correlators }
}

const namesFor = (rule: CorrelationRule, byId: ReadonlyMap<string, Rule>): readonly (readonly string[])[] =>
  rule.bases.map((id, i) => {
    const base = byId.get(id)
    return [rule.sigma.rules[i]!, ...(base ? namesOf(base.sigma, id) : [])]
  })

/**
 * Sigma lets a correlation speak for the rules it refers to, unless it says `generate: true`. Only those written in its
 * own file: a folder added later must not turn off rules that were there before.
 */
export const silencedBy = (rules: readonly Rule[]): ReadonlySet<string> => {
  const byId = new Map(rules.map((rule) => [rule.ref.id, rule]))
  const silent = rules
    .filter((rule) => rule.kind === 'correlation')
    .filter((correlation) => !correlation.sigma.generate)
  return new Set(
    silent.flatMap((correlation) =>
      correlation.bases.filter((id) => byId.get(id)?.file === correlation.file),
    ),
  )
}
