import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { advanced, type LateEvents, nextWindow, type Watermark } from '../../lib/query/watermark.ts'

const HOUR = 3_600_000
const START = Date.parse('2026-11-01T00:00:00.000Z')
const iso = (at: number) => new Date(at).toISOString()
const dayOf = (at: number) => iso(at).slice(0, 10)

interface Delivered {
  readonly id: number
  /** Milliseconds since 1970: of the call, of the delivery of its log file, and from when on queries see it. */
  readonly time: number
  readonly delivered: number
  readonly seen: number
}

/** What a probe over the store would answer: for each day, which events lie in log files of a later day. */
const lateAt = (events: readonly Delivered[], now: number): LateEvents => {
  const days: Record<string, string> = {}
  for (const { id, time, delivered, seen } of events) {
    if (seen > now || dayOf(delivered) <= dayOf(time)) continue
    days[dayOf(time)] = `${days[dayOf(time)] ?? ''} ${id}`
  }
  return days
}

/** Events of the first six days; delivered minutes or weeks later; a late one is seen only after the compaction of some night. */
const deliveries = fc.array(
  fc
    .record({
      time: fc.integer({ min: 0, max: 6 * 24 * 60 }),
      lateness: fc.oneof(
        { weight: 3, arbitrary: fc.integer({ min: 1, max: 15 }) },
        { weight: 1, arbitrary: fc.integer({ min: 15, max: 22 * 60 }) },
        { weight: 1, arbitrary: fc.integer({ min: 15, max: 23 * 24 * 60 }) },
      ),
      hidden: fc.integer({ min: 0, max: 50 * 60 }),
    })
    .map(({ time, lateness, hidden }) => {
      const at = START + time * 60_000
      const delivered = at + lateness * 60_000
      const isLate = dayOf(delivered) > dayOf(at)
      return { time: at, delivered, seen: delivered + (isLate ? hidden * 60_000 : 0) }
    }),
  { maxLength: 60 },
)

/** Hours between schedules; some stand still for days. */
const schedules = fc.array(fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 100 })), {
  minLength: 1,
  maxLength: 300,
})

describe('a watermark', () => {
  it('asks about every event once it is seen, whatever the order and lateness of deliveries', () => {
    fc.assert(
      fc.property(deliveries, schedules, fc.func(fc.boolean()), (found, gaps, fails) => {
        const events = found.map((one, id) => ({ ...one, id }))
        let watermark: Watermark | undefined
        const reported = new Set<number>()
        let now = START
        // the last schedules come when everything is delivered, and none fails then
        const times = [...gaps, ...Array.from({ length: 12 }, () => 7 * 24)].map((gap) => (now += gap * HOUR))
        const first = START + gaps[0]! * HOUR
        times.forEach((tick, n) => {
          const late = lateAt(events, tick)
          const window = nextWindow({ watermark, late, now: iso(tick), overlapHours: 24 })
          if (n > 0 && n < gaps.length && fails(n)) return
          for (const { id, time, seen } of events)
            if (seen <= tick && iso(time) >= window.since && iso(time) < window.until) reported.add(id)
          watermark = advanced(watermark, window, late)
        })
        const owed = events.filter(({ seen }) => seen > first)
        expect(owed.filter(({ id }) => !reported.has(id))).toEqual([])
      }),
      { numRuns: 300 },
    )
  })

  it('begins one overlap before the first schedule, and reaches back for nothing', () => {
    const window = nextWindow({
      watermark: undefined,
      late: { '2026-10-01': 'events:1:A' },
      now: '2026-11-02T00:00:00.000Z',
      overlapHours: 24,
    })
    expect(window).toEqual({
      since: '2026-11-01T00:00:00.000Z',
      until: '2026-11-02T00:00:00.000Z',
      reachedBack: [],
    })
  })

  it('reaches back once to a day whose late events are others than before', () => {
    const watermark = { until: '2026-11-20T10:00:00.000Z', late: { '2026-11-05': 'events:3:A' } }
    const now = '2026-11-20T11:00:00.000Z'
    const same = nextWindow({ watermark, late: { '2026-11-05': 'events:3:A' }, now, overlapHours: 24 })
    expect(same).toMatchObject({ since: '2026-11-19T10:00:00.000Z', reachedBack: [] })
    const late = { '2026-11-05': 'events:4:B', '2026-11-06': 'events:1:C' }
    const window = nextWindow({ watermark, late, now, overlapHours: 24 })
    expect(window).toEqual({
      since: '2026-11-05T00:00:00.000Z',
      until: now,
      reachedBack: ['2026-11-05', '2026-11-06'],
    })
    const next = advanced(watermark, window, late)
    const later = nextWindow({ watermark: next, late, now: '2026-11-20T12:00:00.000Z', overlapHours: 24 })
    expect(later).toMatchObject({ since: '2026-11-19T11:00:00.000Z', reachedBack: [] })
  })

  it('goes on in pieces of a week after the schedule stood still', () => {
    const watermark = { until: '2026-10-01T00:00:00.000Z', late: {} }
    const window = nextWindow({ watermark, late: {}, now: '2026-11-20T00:00:00.000Z', overlapHours: 24 })
    expect(window).toMatchObject({ since: '2026-09-30T00:00:00.000Z', until: '2026-10-08T00:00:00.000Z' })
  })

  it('forgets days that no log file comes for any more', () => {
    const watermark = { until: '2026-11-20T10:00:00.000Z', late: { '2026-09-05': 'x', '2026-11-10': 'y' } }
    const window = { since: '2026-11-19T10:00:00.000Z', until: '2026-11-20T11:00:00.000Z', reachedBack: [] }
    expect(advanced(watermark, window, {}).late).toEqual({ '2026-11-10': 'y' })
  })
})
