import { describe, expect, it } from 'vitest'
import type { ContainmentAction } from '../../lib/action.ts'
import { ACCOUNT, event, NOW, OWN_SNAPSHOTS, planFor, ROLE, SAMPLES, sampleAction, USER } from './events.ts'

/** What is called, where, and how it is taken back; the prose is checked elsewhere. */
const calls = ({
  type,
  tier,
  target,
  snapshot,
  calls,
  undo,
  permissions,
  reversibility,
}: ContainmentAction) => ({
  type,
  tier,
  target,
  snapshot,
  calls,
  undo,
  permissions,
  reversibility,
})

const IAM = { service: 'iam' }

describe('a whole plan', () => {
  it('is exact to the last word', () => {
    expect(planFor(SAMPLES['stopped trail']!.raw, ['restart-logging'])).toEqual({
      version: 1,
      mode: 'observe',
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      actions: [
        {
          // sha256 of "aws|111122223333|restart-logging|arn:aws:cloudtrail:eu-west-1:111122223333:trail/main|"
          id: '276b2c03b067c15a56f4a551a7391c9fffdb10f2f2c3b5f748482c1ddf2669a5',
          type: 'restart-logging',
          tier: 0,
          title: 'Restart logging of trail main in eu-west-1',
          target: {
            kind: 'trail',
            id: 'arn:aws:cloudtrail:eu-west-1:111122223333:trail/main',
            name: 'main',
            arn: 'arn:aws:cloudtrail:eu-west-1:111122223333:trail/main',
            accountId: '111122223333',
            region: 'eu-west-1',
          },
          reason:
            'A rule: StopLogging in event 11111111-2222-4333-8444-555555555555 (finding a-rule#11111111-2222-4333-8444-555555555555)',
          findings: ['a-rule#11111111-2222-4333-8444-555555555555'],
          level: 'high',
          evidence: 'unproven',
          blastRadius: 'Nobody. The trail delivers events again, at its usual cost.',
          snapshot: [
            {
              service: 'cloudtrail',
              operation: 'GetTrailStatus',
              input: { Name: 'arn:aws:cloudtrail:eu-west-1:111122223333:trail/main' },
              region: 'eu-west-1',
            },
            {
              service: 'cloudtrail',
              operation: 'GetTrail',
              input: { Name: 'arn:aws:cloudtrail:eu-west-1:111122223333:trail/main' },
              region: 'eu-west-1',
            },
          ],
          calls: [
            {
              service: 'cloudtrail',
              operation: 'StartLogging',
              input: { Name: 'arn:aws:cloudtrail:eu-west-1:111122223333:trail/main' },
              region: 'eu-west-1',
            },
          ],
          permissions: [
            'cloudtrail:GetTrailStatus',
            'cloudtrail:GetTrail',
            'cloudtrail:StartLogging',
            'cloudtrail:StopLogging',
          ],
          reversibility: 'exact',
          undo: [
            {
              service: 'cloudtrail',
              operation: 'StopLogging',
              input: { Name: 'arn:aws:cloudtrail:eu-west-1:111122223333:trail/main' },
              region: 'eu-west-1',
            },
          ],
          undoNote: 'Only when the owner says that the trail was stopped on purpose. Never automatic.',
          verify: [
            'GetTrailStatus shows IsLogging true and an empty LatestDeliveryError.',
            'A new log file arrives within 15 min.',
          ],
          done: [
            {
              call: {
                service: 'cloudtrail',
                operation: 'GetTrailStatus',
                input: { Name: 'arn:aws:cloudtrail:eu-west-1:111122223333:trail/main' },
                region: 'eu-west-1',
              },
              query: 'IsLogging',
              equals: true,
            },
          ],
          limits: [
            'What happened while logging was off is in no log file; LookupEvents keeps management events for 90 days.',
            'A changed bucket policy or a disabled KMS key lets logging start and still deliver nothing.',
            'An organization trail is started from the management account only.',
            'The actor can stop it again: contain the actor as well.',
            "No valid digest covers the log file this rests on. Before you apply, confirm event 11111111-2222-4333-8444-555555555555 in eu-west-1 with CloudTrail's LookupEvents.",
          ],
        },
      ],
      refused: [],
      manual: [],
    })
  })
})

