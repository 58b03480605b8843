import { describe, expect, it } from 'vitest'
import { contain } from '../../lib/containment/contain.ts'
import { aliveBreakGlass } from '../../lib/containment/corroborate.ts'
import { budgetReason } from '../../lib/containment/decide.ts'
import { addEntry, emptyBook } from '../../lib/containment/fold.ts'
import { denyPrincipal } from '../../lib/containment/policies.ts'
import { reconcileOwnCalls } from '../../lib/containment/reconcile-own-calls.ts'
import { decide } from '../../lib/iam-policy.ts'
import { BREAK_GLASS, keyAndUser, planOf, scene } from '../support/contained.ts'
import { DENY_ALL_ARN } from '../support/fake-account.ts'
import { ACCOUNT, event, ROLE } from './events.ts'

const OURS = `arn:aws:iam::${ACCOUNT}:role/trailwarden-contain`
const ownEvent = (name: string, source: string, more: object = {}) =>
  event(name, source, {
    readOnly: false,
    userIdentity: {
      ...ROLE,
      arn: `arn:aws:sts::${ACCOUNT}:assumed-role/trailwarden-contain/x`,
      sessionContext: {
        ...ROLE.sessionContext,
        sessionIssuer: { ...ROLE.sessionContext.sessionIssuer, arn: OURS, userName: 'trailwarden-contain' },
      },
    },
    ...more,
  })

describe("whoever has the responder's role", () => {
  it.each([
    ['AssumeRole', 'sts'],
    ['GetFederationToken', 'sts'],
    ['GetSecretValue', 'secretsmanager'],
  ])(
    'is told of by %s, which CloudTrail calls reading and which hands out what others act with',
    async (name, source) => {
      const { worker } = scene()
      const world = worker({ ownPrincipals: [OURS] })
      const { notices } = await reconcileOwnCalls(
        [ownEvent(name, source, { readOnly: true, eventID: name })],
        world,
      )
      expect(notices).toMatchObject([{ rule: { id: 'containment-unknown-own-call' } }])
    },
  )

  it('cannot hide a call on another target behind one of ours whose answer is not known', async () => {
    const { worker } = scene({
      responder: (own) => ({
        call: async (call) => {
          if (call.operation !== 'AttachUserPolicy') return own.call(call)
          throw new Error('no answer')
        },
      }),
    })
    const world = worker({ ownPrincipals: [OURS] })
    const { plan, findings } = planOf(event('ListBuckets', 's3'), ['deny-user'])
    await contain(plan, findings, world)
    const eventTime = world.clock.now()
    const attach = (userName: string) =>
      ownEvent('AttachUserPolicy', 'iam', {
        eventID: userName,
        eventTime,
        requestParameters: { userName, policyArn: DENY_ALL_ARN },
      })
    const { notices, matched } = await reconcileOwnCalls([attach('admin'), attach('mallory')], world)
    expect(matched).toBe(1)
    expect(notices.map(({ event: { eventID } }) => eventID)).toEqual(['admin'])
  })
})

describe('the budget', () => {
  it('is not used up by putting things back: whoever stops ten trails is still contained', () => {
    const book = emptyBook()
    const { plan } = keyAndUser()
    const action = plan.actions[0]!
    const settings = scene().worker().settings
    const restore = { ...action, tier: 0 as const, level: 'critical' as const }
    for (let i = 0; i < 10; i++) {
      const at = `2026-11-01T10:00:${10 + i}.000Z`
      const target = {
        ...action.target,
        kind: 'trail',
        arn: `arn:aws:cloudtrail:us-east-1:${ACCOUNT}:trail/t${i}`,
      }
      const prepared = { action: { ...restore, target }, found: 'ready', snapshot: [], state: '' }
      const entry = (kind: string, data: object) =>
        addEntry(book, { sequence: i, time: at, kind, action: `a${i}`, data } as never)
      entry('planned', {
        plan: 'p',
        prepared,
        decision: { automatic: true, approvers: 0, why: [] },
        events: [],
      })
      entry('started', {
        automatic: true,
        account: ACCOUNT,
        subject: target.arn,
        level: 'critical',
        lease: at,
      })
    }
    const now = '2026-11-01T10:01:00.000Z'
    expect(budgetReason({ action, settings, book, now })).toBeUndefined()
    const next = { ...restore, target: { ...restore.target, arn: 'arn:aws:cloudtrail:us-east-1:1:trail/z' } }
    expect(budgetReason({ action: next, settings, book, now })).toContain('10 are allowed')
  })
})

describe('the way back in', () => {
  it('is gone when AWSDenyAll is its boundary', async () => {
    const { account, worker } = scene()
    account.principal('Role', 'break-glass')!.boundary = DENY_ALL_ARN
    expect(await aliveBreakGlass([BREAK_GLASS], worker().responder)).toBe(0)
  })
})

describe('a path made of what means something in a policy', () => {
  const deny = (arn: string, who: string) =>
    decide(
      {
        identity: [
          { Statement: { Effect: 'Allow', Action: '*', Resource: '*' } },
          JSON.parse(denyPrincipal(arn)),
        ],
      },
      { action: 's3:ListBuckets', resource: '*', context: { 'aws:PrincipalArn': who } },
    )

  // biome-ignore lint/suspicious/noTemplateCurlyInString: a policy variable of IAM
  it.each(['/${aws:username}/', '/*/', '/?/', '/$/'])(
    '%s lets nobody escape and takes nobody along',
    (path) => {
      const arn = `arn:aws:iam::${ACCOUNT}:user${path}eve`
      expect(denyPrincipal(arn)).not.toMatch(/\$\{aws|[^{][*?]\/eve/)
      expect(deny(arn, arn)).toBe('denied explicitly')
      expect(deny(arn, `arn:aws:iam::${ACCOUNT}:user/x/eve`)).toBe('allowed')
    },
  )
})
