import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { makeDetector } from '../../lib/detection/detect.ts'
import { loadRules } from '../../lib/detection/rules.ts'
import { atLeast, type Finding, type Level } from '../../lib/finding.ts'
import { type CloudTrailEvent, isObject, type UserIdentity } from '../../lib/trail/event.ts'
import { shippedRuleFiles } from '../support/shipped-rules.ts'

const ACCOUNT = '111122223333'
const OWN_OTHER_ACCOUNT = '777788889999'
const { rules } = loadRules(shippedRuleFiles())

const session = (role: string, name: string, more: UserIdentity = {}): UserIdentity => ({
  type: 'AssumedRole',
  arn: `arn:aws:sts::${ACCOUNT}:assumed-role/${role}/${name}`,
  accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
  ...more,
  sessionContext: {
    sessionIssuer: { type: 'Role', userName: role, arn: `arn:aws:iam::${ACCOUNT}:role/${role}` },
    ...(isObject(more.sessionContext) && more.sessionContext),
  },
})
const user = (name: string): UserIdentity => ({
  type: 'IAMUser',
  userName: name,
  arn: `arn:aws:iam::${ACCOUNT}:user/${name}`,
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
})
const service = (name: string): CloudTrailEvent => ({
  userIdentity: session('service', 'x', { invokedBy: `${name}.amazonaws.com` }),
  sourceIPAddress: `${name}.amazonaws.com`,
  userAgent: `${name}.amazonaws.com`,
})
const webIdentity = (provider: string): UserIdentity => ({
  sessionContext: {
    webIdFederationData: { federatedProvider: `arn:aws:iam::${ACCOUNT}:oidc-provider/${provider}` },
  },
})
const CLI = 'aws-cli/2.17.1 md/awscrt#0.20 ua/2.0 os/linux#6.1'
const MAC = 'aws-cli/2.17.1 md/awscrt#0.20 ua/2.0 os/macos#23.5'
const TERRAFORM = 'APN/1.0 HashiCorp/1.0 Terraform/1.9.5 aws-sdk-go-v2/1.30'

/** Who calls, by the first word of a call in the tables. */
const WHO: Readonly<Record<string, CloudTrailEvent>> = {
  key: { userIdentity: user('mallory') },
  person: { userIdentity: user('alice') },
  role: { userIdentity: session('app', 'x') },
  app: { userIdentity: session('shop', 'task') },
  audit: { userIdentity: session('SecurityAudit', 'scan') },
  instance: { userIdentity: session('web', 'i-0123456789abcdef0') },
  stolen: { userIdentity: session('web', 'i-0123456789abcdef0'), userAgent: MAC },
  staff: { userIdentity: session('AWSReservedSSO_Admin_0123456789abcdef', 'eve') },
  console: {
    userIdentity: session('AWSReservedSSO_Admin_0123456789abcdef', 'eve'),
    userAgent: 'Mozilla/5.0',
    sessionCredentialFromConsole: 'true',
  },
  terraform: { userIdentity: session('ci', 'run-7'), userAgent: TERRAFORM },
  github: { userIdentity: session('gh', 'run', webIdentity('token.actions.githubusercontent.com')) },
  pod: { userIdentity: session('pod', 'x', webIdentity('oidc.eks.eu-west-1.amazonaws.com/id/A')) },
  stack: service('cloudformation'),
  ssoservice: service('sso'),
  backupservice: service('backup'),
  configservice: service('config'),
  scaling: service('autoscaling'),
  tower: service('controltower'),
  root: { userIdentity: { type: 'Root', arn: `arn:aws:iam::${ACCOUNT}:root` } },
  login: {
    userIdentity: { type: 'IAMUser', userName: 'alice', arn: `arn:aws:iam::${ACCOUNT}:user/alice` },
    additionalEventData: { MFAUsed: 'No' },
  },
}

const CALL = /^(\w+)(?:@([\w-]+))? ([\w-]+) (\w+) (\{.*\})(?: !([\w.]+))?(?: \*(\d+))?$/s

