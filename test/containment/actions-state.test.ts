import { describe, expect, it } from 'vitest'
import type { ApiCall, Json } from '../../lib/action.ts'
import { PLANNED_TYPES } from '../../lib/containment/actions/builders.ts'
import { lookAtAll } from '../../lib/containment/look.ts'
import { prepareAction } from '../../lib/containment/prepare.ts'
import type { ApiAnswer, Responder } from '../../lib/ports.ts'
import { sampleAction } from './events.ts'

/** What an API answers, by operation: an object is the output, a text the code of an error. */
type Answers = Readonly<Record<string, Json>>

interface Case {
  readonly sample: string
  readonly before: Answers
  /** What answers otherwise once it is done. */
  readonly after: Answers
  /** Changing calls and undo as `Operation` and the input that was not known before, or as text alone. */
  readonly calls: readonly string[]
  readonly undo: readonly string[]
  /** An answer that belongs to somebody else of the same name. */
  readonly other?: Answers
  /** Answers of calls that checks refer to. */
  readonly made?: readonly Json[]
}

const responder = (answers: Answers): Responder => ({
  call: async ({ operation }): Promise<ApiAnswer> => {
    const answer = answers[operation]
    if (answer === undefined) throw new Error(`no answer to ${operation}`)
    return typeof answer === 'string' ? { error: answer, message: answer } : { output: answer }
  },
})

/** Operation and the fields a test names: short enough to read. */
const brief = (calls: readonly ApiCall[]) =>
  calls.map(({ operation, input }) => `${operation} ${JSON.stringify(input)}`)

const GET_USER = { User: { UserName: 'mallory', UserId: 'AIDACKCEVSQ6C2EXAMPLE' } }
const OTHER_USER = { GetUser: { User: { UserName: 'mallory', UserId: 'AIDAOTHEROTHEREXAMPLE' } } }
const trust = '{"Version":"2012-10-17","Statement":[]}'
const GET_ROLE = {
  Role: { RoleName: 'backup', RoleId: 'AROADBQP57FF2AEXAMPLE', AssumeRolePolicyDocument: trust },
}
const OTHER_ROLE = { GetRole: { Role: { RoleName: 'backup', RoleId: 'AROAOTHEROTHEREXAMPLE' } } }
const DENY = { PolicyName: 'AWSDenyAll', PolicyArn: 'arn:aws:iam::aws:policy/AWSDenyAll' }
const OPEN = {
  BlockPublicAcls: false,
  IgnorePublicAcls: true,
  BlockPublicPolicy: false,
  RestrictPublicBuckets: true,
}
const CLOSED = {
  BlockPublicAcls: true,
  IgnorePublicAcls: true,
  BlockPublicPolicy: true,
  RestrictPublicBuckets: true,
}
const TRAIL = 'arn:aws:cloudtrail:eu-west-1:111122223333:trail/main'
const KEY = 'arn:aws:kms:eu-west-1:111122223333:key/db05b260-558c-48be-8868-cbf7172958f7'
const FUNCTION = 'arn:aws:lambda:eu-west-1:111122223333:function:search'
const SETTINGS = {
  Name: 'main',
  S3BucketName: 'acme-logs',
  IncludeGlobalServiceEvents: true,
  IsMultiRegionTrail: true,
  HomeRegion: 'eu-west-1',
  TrailARN: TRAIL,
  LogFileValidationEnabled: true,
  KmsKeyId: KEY,
  IsOrganizationTrail: false,
}
const SELECTORS = {
  TrailARN: TRAIL,
  EventSelectors: [
    {
      ReadWriteType: 'All',
      IncludeManagementEvents: true,
      DataResources: [],
      ExcludeManagementEventSources: [],
    },
  ],
}

/** The inline policy that a sample writes, as IAM hands it out: parsed, as some clients do. */
const policyOf = (sample: string) => ({
  PolicyDocument: JSON.parse(String(sampleAction(sample).calls[0]!.input['PolicyDocument'])) as Json,
})
const nameOf = (sample: string) => String(sampleAction(sample).calls[0]!.input['PolicyName'])

const inlineCase = (sample: string, noun: 'Role' | 'User'): Case => ({
  sample,
  before: {
    [`Get${noun}`]: noun === 'Role' ? GET_ROLE : GET_USER,
    [`List${noun}Policies`]: { PolicyNames: [] },
    [`Get${noun}Policy`]: 'NoSuchEntity',
  },
  after: { [`Get${noun}Policy`]: policyOf(sample) },
  calls: [`Put${noun}Policy`],
  undo: [
    `Delete${noun}Policy {"${noun}Name":"${noun === 'Role' ? 'backup' : 'mallory'}","PolicyName":"${nameOf(sample)}"}`,
  ],
  other: noun === 'Role' ? OTHER_ROLE : OTHER_USER,
})

