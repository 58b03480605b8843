import type { Clock } from '../../lib/ports.ts'

/** A clock that moves only when somebody sleeps, and what happens meanwhile. */
export const fakeTime = (start = '2026-11-01T10:00:10.000Z') => {
  let now = Date.parse(start)
  let timers: { at: number; every: number; run: () => void }[] = []
  const advanceTo = (end: number) => {
    for (;;) {
      const next = timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0]
      if (!next) break
      now = Math.max(now, next.at)
      next.at += next.every
      next.run()
    }
    now = Math.max(now, end)
  }
  const clock: Clock = { now: () => new Date(now).toISOString() }
  return {
    clock,
    ms: () => now,
    sleep: async (milliseconds: number) => advanceTo(now + milliseconds),
    /** Moves on; what is scheduled happens at its time. */
    advance: (seconds: number) => advanceTo(now + seconds * 1000),
    /** Runs something again and again from now on; answers how to stop it. */
    every: (seconds: number, run: () => void, first = seconds) => {
      const timer = { at: now + first * 1000, every: seconds * 1000, run }
      timers.push(timer)
      return () => {
        timers = timers.filter((one) => one !== timer)
      }
    },
  }
}

export type FakeTime = ReturnType<typeof fakeTime>