/** The events of calls such as `key iam CreateUser {userName: x} !AccessDenied *3`, a second apart. */
const eventsOf = (calls: readonly string[]): readonly CloudTrailEvent[] =>
  calls
    .flatMap((call) => {
      const [, who = '', region, source, eventName, request = '', errorCode, times = '1'] =
        CALL.exec(call) ?? []
      const caller = WHO[who]
      if (!caller) throw new Error(`not a call: ${call}`)
      return Array.from({ length: Number(times) }, (_, i): CloudTrailEvent => {
        const requestParameters: unknown = parse(request.replaceAll('{i}', `0${i}`))
        return {
          eventVersion: '1.11',
          sourceIPAddress: '198.51.100.7',
          userAgent: CLI,
          ...caller,
          eventSource: `${source}.amazonaws.com`,
          eventName: eventName!,
          awsRegion: region ?? 'us-east-1',
          recipientAccountId: ACCOUNT,
          requestParameters,
          ...(eventName === 'ConsoleLogin' && { responseElements: { ConsoleLogin: 'Success' } }),
          ...(errorCode && { errorCode }),
        }
      })
    })
    .map((event, i) => ({
      ...event,
      eventID: `event-${i}`,
      eventTime: new Date(Date.UTC(2026, 10, 2, 10) + i * 1000).toISOString().replace('.000', ''),
    }))

const detectAll = (events: readonly CloudTrailEvent[]): readonly Finding[] => {
  const detector = makeDetector(rules, { knownAccounts: [OWN_OTHER_ACCOUNT] })
  const told = events.flatMap((event, index) => detector.detect({ event, key: 'k', index }))
  return [...told, ...detector.finish().findings]
}

const findingsOf = (calls: readonly string[]): readonly Finding[] => detectAll(eventsOf(calls))

const table = (name: string): unknown =>
  parse(readFileSync(new URL(`tables/${name}.yml`, import.meta.url), 'utf8'))

type Technique = readonly [string, Level, string, readonly string[]]
const techniques = ['techniques', 'techniques-recent'].flatMap((name) => table(name) as readonly Technique[])
const lookalikes = table('lookalikes') as readonly (readonly [string, Level | 'none', readonly string[]])[]

describe('techniques', () => {
  it.each(techniques)('%s: at least %s, told by %s', (_name, level, rule, calls) => {
    const findings = findingsOf(calls)
    expect(findings.map((finding) => finding.rule.id)).toContain(rule)
    expect(findings.some((finding) => atLeast(finding.rule.level, level))).toBe(true)
  })
})

describe('look-alikes', () => {
  it.each(lookalikes)('%s: at most %s', (_name, most, calls) => {
    const loud = findingsOf(calls).filter(({ rule }) => most === 'none' || !atLeast(most, rule.level))
    expect(loud.map(({ rule }) => `${rule.level} ${rule.id}`)).toEqual([])
  })
})

describe('what a build does', () => {
  // whether an identity changes itself is lost when another one calls; the look-alikes hold that case
  const isAboutItself = (id: string) => id === 'iam-own-rights-raised'
  const alone = rules.flatMap((rule) =>
    rule.kind === 'event' && rule.own && rule.sigma.selections.has('deployed') && !isAboutItself(rule.ref.id)
      ? rule.own.cases
          .filter(({ fires, events }) => fires && events.length === 1)
          .map(({ name, events }) => [rule.ref.id, name, rule.ref.level, events[0]!] as const)
      : [],
  )

  it.each(alone)('%s, %s: is told at a lower level, never silenced', (_id, _name, level, event) => {
    const findings = detectAll([{ ...event, ...WHO['terraform'] }])
    const levels = findings.map((finding) => finding.rule.level)
    if (atLeast(level, 'high')) expect(levels).toContain('low')
    expect(levels.filter((one) => atLeast(one, 'medium'))).toEqual([])
  })
})
