import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseExpiration } from '../../lib/investigation/expiry.ts'
import { idsIn, sessionGraph } from '../../lib/investigation/session-graph.ts'
import type { CloudTrailEvent } from '../../lib/trail/event.ts'
import { assume, event, inRole, printed, time, user } from './events.ts'

const [A, B, C] = ['111122223333', '222233334444', '333344445555']

const mallory = user(A, 'mallory', 'AIDAEXAMPLEMALLORY01', 'AKIAEXAMPLEMALLORY01')
const alice = user(A, 'alice', 'AIDAEXAMPLEALICE0001', 'AKIAEXAMPLEALICE0001')
const ops = inRole(A, 'ops', 'AROAEXAMPLEOPS000001', 'one', 'ASIAEXAMPLEOPS000001')
const build = inRole(B, 'build', 'AROAEXAMPLEBUILD0001', 'two', 'ASIAEXAMPLEBUILD0001')
const data = inRole(C, 'data', 'AROAEXAMPLEDATA00001', 'three', 'ASIAEXAMPLEDATA00001')
const back = inRole(A, 'ops', 'AROAEXAMPLEOPS000001', 'four', 'ASIAEXAMPLEOPS000002')
const innocent = inRole(A, 'ops', 'AROAEXAMPLEOPS000001', 'alice', 'ASIAEXAMPLEALICE0001')

const federation = event(mallory, 1, 'GetFederationToken', {
  requestParameters: { name: 'shadow', durationSeconds: 7200 },
  responseElements: {
    credentials: { accessKeyId: 'ASIAEXAMPLESHADOW001', expiration: printed(121) },
    federatedUser: { federatedUserId: `${A}:shadow`, arn: `arn:aws:sts::${A}:federated-user/shadow` },
  },
})

/** mallory -> ops (A) -> build (B) -> data (C) -> ops (A) again, which uses the first session's role: a cycle of roles. */
const chain: readonly CloudTrailEvent[] = [
  federation,
  assume(mallory, ops, 2),
  assume(ops, build, 3),
  assume(build, data, 4),
  assume(data, back, 5),
  assume(alice, innocent, 6),
  event(back, 7, 'ListBuckets', { eventSource: 's3.amazonaws.com' }),
  event(innocent, 8, 'ListBuckets', { eventSource: 's3.amazonaws.com' }),
]

const graphOf = (events: readonly CloudTrailEvent[]) => {
  const graph = sessionGraph()
  for (const one of events) graph.add(one)
  return graph
}

const idsFrom = (events: readonly CloudTrailEvent[], start: string, minute = 10) =>
  graphOf(events)
    .walk(start, time(minute))
    .nodes.map(({ id }) => id)

const STOLEN = [
  'AKIAEXAMPLEMALLORY01',
  'ASIAEXAMPLESHADOW001',
  'ASIAEXAMPLEOPS000001',
  'ASIAEXAMPLEBUILD0001',
  'ASIAEXAMPLEDATA00001',
  'ASIAEXAMPLEOPS000002',
]

describe('a chain of four roles over three accounts', () => {
  it('is found whole from the key it began with, and nothing outside it', () => {
    const graph = graphOf(chain).walk(mallory.key, time(10))
    expect(graph.nodes.map(({ id }) => id).sort()).toEqual([...STOLEN].sort())
    expect(graph.accounts).toEqual([A, B, C])
    expect(graph.truncated).toBe(false)
  })

  it('puts sources before what they made, with the call and its event', () => {
    const graph = graphOf(chain).walk(mallory.key, time(10))
    const steps = graph.nodes.map(({ id, depth, from, via }) => [id, depth, from, via])
    expect(steps).toContainEqual(['ASIAEXAMPLEOPS000001', 1, mallory.key, 'AssumeRole'])
    expect(steps).toContainEqual(['ASIAEXAMPLESHADOW001', 1, mallory.key, 'GetFederationToken'])
    expect(steps).toContainEqual(['ASIAEXAMPLEDATA00001', 3, 'ASIAEXAMPLEBUILD0001', 'AssumeRole'])
    const order = graph.nodes.map(({ id }) => id)
    for (const { id, from } of graph.nodes) {
      if (from !== undefined) expect(order.indexOf(from)).toBeLessThan(order.indexOf(id))
    }
  })

  it('does not depend on the order of the log or on copies of events', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([...chain, ...chain], { minLength: 16, maxLength: 16 }), (shuffled) => {
        expect(idsFrom(shuffled, mallory.key).sort()).toEqual([...STOLEN].sort())
      }),
    )
  })

  it('ends where a role is assumed from a session that came from itself', () => {
    const round = [assume(ops, build, 3), assume(build, ops, 4), assume(ops, build, 5)]
    expect(idsFrom(round, ops.key)).toEqual([ops.key, build.key])
  })

  it("follows one account's copy that shows the caller without its key", () => {
    const owner = assume(build, data, 4, {
      recipientAccountId: C,
      userIdentity: { type: 'AWSAccount', principalId: build.principal, accountId: B },
    })
    const events = [assume(mallory, ops, 2), assume(ops, build, 3), owner]
    expect(idsFrom(events, mallory.key)).toContain(data.key)
  })

  it('does not follow a copy from before the session began', () => {
    const owner = assume(build, data, 1, {
      recipientAccountId: C,
      userIdentity: { type: 'AWSAccount', principalId: build.principal, accountId: B },
    })
    expect(idsFrom([assume(ops, build, 3), owner], ops.key)).not.toContain(data.key)
  })
})

