import { describe, expect, it } from 'vitest'
import { applyPlan } from '../../lib/containment/apply.ts'
import { approvePlan } from '../../lib/containment/approve.ts'
import { contain, recordPlan } from '../../lib/containment/contain.ts'
import { openLedger } from '../../lib/containment/ledger.ts'
import { planContainment } from '../../lib/containment/plan.ts'
import { reconcileOwnCalls } from '../../lib/containment/reconcile-own-calls.ts'
import { isInert, sweepContainment } from '../../lib/containment/sweep.ts'
import { DEFAULTS } from '../../lib/containment/world.ts'
import type { Finding, Level } from '../../lib/finding.ts'
import type { CloudTrailEvent } from '../../lib/trail/event.ts'
import { APPROVER, keyAndUser, planOf, scene } from '../support/contained.ts'
import { ACCOUNT, event, findingOf, proposing, ROLE, sampleAction, USER } from './events.ts'

describe('what lasts', () => {
  it('never lasts without an expiry and an owner', async () => {
    const { worker, rows } = scene()
    const { plan, findings } = keyAndUser()
    await contain(plan, findings, worker())
    const applied = rows.filter(({ kind }) => kind === 'applied')
    expect(applied.map(({ data }) => data)).toEqual([
      { way: 0, owner: 'security@example.com', expires: '2026-11-04T10:00:10.000Z' },
      { way: 0, owner: 'security@example.com', expires: '2026-11-04T10:00:10.000Z' },
    ])
  })

  it('is proposed for release, once, and stays, where it still denies somebody', async () => {
    const { account, worker, time, rows } = scene()
    const { plan, findings } = keyAndUser()
    await contain(plan, findings, worker())
    for (let look = 0; look < 3; look++) {
      time.advance(300)
      await sweepContainment(worker())
    }
    time.advance(DEFAULTS.ttlSeconds)
    const before = account.state()
    const swept = await sweepContainment(worker())
    expect(swept.notices.map(({ rule }) => rule.id)).toEqual([
      'containment-release-due',
      'containment-release-due',
    ])
    expect((await sweepContainment(worker())).notices).toEqual([])
    expect(account.state()).toBe(before)
    const proposed = rows.filter(({ kind }) => kind === 'proposed')
    expect(proposed[1]!.data['undo']).toEqual([
      {
        service: 'iam',
        operation: 'DetachUserPolicy',
        input: { UserName: 'mallory', PolicyArn: 'arn:aws:iam::aws:policy/AWSDenyAll' },
      },
    ])
  })

  it('is removed when it only reaches sessions that are dead by then', async () => {
    const { account, worker, time } = scene()
    const before = account.state()
    const { plan, findings } = planOf(event('ListBuckets', 's3', { userIdentity: ROLE }), [
      'revoke-role-sessions',
    ])
    const world = worker()
    const { plan: recorded } = await contain(plan, findings, world)
    await approvePlan(world, recorded.hash, APPROVER)
    await applyPlan(world, recorded.hash)
    expect(account.state()).not.toBe(before)
    for (let look = 0; look < 3; look++) {
      time.advance(300)
      await sweepContainment(worker())
    }
    time.advance(DEFAULTS.ttlSeconds)
    expect(await sweepContainment(worker())).toMatchObject({ outcomes: [{ state: 'EXPIRED' }], notices: [] })
    expect(account.state()).toBe(before)
  })

  it('knows which policies are inert one day, and which are not', () => {
    expect(isInert(sampleAction('sessions of a role'))).toBe(true)
    expect(isInert(sampleAction('sessions of a user'))).toBe(true)
    expect(isInert(sampleAction('session of a role'))).toBe(true)
    expect(isInert(sampleAction('sessions of an instance'))).toBe(false)
    expect(isInert(sampleAction('user who called'))).toBe(false)
    expect(isInert(sampleAction('key of the caller'))).toBe(false)
  })

  it('is verified and expires by sweeps alone, when no other timer ever fires', async () => {
    const { worker, time, ledger } = scene()
    const { plan, findings } = keyAndUser()
    await contain(plan, findings, worker())
    for (let minutes = 0; minutes < 30; minutes += 5) {
      time.advance(300)
      await sweepContainment(worker())
    }
    const book = await openLedger(ledger, time.clock).refresh()
    expect([...book.actions.values()].map(({ state }) => state)).toEqual(['VERIFIED', 'VERIFIED'])
  })

  it('begins what was recorded and never begun, while its event is fresh, and not later', async () => {
    const play = async (seconds: number) => {
      const { account, worker, time } = scene()
      const { plan, findings } = keyAndUser()
      await recordPlan(plan, findings, worker())
      time.advance(seconds)
      await sweepContainment(worker())
      return account.mutations().length
    }
    expect(await play(60)).toBe(0)
    expect(await play(200)).toBe(2)
    expect(await play(4000)).toBe(0)
  })

  it('changes nothing in observe mode', async () => {
    const { account, worker, time } = scene()
    const { plan, findings } = keyAndUser()
    await recordPlan(plan, findings, worker())
    time.advance(200)
    expect(await sweepContainment(worker({ mode: 'observe' }))).toEqual({ outcomes: [], notices: [] })
    expect(account.mutations()).toEqual([])
  })
})

