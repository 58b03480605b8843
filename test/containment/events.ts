import { readdirSync, readFileSync } from 'node:fs'
import type { OwnSnapshots } from '../../lib/containment/own-snapshots.ts'
import { type PlanInput, planContainment } from '../../lib/containment/plan.ts'
import { type Playbook, parsePlaybook } from '../../lib/containment/playbook.ts'
import { type Finding, findingId, type Level } from '../../lib/finding.ts'
import { type CloudTrailEvent, identityOf } from '../../lib/trail/event.ts'

/** Hand-written events and findings for the tests of the plan. */

export const ACCOUNT = '111122223333'
export const NOW = '2026-11-01T10:00:07.123Z'
export const KEY = 'AKIAIOSFODNN7EXAMPLE'

export const USER = {
  type: 'IAMUser',
  principalId: 'AIDACKCEVSQ6C2EXAMPLE',
  arn: 'arn:aws:iam::111122223333:user/staff/mallory',
  accountId: ACCOUNT,
  accessKeyId: KEY,
  userName: 'mallory',
}

export const ROLE = {
  type: 'AssumedRole',
  principalId: 'AROADBQP57FF2AEXAMPLE:nightly',
  arn: 'arn:aws:sts::111122223333:assumed-role/backup/nightly',
  accountId: ACCOUNT,
  accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
  sessionContext: {
    sessionIssuer: {
      type: 'Role',
      principalId: 'AROADBQP57FF2AEXAMPLE',
      arn: 'arn:aws:iam::111122223333:role/ops/backup',
      accountId: ACCOUNT,
      userName: 'backup',
    },
    attributes: { creationDate: '2026-11-01T09:00:00Z', mfaAuthenticated: 'false' },
  },
}

export const ROOT = {
  type: 'Root',
  principalId: ACCOUNT,
  arn: 'arn:aws:iam::111122223333:root',
  accountId: ACCOUNT,
  accessKeyId: 'AKIAI44QH8DHBEXAMPLE',
}

/** Credentials that EC2 handed to an instance. */
export const INSTANCE_ROLE = {
  type: 'AssumedRole',
  principalId: 'AROADBQP57FF2AEXAMPLE:i-0123456789abcdef0',
  arn: 'arn:aws:sts::111122223333:assumed-role/backup/i-0123456789abcdef0',
  accountId: ACCOUNT,
  accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
  sessionContext: { ...ROLE.sessionContext, ec2RoleDelivery: '2.0' },
}

/** A person of IAM Identity Center in their role. */
export const PERSON = {
  type: 'AssumedRole',
  principalId: 'AROADBQP57FF2AEXAMPLE:dana',
  arn: 'arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/dana',
  accountId: ACCOUNT,
  accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
  sessionContext: {
    sessionIssuer: {
      type: 'Role',
      principalId: 'AROADBQP57FF2AEXAMPLE',
      arn: 'arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef',
      accountId: ACCOUNT,
      userName: 'AWSReservedSSO_Admin_0123456789abcdef',
    },
  },
  onBehalfOf: {
    userId: '90671a1b2c-94482f6d-3c7e-4a1b-9f0e-2d5c8b7a6e1f',
    identityStoreArn: 'arn:aws:identitystore::444455556666:identitystore/d-9067642ac7',
  },
}

const TRAIL = 'arn:aws:cloudtrail:eu-west-1:111122223333:trail/main'
const STORE = '0e1a2b3c-4444-5555-6666-777788889999'

/** An event by user mallory; `fields` overwrite. */
export const event = (
  eventName: string,
  eventSource: string,
  fields: Partial<CloudTrailEvent> = {},
): CloudTrailEvent => ({
  eventVersion: '1.11',
  userIdentity: USER,
  eventTime: '2026-11-01T10:00:00Z',
  eventSource: `${eventSource}.amazonaws.com`,
  eventName,
  awsRegion: 'eu-west-1',
  sourceIPAddress: '198.51.100.7',
  userAgent: 'aws-cli/2.15.0',
  eventID: '11111111-2222-4333-8444-555555555555',
  eventType: 'AwsApiCall',
  recipientAccountId: ACCOUNT,
  ...fields,
})

export interface FindingOf {
  readonly rule?: string
  readonly level?: Level
  readonly key?: string
}

