import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { learningDetector } from '../../lib/detection/baseline/learning.ts'
import { withRepeats } from '../../lib/detection/repeats.ts'
import { loadRules } from '../../lib/detection/rules.ts'
import { atLeast, type Finding, type Level } from '../../lib/finding.ts'
import { type CloudTrailEvent, eventIdOf } from '../../lib/trail/event.ts'
import { parseLogFile } from '../../lib/trail/log-file.ts'
import { shippedRuleFiles } from '../support/shipped-rules.ts'

const DATA = new URL('../../../shared/data/', import.meta.url)
const { rules } = loadRules(shippedRuleFiles())

const eventsOf = (file: URL): readonly CloudTrailEvent[] =>
  parseLogFile(readFileSync(file)).events.map(({ event }) => event)

const below = (folder: URL): readonly CloudTrailEvent[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.json.gz') && !entry.name.includes('Digest'))
    .map((entry) => new URL(`file://${entry.parentPath}/${entry.name}`))
    .sort((a, b) => (a.href < b.href ? -1 : 1))
    .flatMap(eventsOf)

const once = (events: readonly CloudTrailEvent[]): readonly CloudTrailEvent[] => [
  ...new Map(events.map((event) => [eventIdOf(event), event])).values(),
]

const detect = (
  events: readonly CloudTrailEvent[],
  knownAccounts: readonly string[] = [],
): readonly Finding[] => {
  const detector = learningDetector(rules, { knownAccounts })
  const told = events.flatMap((event, index) => detector.detect({ event, key: 'k', index }))
  const { findings, repeats } = detector.finish()
  return withRepeats([...told, ...findings], repeats)
}

const rulesOf = (findings: readonly Finding[]): readonly string[] =>
  [...new Set(findings.map((finding) => finding.rule.id))].sort()

/** What fires on each technique, looked at one by one. An empty list would be a technique that is missed. */
const TECHNIQUES: Readonly<Record<string, readonly string[]>> = {
  'credential-access.ec2-get-password-data': [
    'ec2-password-data-harvested',
    'ec2-password-data-retrieved',
    'iam-call-denied-in-burst',
  ],
  'credential-access.ec2-steal-instance-credentials': ['ssm-command-sent'],
  'credential-access.secretsmanager-batch-retrieve-secrets': ['secretsmanager-secrets-batch-read'],
  'credential-access.secretsmanager-retrieve-secrets': [
    'secretsmanager-secrets-harvested',
    'secretsmanager-secrets-listed-and-read',
  ],
  'credential-access.ssm-retrieve-securestring-parameters': [
    'ssm-parameters-decrypted',
    'ssm-parameters-harvested',
  ],
  'defense-evasion.cloudtrail-delete': ['cloudtrail-trail-stopped'],
  'defense-evasion.cloudtrail-event-selectors': ['cloudtrail-event-selectors-narrowed'],
  'defense-evasion.cloudtrail-stop': ['cloudtrail-trail-stopped'],
  'defense-evasion.dns-delete-logs': ['route53-query-logging-deleted'],
  'defense-evasion.organizations-leave': ['organizations-guardrail-removed'],
  'defense-evasion.vpc-remove-flow-logs': ['vpc-flow-logs-deleted'],
  'discovery.ec2-download-user-data': [
    'ec2-user-data-harvested',
    'ec2-user-data-read',
    'iam-call-denied-in-burst',
  ],
  'execution.ec2-launch-unusual-instances': ['ec2-large-instances-launched'],
  'execution.ec2-user-data': ['ec2-startup-script-executed', 'ec2-user-data-changed'],
  'execution.ssm-send-command': ['ssm-command-fanned-out', 'ssm-command-sent'],
  'execution.ssm-start-session': ['ec2-shells-opened-widely', 'ssm-session-started'],
  'exfiltration.ec2-security-group-open-port-22-ingress': ['ec2-security-group-opened'],
  'exfiltration.ec2-share-ami': ['ec2-snapshot-shared'],
  'exfiltration.ec2-share-ebs-snapshot': ['ec2-snapshot-shared'],
  'exfiltration.rds-share-snapshot': ['ec2-snapshot-shared'],
  'impact.bedrock-invoke-model': ['bedrock-model-access-enabled'],
  'initial-access.console-login-without-mfa': ['signin-mfa-skipped'],
  'lateral-movement.ec2-instance-connect': ['ec2-shells-opened-widely', 'ssm-session-started'],
  'lateral-movement.ec2-serial-console-send-ssh-public-key': [
    'ec2-shells-opened-widely',
    'ssm-session-started',
  ],
  'persistence.iam-backdoor-role': ['iam-rights-changed-by-key', 'iam-role-trust-opened'],
  'persistence.iam-backdoor-user': ['iam-access-key-created'],
  'persistence.iam-create-admin-user': [
    'iam-access-key-created',
    'iam-admin-policy-attached',
    'iam-administrator-created',
    'iam-rights-changed-by-key',
    'iam-user-created',
  ],
  'persistence.iam-create-backdoor-role': [
    'iam-admin-policy-attached',
    'iam-rights-changed-by-key',
    'iam-role-trust-opened',
  ],
  'persistence.iam-create-user-login-profile': ['iam-console-password-set'],
  'persistence.lambda-backdoor-function': ['lambda-function-opened'],
  'persistence.lambda-layer-extension': ['lambda-code-changed'],
  'persistence.lambda-overwrite-code': ['lambda-code-changed'],
  'persistence.rolesanywhere-create-trust-anchor': ['iam-federation-provider-changed'],
  'persistence.sts-federation-token': ['sts-federation-token-created', 'sts-federation-token-unlimited'],
  'privilege-escalation.iam-update-user-login-profile': ['iam-console-password-set'],
}

const stratus = new URL('stratus-detonation-logs/by-technique/', DATA)
describe.skipIf(!existsSync(stratus))(
  'attack techniques (skipped without shared data beside the repository)',
  () => {
    it.each(Object.entries(TECHNIQUES))('%s', (technique, expected) => {
      expect(rulesOf(detect(eventsOf(new URL(`aws.${technique}.json.gz`, stratus))))).toEqual(expected)
    })

    it('raise low or above in 33 of 35, high or above in 22', () => {
      const least = (level: Level) =>
        Object.keys(TECHNIQUES).filter((technique) =>
          detect(eventsOf(new URL(`aws.${technique}.json.gz`, stratus))).some(({ rule }) =>
            atLeast(rule.level, level),
          ),
        ).length
      expect(least('low')).toBeGreaterThanOrEqual(33)
      expect(least('high')).toBeGreaterThanOrEqual(22)
    })

    it('are all in the table', () => {
      const files = readdirSync(stratus).map((name) => name.replace(/^aws\.|\.json\.gz$/g, ''))
      expect(files.sort()).toEqual(Object.keys(TECHNIQUES).sort())
    })
  },
)

const busy = new URL('busy-account-2024/bucket/', DATA)
describe.skipIf(!existsSync(busy))(
  'a busy account (skipped without shared data beside the repository)',
  () => {
    it('raises two findings at most, none high', () => {
      const findings = detect(once(below(busy)))
      expect(findings.length).toBeLessThanOrEqual(2)
      expect(findings.filter((finding) => atLeast(finding.rule.level, 'high'))).toEqual([])
    })
  },
)

interface Label {
  readonly eventID: string
  readonly scenario_id: string
  readonly verdict: string
}

interface Truth {
  readonly accounts: readonly string[]
  readonly scenarios: readonly {
    readonly scenario_id: string
    readonly scenario: string
    readonly verdict: string
  }[]
}

const parseLabel = (line: string): Label => JSON.parse(line) as Label

const memo = <T>(make: () => T): (() => T) => {
  let made: { value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

const generated = new URL('gen-small/bucket/', DATA)
describe.skipIf(!existsSync(generated))(
  'a generated trail (skipped without shared data beside the repository)',
  () => {
    const scene = memo(() => {
      const labels = readFileSync(new URL('labels.jsonl', generated), 'utf8')
        .trim()
        .split('\n')
        .map(parseLabel)
      const truth = JSON.parse(readFileSync(new URL('TRUTH.json', generated), 'utf8')) as Truth
      const events = once(below(new URL('AWSLogs/', generated)))
      const findings = detect(events, truth.accounts)
      return { labels: new Map(labels.map((label) => [label.eventID, label])), truth, events, findings }
    })
    /** Names of the scenarios of this verdict with an event in a finding. */
    const found = (verdict: string): readonly string[] => {
      const { labels, truth, findings } = scene()
      const hit = findings.flatMap((finding) => finding.events).map((id) => labels.get(id))
      const ids = new Set(
        hit.filter((label) => label?.verdict === verdict).map((label) => label?.scenario_id),
      )
      return truth.scenarios.filter(({ scenario_id }) => ids.has(scenario_id)).map(({ scenario }) => scenario)
    }

    it('every attack raises a finding', () => {
      const attacks = scene()
        .truth.scenarios.filter(({ verdict }) => verdict === 'attack')
        .map(({ scenario }) => scenario)
      expect(attacks.length).toBeGreaterThan(10)
      expect(found('attack')).toEqual(attacks)
    })

    it('of the benign look-alikes only root and the scanner do', () => {
      expect(found('benign-lookalike')).toEqual(['breakglass-root-with-mfa', 'scanner-denied-storm'])
    })

    it('the rest stays below one finding in a thousand events, none high', () => {
      const { events, findings, labels } = scene()
      const noise = findings.filter((finding) => !finding.events.some((id) => labels.has(id)))
      expect(noise.length).toBeLessThan(events.length / 1000)
      expect(noise.filter((finding) => atLeast(finding.rule.level, 'high'))).toEqual([])
    })
  },
)
