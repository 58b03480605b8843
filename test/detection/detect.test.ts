import { describe, expect, it } from 'vitest'
import { makeDetector } from '../../lib/detection/detect.ts'
import { makeRuleIndex } from '../../lib/detection/index.ts'
import { type EventRule, loadRules } from '../../lib/detection/rules.ts'
import type { CloudTrailEvent } from '../../lib/trail/event.ts'

const rule = (id: string, selection: string, level = 'high') => ({
  path: `${id}.yml`,
  text: `title: ${id}
logsource: {product: aws, service: cloudtrail}
detection: {s: ${selection}, condition: s}
level: ${level}
tags: [attack.t1685.002]
trailwarden: {id: ${id}, playbook: logging-stopped}
`,
})

const EVENT: CloudTrailEvent = {
  eventID: '11111111-2222-4333-8444-555555555555',
  eventTime: '2026-01-01T00:00:00Z',
  eventSource: 'cloudtrail.amazonaws.com',
  eventName: 'StopLogging',
  awsRegion: 'eu-west-1',
  sourceIPAddress: '192.0.2.1',
  userAgent: 'aws-cli',
  recipientAccountId: '111122223333',
  userIdentity: { type: 'IAMUser', arn: 'arn:aws:iam::111122223333:user/alice', userName: 'alice' },
  requestParameters: { name: 'org-trail' },
}

const locate = (event: CloudTrailEvent) => ({ event, key: 'AWSLogs/x.json.gz', index: 4 })
const detectorOf = (files: readonly { path: string; text: string }[], options = {}) =>
  makeDetector(loadRules(files).rules, options)

describe('a finding', () => {
  it('names rule, event, actor, resources and place', () => {
    const [finding] = detectorOf([rule('trail-stopped', '{eventName: StopLogging}')]).detect(locate(EVENT))
    expect(finding).toMatchObject({
      id: 'trail-stopped#11111111-2222-4333-8444-555555555555',
      rule: { id: 'trail-stopped', level: 'high', tags: ['attack.t1685.002'], playbook: 'logging-stopped' },
      time: '2026-01-01T00:00:00Z',
      event: { eventName: 'StopLogging', awsRegion: 'eu-west-1', sourceIPAddress: '192.0.2.1' },
      actor: { name: 'alice', type: 'IAMUser' },
      resources: ['org-trail'],
      events: ['11111111-2222-4333-8444-555555555555'],
      source: { key: 'AWSLogs/x.json.gz', index: 4 },
      raw: EVENT,
    })
    expect(finding?.event).not.toHaveProperty('errorCode')
  })

  it('has the same id when the event comes again', () => {
    const detector = detectorOf([rule('trail-stopped', '{eventName: StopLogging}')])
    const ids = [...detector.detect(locate(EVENT)), ...detector.detect(locate({ ...EVENT }))].map((f) => f.id)
    expect(new Set(ids).size).toBe(1)
  })

  it('names the resources a request hides in lists, and the key it made', () => {
    const detector = detectorOf([rule('any', '{eventName|exists: true}')])
    const resources = (event: CloudTrailEvent) =>
      detector.detect(locate({ ...EVENT, ...event }))[0]?.resources
    const instances = { instancesSet: { items: [{ instanceId: 'i-1' }, { instanceId: 'i-2' }] } }
    expect(resources({ requestParameters: instances })).toEqual(['i-1', 'i-2'])
    const made = {
      requestParameters: { userName: 'bob' },
      responseElements: { accessKey: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE' } },
    }
    expect(resources(made)).toEqual(['bob', 'AKIAIOSFODNN7EXAMPLE'])
    const arn = 'arn:aws:s3:::b'
    expect(resources({ requestParameters: null, resources: [{ ARN: arn }] })).toEqual([arn])
  })
})

describe('a detector', () => {
  it('answers nothing for an event no rule speaks of', () => {
    const detector = detectorOf([rule('trail-stopped', '{eventName: StopLogging}')])
    expect(detector.detect(locate({ ...EVENT, eventName: 'StartLogging' }))).toEqual([])
  })

  it('leaves out findings below the least level', () => {
    const files = [
      rule('low-one', '{eventName: StopLogging}', 'low'),
      rule('high-one', '{eventName: StopLogging}'),
    ]
    expect(
      detectorOf(files, { minLevel: 'medium' })
        .detect(locate(EVENT))
        .map((f) => f.rule.id),
    ).toEqual(['high-one'])
  })

  it('counts hits of rules below the least level', () => {
    const correlation = `title: Twice
logsource: {}
correlation: {type: event_count, rules: [low-one], group-by: [awsRegion], timespan: 1m, condition: {gte: 2}}
level: high
`
    const files = [
      rule('low-one', '{eventName: StopLogging}', 'low'),
      { path: 'twice.yml', text: correlation },
    ]
    const detector = detectorOf(files, { minLevel: 'high' })
    const findings = ['a', 'b'].flatMap((eventID) => detector.detect(locate({ ...EVENT, eventID })))
    expect(findings.map((f) => f.id)).toEqual(['twice#b'])
  })

  it('knows the accounts it is told', () => {
    const files = [rule('shared', '{ct.grant.external: true}')]
    const event = { ...EVENT, requestParameters: { accountIdsToAdd: ['444455556666'] } }
    expect(detectorOf(files).detect(locate(event))).toHaveLength(1)
    expect(detectorOf(files, { knownAccounts: ['444455556666'] }).detect(locate(event))).toHaveLength(0)
  })
})

describe('the rule index', () => {
  const files = [
    rule('literal', '{eventSource: iam.amazonaws.com, eventName: [CreateUser, CreateRole]}'),
    rule('prefix', '{eventSource: lambda.amazonaws.com, eventName|startswith: UpdateFunctionCode}'),
    rule('every', '{userAgent: x}'),
    {
      path: 'or.yml',
      text: rule('or', '{}').text.replace(
        '{s: {}, condition: s}',
        '{p: {eventName: A}, q: {eventName: B, x: y}, condition: p or q}',
      ),
    },
    {
      path: 'not.yml',
      text: rule('not', '{}').text.replace(
        '{s: {}, condition: s}',
        '{p: {eventSource: s3.amazonaws.com}, q: {eventName: HeadBucket}, condition: p and not q}',
      ),
    },
  ]
  const { rules, rejected } = loadRules(files)
  const index = makeRuleIndex(rules as readonly EventRule[])
  const candidates = (eventSource: string, eventName: string) =>
    index.candidates({ eventSource, eventName }).map(({ rule }) => rule.ref.id)

  it('loads the rules of this test', () => expect(rejected).toEqual([]))

  it.each<[string, string, readonly string[]]>([
    ['iam.amazonaws.com', 'CreateUser', ['literal', 'every']],
    ['iam.amazonaws.com', 'createuser', ['literal', 'every']],
    ['iam.amazonaws.com', 'DeleteUser', ['every']],
    ['s3.amazonaws.com', 'CreateUser', ['every', 'not']],
    ['lambda.amazonaws.com', 'UpdateFunctionCode20150331v2', ['prefix', 'every']],
    ['ec2.amazonaws.com', 'B', ['every', 'or']],
    ['s3.amazonaws.com', 'HeadBucket', ['every']],
  ])('%s %s', (source, name, expected) => {
    expect(candidates(source, name)).toEqual(expected)
    expect(candidates(source, name)).toEqual(expected)
  })

  it('gives every rule for an event whose name is no text', () => {
    expect(index.candidates({ eventName: { a: 1 } } as unknown as CloudTrailEvent)).toHaveLength(5)
  })
})
