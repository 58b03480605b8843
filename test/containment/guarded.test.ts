import { describe, expect, it } from 'vitest'
import { applyPlan } from '../../lib/containment/apply.ts'
import { approvePlan, identityOfApprover } from '../../lib/containment/approve.ts'
import { contain } from '../../lib/containment/contain.ts'
import { decide } from '../../lib/containment/decide.ts'
import { planContainment } from '../../lib/containment/plan.ts'
import { DEFAULTS } from '../../lib/containment/world.ts'
import type { Evidence } from '../../lib/ports.ts'
import { unwrap } from '../../lib/trail/envelope.ts'
import type { CloudTrailEvent } from '../../lib/trail/event.ts'
import { APPROVER, BREAK_GLASS, keyAndUser, planOf, scene } from '../support/contained.ts'
import { DENY_ALL_ARN } from '../support/fake-account.ts'
import {
  ACCOUNT,
  event,
  findingOf,
  KEY,
  proposing,
  ROLE,
  ROOT,
  SAMPLES,
  sampleAction,
  USER,
} from './events.ts'

const EVERYTHING = ['deactivate-access-key', 'deny-user', 'revoke-user-sessions', 'revoke-role-sessions']

describe('who is never contained', () => {
  const role = (arn: string) => ({
    ...ROLE,
    arn: arn.replace(':iam:', ':sts:').replace(/:role\/.*?([^/]+)$/, ':assumed-role/$1/s'),
    sessionContext: {
      ...ROLE.sessionContext,
      sessionIssuer: { ...ROLE.sessionContext.sessionIssuer, arn, userName: arn.split('/').at(-1)! },
    },
  })
  const NEVER: Readonly<Record<string, Record<string, unknown>>> = {
    root: ROOT,
    'a service-linked role': role(
      `arn:aws:iam::${ACCOUNT}:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS`,
    ),
    'a role of Identity Center': role(
      `arn:aws:iam::${ACCOUNT}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef`,
    ),
    'our own role': role(`arn:aws:iam::${ACCOUNT}:role/trailwarden-contain`),
    'the break-glass role': role(BREAK_GLASS),
    'the deploy role the owner protects': role(`arn:aws:iam::${ACCOUNT}:role/ci-deploy`),
    "the organization's way in": role(`arn:aws:iam::${ACCOUNT}:role/OrganizationAccountAccessRole`),
    'an AWS service': { type: 'AWSService', invokedBy: 'ec2.amazonaws.com' },
  }

  it.each(Object.entries(NEVER))(
    'leaves %s alone, whatever the rule and however much is allowed',
    async (_who, userIdentity) => {
      const { account, worker } = scene()
      for (const name of ['trailwarden-contain', 'ci-deploy', 'OrganizationAccountAccessRole'])
        account.add('Role', name, { id: 'AROADBQP57FF2AEXAMPLE' })
      const world = worker({
        automatic: ['revoke-role-sessions', 'revoke-user-sessions'],
        ownPrincipals: [`arn:aws:iam::${ACCOUNT}:role/trailwarden-*`],
        protectedPrincipals: [`arn:aws:iam::${ACCOUNT}:role/ci-deploy`],
      })
      const { plan, findings } = planOf(event('ListBuckets', 's3', { userIdentity }), EVERYTHING)
      const done = await contain(plan, findings, world)
      for (const { action } of done.plan.actions) await approvePlan(world, action.id, APPROVER)
      await approvePlan(world, done.plan.hash, APPROVER)
      await applyPlan(world, done.plan.hash)
      expect(done.plan.refused.length).toBeGreaterThan(0)
      expect(account.mutations()).toEqual([])
    },
  )

  it('refuses what was approved when the owner protects the target in between', async () => {
    const { account, worker } = scene()
    const { plan, findings } = keyAndUser()
    const world = worker({ mode: 'approve' })
    const { plan: recorded } = await contain(plan, findings, world)
    await approvePlan(world, recorded.hash, APPROVER)
    const later = worker({ mode: 'approve', protectedPrincipals: [USER.arn] })
    const { outcomes } = await applyPlan(later, recorded.hash)
    expect(outcomes.map(({ state }) => state)).toEqual(['REFUSED', 'REFUSED'])
    expect(account.mutations()).toEqual([])
  })
})