describe('a thousand events over two hundred principals', () => {
  const flood = async (level: (i: number) => Level) => {
    const staged = scene()
    const world = staged.worker()
    const notices: Finding[] = []
    for (let i = 0; i < 200; i++) {
      const name = `user-${i}`
      staged.account.add('User', name, {
        id: `AIDAFLOOD${String(i).padStart(11, '0')}`,
        keys: { [`AKIAFLOOD${String(i).padStart(11, '0')}`]: 'Active' },
      })
    }
    for (let n = 0; n < 1000; n++) {
      const i = n % 200
      const userIdentity = {
        ...USER,
        userName: `user-${i}`,
        arn: `arn:aws:iam::${ACCOUNT}:user/user-${i}`,
        principalId: `AIDAFLOOD${String(i).padStart(11, '0')}`,
        accessKeyId: `AKIAFLOOD${String(i).padStart(11, '0')}`,
      }
      const raw = event('ListBuckets', 's3', { userIdentity, eventID: `event-${n}` })
      const findings = [findingOf(raw, 'test', { level: level(i) })]
      const plan = planContainment({
        findings,
        playbooks: [proposing('deactivate-access-key', 'deny-user')],
        now: staged.time.clock.now(),
        verdicts: new Map([['AWSLogs/a.json.gz', 'valid' as const]]),
      })
      notices.push(...(await contain(plan, findings, world)).notices)
    }
    const contained = new Set(staged.account.mutations().map(({ call }) => call.input['UserName']))
    return { ...staged, contained, notices, world }
  }

  it('contain no more than the hour allows, keep the reserve for critical ones, and page once', async () => {
    const { contained, notices, world } = await flood((i) => (i >= 190 ? 'critical' : 'high'))
    expect([...contained].filter((name) => Number(String(name).slice(5)) < 190)).toHaveLength(7)
    expect([...contained].filter((name) => Number(String(name).slice(5)) >= 190)).toHaveLength(3)
    expect(notices.map(({ rule }) => rule.id)).toEqual(['containment-budget-spent'])
    const waiting = [...world.ledger.book.actions.values()].filter(({ state }) => state === 'PLANNED')
    expect(waiting).toHaveLength(380)
    // the breaker opens to approval, never to off
    expect(await approvePlan(world, waiting[0]!.planned.plan, APPROVER)).toBeUndefined()
    expect((await applyPlan(world, waiting[0]!.planned.plan)).outcomes[0]!.state).toBe('APPLIED')
  })
})

