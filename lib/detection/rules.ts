import { ContentError, messageOf } from '../errors.ts'
import type { RuleRef } from '../finding.ts'
import { DERIVED_FIELDS } from './derive.ts'
import { type OwnBlock, ownBlockOf } from './own-block.ts'
import { type CompiledRule, compileRule } from './sigma/compile.ts'
import type { SigmaCorrelationRule, SigmaDocument, SigmaEventRule, SigmaFilter } from './sigma/document.ts'
import { parseSigma } from './sigma/parse.ts'

/** A rule over one event, ready to run. */
export interface EventRule {
  readonly kind: 'event'
  readonly ref: RuleRef
  readonly file: string
  readonly sigma: SigmaEventRule
  readonly compiled: CompiledRule
  readonly own: OwnBlock | undefined
}

/** A rule over the hits of others. */
export interface CorrelationRule {
  readonly kind: 'correlation'
  readonly ref: RuleRef
  readonly file: string
  readonly sigma: SigmaCorrelationRule
  /** `ref.id` of each rule it refers to, in the order of `sigma.rules`. */
  readonly bases: readonly string[]
  readonly own: OwnBlock | undefined
}

export type Rule = EventRule | CorrelationRule

export interface RejectedRule {
  readonly file: string
  readonly line?: number
  readonly message: string
}

export interface LoadedRules {
  readonly rules: readonly Rule[]
  /** Documents that cannot be used. The others are loaded all the same. */
  readonly rejected: readonly RejectedRule[]
  /** Good rules of other log sources, counted by log source. */
  readonly ignored: Readonly<Record<string, number>>
  /** Rules of packs that were not asked for, counted by pack. */
  readonly packs: Readonly<Record<string, number>>
}

export interface LoadOptions {
  /** Values of `%name%` placeholders. A rule that names one not given is rejected. */
  readonly placeholders?: Readonly<Record<string, readonly string[]>>
  /** Packs to load; rules of no pack always are. */
  readonly packs?: readonly string[]
}

/**
 * Loads Sigma files, ours and any other folder's. Never throws: what cannot be used is returned with file, line and
 * reason, rules of other log sources are counted, a second rule of the same id is rejected.
 */
export const loadRules = (
  files: readonly { readonly path: string; readonly text: string }[],
  options: LoadOptions = {},
): LoadedRules => {
  const loading = newLoading(options)
  const documents = files.flatMap((file) => {
    const parsed = parseSigma(file.path, file.text)
    for (const error of parsed.errors) loading.reject(error)
    return parsed.documents
  })
  const filters = documents.filter((document) => document.kind === 'filter')
  for (const document of documents) {
    if (document.kind === 'event') {
      loading.attempt(document.file, () => loadEventRule(loading, document, filters))
    }
  }
  loadCorrelations(
    loading,
    documents.filter((document) => document.kind === 'correlation'),
  )
  for (const filter of filters) checkFilter(loading, filter)
  const { rejected, ignored, packs } = loading
  return { rules: [...loading.rules.values()], rejected, ignored, packs }
}

interface Loading {
  readonly rules: Map<string, Rule>
  readonly rejected: RejectedRule[]
  readonly ignored: Record<string, number>
  readonly packs: Record<string, number>
  readonly wantedPacks: ReadonlySet<string>
  /** Ids, names and titles of ignored rules: a correlation over them is ignored too. */
  readonly ignoredNames: Set<string>
  readonly placeholders: ReadonlyMap<string, readonly string[]>
  reject(error: ContentError): void
  attempt(file: string, load: () => void): void
}

const newLoading = ({ placeholders = {}, packs = [] }: LoadOptions): Loading => {
  const rejected: RejectedRule[] = []
  const reject = (error: ContentError) => {
    const prefix = error.line ? `${error.file}:${error.line}: ` : `${error.file}: `
    const message = error.message.startsWith(prefix) ? error.message.slice(prefix.length) : error.message
    rejected.push({ file: error.file, ...(error.line && { line: error.line }), message })
  }
  return {
    rules: new Map(),
    rejected,
    ignored: {},
    packs: {},
    wantedPacks: new Set(packs),
    ignoredNames: new Set(),
    placeholders: new Map(Object.entries(placeholders)),
    reject,
    attempt: (file, load) => {
      try {
        load()
      } catch (error) {
        reject(
          error instanceof ContentError ? error : new ContentError(file, messageOf(error), { cause: error }),
        )
      }
    },
  }
}

const loadEventRule = (loading: Loading, sigma: SigmaEventRule, filters: readonly SigmaFilter[]): void => {
  const foreign = otherLogSource(sigma)
  if (foreign) {
    loading.ignored[foreign] = (loading.ignored[foreign] ?? 0) + 1
    for (const name of namesOf(sigma)) loading.ignoredNames.add(name)
    return
  }
  const own = ownBlockOf(sigma)
  if (own?.pack && !loading.wantedPacks.has(own.pack)) {
    loading.packs[own.pack] = (loading.packs[own.pack] ?? 0) + 1
    for (const name of namesOf(sigma, own.id)) loading.ignoredNames.add(name)
    return
  }
  const ref = refOf(sigma, own)
  const compiled = compileRule(sigma, {
    placeholders: loading.placeholders,
    derivedFields: DERIVED_FIELDS,
    filters: filters.filter((filter) => speaksOf(filter, sigma, ref.id)),
  })
  add(loading, { kind: 'event', ref, file: sigma.file, sigma, compiled, own })
}

