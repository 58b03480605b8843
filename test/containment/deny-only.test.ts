import { describe, expect, it } from 'vitest'
import type { ApiCall } from '../../lib/action.ts'
import { denyOnly } from '../../lib/containment/deny-only.ts'
import { SAMPLES, sampleAction } from './events.ts'

const sent: ApiCall[] = []
const { call } = denyOnly({
  call: async (one) => {
    sent.push(one)
    return { output: {} }
  },
})

const put = (PolicyDocument: string, operation = 'PutRolePolicy'): ApiCall => ({
  service: 'iam',
  operation,
  input: { RoleName: 'app', PolicyName: 'ct-contain-1', PolicyDocument },
})
const policy = (...effects: unknown[]) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: effects.map((Effect) => ({ Effect, Action: '*', Resource: '*' })),
  })

describe('a responder that only denies', () => {
  it.each([
    ['an Allow', policy('Allow')],
    ['an Allow beside a Deny', policy('Deny', 'Allow')],
    ['a word that is no effect', policy('deny')],
    ['no statement', '{"Statement":[]}'],
    ['no policy', 'null'],
    ['no JSON', '{'],
    ['one statement that is an object', '{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}'],
  ])('sends no policy with %s', async (_what, document) => {
    sent.length = 0
    for (const operation of ['PutRolePolicy', 'PutUserPolicy', 'PutGroupPolicy'])
      expect(await call(put(document, operation))).toMatchObject({ error: 'PolicyGrants' })
    expect(sent).toEqual([])
  })

  it('sends what denies, and every call of every action', async () => {
    expect(await call(put(policy('Deny', 'Deny')))).toEqual({ output: {} })
    for (const name of Object.keys(SAMPLES)) {
      const { calls, undo, fallbacks = [] } = sampleAction(name)
      for (const one of [...calls, ...undo, ...fallbacks.flatMap((way) => [...way.calls, ...way.undo])])
        expect(await call(one), `${name}: ${one.operation}`).toEqual({ output: {} })
    }
  })
})
