import { describe, expect, it } from 'vitest'
import { approvalsOf } from '../../lib/containment/approve.ts'
import { recordPlan } from '../../lib/containment/contain.ts'
import { decideRequest } from '../../lib/decide-request.ts'
import { planOf, scene } from '../support/contained.ts'
import { event, ROLE } from './events.ts'

const ALICE = { arn: 'arn:aws:iam::111122223333:user/alice', userId: 'AIDAALICE', accessKeyId: 'AKIAALICE' }
const sessionOf = (role: string) => ({
  arn: `arn:aws:sts::111122223333:assumed-role/${role}/s`,
  userId: `AROA${role}:s`,
  accessKeyId: `ASIA${role}`,
})

const approvals = async (makers: readonly string[], second = sessionOf('ops')) => {
  const world = scene().worker({ mode: 'approve' })
  const of = planOf(event('ListBuckets', 's3', { userIdentity: ROLE }), ['revoke-role-sessions'])
  const { plan } = await recordPlan(of.plan, of.findings, world)
  const body = JSON.stringify({ approve: plan.hash })
  const minted = async (key: string) => new Set(key.startsWith('ASIA') ? makers : [])
  const asked = [ALICE, second]
  const answers = []
  for (const signer of asked)
    answers.push(await decideRequest({ method: 'POST', body, signer }, world, minted))
  const counted = approvalsOf(await world.ledger.refresh(), plan.hash, world.clock.now()).length
  return { counted, answers }
}

describe('two approvals', () => {
  it('of a user and of a role that the user assumed are one', async () => {
    expect((await approvals([ALICE.arn, 'AIDAALICE'])).counted).toBe(1)
    expect((await approvals(['AKIAALICE'])).counted).toBe(1)
  })

  it('of a user and of a role that another user assumed are two, whatever role or service lies between', async () => {
    const bob = ['arn:aws:iam::111122223333:user/bob', 'sso.amazonaws.com']
    expect((await approvals(bob)).counted).toBe(2)
  })

  it('say when nobody knows yet who made a session', async () => {
    const { answers } = await approvals([])
    expect(answers.map(({ answer }) => 'note' in answer)).toEqual([false, true])
  })
})
