import type { Finding } from '../finding.ts'
import { kindOf } from '../trail/event.ts'
import { millisOf } from '../trail/time.ts'

/** Where the fast lane looks, and when. */
export interface FastLaneReach {
  /** EventBridge carries the events of its own account and Region. */
  readonly account: string
  readonly region: string
  /** Do List, Get and Describe calls reach it? */
  readonly readOnlyEvents: boolean
  /** Rules that no pattern can be drawn round. */
  readonly waiting: ReadonlySet<string>
  /** UTC ISO. */
  readonly now: string
}

/** EventBridge had this long. */
const PATIENCE_MS = 5 * 60_000
/** What is older was redelivered, or happened before anything was deployed. */
const OLDEST_MS = 2 * 3_600_000
/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html */
const READ_ONLY = /^(List|Get|Describe)/
const DELIVERED_READS = ['GetFederationToken', 'GetSessionToken']

/** Should the fast lane have reported this finding of one event by now? */
export const wasDeliverable = (finding: Finding, reach: FastLaneReach): boolean => {
  const { rule, event, events, raw, time } = finding
  if (events.length !== 1 || reach.waiting.has(rule.id)) return false
  if (event.recipientAccountId !== reach.account || event.awsRegion !== reach.region) return false
  if (kindOf(raw) !== 'management') return false
  const isRead = READ_ONLY.test(event.eventName) && !DELIVERED_READS.includes(event.eventName)
  if (isRead && !reach.readOnlyEvents) return false
  const age = millisOf(reach.now) - millisOf(time)
  return age >= PATIENCE_MS && age <= OLDEST_MS
}

/** The finding, with a line that says so. */
export const missedByFastLane = (finding: Finding): Finding => ({
  ...finding,
  notes: [
    ...(finding.notes ?? []),
    'The fast lane did not report this: EventBridge delivered nothing, or the function failed. It comes from the log file.',
  ],
})
