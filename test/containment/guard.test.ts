import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { IDENTITY_TYPES } from '../../lib/containment/actions/builders.ts'
import { matchesGlob } from '../../lib/containment/guard.ts'
import type { CloudTrailEvent, UserIdentity } from '../../lib/trail/event.ts'
import type { VerdictStatus } from '../../lib/verdict.ts'
import { event, ORGANIZATION, planFor, ROLE, ROOT, SAMPLES, USER } from './events.ts'

const ACTOR = ['deactivate-access-key', 'deny-user', 'revoke-role-sessions', 'revoke-user-sessions']
const by = (userIdentity: UserIdentity, fields: Partial<CloudTrailEvent> = {}) =>
  event('ListBuckets', 's3', { userIdentity, ...fields })
const issuer = (fields: object) => ({
  ...ROLE,
  sessionContext: { sessionIssuer: { ...ROLE.sessionContext.sessionIssuer, ...fields } },
})
const signIn = (fields: Partial<CloudTrailEvent>) => {
  const { accessKeyId: _none, ...userIdentity } = USER
  return event('ConsoleLogin', 'signin', { userIdentity, eventType: 'AwsConsoleSignIn', ...fields })
}

describe('identities the guard refuses', () => {
  const cases: readonly (readonly [string, CloudTrailEvent, string])[] = [
    ['root', by(ROOT), 'the actor is root'],
    [
      'a federated session of root',
      by({
        ...ROLE,
        type: 'FederatedUser',
        sessionContext: { sessionIssuer: { type: 'Root', principalId: '111122223333' } },
      }),
      'the actor is root',
    ],
    [
      'an AWS service',
      by({ type: 'AWSService', invokedBy: 'ec2.amazonaws.com' }),
      'the AWS service "ec2.amazonaws.com"',
    ],
    [
      'a caller of another account',
      by({ ...USER, accountId: '444455556666', arn: 'arn:aws:iam::444455556666:user/mallory' }),
      'belongs to account "444455556666"',
    ],
    [
      'an account without a principal',
      by({ type: 'AWSAccount', accountId: '111122223333', principalId: 'x', accessKeyId: 'y' }),
      'userIdentity.type "AWSAccount"',
    ],
    ['a web identity', by({ ...USER, type: 'WebIdentityUser' }), 'userIdentity.type "WebIdentityUser"'],
    [
      'a failed sign-in',
      signIn({ errorMessage: 'Failed authentication', responseElements: { ConsoleLogin: 'Failure' } }),
      'the sign-in failed',
    ],
    ['a sign-in that does not say it succeeded', signIn({ responseElements: null }), 'the sign-in failed'],
    [
      'a hidden user name',
      signIn({
        userIdentity: { ...USER, userName: 'HIDDEN_DUE_TO_SECURITY_REASONS' },
        responseElements: { ConsoleLogin: 'Success' },
      }),
      'hides the user name',
    ],
    ['an event without accessKeyId', by({ ...USER, accessKeyId: '' }), 'no accessKeyId'],
    [
      'a signature that was not accepted',
      by(USER, { errorCode: 'Client.InvalidSignatureException' }),
      'its signature was not accepted',
    ],
    ['an unknown key', by(USER, { errorCode: 'InvalidClientTokenId' }), 'its signature was not accepted'],
    ['a malformed user id', by({ ...USER, principalId: 'AIDA; reboot' }), 'principalId: expected a user id'],
    ['a malformed access key', by({ ...USER, accessKeyId: 'AKIA$(id)' }), 'accessKeyId: expected AKIA'],
    [
      'a malformed account',
      by({ ...USER, accountId: '12' }, { recipientAccountId: '12' }),
      'recipientAccountId: expected 12 digits',
    ],
    ['a malformed ARN', by({ ...USER, arn: 'arn:aws:iam:user/mallory' }), 'arn: expected the ARN of a user'],
    [
      'a partition that is not planned for',
      by({ ...USER, arn: 'arn:aws-iso:iam::111122223333:user/mallory' }),
      'arn: expected the ARN of a user',
    ],
    [
      'a name that is not the one in the ARN',
      by({ ...USER, userName: 'alice' }),
      'userName "alice" is not the name in the ARN',
    ],
    [
      'an ARN of another account',
      by({ ...USER, arn: 'arn:aws:iam::444455556666:user/mallory' }),
      'is not the account in the ARN',
    ],
    [
      'a role session without issuer',
      by({ ...ROLE, sessionContext: {} }),
      'sessionIssuer.type: expected Role',
    ],
    [
      'a session that is not of its issuer',
      by({ ...ROLE, principalId: 'AROAOTHEROTHEROTHER00:x' }),
      'principalId: expected "AROADBQP57FF2AEXAMPLE"',
    ],
    [
      'a service-linked role',
      by(
        issuer({
          arn: 'arn:aws:iam::111122223333:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig',
          userName: 'AWSServiceRoleForConfig',
        }),
      ),
      'a service-linked role',
    ],
    [
      'a role of IAM Identity Center',
      by(
        issuer({
          arn: 'arn:aws:iam::111122223333:role/AWSReservedSSO_Admin_0a1b2c3d4e5f6071',
          userName: 'AWSReservedSSO_Admin_0a1b2c3d4e5f6071',
        }),
      ),
      'a role of IAM Identity Center',
    ],
    [
      "the organization's own role",
      by(
        issuer({
          arn: 'arn:aws:iam::111122223333:role/OrganizationAccountAccessRole',
          userName: 'OrganizationAccountAccessRole',
        }),
      ),
      "the organization's way into this account",
    ],
  ]

  it.each(cases)('refuses %s', (_what, raw, reason) => {
    const plan = planFor(raw, ACTOR)
    expect(plan.actions).toEqual([])
    expect(plan.refused.map((refusal) => refusal.reason)).toEqual([expect.stringContaining(reason)])
  })

  it.each([
    ['arn:aws:iam::111122223333:user/staff/mallory'],
    ['arn:aws:iam::111122223333:user/staff/*'],
    ['*:user/*/mallory'],
    ['AIDACKCEVSQ6C2EXAMPLE'],
    ['AKIAIOSFODNN7EXAMPLE'],
  ])('refuses a principal protected as %s', (pattern) => {
    const plan = planFor(by(USER), ACTOR, { protectedPrincipals: [pattern] })
    expect(plan.actions).toEqual([])
    expect(plan.refused[0]!.reason).toBe(`protected by the owner's configuration: ${pattern}`)
  })

  it.each(['*:user/backdoor', 'arn:aws:iam::111122223333:user/any/path/backdoor', 'AKIAI44QH8DHBEXAMPLE'])(
    'refuses a created key whose owner is protected as %s',
    (pattern) => {
      const { raw, action } = SAMPLES['key that was created']!
      expect(planFor(raw, [action], { protectedPrincipals: [pattern] }).actions).toEqual([])
      expect(planFor(raw, [action], { protectedPrincipals: ['*:user/any/path/other'] }).actions).toHaveLength(
        1,
      )
    },
  )

  it('contains an identity whose call was denied, for it did authenticate', () => {
    expect(planFor(by(USER, { errorCode: 'AccessDenied' }), ['deny-user']).actions).toHaveLength(1)
  })

  it('contains the user of a successful sign-in, which has no access key', () => {
    const raw = signIn({ responseElements: { ConsoleLogin: 'Success' } })
    expect(planFor(raw, ['deny-user', 'deactivate-access-key']).actions.map(({ type }) => type)).toEqual([
      'deny-user',
    ])
  })

  it('refuses to deactivate temporary credentials', () => {
    const plan = planFor(by({ ...USER, accessKeyId: 'ASIAIOSFODNN7EXAMPLE' }), ['deactivate-access-key'])
    expect(plan.refused[0]!.reason).toContain('temporary credentials cannot be deactivated')
  })

  it("refuses to deactivate root's new key", () => {
    const raw = event('CreateAccessKey', 'iam', {
      userIdentity: ROOT,
      requestParameters: null,
      responseElements: { accessKey: { accessKeyId: 'AKIAI44QH8DHBEXAMPLE', status: 'Active' } },
    })
    const plan = planFor(raw, [{ type: 'deactivate-access-key', of: 'created' }])
    expect(plan.actions).toEqual([])
    expect(plan.refused[0]!.reason).toContain("the new key is root's own")
  })

  it('contains a key that root made for a user', () => {
    const { raw, action } = SAMPLES['key that was created']!
    expect(planFor({ ...raw, userIdentity: ROOT }, [action]).actions[0]!.target.id).toBe(
      'AKIAI44QH8DHBEXAMPLE',
    )
  })

  it('does not contain whoever puts a user in quarantine, but proposes to deny the user', () => {
    const requestParameters = {
      userName: 'dana',
      policyArn: 'arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3',
    }
    const raw = event('AttachUserPolicy', 'iam', { requestParameters })
    const plan = planFor(raw, [...ACTOR, { type: 'deny-user', of: 'created' }])
    expect(plan.actions.map(({ target, tier }) => [target.id, tier])).toEqual([['dana', 2]])
    expect(plan.refused[0]!.reason).toContain('its caller is containing somebody')
  })

  it('never detaches a policy that contains somebody', () => {
    for (const policy of ['AWSDenyAll', 'AWSCompromisedKeyQuarantineV3', 'AWSCompromisedKeyQuarantine']) {
      const requestParameters = { userName: 'dana', policyArn: `arn:aws:iam::aws:policy/${policy}` }
      const plan = planFor(event('AttachUserPolicy', 'iam', { requestParameters }), ['detach-policy'])
      expect(plan.refused[0]!.reason).toContain('is containment itself')
    }
  })
})