/** A finding of a rule that names `playbook`. */
export const findingOf = (raw: CloudTrailEvent, playbook?: string, of: FindingOf = {}): Finding => {
  const { rule = 'a-rule', level = 'high', key = 'AWSLogs/a.json.gz' } = of
  return {
    id: findingId(rule, String(raw.eventID)),
    rule: { id: rule, title: 'A rule', level, tags: [], ...(playbook !== undefined && { playbook }) },
    time: String(raw.eventTime),
    event: {
      eventID: String(raw.eventID),
      eventName: String(raw.eventName),
      eventSource: String(raw.eventSource),
      recipientAccountId: String(raw.recipientAccountId),
      awsRegion: String(raw.awsRegion),
      sourceIPAddress: String(raw.sourceIPAddress),
      userAgent: String(raw.userAgent),
    },
    actor: identityOf(raw),
    resources: [],
    events: [String(raw.eventID)],
    source: { key, index: 0 },
    raw,
  }
}

const FOLDER = new URL('../../playbooks/', import.meta.url)

/** Every shipped playbook, with its file name. */
export const playbookFiles = (): readonly { readonly file: string; readonly text: string }[] =>
  readdirSync(FOLDER)
    .filter((file) => file.endsWith('.yml'))
    .sort()
    .map((file) => ({ file, text: readFileSync(new URL(file, FOLDER), 'utf8') }))

export const SHIPPED: readonly Playbook[] = playbookFiles().map(({ file, text }) => parsePlaybook(text, file))

/** A playbook that proposes the given actions, whatever the event. */
export const proposing = (...actions: readonly (string | { type: string; of: string })[]): Playbook => {
  const lines = actions.map((action) =>
    typeof action === 'string' ? `  - type: ${action}` : `  - {type: ${action.type}, of: ${action.of}}`,
  )
  const head = ['name: test', 'title: T', 'description: D', 'whenToUse: W', 'actions:']
  return parsePlaybook([...head, ...lines].join('\n'), 'test.yml')
}

/** The plan of one event for which the actions are proposed. */
export const planFor = (
  raw: CloudTrailEvent,
  actions: readonly (string | { type: string; of: string })[],
  more: Partial<PlanInput> = {},
) =>
  planContainment({
    findings: [findingOf(raw, 'test')],
    playbooks: [proposing(...actions)],
    now: NOW,
    ...more,
  })

/** One event for each way an action can be planned, with the actions to propose. */
export const SAMPLES: Readonly<
  Record<string, { readonly raw: CloudTrailEvent; readonly action: string | { type: string; of: string } }>
