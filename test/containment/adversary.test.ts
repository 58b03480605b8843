import { describe, expect, it } from 'vitest'
import { applyPlan } from '../../lib/containment/apply.ts'
import { approvePlan, identityOfApprover } from '../../lib/containment/approve.ts'
import { contain, recordPlan } from '../../lib/containment/contain.ts'
import { releaseAction } from '../../lib/containment/release.ts'
import { sweepContainment } from '../../lib/containment/sweep.ts'
import { verifyToTheEnd } from '../../lib/containment/verify.ts'
import type { Responder } from '../../lib/ports.ts'
import { APPROVER, keyAndUser, planOf, scene } from '../support/contained.ts'
import { Crash } from '../support/crash.ts'
import { DENY_ALL_ARN } from '../support/fake-account.ts'
import { event, KEY, ROLE, USER } from './events.ts'

const one = (type: string) => planOf(event('ListBuckets', 's3'), [type])

describe('a user who takes another name', () => {
  it('is never VERIFIED contained when the key went with the user', async () => {
    const { account, worker } = scene()
    const world = worker()
    const { plan, findings } = one('deactivate-access-key')
    const { plan: recorded } = await recordPlan(plan, findings, world)
    account.rename('User', 'mallory', 'm2')
    const { outcomes } = await applyPlan(world, recorded.hash)
    expect(outcomes[0]!.state).not.toBe('APPLIED')
    expect((await verifyToTheEnd(world, outcomes[0]!.action)).state).not.toBe('VERIFIED')
    expect(account.principal('User', 'm2')!.keys[KEY]).toBe('Active')
  })

  it('is not said to be contained already', async () => {
    const { account, worker } = scene()
    account.rename('User', 'mallory', 'm2')
    for (const type of ['deactivate-access-key', 'deny-user']) {
      const { plan, findings } = one(type)
      const { plan: recorded } = await recordPlan(plan, findings, worker())
      expect(recorded.actions).toEqual([])
      expect(recorded.refused[0]!.reason).toContain('it is not the')
    }
  })

  it.each(['deactivate-access-key', 'deny-user'])(
    'is TAMPERED, not VERIFIED, when it happens after %s',
    async (type) => {
      const { account, worker } = scene()
      const world = worker()
      const { plan, findings } = one(type)
      const { outcomes } = await contain(plan, findings, world)
      account.rename('User', 'mallory', 'm2')
      const user = account.principal('User', 'm2')!
      user.attached = []
      user.keys[KEY] = 'Active'
      const { state, notices } = await verifyToTheEnd(world, outcomes[0]!.action)
      expect(state).toBe('TAMPERED')
      expect(notices[0]!.rule.title).toContain('Act outside')
    },
  )
})

describe('a name that was deleted and made again', () => {
  it('is somebody else, who is not contained when the deny policy is found missing', async () => {
    const { account, worker, time } = scene()
    const world = worker()
    const { plan, findings } = one('deny-user')
    const { outcomes } = await contain(plan, findings, world)
    expect((await verifyToTheEnd(world, outcomes[0]!.action)).state).toBe('VERIFIED')
    account.remove('User', 'mallory')
    const innocent = account.add('User', 'mallory', { path: '/staff/' })
    time.advance(1900)
    const { notices } = await sweepContainment(world)
    expect(innocent.attached).toEqual([])
    expect(world.ledger.book.actions.get(outcomes[0]!.action)!.state).toBe('TAMPERED')
    expect(notices).toMatchObject([{ rule: { id: 'containment-tampered' } }])
  })

  it('is somebody else, who keeps AWSDenyAll when a release that a crash left is gone on with', async () => {
    let dead = false
    const { account, worker, time } = scene({
      responder: (own): Responder => ({
        call: async (call) => {
          if (dead && call.operation === 'DetachUserPolicy') throw new Crash('dead')
          return own.call(call)
        },
      }),
    })
    const world = worker()
    const { plan, findings } = one('deny-user')
    const { outcomes } = await contain(plan, findings, world)
    const id = outcomes[0]!.action
    dead = true
    expect((await releaseAction(world, id, { by: 'olga', early: true })).state).toBe('RELEASING')
    dead = false
    account.remove('User', 'mallory')
    const other = account.add('User', 'mallory', { path: '/staff/', attached: [DENY_ALL_ARN] })
    time.advance(300)
    await sweepContainment(worker())
    expect(other.attached).toEqual([DENY_ALL_ARN])
  })
})

describe('a crash, and a state that cannot be read when the work is gone on with', () => {
  it('never leaves REFUSED what was made', async () => {
    let crash = true
    const { account, worker, time } = scene({
      responder: (own): Responder => ({
        call: async (call) => {
          const answer = await own.call(call)
          if (crash && call.operation === 'AttachUserPolicy') throw new Crash('after the call')
          return answer
        },
      }),
    })
    const { plan, findings } = one('deny-user')
    const { outcomes } = await contain(plan, findings, worker())
    const id = outcomes[0]!.action
    expect(account.principal('User', 'mallory')!.attached).toEqual([DENY_ALL_ARN])
    crash = false
    time.advance(300)
    account.failNext('GetUser', 'Throttling')
    await sweepContainment(worker())
    time.advance(300)
    const world = worker()
    await sweepContainment(world)
    expect(world.ledger.book.actions.get(id)!.state).toBe('APPLIED')
  })
})

