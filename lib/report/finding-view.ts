import { type Finding, LEVELS, type Level, type Origin } from '../finding.ts'
import type { Identity } from '../trail/event.ts'
import type { IntegrityReport } from '../verdict.ts'
import { jsonText } from './escape.ts'
import { logEvidence, type Tone } from './evidence.ts'
import { callOf, capital, clip, compare } from './format.ts'

/** A finding as the report tells it. Texts are clipped, not escaped: the renderer escapes. */
export interface FindingView {
  /** Number in the report, from 1. */
  readonly number: number
  readonly id: string
  readonly level: Level
  readonly title: string
  readonly ruleId: string
  readonly time: string
  readonly who: string
  readonly whoType: string
  readonly whoDetail: string
  readonly accessKey: string
  readonly call: string
  readonly errorCode: string
  readonly from: string
  readonly userAgent: string
  /** Country, provider: empty when no database of networks knows. */
  readonly origin: string
  readonly account: string
  readonly region: string
  readonly resources: Shortened
  readonly key: string
  readonly index: number
  readonly evidence: { readonly words: string; readonly tone: Tone }
  readonly events: Shortened
  readonly tags: readonly string[]
  readonly notes: readonly string[]
}

/** The first few of a list, and how many there are beyond. */
export interface Shortened {
  readonly shown: readonly string[]
  readonly more: number
}

/** Highest level first, from LEVELS. */
export const LEVELS_DOWN: readonly Level[] = [...LEVELS].reverse()

/** Highest level first, then by time, then by id: the same order whatever order the findings came in. */
export const inReportOrder = (findings: readonly Finding[]): Finding[] =>
  [...findings].sort(
    (a, b) =>
      rank(a) - rank(b) ||
      compare(a.time, b.time) ||
      compare(a.id, b.id) ||
      compare(a.source.key, b.source.key),
  )

const rank = (finding: Finding): number => LEVELS_DOWN.indexOf(finding.rule.level)

/** Reads a finding for the report. */
export const findingView = (
  finding: Finding,
  number: number,
  integrity: IntegrityReport | undefined,
): FindingView => {
  const { rule, event, actor, source } = finding
  return {
    number,
    id: clip(finding.id, 200),
    level: rule.level,
    title: clip(rule.title, 200),
    ruleId: clip(rule.id, 120),
    time: finding.time,
    who: clip(whoOf(actor), 120),
    whoType: TYPES[actor.type] ?? clip(actor.type, 40),
    whoDetail: clip(actor.arn || actor.actor, 300),
    accessKey: clip(actor.accessKeyId, 60),
    call: clip(callOf(event.eventSource, event.eventName), 120),
    errorCode: clip(event.errorCode ?? '', 80),
    from: clip(event.sourceIPAddress, 120),
    userAgent: clip(event.userAgent, 160),
    origin: originText(finding.origin),
    account: clip(event.recipientAccountId, 40),
    region: clip(event.awsRegion, 40),
    resources: shorten(finding.resources, 8),
    key: clip(source.key, 600),
    index: source.index,
    evidence: logEvidence(integrity, source.key),
    events: shorten(finding.events, 12),
    tags: rule.tags.slice(0, 12).map((tag) => clip(tag, 60)),
    notes: (finding.notes ?? []).slice(0, 8).map((note) => clip(note, 600)),
  }
}

/** `DE, AS64496 Example Net`; empty when nothing is known. */
export const originText = ({ country, asn, organization }: Origin = {}): string => {
  const provider = [asn && `AS${asn}`, organization && clip(organization, 60)].filter(Boolean).join(' ')
  return [country, provider].filter(Boolean).join(', ')
}

/** The event as delivered, as JSON text of at most 8,000 characters. */
export const rawEvent = (finding: Finding): string => jsonText(finding.raw, 8_000)

const TYPES: Readonly<Record<string, string>> = {
  IAMUser: 'IAM user',
  AssumedRole: 'role session',
  Root: 'root user',
  AWSService: 'AWS service',
  AWSAccount: 'other AWS account',
  FederatedUser: 'federated user',
  IdentityCenterUser: 'Identity Center user',
  SAMLUser: 'SAML user',
  WebIdentityUser: 'web identity',
  Unknown: 'unknown identity',
}

/** The shortest name that tells people who it was. */
export const whoOf = (actor: Identity): string =>
  actor.name || actor.invokedBy || actor.actor || actor.accountId || 'unknown'

const shorten = (values: readonly string[], max: number): Shortened => ({
  shown: values.slice(0, max).map((value) => clip(value, 300)),
  more: Math.max(0, values.length - max),
})

/** `attack.t1562.008` -> `T1562.008`, `attack.defense-evasion` -> `Defense evasion`; other tags stay as they are. */
export const tagLabel = (tag: string): string => {
  const name = /^attack\.([a-z0-9._-]+)$/i.exec(tag)?.[1]
  if (!name) return tag
  if (/^[tsg]\d{4}/i.test(name)) return name.toUpperCase()
  return capital(name.replaceAll(/[-_]/g, ' '))
}
