import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Json } from '../../lib/action.ts'
import { API_SERVICES } from '../../lib/aws/api/services.ts'
import { awsResponder } from '../../lib/aws/responder.ts'
import { type SimulatedAccount, simulatedAccount } from '../../lib/local/simulated-account/server.ts'
import type { AccountState } from '../../lib/local/simulated-account/state.ts'
import type { ApiAnswer } from '../../lib/ports.ts'

const STATE: AccountState = {
  accountId: '111122223333',
  principals: [
    {
      kind: 'User',
      name: 'eve',
      path: '/',
      id: 'AIDAEXAMPLEEVE000001',
      attached: ['arn:aws:iam::aws:policy/AdministratorAccess'],
      inline: {},
      keys: { AKIAEXAMPLEEVE000001: 'Active', AKIAEXAMPLEEVE000002: 'Active' },
    },
    {
      kind: 'Role',
      name: 'responder',
      path: '/',
      id: 'AROAEXAMPLERESPONDER',
      attached: ['arn:aws:iam::aws:policy/AdministratorAccess'],
      inline: {},
      keys: { ASIAEXAMPLERESPONDER: 'Active' },
    },
  ],
  trails: [{ arn: 'arn:aws:cloudtrail:us-east-1:111122223333:trail/main', name: 'main', logging: false }],
  buckets: [{ name: 'example-exports', public: true }],
  snapshots: [{ id: 'snap-0123456789abcdef0', region: 'eu-west-1', shared: ['444455556666'] }],
  rules: [
    {
      id: 'sgr-0123456789abcdef0',
      groupId: 'sg-0123456789abcdef0',
      protocol: 'tcp',
      fromPort: 22,
      toPort: 22,
      cidr: '0.0.0.0/0',
    },
  ],
}

let account: SimulatedAccount
let now = 0
beforeEach(async () => {
  now = Date.parse('2026-11-01T10:00:00Z')
  account = await simulatedAccount({ state: STATE, now: () => now, lagSeconds: 4 })
})
afterEach(() => account.close())

const as = (accessKeyId: string) => {
  const { call } = awsResponder({
    services: API_SERVICES,
    region: 'us-east-1',
    endpoint: account.endpoint,
    credentials: { accessKeyId, secretAccessKey: 'simulated' },
  })
  return (service: string, operation: string, input: Record<string, Json> = {}, region?: string) =>
    call({ service, operation, input, ...(region !== undefined && { region }) })
}
const responder = () => as('ASIAEXAMPLERESPONDER')
const eve = () => as('AKIAEXAMPLEEVE000001')

const codeOf = (answer: ApiAnswer) => ('error' in answer ? answer.error : 'done')
const outputOf = (answer: ApiAnswer) => ('output' in answer ? answer.output : answer)

describe('identity in a simulated account', () => {
  it('is read back at once and enforced four seconds later', async () => {
    const off = { UserName: 'eve', AccessKeyId: 'AKIAEXAMPLEEVE000001', Status: 'Inactive' }
    expect(codeOf(await responder()('iam', 'UpdateAccessKey', off))).toBe('done')
    expect(outputOf(await responder()('iam', 'ListAccessKeys', { UserName: 'eve' }))).toMatchObject({
      AccessKeyMetadata: [{ AccessKeyId: 'AKIAEXAMPLEEVE000001', Status: 'Inactive' }, { Status: 'Active' }],
    })
    now += 3_900
    expect(codeOf(await eve()('iam', 'GetUser', { UserName: 'eve' }))).toBe('done')
    now += 200
    expect(codeOf(await eve()('iam', 'GetUser', { UserName: 'eve' }))).toBe('InvalidClientTokenId')
    expect(codeOf(await as('AKIAEXAMPLEEVE000002')('iam', 'GetUser', { UserName: 'eve' }))).toBe('done')
  })

  it('denies every key of a user with AWSDenyAll, and lets it be undone to what was there', async () => {
    const deny = { UserName: 'eve', PolicyArn: 'arn:aws:iam::aws:policy/AWSDenyAll' }
    await responder()('iam', 'AttachUserPolicy', deny)
    now += 5_000
    const refused = await eve()('iam', 'DetachUserPolicy', deny)
    expect(codeOf(refused)).toBe('AccessDenied')
    await responder()('iam', 'DetachUserPolicy', deny)
    now += 5_000
    expect(codeOf(await eve()('iam', 'GetUser', { UserName: 'eve' }))).toBe('done')
    expect(account.state()).toEqual(STATE)
  })

  it('lets an attacker undo it while it is not enforced yet', async () => {
    const deny = { UserName: 'eve', PolicyArn: 'arn:aws:iam::aws:policy/AWSDenyAll' }
    await responder()('iam', 'AttachUserPolicy', deny)
    now += 1_000
    expect(codeOf(await eve()('iam', 'DetachUserPolicy', deny))).toBe('done')
  })

  it('has quotas, and names what is not there', async () => {
    const iam = responder()
    for (let n = 0; n < 9; n++)
      await iam('iam', 'AttachUserPolicy', {
        UserName: 'eve',
        PolicyArn: `arn:aws:iam::111122223333:policy/p${n}`,
      })
    const eleventh = { UserName: 'eve', PolicyArn: 'arn:aws:iam::111122223333:policy/p9' }
    expect(codeOf(await iam('iam', 'AttachUserPolicy', eleventh))).toBe('LimitExceeded')
    expect(codeOf(await iam('iam', 'GetUser', { UserName: 'nobody' }))).toBe('NoSuchEntity')
  })

  it('keeps inline policies as documents', async () => {
    const PolicyDocument = JSON.stringify({ Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }] })
    await responder()('iam', 'PutUserPolicy', { UserName: 'eve', PolicyName: 'ct', PolicyDocument })
    expect(
      outputOf(await responder()('iam', 'GetUserPolicy', { UserName: 'eve', PolicyName: 'ct' })),
    ).toMatchObject({ PolicyDocument: JSON.parse(PolicyDocument) })
    now += 5_000
    expect(codeOf(await eve()('iam', 'GetUser', { UserName: 'eve' }))).toBe('AccessDenied')
  })
})

