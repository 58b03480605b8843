import { type Finding, findingId, type RuleRef } from '../finding.ts'
import type { LocatedEvent } from '../ports.ts'
import {
  accountOf,
  at,
  type CloudTrailEvent,
  eventIdOf,
  eventTimeOf,
  identityOf,
  text,
} from '../trail/event.ts'
import { affectedBy } from './affected.ts'
import { observedCall } from './baseline/observed-call.ts'

/** A hit's place, and the events it rests on. */
export interface Basis {
  readonly located: LocatedEvent
  readonly events: readonly string[]
}

/** The event's id; its place, for a record that reached us without one. */
export const idOf = ({ event, key, index }: LocatedEvent): string => eventIdOf(event) ?? `${key}:${index}`

/** The finding of a rule on an event. Its id rests on these two alone. */
export const makeFinding = (rule: RuleRef, { located, events }: Basis): Finding => {
  const { key, index } = located
  const event = observedCall(located.event)
  const errorCode = text(event.errorCode)
  const eventID = idOf(located)
  return {
    id: findingId(rule.id, eventID),
    rule,
    time: eventTimeOf(event) ?? '',
    event: {
      eventID,
      eventName: nameIn(event, 'eventName'),
      eventSource: nameIn(event, 'eventSource'),
      recipientAccountId: accountOf(event) ?? '',
      awsRegion: text(event.awsRegion) ?? '',
      sourceIPAddress: text(event.sourceIPAddress) ?? '',
      userAgent: text(event.userAgent) ?? '',
      ...(errorCode && { errorCode }),
    },
    actor: identityOf(event),
    resources: affectedBy(event),
    events,
    source: { key, index },
    raw: event,
  }
}

/** An Insights event names its call inside. */
const nameIn = (event: CloudTrailEvent, name: 'eventName' | 'eventSource'): string =>
  text(event[name]) ?? text(at(event, 'insightDetails', name)) ?? ''
