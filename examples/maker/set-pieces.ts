import {
  ACCOUNT,
  AGENTS,
  BUCKET,
  CI,
  EXPORTS,
  KEYS,
  NAT,
  OFFICE,
  REPORTING_HOST,
  type Region,
  THINGS,
  TRAIL,
  TRAIL_ARN,
} from './company.ts'
import { type Call, clock, type Event, event, iamUser, idOf, iso, session, temporaryKey } from './event.ts'
import { consoleCall, PEOPLE } from './people.ts'
import type { Random } from './random.ts'

/** Planned work of the company that looks like an attack from far away, and must raise no alarm. */
export const setPieces = (random: Random): Event[] => [
  ...terraform(random, clock('00:19:00'), 'us-east-1', 'ci-1840', trailSettings),
  ...terraform(random, clock('08:30:10'), 'us-east-1', 'ci-1841', bucketPolicy),
  ...terraform(random, clock('11:10:05'), 'eu-west-1', 'ci-1842', newRole),
  ...deploy(random, clock('09:20:40')),
  ...deploy(random, clock('15:41:10')),
  ...keyRotation(random),
  ...breakGlassTest(random),
  ...groupForTheOffice(random),
  ...nightlyExport(random),
]

type Write = (random: Random, base: Omit<Call, 'source' | 'name'>) => Event[]

const PLAN: readonly (readonly [source: string, name: string, params?: unknown])[] = [
  ['sts', 'GetCallerIdentity'],
  ['ec2', 'DescribeVpcs', { vpcSet: { items: [{ vpcId: THINGS.vpc['us-east-1'] }] }, filterSet: {} }],
  ['ec2', 'DescribeSubnets', { subnetSet: {}, filterSet: {} }],
  ['ec2', 'DescribeSecurityGroupRules', { filterSet: {} }],
  [
    's3',
    'GetBucketPolicy',
    { bucketName: EXPORTS, policy: '', Host: `${EXPORTS}.s3.us-east-1.amazonaws.com` },
  ],
  [
    's3',
    'GetBucketPublicAccessBlock',
    { bucketName: EXPORTS, publicAccessBlock: '', Host: `${EXPORTS}.s3.us-east-1.amazonaws.com` },
  ],
  ['iam', 'GetRole', { roleName: 'orders-api-role' }],
  ['iam', 'ListAttachedRolePolicies', { roleName: 'orders-api-role' }],
  ['cloudtrail', 'DescribeTrails', { trailNameList: [TRAIL] }],
  ['cloudtrail', 'GetTrailStatus', { name: TRAIL }],
  ['lambda', 'GetFunction20150331v2', { functionName: 'orders-api' }],
  ['rds', 'DescribeDBInstances', { dBInstanceIdentifier: 'orders' }],
]

/** A pipeline run: the CI user assumes the apply role with its long-term key, plans, and changes one thing. */
const terraform = (random: Random, at: number, region: Region, run: string, write: Write): Event[] => {
  const role = 'terraform-apply'
  const accessKeyId = temporaryKey(random)
  const ARN = `arn:aws:iam::${ACCOUNT}:role/${role}`
  const base = { region, ip: CI, agent: AGENTS.terraform }
  const assume = event(random, {
    ...base,
    who: iamUser('build-deploy', KEYS.build),
    at,
    source: 'sts',
    name: 'AssumeRole',
    params: { roleArn: ARN, roleSessionName: run, durationSeconds: 3600 },
    response: {
      credentials: { accessKeyId, sessionToken: 'HIDDEN', expiration: iso(at + 3600) },
      assumedRoleUser: {
        assumedRoleId: `${idOf('AROA', role)}:${run}`,
        arn: `arn:aws:sts::${ACCOUNT}:assumed-role/${role}/${run}`,
      },
    },
    resources: [{ accountId: ACCOUNT, type: 'AWS::IAM::Role', ARN }],
  })
  const who = session({ role, name: run, accessKeyId, since: at })
  const reads = PLAN.map(([source, name, params], step) => {
    const global = source === 'iam' ? 'us-east-1' : region
    return event(random, { ...base, who, at: at + 2 + step, source, name, region: global, params })
  })
  return [assume, ...reads, ...write(random, { ...base, who, at: at + 24 })]
}

/** Log file validation is switched on: the day's first digest begins here. */
const trailSettings: Write = (random, base) => [
  event(random, {
    ...base,
    source: 'cloudtrail',
    name: 'UpdateTrail',
    params: {
      name: TRAIL,
      isMultiRegionTrail: true,
      includeGlobalServiceEvents: true,
      enableLogFileValidation: true,
    },
    response: {
      name: TRAIL,
      s3BucketName: BUCKET,
      includeGlobalServiceEvents: true,
      isMultiRegionTrail: true,
      trailARN: TRAIL_ARN,
      logFileValidationEnabled: true,
      isOrganizationTrail: false,
    },
  }),
]