describe('objects the guard refuses', () => {
  const changed = (name: string, requestParameters: unknown, fields: Partial<CloudTrailEvent> = {}) => {
    const { raw } = SAMPLES[name]!
    return { ...raw, requestParameters, ...fields }
  }
  const ofActor = new Set<string>([
    ...IDENTITY_TYPES,
    ...['quarantine-principal', 'quarantine-workforce-user'],
  ])
  const ofObject = Object.entries(SAMPLES).filter(
    ([, { action }]) => !ofActor.has(typeof action === 'string' ? action : '-'),
  )

  it.each(ofObject)('refuses a call that failed: %s', (_name, { raw, action }) => {
    const plan = planFor({ ...raw, errorCode: 'AccessDenied' }, [action], { organization: ORGANIZATION })
    expect(plan.actions).toEqual([])
    expect(plan.refused[0]!.reason).toContain('the call failed ("AccessDenied")')
  })

  it.each(ofObject)('refuses an event without an account: %s', (_name, { raw, action }) => {
    const userIdentity = { ...USER, accountId: 'nobody' }
    expect(planFor({ ...raw, recipientAccountId: 'x', userIdentity }, [action]).actions).toEqual([])
  })

  const cases: readonly (readonly [string, CloudTrailEvent, string, string])[] = [
    [
      'a trail of another account',
      changed('stopped trail', { name: 'arn:aws:cloudtrail:eu-west-1:444455556666:trail/org' }),
      'restart-logging',
      'belongs to account 444455556666',
    ],
    [
      'a deleted trail',
      { ...changed('stopped trail', { name: 'main' }), eventName: 'DeleteTrail' },
      'recreate-trail',
      'the trail is deleted',
    ],
    [
      'a malformed trail name',
      changed('stopped trail', { name: '-x; reboot' }),
      'restart-logging',
      'expected a trail name',
    ],
    [
      'a trail update',
      { ...changed('stopped trail', { name: 'main' }), eventName: 'UpdateTrail' },
      'restore-trail',
      'no snapshot of its settings',
    ],
    [
      'a malformed security group',
      changed('ingress with rule ids', { groupId: 'sg-$(id)' }),
      'revoke-security-group-ingress',
      'expected a security group id',
    ],
    [
      'rule ids that are none',
      {
        ...changed('ingress with rule ids', { groupId: 'sg-0a1b2c3d' }),
        responseElements: { securityGroupRuleSet: { items: [{ securityGroupRuleId: '*' }] } },
      },
      'revoke-security-group-ingress',
      'expected rule ids',
    ],
    [
      'a range that is none',
      changed('ingress without rule ids', {
        groupId: 'sg-0a1b2c3d',
        ipPermissions: { items: [{ ipProtocol: 'tcp', ipRanges: { items: [{ cidrIp: 'everywhere' }] } }] },
      }),
      'revoke-security-group-ingress',
      'of a form this release does not know',
    ],
    [
      'a modified rule',
      { ...changed('ingress with rule ids', {}), eventName: 'ModifySecurityGroupRules' },
      'revoke-security-group-ingress',
      'does not say what the rule was before',
    ],
    [
      'a malformed bucket',
      changed('public bucket', { bucketName: '../etc' }),
      'block-public-access',
      'expected a bucket name',
    ],
    [
      'a bucket of another account',
      changed(
        'public bucket',
        { bucketName: 'theirs' },
        { resources: [{ accountId: '444455556666', ARN: 'arn:aws:s3:::theirs' }] },
      ),
      'block-public-access',
      'belongs to account 444455556666',
    ],
    [
      'a malformed snapshot',
      changed('shared EBS snapshot', { snapshotId: 'snap-x' }),
      'unshare-snapshot',
      'expected a snapshot id',
    ],
    [
      'sharing that was removed',
      changed('shared EBS snapshot', {
        snapshotId: 'snap-5e1828b47667bf0a6',
        createVolumePermission: { remove: { items: [{ group: 'all' }] } },
      }),
      'unshare-snapshot',
      'the event added nobody',
    ],
    [
      'sharing with something odd',
      changed('shared RDS snapshot', {
        dBSnapshotIdentifier: 'x',
        attributeName: 'restore',
        valuesToAdd: ['--all'],
      }),
      'unshare-snapshot',
      'neither an account',
    ],
    [
      'a KMS key of another account',
      changed('key scheduled for deletion', {
        keyId: 'arn:aws:kms:eu-west-1:444455556666:key/db05b260-558c-48be-8868-cbf7172958f7',
      }),
      'cancel-key-deletion',
      'belongs to account 444455556666',
    ],
    [
      'a KMS alias',
      changed('key scheduled for deletion', { keyId: 'alias/x' }),
      'cancel-key-deletion',
      'expected the id or ARN of a KMS key',
    ],
    [
      'a disabled KMS key',
      {
        ...changed('key scheduled for deletion', { keyId: 'db05b260-558c-48be-8868-cbf7172958f7' }),
        eventName: 'DisableKey',
      },
      'cancel-key-deletion',
      'enable it by hand',
    ],
    [
      'a function of another account',
      changed('function opened to everyone', {
        functionName: '444455556666:function:x',
        statementId: 'a',
        action: '*',
        principal: '*',
      }),
      'remove-lambda-permission',
      'not of account 111122223333',
    ],
    [
      'a statement id that is none',
      changed('function opened to everyone', {
        functionName: 'x',
        statementId: 'a b',
        action: '*',
        principal: '*',
      }),
      'remove-lambda-permission',
      'expected a statement id',
    ],
    [
      'an inline policy',
      { ...changed('policy attached to a user', { userName: 'dana' }), eventName: 'PutUserPolicy' },
      'detach-policy',
      'compare it by hand',
    ],
    [
      'a policy that is none',
      changed('policy attached to a user', { userName: 'dana', policyArn: 'x' }),
      'detach-policy',
      'expected a policy ARN',
    ],
    [
      'a policy on a role of IAM Identity Center',
      changed('policy attached to a role', {
        roleName: 'AWSReservedSSO_x',
        policyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess',
      }),
      'detach-policy',
      'IAM Identity Center',
    ],
    [
      'a detector that stays enabled',
      changed('detector disabled', { detectorId: 'd78a28425d45ebf4c838ed82dedb5bd1', enable: true }),
      'enable-detector',
      'does not disable the detector',
    ],
    [
      'a detector id that is none',
      changed('detector disabled', { detectorId: 'x' }),
      'enable-detector',
      'expected a detector id',
    ],
    [
      'a removed member',
      {
        ...changed('detector disabled', { detectorId: 'd78a28425d45ebf4c838ed82dedb5bd1' }),
        eventName: 'DeleteMembers',
      },
      'enable-detector',
      'from the administrator account',
    ],
    [
      'a Region that is none',
      changed('stopped trail', { name: 'main' }, { awsRegion: 'eu-west-1.evil.example' }),
      'restart-logging',
      'expected a Region',
    ],
  ]

  it.each(cases)('refuses %s', (_what, raw, action, reason) => {
    const plan = planFor(raw, [action])
    expect(plan.actions).toEqual([])
    expect(plan.refused.map((refusal) => refusal.reason)).toEqual([expect.stringContaining(reason)])
  })

  it('asks before it undoes what a protected principal did', () => {
    const { raw } = SAMPLES['stopped trail']!
    const plan = planFor(raw, ['restart-logging'], { protectedPrincipals: ['*:user/staff/*'] })
    expect(plan.actions[0]).toMatchObject({ type: 'restart-logging', tier: 2 })
    expect(plan.actions[0]!.limits).toContain(
      'A protected principal made the change: ask its owner before you undo it.',
    )
  })
})

