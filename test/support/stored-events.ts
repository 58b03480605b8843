import type { CloudTrailEvent } from '../../lib/trail/event.ts'

/** One event of every family the store keeps, with values that are hard to keep. */
export const roleCall: CloudTrailEvent = {
  eventVersion: '1.11',
  userIdentity: {
    type: 'AssumedRole',
    principalId: 'AROAEXAMPLE:session',
    arn: 'arn:aws:sts::111122223333:assumed-role/deploy/session',
    accountId: '111122223333',
    accessKeyId: 'ASIAEXAMPLE',
    sessionContext: {
      sessionIssuer: {
        type: 'Role',
        principalId: 'AROAEXAMPLE',
        arn: 'arn:aws:iam::111122223333:role/deploy',
        accountId: '111122223333',
        userName: 'deploy',
      },
      attributes: { creationDate: '2026-11-01T09:00:00Z', mfaAuthenticated: 'false' },
      webIdFederationData: {
        federatedProvider: 'arn:aws:iam::111122223333:oidc-provider/x',
        attributes: { sub: 'a' },
      },
    },
    inScopeOf: {
      sourceArn: 'arn:aws:lambda:us-east-1:111122223333:function:f',
      sourceAccount: '111122223333',
      issuerType: 'AWS::Lambda::Function',
      credentialsIssuedTo: 'f',
    },
  },
  eventTime: '2026-11-01T10:00:07Z',
  eventSource: 's3.amazonaws.com',
  eventName: 'PutBucketPolicy',
  awsRegion: 'us-east-1',
  sourceIPAddress: '192.0.2.10',
  userAgent: '[aws-cli/2.0 "quoted" \\ 日本語]',
  requestParameters: { bucketName: 'logs', ratio: 0.1, deep: { a: [1, 2.5, null] }, text: 'é\u0000😀' },
  responseElements: null,
  requestID: 'R1',
  eventID: '11111111-1111-4111-8111-111111111111',
  readOnly: false,
  resources: [{ accountId: '111122223333', type: 'AWS::S3::Bucket', ARN: 'arn:aws:s3:::logs' }],
  eventType: 'AwsApiCall',
  managementEvent: true,
  recipientAccountId: '111122223333',
  eventCategory: 'Management',
  tlsDetails: {
    tlsVersion: 'TLSv1.3',
    cipherSuite: 'TLS_AES_128_GCM_SHA256',
    clientProvidedHostHeader: 's3.amazonaws.com',
    keyExchange: 'x25519',
  },
}

export const consoleLogin: CloudTrailEvent = {
  eventVersion: '1.08',
  userIdentity: {
    type: 'Root',
    principalId: '444455556666',
    arn: 'arn:aws:iam::444455556666:root',
    accountId: '444455556666',
  },
  eventTime: '2026-11-02T23:59:59Z',
  eventSource: 'signin.amazonaws.com',
  eventName: 'ConsoleLogin',
  awsRegion: 'us-east-1',
  sourceIPAddress: '203.0.113.7',
  errorMessage: 'Failed authentication',
  requestParameters: null,
  responseElements: { ConsoleLogin: 'Failure' },
  additionalEventData: { MFAUsed: 'No', MobileVersion: 'No' },
  eventID: '22222222-2222-4222-8222-222222222222',
  readOnly: false,
  eventType: 'AwsConsoleSignIn',
  managementEvent: true,
  recipientAccountId: '444455556666',
  eventCategory: 'Management',
  sessionCredentialFromConsole: 'true',
}

export const serviceEvent: CloudTrailEvent = {
  eventVersion: '1.05',
  userIdentity: { accountId: '111122223333', invokedBy: 'AWS Internal' },
  eventTime: '2026-11-01T00:00:00Z',
  eventSource: 'kms.amazonaws.com',
  eventName: 'RotateKey',
  awsRegion: 'eu-west-1',
  sourceIPAddress: 'AWS Internal',
  eventID: '33333333-3333-4333-8333-333333333333',
  eventType: 'AwsServiceEvent',
  recipientAccountId: '111122223333',
  serviceEventDetails: { keyId: 'k' },
  resources: [],
}

export const insight: CloudTrailEvent = {
  eventVersion: '1.07',
  eventTime: '2026-11-01T10:01:00Z',
  awsRegion: 'us-east-1',
  eventID: '44444444-4444-4444-8444-444444444444',
  eventType: 'AwsCloudTrailInsight',
  recipientAccountId: '111122223333',
  sharedEventID: '55555555-5555-4555-8555-555555555555',
  insightDetails: {
    state: 'Start',
    eventSource: 'iam.amazonaws.com',
    eventName: 'ListRoles',
    insightType: 'ApiCallRateInsight',
    insightContext: { statistics: { baseline: { average: 0.0020833333 }, insight: { average: 12 } } },
  },
  eventCategory: 'Insight',
}

export const networkActivity: CloudTrailEvent = {
  eventVersion: '1.09',
  userIdentity: { type: 'AWSAccount', accountId: '444455556666' },
  eventTime: '2026-11-01T10:02:00Z',
  eventSource: 'kms.amazonaws.com',
  eventName: 'Decrypt',
  awsRegion: 'us-east-1',
  sourceIPAddress: '198.51.100.4',
  errorCode: 'VpceAccessDenied',
  requestParameters: null,
  responseElements: null,
  eventID: '66666666-6666-4666-8666-666666666666',
  eventType: 'AwsVpceEvents',
  recipientAccountId: '111122223333',
  vpcEndpointId: 'vpce-0example',
  vpcEndpointAccountId: '111122223333',
  eventCategory: 'NetworkActivity',
}

export const aggregated: CloudTrailEvent = {
  eventVersion: '1.0',
  accountId: '111122223333',
  eventId: '77777777-7777-4777-8777-777777777777',
  eventCategory: 'Aggregated',
  eventType: 'AwsAggregatedEvent',
  awsRegion: 'us-east-1',
  eventSource: 's3.amazonaws.com',
  timeWindow: { windowStart: '2026-11-01T10:05:00Z', windowEnd: '2026-11-01T10:10:00Z', windowSize: 'PT5M' },
  summary: {
    primaryDimension: {
      dimension: 'eventName',
      statistics: [{ name: 'GetObject', value: 512 }],
      aggregationType: 'Count',
    },
    details: [],
  },
}