describe('what is live', () => {
  const liveAt = (minute: number) =>
    graphOf(chain)
      .walk(mallory.key, time(minute))
      .nodes.filter(({ live }) => live)
      .map(({ id }) => id)

  it('is what has not expired yet', () => {
    expect(liveAt(10)).toHaveLength(6)
    expect(liveAt(63).sort()).toEqual(
      ['AKIAEXAMPLEMALLORY01', 'ASIAEXAMPLESHADOW001', 'ASIAEXAMPLEDATA00001', 'ASIAEXAMPLEOPS000002'].sort(),
    )
    expect(liveAt(200)).toEqual(['AKIAEXAMPLEMALLORY01'])
  })

  it('is no longer a key that was made inactive, while its sessions live on', () => {
    const off = event(alice, 20, 'UpdateAccessKey', {
      eventSource: 'iam.amazonaws.com',
      requestParameters: { userName: 'mallory', accessKeyId: mallory.key, status: 'Inactive' },
    })
    const { nodes } = graphOf([...chain, off]).walk(mallory.key, time(21))
    expect(nodes.find(({ id }) => id === mallory.key)?.live).toBe(false)
    expect(nodes.find(({ id }) => id === ops.key)?.live).toBe(true)
  })

  it('is taken to last as long as the call can give where the log does not say', () => {
    const silent = assume(mallory, ops, 0, {
      responseElements: { credentials: { accessKeyId: ops.key } },
    })
    const node = graphOf([silent])
      .walk(mallory.key, time(1))
      .nodes.find(({ id }) => id === ops.key)
    expect(node?.expires).toBe('2026-11-01T22:00:00.000Z')
  })
})

describe('from a principal', () => {
  it('finds every session of a role, used or not', () => {
    const ids = idsFrom(chain, 'arn:aws:iam::111122223333:role/ops')
    expect(ids).toEqual(expect.arrayContaining([ops.key, back.key, innocent.key, build.key]))
    expect(ids).not.toContain(mallory.key)
  })

  it('finds every key of a user by its ARN', () => {
    const ids = idsFrom(chain, 'arn:aws:iam::111122223333:user/mallory')
    expect(ids).toEqual(expect.arrayContaining(STOLEN))
  })

  it('says when the log knows nothing of it', () => {
    const graph = graphOf(chain).walk('AKIANOWHERE000000000', time(10))
    expect(graph.seen).toBe(false)
    expect(graph.nodes).toHaveLength(1)
  })
})

