import { type CloudTrailEvent, kindOf } from '../trail/event.ts'

/**
 * The one schema of the event tables. From it come the Parquet file, the Glue columns, the DuckDB view and the type
 * checker of the query dialect. The logical side is CloudTrail Lake's documented event schema; the free-form columns
 * are kept as JSON text, so that nothing below requestParameters is ever given a type.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/query-supported-event-schemas.html
 */
export type ColumnType =
  | 'string'
  | 'boolean'
  /** Milliseconds since the epoch, UTC. */
  | 'timestamp'
  | 'int'
  /** Text of one JSON object, in the dialect a map<string,string>: nested values come out as JSON text. */
  | 'json'
  | StructType
  | { readonly array: ColumnType }

export interface StructType {
  /** Types by column name, lower case. */
  readonly struct: Readonly<Record<string, ColumnType>>
  /** CloudTrail's own spelling of each field, by the same name. */
  readonly fields: Readonly<Record<string, string>>
}

export interface Column {
  /** Lower case, as Athena and Glue want it. */
  readonly name: string
  readonly type: ColumnType
  /** Name of the field in the record, in CloudTrail's own spelling. */
  readonly field: string
}

/** A struct from its fields in CloudTrail's spelling; `named` gives the column name where it is not the lower case. */
const struct = (
  types: Readonly<Record<string, ColumnType>>,
  named: Readonly<Record<string, string>> = {},
): StructType => {
  const fields = Object.keys(types).map((field) => [named[field] ?? field.toLowerCase(), field] as const)
  return {
    struct: Object.fromEntries(fields.map(([name, field]) => [name, types[field]!])),
    fields: Object.fromEntries(fields),
  }
}

const ISSUER = struct({
  type: 'string',
  principalId: 'string',
  arn: 'string',
  accountId: 'string',
  userName: 'string',
})

const SESSION_CONTEXT = struct({
  attributes: struct({ creationDate: 'timestamp', mfaAuthenticated: 'string' }),
  sessionIssuer: ISSUER,
  webIdFederationData: struct({ federatedProvider: 'string', attributes: 'json' }),
  sourceIdentity: 'string',
  ec2RoleDelivery: 'string',
  ec2IssuedInVpc: 'string',
})

export const USER_IDENTITY: StructType = struct({
  type: 'string',
  principalId: 'string',
  arn: 'string',
  accountId: 'string',
  accessKeyId: 'string',
  userName: 'string',
  sessionContext: SESSION_CONTEXT,
  onBehalfOf: struct({ userId: 'string', identityStoreArn: 'string' }),
  inScopeOf: struct(
    { sourceArn: 'string', sourceAccount: 'string', issuerType: 'string', credentialsIssuedTo: 'string' },
    // AWS's own misspelling in Lake's schema: queries written for Lake use it.
    { credentialsIssuedTo: 'credentiaisissuedto' },
  ),
  invokedBy: 'string',
  identityProvider: 'string',
})

const RESOURCE = struct({ accountId: 'string', type: 'string', ARN: 'string', ARNPrefix: 'string' })

const column = (field: string, type: ColumnType): Column => ({ name: field.toLowerCase(), type, field })

/** Ours, at the end of every table. They come from no field of the record, whatever the record calls its fields. */
export const OWN_COLUMNS: readonly Column[] = [
  /** Fields this table has no column for, as one JSON object, so that no field of a record is lost. */
  column('otherFields', 'json'),
  /** The object the event was delivered in, and its position there: back to the bytes a digest proves. */
  column('sourceFile', 'string'),
  column('recordIndex', 'int'),
]

/** Columns of `events`, in CloudTrail Lake's order, then our chain of custody. Partition columns: account, day. */
export const EVENT_COLUMNS: readonly Column[] = [
  column('eventVersion', 'string'),
  column('userIdentity', USER_IDENTITY),
  column('eventTime', 'timestamp'),
  column('eventSource', 'string'),
  column('eventName', 'string'),
  column('awsRegion', 'string'),
  column('sourceIPAddress', 'string'),
  column('userAgent', 'string'),
  column('errorCode', 'string'),
  column('errorMessage', 'string'),
  column('requestParameters', 'json'),
  column('responseElements', 'json'),
  column('additionalEventData', 'json'),
  column('requestID', 'string'),
  column('eventID', 'string'),
  column('readOnly', 'boolean'),
  column('resources', { array: RESOURCE }),
  column('eventType', 'string'),
  column('apiVersion', 'string'),
  column('managementEvent', 'boolean'),
  column('recipientAccountId', 'string'),
  column('sharedEventID', 'string'),
  column('annotation', 'string'),
  column('vpcEndpointId', 'string'),
  column('vpcEndpointAccountId', 'string'),
  column('serviceEventDetails', 'json'),
  column('addendum', 'json'),
  column('edgeDeviceDetails', 'json'),
  column('insightDetails', 'json'),
  column('eventCategory', 'string'),
  column(
    'tlsDetails',
    struct({
      tlsVersion: 'string',
      cipherSuite: 'string',
      clientProvidedHostHeader: 'string',
      keyExchange: 'string',
    }),
  ),
  column('sessionCredentialFromConsole', 'string'),
  ...OWN_COLUMNS,
]

/**
 * Columns of `aggregated_events`: five-minute summaries of data events, which have no time, name or identity of their own.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
 */
export const AGGREGATED_COLUMNS: readonly Column[] = [
  column('eventVersion', 'string'),
  column('accountId', 'string'),
  column('eventId', 'string'),
  column('eventCategory', 'string'),
  column('eventType', 'string'),
  column('awsRegion', 'string'),
  column('eventSource', 'string'),
  column('timeWindow', struct({ windowStart: 'timestamp', windowEnd: 'timestamp', windowSize: 'string' })),
  column('summary', 'json'),
  ...OWN_COLUMNS,
]

/** Every table and its columns; the name is the folder, the Glue table and the name in FROM. */
export const TABLES = {
  events: EVENT_COLUMNS,
  insights: EVENT_COLUMNS,
  network_events: EVENT_COLUMNS,
  aggregated_events: AGGREGATED_COLUMNS,
} as const satisfies Record<string, readonly Column[]>

export type TableName = keyof typeof TABLES

/** The table an event belongs to: management and data events share `events`. */
export const tableOf = (event: CloudTrailEvent): TableName => {
  switch (kindOf(event)) {
    case 'insight':
      return 'insights'
    case 'network-activity':
      return 'network_events'
    case 'aggregated':
      return 'aggregated_events'
    default:
      return 'events'
  }
}

/** Partition columns of every table: the account that received the event, and the UTC day of eventTime (YYYY-MM-DD). */
export const PARTITION_COLUMNS = ['account', 'day'] as const
