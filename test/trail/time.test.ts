import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isTime, millisOf } from '../../lib/trail/time.ts'

describe('times of events', () => {
  it('are what Date makes of them, at every second', () => {
    const time = fc.date({ min: new Date(0), max: new Date('2199-12-31T23:59:59Z'), noInvalidDate: true })
    fc.assert(
      fc.property(time, (date) => {
        const whole = `${date.toISOString().slice(0, 19)}Z`
        expect(millisOf(whole)).toBe(Date.parse(whole))
        expect(millisOf(date.toISOString())).toBe(date.getTime())
      }),
      { numRuns: 2000 },
    )
  })

  it.each([
    ['2026-10-14T13:05:09Z', true],
    ['2026-10-14T13:05Z', true],
    ['2026-10-14T13:05:09.123+02:00', true],
    ['2024-02-29T00:00:00Z', true],
    ['2026-13-14T13:05:09Z', false],
    ['2026-10-32T13:05:09Z', false],
    ['2026-10-14T24:05:09Z', false],
    ['2026-10-14T13:60:09Z', false],
    ['2026-10-14 13:05:09Z', false],
    ['2026-10-14T13:05:09', false],
    ['2026-10-1aT13:05:09Z', false],
    ['2026-10- 4T13:05:09Z', false],
    ['anything 1', false],
    ['', false],
  ])('%s: %s', (text, expected) => {
    expect(isTime(text)).toBe(expected)
  })
})