describe('what a key made that is no session', () => {
  const iam = { eventSource: 'iam.amazonaws.com' }
  const eve = user(A, 'eve', 'AIDAEXAMPLEEVE000001', 'AKIAEXAMPLEEVE000001')

  it('is followed: a user, its key, what the key did', () => {
    const events = [
      event(mallory, 1, 'CreateUser', {
        ...iam,
        responseElements: { user: { userId: eve.principal, userName: 'eve' } },
      }),
      event(mallory, 2, 'CreateAccessKey', {
        ...iam,
        responseElements: { accessKey: { accessKeyId: eve.key, userName: 'eve', status: 'Active' } },
      }),
      assume(eve, build, 3),
    ]
    expect(idsFrom(events, mallory.key)).toEqual([mallory.key, eve.principal, eve.key, build.key])
  })

  it('is followed through the password of another user, from the time it was set', () => {
    const consoleKey = { ...alice, key: 'ASIAEXAMPLECONSOLE01' }
    const before = { ...alice, key: 'ASIAEXAMPLECONSOLE00' }
    const events = [
      event(before, 0, 'ListUsers', iam),
      event(mallory, 1, 'UpdateLoginProfile', { ...iam, requestParameters: { userName: 'alice' } }),
      event(consoleKey, 2, 'ListUsers', iam),
    ]
    expect(idsFrom(events, mallory.key)).toEqual([mallory.key, `password:${A}:alice`, 'ASIAEXAMPLECONSOLE01'])
  })

  it('is followed through an instance that was started with a role', () => {
    const instance = inRole(A, 'web', 'AROAEXAMPLEWEB000001', 'i-0123456789abcdef0', 'ASIAEXAMPLEWEB000001')
    const events = [
      event(mallory, 1, 'RunInstances', {
        eventSource: 'ec2.amazonaws.com',
        responseElements: {
          instancesSet: {
            items: [{ instanceId: 'i-0123456789abcdef0', iamInstanceProfile: { arn: 'x' } }],
          },
        },
      }),
      event(instance, 5, 'ListBuckets'),
    ]
    expect(idsFrom(events, mallory.key)).toContain('ASIAEXAMPLEWEB000001')
  })

  it('is nothing when the call was denied', () => {
    const denied = { ...assume(mallory, ops, 2), errorCode: 'AccessDenied' }
    expect(idsFrom([denied], mallory.key)).toEqual([mallory.key])
  })
})

describe('limits', () => {
  it('stops at the number of nodes asked for and says so', () => {
    const graph = graphOf(chain).walk(mallory.key, time(10), 3)
    expect(graph.nodes).toHaveLength(3)
    expect(graph.truncated).toBe(true)
  })

  it('counts what did not fit', () => {
    const graph = sessionGraph({ kept: 2 })
    for (const one of chain) graph.add(one)
    expect(graph.walk(mallory.key, time(10)).leftOut).toBeGreaterThan(0)
  })

  it('walks a hundred thousand sessions without recursion', () => {
    const graph = sessionGraph()
    let who = mallory
    for (let hop = 0; hop < 100_000; hop++) {
      const id = String(hop).padStart(8, '0')
      const whom = inRole(A, 'hop', 'AROAEXAMPLEHOP000001', `s${id}`, `ASIAHOP${id}00000`)
      graph.add(assume(who, whom, 1))
      who = whom
    }
    expect(graph.walk(mallory.key, time(10), 200_000).nodes).toHaveLength(100_001)
  })

  it('takes any JSON for an event', () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.constantFrom('AssumeRole', 'RunInstances', 'CreateUser'),
        (json, name) => {
          const graph = sessionGraph()
          graph.add({ eventName: name, eventTime: time(1), responseElements: json, requestParameters: json })
          graph.add({ ...(json as object), eventName: name, eventTime: time(1) })
          graph.walk('AKIAEXAMPLEMALLORY01', time(2))
        },
      ),
    )
  })
})

it('names everybody in it, so that none of them approves containing it', () => {
  const ids = idsIn(graphOf(chain).walk(mallory.key, time(10)))
  for (const id of [
    mallory.key,
    ops.key,
    ops.principal,
    data.principal,
    'arn:aws:iam::222233334444:role/build',
  ])
    expect(ids).toContain(id)
  expect(ids).not.toContain(alice.key)
})

describe('an expiration', () => {
  it.each([
    ['Nov 1, 2026, 9:33:45 AM', '2026-11-01T09:33:45.000Z'],
    ['Mar 13, 2024, 8:33:21 PM', '2024-03-13T20:33:21.000Z'],
    ['Jan 19, 2023 5:55:08 PM', '2023-01-19T17:55:08.000Z'],
    ['Nov 30, 2024, 12:00:05\u202fAM', '2024-11-30T00:00:05.000Z'],
    ['2026-11-01T11:00:00Z', '2026-11-01T11:00:00.000Z'],
  ])('%s is %s', (printedTime, iso) => {
    expect(parseExpiration(printedTime)).toBe(iso)
  })

  it.each(['', 'soon', 'Foo 1, 2026, 9:00:00 AM', 'Nov 1, 2026', 12, null])('%s is none', (value) => {
    expect(parseExpiration(value)).toBeUndefined()
  })
})
