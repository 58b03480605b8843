import type { LocatedEvent } from '../../ports.ts'
import { at, type CloudTrailEvent, eventIdOf, eventTimeOf, isObject, text } from '../../trail/event.ts'

/** The event that began something, without its request and answer: as much as a finding and a playbook need. */
export interface Trigger {
  readonly event: CloudTrailEvent
  readonly key: string
  readonly index: number
  /** Milliseconds for which the habit remembers what it began. */
  readonly memory: number
}

const KEPT = [
  'eventVersion',
  'eventSource',
  'eventName',
  'awsRegion',
  'sourceIPAddress',
  'errorCode',
  'eventType',
  'eventCategory',
  'recipientAccountId',
  'vpcEndpointId',
] as const
const KEPT_IDENTITY = [
  'type',
  'principalId',
  'arn',
  'accountId',
  'accessKeyId',
  'userName',
  'identityProvider',
] as const
const MAX_TEXT = 512

export const triggerOf = ({ event, key, index }: LocatedEvent, memory: number): Trigger => {
  const slim: Record<string, unknown> = textsOf(event, KEPT)
  slim['eventID'] = (eventIdOf(event) ?? `${key}:${index}`).slice(0, MAX_TEXT)
  slim['eventTime'] = eventTimeOf(event)
  const agent = text(event.userAgent)
  if (agent) slim['userAgent'] = agent.slice(0, MAX_TEXT)
  slim['userIdentity'] = identityIn(event)
  return { event: slim, key, index, memory }
}

const identityIn = ({ userIdentity }: CloudTrailEvent): Record<string, unknown> => {
  if (!isObject(userIdentity)) return {}
  const issuer = at(userIdentity, 'sessionContext', 'sessionIssuer')
  return {
    ...textsOf(userIdentity, KEPT_IDENTITY),
    ...(isObject(issuer) && { sessionContext: { sessionIssuer: textsOf(issuer, KEPT_IDENTITY) } }),
  }
}

const textsOf = (from: object, names: readonly string[]): Record<string, unknown> => {
  const texts: Record<string, unknown> = {}
  for (const name of names) {
    const value = text(at(from, name))
    if (value) texts[name] = value.slice(0, MAX_TEXT)
  }
  return texts
}
