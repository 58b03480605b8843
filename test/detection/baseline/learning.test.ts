import { describe, expect, it } from 'vitest'
import { learningDetector } from '../../../lib/detection/baseline/learning.ts'
import type { DetectorOptions } from '../../../lib/detection/detect.ts'
import { loadRules } from '../../../lib/detection/rules.ts'
import type { LocatedEvent } from '../../../lib/ports.ts'
import { shippedRuleFiles } from '../../support/shipped-rules.ts'
import { alive, burst, call } from './calls.ts'

const { rules } = loadRules(shippedRuleFiles())
const habits = ['01', '02', '03', '04'].map((day) => call(`2026-01-${day}T10:00:00Z`))
const region = call('2026-01-09T10:00:00Z', { awsRegion: 'eu-west-1', eventName: 'CreateAssociation' })
const leap = [...burst('2026-01-09T11:00', 20), alive('2026-01-09T12:00:00Z')]

const finish = (events: readonly LocatedEvent[], options: DetectorOptions = {}, of = rules) => {
  const detector = learningDetector(of, options)
  for (const event of events) detector.detect(event)
  return detector.finish()
}
const idsOf = (findings: readonly { rule: { id: string } }[]) =>
  findings.map(({ rule }) => rule.id).toSorted()

describe('what is not ordinary', () => {
  it('is a finding like any other, of the call itself', () => {
    const { findings, insights } = finish([...habits, region, ...leap])
    expect(idsOf(findings)).toEqual([
      'account-call-first-made',
      'account-region-first-used',
      'api-call-rate-unusual',
    ])
    const first = findings.find(({ rule }) => rule.id === 'account-region-first-used')
    expect(first).toMatchObject({
      id: `account-region-first-used#${region.event.eventID}`,
      time: '2026-01-09T10:00:00Z',
      event: { eventName: 'CreateAssociation', eventSource: 'ssm.amazonaws.com', awsRegion: 'eu-west-1' },
      actor: { name: 'alice' },
      events: [region.event.eventID],
      source: { key: region.key, index: region.index },
    })
    const rate = findings.find(({ rule }) => rule.id === 'api-call-rate-unusual')
    expect(rate?.event).toMatchObject({ eventName: 'SendCommand', eventSource: 'ssm.amazonaws.com' })
    expect(insights).toHaveLength(2)
  })

  it('is accepted, put on trial and left out by level as the owner says', () => {
    const suppression = { rule: 'account-region-first-used', owner: 'o', reason: 'r', until: '2026-12-31' }
    const closing = finish([...habits, region, ...leap], {
      suppressions: [suppression],
      shadow: ['api-call-rate-unusual'],
      minLevel: 'low',
    })
    expect(closing.findings).toEqual([])
    expect(closing.suppressed).toMatchObject([{ suppression, count: 1 }])
    expect(closing.shadowed).toEqual({ 'api-call-rate-unusual': 1 })
  })

  it('says how far habits are known', () => {
    expect(finish([call('2026-01-01T00:00:00Z'), call('2026-01-03T12:00:00Z')]).baseline).toMatchObject({
      days: 2.5,
      accounts: 1,
      withoutRates: 0,
      withoutHabits: 1,
    })
  })

  it('three times over by one identity within an hour is a finding of its own', () => {
    const stolen = {
      sourceIPAddress: '203.0.113.9',
      userAgent: 'Boto3/1.40',
      eventSource: 'ec2.amazonaws.com',
    }
    const told = (event: LocatedEvent['event']) =>
      idsOf(finish([...habits, call('2026-01-09T10:00:00Z', event)]).findings)
    expect(told(stolen)).toContain('principal-habits-broken')
    expect(told({ ...stolen, sourceIPAddress: '192.0.2.1' })).not.toContain('principal-habits-broken')
  })

  it('costs nothing when no rule asks for it', () => {
    const others = rules.filter(({ ref }) => ref.id === 'iam-user-created')
    expect(finish([...habits, region, ...leap], {}, others)).toMatchObject({ findings: [], insights: [] })
    expect(finish(leap, {}, others).baseline).toBeUndefined()
  })

  it('is told apart from Insights that CloudTrail delivers, of which the Start is reported', () => {
    const delivered = (state: string, eventID: string) =>
      ({
        key: 'k',
        index: 0,
        event: {
          eventID,
          eventTime: '2026-01-09T10:00:00Z',
          eventType: 'AwsCloudTrailInsight',
          eventCategory: 'Insight',
          recipientAccountId: '111122223333',
          sharedEventID: 's',
          insightDetails: {
            state,
            eventSource: 'ssm.amazonaws.com',
            eventName: 'SendCommand',
            insightType: 'ApiCallRateInsight',
          },
        },
      }) as LocatedEvent
    const detector = learningDetector(rules)
    const told = [delivered('Start', 'a'), delivered('End', 'b')].flatMap((one) => detector.detect(one))
    expect(idsOf(told)).toEqual(['cloudtrail-insight-delivered'])
    expect(told[0]?.event).toMatchObject({ eventName: 'SendCommand', eventSource: 'ssm.amazonaws.com' })
    expect(detector.finish().findings).toEqual([])
  })
})
