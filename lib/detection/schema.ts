import { DERIVED_FIELDS } from './derive.ts'

/** `value`: one value. `map`: an object whose fields are listed too. `open`: an object that each service fills its own way. */
type Kind = 'value' | 'map' | 'open'

const named = (kind: Kind, names: string): [string, Kind][] =>
  names
    .trim()
    .split(/\s+/)
    .map((name) => [name, kind])

/**
 * Fields of an event, with dots. https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
 */
export const SCHEMA_FIELDS: ReadonlyMap<string, Kind> = new Map([
  ...named(
    'value',
    `eventVersion eventTime eventSource eventName awsRegion sourceIPAddress userAgent errorCode errorMessage
    requestID eventID eventId eventType apiVersion readOnly managementEvent recipientAccountId accountId sharedEventID
    vpcEndpointId vpcEndpointAccountId eventCategory sessionCredentialFromConsole`,
  ),
  ...named(
    'open',
    `requestParameters responseElements additionalEventData serviceEventDetails resources insightDetails addendum
    tlsDetails edgeDeviceDetails annotation eventContext timeWindow summary baseline`,
  ),
  ...named('map', 'userIdentity userIdentity.sessionContext'),
  ...named(
    'value',
    `userIdentity.type userIdentity.principalId userIdentity.arn userIdentity.accountId userIdentity.accessKeyId
    userIdentity.userName userIdentity.invokedBy userIdentity.identityProvider userIdentity.credentialId
    userIdentity.inScopeOf`,
  ),
  ...named(
    'open',
    `userIdentity.sessionContext.sessionIssuer userIdentity.sessionContext.attributes userIdentity.onBehalfOf
    userIdentity.sessionContext.webIdFederationData userIdentity.sessionContext.sourceIdentity
    userIdentity.sessionContext.ec2RoleDelivery userIdentity.sessionContext.assumedRoot userIdentity.inScopeOf`,
  ),
  ...named('value', [...DERIVED_FIELDS].join(' ')),
])

/** Values that can occur, where they are few or have one shape. */
export const VALUES: Readonly<Record<string, { readonly shape: RegExp; readonly expected: string }>> = {
  eventSource: {
    shape: /^([a-z0-9-]+(\.[a-z0-9-]+)*\.(amazonaws\.com|aws\.internal)|baseline\.trailwarden)$/i,
    expected: 'a service such as iam.amazonaws.com',
  },
  eventName: { shape: /^[A-Za-z][\w:. -]*$/, expected: 'a name such as StopLogging' },
  errorCode: {
    shape: /^(?!(success|ok|none|null|true|false|)$)/i,
    expected: 'a failure: a success has no errorCode',
  },
  readOnly: { shape: /^(true|false)$/i, expected: 'true or false' },
  managementEvent: { shape: /^(true|false)$/i, expected: 'true or false' },
  eventCategory: {
    shape: /^(Management|Data|Insight|NetworkActivity|Aggregated)$/i,
    expected: 'Management, Data, Insight, NetworkActivity or Aggregated',
  },
  eventType: {
    shape:
      /^(AwsApiCall|AwsServiceEvent|AwsConsoleAction|AwsConsoleSignIn|AwsCloudTrailInsight|AwsVpceEvents?|AwsAggregatedEvent|AwsMessage)$/i,
    expected:
      'AwsApiCall, AwsServiceEvent, AwsConsoleAction, AwsConsoleSignIn, AwsCloudTrailInsight, AwsVpceEvents or AwsAggregatedEvent',
  },
  'userIdentity.type': {
    shape:
      /^(Root|IAMUser|AssumedRole|Role|FederatedUser|Directory|AWSAccount|AWSService|IdentityCenterUser|SAMLUser|WebIdentityUser|Unknown)$/i,
    expected:
      'Root, IAMUser, AssumedRole, Role, FederatedUser, Directory, AWSAccount, AWSService, IdentityCenterUser, SAMLUser, WebIdentityUser or Unknown',
  },
  recipientAccountId: { shape: /^\d{12}$/, expected: '12 digits' },
  'userIdentity.accountId': { shape: /^(\d{12}|ANONYMOUS_PRINCIPAL)$/, expected: '12 digits' },
  'ct.success': { shape: /^(true|false)$/i, expected: 'true or false' },
  'ct.write': { shape: /^(true|false)$/i, expected: 'true or false' },
  'ct.longTermKey': { shape: /^(true|false)$/i, expected: 'true or false' },
}