/** A bucket policy that only refuses: principal `*` stands in a Deny. */
const bucketPolicy: Write = (random, base) => [
  event(random, {
    ...base,
    source: 's3',
    name: 'PutBucketPolicy',
    params: {
      bucketName: EXPORTS,
      Host: `${EXPORTS}.s3.us-east-1.amazonaws.com`,
      policy: '',
      bucketPolicy: {
        Version: '2012-10-17',
        Statement: [
          {
            Sid: 'TlsOnly',
            Effect: 'Deny',
            Principal: '*',
            Action: 's3:*',
            Resource: [`arn:aws:s3:::${EXPORTS}`, `arn:aws:s3:::${EXPORTS}/*`],
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          },
        ],
      },
    },
    resources: [{ accountId: ACCOUNT, type: 'AWS::S3::Bucket', ARN: `arn:aws:s3:::${EXPORTS}` }],
  }),
]

/** A role for a function, trusted by Lambda alone. */
const newRole: Write = (random, base) => {
  const roleName = 'orders-replica-role'
  const trust = {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
    ],
  }
  const iam = { ...base, source: 'iam', region: 'us-east-1' as const }
  return [
    event(random, {
      ...iam,
      name: 'CreateRole',
      params: {
        roleName,
        assumeRolePolicyDocument: JSON.stringify(trust),
        description: 'Read replica of orders',
      },
      response: {
        role: {
          path: '/',
          roleName,
          roleId: idOf('AROA', roleName),
          arn: `arn:aws:iam::${ACCOUNT}:role/${roleName}`,
          createDate: 'Oct 14, 2026, 11:10:29 AM',
          assumeRolePolicyDocument: encodeURIComponent(JSON.stringify(trust)),
        },
      },
    }),
    event(random, {
      ...iam,
      at: base.at + 2,
      name: 'AttachRolePolicy',
      params: { roleName, policyArn: 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole' },
    }),
  ]
}

/** A release: CI starts a change set, CloudFormation changes the function. */
const deploy = (random: Random, at: number): Event[] => {
  const stack = `arn:aws:cloudformation:us-east-1:${ACCOUNT}:stack/orders/0c1d2e3f-4a5b-4c6d-8e7f-a9b8c7d6e5f4`
  const changeSetName = `release-${random.hex(7)}`
  const base = { region: 'us-east-1' as const, ip: CI, agent: AGENTS.cli }
  const who = session({
    role: 'release',
    name: 'ci-release',
    accessKeyId: temporaryKey(random),
    since: at - 4,
  })
  const formation = 'cloudformation.amazonaws.com'
  return [
    event(random, {
      ...base,
      who,
      at,
      source: 'cloudformation',
      name: 'CreateChangeSet',
      params: { stackName: 'orders', changeSetName },
      response: { id: `${stack}/${changeSetName}`, stackId: stack },
    }),
    event(random, {
      ...base,
      who,
      at: at + 12,
      source: 'cloudformation',
      name: 'DescribeChangeSet',
      params: { stackName: 'orders', changeSetName },
    }),
    event(random, {
      ...base,
      who,
      at: at + 14,
      source: 'cloudformation',
      name: 'ExecuteChangeSet',
      params: { stackName: 'orders', changeSetName },
    }),
    event(random, {
      region: 'us-east-1',
      ip: formation,
      agent: formation,
      who: { ...who, invokedBy: formation },
      at: at + 31,
      source: 'lambda',
      name: 'UpdateFunctionCode20150331v2',
      params: {
        functionName: 'orders-api',
        s3Bucket: 'example-artifacts',
        s3Key: `orders/${changeSetName}.zip`,
        publish: false,
        dryRun: false,
      },
      response: {
        functionName: 'orders-api',
        functionArn: `arn:aws:lambda:us-east-1:${ACCOUNT}:function:orders-api`,
        runtime: 'nodejs22.x',
        lastUpdateStatus: 'InProgress',
      },
    }),
  ]
}

