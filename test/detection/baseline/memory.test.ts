import { describe, expect, it } from 'vitest'
import { makeBaseline } from '../../../lib/detection/baseline/baseline.ts'
import { makeRateTable } from '../../../lib/detection/baseline/rate-table.ts'
import { makeSeenTable } from '../../../lib/detection/baseline/seen.ts'
import type { CloudTrailEvent } from '../../../lib/trail/event.ts'
import { alive, burst, call } from './calls.ts'

const sizeOf = (saved: {
  rates: { series: readonly unknown[]; callers: readonly unknown[] }
  seen: readonly (readonly unknown[])[]
}) => ({
  series: saved.rates.series.length,
  callers: saved.rates.callers.length,
  scopes: saved.seen.length,
  values: saved.seen.reduce((sum, scope) => sum + (scope[5] as unknown[]).length, 0),
})

const flood = (n: number, event: (i: number) => CloudTrailEvent) => {
  const baseline = makeBaseline()
  const { event: base, key } = call('2026-01-01T00:00:00Z')
  for (let i = 0; i < n; i++)
    baseline.add({ key, index: i, event: { ...base, eventID: `e${i}`, eventTime: timeAt(i), ...event(i) } })
  return {
    sizes: sizeOf(baseline.save()),
    dropped: baseline.summary().dropped,
    told: baseline.observations().length,
  }
}
const timeAt = (i: number) => new Date(Date.parse('2026-01-01T00:00:00Z') + i * 1000).toISOString()

describe('a quarter of a million invented names', () => {
  it.each<[string, (i: number) => CloudTrailEvent]>([
    ['of calls', (i) => ({ eventName: `Call${i}`, eventSource: `s${i % 977}.amazonaws.com` })],
    [
      'of users, agents and addresses',
      (i) => ({
        userAgent: `agent${i}/1.0`,
        sourceIPAddress: `${(i >> 16) + 1}.${(i >> 8) & 255}.${i & 255}.7`,
        userIdentity: {
          type: 'IAMUser',
          arn: `arn:aws:iam::111122223333:user/u${i}`,
          accessKeyId: `AKIA${i}`,
        },
      }),
    ],
  ])(
    '%s stay within bounds, and are counted',
    (_what, event) => {
      const { sizes, dropped } = flood(250_000, event)
      expect(sizes.series).toBeLessThanOrEqual(20_000)
      expect(sizes.callers).toBeLessThanOrEqual(20_000)
      expect(sizes.scopes).toBeLessThanOrEqual(5 * 40_000)
      expect(sizes.values).toBeLessThanOrEqual(100_000)
      expect(dropped.calls + dropped.values).toBeGreaterThan(50_000)
    },
    120_000,
  )
})

describe('a flood', () => {
  it('does not drive out what was known before it', () => {
    const table = makeSeenTable({ values: 10, scopes: 3 })
    const see = (name: string, value: string, time: number) =>
      table.see(
        table.scope('principal', name, time),
        { habit: 'h', value, time, most: 4, memory: 1000 },
        () => ({
          event: { eventID: value },
          key: 'k',
          index: 0,
        }),
      )
    see('alice', 'known', 1)
    for (let i = 0; i < 1000; i++) see('alice', `new${i}`, 100 + i)
    for (let i = 0; i < 1000; i++) see(`user${i}`, 'v', 200 + i)
    const [, , , , , seen] = table.save().find(([, name]) => name === 'alice') ?? []
    expect(seen?.map(([, value]) => value)).toContain('known')
    expect(table.dropped()).toBeGreaterThan(900)
  })

  it('folds quiet minutes into their day, and keeps the loud ones', () => {
    const table = makeRateTable({ minutes: 100 })
    const baseline = makeBaseline({ rates: { minutes: 100 } })
    const quiet = Array.from({ length: 1000 }, (_, i) =>
      call(new Date(Date.parse('2026-01-02T00:00:00Z') + i * 60_000).toISOString()),
    )
    for (const one of [
      alive('2026-01-01T00:00:00Z'),
      ...burst('2026-01-03T10:00', 200),
      ...quiet,
      alive('2026-01-03T12:00:00Z'),
    ])
      baseline.add(one)
    expect(baseline.summary().dropped.minutes).toBeGreaterThan(800)
    expect(baseline.observations().filter(({ event }) => event.insightDetails)[0]?.event).toMatchObject({
      eventTime: '2026-01-03T10:00:00Z',
      // 1000 calls of the day before, in 2 * 1440 + 600 minutes
      insightDetails: {
        insightContext: { statistics: { baseline: { average: 0.2873563218 }, baselineDuration: 3480 } },
      },
    })
    expect(table.dropped()).toEqual({ calls: 0, minutes: 0 })
  })
})
