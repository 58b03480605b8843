import { describe, expect, it } from 'vitest'
import { applyPlan } from '../../lib/containment/apply.ts'
import { approvePlan } from '../../lib/containment/approve.ts'
import { contain, recordPlan } from '../../lib/containment/contain.ts'
import { APPROVER, keyAndUser, planOf, scene } from '../support/contained.ts'
import { event, ROLE } from './events.ts'

const states = (outcomes: readonly { state: string }[]) => outcomes.map(({ state }) => state)
const operations = (calls: readonly { call: { operation: string } }[]) =>
  calls.map(({ call }) => call.operation)

describe('from a plan to contained', () => {
  it('deactivates the key and denies the user, on its own, when everything speaks for it', async () => {
    const { account, worker } = scene()
    const { plan, findings } = keyAndUser()
    const { outcomes } = await contain(plan, findings, worker())
    expect(states(outcomes)).toEqual(['APPLIED', 'APPLIED'])
    expect(operations(account.mutations())).toEqual(['UpdateAccessKey', 'AttachUserPolicy'])
    expect(account.principal('User', 'mallory')).toMatchObject({
      keys: { AKIAIOSFODNN7EXAMPLE: 'Inactive' },
      attached: ['arn:aws:iam::aws:policy/AWSDenyAll'],
    })
  })

  it('writes the plan and the state it saw before it acts, and each intent before its call', async () => {
    const { rows, worker } = scene()
    const { plan, findings } = keyAndUser()
    await contain(plan, findings, worker())
    expect(rows.map(({ kind }) => kind)).toEqual([
      'planned',
      'planned',
      'started',
      'calling',
      'called',
      'applied',
      'started',
      'calling',
      'called',
      'applied',
    ])
    const called = rows.filter(({ kind }) => kind === 'called')
    expect(called.map(({ data }) => data['requestId'])).toEqual([
      expect.stringMatching(/^r-/),
      expect.stringMatching(/^r-/),
    ])
  })

  it('changes nothing in observe mode, whatever was approved', async () => {
    const { account, worker } = scene()
    const { plan, findings } = keyAndUser()
    const world = worker({ mode: 'observe' })
    const recorded = await contain(plan, findings, world)
    expect(await approvePlan(world, recorded.plan.hash, APPROVER)).toBeUndefined()
    const applied = await applyPlan(world, recorded.plan.hash)
    expect(applied.outcomes.map(({ reason }) => reason)).toEqual([
      'the mode is observe: nothing is called',
      'the mode is observe: nothing is called',
    ])
    expect(account.mutations()).toEqual([])
  })

  it('calls byte for byte what observing printed', async () => {
    const observed = scene()
    const first = keyAndUser()
    const shown = (await recordPlan(first.plan, first.findings, observed.worker({ mode: 'observe' }))).plan
    const printed = JSON.stringify(shown.actions.flatMap(({ action }) => action.calls))
    const enforced = scene()
    await contain(first.plan, first.findings, enforced.worker())
    expect(JSON.stringify(enforced.account.mutations().map(({ call }) => call))).toBe(printed)
  })

  it('waits for approval where a person must decide, and acts on it', async () => {
    const { account, worker } = scene()
    const { plan, findings } = planOf(event('ListBuckets', 's3', { userIdentity: ROLE }), [
      'revoke-role-sessions',
    ])
    const world = worker()
    const recorded = await contain(plan, findings, world)
    expect(recorded.outcomes.map(({ reason }) => reason)).toEqual([
      'it waits for approval: 0 of 1 (it is wide, or writes a document (tier 2))',
    ])
    expect(account.mutations()).toEqual([])
    expect(await approvePlan(world, recorded.plan.hash, APPROVER)).toBeUndefined()
    expect(states((await applyPlan(world, recorded.plan.hash)).outcomes)).toEqual(['APPLIED'])
    expect(operations(account.mutations())).toEqual(['PutRolePolicy'])
  })

  it('has nothing to do, and nothing to undo, when it holds already', async () => {
    const { account, worker } = scene()
    account.principal('User', 'mallory')!.keys['AKIAIOSFODNN7EXAMPLE'] = 'Inactive'
    const { plan, findings } = planOf(event('ListBuckets', 's3'), ['deactivate-access-key'])
    const world = worker()
    const { outcomes } = await contain(plan, findings, world)
    expect(outcomes).toMatchObject([{ state: 'ALREADY', reason: 'it holds already: there is nothing to do' }])
    expect(account.mutations()).toEqual([])
  })

  it('refuses a user of the same name who is somebody else', async () => {
    const { account, worker } = scene()
    account.add('User', 'mallory', { path: '/staff/', id: 'AIDASOMEBODYELSE0000' })
    const { plan, findings } = planOf(event('ListBuckets', 's3'), ['deny-user'])
    const recorded = await contain(plan, findings, worker())
    expect(recorded.plan.refused.map(({ reason }) => reason)).toEqual([
      'GetUser: expected "AIDACKCEVSQ6C2EXAMPLE" as User.UserId, found "AIDASOMEBODYELSE0000": it is not the user of the event',
    ])
    expect(account.mutations()).toEqual([])
  })
})