/** A reporting job changes its own key, as it does every 30 days: nobody's key but its own. */
const keyRotation = (random: Random): Event[] => {
  const userName = 'nightly-report'
  const base = { source: 'iam', region: 'us-east-1' as const, ip: REPORTING_HOST, agent: AGENTS.cli }
  const old = iamUser(userName, KEYS.reportOld)
  const at = clock('06:30:07')
  return [
    event(random, { ...base, who: old, at, name: 'ListAccessKeys', params: { userName } }),
    event(random, {
      ...base,
      who: old,
      at: at + 1,
      name: 'CreateAccessKey',
      params: { userName },
      response: {
        accessKey: {
          userName,
          accessKeyId: KEYS.reportNew,
          status: 'Active',
          createDate: 'Oct 14, 2026, 6:30:08 AM',
        },
      },
    }),
    event(random, {
      ...base,
      source: 'sts',
      who: iamUser(userName, KEYS.reportNew),
      at: at + 14,
      name: 'GetCallerIdentity',
    }),
    event(random, {
      ...base,
      who: iamUser(userName, KEYS.reportNew),
      at: at + 16,
      name: 'UpdateAccessKey',
      params: { userName, accessKeyId: KEYS.reportOld, status: 'Inactive' },
    }),
    event(random, {
      ...base,
      who: iamUser(userName, KEYS.reportNew),
      at: at + 18,
      name: 'DeleteAccessKey',
      params: { userName, accessKeyId: KEYS.reportOld },
    }),
  ]
}

/** The quarterly test of the emergency access: outside its window the door must stay shut, and does. */
const breakGlassTest = (random: Random): Event[] => {
  const who = iamUser('break-glass-admin', KEYS.breakGlass, {
    sessionContext: { attributes: { creationDate: iso(clock('10:00:02')), mfaAuthenticated: 'true' } },
  })
  const roleArn = `arn:aws:iam::${ACCOUNT}:role/break-glass-root-equivalent`
  return [
    event(random, {
      who,
      at: clock('10:00:31'),
      source: 'sts',
      name: 'AssumeRole',
      region: 'us-east-1',
      ip: OFFICE.breakGlass,
      agent: AGENTS.cli,
      error: [
        'AccessDenied',
        `User: arn:aws:iam::${ACCOUNT}:user/break-glass-admin is not authorized to perform: sts:AssumeRole on resource: ${roleArn} because no identity-based policy allows the sts:AssumeRole action`,
      ],
    }),
  ]
}

/** A security group is opened, but to the office alone. */
const groupForTheOffice = (random: Random): Event[] => [
  consoleCall(random, PEOPLE[0]!, {
    at: clock('09:52:15'),
    source: 'ec2',
    name: 'AuthorizeSecurityGroupIngress',
    params: {
      groupId: THINGS.group['us-east-1'],
      ipPermissions: {
        items: [
          {
            ipProtocol: 'tcp',
            fromPort: 443,
            toPort: 443,
            groups: {},
            ipRanges: { items: [{ cidrIp: '192.0.2.0/24', description: 'office' }] },
            ipv6Ranges: {},
            prefixListIds: {},
          },
        ],
      },
    },
    response: { requestId: random.uuid(), _return: true },
  }),
]

/** The export job writes and reads its files: data events, which the trail records for this one bucket. */
const nightlyExport = (random: Random): Event[] => {
  const name = 'customer-export'
  const who = session({
    role: 'customer-export-role',
    name,
    accessKeyId: temporaryKey(random),
    since: clock('04:44:30'),
  })
  return ['PutObject', 'PutObject', 'PutObject', 'GetObject'].map((call, step) => {
    const key = `exports/2026-10-14/customers-${String(call === 'GetObject' ? 1 : step + 1).padStart(3, '0')}.csv.gz`
    return event(random, {
      who,
      at: clock('04:45:10') + step * 4,
      source: 's3',
      name: call,
      region: 'us-east-1',
      ip: NAT['us-east-1'],
      agent: AGENTS.lambda,
      params: { bucketName: EXPORTS, Host: `${EXPORTS}.s3.us-east-1.amazonaws.com`, key },
      response: call === 'PutObject' ? { 'x-amz-server-side-encryption': 'AES256' } : null,
      extra: {
        SignatureVersion: 'SigV4',
        CipherSuite: 'TLS_AES_128_GCM_SHA256',
        bytesTransferredIn: call === 'PutObject' ? 48213 : 0,
        AuthenticationMethod: 'AuthHeader',
        'x-amz-id-2': `${random.code(24)}=`,
        bytesTransferredOut: call === 'PutObject' ? 0 : 48213,
      },
      resources: objectResources(key),
      data: true,
    })
  })
}

/** `resources` of a data event on the export bucket. */
export const objectResources = (key: string): Event[] => [
  { type: 'AWS::S3::Object', ARN: `arn:aws:s3:::${EXPORTS}/${key}` },
  { accountId: ACCOUNT, type: 'AWS::S3::Bucket', ARN: `arn:aws:s3:::${EXPORTS}` },
]