describe('the way back in', () => {
  it('contains nobody on its own while no break-glass principal is configured', async () => {
    const { account, worker } = scene()
    const { plan, findings } = keyAndUser()
    const { outcomes } = await contain(plan, findings, worker({ breakGlass: [] }))
    expect(outcomes[0]!.reason).toContain('no break-glass principal is configured')
    expect(account.mutations()).toEqual([])
  })

  it.each([
    ['is gone', (name: string) => ({ remove: name })],
    ['carries AWSDenyAll', (name: string) => ({ deny: name })],
  ])('refuses even what was approved when the last break-glass principal %s', async (_how, of) => {
    const { account, worker } = scene()
    const { plan, findings } = keyAndUser()
    const world = worker({ mode: 'approve' })
    const { plan: recorded } = await contain(plan, findings, world)
    await approvePlan(world, recorded.hash, APPROVER)
    if ('remove' in of('x')) account.remove('Role', 'break-glass')
    else account.principal('Role', 'break-glass')!.attached.push(DENY_ALL_ARN)
    const { outcomes } = await applyPlan(world, recorded.hash)
    expect(outcomes[0]).toMatchObject({ state: 'REFUSED' })
    expect(outcomes[0]!.reason).toContain('no break-glass principal would remain')
    expect(account.mutations()).toEqual([])
  })

  it('closes no whole account, with any number of approvals, while nobody could open it again', async () => {
    const action = sampleAction('whole account')
    const decision = decide({
      action,
      settings: { ...DEFAULTS, mode: 'enforce', owner: 'o', worker: 'w', automatic: [action.type] },
      now: '2026-11-01T10:00:10.000Z',
      events: [{ finding: 'f', eventID: 'e', region: 'us-east-1', time: '2026-11-01T10:00:00Z' }],
      evidence: 'digest',
      breakGlass: 0,
    })
    expect(decision).toMatchObject({ automatic: false, approvers: 2 })
    expect(decision.why).toEqual([
      'it reaches the whole account: two people approve',
      'no break-glass principal is configured',
    ])
  })
})

describe('triggers that anybody can make', () => {
  const envelope = (detail: CloudTrailEvent, more: Record<string, unknown> = {}) => ({
    version: '0',
    id: 'x',
    'detail-type': 'AWS API Call via CloudTrail',
    source: 'aws.iam',
    account: ACCOUNT,
    region: 'us-east-1',
    detail,
    ...more,
  })
  const signIn = (userIdentity: Record<string, unknown>) =>
    event('ConsoleLogin', 'signin', {
      userIdentity,
      eventType: 'AwsConsoleSignIn',
      errorMessage: 'Failed authentication',
      responseElements: { ConsoleLogin: 'Failure' },
    })
  const { accessKeyId: _key, ...noKey } = USER
  const CORPUS: Readonly<Record<string, unknown>> = {
    'a failed sign-in as a user': envelope(signIn(noKey)),
    'a failed sign-in as root': envelope(
      signIn({ type: 'Root', arn: `arn:aws:iam::${ACCOUNT}:root`, accountId: ACCOUNT, principalId: ACCOUNT }),
    ),
    'a source that is not AWS': envelope(event('CreateUser', 'iam'), { source: 'com.example.iam' }),
    'another account in the envelope': envelope(event('CreateUser', 'iam'), { account: '444455556666' }),
    'another account in the event': envelope(
      event('ListBuckets', 's3', { recipientAccountId: '444455556666' }),
      { account: '444455556666' },
    ),
    'a signature that was not accepted': envelope(
      event('ListBuckets', 's3', { errorCode: 'SignatureDoesNotMatch' }),
    ),
    'an unknown key': envelope(event('ListBuckets', 's3', { errorCode: 'InvalidClientTokenId' })),
    'a failed change of an object': envelope({
      ...SAMPLES['public bucket']!.raw,
      errorCode: 'AccessDenied',
      userIdentity: noKey,
    }),
    'no access key': envelope(event('ListBuckets', 's3', { userIdentity: noKey })),
    'a hidden name': envelope(
      event('ListBuckets', 's3', { userIdentity: { ...USER, userName: 'HIDDEN_DUE_TO_SECURITY_REASONS' } }),
    ),
    'a session that names somebody else': envelope(
      event('ListBuckets', 's3', {
        userIdentity: {
          ...ROLE,
          principalId: 'AROAANOTHERROLE12345:mallory',
          arn: `arn:aws:sts::${ACCOUNT}:assumed-role/backup/mallory`,
        },
      }),
    ),
    'a user agent that says root': envelope(
      event('ListBuckets', 's3', { userIdentity: noKey, userAgent: `arn:aws:iam::${ACCOUNT}:root` }),
    ),
  }

  it.each(Object.entries(CORPUS))('makes no changing call on %s', async (_what, payload) => {
    const { account, worker } = scene()
    const { events } = unwrap(payload)
    const findings = events.map((raw) => findingOf(raw, 'test', { level: 'critical' }))
    const playbooks = [proposing(...EVERYTHING, 'block-public-access')]
    const evidence: Evidence = {
      lookup: async ({ eventID }) => events.find((one) => one.eventID === eventID),
    }
    const plan = planContainment({ findings, playbooks, now: '2026-11-01T10:00:10.000Z' })
    await contain(
      plan,
      findings,
      worker({ automatic: ['revoke-role-sessions', 'block-public-access'] }, { evidence }),
    )
    expect(account.mutations()).toEqual([])
  })

  it('makes no changing call on an event in a planted log file', async () => {
    const { account, worker } = scene()
    const { plan, findings } = keyAndUser({ verdicts: new Map([['AWSLogs/a.json.gz', 'unlisted']]) })
    const done = await contain(plan, findings, worker())
    expect(done.plan.actions).toEqual([])
    expect(account.mutations()).toEqual([])
  })

  it('does act on the same event when CloudTrail sent it', async () => {
    const { account, worker } = scene()
    const { events } = unwrap(envelope(event('ListBuckets', 's3')))
    const findings = events.map((raw) => findingOf(raw, 'test', { level: 'critical' }))
    const evidence: Evidence = { lookup: async () => events[0] }
    const plan = planContainment({
      findings,
      playbooks: [proposing(...EVERYTHING)],
      now: '2026-11-01T10:00:10.000Z',
    })
    await contain(plan, findings, worker({}, { evidence }))
    expect(account.mutations().length).toBeGreaterThan(0)
  })
})

