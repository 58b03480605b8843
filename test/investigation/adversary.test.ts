import { describe, expect, it } from 'vitest'
import { sessionGraph } from '../../lib/investigation/session-graph.ts'
import { event, inRole, time, user } from './events.ts'

const ALICE = user('111122223333', 'alice', 'AIDAALICE00000000001', 'AKIAALICE00000000001')

describe('credentials that come out of other calls than AssumeRole', () => {
  it('follows a sign-in link made for the console', () => {
    const graph = sessionGraph()
    graph.add(
      event(ALICE, 0, 'GetSigninToken', {
        eventSource: 'signin.amazonaws.com',
        responseElements: {
          credentials: { accessKeyId: 'ASIACONSOLE000000001' },
          GetSigninToken: 'Success',
        },
      }),
    )
    const ids = graph.walk(ALICE.key, time(5)).nodes.map(({ id }) => id)
    expect(ids).toContain('ASIACONSOLE000000001')
  })
})

describe('a role that many sessions of one name share', () => {
  it('is walked without looking at everything they made once for each of them', () => {
    const graph = sessionGraph()
    const sessions = 3000
    const key = (kind: string, i: number) => `ASIA${kind}${String(i).padStart(15, '0')}`
    for (let i = 0; i < sessions; i++) {
      const ci = inRole('111122223333', 'ci', 'AROACI0000000000001', 'build', key('C', i))
      for (let made = 0; made < 10; made++)
        graph.add(
          event(ci, 0, 'AssumeRole', {
            requestParameters: {
              roleArn: 'arn:aws:iam::444455556666:role/deploy',
              roleSessionName: 'build',
              durationSeconds: 3600,
            },
            responseElements: {
              credentials: { accessKeyId: key('D', i * 10 + made), expiration: time(60) },
              assumedRoleUser: { assumedRoleId: 'AROADEPLOY0000000001:build' },
            },
          }),
        )
    }
    const { nodes } = graph.walk('AROACI0000000000001', time(5), 50_000)
    expect(nodes).toHaveLength(1 + sessions * 11)
  })
})