/** Does the filter name the rule, and does the rule's log source lie in the filter's? */
const speaksOf = (filter: SigmaFilter, rule: SigmaEventRule, id: string): boolean =>
  !otherLogSource(filter) &&
  (filter.rules === 'any' || namesOf(rule, id).some((name) => filter.rules.includes(name)))

/** A filter that misses its rule, or names a correlation, would silently do nothing. */
const checkFilter = (loading: Loading, filter: SigmaFilter): void => {
  const foreign = otherLogSource(filter)
  if (foreign) {
    loading.ignored[foreign] = (loading.ignored[foreign] ?? 0) + 1
    return
  }
  if (filter.rules === 'any') return
  const events = [...loading.rules.values()].filter((rule) => rule.kind === 'event')
  const known = new Set(events.flatMap((rule) => namesOf(rule.sigma, rule.ref.id)))
  const missing = filter.rules.filter((name) => !known.has(name) && !loading.ignoredNames.has(name))
  if (missing.length === 0) return
  const message = `filter: expected ids, names or titles of event rules, found none called ${missing.join(', ')}`
  loading.reject(new ContentError(filter.file, message, { line: filter.detectionLine }))
}

/** `product/service` of a rule that is not for CloudTrail, else `undefined`. */
const otherLogSource = ({ logsource }: SigmaEventRule | SigmaFilter): string | undefined => {
  const { product, service, category } = logsource
  if (product === 'aws' && (service ?? 'cloudtrail') === 'cloudtrail') return undefined
  return [product ?? 'any product', service ?? category].filter(Boolean).join('/')
}

const add = (loading: Loading, rule: Rule): void => {
  const first = loading.rules.get(rule.ref.id)
  if (first) {
    throw new ContentError(
      rule.file,
      `a rule with the id ${rule.ref.id} is already loaded from ${first.file}`,
      {
        line: rule.sigma.line,
      },
    )
  }
  loading.rules.set(rule.ref.id, rule)
}

const refOf = (sigma: SigmaDocument, own: OwnBlock | undefined): RuleRef => ({
  id: own?.id ?? sigma.id ?? sigma.name ?? slugOf(sigma.title),
  title: sigma.title,
  level: sigma.level,
  tags: sigma.tags,
  ...(own?.playbook && { playbook: own.playbook }),
})

const slugOf = (title: string): string =>
  title
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')

/** A correlation may refer to another one, so those that can be resolved are loaded until none is left. */
const loadCorrelations = (loading: Loading, correlations: readonly SigmaCorrelationRule[]): void => {
  let pending = correlations
  while (pending.length > 0) {
    const waiting = pending.filter((sigma) => !loadCorrelation(loading, sigma))
    if (waiting.length === pending.length) break
    pending = waiting
  }
  for (const sigma of pending) rejectUnresolved(loading, sigma)
}

const loadCorrelation = (loading: Loading, sigma: SigmaCorrelationRule): boolean => {
  const bases = sigma.rules.map((reference) => resolve(loading, sigma, reference))
  if (bases.includes(undefined)) return false
  loading.attempt(sigma.file, () => {
    const own = ownBlockOf(sigma)
    const ref = refOf(sigma, own)
    add(loading, {
      kind: 'correlation',
      ref,
      file: sigma.file,
      sigma,
      bases: bases as readonly string[],
      own,
    })
  })
  return true
}

const rejectUnresolved = (loading: Loading, sigma: SigmaCorrelationRule): void => {
  const missing = sigma.rules.filter((reference) => resolve(loading, sigma, reference) === undefined)
  if (missing.every((reference) => loading.ignoredNames.has(reference))) {
    const reason = 'correlation over other log sources'
    loading.ignored[reason] = (loading.ignored[reason] ?? 0) + 1
    return
  }
  const message = `correlation: no loaded rule has the id, name or title ${missing.join(', ')}`
  loading.reject(new ContentError(sigma.file, message, { line: sigma.line }))
}

/** By id, name or title; a rule of the same file first. */
const resolve = (loading: Loading, from: SigmaCorrelationRule, reference: string): string | undefined => {
  const named = [...loading.rules.values()].filter((rule) =>
    namesOf(rule.sigma, rule.ref.id).includes(reference),
  )
  return (named.find((rule) => rule.file === from.file) ?? named[0])?.ref.id
}

/** Everything a correlation may call a rule by, best first. */
export const namesOf = (sigma: SigmaDocument, id?: string): readonly string[] =>
  [id, sigma.id, sigma.name, sigma.title].filter((name): name is string => name !== undefined)
