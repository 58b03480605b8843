import { describe, expect, it } from 'vitest'
import { activityCounter } from '../../lib/report/activity.ts'

const event = (fields: Record<string, unknown>) => ({
  eventTime: '2026-11-01T10:20:30Z',
  eventSource: 'iam.amazonaws.com',
  eventName: 'CreateUser',
  awsRegion: 'us-east-1',
  sourceIPAddress: '192.0.2.1',
  recipientAccountId: '111122223333',
  userIdentity: { type: 'IAMUser', arn: 'arn:aws:iam::111122223333:user/alice' },
  ...fields,
})

describe('counting activity', () => {
  it('counts who, what, where and when', () => {
    const counter = activityCounter()
    counter.add(event({}))
    counter.add(event({ eventTime: '2026-11-01T10:59:59Z', errorCode: 'AccessDenied' }))
    counter.add(
      event({
        eventTime: '2026-11-01T12:00:00Z',
        recipientAccountId: '444455556666',
        eventName: 'DeleteUser',
      }),
    )
    const summary = counter.summary()
    expect(summary).toMatchObject({
      events: 3,
      errors: 1,
      first: '2026-11-01T10:20:30.000Z',
      last: '2026-11-01T12:00:00.000Z',
      hours: [
        { hour: '2026-11-01T10', count: 2 },
        { hour: '2026-11-01T12', count: 1 },
      ],
      otherHours: 0,
    })
    expect(summary.eventNames.entries).toEqual([
      { name: 'iam:CreateUser', count: 2 },
      { name: 'iam:DeleteUser', count: 1 },
    ])
    expect(summary.accountHours).toEqual([
      { account: '111122223333', hours: [{ hour: '2026-11-01T10', count: 2 }] },
      { account: '444455556666', hours: [{ hour: '2026-11-01T12', count: 1 }] },
    ])
    expect(summary.kinds.entries).toEqual([{ name: 'management', count: 3 }])
  })

  it('groups sessions by their role', () => {
    const counter = activityCounter()
    for (const session of ['a', 'b']) {
      counter.add(
        event({
          userIdentity: {
            type: 'AssumedRole',
            arn: `arn:aws:sts::111122223333:assumed-role/ops/${session}`,
            sessionContext: { sessionIssuer: { arn: 'arn:aws:iam::111122223333:role/ops' } },
          },
        }),
      )
    }
    expect(counter.summary().actors.entries).toEqual([
      { name: 'arn:aws:iam::111122223333:role/ops', count: 2 },
    ])
  })

  it('does not depend on the order of events', () => {
    const events = [event({ eventName: 'B' }), event({ eventName: 'A' }), event({ awsRegion: 'eu-west-1' })]
    const one = activityCounter()
    const two = activityCounter()
    for (const e of events) one.add(e)
    for (const e of events.toReversed()) two.add(e)
    expect(JSON.stringify(two.summary())).toBe(JSON.stringify(one.summary()))
  })

  it('takes events with nothing in them', () => {
    const counter = activityCounter()
    counter.add({})
    counter.add({ eventTime: 'yesterday' })
    const summary = counter.summary()
    expect(summary).toMatchObject({ events: 2, hours: [], otherHours: 2 })
    expect(summary.actors.entries).toEqual([{ name: '(none)', count: 2 }])
    expect(summary).not.toHaveProperty('first')
  })

  it('keeps its memory bounded and loses no event when names never repeat', () => {
    const counter = activityCounter({ names: 1_000, listed: 10, accountHours: 1_000 })
    for (let i = 0; i < 100_000; i++) {
      counter.add(
        event({
          sourceIPAddress: i % 10 === 0 ? '203.0.113.66' : `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`,
          userAgent: 'x',
          eventTime: new Date(1_700_000_000_000 + i * 3_600_000).toISOString(),
        }),
      )
    }
    const { sourceAddresses, hours, otherHours, events } = counter.summary()
    expect(events).toBe(100_000)
    expect(sourceAddresses.exact).toBe(false)
    expect(sourceAddresses.distinct).toBeLessThanOrEqual(1_000)
    expect(sourceAddresses.entries[0]).toEqual({ name: '203.0.113.66', count: 10_000 })
    expect(sourceAddresses.entries).toHaveLength(10)
    expect(sourceAddresses.entries.reduce((sum, { count }) => sum + count, 0) + sourceAddresses.other).toBe(
      100_000,
    )
    expect(hours.length).toBeLessThanOrEqual(1_000)
    expect(hours.reduce((sum, { count }) => sum + count, 0) + otherHours).toBe(100_000)
  })

  it('says the same of events that two threads have counted', () => {
    const [whole, one, other] = [activityCounter(), activityCounter(), activityCounter()]
    for (let i = 0; i < 500; i++) {
      const counted = event({
        sourceIPAddress: `198.51.100.${i % 7}`,
        eventTime: new Date(1_700_000_000_000 + i * 600_000).toISOString(),
        ...(i % 11 === 0 && { errorCode: 'AccessDenied' }),
      })
      whole.add(counted)
      ;(i % 3 === 0 ? one : other).add(counted)
    }
    one.absorb(structuredClone(other.counted()))
    one.absorb(activityCounter().counted())
    expect(one.summary()).toEqual(whole.summary())
  })

  it('cuts names that are too long to keep', () => {
    const counter = activityCounter()
    counter.add(event({ eventName: 'x'.repeat(100_000) }))
    expect(counter.summary().eventNames.entries[0]!.name).toHaveLength(512)
  })
})
