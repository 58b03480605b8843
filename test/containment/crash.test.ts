import { describe, expect, it } from 'vitest'
import type { ApiCall, ContainmentAction, Json } from '../../lib/action.ts'
import { canonicalJson } from '../../lib/canonical-json.ts'
import { applyPlan } from '../../lib/containment/apply.ts'
import { approvePlan } from '../../lib/containment/approve.ts'
import { contain, recordPlan } from '../../lib/containment/contain.ts'
import { openLedger } from '../../lib/containment/ledger.ts'
import { releaseAction } from '../../lib/containment/release.ts'
import { withAnswers } from '../../lib/containment/resolve.ts'
import { sweepContainment } from '../../lib/containment/sweep.ts'
import { type ContainWorld, DEFAULTS } from '../../lib/containment/world.ts'
import type { Ledger, Responder } from '../../lib/ports.ts'
import { APPROVER, BREAK_GLASS, keyAndUser, scene } from '../support/contained.ts'
import { dyingAt } from '../support/crash.ts'
import { fakeTime } from '../support/fake-time.ts'
import { memoryLedger } from '../support/memory-ledger.ts'
import { findingOf, SAMPLES, sampleAction } from './events.ts'

const dies = async (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    () => undefined,
  )

/** Runs on fresh accounts, each time killed one step later, until nothing is left to kill. */
const atEveryStep = async (play: (at: number, after: boolean) => Promise<boolean>): Promise<number> => {
  for (let at = 0; ; at++) {
    const died = [await play(at, false), await play(at, true)]
    if (!died.some(Boolean)) return at
  }
}

describe('a key and its user, on a faithful account, killed at any step', () => {
  it('ends in the same state, with each change made once, when a sweep goes on', async () => {
    const smooth = scene()
    const { plan, findings } = keyAndUser()
    await contain(plan, findings, smooth.worker())
    const expected = smooth.account.state()
    const steps = await atEveryStep(async (at, after) => {
      const dying = dyingAt(at, after)
      const staged = scene(dying)
      await dies(contain(plan, findings, staged.worker()))
      const { responder } = staged.account
      const next = () =>
        staged.worker({}, { responder, ledger: openLedger(staged.ledger, staged.time.clock) })
      // the event comes again, and time passes
      staged.time.advance(DEFAULTS.leaseSeconds + 1)
      await contain(plan, findings, next())
      await sweepContainment(next())
      staged.time.advance(DEFAULTS.leaseSeconds + 1)
      await sweepContainment(next())
      expect(staged.account.state(), `killed ${after ? 'after' : 'before'} step ${at}`).toBe(expected)
      expect(staged.account.mutations(), `killed ${after ? 'after' : 'before'} step ${at}`).toHaveLength(2)
      return dying.died()
    })
    expect(steps).toBeGreaterThan(20)
  })

  it('is put back exactly when the release is killed and goes on', async () => {
    const { plan, findings } = keyAndUser()
    const steps = await atEveryStep(async (at, after) => {
      const staged = scene()
      const before = staged.account.state()
      const { outcomes } = await contain(plan, findings, staged.worker())
      staged.time.advance(40 * 3600)
      const dying = dyingAt(at, after)
      const options = { by: APPROVER.arn, activateKeys: true }
      const dead = staged.worker(
        {},
        {
          responder: dying.responder(staged.account.responder),
          ledger: openLedger(dying.ledger(staged.ledger), staged.time.clock),
        },
      )
      for (const { action } of outcomes) await dies(releaseAction(dead, action, options))
      staged.time.advance(DEFAULTS.leaseSeconds + 1)
      for (const { action } of outcomes) await releaseAction(staged.worker(), action, options)
      expect(staged.account.state(), `killed ${after ? 'after' : 'before'} step ${at}`).toBe(before)
      return dying.died()
    })
    expect(steps).toBeGreaterThan(12)
  })
})

/** The action's own calls in their order and dependence, on a state that only knows which of them were made. */
const bare = (action: ContainmentAction): ContainmentAction => {
  const plain = (calls: readonly ApiCall[]) =>
    calls.map(({ when: _when, each: _each, ...call }) => ({
      ...call,
      input: literal(call.input) as ApiCall['input'],
    }))
  const { pins: _pins, quiet: _quiet, fallbacks: _fallbacks, ...rest } = action
  const calls = plain(action.calls)
  return {
    ...rest,
    snapshot: [],
    calls,
    undo: [],
    done: [
      { call: { service: 'test', operation: 'GetMade', input: {} }, query: 'made', equals: calls.length },
    ],
  }
}

/** References to the state and to items become words; those to earlier calls stay. */
const literal = (value: Json): Json => {
  if (Array.isArray(value)) return value.map((item: Json) => literal(item))
  if (typeof value !== 'object' || value === null) return value
  const object = value as { readonly [name: string]: Json }
  if ('$item' in object || ('$from' in object && 'snapshot' in (object['$from'] as object))) return 'a value'
  if ('$from' in object) return object
  return Object.fromEntries(Object.entries(object).map(([name, part]) => [name, literal(part)]))
}

