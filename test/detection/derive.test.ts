import { describe, expect, it } from 'vitest'
import { DERIVED_FIELDS, makeDerived } from '../../lib/detection/derive.ts'
import type { CloudTrailEvent } from '../../lib/trail/event.ts'

const OWN = '111122223333'
const KNOWN = '444455556666'
const OUTSIDE = '777788889999'

const derive = (field: string, event: CloudTrailEvent): unknown => {
  const derived = makeDerived([KNOWN])
  derived.of({ recipientAccountId: OWN, ...event })
  return derived.derived(field)
}

const policy = (statement: unknown) => ({
  requestParameters: { policy: JSON.stringify({ Statement: statement }) },
})
const allow = (principal: unknown, more = {}) =>
  policy([{ Effect: 'Allow', Principal: principal, Action: 's3:*', Resource: '*', ...more }])

const grant = (action: unknown, more = {}) =>
  policy([{ Effect: 'Allow', Action: action, Resource: '*', ...more }])
const ALL_ABILITIES = ['rights', 'assume', 'organization', 'keys', 'buckets', 'pass-role']

type Row = readonly [what: string, field: string, event: CloudTrailEvent, expected: unknown]

const ROWS: readonly Row[] = [
  ['a call without an error', 'ct.success', {}, true],
  ['an error code', 'ct.success', { errorCode: 'AccessDenied' }, false],
  ['an error message alone', 'ct.success', { errorMessage: 'Failed authentication' }, false],
  ['the error code 200', 'ct.success', { errorCode: '200' }, true],
  [
    'a login',
    'ct.success',
    { eventName: 'ConsoleLogin', responseElements: { ConsoleLogin: 'Success' } },
    true,
  ],
  [
    'a failed login',
    'ct.success',
    { eventName: 'ConsoleLogin', responseElements: { ConsoleLogin: 'Failure' } },
    false,
  ],
  [
    'a policy that denies everything',
    'ct.policy.denyAll',
    {
      requestParameters: { policyDocument: '{"Statement":{"Effect":"Deny","Action":"*","Resource":["*"]}}' },
    },
    true,
  ],
  [
    'a policy that denies older sessions everything',
    'ct.policy.denyAll',
    {
      requestParameters: {
        policyDocument:
          '{"Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"DateLessThan":{"aws:TokenIssueTime":"2026-01-01T00:00:00Z"}}}]}',
      },
    },
    false,
  ],
  [
    'a policy that allows everything and denies one bucket',
    'ct.policy.denyAll',
    {
      requestParameters: {
        policyDocument:
          '{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"*","Resource":"arn:aws:s3:::b"}]}',
      },
    },
    false,
  ],
  [
    'an image shared with an organization',
    'ct.grant.external',
    {
      recipientAccountId: '111122223333',
      requestParameters: {
        launchPermission: {
          add: { items: [{ organizationArn: 'arn:aws:organizations::555566667777:organization/o-1' }] },
        },
      },
    },
    true,
  ],
  ['readOnly false', 'ct.write', { readOnly: false, eventName: 'GetX' }, true],
  ['readOnly as text', 'ct.write', { readOnly: 'true', eventName: 'CreateX' }, false],
  ['an old read', 'ct.write', { eventName: 'DescribeInstances' }, false],
  ['an old write', 'ct.write', { eventName: 'RunInstances' }, true],
  [
    'the role behind a session',
    'ct.actor',
    { userIdentity: { arn: 'session', sessionContext: { sessionIssuer: { arn: 'role' } } } },
    'role',
  ],
  ['a user', 'ct.actor', { userIdentity: { arn: 'user' } }, 'user'],
  ['nobody', 'ct.actor', {}, undefined],
  ['a long-term key', 'ct.longTermKey', { userIdentity: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE' } }, true],
  ['a session key', 'ct.longTermKey', { userIdentity: { accessKeyId: 'ASIAIOSFODNN7EXAMPLE' } }, false],
  ['the service', 'ct.service', { eventSource: 'iam.amazonaws.com' }, 'iam'],
  ['a policy that allows all of IAM', 'ct.policy.escalation', grant('iam:*'), ['rights']],
  ['one call of any case that is enough', 'ct.policy.escalation', grant('IAM:attach????policy'), ['rights']],
  ['everything', 'ct.policy.escalation', grant('*'), ALL_ABILITIES],
  ['any role', 'ct.policy.escalation', grant('sts:AssumeRole*'), ['assume']],
  ['a role passed to nothing that runs', 'ct.policy.escalation', grant('iam:PassRole'), undefined],
  ['a role passed to a machine', 'ct.policy.escalation', grant(['iam:PassRole', 'ec2:Run*']), ['pass-role']],
  ['stores', 'ct.policy.escalation', grant(['kms:*', 's3:*']), ['keys', 'buckets']],
  [
    'all but IAM and roles',
    'ct.policy.escalation',
    policy([{ Effect: 'Allow', NotAction: ['iam:*', 'sts:*'], Resource: '*' }]),
    ['organization', 'keys', 'buckets'],
  ],
  [
    'all resources but one',
    'ct.policy.escalation',
    policy({ Effect: 'Allow', Action: 'iam:*', NotResource: 'arn:aws:iam::111122223333:role/x' }),
    ['rights'],
  ],
  ['one role', 'ct.policy.escalation', grant('iam:*', { Resource: 'arn:aws:iam::*:role/app-*' }), undefined],
  ['every role', 'ct.policy.escalation', grant('iam:*', { Resource: 'arn:aws:iam::*:role/*' }), ['rights']],
  ['a key policy', 'ct.policy.escalation', grant('kms:*', { Principal: '*' }), undefined],
  [
    'a right that is denied again',
    'ct.policy.escalation',
    policy([
      { Effect: 'Allow', Action: 'organizations:*', Resource: '*' },
      { Effect: 'Deny', Action: '*', Resource: '*' },
    ]),
    undefined,
  ],
  ['a pattern made to take long', 'ct.policy.escalation', grant(`${'*a'.repeat(5000)}b`), undefined],
  ['everyone', 'ct.policy.public', allow('*'), true],
  ['everyone by AWS', 'ct.policy.public', allow({ AWS: ['x', '*'] }), true],
  [
    'everyone under a condition',
    'ct.policy.public',
    allow('*', { Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } } }),
    false,
  ],
  ['everyone denied', 'ct.policy.public', allow('*', { Effect: 'Deny' }), false],
  [
    'a policy as an object',
    'ct.policy.public',
    { requestParameters: { bucketPolicy: { Statement: { Effect: 'Allow', Principal: '*' } } } },
    true,
  ],
  [
    'a policy in attributes',
    'ct.policy.public',
    { requestParameters: { attributes: { Policy: '{"Statement":{"Effect":"Allow","Principal":"*"}}' } } },
    true,
  ],
  [
    'a URL-encoded policy',
    'ct.policy.public',
    { requestParameters: { p: encodeURIComponent('{"Statement":{"Effect":"Allow","Principal":"*"}}') } },
    true,
  ],
  [
    'text that only begins like a policy',
    'ct.policy.public',
    { requestParameters: { p: '{"Statement": broken' } },
    false,
  ],
  [
    'outside accounts',
    'ct.policy.externalAccounts',
    allow({ AWS: [`arn:aws:iam::${OUTSIDE}:root`, KNOWN, OWN] }),
    [OUTSIDE],
  ],
  ['a bare outside account', 'ct.policy.externalAccounts', allow({ AWS: OUTSIDE }), [OUTSIDE]],
  ['own and known accounts only', 'ct.policy.externalAccounts', allow({ AWS: [KNOWN, OWN] }), undefined],
  [
    'everything allowed',
    'ct.policy.adminAll',
    policy({ Effect: 'Allow', Action: ['s3:*', '*'], Resource: ['*'] }),
    true,
  ],
  [
    'everything of one service',
    'ct.policy.adminAll',
    policy({ Effect: 'Allow', Action: 'iam:*', Resource: '*' }),
    false,
  ],
  [
    'a snapshot shared outside',
    'ct.grant.external',
    { requestParameters: { createVolumePermission: { add: { items: [{ userId: OUTSIDE }] } } } },
    true,
  ],
  [
    'a snapshot shared with a known account',
    'ct.grant.external',
    { requestParameters: { createVolumePermission: { add: { items: [{ userId: KNOWN }] } } } },
    false,
  ],
  [
    'a share taken away',
    'ct.grant.external',
    { requestParameters: { createVolumePermission: { remove: { items: [{ userId: OUTSIDE }] } } } },
    false,
  ],
  [
    'a public image',
    'ct.grant.public',
    { requestParameters: { launchPermission: { add: { items: [{ group: 'all' }] } } } },
    true,
  ],
  ['a public database snapshot', 'ct.grant.public', { requestParameters: { valuesToAdd: ['all'] } }, true],
  [
    'a document shared outside',
    'ct.grant.external',
    { requestParameters: { accountIdsToAdd: [OUTSIDE] } },
    true,
  ],
  ['a public canned ACL', 'ct.grant.public', { requestParameters: { 'x-amz-acl': 'public-read' } }, true],
  ['a private canned ACL', 'ct.grant.public', { requestParameters: { 'x-amz-acl': ['private'] } }, false],
  [
    'a grant header',
    'ct.grant.public',
    { requestParameters: { 'x-amz-grant-read': 'uri="http://acs.amazonaws.com/groups/global/AllUsers"' } },
    true,
  ],
  [
    'a function for a service',
    'ct.grant.external',
    { eventSource: 'lambda.amazonaws.com', requestParameters: { principal: 's3.amazonaws.com' } },
    false,
  ],
  [
    'the principal of another service',
    'ct.grant.public',
    { eventSource: 'x.amazonaws.com', requestParameters: { principal: '*' } },
    false,
  ],
  [
    'any address on one port',
    'ct.net.world',
    { requestParameters: { cidrIp: '0.0.0.0/0', ipProtocol: 'tcp', fromPort: 443, toPort: 443 } },
    true,
  ],
  [
    'which is not sensitive',
    'ct.net.worldSensitive',
    { requestParameters: { cidrIp: '0.0.0.0/0', ipProtocol: 'tcp', fromPort: 443, toPort: 443 } },
    false,
  ],
  [
    'a range over a sensitive port',
    'ct.net.worldSensitive',
    { requestParameters: { cidrIp: '0.0.0.0/0', ipProtocol: 'tcp', fromPort: '20', toPort: '25' } },
    true,
  ],
  [
    'all protocols',
    'ct.net.worldSensitive',
    {
      requestParameters: {
        ipPermissions: { items: [{ ipProtocol: '-1', ipRanges: { items: [{ cidrIp: '0.0.0.0/0' }] } }] },
      },
    },
    true,
  ],
  [
    'ping',
    'ct.net.worldSensitive',
    {
      requestParameters: {
        ipPermissions: {
          items: [{ ipProtocol: 'icmp', fromPort: -1, ipRanges: { items: [{ cidrIp: '0.0.0.0/0' }] } }],
        },
      },
    },
    false,
  ],
  [
    'the open range and the sensitive port in different rules',
    'ct.net.worldSensitive',
    {
      requestParameters: {
        ipPermissions: {
          items: [
            { ipProtocol: 'tcp', fromPort: 22, toPort: 22, ipRanges: { items: [{ cidrIp: '10.0.0.0/8' }] } },
            { ipProtocol: 'tcp', fromPort: 80, toPort: 80, ipRanges: { items: [{ cidrIp: '0.0.0.0/0' }] } },
          ],
        },
      },
    },
    false,
  ],
  [
    'a database security group',
    'ct.net.worldSensitive',
    { requestParameters: { cIDRIP: '0.0.0.0/0' } },
    true,
  ],
  [
    'a network ACL that allows',
    'ct.net.world',
    { requestParameters: { cidrBlock: '0.0.0.0/0', aclProtocol: '-1', ruleAction: 'allow', egress: false } },
    true,
  ],
  [
    'a network ACL that denies',
    'ct.net.world',
    { requestParameters: { cidrBlock: '0.0.0.0/0', aclProtocol: '-1', ruleAction: 'deny', egress: false } },
    false,
  ],
  [
    'an outside key',
    'ct.kms.external',
    {
      requestParameters: {
        'x-amz-server-side-encryption-aws-kms-key-id': `arn:aws:kms:us-east-1:${OUTSIDE}:key/k`,
      },
    },
    true,
  ],
  [
    'an own key',
    'ct.kms.external',
    {
      requestParameters: {
        'x-amz-server-side-encryption-aws-kms-key-id': `arn:aws:kms:us-east-1:${OWN}:key/k`,
      },
    },
    false,
  ],
  [
    'a key by its id',
    'ct.kms.external',
    { requestParameters: { 'x-amz-server-side-encryption-aws-kms-key-id': 'k' } },
    false,
  ],
]

describe('derived fields', () => {
  it.each(ROWS.map((row) => [...row] as [string, string, CloudTrailEvent, unknown]))(
    '%s: %s',
    (_what, field, event, expected) => {
      expect(derive(field, event)).toEqual(expected)
    },
  )

  it('are all tried by this table', () => {
    expect(new Set(ROWS.map(([, field]) => field))).toEqual(DERIVED_FIELDS)
  })

  it('forget the last event', () => {
    const derived = makeDerived()
    derived.of({ errorCode: 'AccessDenied' })
    expect(derived.derived('ct.success')).toBe(false)
    derived.of({})
    expect(derived.derived('ct.success')).toBe(true)
  })

  it('bear requests that are no objects', () => {
    for (const requestParameters of [null, 'text', 7, true, [], [[['x']]]]) {
      for (const field of DERIVED_FIELDS) expect(() => derive(field, { requestParameters })).not.toThrow()
    }
  })
})
