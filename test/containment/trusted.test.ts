import { describe, expect, it } from 'vitest'
import { contain } from '../../lib/containment/contain.ts'
import { planContainment } from '../../lib/containment/plan.ts'
import { scene } from '../support/contained.ts'
import { event, findingOf, NOW, proposing } from './events.ts'

const fresh = event('ListBuckets', 's3', { eventID: 'e-fresh' })
const old = event('GetObject', 's3', { eventID: 'e-old', eventTime: '2026-11-01T07:00:00Z' })
const together = (levels: { fresh: 'low' | 'critical'; old: 'low' | 'critical' }, proven: string[]) => {
  const findings = [
    findingOf(fresh, 'test', { rule: 'a', level: levels.fresh, key: 'fresh' }),
    findingOf(old, 'test', { rule: 'b', level: levels.old, key: 'old' }),
  ]
  const verdicts = new Map(proven.map((key) => [key, 'valid' as const]))
  const playbooks = [proposing('deactivate-access-key')]
  return { findings, plan: planContainment({ findings, playbooks, now: NOW, verdicts }) }
}
const stateOf = async (of: ReturnType<typeof together>, doubts?: Map<string, string>) => {
  const world = scene().worker({}, doubts ? { doubts } : {})
  return (await contain(of.plan, of.findings, world)).outcomes[0]
}

describe('one action that several findings ask for', () => {
  it('goes on its own when one finding is high, proven and fresh', async () => {
    expect(await stateOf(together({ fresh: 'critical', old: 'low' }, ['fresh']))).toMatchObject({
      state: 'APPLIED',
    })
  })

  it('waits when the level is of one, the proof or the time of another', async () => {
    for (const [levels, proven] of [
      [{ fresh: 'low', old: 'critical' }, ['fresh', 'old']],
      [{ fresh: 'critical', old: 'critical' }, ['old']],
      [{ fresh: 'low', old: 'critical' }, ['fresh']],
    ] as const)
      expect(await stateOf(together(levels, [...proven]))).toMatchObject({ state: 'PLANNED' })
  })

  it('waits when our own rules doubt the finding that would carry it', async () => {
    const of = together({ fresh: 'critical', old: 'low' }, ['fresh', 'old'])
    const outcome = await stateOf(of, new Map([['a#e-fresh', 'rule a does not report this event']]))
    expect(outcome).toMatchObject({ state: 'PLANNED', reason: expect.stringContaining('does not report') })
  })
})
