import { describe, expect, it } from 'vitest'
import { makeDetector } from '../../lib/detection/detect.ts'
import { fastLaneOf } from '../../lib/detection/fast-lane.ts'
import { loadRules, type Rule } from '../../lib/detection/rules.ts'
import type { CloudTrailEvent } from '../../lib/trail/event.ts'
import { dataSets, eventsOfCases, eventsOfSets } from '../support/detection-events.ts'
import { matchesPattern } from '../support/event-pattern.ts'
import { shippedRuleFiles } from '../support/shipped-rules.ts'

const shipped = loadRules(shippedRuleFiles()).rules
const everything = loadRules(shippedRuleFiles(), { packs: ['cis'] }).rules

const rulesOf = (...detections: readonly string[]): readonly Rule[] => {
  const text = detections
    .map(
      (detection, i) =>
        `title: r${i}\nname: r${i}\nlogsource: {product: aws}\ndetection:\n${detection.replaceAll(/^/gm, '  ')}`,
    )
    .join('\n---\n')
  const { rules, rejected } = loadRules([{ path: 'r.yml', text }])
  expect(rejected).toEqual([])
  return rules
}

const same = (text: string) => ({ 'equals-ignore-case': text })
const HEAD = { source: [{ prefix: 'aws.' }], 'detail-type': [{ suffix: ' via CloudTrail' }] }

/** Events on which a rule fires that waits for nothing, and that no pattern lets through. */
const missed = (rules: readonly Rule[], events: readonly CloudTrailEvent[]): readonly string[] => {
  const { patterns, waiting } = fastLaneOf(rules)
  const carried = rules.filter((rule) => rule.kind === 'event' && !waiting.includes(rule.ref.id))
  const detectors = carried.map((rule) => ({ rule, detector: makeDetector([rule]) }))
  return events.flatMap((detail, index) => {
    const envelope = { source: 'aws.x', 'detail-type': 'AWS API Call via CloudTrail', detail }
    if (patterns.some((pattern) => matchesPattern(pattern, envelope))) return []
    return detectors
      .filter(({ detector }) => detector.detect({ event: detail, key: 'k', index }).length > 0)
      .map(({ rule }) => `${rule.ref.id} ${detail.eventName}`)
  })
}

describe('patterns of the fast lane', () => {
  it('name the calls of busy services, and quiet services whole', () => {
    const rules = rulesOf(
      's: {eventSource: s3.amazonaws.com, eventName: [DeleteBucket, PutBucketAcl]}\ncondition: s',
      's: {eventSource: IAM.amazonaws.com, eventName: CreateUser}\ncondition: s',
      's: {eventSource: kms.amazonaws.com}\ncondition: s',
      's: {errorCode: AccessDenied}\ncondition: s',
    )
    expect(fastLaneOf(rules)).toEqual({
      patterns: [
        {
          ...HEAD,
          detail: {
            $or: [
              { eventSource: ['s3.amazonaws.com'], eventName: [same('DeleteBucket'), same('PutBucketAcl')] },
              { eventSource: ['iam.amazonaws.com', 'kms.amazonaws.com'] },
              { errorCode: [{ exists: true }] },
            ],
          },
        },
      ],
      waiting: [],
    })
  })

  it('name a call once when one rule asks for less of it than another', () => {
    const rules = rulesOf(
      's: {eventSource: ec2.amazonaws.com, eventName: [RunInstances, CopyImage]}\ncondition: s',
      's: {eventSource: ec2.amazonaws.com, eventName: [RunInstances, CopySnapshot], userIdentity.type: IAMUser}\ncondition: s',
    )
    const names = fastLaneOf(rules)
      .patterns.map((pattern) => JSON.stringify(pattern))
      .join()
    expect(names.match(/RunInstances/g)).toHaveLength(1)
    expect(names.match(/CopySnapshot/g)).toHaveLength(1)
    expect(names).toContain('IAMUser')
  })

  it('leave out rules that any event may match, and what counts them', () => {
    const text = `title: any
name: any
logsource: {product: aws}
detection: {s: {userAgent|contains: kali}, condition: s}
---
title: many
name: many
correlation: {type: event_count, rules: [any], group-by: [ct.actor], timespan: 5m, condition: {gte: 3}}
---
title: one
name: one
logsource: {product: aws}
detection: {s: {eventSource: iam.amazonaws.com}, condition: s}
`
    const { waiting, patterns } = fastLaneOf(loadRules([{ path: 'r.yml', text }]).rules)
    expect([waiting, patterns.length]).toEqual([['any', 'many'], 1])
  })

  it('name no call twice that a prefix names', () => {
    const rules = rulesOf(
      "s: {eventSource: ec2.amazonaws.com, eventName: ['Describe*', 'DescribeInstances', 'describeVpcs*', RunInstances]}\ncondition: s",
    )
    expect(fastLaneOf(rules).patterns[0]?.detail).toEqual({
      eventSource: ['ec2.amazonaws.com'],
      eventName: [{ prefix: same('Describe') }, same('RunInstances')],
    })
  })

  it.each([
    ['the shipped rules', shipped],
    ['all packs', everything],
    [
      'a thousand calls of one service',
      rulesOf(
        `s: {eventSource: ec2.amazonaws.com, eventName: [${Array.from({ length: 150 }, (_, i) => `Call${i}`).join(', ')}]}\ncondition: s`,
      ),
    ],
  ])('fit what EventBridge takes: %s', (_what, rules) => {
    const { patterns } = fastLaneOf(rules)
    for (const pattern of patterns) expect(JSON.stringify(pattern).length).toBeLessThanOrEqual(2048)
    expect(patterns.length).toBeLessThanOrEqual(16)
  })

  it('make no shipped rule wait but the one about user agents', () => {
    expect(fastLaneOf(shipped).waiting).toEqual(['api-attack-tool-used'])
  })

  it('let through each case on which a rule fires', () => {
    expect(missed(everything, eventsOfCases(everything))).toEqual([])
  })

  it.skipIf(dataSets().length === 0)(
    'let through each event of all sets on which a rule fires (skipped without shared data)',
    () => {
      const events = eventsOfSets()
      expect(events.length).toBeGreaterThan(5000)
      expect(missed(everything, events)).toEqual([])
    },
  )

  it('keep out most calls that no rule is about', () => {
    const { patterns } = fastLaneOf(shipped)
    const calls = [
      ['kms.amazonaws.com', 'Decrypt'],
      ['kms.amazonaws.com', 'GenerateDataKey'],
      ['sts.amazonaws.com', 'AssumeRole'],
      ['logs.amazonaws.com', 'CreateLogStream'],
      ['s3.amazonaws.com', 'HeadObject'],
      ['monitoring.amazonaws.com', 'PutMetricData'],
      ['ec2.amazonaws.com', 'CreateTags'],
    ] as const
    for (const [eventSource, eventName] of calls) {
      const detail = { eventSource, eventName, userIdentity: { type: 'AssumedRole' } }
      const envelope = { source: 'aws.x', 'detail-type': 'AWS API Call via CloudTrail', detail }
      expect([eventName, patterns.some((pattern) => matchesPattern(pattern, envelope))]).toEqual([
        eventName,
        false,
      ])
    }
  })
})
