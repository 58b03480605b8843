import { describe, expect, it } from 'vitest'
import { makeBaseline } from '../../../lib/detection/baseline/baseline.ts'
import { tailOf } from '../../../lib/detection/baseline/poisson.ts'
import type { LocatedEvent } from '../../../lib/ports.ts'
import { alive, burst, call } from './calls.ts'

const insightsOf = (events: readonly LocatedEvent[]) => {
  const baseline = makeBaseline()
  for (const event of events) baseline.add(event)
  return baseline
    .observations()
    .map(({ event }) => event)
    .filter(({ insightDetails }) => insightDetails)
}

const ALICE = 'arn:aws:iam::111122223333:user/alice'
const AGENT = 'aws-cli/2.15.0 Python/3.11'
const ADMIN = { type: 'AssumedRole', arn: 'arn:aws:sts::111122223333:assumed-role/Admin/bob' }

/** Known since 1 January 00:00; two calls on the 3rd and one at 09:59 on the 8th; then 15, 7 and 4 in three minutes. */
const spike = [
  alive('2026-01-01T00:00:00Z'),
  call('2026-01-03T04:05:06Z'),
  call('2026-01-03T04:05:07Z'),
  call('2026-01-08T09:59:59Z'),
  ...burst('2026-01-08T10:00', 15),
  ...burst('2026-01-08T10:01', 5),
  ...burst('2026-01-08T10:01', 2, { userIdentity: ADMIN }),
  ...burst('2026-01-08T10:02', 4),
  alive('2026-01-08T12:00:00Z'),
]

describe('the rate of a call', () => {
  it('that leaps gives one Start and one End, with the statistics worked out by hand', () => {
    const [start, end, ...rest] = insightsOf(spike)
    expect(rest).toEqual([])
    // from 1 January 00:00 to 8 January 10:00 are 7 * 1440 + 600 minutes, with three calls in them
    expect(start).toMatchObject({
      eventTime: '2026-01-08T10:00:00Z',
      eventType: 'AwsCloudTrailInsight',
      eventCategory: 'Insight',
      awsRegion: 'us-east-1',
      recipientAccountId: '111122223333',
      insightDetails: {
        state: 'Start',
        eventSource: 'ssm.amazonaws.com',
        eventName: 'SendCommand',
        insightType: 'ApiCallRateInsight',
        insightContext: {
          statistics: {
            baseline: { average: 0.0002808988764 },
            insight: { average: 15 },
            insightDuration: 1,
            baselineDuration: 10_680,
          },
          attributions: [
            {
              attribute: 'userIdentityArn',
              insight: [{ value: ALICE, average: 15 }],
              baseline: [{ value: ALICE, average: 0.0002808988764 }],
            },
            { attribute: 'userAgent', insight: [{ value: AGENT, average: 15 }] },
            { attribute: 'errorCode', insight: [{ value: 'null', average: 15 }] },
          ],
        },
      },
    })
    // the third minute has four calls, one too few to carry it on: 22 calls in two minutes
    expect(end).toMatchObject({
      eventTime: '2026-01-08T10:02:00Z',
      sharedEventID: start?.sharedEventID,
      insightDetails: {
        state: 'End',
        insightContext: {
          statistics: {
            baseline: { average: 0.0002808988764 },
            insight: { average: 11 },
            insightDuration: 2,
            baselineDuration: 10_680,
          },
          attributions: [
            {
              attribute: 'userIdentityArn',
              insight: [
                { value: ALICE, average: 10 },
                { value: 'arn:aws:sts::111122223333:assumed-role/Admin', average: 1 },
              ],
            },
            {},
            {},
          ],
        },
      },
    })
    expect(end?.eventID).not.toBe(start?.eventID)
  })

  it('that only grows a little gives none', () => {
    const days = ['01', '02', '03', '04', '05', '06', '07', '08']
    const steady = days.flatMap((day) =>
      ['10:00', '10:01', '10:02'].flatMap((at) => burst(`2026-01-${day}T${at}`, 9)),
    )
    expect(insightsOf([alive('2026-01-01T00:00:00Z'), ...steady, alive('2026-01-08T23:00:00Z')])).toEqual([])
  })

  it('that leaps as it did within the last week gives none, and one when it leaps higher', () => {
    const bursts = ['02', '03', '04', '05'].flatMap((day) => burst(`2026-01-${day}T03:00`, 20))
    const told = insightsOf([
      alive('2026-01-01T00:00:00Z'),
      ...bursts,
      ...burst('2026-01-06T03:00', 21),
      alive('2026-01-09T00:00:00Z'),
    ])
    expect(told.map(({ eventTime }) => eventTime)).toEqual([
      '2026-01-02T03:00:00Z',
      '2026-01-02T03:01:00Z',
      '2026-01-06T03:00:00Z',
      '2026-01-06T03:01:00Z',
    ])
  })

  it('leaves an earlier anomaly out of the baseline', () => {
    const told = insightsOf([
      alive('2026-01-01T00:00:00Z'),
      ...burst('2026-01-03T00:00', 20),
      ...burst('2026-01-03T01:00', 30),
      alive('2026-01-03T09:00:00Z'),
    ])
    // the second begins after 2 * 1440 + 60 minutes, one of which was the first anomaly
    expect(told[2]).toMatchObject({
      insightDetails: {
        insightContext: { statistics: { baseline: { average: 0 }, baselineDuration: 2939 } },
      },
    })
  })

  it('says nothing on the first day of a history', () => {
    expect(
      insightsOf([
        alive('2026-01-01T00:00:00Z'),
        ...burst('2026-01-01T23:58', 90),
        alive('2026-01-02T12:00:00Z'),
      ]),
    ).toEqual([])
  })

  it('has not ended until 15 quiet minutes have passed', () => {
    const begun = [alive('2026-01-01T00:00:00Z'), ...burst('2026-01-08T10:00', 15)]
    expect(insightsOf([...begun, alive('2026-01-08T10:15:59Z')])).toHaveLength(1)
    expect(insightsOf([...begun, alive('2026-01-08T10:16:00Z')])).toHaveLength(2)
  })

  it('goes on over 14 quiet minutes and ends after 15', () => {
    const twice = (second: string) =>
      insightsOf([
        alive('2026-01-01T00:00:00Z'),
        ...burst('2026-01-08T10:00', 15),
        ...burst(second, 12),
        alive('2026-01-08T12:00:00Z'),
      ]).map(({ eventTime }) => eventTime?.slice(11, 16))
    expect(twice('2026-01-08T10:15')).toEqual(['10:00', '10:16'])
    expect(twice('2026-01-08T10:16')).toEqual(['10:00', '10:01'])
  })

  it('does not count reads, calls of services, or data events', () => {
    const after = [alive('2026-01-08T12:00:00Z')]
    for (const event of [
      { readOnly: true },
      { userIdentity: { type: 'AWSService', invokedBy: 'delivery.logs.amazonaws.com' } },
      { userIdentity: { ...ADMIN, invokedBy: 'cloudformation.amazonaws.com' } },
      { eventCategory: 'Data', managementEvent: false },
    ]) {
      expect(
        insightsOf([alive('2026-01-01T00:00:00Z'), ...burst('2026-01-08T10:00', 50, event), ...after]),
      ).toEqual([])
    }
  })

  it('is told apart by account and Region', () => {
    const halves = [
      ...burst('2026-01-08T10:00', 9),
      ...burst('2026-01-08T10:00', 9, { awsRegion: 'eu-west-1' }),
      ...burst('2026-01-08T10:00', 9, { recipientAccountId: '444455556666' }),
    ]
    expect(insightsOf([alive('2026-01-01T00:00:00Z'), ...halves, alive('2026-01-09T00:00:00Z')])).toEqual([])
  })
})