describe('evidence before acting', () => {
  const unproven = () => keyAndUser({ verdicts: new Map() })
  const reasons = async (evidence?: Evidence) => {
    const staged = scene()
    const { plan, findings } = unproven()
    const done = await contain(plan, findings, staged.worker({}, evidence ? { evidence } : {}))
    return { done, mutations: staged.account.mutations().length, rows: staged.rows }
  }

  it('plans only while neither a digest nor CloudTrail confirms the event', async () => {
    const { done, mutations } = await reasons()
    expect(mutations).toBe(0)
    expect(done.outcomes[0]!.reason).toContain(
      'neither a digest nor CloudTrail itself confirms the event yet',
    )
  })

  it('acts when CloudTrail holds the same event, and says so in the ledger', async () => {
    const { mutations, rows } = await reasons({ lookup: async () => event('ListBuckets', 's3') })
    expect(mutations).toBe(2)
    expect(rows[0]!.data['evidence']).toBe('cloudtrail')
  })

  it('refuses an event that CloudTrail holds with other content: somebody wrote it', async () => {
    const other = event('ListBuckets', 's3', {
      userIdentity: { ...USER, accessKeyId: 'AKIAI44QH8DHBEXAMPLE' },
    })
    const { done, mutations } = await reasons({ lookup: async () => other })
    expect(mutations).toBe(0)
    expect(done.plan.refused[0]!.reason).toContain('with another userIdentity')
  })

  it('plans only when CloudTrail cannot be asked', async () => {
    const { mutations } = await reasons({ lookup: () => Promise.reject(new Error('ThrottlingException')) })
    expect(mutations).toBe(0)
  })
})

describe('events that come late', () => {
  it.each([
    [59, 2],
    [61, 0],
  ])('of %i minutes make %i changes on their own', async (minutes, changes) => {
    const { account, worker, time } = scene()
    const eventTime = new Date(time.ms() - minutes * 60_000).toISOString()
    const { plan, findings } = keyAndUser({}, { eventTime })
    await contain(plan, findings, worker())
    expect(account.mutations()).toHaveLength(changes)
  })

  it('are not believed when they lie in the future', async () => {
    const { account, worker } = scene()
    const { plan, findings } = keyAndUser({}, { eventTime: '2026-11-01T11:00:00Z' })
    const { outcomes } = await contain(plan, findings, worker())
    expect(outcomes[0]!.reason).toContain('the event lies in the future')
    expect(account.mutations()).toEqual([])
  })
})