describe('calls of our own role', () => {
  const OWN = `arn:aws:iam::${ACCOUNT}:role/trailwarden-contain`
  const ours = (eventName: string, more: Partial<CloudTrailEvent> = {}) =>
    event(eventName, 'iam', {
      readOnly: false,
      userIdentity: {
        ...ROLE,
        principalId: 'AROAOURS1234567890AB:contain',
        arn: `arn:aws:sts::${ACCOUNT}:assumed-role/trailwarden-contain/contain`,
        sessionContext: {
          ...ROLE.sessionContext,
          sessionIssuer: {
            ...ROLE.sessionContext.sessionIssuer,
            principalId: 'AROAOURS1234567890AB',
            arn: OWN,
            userName: 'trailwarden-contain',
          },
        },
      },
      ...more,
    })
  const acted = async () => {
    const staged = scene()
    const { plan, findings } = keyAndUser()
    const world = staged.worker({ ownPrincipals: [OWN] })
    await contain(plan, findings, world)
    const [first] = staged.account.mutations()
    return { ...staged, world, requestID: String(first!.answer.requestId), plan }
  }

  it('say nothing when the ledger has them, by request id or by call and time', async () => {
    const { world, requestID } = await acted()
    const events = [
      ours('UpdateAccessKey', { requestID, eventID: 'one' }),
      ours('ListAccessKeys', { readOnly: true, eventID: 'two' }),
    ]
    expect(await reconcileOwnCalls(events, world)).toEqual({ own: 1, matched: 1, notices: [] })
  })

  it.each([
    ['another request', { requestID: 'somebody-else', eventID: 'a' }, 'UpdateAccessKey'],
    ['another call', { requestID: 'somebody-else', eventID: 'b' }, 'CreateAccessKey'],
    [
      'a call that was denied',
      { requestID: 'somebody-else', eventID: 'c', errorCode: 'AccessDenied' },
      'AttachUserPolicy',
    ],
  ])('are a critical finding when the ledger knows nothing of %s', async (_what, more, name) => {
    const { world } = await acted()
    const { notices } = await reconcileOwnCalls([ours(name, more)], world)
    expect(notices).toMatchObject([
      { rule: { id: 'containment-unknown-own-call', level: 'critical' }, events: [more.eventID] },
    ])
  })

  it('match one call once, and only within a quarter of an hour, where no request id is known', async () => {
    const staged = scene({
      responder: (own) => ({
        call: async (call) => {
          const { requestId: _, ...answer } = await own.call(call)
          return answer
        },
      }),
    })
    const { plan, findings } = keyAndUser()
    const world = staged.worker({ ownPrincipals: [OWN] })
    await contain(plan, findings, world)
    const near = ours('UpdateAccessKey', {
      eventTime: '2026-11-01T10:14:00Z',
      requestID: 'q1',
      eventID: 'near',
    })
    const second = ours('UpdateAccessKey', {
      eventTime: '2026-11-01T10:14:30Z',
      requestID: 'q2',
      eventID: 'second',
    })
    const far = ours('AttachUserPolicy', {
      eventTime: '2026-11-01T10:20:00Z',
      requestID: 'q3',
      eventID: 'far',
    })
    const { notices } = await reconcileOwnCalls([near, second, far], world)
    expect(notices.map(({ events }) => events[0])).toEqual(['second', 'far'])
  })

  it('feed nothing back: a thousand of them, each as a finding, make no call and one entry each', async () => {
    const { world, requestID, account, rows } = await acted()
    const before = { calls: account.mutations().length, rows: rows.length }
    for (let i = 0; i < 1000; i++) {
      const raw = ours('UpdateAccessKey', { requestID, eventID: `own-${i}` })
      const findings = [findingOf(raw, 'test', { level: 'critical' })]
      const plan = planContainment({
        findings,
        playbooks: [proposing('deactivate-access-key', 'deny-user', 'revoke-role-sessions')],
        now: '2026-11-01T10:00:10.000Z',
        protectedPrincipals: [OWN],
        verdicts: new Map([['AWSLogs/a.json.gz', 'valid' as const]]),
      })
      await contain(plan, findings, world)
      await reconcileOwnCalls([raw, raw], world)
    }
    expect(account.mutations()).toHaveLength(before.calls)
    expect(rows.length - before.rows).toBe(1000)
  })

  it('of functions that open their log streams are routine', async () => {
    const { world } = await acted()
    const stream = ours('CreateLogStream', { eventSource: 'logs.amazonaws.com', eventID: 'log' })
    expect(await reconcileOwnCalls([stream], world)).toEqual({ own: 0, matched: 0, notices: [] })
  })
})