describe('the same event again', () => {
  it('makes each change once when a hundred deliveries come at once', async () => {
    const { account, worker, rows } = scene()
    const { plan, findings } = keyAndUser()
    await Promise.all(Array.from({ length: 100 }, () => contain(plan, findings, worker())))
    expect(operations(account.mutations()).sort()).toEqual(['AttachUserPolicy', 'UpdateAccessKey'])
    expect(rows.filter(({ kind }) => kind === 'planned')).toHaveLength(2)
  })

  it('makes each change once when one process delivers it a hundred times at once', async () => {
    const { account, worker } = scene()
    const { plan, findings } = keyAndUser()
    const world = worker()
    await Promise.all(Array.from({ length: 100 }, () => contain(plan, findings, world)))
    expect(operations(account.mutations()).sort()).toEqual(['AttachUserPolicy', 'UpdateAccessKey'])
  })

  it('ends at the ledger when the log file brings it minutes later, planned at another time', async () => {
    const { account, worker, time } = scene()
    const first = keyAndUser({ verdicts: new Map() })
    const evidence = { lookup: async () => first.findings[0]!.raw }
    await contain(first.plan, first.findings, worker({}, { evidence }))
    time.advance(420)
    const second = keyAndUser({ now: time.clock.now() })
    const again = await contain(second.plan, second.findings, worker())
    expect(again.known).toHaveLength(2)
    expect(again.outcomes).toEqual([])
    expect(account.mutations()).toHaveLength(2)
  })

  it('is decided on better evidence when that comes while it waits', async () => {
    const { account, worker } = scene()
    const first = keyAndUser({ verdicts: new Map() })
    const waiting = await contain(first.plan, first.findings, worker())
    expect(waiting.outcomes[0]!.reason).toContain(
      'neither a digest nor CloudTrail itself confirms the event yet',
    )
    expect(account.mutations()).toEqual([])
    const proven = keyAndUser()
    expect(states((await contain(proven.plan, proven.findings, worker())).outcomes)).toEqual([
      'APPLIED',
      'APPLIED',
    ])
  })

  it('is contained anew when a newer event asks for it after it was let go', async () => {
    const { account, worker, time } = scene()
    const first = planOf(event('ListBuckets', 's3'), ['deactivate-access-key'])
    account.failNext('UpdateAccessKey', 'Throttling')
    expect(states((await contain(first.plan, first.findings, worker())).outcomes)).toEqual(['FAILED'])
    time.advance(60)
    expect((await contain(first.plan, first.findings, worker())).known).toHaveLength(1)
    const newer = planOf(
      event('ListBuckets', 's3', {
        eventTime: '2026-11-01T10:01:05Z',
        eventID: '99999999-2222-4333-8444-555555555555',
      }),
      ['deactivate-access-key'],
    )
    expect(states((await contain(newer.plan, newer.findings, worker())).outcomes)).toEqual(['APPLIED'])
  })
})