describe('identities', () => {
  it('deactivates the key of the caller', () => {
    const action = sampleAction('key of the caller')
    // sha256 of "aws|111122223333|deactivate-access-key|AKIAIOSFODNN7EXAMPLE|"
    expect(action.id).toBe('ba6fd4a0e644f2bb513417078d790eb7e8a6324d4e0124b0e7ca9053da8b9205')
    expect(calls(action)).toEqual({
      type: 'deactivate-access-key',
      tier: 1,
      target: {
        kind: 'access-key',
        id: 'AKIAIOSFODNN7EXAMPLE',
        name: 'mallory',
        arn: 'arn:aws:iam::111122223333:user/staff/mallory',
        accountId: ACCOUNT,
      },
      snapshot: [
        { ...IAM, operation: 'GetAccessKeyLastUsed', input: { AccessKeyId: 'AKIAIOSFODNN7EXAMPLE' } },
        { ...IAM, operation: 'ListAccessKeys', input: { UserName: 'mallory' } },
      ],
      calls: [
        {
          ...IAM,
          operation: 'UpdateAccessKey',
          input: { UserName: 'mallory', AccessKeyId: 'AKIAIOSFODNN7EXAMPLE', Status: 'Inactive' },
        },
      ],
      undo: [
        {
          ...IAM,
          operation: 'UpdateAccessKey',
          input: { UserName: 'mallory', AccessKeyId: 'AKIAIOSFODNN7EXAMPLE', Status: 'Active' },
          when: {
            snapshot: 1,
            query: "AccessKeyMetadata[?AccessKeyId=='AKIAIOSFODNN7EXAMPLE'].Status | [0]",
            equals: 'Active',
          },
        },
      ],
      permissions: ['iam:GetAccessKeyLastUsed', 'iam:ListAccessKeys', 'iam:UpdateAccessKey', 'iam:GetUser'],
      reversibility: 'exact',
    })
  })

  it('deactivates a key that the event handed out, not the key of the caller', () => {
    const action = sampleAction('key that was created')
    expect(action.target).toEqual({
      kind: 'access-key',
      id: 'AKIAI44QH8DHBEXAMPLE',
      name: 'backdoor',
      accountId: ACCOUNT,
    })
    expect(action.calls).toEqual([
      {
        ...IAM,
        operation: 'UpdateAccessKey',
        input: { UserName: 'backdoor', AccessKeyId: 'AKIAI44QH8DHBEXAMPLE', Status: 'Inactive' },
      },
    ])
  })

  it('denies the user who called', () => {
    const input = { UserName: 'mallory', PolicyArn: 'arn:aws:iam::aws:policy/AWSDenyAll' }
    expect(calls(sampleAction('user who called'))).toEqual({
      type: 'deny-user',
      tier: 1,
      target: {
        kind: 'user',
        id: 'AIDACKCEVSQ6C2EXAMPLE',
        name: 'mallory',
        arn: 'arn:aws:iam::111122223333:user/staff/mallory',
        accountId: ACCOUNT,
      },
      snapshot: [
        { ...IAM, operation: 'GetUser', input: { UserName: 'mallory' } },
        { ...IAM, operation: 'ListAttachedUserPolicies', input: { UserName: 'mallory' } },
      ],
      calls: [{ ...IAM, operation: 'AttachUserPolicy', input }],
      undo: [{ ...IAM, operation: 'DetachUserPolicy', input }],
      permissions: [
        'iam:GetUser',
        'iam:ListAttachedUserPolicies',
        'iam:AttachUserPolicy',
        'iam:DetachUserPolicy',
        'iam:PutUserPermissionsBoundary',
        'iam:DeleteUserPermissionsBoundary',
        'iam:GetUserPolicy',
        'iam:PutUserPolicy',
        'iam:DeleteUserPolicy',
      ],
      reversibility: 'exact',
    })
  })

  it('denies a new user by the id that IAM answered', () => {
    const { target, tier } = sampleAction('user who was created')
    expect({ target, tier }).toEqual({
      tier: 1,
      target: {
        kind: 'user',
        id: 'AIDAJQABLZS4A3EXAMPLE',
        name: 'backdoor',
        arn: 'arn:aws:iam::111122223333:user/backdoor',
        accountId: ACCOUNT,
      },
    })
  })

  it('asks for approval where the event names a user without its unique id', () => {
    const action = sampleAction('user who was given a password')
    expect(action.tier).toBe(2)
    expect(action.limits[0]).toBe(
      'The event names the user but carries no unique id: compare GetUser with what you know before you apply.',
    )
  })

  it('denies the user behind a federated session', () => {
    const { accessKeyId: _key, userName, ...user } = USER
    const raw = event('ListBuckets', 's3', {
      userIdentity: {
        type: 'FederatedUser',
        principalId: '111122223333:anything the caller liked',
        arn: 'arn:aws:sts::111122223333:federated-user/anything',
        accountId: ACCOUNT,
        accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
        sessionContext: { sessionIssuer: { ...user, userName } },
      },
    })
    expect(planFor(raw, ['deny-user']).actions.map(({ target }) => target.id)).toEqual([
      'AIDACKCEVSQ6C2EXAMPLE',
    ])
  })

  it('revokes the sessions of a role with a policy of its own name', () => {
    const PolicyName = 'ct-contain-0e590dabb1847a89' // sha256 of "aws|111122223333|revoke-role-sessions|AROADBQP57FF2AEXAMPLE|"
    expect(calls(sampleAction('sessions of a role'))).toEqual({
      type: 'revoke-role-sessions',
      tier: 2,
      target: {
        kind: 'role',
        id: 'AROADBQP57FF2AEXAMPLE',
        name: 'backup',
        arn: 'arn:aws:iam::111122223333:role/ops/backup',
        accountId: ACCOUNT,
      },
      snapshot: [
        { ...IAM, operation: 'GetRole', input: { RoleName: 'backup' } },
        { ...IAM, operation: 'ListRolePolicies', input: { RoleName: 'backup' } },
      ],
      calls: [
        {
          ...IAM,
          operation: 'PutRolePolicy',
          input: {
            RoleName: 'backup',
            PolicyName,
            PolicyDocument:
              '{"Version":"2012-10-17","Statement":[{"Sid":"TrailwardenRevokeOlderSessions","Effect":"Deny","Action":["*"],"Resource":["*"],"Condition":{"DateLessThan":{"aws:TokenIssueTime":"2026-11-01T10:00:13Z"}}}]}',
          },
        },
      ],
      undo: [{ ...IAM, operation: 'DeleteRolePolicy', input: { RoleName: 'backup', PolicyName } }],
      permissions: [
        'iam:GetRole',
        'iam:ListRolePolicies',
        'iam:PutRolePolicy',
        'iam:DeleteRolePolicy',
        'iam:GetRolePolicy',
      ],
      reversibility: 'exact',
    })
  })

  it('revokes the sessions of a user the same way', () => {
    const { calls: made, undo, target } = sampleAction('sessions of a user')
    expect(target.id).toBe('AIDACKCEVSQ6C2EXAMPLE')
    expect(made.map(({ operation, input }) => [operation, input['UserName'], input['PolicyName']])).toEqual([
      ['PutUserPolicy', 'mallory', 'ct-contain-7fc10d5c615cb048'],
    ])
    expect(undo).toEqual([
      {
        ...IAM,
        operation: 'DeleteUserPolicy',
        input: { UserName: 'mallory', PolicyName: 'ct-contain-7fc10d5c615cb048' },
      },
    ])
  })

  it('names the partition of the identity, and its IAM endpoint', () => {
    const userIdentity = { ...USER, arn: 'arn:aws-cn:iam::111122223333:user/mallory' }
    const raw = event('ListBuckets', 's3', { userIdentity, awsRegion: 'cn-northwest-1' })
    expect(planFor(raw, ['deny-user']).actions[0]!.calls).toEqual([
      {
        service: 'iam',
        operation: 'AttachUserPolicy',
        input: { UserName: 'mallory', PolicyArn: 'arn:aws-cn:iam::aws:policy/AWSDenyAll' },
        region: 'cn-north-1',
      },
    ])
    const gov = { ...USER, arn: 'arn:aws-us-gov:iam::111122223333:user/mallory' }
    const action = planFor(event('ListBuckets', 's3', { userIdentity: gov }), ['deny-user']).actions[0]!
    expect(action.calls[0]).toMatchObject({
      region: 'us-gov-west-1',
      input: { PolicyArn: 'arn:aws-us-gov:iam::aws:policy/AWSDenyAll' },
    })
  })

  it('detaches exactly the policy that was attached', () => {
    const input = { UserName: 'dana', PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' }
    expect(calls(sampleAction('policy attached to a user'))).toEqual({
      type: 'detach-policy',
      tier: 2,
      target: {
        kind: 'user',
        id: 'dana',
        name: 'dana',
        arn: 'arn:aws:iam::111122223333:user/dana',
        accountId: ACCOUNT,
      },
      snapshot: [
        { ...IAM, operation: 'GetUser', input: { UserName: 'dana' } },
        { ...IAM, operation: 'ListAttachedUserPolicies', input: { UserName: 'dana' } },
      ],
      calls: [{ ...IAM, operation: 'DetachUserPolicy', input }],
      undo: [{ ...IAM, operation: 'AttachUserPolicy', input }],
      permissions: [
        'iam:GetUser',
        'iam:ListAttachedUserPolicies',
        'iam:DetachUserPolicy',
        'iam:AttachUserPolicy',
      ],
      reversibility: 'exact',
    })
  })
})

describe('trails', () => {
  it('restarts a trail in its home Region, wherever the event was recorded', () => {
    const requestParameters = { name: 'arn:aws:cloudtrail:us-east-2:111122223333:trail/main' }
    const raw = event('StopLogging', 'cloudtrail', { requestParameters })
    expect(planFor(raw, ['restart-logging']).actions[0]!.calls).toEqual([
      {
        service: 'cloudtrail',
        operation: 'StartLogging',
        input: { Name: 'arn:aws:cloudtrail:us-east-2:111122223333:trail/main' },
        region: 'us-east-2',
      },
    ])
  })

  it('restores event selectors from a snapshot, and from nothing else', () => {
    const { raw } = SAMPLES['narrowed trail']!
    const plan = planFor(raw, ['restore-event-selectors'], { ownSnapshots: OWN_SNAPSHOTS })
    expect(plan.actions[0]!.calls).toEqual([
      {
        service: 'cloudtrail',
        operation: 'PutEventSelectors',
        input: {
          TrailName: 'arn:aws:cloudtrail:eu-west-1:111122223333:trail/main',
          EventSelectors: OWN_SNAPSHOTS.trails!.get('arn:aws:cloudtrail:eu-west-1:111122223333:trail/main')!
            .eventSelectors,
        },
        region: 'eu-west-1',
      },
    ])
    expect(planFor(raw, ['restore-event-selectors'])).toMatchObject({
      actions: [],
      refused: [{ reason: expect.stringContaining('no snapshot of its event selectors') }],
    })
  })
})

describe('objects', () => {
  it('revokes ingress rules by the ids the event answered', () => {
    expect(calls(sampleAction('ingress with rule ids'))).toEqual({
      type: 'revoke-security-group-ingress',
      tier: 0,
      target: {
        kind: 'security-group',
        id: 'sg-05f65fd02a65f2e62',
        arn: 'arn:aws:ec2:eu-west-1:111122223333:security-group/sg-05f65fd02a65f2e62',
        accountId: ACCOUNT,
        region: 'eu-west-1',
      },
      snapshot: [
        {
          service: 'ec2',
          operation: 'DescribeSecurityGroupRules',
          input: {
            Filters: [
              { Name: 'group-id', Values: ['sg-05f65fd02a65f2e62'] },
              {
                Name: 'security-group-rule-id',
                Values: ['sgr-0aaaaaaaaaaaaaaaa', 'sgr-0bbbbbbbbbbbbbbbb'],
              },
            ],
          },
          region: 'eu-west-1',
        },
      ],
      calls: [
        {
          service: 'ec2',
          operation: 'RevokeSecurityGroupIngress',
          input: {
            GroupId: 'sg-05f65fd02a65f2e62',
            SecurityGroupRuleIds: ['sgr-0aaaaaaaaaaaaaaaa', 'sgr-0bbbbbbbbbbbbbbbb'],
          },
          region: 'eu-west-1',
        },
      ],
      undo: expect.any(Array),
      permissions: [
        'ec2:DescribeSecurityGroupRules',
        'ec2:RevokeSecurityGroupIngress',
        'ec2:AuthorizeSecurityGroupIngress',
      ],
      reversibility: 'exact',
    })
  })

  it('revokes the exact ranges where the event has no rule ids', () => {
    const { calls: made } = sampleAction('ingress without rule ids')
    expect(made[0]!.input).toEqual({
      GroupId: 'sg-05f65fd02a65f2e62',
      IpPermissions: [
        { IpProtocol: '-1', UserIdGroupPairs: [{ GroupId: 'sg-0a1b2c3d', UserId: '444455556666' }] },
      ],
    })
  })

  it('reads the flat form of a rule', () => {
    const raw = event('AuthorizeSecurityGroupIngress', 'ec2', {
      requestParameters: {
        groupId: 'sg-0a1b2c3d',
        cidrIp: '192.0.2.0/24',
        ipProtocol: 'tcp',
        fromPort: 3389,
        toPort: 3389,
      },
    })
    expect(planFor(raw, ['revoke-security-group-ingress']).actions[0]!.calls[0]!.input).toEqual({
      GroupId: 'sg-0a1b2c3d',
      IpPermissions: [
        { IpProtocol: 'tcp', FromPort: 3389, ToPort: 3389, IpRanges: [{ CidrIp: '192.0.2.0/24' }] },
      ],
    })
  })

  it('blocks public access to a bucket, pinned to its owner', () => {
    const input = { Bucket: 'acme-uploads', ExpectedBucketOwner: ACCOUNT }
    const s3 = { service: 's3', region: 'eu-west-1' }
    expect(calls(sampleAction('public bucket'))).toEqual({
      type: 'block-public-access',
      tier: 2,
      target: {
        kind: 'bucket',
        id: 'acme-uploads',
        arn: 'arn:aws:s3:::acme-uploads',
        accountId: ACCOUNT,
        region: 'eu-west-1',
      },
      snapshot: [
        { ...s3, operation: 'GetPublicAccessBlock', input },
        { ...s3, operation: 'GetBucketPolicyStatus', input },
      ],
      calls: [
        {
          ...s3,
          operation: 'PutPublicAccessBlock',
          input: {
            ...input,
            PublicAccessBlockConfiguration: {
              BlockPublicAcls: true,
              IgnorePublicAcls: true,
              BlockPublicPolicy: true,
              RestrictPublicBuckets: true,
            },
          },
        },
      ],
      undo: [
        {
          ...s3,
          operation: 'PutPublicAccessBlock',
          input: {
            ...input,
            PublicAccessBlockConfiguration: {
              $from: { snapshot: 0, query: 'PublicAccessBlockConfiguration' },
            },
          },
          when: { snapshot: 0, query: 'PublicAccessBlockConfiguration != `null`', equals: true },
        },
        {
          ...s3,
          operation: 'DeletePublicAccessBlock',
          input,
          when: { snapshot: 0, error: 'NoSuchPublicAccessBlockConfiguration' },
        },
      ],
      permissions: [
        's3:GetBucketPublicAccessBlock',
        's3:GetBucketPolicyStatus',
        's3:PutBucketPublicAccessBlock',
      ],
      reversibility: 'exact',
    })
  })

  it('takes back exactly the sharing that was added', () => {
    const ec2 = { service: 'ec2', operation: 'ModifySnapshotAttribute', region: 'eu-west-1' }
    const input = { SnapshotId: 'snap-5e1828b47667bf0a6', Attribute: 'createVolumePermission' }
    const whom = [{ Group: 'all' }, { UserId: '444455556666' }]
    expect(calls(sampleAction('shared EBS snapshot'))).toEqual({
      type: 'unshare-snapshot',
      tier: 2,
      target: { kind: 'ebs-snapshot', id: 'snap-5e1828b47667bf0a6', accountId: ACCOUNT, region: 'eu-west-1' },
      snapshot: [{ ...ec2, operation: 'DescribeSnapshotAttribute', input }],
      calls: [{ ...ec2, input: { ...input, CreateVolumePermission: { Remove: whom } } }],
      undo: [
        {
          ...ec2,
          input: { ...input, CreateVolumePermission: { Add: [{ $item: '@' }] } },
          each: {
            snapshot: 0,
            query: "CreateVolumePermissions[] | [?Group=='all' || UserId=='444455556666']",
          },
        },
      ],
      permissions: ['ec2:DescribeSnapshotAttribute', 'ec2:ModifySnapshotAttribute'],
      reversibility: 'exact',
    })
  })

  it.each([
    ['shared image', 'ModifyImageAttribute', { LaunchPermission: { Remove: [{ Group: 'all' }] } }],
    ['shared RDS snapshot', 'ModifyDBSnapshotAttribute', { ValuesToRemove: ['all'] }],
    ['shared RDS cluster snapshot', 'ModifyDBClusterSnapshotAttribute', { ValuesToRemove: ['444455556666'] }],
  ])('takes back a %s', (name, operation, input) => {
    expect(sampleAction(name).calls).toEqual([
      { service: expect.any(String), operation, input: expect.objectContaining(input), region: 'eu-west-1' },
    ])
  })

  it('cancels the deletion of a KMS key and leaves enabling it to people', () => {
    const kms = { service: 'kms', region: 'eu-west-1' }
    const KeyId = 'arn:aws:kms:eu-west-1:111122223333:key/db05b260-558c-48be-8868-cbf7172958f7'
    const action = sampleAction('key scheduled for deletion')
    const pending = { snapshot: 0, query: "contains(KeyMetadata.KeyState, 'Deletion')", equals: true }
    expect(calls(action)).toEqual({
      type: 'cancel-key-deletion',
      tier: 0,
      target: { kind: 'kms-key', id: KeyId, arn: KeyId, accountId: ACCOUNT, region: 'eu-west-1' },
      snapshot: [{ ...kms, operation: 'DescribeKey', input: { KeyId } }],
      calls: [{ ...kms, operation: 'CancelKeyDeletion', input: { KeyId }, when: pending }],
      undo: [
        {
          ...kms,
          operation: 'ScheduleKeyDeletion',
          input: { KeyId, PendingWindowInDays: 7 },
          when: pending,
        },
      ],
      permissions: ['kms:DescribeKey', 'kms:CancelKeyDeletion', 'kms:ScheduleKeyDeletion'],
      reversibility: 'exact',
    })
    expect(action.limits[0]).toContain(`aws kms enable-key --key-id ${KeyId} --region eu-west-1`)
  })

  it('removes one statement of a function policy, and can add the same again', () => {
    const lambda = { service: 'lambda', region: 'eu-west-1' }
    const input = { FunctionName: 'arn:aws:lambda:eu-west-1:111122223333:function:search' }
    expect(calls(sampleAction('function opened to everyone'))).toEqual({
      type: 'remove-lambda-permission',
      tier: 2,
      target: {
        kind: 'function',
        id: input.FunctionName,
        name: 'search',
        arn: input.FunctionName,
        accountId: ACCOUNT,
        region: 'eu-west-1',
      },
      snapshot: [{ ...lambda, operation: 'GetPolicy', input }],
      calls: [
        {
          ...lambda,
          operation: 'RemovePermission',
          input: {
            ...input,
            StatementId: 'backdoor',
            RevisionId: { $from: { snapshot: 0, query: 'RevisionId' } },
          },
          when: { snapshot: 0, query: 'RevisionId != `null`', equals: true },
        },
      ],
      undo: [
        {
          ...lambda,
          operation: 'AddPermission',
          input: { ...input, StatementId: 'backdoor', Action: 'lambda:InvokeFunction', Principal: '*' },
        },
      ],
      permissions: ['lambda:GetPolicy', 'lambda:RemovePermission', 'lambda:AddPermission'],
      reversibility: 'exact',
    })
  })

  it('enables a detector that was disabled', () => {
    const guardduty = { service: 'guardduty', region: 'eu-west-1' }
    const DetectorId = 'd78a28425d45ebf4c838ed82dedb5bd1'
    expect(calls(sampleAction('detector disabled'))).toEqual({
      type: 'enable-detector',
      tier: 2,
      target: {
        kind: 'detector',
        id: DetectorId,
        arn: `arn:aws:guardduty:eu-west-1:111122223333:detector/${DetectorId}`,
        accountId: ACCOUNT,
        region: 'eu-west-1',
      },
      snapshot: [{ ...guardduty, operation: 'GetDetector', input: { DetectorId } }],
      calls: [{ ...guardduty, operation: 'UpdateDetector', input: { DetectorId, Enable: true } }],
      undo: [
        {
          ...guardduty,
          operation: 'UpdateDetector',
          input: { DetectorId, Enable: false },
          when: { snapshot: 0, query: 'Status', equals: 'DISABLED' },
        },
      ],
      permissions: ['guardduty:GetDetector', 'guardduty:UpdateDetector'],
      reversibility: 'exact',
    })
  })

  it('says that a deleted detector comes back only in part', () => {
    const { calls: made, undo, reversibility } = sampleAction('detector deleted')
    expect({ made, undo, reversibility }).toEqual({
      made: [
        {
          service: 'guardduty',
          operation: 'CreateDetector',
          input: { Enable: true },
          region: 'eu-west-1',
          when: { snapshot: 0, query: 'length(DetectorIds || `[]`)', equals: 0 },
        },
      ],
      undo: [],
      reversibility: 'partly',
    })
  })

  it('acts on an object whoever changed it, in the account and Region of the event', () => {
    const raw = event('ScheduleKeyDeletion', 'kms', {
      userIdentity: ROLE,
      awsRegion: 'us-west-2',
      requestParameters: { keyId: 'mrk-0123456789abcdef0123456789abcdef' },
    })
    expect(planFor(raw, ['cancel-key-deletion']).actions[0]!.calls[0]!.input).toEqual({
      KeyId: 'arn:aws:kms:us-west-2:111122223333:key/mrk-0123456789abcdef0123456789abcdef',
    })
  })
})

describe('every action', () => {
  const names = Object.keys(SAMPLES)
  const NEVER =
    /^(?:Delete(?:AccessKey|LoginProfile|User|Role|Group|Trail|Bucket|Policy|Key)|DetachAll|Remove.*Provider)$/

  it.each(names)('undoes on the same target: %s', (name) => {
    const { calls: made, undo, fallbacks = [] } = sampleAction(name)
    const isTarget = (field: string) => /(?:Name|Id|Arn|UUID|Bucket|Key|Rule)$/.test(field)
    const named = ({ input }: ContainmentAction['calls'][number]) =>
      Object.entries(input).filter(([field, value]) => typeof value === 'string' && isTarget(field))
    for (const ways of [{ calls: made, undo }, ...fallbacks]) {
      const known = new Map(ways.calls.flatMap(named))
      for (const call of ways.undo) {
        expect(ways.calls.map(({ service, region }) => `${service} ${region}`)).toContain(
          `${call.service} ${call.region}`,
        )
        for (const [field, value] of named(call)) expect(known.get(field) ?? value).toBe(value)
      }
    }
  })

  it.each(names)(
    'looks before it changes, says how to see that it holds, and deletes nothing: %s',
    (name) => {
      const action = sampleAction(name)
      expect(action.snapshot.length).toBeGreaterThan(0)
      expect(action.snapshot.every(({ operation }) => /^(?:Get|List|Describe)/.test(operation))).toBe(true)
      expect(action.verify.length).toBeGreaterThan(0)
      expect(action.limits.length).toBeGreaterThan(0)
      expect([...action.calls, ...action.undo].filter(({ operation }) => NEVER.test(operation))).toEqual([])
    },
  )

  it.each(names)('survives a trip through JSON: %s', (name) => {
    const action = sampleAction(name)
    expect(JSON.parse(JSON.stringify(action))).toEqual(action)
  })

  it('is told apart by incident', () => {
    const { raw } = SAMPLES['key of the caller']!
    const plan = planFor(raw, ['deactivate-access-key'], { incident: 'inc-1', now: NOW })
    // sha256 of "aws|111122223333|deactivate-access-key|AKIAIOSFODNN7EXAMPLE|inc-1"
    expect(plan.actions[0]!.id).toBe('9a2926baf8d6eb3712fa5a9ee0a11d51679447df7bdeba8ba25df3029d63c6af')
  })
})
