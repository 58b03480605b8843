/**
 * The one schema of the `events` table. From it come the Parquet file, the Glue columns, the DuckDB view and the type
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
  /** JSON text, in the dialect a map<string,string>: nested values come out as JSON text. */
  | 'json'
  | { readonly struct: Readonly<Record<string, ColumnType>> }
  | { readonly array: ColumnType }

export interface Column {
  /** Lower case, as Athena and Glue want it. */
  readonly name: string
  readonly type: ColumnType
  /** Path of the field in the record; its name in CloudTrail's own spelling. */
  readonly field: string
}

const ISSUER = { struct: { type: 'string', principalid: 'string', arn: 'string', accountid: 'string', username: 'string' } } as const

export const USER_IDENTITY = {
  struct: {
    type: 'string',
    principalid: 'string',
    arn: 'string',
    accountid: 'string',
    accesskeyid: 'string',
    username: 'string',
    sessioncontext: {
      struct: {
        attributes: { struct: { creationdate: 'timestamp', mfaauthenticated: 'string' } },
        sessionissuer: ISSUER,
        webidfederationdata: { struct: { federatedprovider: 'string', attributes: 'json' } },
        sourceidentity: 'string',
        ec2roledelivery: 'string',
        ec2issuedinvpc: 'string',
      },
    },
    onbehalfof: { struct: { userid: 'string', identitystorearn: 'string' } },
    inscopeof: {
      struct: { sourcearn: 'string', sourceaccount: 'string', issuertype: 'string', credentialsissuedto: 'string' },
    },
    invokedby: 'string',
    identityprovider: 'string',
  },
} as const satisfies ColumnType

const column = (field: string, type: ColumnType): Column => ({ name: field.toLowerCase(), type, field })

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
  column('resources', { array: { struct: { accountid: 'string', type: 'string', arn: 'string', arnprefix: 'string' } } }),
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
  column('tlsDetails', {
    struct: { tlsversion: 'string', ciphersuite: 'string', clientprovidedhostheader: 'string', keyexchange: 'string' },
  }),
  column('sessionCredentialFromConsole', 'string'),
  /** Fields this table has no column for, as one JSON object, so that no field of a record is lost. */
  column('otherFields', 'json'),
  /** The object the event was delivered in, and its position there: back to the bytes a digest proves. */
  column('sourceFile', 'string'),
  column('recordIndex', 'int'),
]

/** Partition columns of `events`: the account that received the event, and the UTC day of eventTime (YYYY-MM-DD). */
export const PARTITION_COLUMNS = ['account', 'day'] as const