const quarantineCase = (sample: string): Case => {
  const Name = String(sampleAction(sample).calls[0]!.input['Name'])
  const FULL = { Id: 'p-FullAWSAccess', Name: 'FullAWSAccess' }
  return {
    sample,
    before: { ListPoliciesForTarget: { Policies: [FULL] }, ListPolicies: { Policies: [FULL] } },
    after: { ListPoliciesForTarget: { Policies: [FULL, { Id: 'p-0123456789', Name }] } },
    calls: [
      'CreatePolicy',
      'AttachPolicy {"PolicyId":{"$from":{"call":0,"query":"Policy.PolicySummary.Id"}},"TargetId":"111122223333"}',
    ],
    undo: [
      'DetachPolicy {"PolicyId":{"$from":{"call":0,"query":"Policy.PolicySummary.Id"}},"TargetId":"111122223333"}',
    ],
  }
}

const ISOLATED = String(sampleAction('instance that called').calls[0]!.input['GroupName'])
const interfaces = (...groups: string[][]) => ({
  NetworkInterfaces: [
    ...groups.map((names, index) => ({
      NetworkInterfaceId: `eni-${index}`,
      VpcId: 'vpc-1',
      RequesterManaged: false,
      Ipv6Addresses: index === 0 ? [{ Ipv6Address: '2001:db8::1' }, { Ipv6Address: '2001:db8::2' }] : [],
      Groups: names.map((GroupName) => ({ GroupName, GroupId: `sg-${GroupName}` })),
    })),
    { NetworkInterfaceId: 'eni-service', VpcId: 'vpc-1', RequesterManaged: true, Groups: [] },
  ],
})
const instances = (...ids: string[]) => ({
  Reservations: ids.map((InstanceId) => ({ Instances: [{ InstanceId }] })),
})