describe('approval', () => {
  const waiting = async () => {
    const staged = scene()
    const { plan, findings } = keyAndUser()
    const world = staged.worker({ mode: 'approve' })
    const { plan: recorded } = await contain(plan, findings, world)
    return { ...staged, world, hash: recorded.hash }
  }

  it('of a plan that is not in the ledger as it stands counts for nothing', async () => {
    const { world, hash } = await waiting()
    const changed = hash.replace(/^./, hash.startsWith('0') ? '1' : '0')
    expect(await approvePlan(world, changed, APPROVER)).toContain(
      'it was changed, replaced or never recorded',
    )
  })

  it.each([
    ['the user itself', { arn: USER.arn, userId: USER.principalId }],
    ['a session of the user', { arn: `arn:aws:sts::${ACCOUNT}:federated-user/x`, userId: USER.principalId }],
    ['the key itself', { arn: `arn:aws:iam::${ACCOUNT}:user/other`, accessKeyId: KEY }],
  ])('by %s that is to be contained is refused', async (_who, approver) => {
    const { world, hash, account } = await waiting()
    expect(await approvePlan(world, hash, approver)).toBe('the approver is who the plan contains')
    await applyPlan(world, hash)
    expect(account.mutations()).toEqual([])
  })

  it('by a session that the subject made is refused', async () => {
    const { world, hash } = await waiting()
    const made = new Set(['ASIADESCENDANT000000', 'AROASECURITY00000'])
    expect(await approvePlan(world, hash, APPROVER, made)).toContain(
      'credentials that the contained principal made',
    )
  })

  it('twice by the same person is refused, whatever the session is called', async () => {
    const { world, hash } = await waiting()
    expect(await approvePlan(world, hash, APPROVER)).toBeUndefined()
    const renamed = { arn: APPROVER.arn.replace('olga', 'not-olga') }
    expect(await approvePlan(world, hash, renamed)).toBe('this approver has approved this plan already')
  })

  it('tells people of Identity Center apart, who share a role', () => {
    const sso = (name: string) =>
      identityOfApprover({ arn: `arn:aws:sts::${ACCOUNT}:assumed-role/AWSReservedSSO_Sec_01/${name}` })
    expect(sso('a@example.com')).not.toBe(sso('b@example.com'))
  })

  it('ends after an hour, and a plan that was applied cannot be approved again', async () => {
    const { world, hash, time, account } = await waiting()
    await approvePlan(world, hash, APPROVER)
    time.advance(3601)
    expect((await applyPlan(world, hash)).outcomes[0]!.reason).toContain('it waits for approval: 0 of 1')
    expect(account.mutations()).toEqual([])
    expect(await approvePlan(world, hash, APPROVER)).toBeUndefined()
    expect((await applyPlan(world, hash)).outcomes.map(({ state }) => state)).toEqual(['APPLIED', 'APPLIED'])
    expect(await approvePlan(world, hash, { arn: `arn:aws:iam::${ACCOUNT}:user/second` })).toBe(
      'nothing of this plan waits for approval',
    )
  })

  it('is void when the account has changed since, and counts when only a time of last use has', async () => {
    const { world, hash, account, time } = await waiting()
    await approvePlan(world, hash, APPROVER)
    time.advance(30)
    account.principal('User', 'mallory')!.attached.push('arn:aws:iam::aws:policy/ReadOnlyAccess')
    const { outcomes } = await applyPlan(world, hash)
    // the key's own state, and its LastUsedDate, say nothing against it
    expect(outcomes.map(({ state }) => state).sort()).toEqual(['APPLIED', 'REFUSED'])
    expect(outcomes.find(({ state }) => state === 'REFUSED')!.reason).toBe(
      'the account has changed since the plan was made: plan and approve again',
    )
    expect(account.mutations().map(({ call }) => call.operation)).toEqual(['UpdateAccessKey'])
  })

  it('by one of two people is not enough for a whole account', async () => {
    const settings = { ...DEFAULTS, mode: 'approve' as const, owner: 'o', worker: 'w' }
    const { approvers } = decide({
      action: sampleAction('public account'),
      settings,
      now: '2026-11-01T10:00:10.000Z',
      events: [],
      evidence: 'digest',
      breakGlass: 1,
    })
    expect(approvers).toBe(2)
  })
})

