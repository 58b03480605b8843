import type { Clock } from '../ports.ts'

/** The clock of the machine the function runs on. */
export const systemClock: Clock = { now: () => new Date().toISOString() }