describe('evidence', () => {
  const plan = (status: VerdictStatus) =>
    planFor(by(USER), ['deny-user'], { verdicts: new Map([['AWSLogs/a.json.gz', status]]) })

  it('refuses what rests on a log file that was modified or may be planted', () => {
    expect(plan('modified')).toMatchObject({
      actions: [],
      refused: [{ reason: 'the log file AWSLogs/a.json.gz was modified after delivery' }],
    })
    expect(plan('unlisted')).toMatchObject({
      actions: [],
      refused: [{ reason: 'the log file AWSLogs/a.json.gz is in no digest: it may have been planted' }],
    })
  })

  it('marks what no digest proves', () => {
    expect(plan('unverifiable').actions[0]).toMatchObject({ evidence: 'unproven' })
    expect(plan('unverifiable').actions[0]!.limits.at(-1)).toContain("CloudTrail's LookupEvents")
    expect(planFor(by(USER), ['deny-user']).actions[0]).toMatchObject({ evidence: 'unproven' })
  })

  it('says nothing more about a proven event', () => {
    const action = plan('valid').actions[0]!
    expect(action.evidence).toBe('proven')
    expect(action.limits.join(' ')).not.toContain('LookupEvents')
  })
})

describe('globs', () => {
  it.each([
    ['*', '', true],
    ['a*c', 'abbc', true],
    ['a*c', 'abbcd', false],
    ['a?c', 'abc', true],
    ['a?c', 'ac', false],
    ['*:role/*', 'arn:aws:iam::1:role/a/b', true],
    ['a.c', 'abc', false],
    ['', '', true],
    ['', 'a', false],
    ['*a*b*', 'xxaxxbxx', true],
  ])('%j matches %j: %s', (pattern, name, matches) => {
    expect(matchesGlob(pattern, name)).toBe(matches)
  })

  it('matches a name by itself, whatever it holds, and between stars', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (before, name, after) => {
        const literal = name.replaceAll(/[*?]/g, '')
        expect(matchesGlob(literal, literal)).toBe(true)
        expect(matchesGlob(`*${literal}*`, before + literal + after)).toBe(true)
      }),
    )
  })
})
