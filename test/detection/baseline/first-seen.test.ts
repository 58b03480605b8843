import { describe, expect, it } from 'vitest'
import { makeBaseline } from '../../../lib/detection/baseline/baseline.ts'
import type { LocatedEvent } from '../../../lib/ports.ts'
import type { CloudTrailEvent } from '../../../lib/trail/event.ts'
import { alive, call } from './calls.ts'

const observed = (events: readonly LocatedEvent[]) => {
  const baseline = makeBaseline()
  for (const event of events) baseline.add(event)
  return baseline
    .observations()
    .map(({ event }) => event)
    .filter(({ insightDetails }) => !insightDetails)
}

const told = (events: readonly LocatedEvent[]) =>
  observed(events).map(({ eventName, baseline }) => `${eventName} ${(baseline as { value: string }).value}`)

/** Alice from 1 to 4 January, one call a day. */
const habits = ['01', '02', '03', '04'].map((day) => call(`2026-01-${day}T10:00:00Z`))
const later = (event: CloudTrailEvent, day = '08') => call(`2026-01-${day}T10:00:00Z`, event)
const who = (event: CloudTrailEvent['userIdentity']) => ({ userIdentity: { type: 'IAMUser', ...event } })
const roleOf = (session: string, accessKeyId = 'ASIAEXAMPLEEXAMPLE00') => ({
  type: 'AssumedRole',
  arn: `arn:aws:sts::111122223333:assumed-role/worker/${session}`,
  accessKeyId,
  sessionContext: { sessionIssuer: { arn: 'arn:aws:iam::111122223333:role/worker', userName: 'worker' } },
})

describe('what is seen for the first time', () => {
  it.each<[string, CloudTrailEvent, string[]]>([
    ['a Region', { awsRegion: 'eu-west-1' }, ['RegionFirstUsed eu-west-1']],
    [
      'a service and a call',
      { eventSource: 'iam.amazonaws.com', eventName: 'CreateUser' },
      ['CallFirstMade iam.amazonaws.com CreateUser', 'ServiceFirstUsed iam.amazonaws.com'],
    ],
    ['a network', { sourceIPAddress: '203.0.113.9' }, ['NetworkFirstUsed 203.0.113.0/24']],
    ['an IPv6 network', { sourceIPAddress: '2001:db8:1:2::3' }, ['NetworkFirstUsed 2001:db8:1::/48']],
    ['an address of a known network', { sourceIPAddress: '192.0.2.99' }, []],
    ['a private address', { sourceIPAddress: '10.1.2.3' }, []],
    ['software', { userAgent: 'Boto3/1.34 md/Botocore#1.34' }, ['AgentFirstUsed boto3']],
    ['another version of known software', { userAgent: 'aws-cli/2.99.0' }, []],
    [
      'a kind of identity',
      who({ type: 'Root', arn: 'arn:aws:iam::111122223333:root' }),
      ['IdentityTypeFirstSeen Root'],
    ],
    ['what was done before', {}, []],
    ['a Region that is only read', { awsRegion: 'eu-west-1', readOnly: true }, []],
    ['a Region in which the change was denied', { awsRegion: 'eu-west-1', errorCode: 'AccessDenied' }, []],
  ])('%s', (_what, event, expected) => {
    expect(told([...habits, later(event)])).toEqual(expected)
  })

  it('is the event itself, under names that rules can match, and says since when the habits are known', () => {
    const event = later({ awsRegion: 'eu-west-1' })
    expect(observed([...habits, event])).toEqual([
      expect.objectContaining({
        eventID: event.event.eventID,
        eventTime: '2026-01-08T10:00:00Z',
        eventSource: 'baseline.trailwarden',
        eventName: 'RegionFirstUsed',
        awsRegion: 'eu-west-1',
        userIdentity: expect.objectContaining({ userName: 'alice', accessKeyId: 'AKIAIOSFODNN7EXAMPLE' }),
        baseline: {
          detector: 'account-region',
          of: '111122223333',
          value: 'eu-west-1',
          knownSince: '2026-01-01T10:00:00Z',
          eventSource: 'ssm.amazonaws.com',
          eventName: 'SendCommand',
        },
      }),
    ])
  })

  it('is not told within the first seven days', () => {
    expect(told([...habits, call('2026-01-08T09:59:59Z', { awsRegion: 'eu-west-1' })])).toEqual([])
  })

  it('is not told of an identity that is new, or was active on two days', () => {
    const bob = who({ arn: 'arn:aws:iam::111122223333:user/bob' })
    const service = { ...bob, eventSource: 'ec2.amazonaws.com' }
    expect(told([...habits, later(service)])).toEqual(['CallFirstMade ec2.amazonaws.com SendCommand'])
    const twice = ['01', '02'].map((day) => call(`2026-01-${day}T11:00:00Z`, bob))
    expect(told([...habits, ...twice, later(service, '09')])).toEqual([
      'CallFirstMade ec2.amazonaws.com SendCommand',
    ])
    expect(told([...habits, ...twice, call('2026-01-03T11:00:00Z', bob), later(service, '09')])).toContain(
      'ServiceFirstUsed ec2.amazonaws.com',
    )
  })

  it('is new again after 30 days without', () => {
    const region = (time: string) => call(time, { awsRegion: 'eu-west-1' })
    const all = [...habits, region('2026-01-02T00:00:00Z'), alive('2026-01-20T00:00:00Z')]
    const inUse = ['2026-01-10T00:00:00Z', '2026-01-30T00:00:00Z'].map((time) => call(time))
    expect(told([...all, ...inUse, region('2026-02-01T00:00:00Z')])).toEqual([])
    expect(told([...all, ...inUse, region('2026-02-01T00:00:01Z')])).toEqual(['RegionFirstUsed eu-west-1'])
  })

  it('of a role is who assumes it', () => {
    const assume = (time: string, arn: string) =>
      call(time, {
        ...who({ arn }),
        eventSource: 'sts.amazonaws.com',
        eventName: 'AssumeRole',
        readOnly: true,
        requestParameters: { roleArn: 'arn:aws:iam::111122223333:role/worker' },
      })
    const bob = 'arn:aws:iam::111122223333:user/bob'
    const usual = ['01', '03', '05'].map((day) =>
      assume(`2026-01-${day}T00:00:00Z`, 'arn:aws:iam::111122223333:user/alice'),
    )
    expect(told([...usual, assume('2026-01-07T00:00:00Z', bob)])).toEqual([])
    expect(told([...usual, assume('2026-01-08T00:00:00Z', bob)])).toEqual([`RoleCallerFirstSeen ${bob}`])
  })
})