> = {
  'key of the caller': { raw: event('ListBuckets', 's3'), action: 'deactivate-access-key' },
  'key that was created': {
    raw: event('CreateAccessKey', 'iam', {
      awsRegion: 'us-east-1',
      requestParameters: { userName: 'backdoor' },
      responseElements: {
        accessKey: { userName: 'backdoor', accessKeyId: 'AKIAI44QH8DHBEXAMPLE', status: 'Active' },
      },
    }),
    action: { type: 'deactivate-access-key', of: 'created' },
  },
  'user who called': { raw: event('ListBuckets', 's3'), action: 'deny-user' },
  'user who was created': {
    raw: event('CreateUser', 'iam', {
      requestParameters: { userName: 'backdoor' },
      responseElements: {
        user: {
          arn: 'arn:aws:iam::111122223333:user/backdoor',
          path: '/',
          userId: 'AIDAJQABLZS4A3EXAMPLE',
          userName: 'backdoor',
        },
      },
    }),
    action: { type: 'deny-user', of: 'created' },
  },
  'user who was given a password': {
    raw: event('CreateLoginProfile', 'iam', {
      requestParameters: { userName: 'dana', passwordResetRequired: false },
      responseElements: { loginProfile: { userName: 'dana', passwordResetRequired: false } },
    }),
    action: { type: 'deny-user', of: 'created' },
  },
  'sessions of a role': {
    raw: event('ListBuckets', 's3', { userIdentity: ROLE }),
    action: 'revoke-role-sessions',
  },
  'sessions of a user': {
    raw: event('ListBuckets', 's3', { userIdentity: { ...USER, accessKeyId: 'ASIAIOSFODNN7EXAMPLE' } }),
    action: 'revoke-user-sessions',
  },
  'stopped trail': {
    raw: event('StopLogging', 'cloudtrail', { requestParameters: { name: 'main' } }),
    action: 'restart-logging',
  },
  'narrowed trail': {
    raw: event('PutEventSelectors', 'cloudtrail', {
      requestParameters: { trailName: 'main', eventSelectors: [{ readWriteType: 'ReadOnly' }] },
      responseElements: { trailARN: 'arn:aws:cloudtrail:eu-west-1:111122223333:trail/main' },
    }),
    action: 'restore-event-selectors',
  },
  'ingress with rule ids': {
    raw: event('AuthorizeSecurityGroupIngress', 'ec2', {
      requestParameters: {
        groupId: 'sg-05f65fd02a65f2e62',
        ipPermissions: {
          items: [
            {
              ipProtocol: 'tcp',
              fromPort: 22,
              toPort: 22,
              groups: {},
              ipRanges: { items: [{ cidrIp: '0.0.0.0/0', description: '$(reboot)' }] },
              ipv6Ranges: { items: [{ cidrIpv6: '::/0' }] },
              prefixListIds: {},
            },
          ],
        },
      },
      responseElements: {
        _return: true,
        securityGroupRuleSet: {
          items: [
            { groupId: 'sg-05f65fd02a65f2e62', securityGroupRuleId: 'sgr-0bbbbbbbbbbbbbbbb' },
            { groupId: 'sg-05f65fd02a65f2e62', securityGroupRuleId: 'sgr-0aaaaaaaaaaaaaaaa' },
          ],
        },
      },
    }),
    action: 'revoke-security-group-ingress',
  },
  'ingress without rule ids': {
    raw: event('AuthorizeSecurityGroupIngress', 'ec2', {
      requestParameters: {
        groupId: 'sg-05f65fd02a65f2e62',
        ipPermissions: {
          items: [
            { ipProtocol: '-1', groups: { items: [{ groupId: 'sg-0a1b2c3d', userId: '444455556666' }] } },
          ],
        },
      },
      responseElements: { _return: true },
    }),
    action: 'revoke-security-group-ingress',
  },
  'public bucket': {
    raw: event('DeleteBucketPublicAccessBlock', 's3', {
      requestParameters: { bucketName: 'acme-uploads', publicAccessBlock: '' },
    }),
    action: 'block-public-access',
  },
  'public account': {
    raw: event('PutAccountPublicAccessBlock', 's3', {
      requestParameters: {
        accountId: ACCOUNT,
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          IgnorePublicAcls: true,
          BlockPublicPolicy: false,
          RestrictPublicBuckets: false,
        },
      },
    }),
    action: 'block-public-access',
  },
  'shared EBS snapshot': {
    raw: event('ModifySnapshotAttribute', 'ec2', {
      requestParameters: {
        snapshotId: 'snap-5e1828b47667bf0a6',
        createVolumePermission: { add: { items: [{ userId: '444455556666' }, { group: 'all' }] } },
        attributeType: 'CREATE_VOLUME_PERMISSION',
      },
    }),
    action: 'unshare-snapshot',
  },
  'shared image': {
    raw: event('ModifyImageAttribute', 'ec2', {
      requestParameters: {
        imageId: 'ami-4a9fb36bfc3be3a7b',
        launchPermission: { add: { items: [{ group: 'all' }] } },
        attributeType: 'launchPermission',
      },
    }),
    action: 'unshare-snapshot',
  },
  'shared RDS snapshot': {
    raw: event('ModifyDBSnapshotAttribute', 'rds', {
      requestParameters: {
        dBSnapshotIdentifier: 'main-final',
        attributeName: 'restore',
        valuesToAdd: ['all'],
      },
    }),
    action: 'unshare-snapshot',
  },
  'shared RDS cluster snapshot': {
    raw: event('ModifyDBClusterSnapshotAttribute', 'rds', {
      requestParameters: {
        dBClusterSnapshotIdentifier: 'rds:main-2026',
        attributeName: 'restore',
        valuesToAdd: ['444455556666'],
      },
    }),
    action: 'unshare-snapshot',
  },
  'key scheduled for deletion': {
    raw: event('ScheduleKeyDeletion', 'kms', {
      requestParameters: { keyId: 'db05b260-558c-48be-8868-cbf7172958f7', pendingWindowInDays: 7 },
    }),
    action: 'cancel-key-deletion',
  },
  'function opened to everyone': {
    raw: event('AddPermission20150331v2', 'lambda', {
      requestParameters: {
        functionName: 'arn:aws:lambda:eu-west-1:111122223333:function:search',
        statementId: 'backdoor',
        action: 'lambda:InvokeFunction',
        principal: '*',
      },
    }),
    action: 'remove-lambda-permission',
  },
  'policy attached to a user': {
    raw: event('AttachUserPolicy', 'iam', {
      requestParameters: { userName: 'dana', policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' },
    }),
    action: 'detach-policy',
  },
  'policy attached to a role': {
    raw: event('AttachRolePolicy', 'iam', {
      requestParameters: { roleName: 'builder', policyArn: 'arn:aws:iam::111122223333:policy/all' },
    }),
    action: 'detach-policy',
  },
  'policy attached to a group': {
    raw: event('AttachGroupPolicy', 'iam', {
      requestParameters: { groupName: 'staff', policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' },
    }),
    action: 'detach-policy',
  },
  'detector disabled': {
    raw: event('UpdateDetector', 'guardduty', {
      requestParameters: { detectorId: 'd78a28425d45ebf4c838ed82dedb5bd1', enable: false },
    }),
    action: 'enable-detector',
  },
  'session of a role': {
    raw: event('ListBuckets', 's3', { userIdentity: ROLE }),
    action: 'deny-role-session',
  },
  'sessions of an instance': {
    raw: event('ListBuckets', 's3', { userIdentity: INSTANCE_ROLE }),
    action: 'deny-instance-sessions',
  },
  'whole role': { raw: event('ListBuckets', 's3', { userIdentity: ROLE }), action: 'deny-role' },
  'trust of the role that called': {
    raw: event('ListBuckets', 's3', { userIdentity: ROLE }),
    action: 'freeze-role-trust',
  },
  'trust that was opened': {
    raw: event('UpdateAssumeRolePolicy', 'iam', {
      requestParameters: { roleName: 'builder', policyDocument: '{"Statement":[]}' },
    }),
    action: { type: 'freeze-role-trust', of: 'created' },
  },
  'role that was created': {
    raw: event('CreateRole', 'iam', {
      requestParameters: { roleName: 'backdoor' },
      responseElements: {
        role: {
          roleName: 'backdoor',
          roleId: 'AROAJQABLZS4A3EXAMPLE',
          arn: 'arn:aws:iam::111122223333:role/backdoor',
        },
      },
    }),
    action: { type: 'freeze-role-trust', of: 'created' },
  },
  'service credential that was created': {
    raw: event('CreateServiceSpecificCredential', 'iam', {
      requestParameters: { userName: 'dana', serviceName: 'codecommit.amazonaws.com' },
      responseElements: {
        serviceSpecificCredential: {
          userName: 'dana',
          serviceSpecificCredentialId: 'ACCAEXAMPLE0123456789',
          status: 'Active',
        },
      },
    }),
    action: 'deactivate-credential',
  },
  'signing certificate that was uploaded': {
    raw: event('UploadSigningCertificate', 'iam', {
      requestParameters: { userName: 'dana', certificateBody: 'hidden' },
      responseElements: {
        certificate: { userName: 'dana', certificateId: 'TA7SMP42TDN5Z26OBPJE7EXAMPLE', status: 'Active' },
      },
    }),
    action: 'deactivate-credential',
  },
  'SSH key that was uploaded': {
    raw: event('UploadSSHPublicKey', 'iam', {
      requestParameters: { userName: 'dana', sSHPublicKeyBody: 'ssh-rsa' },
      responseElements: {
        sSHPublicKey: { userName: 'dana', sSHPublicKeyId: 'APKAEXAMPLE0123456789', status: 'Active' },
      },
    }),
    action: 'deactivate-credential',
  },
  'user from outside': { raw: event('ListBuckets', 's3'), action: 'quarantine-principal' },
  'role from outside': {
    raw: event('ListBuckets', 's3', { userIdentity: ROLE }),
    action: 'quarantine-principal',
  },
  'root of a member account': {
    raw: event('ListBuckets', 's3', { userIdentity: ROOT }),
    action: 'quarantine-principal',
  },
  'whole account': { raw: event('ListBuckets', 's3'), action: 'quarantine-account' },
  'person of Identity Center': {
    raw: event('ListBuckets', 's3', { userIdentity: PERSON }),
    action: 'quarantine-workforce-user',
  },
  'Roles Anywhere profile': {
    raw: event('CreateProfile', 'rolesanywhere', {
      requestParameters: { name: 'p', roleArns: [] },
      responseElements: { profile: { profileId: '0a1b2c3d-1111-2222-3333-444455556666', enabled: true } },
    }),
    action: 'disable-roles-anywhere',
  },
  'Roles Anywhere trust anchor': {
    raw: event('EnableTrustAnchor', 'rolesanywhere', {
      requestParameters: { trustAnchorId: '0a1b2c3d-1111-2222-3333-444455556666' },
    }),
    action: 'disable-roles-anywhere',
  },
  'delegation request': {
    raw: event('CreateDelegationRequest', 'iam', {
      requestParameters: { description: 'D' },
      responseElements: { delegationRequestId: 'e4bdf6b5-2c1a-4a7b-8f6e-0123456789ab' },
    }),
    action: 'reject-delegation',
  },
  'outbound federation': {
    raw: event('EnableOutboundWebIdentityFederation', 'iam', {
      responseElements: { issuerIdentifier: 'https://example.com' },
    }),
    action: 'disable-outbound-federation',
  },
  'instance that called': {
    raw: event('ListBuckets', 's3', { userIdentity: INSTANCE_ROLE }),
    action: 'isolate-instance',
  },
  'instances that were started': {
    raw: event('RunInstances', 'ec2', {
      responseElements: {
        instancesSet: {
          items: [{ instanceId: 'i-0bbbbbbbbbbbbbbbb' }, { instanceId: 'i-0aaaaaaaaaaaaaaaa' }],
        },
      },
    }),
    action: { type: 'isolate-instance', of: 'created' },
  },
  'profile of an instance': {
    raw: event('ListBuckets', 's3', { userIdentity: INSTANCE_ROLE }),
    action: 'detach-instance-profile',
  },
  'function with new code': {
    raw: event('UpdateFunctionCode20150331v2', 'lambda', { requestParameters: { functionName: 'search' } }),
    action: 'freeze-function',
  },
  'function URL without sign-in': {
    raw: event('CreateFunctionUrlConfig', 'lambda', {
      requestParameters: { functionName: 'search', qualifier: 'live', authType: 'NONE' },
    }),
    action: 'require-function-url-auth',
  },
  'database made public': {
    raw: event('ModifyDBInstance', 'rds', {
      requestParameters: { dBInstanceIdentifier: 'orders', publiclyAccessible: true },
      responseElements: { dbiResourceId: 'db-ABCDEFGHIJKLMNOPQRSTUVWXYZ' },
    }),
    action: 'make-database-private',
  },
  'bucket policy replaced': {
    raw: event('PutBucketPolicy', 's3', { requestParameters: { bucketName: 'acme-logs', bucketPolicy: {} } }),
    action: 'restore-bucket-policy',
  },
  'bucket policy where none was': {
    raw: event('PutBucketPolicy', 's3', {
      requestParameters: { bucketName: 'acme-uploads', bucketPolicy: {} },
    }),
    action: 'restore-bucket-policy',
  },
  'lifecycle shortened': {
    raw: event('PutBucketLifecycle', 's3', { requestParameters: { bucketName: 'acme-logs' } }),
    action: 'restore-bucket-lifecycle',
  },
  'deleted trail': {
    raw: event('DeleteTrail', 'cloudtrail', { requestParameters: { name: TRAIL } }),
    action: 'recreate-trail',
  },
  'weakened trail': {
    raw: event('UpdateTrail', 'cloudtrail', {
      requestParameters: { name: 'main', isMultiRegionTrail: false },
      responseElements: { trailARN: TRAIL, isMultiRegionTrail: false },
    }),
    action: 'restore-trail',
  },
  'Insights switched off': {
    raw: event('PutInsightSelectors', 'cloudtrail', {
      requestParameters: { trailName: 'main', insightSelectors: [] },
    }),
    action: 'restore-insight-selectors',
  },
  'deleted event data store': {
    raw: event('DeleteEventDataStore', 'cloudtrail', { requestParameters: { eventDataStore: STORE } }),
    action: 'restore-event-data-store',
  },
  'stopped event data store': {
    raw: event('StopEventDataStoreIngestion', 'cloudtrail', {
      requestParameters: {
        eventDataStore: `arn:aws:cloudtrail:eu-west-1:111122223333:eventdatastore/${STORE}`,
      },
    }),
    action: 'restore-event-data-store',
  },
  'our rule disabled': {
    raw: event('DisableRule', 'events', { requestParameters: { name: 'trailwarden-prod-api-calls' } }),
    action: 'restore-event-rule',
  },
  'our function throttled': {
    raw: event('PutFunctionConcurrency20171031', 'lambda', {
      requestParameters: { functionName: 'trailwarden-prod-contain', reservedConcurrentExecutions: 0 },
    }),
    action: 'restore-own-function',
  },
  'detector deleted': {
    raw: event('DeleteDetector', 'guardduty', {
      requestParameters: { detectorId: 'd78a28425d45ebf4c838ed82dedb5bd1' },
    }),
    action: 'enable-detector',
  },
}

/** What things looked like before the samples changed them. */
export const OWN_SNAPSHOTS: OwnSnapshots = {
  trails: new Map([
    [
      'arn:aws:cloudtrail:eu-west-1:111122223333:trail/main',
      {
        trail: {
          Name: 'main',
          S3BucketName: 'acme-logs',
          IncludeGlobalServiceEvents: true,
          IsMultiRegionTrail: true,
          HomeRegion: 'eu-west-1',
          TrailARN: TRAIL,
          LogFileValidationEnabled: true,
          KmsKeyId: 'arn:aws:kms:eu-west-1:111122223333:key/db05b260-558c-48be-8868-cbf7172958f7',
          HasCustomEventSelectors: true,
          HasInsightSelectors: true,
          IsOrganizationTrail: false,
        },
        eventSelectors: [
          {
            ReadWriteType: 'All',
            IncludeManagementEvents: true,
            DataResources: [],
            ExcludeManagementEventSources: [],
          },
        ],
        insightSelectors: [{ InsightType: 'ApiCallRateInsight' }, { InsightType: 'ApiErrorRateInsight' }],
        tags: [{ Key: 'owner', Value: 'security' }],
      },
    ],
  ]),
  buckets: new Map([
    [
      'acme-logs',
      {
        policy: '{"Version":"2012-10-17","Statement":[]}',
        lifecycleRules: [
          { ID: 'keep', Status: 'Enabled', Filter: { Prefix: '' }, Expiration: { Days: 730 } },
        ],
      },
    ],
    ['acme-uploads', { policy: null }],
  ]),
  rules: new Map([
    [
      'arn:aws:events:eu-west-1:111122223333:rule/trailwarden-prod-api-calls',
      {
        rule: { EventPattern: '{"detail-type":["AWS API Call via CloudTrail"]}' },
        targets: [{ Id: 'queue', Arn: 'arn:aws:sqs:eu-west-1:111122223333:trailwarden-prod-events' }],
      },
    ],
  ]),
  functions: new Map([
    [
      'arn:aws:lambda:eu-west-1:111122223333:function:trailwarden-prod-contain',
      { reservedConcurrency: null },
    ],
  ]),
}

/** The organization the account of the samples is a member of. */
export const ORGANIZATION = {
  managementAccountId: '444455556666',
  exempt: ['arn:aws:iam::111122223333:role/break-glass', 'arn:aws:iam::111122223333:role/ct-responder'],
}

/** The one action planned for a sample. Fails when there is none, or more. */
export const sampleAction = (name: string) => {
  const { raw, action } = SAMPLES[name]!
  const plan = planFor(raw, [action], { ownSnapshots: OWN_SNAPSHOTS, organization: ORGANIZATION })
  if (plan.actions.length !== 1) throw new Error(`${name}: ${JSON.stringify(plan.refused)}`)
  return plan.actions[0]!
}
