import type { LocatedEvent } from '../../ports.ts'
import { type CloudTrailEvent, eventIdOf, eventTimeOf, isObject } from '../../trail/event.ts'

/** The event that began something, without its request and answer: as much as a finding and a playbook need. */
export interface Trigger {
  readonly event: CloudTrailEvent
  readonly key: string
  readonly index: number
}

const MAX_TEXT = 512

export const triggerOf = ({ event, key, index }: LocatedEvent): Trigger => ({
  event: {
    eventVersion: textOf(event.eventVersion),
    userIdentity: identityIn(event.userIdentity),
    eventTime: eventTimeOf(event),
    eventSource: textOf(event.eventSource),
    eventName: textOf(event.eventName),
    awsRegion: textOf(event.awsRegion),
    sourceIPAddress: textOf(event.sourceIPAddress),
    userAgent: textOf(event.userAgent),
    errorCode: textOf(event.errorCode),
    eventID: textOf(eventIdOf(event)) ?? `${key}:${index}`,
    eventType: textOf(event.eventType),
    recipientAccountId: textOf(event.recipientAccountId ?? event['accountId']),
    vpcEndpointId: textOf(event.vpcEndpointId),
    eventCategory: textOf(event.eventCategory),
  } as CloudTrailEvent,
  key,
  index,
})

const identityIn = (who: unknown): Record<string, unknown> => {
  if (!isObject(who)) return {}
  const session = who['sessionContext']
  const issuer = isObject(session) ? session['sessionIssuer'] : undefined
  return { ...namesIn(who), ...(isObject(issuer) && { sessionContext: { sessionIssuer: namesIn(issuer) } }) }
}

const namesIn = (of: Record<string, unknown>): Record<string, unknown> => ({
  type: textOf(of['type']),
  principalId: textOf(of['principalId']),
  arn: textOf(of['arn']),
  accountId: textOf(of['accountId']),
  accessKeyId: textOf(of['accessKeyId']),
  userName: textOf(of['userName']),
  identityProvider: textOf(of['identityProvider']),
})

const textOf = (value: unknown): string | undefined => {
  if (typeof value !== 'string' || value === '') return undefined
  return value.length <= MAX_TEXT ? value : value.slice(0, MAX_TEXT)
}

/** Without the fields that the event has not: what is read back from JSON is the same. */
export const told = <T extends object>(of: T): T =>
  Object.fromEntries(
    Object.entries(of)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, isObject(value) ? told(value) : value]),
  ) as T
