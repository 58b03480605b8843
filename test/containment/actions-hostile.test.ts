import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ApiCall, ContainmentAction } from '../../lib/action.ts'
import { IDENTITY_TYPES, PLANNED_TYPES } from '../../lib/containment/actions/builders.ts'
import type { CloudTrailEvent } from '../../lib/trail/event.ts'
import { event, ORGANIZATION, OWN_SNAPSHOTS, planFor, ROLE, SAMPLES, sampleAction, USER } from './events.ts'

/** Everything that is about who acts, not about an object. */
const OF_PRINCIPALS = new Set<string>([
  ...IDENTITY_TYPES,
  'deactivate-credential',
  'detach-policy',
  'quarantine-principal',
  'quarantine-workforce-user',
])
const ALL = [
  ...PLANNED_TYPES,
  ...['deactivate-access-key', 'deny-user', 'freeze-role-trust', 'isolate-instance'].map((type) => ({
    type,
    of: 'created',
  })),
]
const MORE = { ownSnapshots: OWN_SNAPSHOTS, organization: ORGANIZATION }

const waysOf = (action: ContainmentAction) => [action, ...(action.fallbacks ?? [])]
/** All that could be sent, and all that is looked at. */
const sent = (action: ContainmentAction): readonly ApiCall[] =>
  waysOf(action).flatMap(({ calls, undo }) => [...calls, ...undo])
const used = (action: ContainmentAction): string =>
  JSON.stringify([
    action.snapshot,
    action.pins,
    waysOf(action).map(({ calls, undo, done }) => [calls, undo, done]),
    action.quiet,
  ])

/** No shape allows it, in front, behind or alone. */
const HOSTILE = 'hostile\'"`]; $(id)\n*'
const MARK = /hostile/

/** Every path to a value of the event. */
const pathsOf = (value: unknown, path: readonly string[] = []): readonly (readonly string[])[] =>
  typeof value === 'object' && value !== null
    ? [
        ...(path.length > 0 ? [path] : []),
        ...Object.entries(value).flatMap(([name, part]) => pathsOf(part, [...path, name])),
      ]
    : [path]

const withAt = (
  value: unknown,
  [name, ...rest]: readonly string[],
  put: (old: unknown) => unknown,
): unknown => {
  if (name === undefined) return put(value)
  const copy = structuredClone(value) as Record<string, unknown>
  copy[name] = withAt(copy[name], rest, put)
  return copy
}

const spoiled: readonly ((old: unknown) => unknown)[] = [
  () => HOSTILE,
  (old) => `${String(old)}${HOSTILE}`,
  (old) => `${HOSTILE}${String(old)}`,
  (old) => [old, HOSTILE],
  (old) => ({ old, [HOSTILE]: HOSTILE }),
]
const broken = fc.oneof(
  fc.constant(undefined),
  fc.constant(null),
  fc.constant(''),
  fc.constant('__proto__'),
  fc.constant(Number.NaN),
  fc.constant(-1),
  fc.constant([]),
  fc.constant({}),
  fc.constant([[[null]]]),
  fc.constant({ items: [null, 1, 'x', { items: {} }] }),
  fc.string({ unit: 'binary' }),
  fc.jsonValue(),
)

