/**
 * One CloudTrail event, of any category and any version from 1.0x to 1.11, as delivered: unknown fields are kept.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
 */
export interface CloudTrailEvent {
  readonly eventVersion?: string
  readonly userIdentity?: UserIdentity
  readonly eventTime?: string
  readonly eventSource?: string
  readonly eventName?: string
  readonly awsRegion?: string
  readonly sourceIPAddress?: string
  readonly userAgent?: string
  readonly errorCode?: string
  readonly errorMessage?: string
  readonly requestParameters?: unknown
  readonly responseElements?: unknown
  readonly additionalEventData?: unknown
  readonly requestID?: string
  readonly eventID?: string
  readonly eventType?: string
  readonly apiVersion?: string
  readonly readOnly?: boolean | string
  readonly managementEvent?: boolean | string
  readonly resources?: unknown
  readonly recipientAccountId?: string
  readonly sharedEventID?: string
  readonly vpcEndpointId?: string
  readonly eventCategory?: string
  readonly insightDetails?: unknown
  readonly addendum?: unknown
  readonly tlsDetails?: unknown
  readonly [field: string]: unknown
}

export interface UserIdentity {
  readonly type?: string
  readonly principalId?: string
  readonly arn?: string
  readonly accountId?: string
  readonly accessKeyId?: string
  readonly userName?: string
  readonly invokedBy?: string
  readonly sessionContext?: {
    readonly sessionIssuer?: {
      readonly type?: string
      readonly principalId?: string
      readonly arn?: string
      readonly accountId?: string
      readonly userName?: string
    }
    readonly attributes?: { readonly mfaAuthenticated?: string; readonly creationDate?: string }
    readonly [field: string]: unknown
  }
  readonly [field: string]: unknown
}

export type EventKind = 'management' | 'data' | 'insight' | 'network-activity' | 'aggregated'

/** Which family of events it belongs to. Records before version 1.07 carry no category: they are management events. */
export const kindOf = (event: CloudTrailEvent): EventKind => {
  switch (event.eventCategory) {
    case 'Data':
      return 'data'
    case 'Insight':
      return 'insight'
    case 'NetworkActivity':
      return 'network-activity'
    case 'Aggregated':
      return 'aggregated'
  }
  if (event.eventType === 'AwsCloudTrailInsight') return 'insight'
  if (event.eventType === 'AwsAggregatedEvent') return 'aggregated'
  if (event.eventType === 'AwsVpceEvents' || event.eventType === 'AwsVpceEvent') return 'network-activity'
  return event.managementEvent === false || event.managementEvent === 'false' ? 'data' : 'management'
}

/** The event's id. Aggregated events spell it `eventId`. */
export const eventIdOf = (event: CloudTrailEvent): string | undefined =>
  text(event.eventID) ?? text(event['eventId'])

/** The event's time, UTC ISO. Aggregated events have a window instead: its start. */
export const eventTimeOf = (event: CloudTrailEvent): string | undefined =>
  text(event.eventTime) ?? text(at(event, 'timeWindow', 'windowStart'))

/** The account the event was delivered to. Versions before 1.02 name only the caller's; aggregated events `accountId`. */
export const accountOf = (event: CloudTrailEvent): string | undefined =>
  text(event.recipientAccountId) ?? text(event['accountId']) ?? text(at(event, 'userIdentity', 'accountId'))

/** Who made the call, flattened from `userIdentity`. Empty strings where the event says nothing. */
export interface Identity {
  /** IAMUser, AssumedRole, Root, AWSService, AWSAccount, ... or `Unknown`. */
  readonly type: string
  readonly principalId: string
  readonly arn: string
  readonly accountId: string
  readonly accessKeyId: string
  /** User name, or the role's name for a role session. */
  readonly name: string
  /** The role behind a session; else the identity's own ARN, principal or account. What to group by. */
  readonly actor: string
  /** AWS service that made the call for this identity. */
  readonly invokedBy: string
  /** Unique id of the role behind a session (AROA...). */
  readonly issuerId: string
}

/**
 * Who did it, as the record says. Session names are chosen by the caller, so `actor` never rests on one.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
 */
export const identityOf = (event: CloudTrailEvent): Identity => {
  const who = isObject(event.userIdentity) ? event.userIdentity : {}
  const issuer = isObject(at(who, 'sessionContext', 'sessionIssuer'))
    ? (at(who, 'sessionContext', 'sessionIssuer') as Record<string, unknown>)
    : {}
  const arn = text(who['arn']) ?? ''
  const principalId = text(who['principalId']) ?? ''
  const accountId = text(who['accountId']) ?? ''
  const name = text(who['userName']) ?? text(issuer['userName']) ?? lastSegment(arn)
  return {
    type: text(who['type']) ?? 'Unknown',
    principalId,
    arn,
    accountId,
    accessKeyId: text(who['accessKeyId']) ?? '',
    name: who['type'] === 'Root' ? 'root' : name,
    actor: actorOf(event),
    invokedBy: text(who['invokedBy']) ?? '',
    issuerId: text(issuer['principalId']) ?? '',
  }
}

/** The `actor` of `identityOf`, without the rest. */
export const actorOf = (event: CloudTrailEvent): string => {
  const who = event.userIdentity
  if (!isObject(who)) return ''
  const session = who.sessionContext
  const issuer = isObject(session) ? session['sessionIssuer'] : undefined
  return (
    text(isObject(issuer) ? issuer['arn'] : undefined) ??
    text(who['arn']) ??
    text(who['principalId']) ??
    text(who['invokedBy']) ??
    text(who['accountId']) ??
    ''
  )
}

/** ARNs (else names) in the event's `resources`. https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html */
export const resourcesOf = (event: CloudTrailEvent): readonly string[] => {
  if (!Array.isArray(event.resources)) return []
  return event.resources.flatMap((resource: unknown) => {
    if (!isObject(resource)) return []
    return text(resource['ARN']) ?? text(resource['arn']) ?? text(resource['ARNPrefix']) ?? []
  })
}

/** The value below a path of field names, or `undefined`. Never throws, whatever the record holds. */
export const at = (value: unknown, ...path: readonly string[]): unknown => {
  let here = value
  for (const name of path) {
    if (!isObject(here) || !Object.hasOwn(here, name)) return undefined
    here = here[name]
  }
  return here
}

/** A non-empty string, or `undefined`. */
export const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const lastSegment = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1)