/** Answers every changing call with whatever later calls ask of it. */
const recording = () => {
  const made = new Map<string, number>()
  const answer: Json = { GroupId: 'sg-1', Policy: { PolicySummary: { Id: 'p-1', Arn: 'arn' } } }
  const responder: Responder = {
    call: async (call) => {
      if (call.operation === 'GetMade') return { output: { made: made.size } }
      if (call.operation === 'GetRole') return { output: { Role: { Arn: BREAK_GLASS } } }
      if (call.operation === 'ListAttachedRolePolicies') return { output: { AttachedPolicies: [] } }
      const key = canonicalJson(call)
      made.set(key, (made.get(key) ?? 0) + 1)
      return { output: answer, requestId: `r-${key.length}` }
    },
  }
  return { made, responder, answer }
}

describe.each(Object.keys(SAMPLES))('%s, killed at any step', (name) => {
  it('ends with every call made, and none made twice that has an answer', async () => {
    const action = bare(sampleAction(name))
    const finding = { ...findingOf(SAMPLES[name]!.raw, 'test'), id: action.findings[0]! }
    const plan = { version: 1 as const, mode: 'enforce' as const, hash: '', actions: [action], refused: [] }
    const distinct = new Set(action.calls.map((call) => canonicalJson(call))).size
    expect(distinct).toBe(action.calls.length)
    await atEveryStep(async (at, after) => {
      const time = fakeTime()
      const { ledger } = memoryLedger()
      const { made, responder } = recording()
      const dying = dyingAt(at, after)
      const worker = (on: Ledger, to: Responder, id: string): ContainWorld => ({
        responder: to,
        ledger: openLedger(on, time.clock),
        clock: time.clock,
        sleep: time.sleep,
        settings: { ...DEFAULTS, mode: 'approve', owner: 'owner', worker: id, breakGlass: [BREAK_GLASS] },
      })
      const approved = async (world: ContainWorld) => {
        const recorded = await recordPlan(plan, [finding], world)
        const hash =
          recorded.plan.actions.length > 0
            ? recorded.plan.hash
            : world.ledger.book.actions.get(action.id)!.planned.plan
        await approvePlan(world, hash, APPROVER)
        await approvePlan(world, hash, { arn: 'arn:aws:iam::111122223333:user/second' })
        await applyPlan(world, hash)
      }
      await dies(approved(worker(dying.ledger(ledger), dying.responder(responder), 'dies')))
      const before = new Map(made)
      time.advance(DEFAULTS.leaseSeconds + 1)
      const next = worker(ledger, responder, 'goes on')
      await approved(next)
      const where = `killed ${after ? 'after' : 'before'} step ${at}`
      const state = next.ledger.book.actions.get(action.id)!.state
      expect(state, where).toBe('APPLIED')
      expect(made.size, where).toBe(distinct)
      const twice = [...made].filter(([, times]) => times > 1)
      // only a call whose answer was lost, and which one cannot see from outside, may be sent again
      expect(twice.length, where).toBeLessThanOrEqual(before.size > 0 && distinct > 1 ? 1 : 0)
      return dying.died()
    })
  })

  it('calls byte for byte what observing printed, and nothing while it observes', async () => {
    const action = bare(sampleAction(name))
    const plan = { version: 1 as const, mode: 'observe' as const, hash: '', actions: [action], refused: [] }
    const finding = { ...findingOf(SAMPLES[name]!.raw, 'test'), id: action.findings[0]! }
    const time = fakeTime()
    const { made, responder, answer } = recording()
    const play = async (mode: 'observe' | 'approve') => {
      const world: ContainWorld = {
        responder,
        ledger: openLedger(memoryLedger().ledger, time.clock),
        clock: time.clock,
        sleep: time.sleep,
        settings: { ...DEFAULTS, mode, owner: 'owner', worker: mode, breakGlass: [BREAK_GLASS] },
      }
      const { plan: recorded } = await recordPlan(plan, [finding], world)
      await approvePlan(world, recorded.hash, APPROVER)
      await approvePlan(world, recorded.hash, { arn: 'arn:aws:iam::111122223333:user/second' })
      await applyPlan(world, recorded.hash)
      return recorded.actions.flatMap((one) => one.action.calls)
    }
    const printed = await play('observe')
    expect([...made.keys()]).toEqual([])
    await play('approve')
    // what an earlier call of the plan answers is known only then
    const answers = printed.map(() => answer)
    expect([...made.keys()]).toEqual(
      printed.map((call) => canonicalJson({ ...call, input: withAnswers(call.input, answers) })),
    )
  })
})