describe('the rate of an error', () => {
  it('counts reads too, by error code', () => {
    const denied = { readOnly: true, eventName: 'GetRolePolicy', eventSource: 'iam.amazonaws.com' }
    const told = insightsOf([
      alive('2026-01-01T00:00:00Z'),
      ...burst('2026-01-08T10:00', 18, { ...denied, errorCode: 'NoSuchEntityException' }),
      ...burst('2026-01-08T10:00', 9, { ...denied, errorCode: 'AccessDenied' }),
      alive('2026-01-08T12:00:00Z'),
    ])
    expect(told).toHaveLength(2)
    expect(told[0]).toMatchObject({
      insightDetails: {
        insightType: 'ApiErrorRateInsight',
        errorCode: 'NoSuchEntityException',
        eventName: 'GetRolePolicy',
        insightContext: { statistics: { insight: { average: 18 }, baseline: { average: 0 } } },
      },
    })
  })
})

describe('the probability that rests on', () => {
  it.each([
    // read off tables of the Poisson distribution
    [1, 1, 1],
    [2, 1, 0.2642411177],
    [10, 1, 1.114255e-7],
    [10, 2, 4.649808e-5],
    [20, 5, 3.452136e-7],
    [30, 10, 2.509951e-7],
  ])('%d calls at %d a minute', (count, rate, expected) => {
    const found = tailOf(count, rate)
    expect(Math.abs(found - expected) / expected).toBeLessThan(1e-4)
  })

  it('is zero beyond what a number can hold, never NaN', () => {
    expect(tailOf(1_000_000, 0.001)).toBe(0)
    expect(tailOf(5, 0)).toBe(0)
    expect(tailOf(0, 0)).toBe(1)
  })
})
