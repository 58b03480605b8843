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
      { eventSelectors: [{ ReadWriteType: 'All', IncludeManagementEvents: true }] },
    ],
  ]),
}

/** The one action planned for a sample. Fails when there is none, or more. */
export const sampleAction = (name: string) => {
  const { raw, action } = SAMPLES[name]!
  const plan = planFor(raw, [action], { ownSnapshots: OWN_SNAPSHOTS })
  if (plan.actions.length !== 1) throw new Error(`${name}: ${JSON.stringify(plan.refused)}`)
  return plan.actions[0]!
}
