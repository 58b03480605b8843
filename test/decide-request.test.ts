import { describe, expect, it } from 'vitest'
import { recordPlan } from '../lib/containment/contain.ts'
import { decideRequest, type SignedRequest } from '../lib/decide-request.ts'
import { USER } from './containment/events.ts'
import { APPROVER, keyAndUser, scene } from './support/contained.ts'

const nobodyMade = async () => new Set<string>()

/** A recorded plan that waits for approval, and how to ask about it. */
const waiting = async (mode: 'approve' | 'observe' = 'approve') => {
  const { worker, account, rows } = scene()
  const recorder = worker({ mode: 'approve' })
  const { plan, findings } = keyAndUser()
  const recorded = await recordPlan(plan, findings, recorder)
  const world = worker({ mode })
  const ask = (body: unknown, more: Partial<SignedRequest> = {}, mintedBy = nobodyMade) =>
    decideRequest(
      {
        method: 'POST',
        body: typeof body === 'string' ? body : JSON.stringify(body),
        signer: { ...APPROVER, accessKeyId: 'ASIAEXAMPLEAPPROVER1' },
        ...more,
      },
      world,
      mintedBy,
    )
  const actions = recorded.plan.actions.map(({ action }) => action)
  return { ask, hash: recorded.plan.hash, actions, account, rows, world }
}

describe('a signed request', () => {
  it('approves a plan and has it carried out', async () => {
    const { ask, hash, rows } = await waiting()
    expect(await ask({ approve: hash })).toEqual({
      status: 202,
      answer: {
        approved: hash,
        by: APPROVER.arn,
        approvals: 1,
        note: expect.stringContaining('nobody knows yet'),
      },
      order: { apply: hash },
    })
    expect(rows.at(-1)).toMatchObject({ kind: 'approved', data: { plan: hash, approver: APPROVER.arn } })
  })

  it('counts nobody twice, and has what was approved begun again: the first order may be lost', async () => {
    const { ask, hash } = await waiting()
    await ask({ approve: hash })
    expect(await ask({ approve: hash })).toMatchObject({
      status: 409,
      answer: { error: expect.stringContaining('approved this plan already') },
      order: { apply: hash },
    })
  })

  it.each([
    ['of another plan', 'f'.repeat(64)],
    ['of no plan', ''],
  ])('%s is refused, and asks for nothing', async (_what, hash) => {
    const { ask } = await waiting()
    const { status, order } = await ask({ approve: hash })
    expect([status, order]).toEqual([409, undefined])
  })

  it('by the one who is contained is refused', async () => {
    const { ask, hash, actions } = await waiting()
    const signer = { arn: String(actions.find(({ type }) => type === 'deny-user')!.target.arn) }
    expect(await ask({ approve: hash }, { signer })).toMatchObject({
      status: 409,
      answer: { error: 'the approver is who the plan contains' },
    })
  })

  it('by a session that the contained key made is refused', async () => {
    const { ask, hash, actions } = await waiting()
    const key = actions.find(({ type }) => type === 'deactivate-access-key')!.target.id
    const answer = await ask({ approve: hash }, {}, async () => new Set([key]))
    expect(answer).toMatchObject({
      status: 409,
      answer: { error: expect.stringContaining('credentials that the contained principal made') },
    })
    expect(answer.order).toBeUndefined()
  })

  it('that is not signed decides nothing, whatever it says', async () => {
    const { ask, hash, rows } = await waiting()
    const before = rows.length
    const { signer: _none, ...unsigned } = { signer: APPROVER, method: 'POST', body: '' }
    expect(
      await decideRequest(
        { ...unsigned, body: JSON.stringify({ approve: hash }) },
        (await waiting()).world,
        nobodyMade,
      ),
    ).toMatchObject({ status: 403 })
    expect(await ask({ approve: hash, signer: APPROVER.arn }, { signer: { arn: '' } })).toMatchObject({
      status: 403,
    })
    expect(rows).toHaveLength(before)
  })

  it.each(['GET', 'HEAD', 'PUT', ''])(
    'by %s decides nothing: a link that is followed is harmless',
    async (method) => {
      const { ask, hash, rows } = await waiting()
      const before = rows.length
      expect(await ask({ approve: hash }, { method })).toMatchObject({ status: 405 })
      expect(rows).toHaveLength(before)
    },
  )

  it.each(['', '{', '[]', '"x"', '{"approve":1}', '{"approve":"x","release":"y"}', '{"delete":"x"}'])(
    'that says %s is told what was expected',
    async (body) => {
      const { ask } = await waiting()
      expect(await ask(body)).toMatchObject({
        status: 400,
        answer: { error: expect.stringContaining('expected POST') },
      })
    },
  )

  it('asks for a release of what the ledger knows, in the name of who signed', async () => {
    const { ask, actions } = await waiting()
    const { id } = actions[0]!
    expect(await ask({ release: id, activateKeys: true })).toEqual({
      status: 202,
      answer: { releasing: id, by: APPROVER.arn },
      order: { release: id, by: APPROVER.arn, activateKeys: true },
    })
    expect(await ask({ release: 'unknown' })).toMatchObject({ status: 404 })
  })

  it('releases nobody in their own name, nor in that of a session they made', async () => {
    const { ask, actions } = await waiting()
    const release = actions.find(({ type }) => type === 'deactivate-access-key')!.id
    const mallory = { arn: USER.arn, userId: USER.principalId, accessKeyId: 'AKIASECONDKEY0000000' }
    expect(await ask({ release }, { signer: mallory })).toMatchObject({ status: 409 })
    expect(await ask({ release }, {}, async () => new Set([USER.accessKeyId]))).toMatchObject({ status: 409 })
  })

  it('tells what stands', async () => {
    const { ask, hash, actions } = await waiting()
    const { status, answer } = await ask({ status: true })
    expect(status).toBe(200)
    expect(answer).toMatchObject({
      actions: actions.map(({ id, title }) => ({ action: id, title, plan: hash, state: 'PLANNED' })),
    })
  })

  it('approves nothing while the mode is observe', async () => {
    const { ask, hash } = await waiting('observe')
    expect(await ask({ approve: hash })).toMatchObject({ status: 409 })
    expect(await ask({ status: true })).toMatchObject({ status: 200 })
  })
})
