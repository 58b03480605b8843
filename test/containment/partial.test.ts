import { describe, expect, it } from 'vitest'
import type { ApiCall, Json } from '../../lib/action.ts'
import { applyPlan } from '../../lib/containment/apply.ts'
import { approvePlan } from '../../lib/containment/approve.ts'
import { recordPlan } from '../../lib/containment/contain.ts'
import { releaseAction } from '../../lib/containment/release.ts'
import { APPROVER, planOf, scene } from '../support/contained.ts'
import { SAMPLES } from './events.ts'

const MAPPINGS = ['m-1', 'm-2'].map((UUID) => ({ UUID, State: 'Enabled' }))
const READ: Record<string, Json> = {
  GetFunctionConcurrency: { ReservedConcurrentExecutions: 5 },
  ListEventSourceMappings: { EventSourceMappings: MAPPINGS },
  GetFunctionUrlConfig: { AuthType: 'NONE' },
}

describe('an action of which a part failed', () => {
  it('is released by taking back what was made, and nothing else', async () => {
    const made: ApiCall[] = []
    const { worker } = scene({
      responder: () => ({
        call: async (call) => {
          if (READ[call.operation]) return { output: READ[call.operation]! }
          if (/^Get|^List/.test(call.operation)) return { output: {} }
          made.push(call)
          return call.input['UUID'] === 'm-1' || call.input['AuthType'] === 'AWS_IAM'
            ? { error: 'AccessDeniedException', message: 'no' }
            : { output: {} }
        },
      }),
    })
    const { raw, action } = SAMPLES['function with new code']!
    const { plan, findings } = planOf(raw, [action])
    const world = worker({ mode: 'approve' })
    const recorded = await recordPlan(plan, findings, world)
    await approvePlan(world, recorded.plan.hash, APPROVER)
    const { outcomes } = await applyPlan(world, recorded.plan.hash)
    expect(outcomes[0]).toMatchObject({ state: 'PARTIAL' })
    made.length = 0
    await releaseAction(world, outcomes[0]!.action, { by: 'olga', early: true })
    expect(made.map(({ operation, input }) => [operation, input['UUID'] ?? null])).toEqual([
      ['UpdateEventSourceMapping', 'm-2'],
      ['PutFunctionConcurrency', null],
    ])
    expect(JSON.stringify(made)).not.toContain('undoOf')
  })
})