describe('quotas, throttling and refusals of the API', () => {
  const deny = async (staged: ReturnType<typeof scene>) => {
    const { plan, findings } = planOf(event('ListBuckets', 's3'), ['deny-user'])
    return contain(plan, findings, staged.worker())
  }

  it('falls back to the boundary when ten policies are attached, and no further than may go on its own', async () => {
    const full = Array.from({ length: 10 }, (_, i) => `arn:aws:iam::${ACCOUNT}:policy/p${i}`)
    const staged = scene()
    staged.account.principal('User', 'mallory')!.attached.push(...full)
    expect((await deny(staged)).outcomes).toMatchObject([{ state: 'APPLIED' }])
    expect(staged.account.principal('User', 'mallory')!.boundary).toBe(DENY_ALL_ARN)
    const taken = scene()
    Object.assign(taken.account.principal('User', 'mallory')!, {
      attached: full,
      boundary: 'arn:aws:iam::aws:policy/ReadOnlyAccess',
    })
    const { outcomes, notices } = await deny(taken)
    expect(outcomes).toMatchObject([{ state: 'FAILED' }])
    expect(outcomes[0]!.reason).toContain('is tier 2 and needs approval')
    expect(notices).toMatchObject([{ rule: { id: 'containment-incomplete', level: 'high' } }])
  })

  it('falls back to the inline policy when a person approved the plan', async () => {
    const staged = scene()
    const full = Array.from({ length: 10 }, (_, i) => `arn:aws:iam::${ACCOUNT}:policy/p${i}`)
    Object.assign(staged.account.principal('User', 'mallory')!, {
      attached: full,
      boundary: 'arn:aws:iam::aws:policy/ReadOnlyAccess',
    })
    const { plan, findings } = planOf(event('ListBuckets', 's3'), ['deny-user'])
    const world = staged.worker({ mode: 'approve' })
    const recorded = await contain(plan, findings, world)
    await approvePlan(world, recorded.plan.hash, APPROVER)
    expect((await applyPlan(world, recorded.plan.hash)).outcomes).toMatchObject([{ state: 'APPLIED' }])
    expect(Object.keys(staged.account.principal('User', 'mallory')!.inline)).toEqual([
      expect.stringMatching(/^ct-contain-/),
    ])
    expect(staged.account.principal('User', 'mallory')!.boundary).toBe(
      'arn:aws:iam::aws:policy/ReadOnlyAccess',
    )
  })

  it.each(['Throttling', 'AccessDenied', 'ServiceFailure'])(
    'says FAILED and tells people when the change answers %s, and does the other action all the same',
    async (code) => {
      const staged = scene()
      staged.account.failNext('UpdateAccessKey', code)
      const { plan, findings } = keyAndUser()
      const { outcomes, notices } = await contain(plan, findings, staged.worker())
      expect(outcomes.map(({ state }) => state)).toEqual(['FAILED', 'APPLIED'])
      expect(outcomes[0]!.reason).toContain(code)
      expect(notices).toHaveLength(1)
    },
  )

  it('counts a key that somebody deleted as contained, and records it', async () => {
    const staged = scene({
      responder: (own) => ({
        call: async (call) => {
          if (call.operation === 'UpdateAccessKey') staged.account.principal('User', 'mallory')!.keys = {}
          return own.call(call)
        },
      }),
    })
    const { plan, findings } = planOf(event('ListBuckets', 's3'), ['deactivate-access-key'])
    const { outcomes } = await contain(plan, findings, staged.worker())
    expect(outcomes).toMatchObject([{ state: 'APPLIED' }])
    expect(staged.rows.find(({ kind }) => kind === 'called')!.data).toMatchObject({
      outcome: 'gone',
      error: 'NoSuchEntity',
    })
  })

  it('refuses to plan on a state it cannot read', async () => {
    const staged = scene()
    staged.account.failNext('ListAttachedUserPolicies', 'AccessDenied')
    const { plan, findings } = planOf(event('ListBuckets', 's3'), ['deny-user'])
    const done = await contain(plan, findings, staged.worker())
    expect(done.plan.refused.map(({ reason }) => reason)).toEqual([
      'the state could not be read: ListAttachedUserPolicies answered AccessDenied: AccessDenied',
    ])
  })
})
