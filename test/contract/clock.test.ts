import { describe, expect, it } from 'vitest'
import { systemClock as inAws } from '../../lib/aws/clock.ts'
import { systemClock as onALaptop } from '../../lib/local/clock.ts'

describe.each([
  ['AWS', inAws],
  ['local', onALaptop],
])('clock: %s', (_name, clock) => {
  it('says UTC in ISO 8601 with milliseconds, whatever the time zone of the machine', () => {
    const now = clock.now()
    expect(now).toMatch(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/)
    expect(new Date(now).toISOString()).toBe(now)
  })

  it('says a time between the times before and after', () => {
    const before = new Date().toISOString()
    const now = clock.now()
    expect([before, now, new Date().toISOString()].toSorted()[1]).toBe(now)
  })
})
