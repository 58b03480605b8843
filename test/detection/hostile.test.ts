import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { makeDetector } from '../../lib/detection/detect.ts'
import { loadRules } from '../../lib/detection/rules.ts'
import type { CloudTrailEvent } from '../../lib/trail/event.ts'
import { shippedRuleFiles } from '../support/shipped-rules.ts'

const shipped = loadRules(shippedRuleFiles()).rules

const own = (selection: string) =>
  loadRules([
    {
      path: 'r.yml',
      text: `title: r\nlogsource: {product: aws}\ndetection: {s: ${selection}, condition: s}\n`,
    },
  ]).rules

const fires = (rules: ReturnType<typeof own>, event: Record<string, unknown>): boolean =>
  makeDetector(rules).detect({
    event: { eventID: 'e', eventTime: '2026-01-01T00:00:00Z', ...event },
    key: 'k',
    index: 0,
  }).length > 0

const nested = (depth: number, open: string, inner: string, close: string): unknown =>
  JSON.parse(open.repeat(depth) + inner + close.repeat(depth))

describe('hostile events', () => {
  it('a regex that is a trap elsewhere answers at once', () => {
    const rules = own("{userAgent|re: '^(a+)+$'}")
    expect(fires(rules, { userAgent: `${'a'.repeat(100_000)}!` })).toBe(false)
    expect(fires(rules, { userAgent: 'a'.repeat(100_000) })).toBe(true)
  })

  it('many wildcards over a long text answer', () => {
    const rules = own("{userAgent: '*a*a*a*a*a*a*a*b'}")
    expect(fires(rules, { userAgent: 'a'.repeat(100_000) })).toBe(false)
  })

  it('a user agent of 100 KB is read to its end', () => {
    expect(
      fires(shipped, {
        eventSource: 'iam.amazonaws.com',
        eventName: 'ListUsers',
        userAgent: `${'x'.repeat(100_000)} pacu/1.0`,
      }),
    ).toBe(true)
  })

  it.each([
    ['objects', nested(10_000, '{"a":', '"deep"', '}')],
    ['lists', nested(10_000, '[', '"deep"', ']')],
    ['both', nested(5000, '[{"a":', '"deep"', '}]')],
  ])('a request of %s nested thousands deep is searched to its leaves', (_what, requestParameters) => {
    expect(fires(own('{requestParameters|contains: dee}'), { requestParameters })).toBe(true)
    expect(fires(own('{requestParameters.a.a|contains: none}'), { requestParameters })).toBe(false)
    expect(fires(own("{'|all': [deep, s]}"), { requestParameters, eventSource: 's' })).toBe(true)
    for (const eventName of [
      'CreateRole',
      'PutBucketPolicy',
      'AuthorizeSecurityGroupIngress',
      'RunInstances',
      'StopLogging',
    ]) {
      for (const eventSource of [
        'iam.amazonaws.com',
        's3.amazonaws.com',
        'ec2.amazonaws.com',
        'cloudtrail.amazonaws.com',
      ]) {
        expect(() => fires(shipped, { eventSource, eventName, requestParameters })).not.toThrow()
      }
    }
  })

  it('__proto__ in an event is a name like any other', () => {
    const event = JSON.parse(
      '{"__proto__":{"eventName":"StopLogging"},"requestParameters":{"__proto__":{"a":"x"}}}',
    )
    expect(fires(own('{eventName: StopLogging}'), event)).toBe(false)
    expect(fires(own('{requestParameters.a: x}'), event)).toBe(false)
    expect(fires(own('{requestParameters.__proto__.a: x}'), event)).toBe(true)
    expect(({} as Record<string, unknown>)['a']).toBeUndefined()
  })

  it('invented event names cost memory only up to a bound, and findings stay right', () => {
    const detector = makeDetector(own('{eventName: Wanted}'))
    let found = 0
    for (let i = 0; i < 50_000; i++) {
      const eventName = i % 10_000 === 0 ? 'Wanted' : `Made${i}`
      const event: CloudTrailEvent = {
        eventID: `${i}`,
        eventTime: '2026-01-01T00:00:00Z',
        eventSource: 's',
        eventName,
      }
      found += detector.detect({ event, key: 'k', index: i }).length
    }
    expect(found).toBe(5)
  })

  it('a request of a million keys is searched once, and a finding names a few of them', () => {
    const requestParameters: Record<string, unknown> = {}
    for (let i = 0; i < 1_000_000; i++) requestParameters[`key${i}`] = 'value'
    requestParameters['last'] = 'needle'
    expect(fires(own('{requestParameters|contains: needle}'), { requestParameters })).toBe(true)
    expect(fires(own('{requestParameters.none: x}'), { requestParameters })).toBe(false)
    const found = makeDetector(shipped).detect({
      event: {
        eventID: 'e',
        eventTime: '2026-01-01T00:00:00Z',
        eventSource: 'cloudtrail.amazonaws.com',
        eventName: 'StopLogging',
        requestParameters,
      },
      key: 'k',
      index: 0,
    })
    expect(found.map(({ rule }) => rule.id)).toContain('cloudtrail-trail-stopped')
    for (const { resources } of found) expect(resources.length).toBeLessThanOrEqual(50)
  }, 60_000)

  it('keywords and expressions read 100 KB to its end, and no expression can hang on it', () => {
    const userAgent = `${'a'.repeat(100_000)}!end`
    expect(fires(own("['*!end', other]"), { userAgent })).toBe(true)
    expect(fires(own("{'|all': ['*!end', nowhere]}"), { userAgent })).toBe(false)
    for (const bomb of ['(a|aa)+$', '(a*)*b', '(.*a){20}b', '(a+)+[0-9]', '^(([a-z])+.)+[A-Z]([a-z])+$'])
      expect(fires(own(`{userAgent|re: '${bomb}'}`), { userAgent }), bomb).toBe(false)
    expect(fires(own("{userAgent|re: '(a|aa)+!end$'}"), { userAgent })).toBe(true)
  }, 60_000)

  it('a million groups of a correlation are held within a bound, and those given up are counted', () => {
    const text = `title: c\nname: c\ncorrelation: {type: event_count, rules: [r], group-by: [userIdentity.arn], timespan: 1h, condition: {gte: 3}}\n---\ntitle: r\nname: r\nlogsource: {product: aws}\ndetection: {s: {eventName: A}, condition: s}\n`
    const detector = makeDetector(loadRules([{ path: 'c.yml', text }]).rules)
    const see = (arn: string, index: number) =>
      detector.detect({
        event: {
          eventID: `${index}`,
          eventTime: '2026-01-01T00:00:00Z',
          eventName: 'A',
          userIdentity: { arn },
        },
        key: 'k',
        index,
      })
    let early = 0
    for (let i = 0; i < 1_000_000; i++) early += see(`made-${i}`, i).length
    expect(early).toBe(0)
    const found = [1, 2, 3].flatMap((i) => see('attacker', 1_000_000 + i))
    expect(found).toHaveLength(1)
    const { crowded } = detector.finish()
    expect(crowded['c']).toBeGreaterThan(950_000)
    expect(crowded['c']).toBeLessThan(1_000_000)
  }, 120_000)

  it('100,000 findings are made one by one, each with its own id', () => {
    const detector = makeDetector(own('{eventName: A}'))
    const ids = new Set<string>()
    for (let index = 0; index < 100_000; index++) {
      const event = { eventID: `e${index}`, eventTime: '2026-01-01T00:00:00Z', eventName: 'A' }
      for (const { id } of detector.detect({ event, key: 'k', index })) ids.add(id)
    }
    expect(ids.size).toBe(100_000)
    expect(detector.finish().findings).toEqual([])
  }, 120_000)

  it('whatever JSON an event is made of, shipped rules do not throw', () => {
    const detector = makeDetector(shipped)
    const calls = shipped.flatMap((rule) => {
      const text = JSON.stringify(rule.sigma.raw['detection'] ?? {})
      return [...text.matchAll(/"([A-Z][A-Za-z]+)"/g)].map((match) => match[1]!)
    })
    const event = fc.record(
      {
        eventID: fc.uuid(),
        eventTime: fc.oneof(fc.constant('2026-01-01T00:00:00Z'), fc.jsonValue()),
        eventSource: fc.oneof(
          fc.constantFrom('iam.amazonaws.com', 's3.amazonaws.com', 'ec2.amazonaws.com'),
          fc.jsonValue(),
        ),
        eventName: fc.oneof(fc.constantFrom(...calls), fc.jsonValue()),
        userIdentity: fc.jsonValue(),
        requestParameters: fc.jsonValue({ maxDepth: 5 }),
        responseElements: fc.jsonValue(),
        additionalEventData: fc.jsonValue(),
        resources: fc.jsonValue(),
        sourceIPAddress: fc.jsonValue(),
        userAgent: fc.jsonValue(),
        errorCode: fc.jsonValue(),
        readOnly: fc.jsonValue(),
      },
      { requiredKeys: ['eventID'] },
    )
    fc.assert(
      fc.property(event, (one) => {
        detector.detect({ event: one as unknown as CloudTrailEvent, key: 'k', index: 0 })
      }),
      { numRuns: 500 },
    )
  })
})