describe('what comes back', () => {
  it('is a key after 90 days, with the day it was last used', () => {
    const [back] = observed([
      call('2026-01-01T00:00:00Z'),
      call('2026-01-02T00:00:00Z'),
      call('2026-04-03T00:00:00Z'),
    ]).filter(({ eventName }) => eventName === 'CredentialUsedAgain')
    expect(back?.['baseline']).toMatchObject({
      value: 'AKIAIOSFODNN7EXAMPLE',
      lastSeen: '2026-01-02T00:00:00Z',
    })
    const within = told([call('2026-01-01T00:00:00Z'), call('2026-04-01T00:00:00Z')])
    expect(within.join()).not.toContain('CredentialUsedAgain')
  })
})

describe('what contradicts itself', () => {
  const created = call('2026-01-01T10:00:00Z', {
    eventSource: 'iam.amazonaws.com',
    eventName: 'CreateAccessKey',
    responseElements: { accessKey: { accessKeyId: 'AKIANEWKEYNEWKEY0000', userName: 'bob' } },
  })
  const used = (time: string, sourceIPAddress: string) =>
    alive(time, {
      ...who({ arn: 'arn:aws:iam::111122223333:user/bob', accessKeyId: 'AKIANEWKEYNEWKEY0000' }),
      sourceIPAddress,
    })

  it('is a new key that is used elsewhere within a day', () => {
    expect(told([created, used('2026-01-01T10:05:00Z', '203.0.113.9')])).toEqual([
      'KeyMovedEarly 203.0.113.0/24',
    ])
    expect(told([created, used('2026-01-02T10:00:01Z', '203.0.113.9')])).toEqual([])
    expect(told([created, used('2026-01-01T10:05:00Z', '192.0.2.77')])).toEqual([])
    expect(told([created, used('2026-01-01T10:05:00Z', '2001:db8::1')])).toEqual([])
  })

  it('is one session of an instance in two networks, without any history', () => {
    const at = (session: string, sourceIPAddress: string, key?: string) =>
      alive('2026-01-01T10:00:00Z', { userIdentity: roleOf(session, key), sourceIPAddress })
    const instance = 'i-0123456789abcdef0'
    expect(told([at(instance, '192.0.2.1'), at(instance, '203.0.113.9')])).toHaveLength(1)
    expect(told([at(instance, '192.0.2.1'), at(instance, '10.0.0.1')])).toEqual([])
    expect(told([at(instance, '192.0.2.1'), at(instance, '2001:db8::1')])).toEqual([])
    expect(told([at(instance, '192.0.2.1'), at(instance, '203.0.113.9', 'ASIAOTHEROTHEROTHER0')])).toEqual([])
    expect(told([at('alice', '192.0.2.1'), at('alice', '203.0.113.9')])).toEqual([])
  })
})