const CASES: readonly Case[] = [
  {
    sample: 'key of the caller',
    before: {
      GetUser: GET_USER,
      GetAccessKeyLastUsed: { UserName: 'mallory', AccessKeyLastUsed: {} },
      ListAccessKeys: {
        AccessKeyMetadata: [
          { AccessKeyId: 'AKIAI44QH8DHBEXAMPLE', Status: 'Active' },
          { AccessKeyId: 'AKIAIOSFODNN7EXAMPLE', Status: 'Active' },
        ],
      },
    },
    after: {
      ListAccessKeys: {
        AccessKeyMetadata: [
          { AccessKeyId: 'AKIAI44QH8DHBEXAMPLE', Status: 'Active' },
          { AccessKeyId: 'AKIAIOSFODNN7EXAMPLE', Status: 'Inactive' },
        ],
      },
    },
    calls: [
      'UpdateAccessKey {"UserName":"mallory","AccessKeyId":"AKIAIOSFODNN7EXAMPLE","Status":"Inactive"}',
    ],
    undo: ['UpdateAccessKey {"UserName":"mallory","AccessKeyId":"AKIAIOSFODNN7EXAMPLE","Status":"Active"}'],
    other: OTHER_USER,
  },
  {
    sample: 'key that was created',
    before: {
      GetAccessKeyLastUsed: { UserName: 'backdoor', AccessKeyLastUsed: {} },
      ListAccessKeys: { AccessKeyMetadata: [{ AccessKeyId: 'AKIAI44QH8DHBEXAMPLE', Status: 'Active' }] },
    },
    // Deleted by somebody: as good as inactive.
    after: { ListAccessKeys: { AccessKeyMetadata: [] } },
    calls: ['UpdateAccessKey'],
    undo: ['UpdateAccessKey'],
    other: { GetAccessKeyLastUsed: { UserName: 'another', AccessKeyLastUsed: {} } },
  },
  {
    sample: 'user who called',
    before: {
      GetUser: GET_USER,
      ListAttachedUserPolicies: { AttachedPolicies: [{ PolicyName: 'x', PolicyArn: 'arn:x' }] },
    },
    after: { ListAttachedUserPolicies: { AttachedPolicies: [DENY] } },
    calls: ['AttachUserPolicy'],
    undo: ['DetachUserPolicy'],
    other: OTHER_USER,
  },
  inlineCase('sessions of a role', 'Role'),
  inlineCase('sessions of a user', 'User'),
  inlineCase('session of a role', 'Role'),
  inlineCase('sessions of an instance', 'Role'),
  {
    sample: 'whole role',
    before: { GetRole: GET_ROLE, ListAttachedRolePolicies: {} },
    after: { ListAttachedRolePolicies: { AttachedPolicies: [DENY] } },
    calls: ['AttachRolePolicy'],
    undo: ['DetachRolePolicy'],
    other: OTHER_ROLE,
  },
  {
    sample: 'trust of the role that called',
    before: { GetRole: GET_ROLE },
    after: {
      GetRole: {
        Role: {
          ...GET_ROLE.Role,
          AssumeRolePolicyDocument: String(
            sampleAction('trust of the role that called').calls[0]!.input['PolicyDocument'],
          ),
        },
      },
    },
    calls: ['UpdateAssumeRolePolicy'],
    undo: [`UpdateAssumeRolePolicy ${JSON.stringify({ RoleName: 'backup', PolicyDocument: trust })}`],
    other: OTHER_ROLE,
  },
  {
    sample: 'policy attached to a user',
    before: {
      GetUser: GET_USER,
      ListAttachedUserPolicies: {
        AttachedPolicies: [{ PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' }],
      },
    },
    after: { ListAttachedUserPolicies: { AttachedPolicies: [] } },
    calls: ['DetachUserPolicy'],
    undo: ['AttachUserPolicy'],
  },
  {
    sample: 'SSH key that was uploaded',
    before: {
      ListSSHPublicKeys: { SSHPublicKeys: [{ SSHPublicKeyId: 'APKAEXAMPLE0123456789', Status: 'Active' }] },
    },
    after: {
      ListSSHPublicKeys: { SSHPublicKeys: [{ SSHPublicKeyId: 'APKAEXAMPLE0123456789', Status: 'Inactive' }] },
    },
    calls: ['UpdateSSHPublicKey'],
    undo: [
      'UpdateSSHPublicKey {"UserName":"dana","SSHPublicKeyId":"APKAEXAMPLE0123456789","Status":"Active"}',
    ],
  },
  quarantineCase('user from outside'),
  quarantineCase('root of a member account'),
  quarantineCase('whole account'),
  quarantineCase('person of Identity Center'),
  {
    sample: 'Roles Anywhere profile',
    before: { GetProfile: { profile: { profileId: 'x', enabled: true } } },
    after: { GetProfile: { profile: { profileId: 'x', enabled: false } } },
    calls: ['DisableProfile'],
    undo: ['EnableProfile'],
  },
  {
    sample: 'delegation request',
    before: { GetDelegationRequest: { DelegationRequest: { State: 'PENDING_APPROVAL' } } },
    after: { GetDelegationRequest: { DelegationRequest: { State: 'REJECTED' } } },
    calls: ['RejectDelegationRequest'],
    undo: [],
  },
  {
    sample: 'outbound federation',
    before: { GetOutboundWebIdentityFederationInfo: { JwtVendingEnabled: true } },
    after: { GetOutboundWebIdentityFederationInfo: 'FeatureDisabled' },
    calls: ['DisableOutboundWebIdentityFederation {}'],
    undo: ['EnableOutboundWebIdentityFederation {}'],
  },
  {
    sample: 'instance that called',
    before: {
      DescribeInstances: instances('i-0123456789abcdef0'),
      DescribeNetworkInterfaces: interfaces(['web', 'ssh'], ['db']),
      DescribeSecurityGroups: { SecurityGroups: [] },
    },
    after: {
      DescribeNetworkInterfaces: interfaces([ISOLATED], [ISOLATED]),
      DescribeSecurityGroups: {
        SecurityGroups: [{ GroupId: 'sg-1', IpPermissions: [], IpPermissionsEgress: [] }],
      },
    },
    calls: [
      `CreateSecurityGroup ${JSON.stringify({ GroupName: ISOLATED, Description: 'Containment by Trailwarden: no rule, no traffic', VpcId: 'vpc-1' })}`,
      'RevokeSecurityGroupEgress {"GroupId":{"$from":{"call":0,"query":"GroupId"}},"IpPermissions":[{"IpProtocol":"-1","IpRanges":[{"CidrIp":"0.0.0.0/0"}]}]}',
      'RevokeSecurityGroupEgress {"GroupId":{"$from":{"call":0,"query":"GroupId"}},"IpPermissions":[{"IpProtocol":"-1","Ipv6Ranges":[{"CidrIpv6":"::/0"}]}]}',
      'ModifyNetworkInterfaceAttribute {"NetworkInterfaceId":"eni-0","Groups":[{"$from":{"call":0,"query":"GroupId"}}]}',
      'ModifyNetworkInterfaceAttribute {"NetworkInterfaceId":"eni-1","Groups":[{"$from":{"call":0,"query":"GroupId"}}]}',
    ],
    undo: [
      'ModifyNetworkInterfaceAttribute {"NetworkInterfaceId":"eni-0","Groups":["sg-web","sg-ssh"]}',
      'ModifyNetworkInterfaceAttribute {"NetworkInterfaceId":"eni-1","Groups":["sg-db"]}',
    ],
    other: { DescribeInstances: 'InvalidInstanceID.NotFound' },
  },
  {
    sample: 'instances that were started',
    before: {
      DescribeInstances: instances('i-0bbbbbbbbbbbbbbbb', 'i-0aaaaaaaaaaaaaaaa'),
      DescribeNetworkInterfaces: interfaces(['web']),
      DescribeSecurityGroups: {
        SecurityGroups: [
          {
            GroupId: 'sg-left',
            IpPermissions: [],
            IpPermissionsEgress: [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
          },
        ],
      },
    },
    after: {
      DescribeNetworkInterfaces: interfaces([
        String(sampleAction('instances that were started').calls[0]!.input['GroupName']),
      ]),
      DescribeSecurityGroups: {
        SecurityGroups: [{ GroupId: 'sg-left', IpPermissions: [], IpPermissionsEgress: [] }],
      },
    },
    calls: [
      'RevokeSecurityGroupEgress {"GroupId":"sg-left","IpPermissions":[{"IpProtocol":"-1","IpRanges":[{"CidrIp":"0.0.0.0/0"}]}]}',
      'ModifyNetworkInterfaceAttribute {"NetworkInterfaceId":"eni-0","Groups":["sg-left"]}',
    ],
    undo: ['ModifyNetworkInterfaceAttribute {"NetworkInterfaceId":"eni-0","Groups":["sg-web"]}'],
    other: { DescribeInstances: instances('i-0aaaaaaaaaaaaaaaa') },
  },
  {
    sample: 'profile of an instance',
    before: {
      DescribeInstances: instances('i-0123456789abcdef0'),
      DescribeIamInstanceProfileAssociations: {
        IamInstanceProfileAssociations: [
          {
            AssociationId: 'iip-assoc-1',
            State: 'associated',
            IamInstanceProfile: { Arn: 'arn:aws:iam::111122223333:instance-profile/web' },
          },
        ],
      },
    },
    after: { DescribeIamInstanceProfileAssociations: { IamInstanceProfileAssociations: [] } },
    calls: ['DisassociateIamInstanceProfile {"AssociationId":"iip-assoc-1"}'],
    undo: [
      'AssociateIamInstanceProfile {"IamInstanceProfile":{"Arn":"arn:aws:iam::111122223333:instance-profile/web"},"InstanceId":"i-0123456789abcdef0"}',
    ],
  },
  {
    sample: 'function with new code',
    before: {
      GetFunctionConcurrency: { ReservedConcurrentExecutions: 7 },
      ListEventSourceMappings: {
        EventSourceMappings: [
          { UUID: 'u-1', State: 'Enabled' },
          { UUID: 'u-2', State: 'Disabled' },
        ],
      },
      GetFunctionUrlConfig: { AuthType: 'NONE' },
    },
    after: {
      GetFunctionConcurrency: { ReservedConcurrentExecutions: 0 },
      ListEventSourceMappings: {
        EventSourceMappings: [
          { UUID: 'u-1', State: 'Disabling' },
          { UUID: 'u-2', State: 'Disabled' },
        ],
      },
      GetFunctionUrlConfig: { AuthType: 'AWS_IAM' },
    },
    calls: [
      `PutFunctionConcurrency {"FunctionName":"${FUNCTION}","ReservedConcurrentExecutions":0}`,
      'UpdateEventSourceMapping {"UUID":"u-1","Enabled":false}',
      `UpdateFunctionUrlConfig {"FunctionName":"${FUNCTION}","AuthType":"AWS_IAM"}`,
    ],
    undo: [
      `UpdateFunctionUrlConfig {"FunctionName":"${FUNCTION}","AuthType":"NONE"}`,
      'UpdateEventSourceMapping {"UUID":"u-1","Enabled":true}',
      `PutFunctionConcurrency {"FunctionName":"${FUNCTION}","ReservedConcurrentExecutions":7}`,
    ],
  },
  {
    sample: 'function URL without sign-in',
    before: { GetFunctionUrlConfig: { AuthType: 'NONE' } },
    after: { GetFunctionUrlConfig: { AuthType: 'AWS_IAM' } },
    calls: [`UpdateFunctionUrlConfig {"FunctionName":"${FUNCTION}","Qualifier":"live","AuthType":"AWS_IAM"}`],
    undo: [`UpdateFunctionUrlConfig {"FunctionName":"${FUNCTION}","Qualifier":"live","AuthType":"NONE"}`],
  },
  {
    sample: 'function opened to everyone',
    before: {
      GetPolicy: { Policy: '{"Statement":[{"Sid":"backdoor","Effect":"Allow"}]}', RevisionId: 'r-1' },
    },
    after: { GetPolicy: 'ResourceNotFoundException' },
    calls: [`RemovePermission {"FunctionName":"${FUNCTION}","StatementId":"backdoor","RevisionId":"r-1"}`],
    undo: ['AddPermission'],
  },
  {
    sample: 'database made public',
    before: {
      DescribeDBInstances: {
        DBInstances: [{ DbiResourceId: 'db-ABCDEFGHIJKLMNOPQRSTUVWXYZ', PubliclyAccessible: true }],
      },
    },
    after: {
      DescribeDBInstances: {
        DBInstances: [{ DbiResourceId: 'db-ABCDEFGHIJKLMNOPQRSTUVWXYZ', PubliclyAccessible: false }],
      },
    },
    calls: [
      'ModifyDBInstance {"DBInstanceIdentifier":"orders","PubliclyAccessible":false,"ApplyImmediately":true}',
    ],
    undo: [
      'ModifyDBInstance {"DBInstanceIdentifier":"orders","PubliclyAccessible":true,"ApplyImmediately":true}',
    ],
    other: {
      DescribeDBInstances: {
        DBInstances: [{ DbiResourceId: 'db-OTHEROTHEROTHEROTHEROTHER1', PubliclyAccessible: true }],
      },
    },
  },
  {
    sample: 'bucket policy replaced',
    before: { GetBucketPolicy: { Policy: '{"Statement":[{"Effect":"Allow","Principal":"*"}]}' } },
    after: { GetBucketPolicy: { Policy: '{"Version":"2012-10-17","Statement":[]}' } },
    calls: [
      'PutBucketPolicy {"Bucket":"acme-logs","ExpectedBucketOwner":"111122223333","Policy":"{\\"Version\\":\\"2012-10-17\\",\\"Statement\\":[]}"}',
    ],
    undo: [
      'PutBucketPolicy {"Bucket":"acme-logs","ExpectedBucketOwner":"111122223333","Policy":"{\\"Statement\\":[{\\"Effect\\":\\"Allow\\",\\"Principal\\":\\"*\\"}]}"}',
    ],
  },
  {
    sample: 'bucket policy where none was',
    before: { GetBucketPolicy: { Policy: '{"Statement":[]}' } },
    after: { GetBucketPolicy: 'NoSuchBucketPolicy' },
    calls: ['DeleteBucketPolicy {"Bucket":"acme-uploads","ExpectedBucketOwner":"111122223333"}'],
    undo: ['PutBucketPolicy'],
  },
  {
    sample: 'lifecycle shortened',
    before: { GetBucketLifecycleConfiguration: 'NoSuchLifecycleConfiguration' },
    after: {
      GetBucketLifecycleConfiguration: {
        Rules: [{ ID: 'keep', Status: 'Enabled', Filter: { Prefix: '' }, Expiration: { Days: 730 } }],
      },
    },
    calls: ['PutBucketLifecycleConfiguration'],
    undo: ['DeleteBucketLifecycle {"Bucket":"acme-logs","ExpectedBucketOwner":"111122223333"}'],
  },
  {
    sample: 'public bucket',
    before: {
      GetPublicAccessBlock: { PublicAccessBlockConfiguration: OPEN },
      GetBucketPolicyStatus: 'NoSuchBucketPolicy',
    },
    after: { GetPublicAccessBlock: { PublicAccessBlockConfiguration: CLOSED } },
    calls: ['PutPublicAccessBlock'],
    undo: [
      `PutPublicAccessBlock {"Bucket":"acme-uploads","ExpectedBucketOwner":"111122223333","PublicAccessBlockConfiguration":${JSON.stringify(OPEN)}}`,
    ],
  },
  {
    sample: 'public account',
    before: { GetPublicAccessBlock: 'NoSuchPublicAccessBlockConfiguration' },
    after: { GetPublicAccessBlock: { PublicAccessBlockConfiguration: CLOSED } },
    calls: ['PutPublicAccessBlock'],
    undo: ['DeletePublicAccessBlock {"AccountId":"111122223333"}'],
  },
  {
    sample: 'shared EBS snapshot',
    before: {
      DescribeSnapshotAttribute: {
        CreateVolumePermissions: [{ UserId: '444455556666' }, { UserId: '999999999999' }],
      },
    },
    after: { DescribeSnapshotAttribute: { CreateVolumePermissions: [{ UserId: '999999999999' }] } },
    calls: ['ModifySnapshotAttribute'],
    // `all` was not there any more, so it does not come back.
    undo: [
      'ModifySnapshotAttribute {"SnapshotId":"snap-5e1828b47667bf0a6","Attribute":"createVolumePermission","CreateVolumePermission":{"Add":[{"UserId":"444455556666"}]}}',
    ],
  },
  {
    sample: 'shared RDS cluster snapshot',
    before: {
      DescribeDBClusterSnapshotAttributes: {
        DBClusterSnapshotAttributesResult: {
          DBClusterSnapshotAttributes: [
            { AttributeName: 'restore', AttributeValues: ['444455556666', '999999999999'] },
          ],
        },
      },
    },
    after: { DescribeDBClusterSnapshotAttributes: { DBClusterSnapshotAttributesResult: {} } },
    calls: ['ModifyDBClusterSnapshotAttribute'],
    undo: [
      'ModifyDBClusterSnapshotAttribute {"DBClusterSnapshotIdentifier":"rds:main-2026","AttributeName":"restore","ValuesToAdd":["444455556666"]}',
    ],
  },
  {
    sample: 'ingress with rule ids',
    before: {
      DescribeSecurityGroupRules: {
        SecurityGroupRules: [
          {
            IsEgress: false,
            IpProtocol: 'tcp',
            FromPort: 22,
            ToPort: 22,
            CidrIpv4: '0.0.0.0/0',
            Description: 'ours',
          },
          { IsEgress: false, IpProtocol: 'tcp', FromPort: 22, ToPort: 22, CidrIpv6: '::/0' },
        ],
      },
    },
    after: { DescribeSecurityGroupRules: { SecurityGroupRules: [] } },
    calls: ['RevokeSecurityGroupIngress'],
    undo: [
      'AuthorizeSecurityGroupIngress {"GroupId":"sg-05f65fd02a65f2e62","IpPermissions":[{"IpProtocol":"tcp","FromPort":22,"ToPort":22,"IpRanges":[{"CidrIp":"0.0.0.0/0","Description":"ours"}]}]}',
      'AuthorizeSecurityGroupIngress {"GroupId":"sg-05f65fd02a65f2e62","IpPermissions":[{"IpProtocol":"tcp","FromPort":22,"ToPort":22,"Ipv6Ranges":[{"CidrIpv6":"::/0"}]}]}',
    ],
  },
  {
    sample: 'ingress without rule ids',
    before: {
      DescribeSecurityGroupRules: {
        SecurityGroupRules: [
          {
            IsEgress: false,
            IpProtocol: '-1',
            FromPort: -1,
            ToPort: -1,
            ReferencedGroupInfo: { GroupId: 'sg-0a1b2c3d' },
          },
        ],
      },
    },
    // The same group, going out: another rule.
    after: {
      DescribeSecurityGroupRules: {
        SecurityGroupRules: [
          { IsEgress: true, IpProtocol: '-1', ReferencedGroupInfo: { GroupId: 'sg-0a1b2c3d' } },
        ],
      },
    },
    calls: ['RevokeSecurityGroupIngress'],
    undo: ['AuthorizeSecurityGroupIngress'],
  },
  {
    sample: 'key scheduled for deletion',
    before: { DescribeKey: { KeyMetadata: { KeyState: 'PendingDeletion' } } },
    after: { DescribeKey: { KeyMetadata: { KeyState: 'Disabled' } } },
    calls: [`CancelKeyDeletion {"KeyId":"${KEY}"}`],
    undo: [`ScheduleKeyDeletion {"KeyId":"${KEY}","PendingWindowInDays":7}`],
  },
  {
    sample: 'detector disabled',
    before: { GetDetector: { Status: 'DISABLED' } },
    after: { GetDetector: { Status: 'ENABLED' } },
    calls: ['UpdateDetector {"DetectorId":"d78a28425d45ebf4c838ed82dedb5bd1","Enable":true}'],
    undo: ['UpdateDetector {"DetectorId":"d78a28425d45ebf4c838ed82dedb5bd1","Enable":false}'],
  },
  {
    sample: 'detector deleted',
    before: { ListDetectors: { DetectorIds: [] } },
    after: { ListDetectors: { DetectorIds: ['d78a28425d45ebf4c838ed82dedb5bd2'] } },
    calls: ['CreateDetector {"Enable":true}'],
    undo: [],
  },
  {
    sample: 'stopped trail',
    before: { GetTrailStatus: { IsLogging: false }, GetTrail: { Trail: SETTINGS } },
    after: { GetTrailStatus: { IsLogging: true } },
    calls: [`StartLogging {"Name":"${TRAIL}"}`],
    undo: [`StopLogging {"Name":"${TRAIL}"}`],
  },
  {
    sample: 'deleted trail',
    before: { GetTrail: 'TrailNotFoundException', GetTrailStatus: 'TrailNotFoundException' },
    after: { GetTrail: { Trail: SETTINGS }, GetTrailStatus: { IsLogging: true } },
    calls: ['CreateTrail', 'PutEventSelectors', 'PutInsightSelectors', `StartLogging {"Name":"${TRAIL}"}`],
    undo: [`StopLogging {"Name":"${TRAIL}"}`],
  },
  {
    sample: 'weakened trail',
    before: {
      GetTrail: {
        Trail: { ...SETTINGS, IsMultiRegionTrail: false, SnsTopicARN: 'arn:aws:sns:x', KmsKeyId: null },
      },
    },
    after: { GetTrail: { Trail: SETTINGS } },
    calls: [
      `UpdateTrail {"Name":"${TRAIL}","S3BucketName":"acme-logs","S3KeyPrefix":"","SnsTopicName":"","IncludeGlobalServiceEvents":true,"IsMultiRegionTrail":true,"EnableLogFileValidation":true,"CloudWatchLogsLogGroupArn":"","CloudWatchLogsRoleArn":"","KmsKeyId":"${KEY}","IsOrganizationTrail":false}`,
    ],
    undo: [
      `UpdateTrail {"Name":"${TRAIL}","S3BucketName":"acme-logs","S3KeyPrefix":"","SnsTopicName":"arn:aws:sns:x","IncludeGlobalServiceEvents":true,"IsMultiRegionTrail":false,"EnableLogFileValidation":true,"CloudWatchLogsLogGroupArn":"","CloudWatchLogsRoleArn":"","KmsKeyId":"","IsOrganizationTrail":false}`,
    ],
  },
  {
    sample: 'narrowed trail',
    before: {
      GetEventSelectors: {
        TrailARN: TRAIL,
        AdvancedEventSelectors: [
          { Name: 'n', FieldSelectors: [{ Field: 'eventCategory', Equals: ['Data'] }] },
        ],
      },
    },
    after: { GetEventSelectors: SELECTORS },
    calls: ['PutEventSelectors'],
    undo: [
      `PutEventSelectors {"TrailName":"${TRAIL}","AdvancedEventSelectors":[{"Name":"n","FieldSelectors":[{"Field":"eventCategory","Equals":["Data"]}]}]}`,
    ],
  },
  {
    sample: 'Insights switched off',
    before: { GetInsightSelectors: 'InsightNotEnabledException' },
    after: {
      GetInsightSelectors: {
        InsightSelectors: [{ InsightType: 'ApiErrorRateInsight' }, { InsightType: 'ApiCallRateInsight' }],
      },
    },
    calls: ['PutInsightSelectors'],
    undo: [`PutInsightSelectors {"TrailName":"${TRAIL}","InsightSelectors":[]}`],
  },
  {
    sample: 'deleted event data store',
    before: { GetEventDataStore: { Status: 'PENDING_DELETION' } },
    after: { GetEventDataStore: { Status: 'ENABLED' } },
    calls: ['RestoreEventDataStore'],
    undo: [],
  },
  {
    sample: 'stopped event data store',
    before: { GetEventDataStore: { Status: 'STOPPED_INGESTION' } },
    after: { GetEventDataStore: { Status: 'ENABLED' } },
    calls: ['StartEventDataStoreIngestion'],
    undo: ['StopEventDataStoreIngestion'],
  },
  {
    sample: 'our rule disabled',
    before: {
      DescribeRule: { State: 'DISABLED', EventPattern: '{"detail-type":["AWS API Call via CloudTrail"]}' },
      ListTargetsByRule: { Targets: [{ Id: 'other', Arn: 'arn:other' }] },
    },
    after: {
      DescribeRule: { State: 'ENABLED', EventPattern: '{"detail-type":["AWS API Call via CloudTrail"]}' },
      ListTargetsByRule: {
        Targets: [
          { Id: 'other', Arn: 'arn:other' },
          { Id: 'queue', Arn: 'arn:aws:sqs:eu-west-1:111122223333:trailwarden-prod-events' },
        ],
      },
    },
    calls: ['PutRule', 'PutTargets'],
    undo: [
      'RemoveTargets {"Rule":"trailwarden-prod-api-calls","Ids":["queue"]}',
      'DisableRule {"Name":"trailwarden-prod-api-calls"}',
    ],
  },
  {
    sample: 'our function throttled',
    before: { GetFunctionConcurrency: { ReservedConcurrentExecutions: 0 } },
    after: { GetFunctionConcurrency: {} },
    calls: ['DeleteFunctionConcurrency'],
    undo: [
      'PutFunctionConcurrency {"FunctionName":"arn:aws:lambda:eu-west-1:111122223333:function:trailwarden-prod-contain","ReservedConcurrentExecutions":0}',
    ],
  },
]

const prepared = async (sample: string, answers: Answers) => {
  const result = await prepareAction(sampleAction(sample), responder(answers))
  if ('reason' in result) throw new Error(result.reason)
  return result
}

/** Holds what a test says of a call: all of it, or its operation alone. */
const like = (said: string) => (said.includes(' ') ? said : expect.stringMatching(new RegExp(`^${said} `)))

describe.each(CASES)('$sample', ({ sample, before, after, calls, undo, other }) => {
  it('calls and undoes exactly what the state before asks for', async () => {
    const { action, found } = await prepared(sample, before)
    expect(found).toBe('ready')
    expect(brief(action.calls)).toEqual(calls.map(like))
    expect(brief(action.undo)).toEqual(undo.map(like))
  })

  it('sees that it is not done before, and that it is after', async () => {
    const { action } = await prepared(sample, before)
    const holds = async (answers: Answers) => (await lookAtAll(action.done ?? [], responder(answers))).holds
    expect([await holds(before), await holds({ ...before, ...after })]).toEqual(['no', 'yes'])
  })

  it('has nothing to do where it holds already', async () => {
    expect((await prepared(sample, { ...before, ...after })).found).toBe('already')
  })

  if (other)
    it('refuses another thing of the same name', async () => {
      const answer = await prepareAction(sampleAction(sample), responder({ ...before, ...other }))
      expect(answer).toHaveProperty('reason')
    })
})

describe('states', () => {
  it('are tried for every type', () => {
    const tried = new Set(CASES.map(({ sample }) => sampleAction(sample).type))
    expect(PLANNED_TYPES.filter((type) => !tried.has(type as never))).toEqual([])
  })

  it('a user whose id the event does not name is pinned to whom the snapshot shows', async () => {
    const { action } = await prepared('policy attached to a user', {
      ...CASES.find(({ sample }) => sample === 'policy attached to a user')!.before,
    })
    expect(action.pins![0]!.equals).toBe('AIDACKCEVSQ6C2EXAMPLE')
  })

  it('a full quota leads to the boundary only where none is set', async () => {
    const free = await prepared('user who called', {
      GetUser: GET_USER,
      ListAttachedUserPolicies: { AttachedPolicies: [] },
    })
    expect(
      free.action.fallbacks!.map(({ calls, tier }) => [calls.map((one) => one.operation), tier]),
    ).toEqual([
      [['PutUserPermissionsBoundary'], 1],
      [['PutUserPolicy'], 2],
    ])
    const bounded = await prepared('user who called', {
      GetUser: {
        User: {
          ...GET_USER.User,
          PermissionsBoundary: { PermissionsBoundaryArn: 'arn:aws:iam::1:policy/b' },
        },
      },
      ListAttachedUserPolicies: { AttachedPolicies: [] },
    })
    expect(bounded.action.fallbacks![0]!.calls).toEqual([])
  })
})
