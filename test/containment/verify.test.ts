import { describe, expect, it } from 'vitest'
import { contain } from '../../lib/containment/contain.ts'
import { sweepContainment } from '../../lib/containment/sweep.ts'
import { breaks, verifyAction, verifyToTheEnd } from '../../lib/containment/verify.ts'
import type { CloudTrailEvent } from '../../lib/trail/event.ts'
import { planOf, type Scene, scene } from '../support/contained.ts'
import { DENY_ALL_ARN } from '../support/fake-account.ts'
import { event, KEY, USER } from './events.ts'

const MALLORY = { principal: 'User/mallory', accessKeyId: KEY }

const denied = async (staged: Scene) => {
  const { plan, findings } = planOf(event('ListBuckets', 's3'), ['deny-user'])
  const world = staged.worker()
  const { outcomes } = await contain(plan, findings, world)
  return { world, id: outcomes[0]!.action }
}

const stateOf = (world: Awaited<ReturnType<typeof denied>>['world'], id: string) =>
  world.ledger.book.actions.get(id)!.state

/** Detaches the deny policy whenever it may. */
const undoing =
  ({ account }: Scene) =>
  () => {
    account.as(MALLORY, {
      service: 'iam',
      operation: 'DetachUserPolicy',
      input: { UserName: 'mallory', PolicyArn: DENY_ALL_ARN },
    })
  }

describe('verifying', () => {
  it('says VERIFIED only after looks at ten seconds, a minute and five minutes', async () => {
    const staged = scene()
    const { world, id } = await denied(staged)
    expect((await verifyAction(world, id)).next).toBe('2026-11-01T10:00:20.000Z')
    staged.time.advance(10)
    expect(await verifyAction(world, id)).toMatchObject({
      state: 'APPLIED',
      next: '2026-11-01T10:01:10.000Z',
    })
    staged.time.advance(50)
    expect(await verifyAction(world, id)).toMatchObject({
      state: 'APPLIED',
      next: '2026-11-01T10:05:10.000Z',
    })
    staged.time.advance(239)
    expect((await verifyAction(world, id)).state).toBe('APPLIED')
    staged.time.advance(1)
    expect((await verifyAction(world, id)).state).toBe('VERIFIED')
    expect(staged.account.may(MALLORY)).toBe(false)
  })

  it('makes three looks even when it comes late to all of them', async () => {
    const staged = scene()
    const { world, id } = await denied(staged)
    staged.time.advance(4000)
    expect((await verifyAction(world, id)).state).toBe('APPLIED')
    expect((await verifyAction(world, id)).state).toBe('APPLIED')
    expect((await verifyToTheEnd(world, id)).state).toBe('VERIFIED')
    expect(staged.rows.filter(({ kind }) => kind === 'checked')).toHaveLength(3)
  })

  it('says in the ledger whether the log was asked', async () => {
    const said = async (events?: () => Promise<CloudTrailEvent[]>) => {
      const staged = scene()
      const { world, id } = await denied(staged)
      await verifyToTheEnd(world, id, events)
      return staged.rows.find(({ kind }) => kind === 'verified')?.data
    }
    expect(await said()).toEqual({ log: 'not looked at' })
    expect(await said(async () => [])).toEqual({ log: 'quiet' })
  })

  it('is TAMPERED when the log knows a success later than a minute after the change', async () => {
    const staged = scene()
    const { world, id } = await denied(staged)
    const success = event('ListUsers', 'iam', { eventTime: '2026-11-01T10:03:00Z', eventID: 'late' })
    const { state, notices } = await verifyToTheEnd(world, id, async () => [success])
    expect(state).toBe('TAMPERED')
    expect(notices).toMatchObject([{ rule: { id: 'containment-tampered', level: 'critical' } }])
  })

  it('lets pass what the log shows of the first minute, of failures, and of calls nothing can deny', () => {
    const quiet = { principalId: USER.principalId }
    const since = '2026-11-01T10:01:10.000Z'
    const at = (eventTime: string, name = 'ListUsers', more: Partial<CloudTrailEvent> = {}) =>
      breaks(quiet, event(name, 'iam', { eventTime, ...more }), since)
    expect(at('2026-11-01T10:01:05Z')).toBe(false)
    expect(at('2026-11-01T10:02:05Z', 'ListUsers', { errorCode: 'AccessDenied' })).toBe(false)
    expect(at('2026-11-01T10:02:05Z', 'GetCallerIdentity')).toBe(false)
    expect(at('2026-11-01T10:02:05Z')).toBe(true)
  })

  it('does not take a state it cannot read for a state that holds', async () => {
    const staged = scene()
    const { world, id } = await denied(staged)
    staged.account.failNext('ListAttachedUserPolicies', 'Throttling', 1000)
    staged.time.advance(400)
    for (let i = 0; i < 5; i++) {
      await verifyAction(world, id)
      staged.time.advance(20)
    }
    expect(stateOf(world, id)).toBe('APPLIED')
  })
})

