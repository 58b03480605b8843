import { ACCOUNT, AGENTS, BUCKET, EXPORTS, NAT, THINGS, VENDOR, VENDOR_HOST } from './company.ts'
import { event, idOf, iso, service, session, temporaryKey } from './event.ts'
import { assumed, HOUR, lambdaRun, type Scene } from './functions.ts'

const CONFIG_READS: readonly (readonly [source: string, name: string, params: unknown])[] = [
  ['ec2', 'DescribeSecurityGroups', { securityGroupSet: {}, securityGroupIdSet: {}, filterSet: {} }],
  ['ec2', 'DescribeVolumes', { volumeSet: {}, filterSet: {} }],
  ['ec2', 'DescribeRouteTables', { routeTableIdSet: {}, filterSet: {} }],
  ['ec2', 'DescribeNetworkInterfaces', { networkInterfaceIdSet: {}, filterSet: {} }],
  [
    's3',
    'GetBucketVersioning',
    { bucketName: EXPORTS, Host: `${EXPORTS}.s3.us-east-1.amazonaws.com`, versioning: '' },
  ],
  [
    's3',
    'GetBucketEncryption',
    { bucketName: EXPORTS, Host: `${EXPORTS}.s3.us-east-1.amazonaws.com`, encryption: '' },
  ],
  ['rds', 'DescribeDBInstances', null],
  ['lambda', 'ListFunctions20150331', { maxItems: 50 }],
  ['kms', 'DescribeKey', { keyId: THINGS.kmsKey }],
]

/** AWS Config looks around with its service-linked role. */
const configRound: Scene = (random, at, region) => {
  const who = session({
    role: 'AWSServiceRoleForConfig',
    path: '/aws-service-role/config.amazonaws.com/',
    name: 'AWSConfig-Describe',
    accessKeyId: temporaryKey(random),
    since: at - random.int(60, 1200),
    more: { invokedBy: 'config.amazonaws.com' },
  })
  const first = random.int(0, CONFIG_READS.length - 1)
  return Array.from({ length: random.int(2, 4) }, (_, step) => {
    const [source, name, params] = CONFIG_READS[(first + step * 2) % CONFIG_READS.length]!
    const config = 'config.amazonaws.com'
    return event(random, { who, at: at + step, source, name, region, params, ip: config, agent: config })
  })
}

/** Auto Scaling looks after its group. */
const scalingRound: Scene = (random, at, region) => {
  const path = '/aws-service-role/autoscaling.amazonaws.com/'
  const role = 'AWSServiceRoleForAutoScaling'
  const { record, accessKeyId } = assumed(random, at, region, 'autoscaling', role, 'AutoScaling', path)
  const who = session({
    role,
    path,
    name: 'AutoScaling',
    accessKeyId,
    since: at,
    more: { invokedBy: 'autoscaling.amazonaws.com' },
  })
  const base = { who, region, ip: 'autoscaling.amazonaws.com', agent: 'autoscaling.amazonaws.com' }
  const instance = THINGS.instances[region][0]!
  return [
    record,
    event(random, {
      ...base,
      at: at + 1,
      source: 'ec2',
      name: 'DescribeInstanceStatus',
      params: {
        instancesSet: { items: [{ instanceId: instance }] },
        filterSet: {},
        includeAllInstances: false,
      },
    }),
    event(random, {
      ...base,
      at: at + 1,
      source: 'elasticloadbalancing',
      name: 'DescribeTargetHealth',
      params: {
        targetGroupArn: `arn:aws:elasticloadbalancing:${region}:${ACCOUNT}:targetgroup/web/0f1e2d3c4b5a6978`,
      },
      also: { apiVersion: '2015-12-01' },
    }),
  ]
}

/** CloudTrail and the log delivery service see to the log bucket. */
const logDelivery: Scene = (random, at, region) => {
  const by = random.pick(['cloudtrail', 'delivery.logs'])
  const base = { who: service(by), region, ip: `${by}.amazonaws.com`, agent: `${by}.amazonaws.com` }
  const arn = `arn:aws:s3:::${BUCKET}`
  return [
    event(random, {
      ...base,
      at,
      source: 's3',
      name: 'GetBucketAcl',
      params: { bucketName: BUCKET, Host: `${BUCKET}.s3.${region}.amazonaws.com`, acl: '' },
      extra: {
        SignatureVersion: 'SigV4',
        CipherSuite: 'TLS_AES_128_GCM_SHA256',
        bytesTransferredIn: 0,
        AuthenticationMethod: 'AuthHeader',
        'x-amz-id-2': `${random.code(20)}=`,
        bytesTransferredOut: 542,
      },
      resources: [{ accountId: ACCOUNT, type: 'AWS::S3::Bucket', ARN: arn }],
      also: { sharedEventID: random.uuid() },
    }),
    event(random, {
      ...base,
      at,
      source: 'kms',
      name: 'GenerateDataKey',
      params: {
        keyId: `arn:aws:kms:us-east-1:${ACCOUNT}:key/${THINGS.kmsKey}`,
        encryptionContext: { 'aws:s3:arn': arn },
        keySpec: 'AES_256',
      },
      also: { sharedEventID: random.uuid() },
    }),
  ]
}

