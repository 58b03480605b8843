import { API_NAMES } from './api-names.ts'
import { costsEveryEvent } from './index.ts'
import type { EventRule, Rule } from './rules.ts'
import { SCHEMA_FIELDS, VALUES } from './schema.ts'
import { alternativesOf, type Line } from './sigma/lines.ts'
import { parsePattern } from './sigma/pattern.ts'

/** `error`: the rule, or a part of it, can never match. `warning`: it costs or says less than it should. */
export interface Lint {
  readonly rule: string
  readonly file: string
  readonly line: number
  readonly severity: 'error' | 'warning'
  readonly code: string
  readonly message: string
}

type Report = (severity: Lint['severity'], code: string, message: string) => void

/** Holds rules against CloudTrail's schema and against what a good rule says about itself. */
export const lintRules = (rules: readonly Rule[]): readonly Lint[] => {
  const counted = new Set(rules.flatMap((rule) => (rule.kind === 'correlation' ? rule.bases : [])))
  return rules.flatMap((rule) => {
    const found: Lint[] = []
    const line = rule.kind === 'event' ? rule.sigma.detectionLine : rule.sigma.line
    const report: Report = (severity, code, message) =>
      found.push({ rule: rule.ref.id, file: rule.file, line, severity, code, message })
    if (rule.kind === 'event') lintDetection(rule, report)
    if (!counted.has(rule.ref.id) || rule.own) lintHead(rule, report)
    return found
  })
}

const lintDetection = (rule: EventRule, report: Report): void => {
  for (const [name, selection] of rule.sigma.selections) {
    for (const lines of alternativesOf(selection)) {
      for (const line of lines ?? []) lintLine(name, line, report)
      lintCalls(name, lines ?? [], report)
    }
  }
  if (costsEveryEvent(rule)) {
    report('warning', 'no-event-name', 'no eventName must match: the rule is tested against every event')
  }
}

const lintLine = (selection: string, { field, modifiers, values }: Line, report: Report): void => {
  const where = `${selection}: ${field}`
  if (!isKnown(field)) report('error', 'unknown-field', `${where}: CloudTrail has no such field`)
  const operators = modifiers.filter((name) => name !== 'cased' && name !== 'all')
  const allowed = VALUES[field]
  if (!allowed || operators.length > 0) return
  for (const value of values) {
    if (typeof value === 'object' || isPattern(String(value))) continue
    if (!allowed.shape.test(String(value))) {
      report(
        'error',
        'impossible-value',
        `${where}: ${JSON.stringify(value)} cannot occur; expected ${allowed.expected}`,
      )
    }
  }
}

/** A name of another service beside an eventSource: IAM actions are not quite the calls, so only what another service has is told. */
const lintCalls = (selection: string, lines: readonly Line[], report: Report): void => {
  const sources = literalsOf(lines, 'eventSource').map(serviceOf)
  if (sources.length === 0 || !sources.every((service) => NAMES.has(service))) return
  for (const name of literalsOf(lines, 'eventName')) {
    const call = name.toLowerCase().replace(VERSION, '')
    if (sources.some((service) => NAMES.get(service)!.has(call))) continue
    const others = [...NAMES].filter(([, names]) => names.has(call)).map(([service]) => service)
    if (others.length === 0) continue
    const message = `${selection}: ${name} is a call of ${others.join(', ')}, not of ${sources.join(', ')}: the two together look like a mistake`
    report('warning', 'other-service', message)
  }
}

/** Lambda's events end in the version of the API: CreateFunction20150331. */
const VERSION = /20\d{6}(?:v\d)?$/

const NAMES: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries(API_NAMES).map(([service, names]) => [service, new Set(names.toLowerCase().split(' '))]),
)

const serviceOf = (source: string): string => source.toLowerCase().replace(/\.amazonaws\.com$/, '')

/** Plain values that the field is compared with. */
const literalsOf = (lines: readonly Line[], field: string): readonly string[] =>
  lines
    .filter((line) => line.field === field && line.modifiers.every((name) => name === 'cased'))
    .flatMap(({ values }) => values)
    .filter((value): value is string => typeof value === 'string' && !isPattern(value))

const isPattern = (value: string): boolean => parsePattern(value).some((token) => typeof token !== 'string')

/** A path is known when it, or what it lies in, is; what a request holds is each service's own. */
const isKnown = (field: string): boolean => {
  const segments = field.split('.')
  return segments.some((_, i) => {
    const known = SCHEMA_FIELDS.get(segments.slice(0, i + 1).join('.'))
    return (
      known === 'open' ||
      (known === 'value' && i === segments.length - 1) ||
      (known === 'map' && i === segments.length - 1)
    )
  })
}

const lintHead = (rule: Rule, report: Report): void => {
  const { raw, description } = rule.sigma
  if (raw['level'] === undefined) report('warning', 'no-level', 'no level: it counts as medium')
  if (!description) report('warning', 'no-description', 'no description')
  if (!rule.ref.tags.some((tag) => /^attack\.t\d/.test(tag))) {
    report('warning', 'no-technique', 'no tag names an ATT&CK technique')
  }
  if (!Array.isArray(raw['falsepositives'])) report('warning', 'no-false-positives', 'no falsepositives')
  const cases = rule.own?.cases ?? []
  if (!cases.some(({ fires }) => fires)) report('warning', 'no-case', 'no case on which it must fire')
  if (!cases.some(({ fires }) => !fires))
    report('warning', 'no-silent-case', 'no case on which it must stay silent')
}
