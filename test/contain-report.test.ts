import { describe, expect, it } from 'vitest'
import { containmentLog } from '../lib/contain-report.ts'
import { applyPlan } from '../lib/containment/apply.ts'
import { approvePlan } from '../lib/containment/approve.ts'
import { recordPlan } from '../lib/containment/contain.ts'
import { releaseAction } from '../lib/containment/release.ts'
import { verifyToTheEnd } from '../lib/containment/verify.ts'
import { APPROVER, keyAndUser, type SceneOptions, scene } from './support/contained.ts'

const approved = async (options: SceneOptions = {}) => {
  const staged = scene(options)
  const world = staged.worker({ mode: 'approve' })
  const { plan, findings } = keyAndUser()
  const recorded = await recordPlan(plan, findings, world)
  await approvePlan(world, recorded.plan.hash, APPROVER)
  await applyPlan(world, recorded.plan.hash)
  return { staged, world, findings, plan: recorded.plan }
}

describe('what a ledger says', () => {
  it('is plan, approver, dry run, calls, looks, undo and expiry of each action', async () => {
    const { staged, world, plan } = await approved()
    for (const { action } of plan.actions) await verifyToTheEnd(world, action.id)
    const log = containmentLog(staged.rows)
    expect(log).toMatchObject({ entries: staged.rows.length, tail: staged.rows.at(-1)!.hash })
    expect(log.approvals).toEqual([expect.objectContaining({ plan: plan.hash, approver: APPROVER.arn })])
    expect(log.actions.map(({ state }) => state)).toEqual(['VERIFIED', 'VERIFIED'])
    const [key] = log.actions
    expect(key!.dryRun).toEqual([expect.stringMatching(/^aws iam update-access-key .*--status Inactive$/)])
    expect(key!.made).toEqual([
      expect.objectContaining({ phase: 'apply', command: key!.dryRun[0], outcome: 'answered' }),
    ])
    expect(key!.checks.map(({ checkpoint, holds }) => [checkpoint, holds])).toEqual([
      [10, 'yes'],
      [60, 'yes'],
      [300, 'yes'],
    ])
    expect(key!.undo).toEqual([expect.stringMatching(/--status Active$/)])
    expect(key!.events[0]).toMatchObject({ evidence: 'digest verified' })
    expect(key!.before.length).toBeGreaterThan(0)
    expect(Date.parse(key!.expires!)).toBeGreaterThan(Date.parse(log.last))
  })

  it('names the log file and its verdict where findings are at hand', async () => {
    const { staged, findings } = await approved()
    const verdicts = new Map([[findings[0]!.source.key, 'modified' as const]])
    const [row] = containmentLog(staged.rows, { findings, verdicts }).actions
    expect(row!.events[0]).toMatchObject({
      place: `${findings[0]!.source.key} record ${findings[0]!.source.index}`,
      evidence: 'log file modified',
    })
  })

  it('says that an answer never came, and does not count the call as made', async () => {
    let calls = 0
    const { staged } = await approved({
      responder: (own) => ({
        call: async (call) => {
          const answer = await own.call(call)
          if (call.operation === 'UpdateAccessKey' && ++calls === 1) throw new Error('connection reset')
          return answer
        },
      }),
    })
    const [key] = containmentLog(staged.rows).actions
    expect(key!.made.map(({ outcome }) => outcome)).toEqual(['no answer'])
    expect(key!.state).toBe('EXECUTING')
  })

  it('tells release apart, with who asked for it', async () => {
    const { staged, world, plan } = await approved()
    const asked = { by: APPROVER.arn, activateKeys: true, early: true }
    for (const { action } of plan.actions) await releaseAction(world, action.id, asked)
    const [key] = containmentLog(staged.rows).actions
    expect(key!.made.map(({ phase }) => phase)).toEqual(['apply', 'release'])
    expect(key!.moments.at(-1)!.text).toBe(`released, by ${APPROVER.arn}`)
  })

  it('of nothing is nothing', () => {
    expect(containmentLog([])).toMatchObject({ entries: 0, actions: [], approvals: [] })
  })
})
