import type { Clock } from '../../ports.ts'

/** A clock that moves only when somebody sleeps, with everybody who is due in between at work at their time. */
export interface SimulatedTime extends Clock {
  /** Milliseconds since 1970. */
  readonly millis: () => number
  readonly sleep: (milliseconds: number) => Promise<void>
  /** Does `work` again and again, first after `first` milliseconds; answers how to stop it. `work` must not sleep. */
  readonly every: (milliseconds: number, work: () => Promise<void>, first?: number) => () => void
}

interface Due {
  at: number
  readonly every: number
  readonly work: () => Promise<void>
}

/**
 * Time for a simulated account: the same waits give the same order of everything, on any machine. `speed`: simulated seconds in one real
 * second; `Infinity` does not wait at all. One may sleep at a time.
 */
export const simulatedTime = (start: string, speed: number): SimulatedTime => {
  let now = Date.parse(start)
  const due = new Set<Due>()
  const pass = async (until: number): Promise<void> => {
    const real = (until - now) / speed
    if (real >= 1) await new Promise((resolve) => setTimeout(resolve, real))
    now = until
  }
  const nextBefore = (until: number): Due | undefined =>
    [...due].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0]
  return {
    now: () => new Date(now).toISOString(),
    millis: () => now,
    sleep: async (milliseconds) => {
      const until = now + milliseconds
      for (let next = nextBefore(until); next; next = nextBefore(until)) {
        await pass(next.at)
        next.at += next.every
        await next.work()
      }
      await pass(until)
    },
    every: (milliseconds, work, first = milliseconds) => {
      const one: Due = { at: now + first, every: milliseconds, work }
      due.add(one)
      return () => void due.delete(one)
    },
  }
}