describe('what an approval binds to', () => {
  const toApprove = () => planOf(event('ListBuckets', 's3', { userIdentity: ROLE }), ['revoke-role-sessions'])

  it('is the plan that was approved, not one that took its place while it was begun', async () => {
    const staged = scene()
    const other = staged.worker({ mode: 'approve' })
    let between: (() => Promise<unknown>) | undefined
    const world = staged.worker(
      { mode: 'approve' },
      {
        responder: {
          call: async (call) => {
            const answer = await staged.account.responder.call(call)
            const run = between
            between = undefined
            await run?.()
            return answer
          },
        },
      },
    )
    const first = toApprove()
    const { plan } = await recordPlan(first.plan, first.findings, world)
    await approvePlan(world, plan.hash, APPROVER)
    const second = planOf(event('ListBuckets', 's3', { userIdentity: ROLE }), ['revoke-role-sessions'], {
      now: '2026-11-01T12:00:00.000Z',
    })
    between = () => recordPlan(second.plan, second.findings, other, { again: true })
    await applyPlan(world, plan.hash)
    expect(staged.account.mutations()).toEqual([])
  })

  it('is one doing: what was released is not done again on the approval of before', async () => {
    const { account, worker } = scene()
    const world = worker({ mode: 'approve' })
    const { plan, findings } = one('deny-user')
    const { plan: recorded } = await recordPlan(plan, findings, world)
    await approvePlan(world, recorded.hash, APPROVER)
    const { outcomes } = await applyPlan(world, recorded.hash)
    await releaseAction(world, outcomes[0]!.action, { by: 'olga', early: true })
    const { plan: anew } = await recordPlan(plan, findings, world, { again: true })
    const later = await applyPlan(world, anew.hash)
    expect(later.outcomes[0]!.reason).toContain('waits for approval: 0 of 1')
    expect(account.principal('User', 'mallory')!.attached).toEqual([])
  })

  it('is a person: a federated session, whose name its maker chose, is none', async () => {
    expect(identityOfApprover({ arn: 'arn:aws:sts::111122223333:federated-user/second' })).toBe('')
  })

  it.each([
    ['a user with a path', USER.arn],
    ['a user of another partition', 'arn:aws-us-gov:iam::111122223333:user/mallory'],
  ])('is not the owner of the key: %s', async (_who, arn) => {
    const { worker } = scene()
    const world = worker({ mode: 'approve' })
    const { plan, findings } = planOf(
      event('CreateAccessKey', 'iam', {
        responseElements: { accessKey: { accessKeyId: KEY, userName: 'mallory', status: 'Active' } },
        userIdentity: ROLE,
      }),
      [{ type: 'deactivate-access-key', of: 'created' }],
    )
    const { plan: recorded } = await recordPlan(plan, findings, world)
    expect(recorded.actions).toHaveLength(1)
    const objection = await approvePlan(world, recorded.hash, {
      arn,
      userId: USER.principalId,
      accessKeyId: 'AKIASECONDKEY0000000',
    })
    expect(objection).toBe('the approver is who the plan contains')
  })
})

describe('one call that gets no answer', () => {
  it('keeps no other containment from being looked at', async () => {
    let blind = false
    const { account, worker, time } = scene({
      responder: (own): Responder => ({
        call: async (call) => {
          if (blind && call.operation === 'ListAccessKeys') throw new Error('getaddrinfo ENOTFOUND')
          return own.call(call)
        },
      }),
    })
    const world = worker()
    const { plan, findings } = keyAndUser()
    const { outcomes } = await contain(plan, findings, world)
    blind = true
    account.principal('User', 'mallory')!.attached = []
    time.advance(11)
    const swept = await sweepContainment(world)
    expect(account.principal('User', 'mallory')!.attached).toEqual([DENY_ALL_ARN])
    expect(swept.outcomes.find(({ action }) => action === outcomes[0]!.action)!.reason).toContain('ENOTFOUND')
    expect(swept.notices).toHaveLength(1)
  })
})

describe('what somebody undid for good', () => {
  it('can be contained again by a person', async () => {
    const { account, worker, time } = scene()
    account.add('Role', 'admin')
    const world = worker()
    const { plan, findings } = one('deny-user')
    const { outcomes } = await contain(plan, findings, world)
    const id = outcomes[0]!.action
    const stop = time.every(0.1, () => {
      account.principal('User', 'mallory')!.attached = []
    })
    expect((await verifyToTheEnd(world, id)).state).toBe('TAMPERED')
    stop()
    const { plan: anew } = await recordPlan(plan, findings, world, { again: true })
    expect(anew.actions.map(({ action }) => action.id)).toEqual([id])
    await approvePlan(world, anew.hash, APPROVER)
    const again = await applyPlan(world, anew.hash)
    expect(again.outcomes).toMatchObject([{ state: 'APPLIED' }])
    expect((await verifyToTheEnd(world, id)).state).toBe('VERIFIED')
    expect(account.principal('User', 'mallory')!.attached).toEqual([DENY_ALL_ARN])
  })
})