describe('things in a simulated account', () => {
  it('a trail is started', async () => {
    await responder()('cloudtrail', 'StartLogging', { Name: STATE.trails[0]!.arn })
    expect(
      outputOf(await responder()('cloudtrail', 'GetTrailStatus', { Name: STATE.trails[0]!.arn })),
    ).toMatchObject({ IsLogging: true })
  })

  it('a public bucket is closed and opened again', async () => {
    const Bucket = 'example-exports'
    const s3 = responder()
    expect(codeOf(await s3('s3', 'GetPublicAccessBlock', { Bucket }))).toBe(
      'NoSuchPublicAccessBlockConfiguration',
    )
    const PublicAccessBlockConfiguration = {
      BlockPublicAcls: true,
      IgnorePublicAcls: true,
      BlockPublicPolicy: true,
      RestrictPublicBuckets: true,
    }
    await s3('s3', 'PutPublicAccessBlock', { Bucket, PublicAccessBlockConfiguration })
    expect(outputOf(await s3('s3', 'GetPublicAccessBlock', { Bucket }))).toEqual({
      PublicAccessBlockConfiguration,
    })
    expect(outputOf(await s3('s3', 'GetBucketPolicyStatus', { Bucket }))).toEqual({
      PolicyStatus: { IsPublic: false },
    })
    await s3('s3', 'DeletePublicAccessBlock', { Bucket })
    expect(account.state()).toEqual(STATE)
  })

  it('a snapshot is no longer shared, in its Region', async () => {
    const SnapshotId = 'snap-0123456789abcdef0'
    const change = (way: string) => ({
      SnapshotId,
      Attribute: 'createVolumePermission',
      CreateVolumePermission: { [way]: [{ UserId: '444455556666' }] },
    })
    const ec2 = responder()
    const look = () =>
      ec2(
        'ec2',
        'DescribeSnapshotAttribute',
        { SnapshotId, Attribute: 'createVolumePermission' },
        'eu-west-1',
      )
    expect(outputOf(await look())).toMatchObject({ CreateVolumePermissions: [{ UserId: '444455556666' }] })
    await ec2('ec2', 'ModifySnapshotAttribute', change('Remove'), 'eu-west-1')
    expect(outputOf(await look())).toMatchObject({ CreateVolumePermissions: [] })
    await ec2('ec2', 'ModifySnapshotAttribute', change('Add'), 'eu-west-1')
    expect(account.state()).toEqual(STATE)
  })

  it('a rule of a security group is revoked, and found no more', async () => {
    const ec2 = responder()
    const Filters = [
      { Name: 'group-id', Values: ['sg-0123456789abcdef0'] },
      { Name: 'security-group-rule-id', Values: ['sgr-0123456789abcdef0'] },
    ]
    expect(outputOf(await ec2('ec2', 'DescribeSecurityGroupRules', { Filters }))).toMatchObject({
      SecurityGroupRules: [{ SecurityGroupRuleId: 'sgr-0123456789abcdef0', CidrIpv4: '0.0.0.0/0' }],
    })
    await ec2('ec2', 'RevokeSecurityGroupIngress', {
      GroupId: 'sg-0123456789abcdef0',
      SecurityGroupRuleIds: ['sgr-0123456789abcdef0'],
    })
    expect(outputOf(await ec2('ec2', 'DescribeSecurityGroupRules', { Filters }))).toMatchObject({
      SecurityGroupRules: [],
    })
  })
})

it('writes down who called what, as CloudTrail would', async () => {
  await eve()('iam', 'GetUser', { UserName: 'nobody' })
  expect(account.events()).toMatchObject([
    {
      eventTime: '2026-11-01T10:00:00Z',
      eventSource: 'iam.amazonaws.com',
      eventName: 'GetUser',
      errorCode: 'NoSuchEntity',
      userIdentity: { accessKeyId: 'AKIAEXAMPLEEVE000001', principalId: 'AIDAEXAMPLEEVE000001' },
    },
  ])
})
