import {
  ACCOUNT,
  AGENTS,
  BUCKET,
  CI,
  EXPORTS,
  KEYS,
  type Region,
  THINGS,
  TRAIL,
  TRAIL_ARN,
} from './company.ts'
import { type Call, type Event, event, iamUser, idOf, iso, session, temporaryKey } from './event.ts'
import type { Random } from './random.ts'

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
export const terraform = (random: Random, at: number, region: Region, run: string, write: Write): Event[] => {
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
export const trailSettings: Write = (random, base) => [
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
export const bucketPolicy: Write = (random, base) => [
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
export const newRole: Write = (random, base) => {
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
export const deploy = (random: Random, at: number): Event[] => {
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