describe('hostile events', () => {
  it.each(Object.entries(SAMPLES))(
    'nothing of a caller reaches a call unless it has a shape: %s',
    (_name, { raw }) => {
      for (const path of pathsOf(raw)) {
        for (const spoil of spoiled) {
          const plan = planFor(withAt(raw, path, spoil) as CloudTrailEvent, ALL, MORE)
          for (const action of plan.actions) expect(used(action)).not.toMatch(MARK)
        }
      }
    },
  )

  it('never throw, whatever stands wherever', () => {
    const samples = Object.values(SAMPLES)
    fc.assert(
      fc.property(
        fc.nat(samples.length - 1),
        fc.array(fc.tuple(fc.nat(), broken), { minLength: 1, maxLength: 4 }),
        (which, changes) => {
          let { raw } = samples[which]!
          for (const [at, value] of changes) {
            const paths = pathsOf(raw)
            raw = withAt(raw, paths[at % paths.length]!, () => value) as CloudTrailEvent
          }
          const plan = planFor(raw ?? {}, ALL, MORE)
          expect(JSON.parse(JSON.stringify(plan))).toEqual(plan)
        },
      ),
      { numRuns: 400 },
    )
  })

  it.each(Object.entries(SAMPLES))('spares whoever is protected: %s', (_name, { raw }) => {
    const { actions } = planFor(raw, ALL, { ...MORE, protectedPrincipals: ['*'] })
    expect(actions.filter(({ type }) => OF_PRINCIPALS.has(type)).map(({ title }) => title)).toEqual([])
    expect(actions.every(({ tier }) => tier === 2)).toBe(true)
  })

  it.each([
    'arn:aws:iam::111122223333:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX',
    'arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef',
    'arn:aws:iam::111122223333:role/OrganizationAccountAccessRole',
    'arn:aws:iam::111122223333:role/AWSControlTowerExecution',
  ])('never touch %s', (arn) => {
    const userName = arn.slice(arn.lastIndexOf('/') + 1)
    const sessionIssuer = { ...ROLE.sessionContext.sessionIssuer, arn, userName }
    const userIdentity = { ...ROLE, sessionContext: { ...ROLE.sessionContext, sessionIssuer } }
    for (const { raw } of Object.values(SAMPLES)) {
      const { actions } = planFor({ ...raw, userIdentity }, ALL, MORE)
      expect(actions.filter(({ target }) => target.arn === arn)).toEqual([])
    }
    const requestParameters = { roleName: userName, policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' }
    for (const name of ['AttachRolePolicy', 'UpdateAssumeRolePolicy', 'CreateRole']) {
      const responseElements = { role: { roleId: 'AROAJQABLZS4A3EXAMPLE', roleName: userName } }
      const { actions } = planFor(event(name, 'iam', { requestParameters, responseElements }), ALL, MORE)
      const paths = arn.includes('/aws-') && !arn.includes('AWSReservedSSO')
      // A service-linked role is known by its path, which these events do not carry: IAM itself refuses changes to it.
      if (!paths) expect(actions.filter(({ target }) => target.name === userName)).toEqual([])
    }
  })

  it('takes a session for an instance only when EC2 says so', () => {
    const principalId = 'AROADBQP57FF2AEXAMPLE:i-0123456789abcdef0'
    const named = event('ListBuckets', 's3', { userIdentity: { ...ROLE, principalId } })
    const types = ['deny-instance-sessions', 'isolate-instance', 'detach-instance-profile']
    expect(planFor(named, types).actions).toEqual([])
    const inScopeOf = {
      issuerType: 'AWS::EC2::Instance',
      credentialsIssuedTo: 'arn:aws:ec2:us-west-2:111122223333:instance/i-0123456789abcdef0',
    }
    const issued = event('ListBuckets', 's3', { userIdentity: { ...ROLE, principalId, inScopeOf } })
    expect(planFor(issued, types).actions.map(({ target }) => target.region)).toEqual([
      undefined,
      'us-west-2',
      'us-west-2',
    ])
  })

  it('quarantines nobody in the management account, and no account without a way back', () => {
    const types = ['quarantine-principal', 'quarantine-account', 'quarantine-workforce-user']
    const raw = event('ListBuckets', 's3')
    const reasons = (organization: object) =>
      planFor(raw, types, { organization: { ...ORGANIZATION, ...organization } }).refused.map(
        ({ reason }) => reason,
      )
    expect(reasons({ managementAccountId: '111122223333' })).toEqual([
      expect.stringContaining('is the management account'),
      expect.stringContaining('is the management account'),
    ])
    for (const exempt of [
      [],
      ['*'],
      ['arn:aws:iam::111122223333:role/*'],
      ['arn:aws:iam::111122223333:root'],
    ]) {
      expect(reasons({ exempt })).toEqual([expect.stringContaining('no ARN of a way back in')])
    }
    expect(planFor(raw, types).actions).toEqual([])
  })

  it('acts on a user whom another call names only by a shape', () => {
    const raw = event('ListBuckets', 's3', { userIdentity: { ...USER, userName: HOSTILE } })
    expect(planFor(raw, ALL, MORE).actions.filter(({ type }) => IDENTITY_TYPES.has(type))).toEqual([])
  })
})

describe('what no plan does', () => {
  const FORBIDDEN = [
    ...['DeleteAccessKey', 'DeleteLoginProfile', 'DeleteUser', 'DeleteRole', 'DeleteGroup', 'DeleteTrail'],
    ...['DeletePolicy', 'DeletePolicyVersion', 'DeleteSAMLProvider', 'DeleteOpenIDConnectProvider'],
    ...['DeleteServiceSpecificCredential', 'DeleteSigningCertificate', 'DeleteSSHPublicKey', 'DeleteKey'],
    ...['DeleteBucket', 'DeleteObject', 'DeleteFunction', 'DeleteFunctionUrlConfig', 'DeleteEventDataStore'],
    ...['DeleteDetector', 'DeleteRule', 'DeleteInstanceProfile', 'DeleteTrustAnchor', 'DeleteProfile'],
    ...['TerminateInstances', 'DeleteDBInstance', 'DeactivateMFADevice', 'DeleteVirtualMFADevice'],
    ...['CreateAccessKey', 'CreateLoginProfile', 'CreateUser', 'RemoveUserFromGroup'],
  ]
  /** Taken away because it is our own, or because that is what was there before. */
  const ALLOWED = [
    ...[
      'DeleteUserPolicy',
      'DeleteRolePolicy',
      'DeleteUserPermissionsBoundary',
      'DeleteRolePermissionsBoundary',
    ],
    ...[
      'DeletePublicAccessBlock',
      'DeleteBucketPolicy',
      'DeleteBucketLifecycle',
      'DeleteFunctionConcurrency',
    ],
  ]

  const operations = Object.keys(SAMPLES).flatMap((name) => sent(sampleAction(name)))

  it('is deleting, but for what is ours or was not there', () => {
    const deleting = new Set(
      operations
        .map(({ operation }) => operation)
        .filter((name) => /^(?:Delete|Terminate|Remove)/.test(name)),
    )
    expect([...deleting].sort()).toEqual([...ALLOWED, 'RemovePermission', 'RemoveTargets'].sort())
  })

  it('deletes inline policies of our own name only', () => {
    const deleted = operations.filter(({ operation }) => /^Delete(?:User|Role)Policy$/.test(operation))
    expect(deleted.length).toBeGreaterThan(0)
    for (const { input } of deleted) expect(input['PolicyName']).toMatch(/^ct-contain-[0-9a-f]{16}$/)
  })

  it('has no code path: no builder so much as names it', () => {
    const folder = new URL('../../lib/containment/actions/', import.meta.url)
    const source = readdirSync(folder).map((file) => readFileSync(new URL(file, folder), 'utf8'))
    const words = new Set(source.join('\n').match(/\b[A-Z][A-Za-z]+\b/g))
    // Events that ask for an answer are named by the builders that give it.
    const answered = ['CreateAccessKey', 'CreateLoginProfile', 'CreateUser']
    const answeredDeletes = [
      'DeleteTrail',
      'DeleteDetector',
      'DeleteRule',
      'DeleteFunction',
      'DeleteEventDataStore',
    ]
    const named = FORBIDDEN.filter((name) => words.has(name))
    expect(named.sort()).toEqual([...answered, ...answeredDeletes].sort())
    expect(operations.filter(({ operation }) => FORBIDDEN.includes(operation))).toEqual([])
  })

  it('attaches one managed policy only: AWSDenyAll, except to undo', () => {
    const attached = Object.keys(SAMPLES)
      .flatMap((name) => sampleAction(name).calls)
      .filter(({ operation }) => /^Attach(?:User|Role)Policy$/.test(operation))
    expect([...new Set(attached.map(({ input }) => input['PolicyArn']))]).toEqual([
      'arn:aws:iam::aws:policy/AWSDenyAll',
    ])
  })

  it('writes only policies that deny', () => {
    const documents = Object.keys(SAMPLES)
      .filter((name) => !name.startsWith('bucket policy'))
      .flatMap((name) => waysOf(sampleAction(name)).flatMap(({ calls }) => calls))
      .flatMap(({ input }) => [input['PolicyDocument'], input['Content']])
      .filter((document) => typeof document === 'string')
    expect(documents.length).toBeGreaterThan(5)
    for (const document of documents) {
      const { Version, Statement } = JSON.parse(document)
      expect(Version).toBe('2012-10-17')
      expect(Statement.map(({ Effect }: { Effect: string }) => Effect)).toEqual(['Deny'])
    }
  })
})
