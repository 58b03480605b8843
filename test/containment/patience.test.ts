import { describe, expect, it } from 'vitest'
import type { ApiCall, Json } from '../../lib/action.ts'
import { applyPlan } from '../../lib/containment/apply.ts'
import { approvePlan } from '../../lib/containment/approve.ts'
import { contain, recordPlan } from '../../lib/containment/contain.ts'
import { isReading } from '../../lib/containment/look.ts'
import { reassert } from '../../lib/containment/reassert.ts'
import { sweepContainment } from '../../lib/containment/sweep.ts'
import { APPROVER, keyAndUser, planOf, scene } from '../support/contained.ts'
import { event, SAMPLES } from './events.ts'

describe('a containment that nobody can look at', () => {
  it('is told of once, and its looks do not fill the ledger', async () => {
    let blind = false
    const { rows, time, worker } = scene({
      responder: (own) => ({
        call: async (call) => (blind ? { error: 'AccessDenied', message: 'no' } : own.call(call)),
      }),
    })
    const { plan, findings } = planOf(event('ListBuckets', 's3'), ['deactivate-access-key'])
    const { outcomes } = await contain(plan, findings, worker())
    blind = true
    const before = rows.length
    const told: string[] = []
    for (let look = 0; look < 40; look++) {
      time.advance(60)
      told.push(...(await sweepContainment(worker())).notices.map(({ rule }) => rule.id))
    }
    expect(told).toEqual(['containment-unseen'])
    expect(rows.slice(before).map(({ kind }) => kind)).toEqual(['checked', 'unseen'])
    blind = false
    time.advance(60)
    await sweepContainment(worker())
    const world = worker()
    const book = await world.ledger.refresh()
    expect(book.actions.get(outcomes[0]!.action)).toMatchObject({ state: 'APPLIED', unseen: undefined })
  })
})

describe('a clock that stands', () => {
  it('ends asserting again after as many rounds as fit into its time', async () => {
    let undoing = true
    const { account, worker, time } = scene()
    const { plan, findings } = planOf(event('ListBuckets', 's3'), ['deactivate-access-key'])
    const world = worker()
    const { outcomes } = await contain(plan, findings, world)
    const undo = () => {
      if (undoing) account.principal('User', 'mallory')!.keys['AKIAIOSFODNN7EXAMPLE'] = 'Active'
    }
    undo()
    let sleeps = 0
    const stopped = {
      ...world,
      clock: { now: () => time.clock.now() },
      sleep: async () => {
        sleeps++
        undo()
      },
    }
    expect(await reassert(stopped, outcomes[0]!.action)).toHaveLength(1)
    expect(sleeps).toBe(75)
    expect(world.ledger.book.actions.get(outcomes[0]!.action)).toMatchObject({ state: 'TAMPERED' })
    undoing = false
  })
})

const READ: Record<string, Json> = {
  GetFunctionConcurrency: {},
  ListEventSourceMappings: { EventSourceMappings: [{ UUID: 'm-1', State: 'Enabled' }] },
  GetFunctionUrlConfig: { AuthType: 'NONE' },
}

describe('a list of slow calls', () => {
  it('is not taken over while its worker is at work, however long all of them take', async () => {
    const made: string[] = []
    const answers = async ({ operation }: ApiCall) => ({ output: READ[operation] ?? {} })
    const staged = scene()
    const quick = {
      call: async (call: ApiCall) => {
        if (!isReading(call)) made.push('again')
        return answers(call)
      },
    }
    const slow = {
      call: async (call: ApiCall) => {
        if (isReading(call)) return answers(call)
        made.push(call.operation)
        staged.time.advance(100)
        await sweepContainment(staged.worker({ mode: 'approve' }, { responder: quick }))
        return answers(call)
      },
    }
    const { raw, action } = SAMPLES['function with new code']!
    const { plan, findings } = planOf(raw, [action])
    const world = staged.worker({ mode: 'approve' }, { responder: slow })
    const recorded = await recordPlan(plan, findings, world)
    await approvePlan(world, recorded.plan.hash, APPROVER)
    const { outcomes } = await applyPlan(world, recorded.plan.hash)
    expect(outcomes[0]).toMatchObject({ state: 'APPLIED' })
    expect(made).toEqual(['PutFunctionConcurrency', 'UpdateEventSourceMapping', 'UpdateFunctionUrlConfig'])
  })
})

describe('many containments undone at once', () => {
  it('are asserted again side by side', async () => {
    const { account, worker, time } = scene()
    const { plan, findings } = keyAndUser()
    await contain(plan, findings, worker())
    account.principal('User', 'mallory')!.keys['AKIAIOSFODNN7EXAMPLE'] = 'Active'
    account.principal('User', 'mallory')!.attached = []
    time.advance(10)
    const world = worker()
    let most = 0
    let now = 0
    const sleep = async (ms: number) => {
      most = Math.max(most, ++now)
      await new Promise((done) => setImmediate(done))
      now--
      await time.sleep(ms)
    }
    const { notices } = await sweepContainment({ ...world, sleep })
    expect(notices).toHaveLength(2)
    expect(most).toBe(2)
  })
})
