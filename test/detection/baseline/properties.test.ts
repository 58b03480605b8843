import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { makeBaseline } from '../../../lib/detection/baseline/baseline.ts'
import { alive, call } from './calls.ts'

const START = Date.parse('2026-01-01T00:00:00Z')

/** Calls over forty days, of few values and in bursts, so that they meet. */
const calls = fc.array(
  fc.record({
    minute: fc.oneof(fc.integer({ min: 0, max: 40 * 1440 }), fc.constantFrom(11_000, 11_001, 11_010, 30_000)),
    second: fc.integer({ min: 0, max: 59 }),
    times: fc.constantFrom(1, 1, 2, 12, 25),
    name: fc.constantFrom('SendCommand', 'CreateTags', 'AssumeRole', 'CreateAccessKey'),
    region: fc.constantFrom('us-east-1', 'eu-west-1'),
    address: fc.constantFrom('192.0.2.1', '203.0.113.1', '2001:db8::1'),
    user: fc.constantFrom('alice', 'bob'),
    agent: fc.constantFrom('aws-cli/2.0', 'Boto3/1.0'),
    error: fc.constantFrom(undefined, undefined, 'AccessDenied'),
  }),
  { maxLength: 40 },
)

type Drawn = typeof calls extends fc.Arbitrary<infer T> ? T : never

const eventsOf = (drawn: Drawn) =>
  [alive('2026-01-01T00:00:00Z'), alive('2026-02-10T23:59:59Z')].concat(
    drawn.flatMap(({ minute, second, times, name, region, address, user, agent, error }) =>
      Array.from({ length: times }, () =>
        call(new Date(START + minute * 60_000 + second * 1000).toISOString(), {
          eventName: name,
          awsRegion: region,
          sourceIPAddress: address,
          userAgent: agent,
          ...(error && { errorCode: error }),
          userIdentity: {
            type: 'IAMUser',
            arn: `arn:aws:iam::111122223333:user/${user}`,
            accessKeyId: `AKIA${user}`,
          },
          requestParameters: { roleArn: 'arn:aws:iam::111122223333:role/worker' },
          responseElements: { accessKey: { accessKeyId: `AKIA${user}` } },
        }),
      ),
    ),
  )

const learned = (events: ReturnType<typeof eventsOf>) => {
  const baseline = makeBaseline()
  for (const event of events) baseline.add(event)
  return baseline
}

describe('what is learned', () => {
  it('does not depend on the order of events', () => {
    fc.assert(
      fc.property(calls, fc.integer(), (drawn, seed) => {
        const events = eventsOf(drawn)
        const shuffled = [...events].sort((a, b) => hash(a.index, seed) - hash(b.index, seed))
        expect(learned(shuffled).observations()).toEqual(learned(events).observations())
      }),
      { numRuns: 150 },
    )
  })

  it('of two halves, saved as JSON and put together, is what is learned of the whole', () => {
    fc.assert(
      fc.property(calls, fc.integer(), (drawn, seed) => {
        const events = eventsOf(drawn)
        const halves = [0, 1].map((half) =>
          events.filter(({ index }) => Math.abs(hash(index, seed)) % 2 === half),
        )
        const together = makeBaseline()
        for (const half of halves) together.absorb(JSON.parse(JSON.stringify(learned(half).save())))
        expect(together.observations()).toEqual(learned(events).observations())
      }),
      { numRuns: 150 },
    )
  })

  it('never makes it throw, whatever an event holds', () => {
    fc.assert(
      fc.property(
        fc.array(fc.object({ maxDepth: 3, key: fc.constantFrom(...FIELDS) }), { maxLength: 8 }),
        (events) => {
          const baseline = makeBaseline()
          events.forEach((event, index) => {
            baseline.add({ event, key: 'k', index })
            baseline.add({ event: { ...call('2026-01-01T00:00:00Z').event, ...event }, key: 'k', index })
          })
          expect(Array.isArray(baseline.observations())).toBe(true)
        },
      ),
      { numRuns: 300 },
    )
  })
})

const FIELDS = [
  'eventID',
  'eventTime',
  'eventName',
  'eventSource',
  'userIdentity',
  'sessionContext',
  'sessionIssuer',
  'arn',
  'type',
  'accessKeyId',
  'sourceIPAddress',
  'userAgent',
  'errorCode',
  'readOnly',
  'recipientAccountId',
  'responseElements',
  'requestParameters',
] as const

const hash = (n: number, seed: number): number => Math.imul(n ^ seed, 2654435761) >> 3