describe('against somebody who undoes it', () => {
  it.each([0.4, 1, 1.1, 1.7, 2.3, 3.1, 3.9])(
    'is never called verified while the attacker, who undoes every %s seconds, can still act',
    async (period) => {
      const staged = scene()
      const { world, id } = await denied(staged)
      const lies: number[] = []
      let undone = 0
      const undo = undoing(staged)
      staged.time.every(period, () => {
        if (staged.account.may(MALLORY)) {
          undone++
          if (stateOf(world, id) === 'VERIFIED') lies.push(staged.time.ms())
        }
        undo()
      })
      for (let i = 0; i < 200; i++) {
        await sweepContainment(world)
        staged.time.advance(5)
      }
      expect(undone).toBeGreaterThan(0)
      expect(lies).toEqual([])
      expect(['VERIFIED', 'TAMPERED']).toContain(stateOf(world, id))
      if (stateOf(world, id) === 'VERIFIED') expect(staged.account.may(MALLORY)).toBe(false)
    },
  )

  it('asserts it again five times a second for fifteen seconds, then says TAMPERED and tells people', async () => {
    const staged = scene()
    const { world, id } = await denied(staged)
    // somebody with other credentials, whom the deny does not reach
    staged.account.add('Role', 'admin')
    const admin = { principal: 'Role/admin', accessKeyId: 'ASIAADMIN', issuedAt: 0 }
    staged.time.every(0.1, () =>
      staged.account.as(admin, {
        service: 'iam',
        operation: 'DetachUserPolicy',
        input: { UserName: 'mallory', PolicyArn: DENY_ALL_ARN },
      }),
    )
    const { state, notices } = await verifyToTheEnd(world, id)
    expect(state).toBe('TAMPERED')
    const made = staged.rows.filter(({ kind, data }) => kind === 'calling' && data['phase'] === 'reassert')
    expect(made).toHaveLength(75)
    expect(Date.parse(made.at(-1)!.time) - Date.parse(made[0]!.time)).toBe(14_800)
    expect(notices).toMatchObject([{ rule: { id: 'containment-tampered', level: 'critical' } }])
    expect(notices[0]!.rule.title).toContain('Act outside the account')
  })

  it('is not fooled by one who puts the policy back for the moments of the looks', async () => {
    const staged = scene()
    const { world, id } = await denied(staged)
    const policy = (operation: string) => ({
      service: 'iam',
      operation,
      input: { UserName: 'mallory', PolicyArn: DENY_ALL_ARN },
    })
    const start = staged.time.ms()
    const looks = [10, 60, 300]
    staged.time.every(0.25, () => {
      const second = (staged.time.ms() - start) / 1000
      const before = looks.some((look) => second >= look - 1 && second <= look)
      staged.account.as(MALLORY, policy(before ? 'AttachUserPolicy' : 'DetachUserPolicy'))
    })
    const { state } = await verifyToTheEnd(world, id)
    staged.time.advance(1)
    expect(state === 'VERIFIED' && staged.account.may(MALLORY)).toBe(false)
    expect(staged.rows.some(({ kind }) => kind === 'started')).toBe(true)
  })

  it('starts verifying anew, and still tells people, when it was undone once', async () => {
    const staged = scene()
    const { world, id } = await denied(staged)
    staged.time.advance(1)
    undoing(staged)()
    expect(staged.account.principal('User', 'mallory')!.attached).toEqual([])
    const { state, notices } = await verifyToTheEnd(world, id)
    expect(state).toBe('VERIFIED')
    expect(notices).toHaveLength(1)
    const verified = staged.rows.find(({ kind }) => kind === 'verified')!
    const again = staged.rows.find(({ kind }) => kind === 'reasserted')!
    expect(Date.parse(verified.time) - Date.parse(again.time)).toBeGreaterThanOrEqual(300_000)
  })
})

describe('after it was verified', () => {
  const ADMIN = { principal: 'Role/admin', accessKeyId: 'ASIAADMIN', issuedAt: 0 }
  const verified = async () => {
    const staged = scene()
    staged.account.add('Role', 'admin')
    const { world, id } = await denied(staged)
    expect((await verifyToTheEnd(world, id)).state).toBe('VERIFIED')
    const detach = () =>
      staged.account.as(ADMIN, {
        service: 'iam',
        operation: 'DetachUserPolicy',
        input: { UserName: 'mallory', PolicyArn: DENY_ALL_ARN },
      })
    return { ...staged, world, id, detach }
  }

  it('is looked at every half hour, and what somebody else undid is made again and told', async () => {
    const { time, world, id, detach, account } = await verified()
    time.advance(1800)
    expect((await sweepContainment(world)).notices).toEqual([])
    expect(stateOf(world, id)).toBe('VERIFIED')
    detach()
    time.advance(60)
    expect((await sweepContainment(world)).notices).toEqual([])
    time.advance(1800)
    const { outcomes, notices } = await sweepContainment(world)
    expect(outcomes).toMatchObject([{ state: 'APPLIED' }])
    expect(notices).toMatchObject([{ rule: { id: 'containment-tampered', level: 'critical' } }])
    expect(account.principal('User', 'mallory')!.attached).toEqual([DENY_ALL_ARN])
  })

  it('is looked at at once when a newer event of the contained one comes in', async () => {
    const { time, world, id, detach } = await verified()
    detach()
    time.advance(120)
    const old = planOf(event('ListBuckets', 's3'), ['deny-user'])
    expect((await contain(old.plan, old.findings, world)).notices).toEqual([])
    expect(stateOf(world, id)).toBe('VERIFIED')
    const eventTime = time.clock.now()
    const newer = planOf(event('ListBuckets', 's3', { eventTime, eventID: 'later' }), ['deny-user'])
    const { notices } = await contain(newer.plan, newer.findings, world)
    expect(notices).toMatchObject([{ rule: { id: 'containment-tampered', level: 'critical' } }])
    expect(stateOf(world, id)).toBe('APPLIED')
  })
})
