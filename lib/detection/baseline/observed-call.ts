import { at, type CloudTrailEvent, text } from '../../trail/event.ts'

/** `eventSource` of observations. */
export const BASELINE_SOURCE = 'baseline.trailwarden'

/** The call an observation is about, for whoever shows it: its own names stand in for the observation's. */
export const observedCall = (event: CloudTrailEvent): CloudTrailEvent => {
  const { baseline, eventSource } = event
  if (eventSource !== BASELINE_SOURCE) return event
  return {
    ...event,
    eventSource: text(at(baseline, 'eventSource')) ?? '',
    eventName: text(at(baseline, 'eventName')) ?? '',
  }
}
