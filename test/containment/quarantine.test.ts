import { beforeAll, describe, expect, it } from 'vitest'
import {
  DENY_ALL,
  denyEverybodyBut,
  denyInstance,
  denyOlderSessions,
  denyPrincipal,
  denySession,
  denyWorkforceUser,
} from '../../lib/containment/policies.ts'
import { decide, type PolicyDocument, type PolicyRequest } from '../../lib/iam-policy.ts'
import { iamActions } from '../support/iam-actions.ts'

let actions: readonly string[]
beforeAll(async () => {
  actions = await iamActions()
  expect(actions.length).toBeGreaterThan(20_000)
})

const parsed = (document: string): PolicyDocument => JSON.parse(document)
const ADMIN: PolicyDocument = { Statement: { Effect: 'Allow', Action: '*', Resource: '*' } }
/** What AWS's own AWSDenyAll says. */
const AWS_DENY_ALL: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [{ Sid: 'DenyAll', Effect: 'Deny', Action: ['*'], Resource: '*' }],
}

type Context = NonNullable<PolicyRequest['context']>
const ROLE = 'arn:aws:iam::111122223333:role/app'
const session = (issued: string, more: Context = {}): Context => ({
  'aws:TokenIssueTime': issued,
  'aws:userid': 'AROAEXAMPLE000000001:job-7',
  'aws:PrincipalArn': ROLE,
  ...more,
})
const longTerm: Context = {
  'aws:userid': 'AIDAEXAMPLE000000001',
  'aws:PrincipalArn': 'arn:aws:iam::111122223333:user/eve',
}

const T = '2026-11-01T10:00:05Z'
const BEFORE = '2026-11-01T10:00:04Z'

/** How many of all actions an administrator with this policy may still do. */
const allowed = (
  document: PolicyDocument,
  context: Context,
  as: 'identity' | 'boundary' | 'scp' = 'identity',
) => {
  const policies = {
    identity: as === 'identity' ? [ADMIN, document] : [ADMIN],
    ...(as === 'boundary' && { boundary: document }),
    ...(as === 'scp' && { scps: [ADMIN, document] }),
  }
  return actions.filter((action) => decide(policies, { action, resource: '*', context }) === 'allowed')
}
const WHO_AM_I = ['sts:GetCallerIdentity']

describe('over every action there is', () => {
  it('AWSDenyAll, attached or as a boundary, denies an administrator everything but asking who he is', () => {
    expect(allowed(AWS_DENY_ALL, longTerm)).toEqual(WHO_AM_I)
    expect(allowed(AWS_DENY_ALL, session(T))).toEqual(WHO_AM_I)
    expect(allowed(AWS_DENY_ALL, longTerm, 'boundary')).toEqual(WHO_AM_I)
  })

  it('our own deny-all says the same', () => {
    expect(allowed(parsed(DENY_ALL), longTerm)).toEqual(WHO_AM_I)
  })

  it('revoking sessions denies what was issued before T, and nothing else', () => {
    const document = parsed(denyOlderSessions(T))
    expect(allowed(document, session(BEFORE))).toEqual(WHO_AM_I)
    expect(allowed(document, session(T))).toHaveLength(actions.length)
    expect(allowed(document, session('2026-11-01T10:00:06Z'))).toHaveLength(actions.length)
    expect(allowed(document, longTerm)).toHaveLength(actions.length)
  })

  it('denying one session leaves the sibling and the next one of that name alone', () => {
    const document = parsed(denySession('AROAEXAMPLE000000001:job-7', T))
    expect(allowed(document, session(BEFORE))).toEqual(WHO_AM_I)
    const sibling = { 'aws:userid': 'AROAEXAMPLE000000001:job-8' }
    expect(allowed(document, session(BEFORE, sibling))).toHaveLength(actions.length)
    expect(allowed(document, session(T))).toHaveLength(actions.length)
  })

  it('denying one instance leaves the fleet alone', () => {
    const arn = 'arn:aws:ec2:us-east-1:111122223333:instance/i-0123456789abcdef0'
    const document = parsed(denyInstance(arn))
    const from = (instance: string) => session(T, { 'ec2:SourceInstanceARN': instance })
    expect(allowed(document, from(arn))).toEqual(WHO_AM_I)
    expect(allowed(document, from(`${arn.slice(0, -1)}1`))).toHaveLength(actions.length)
    expect(allowed(document, session(T))).toHaveLength(actions.length)
  })

  it('quarantining a principal by service control policy denies it and spares its neighbours', () => {
    const document = parsed(denyPrincipal(ROLE))
    expect(allowed(document, session(T), 'scp')).toEqual(WHO_AM_I)
    const other = { 'aws:PrincipalArn': `${ROLE}2` }
    expect(allowed(document, session(T, other), 'scp')).toHaveLength(actions.length)
  })

  it('quarantining an account leaves the way back in open', () => {
    const document = parsed(denyEverybodyBut(['arn:aws:iam::*:role/break-glass']))
    expect(allowed(document, session(T), 'scp')).toEqual(WHO_AM_I)
    const rescue = { 'aws:PrincipalArn': 'arn:aws:iam::111122223333:role/break-glass' }
    expect(allowed(document, session(T, rescue), 'scp')).toHaveLength(actions.length)
  })

  it('denying a person of Identity Center leaves colleagues of the same role alone', () => {
    const document = parsed(denyWorkforceUser('90670a5f-a0c1-70d8-0f5c-0123456789ab'))
    const as = (id: string) => session(T, { 'identitystore:UserId': id })
    expect(allowed(document, as('90670a5f-a0c1-70d8-0f5c-0123456789ab'), 'scp')).toEqual(WHO_AM_I)
    expect(allowed(document, as('11111111-a0c1-70d8-0f5c-0123456789ab'), 'scp')).toHaveLength(actions.length)
  })
})

describe('what would not have been containment', () => {
  it('a date that IAM cannot read never matches', () => {
    const document = parsed(denyOlderSessions(T).replace(T, '2026-11-01 10:00:05'))
    expect(allowed(document, session(BEFORE))).toHaveLength(actions.length)
  })

  it('denying by a key with IfExists would have hit long-term keys too', () => {
    const document = parsed(denyOlderSessions(T).replace('DateLessThan', 'DateLessThanIfExists'))
    expect(allowed(document, longTerm)).toEqual(WHO_AM_I)
  })
})