/** The agent on an instance reports in, with the instance's own role. */
const agentRound: Scene = (random, at, region) => {
  const name = random.pick(THINGS.instances[region])
  const who = session({
    role: 'web-instance-role',
    name,
    accessKeyId: temporaryKey(random),
    since: at - random.int(600, 9000),
    more: {
      inScopeOf: {
        issuerType: 'AWS::EC2::Instance',
        credentialsIssuedTo: `arn:aws:ec2:${region}:${ACCOUNT}:instance/${name}`,
      },
    },
  })
  const base = { who, region, ip: NAT[region], agent: AGENTS.agent, source: 'ssm' }
  return [
    event(random, {
      ...base,
      at,
      name: 'UpdateInstanceInformation',
      params: {
        instanceId: name,
        agentVersion: '3.3.859',
        agentStatus: 'Active',
        platformType: 'Linux',
        platformName: 'Amazon Linux',
        platformVersion: '2023',
        agentName: 'amazon-ssm-agent',
        availabilityZone: `${region}a`,
        sSMConnectionChannel: 'ssmmessages',
      },
    }),
    event(random, {
      ...base,
      at: at + 1,
      name: 'ListInstanceAssociations',
      params: { instanceId: name, maxResults: 20 },
    }),
  ]
}

const VENDOR_READS = [
  ['monitoring', 'GetMetricData', null],
  ['monitoring', 'DescribeAlarms', { maxRecords: 100 }],
  ['ec2', 'DescribeInstances', { maxResults: 1000, instancesSet: {}, filterSet: {} }],
  ['elasticloadbalancing', 'DescribeLoadBalancers', { pageSize: 400 }],
] as const

/** The monitoring vendor comes in from its own account through the role it was given. */
const vendorRound: Scene = (random, at, region) => {
  const role = 'vendor-monitoring-readonly'
  const accessKeyId = temporaryKey(random)
  const ARN = `arn:aws:iam::${ACCOUNT}:role/${role}`
  const assume = event(random, {
    who: { type: 'AWSAccount', principalId: 'AIDAEXAMPLEVENDORXXXX', accountId: VENDOR },
    at,
    source: 'sts',
    name: 'AssumeRole',
    region,
    ip: VENDOR_HOST,
    agent: AGENTS.vendor,
    params: {
      roleArn: ARN,
      roleSessionName: 'metrics',
      externalId: 'example-external-id',
      durationSeconds: HOUR,
    },
    response: {
      credentials: { accessKeyId, sessionToken: 'HIDDEN', expiration: iso(at + HOUR) },
      assumedRoleUser: {
        assumedRoleId: `${idOf('AROA', role)}:metrics`,
        arn: `arn:aws:sts::${ACCOUNT}:assumed-role/${role}/metrics`,
      },
    },
    resources: [{ accountId: ACCOUNT, type: 'AWS::IAM::Role', ARN }],
    also: { sharedEventID: random.uuid() },
  })
  const who = session({ role, name: 'metrics', accessKeyId, since: at })
  const reads = VENDOR_READS.slice(0, random.int(2, 4)).map(([source, name, params], step) =>
    event(random, {
      who,
      at: at + 1 + step,
      source,
      name,
      region,
      params,
      ip: VENDOR_HOST,
      agent: AGENTS.vendor,
    }),
  )
  return [assume, ...reads]
}

/** An instance launched by Auto Scaling joins its target group. */
const scaleOut: Scene = (random, at, region) => {
  const path = '/aws-service-role/autoscaling.amazonaws.com/'
  const who = session({
    role: 'AWSServiceRoleForAutoScaling',
    path,
    name: 'AutoScaling',
    accessKeyId: temporaryKey(random),
    since: at - 5,
    more: { invokedBy: 'autoscaling.amazonaws.com' },
  })
  const base = { who, region, ip: 'autoscaling.amazonaws.com', agent: 'autoscaling.amazonaws.com' }
  const instanceId = `i-0${random.hex(16)}`
  return [
    event(random, {
      ...base,
      at,
      source: 'ec2',
      name: 'RunInstances',
      params: {
        instancesSet: { items: [{ minCount: 1, maxCount: 1 }] },
        instanceType: 't3.medium',
        blockDeviceMapping: {},
        availabilityZone: `${region}a`,
        monitoring: { enabled: false },
        launchTemplate: { launchTemplateId: 'lt-0a9b8c7d6e5f40312', version: '7' },
        clientToken: `fleet-${random.uuid()}`,
      },
      response: {
        requestId: random.uuid(),
        reservationId: `r-0${random.hex(16)}`,
        ownerId: ACCOUNT,
        groupSet: {},
        instancesSet: {
          items: [{ instanceId, instanceType: 't3.medium', instanceState: { code: 0, name: 'pending' } }],
        },
        requesterId: 'autoscaling.amazonaws.com',
      },
    }),
    event(random, {
      ...base,
      at: at + 40,
      source: 'elasticloadbalancing',
      name: 'RegisterTargets',
      params: {
        targetGroupArn: `arn:aws:elasticloadbalancing:${region}:${ACCOUNT}:targetgroup/web/0f1e2d3c4b5a6978`,
        targets: [{ id: instanceId }],
      },
      also: { apiVersion: '2015-12-01' },
    }),
  ]
}

/** Scenes of the day and night, the frequent ones several times. */
export const SERVICE_SCENES: readonly Scene[] = [
  lambdaRun,
  lambdaRun,
  configRound,
  configRound,
  scalingRound,
  logDelivery,
  agentRound,
  vendorRound,
]

export const DAY_SCENES: readonly Scene[] = [scaleOut]
