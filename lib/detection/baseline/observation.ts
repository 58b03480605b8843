import type { LocatedEvent } from '../../ports.ts'
import { BASELINE_SOURCE } from './observed-call.ts'
import { type Trigger, told } from './trigger.ts'

/** An event under a name of our own, which rules can match, and what was observed. */
export const observed = (
  { event, key, index }: Trigger,
  eventName: string,
  baseline: Readonly<Record<string, unknown>>,
): LocatedEvent => ({
  key,
  index,
  event: {
    ...told(event),
    eventSource: BASELINE_SOURCE,
    eventName,
    baseline: { ...baseline, eventSource: event.eventSource, eventName: event.eventName },
  },
})

/** UTC, to the second. */
export const timeOf = (time: number): string => `${new Date(time).toISOString().slice(0, 19)}Z`
