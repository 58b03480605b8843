import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { applyPlan } from '../../lib/containment/apply.ts'
import { approvePlan } from '../../lib/containment/approve.ts'
import { contain } from '../../lib/containment/contain.ts'
import { type ReleaseOptions, releaseAction } from '../../lib/containment/release.ts'
import { APPROVER, planOf, type Scene, scene } from '../support/contained.ts'
import { DENY_ALL_ARN } from '../support/fake-account.ts'
import { event, KEY, ROLE, USER } from './events.ts'

const ASKED: ReleaseOptions = { by: APPROVER.arn, activateKeys: true, early: true }

/** Contains with approval, so that every tier goes through. */
const contained = async (staged: Scene, types: readonly string[], raw = event('ListBuckets', 's3')) => {
  const { plan, findings } = planOf(raw, types)
  const world = staged.worker({ mode: 'approve' })
  const recorded = await contain(plan, findings, world)
  if (recorded.plan.actions.length === 0)
    return { world, outcomes: recorded.outcomes, refused: recorded.plan.refused }
  await approvePlan(world, recorded.plan.hash, APPROVER)
  const { outcomes } = await applyPlan(world, recorded.plan.hash)
  return { world, outcomes, refused: recorded.plan.refused }
}

const arns = fc.uniqueArray(
  fc.constantFrom(
    ...Array.from({ length: 14 }, (_, i) => `arn:aws:iam::111122223333:policy/p${i}`),
    DENY_ALL_ARN,
  ),
  { maxLength: 10 },
)
const inlines = fc.dictionary(
  fc.constantFrom('a', 'b', 'c'),
  fc.constantFrom('{"Statement":[]}', `{"Statement":[],"Id":"${'x'.repeat(1900)}"}`),
  { maxKeys: 1 },
)
const boundaries = fc.constantFrom(null, 'arn:aws:iam::aws:policy/ReadOnlyAccess', DENY_ALL_ARN)

describe('putting back', () => {
  it('gives exactly the state there was, from any state and any choice of actions', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          attached: arns,
          inline: inlines,
          boundary: boundaries,
          status: fc.constantFrom('Active' as const, 'Inactive' as const),
        }),
        fc.record({ attached: arns, inline: inlines, boundary: boundaries }),
        fc.subarray(
          ['deactivate-access-key', 'deny-user', 'revoke-user-sessions', 'revoke-role-sessions', 'deny-role'],
          { minLength: 1 },
        ),
        fc.boolean(),
        async ({ status, ...user }, role, types, byRole) => {
          const staged = scene()
          Object.assign(staged.account.principal('User', 'mallory')!, structuredClone(user), {
            keys: { [KEY]: status },
          })
          Object.assign(staged.account.principal('Role', 'backup')!, structuredClone(role))
          const before = staged.account.state()
          const { world, outcomes } = await contained(
            staged,
            types,
            event('ListBuckets', 's3', byRole ? { userIdentity: ROLE } : {}),
          )
          for (const { action, state } of outcomes.toReversed()) {
            if (state !== 'APPLIED') continue
            expect((await releaseAction(world, action, ASKED)).state).toBe('RELEASED')
          }
          expect(staged.account.state()).toBe(before)
        },
      ),
      { numRuns: 150 },
    )
  })

  it('makes no key active again that was not', async () => {
    const staged = scene()
    staged.account.principal('User', 'mallory')!.keys[KEY] = 'Inactive'
    const { world, outcomes } = await contained(staged, ['deactivate-access-key'])
    expect(outcomes).toMatchObject([{ state: 'ALREADY' }])
    expect(await releaseAction(world, outcomes[0]!.action, ASKED)).toEqual({
      state: 'ALREADY',
      reason: 'it is ALREADY',
    })
    expect(staged.account.mutations()).toEqual([])
  })

  it('makes a key active only when that is asked for by name', async () => {
    const staged = scene()
    const { world, outcomes } = await contained(staged, ['deactivate-access-key'])
    const id = outcomes[0]!.action
    expect((await releaseAction(world, id, { by: 'x', early: true })).reason).toContain(
      'would make a credential active again',
    )
    expect(staged.account.mutations()).toHaveLength(1)
    expect((await releaseAction(world, id, ASKED)).state).toBe('RELEASED')
    expect(staged.account.principal('User', 'mallory')!.keys[KEY]).toBe('Active')
  })

  it('waits until the sessions it denies are dead, unless asked not to', async () => {
    const staged = scene()
    const { world, outcomes } = await contained(staged, ['deny-user'])
    const id = outcomes[0]!.action
    expect((await releaseAction(world, id, { by: 'x' })).reason).toContain(
      'not before 2026-11-02T22:00:10.000Z',
    )
    staged.time.advance(36 * 3600)
    expect((await releaseAction(world, id, { by: 'x' })).state).toBe('RELEASED')
  })

  it('writes nothing, and says CONFLICT, when somebody has changed it in between', async () => {
    const staged = scene()
    const { world, outcomes } = await contained(staged, ['deny-user'])
    staged.account.principal('User', 'mallory')!.attached = ['arn:aws:iam::aws:policy/ReadOnlyAccess']
    const before = staged.account.mutations().length
    const released = await releaseAction(world, outcomes[0]!.action, ASKED)
    expect(released.state).toBe('CONFLICT')
    expect(released.reason).toContain('somebody has changed it since, nothing was written')
    expect(staged.account.mutations()).toHaveLength(before)
  })

  it('refuses when the name belongs to a user who was made anew', async () => {
    const staged = scene()
    const { world, outcomes } = await contained(staged, ['deny-user'])
    staged.account.add('User', 'mallory', {
      path: '/staff/',
      id: 'AIDASOMEBODYELSE0000',
      attached: [DENY_ALL_ARN],
    })
    const before = staged.account.mutations().length
    const released = await releaseAction(world, outcomes[0]!.action, ASKED)
    expect(released.reason).toContain('it is not the user of the event')
    expect(released.state).toBe('APPLIED')
    expect(staged.account.mutations()).toHaveLength(before)
    expect(USER.principalId).not.toBe('AIDASOMEBODYELSE0000')
  })

  it('is tried again when the API refused the undo', async () => {
    const staged = scene()
    const { world, outcomes } = await contained(staged, ['deny-user'])
    staged.account.failNext('DetachUserPolicy', 'Throttling')
    expect((await releaseAction(world, outcomes[0]!.action, ASKED)).state).toBe('CONFLICT')
    expect((await releaseAction(world, outcomes[0]!.action, ASKED)).state).toBe('RELEASED')
    expect(staged.account.principal('User', 'mallory')!.attached).toEqual([])
  })

  it('makes each undo once when several ask at once', async () => {
    const staged = scene()
    const { outcomes } = await contained(staged, ['deny-user'])
    const before = staged.account.mutations().length
    const workers = Array.from({ length: 20 }, () => staged.worker({ mode: 'approve' }))
    await Promise.all(workers.map((world) => releaseAction(world, outcomes[0]!.action, ASKED)))
    expect(staged.account.mutations()).toHaveLength(before + 1)
  })
})
