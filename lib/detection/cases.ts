import type { CloudTrailEvent } from '../trail/event.ts'
import { makeDetector } from './detect.ts'
import type { RuleCase } from './own-block.ts'
import type { Rule } from './rules.ts'

export interface CaseResult {
  /** `ref.id` and file of the rule. */
  readonly rule: string
  readonly file: string
  readonly case: string
  readonly expected: boolean
  readonly fired: boolean
  readonly ok: boolean
}

/** What a case need not write out: an event that says otherwise wins. */
const COMMON = {
  eventVersion: '1.11',
  eventTime: '2026-01-01T00:00:00Z',
  awsRegion: 'us-east-1',
  recipientAccountId: '111122223333',
  eventType: 'AwsApiCall',
  eventCategory: 'Management',
  managementEvent: true,
}

/**
 * Runs the cases that belong to rules: each on a fresh detector, with the rules a correlation refers to. Events are
 * filled up with an id, a time, a Region and the account 111122223333 where they leave them out.
 */
export const runCases = (rules: readonly Rule[], ids?: ReadonlySet<string>): readonly CaseResult[] =>
  rules
    .filter((rule) => !ids || ids.has(rule.ref.id))
    .flatMap((rule) => (rule.own?.cases ?? []).map((one) => runCase(rules, rule, one)))

const runCase = (rules: readonly Rule[], rule: Rule, one: RuleCase): CaseResult => {
  const detector = makeDetector(withBases(rules, rule), { knownAccounts: one.knownAccounts })
  const streamed = one.events.flatMap((event, index) =>
    detector.detect({ event: completed(event, index), key: rule.file, index }),
  )
  const findings = [...streamed, ...detector.finish().findings]
  const fired = findings.some((finding) => finding.rule.id === rule.ref.id)
  return {
    rule: rule.ref.id,
    file: rule.file,
    case: one.name,
    expected: one.fires,
    fired,
    ok: fired === one.fires,
  }
}

const completed = (event: CloudTrailEvent, index: number): CloudTrailEvent => ({
  ...COMMON,
  eventID: `case-${index}`,
  ...event,
})

const withBases = (rules: readonly Rule[], rule: Rule): readonly Rule[] => {
  if (rule.kind === 'event') return [rule]
  const bases = rules.filter((other) => rule.bases.includes(other.ref.id))
  return [rule, ...new Set(bases.flatMap((base) => withBases(rules, base)))]
}
