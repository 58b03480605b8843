import { describe, expect, it } from 'vitest'
import { makeDetector } from '../../lib/detection/detect.ts'
import { loadRules } from '../../lib/detection/rules.ts'
import type { CloudTrailEvent } from '../../lib/trail/event.ts'

const LOGSOURCE = 'logsource: {product: aws, service: cloudtrail}'

/** Ids of what fires on events a minute apart. */
const fired = (text: string, events: readonly CloudTrailEvent[]): readonly string[] => {
  const { rules, rejected } = loadRules([{ path: 'r.yml', text }], {
    placeholders: { own_accounts: ['111122223333'] },
  })
  expect(rejected).toEqual([])
  const detector = makeDetector(rules)
  const told = events.flatMap((event, index) =>
    detector.detect({
      event: {
        eventID: `e${index}`,
        eventTime: new Date(Date.UTC(2026, 0, 1, 0, index)).toISOString(),
        eventSource: 's',
        ...event,
      },
      key: 'k',
      index,
    }),
  )
  return [...told, ...detector.finish().findings].map(({ id }) => id)
}

const named = (...names: readonly string[]) => names.map((eventName) => ({ eventName, ip: 'x' }))

describe('the dialect of call catalogues', () => {
  const pair = `title: Trail removed
id: 6f0f29f5-5ad4-4c27-9f0c-8f3f0a0a1c01
${LOGSOURCE}
detection:
    selection_call:
        eventSource: 'cloudtrail.amazonaws.com'
        eventName: 'DeleteTrail'
    selection_error_code:
        errorCode|exists: true
    selection_error_message:
        errorMessage|exists: true
    condition: selection_call and not (selection_error_code or selection_error_message)
level: medium`
  const call = { eventSource: 'cloudtrail.amazonaws.com', eventName: 'DeleteTrail' }

  it('tells success from failure by what exists', () => {
    expect(fired(pair, [call])).toHaveLength(1)
    expect(fired(pair, [{ ...call, errorCode: 'AccessDenied' }])).toEqual([])
    expect(fired(pair, [{ ...call, errorMessage: 'no' }])).toEqual([])
  })

  it('refers to rules by title, over several documents, in order', () => {
    const text = `title: Chain
id: 11111111-1111-4111-8111-111111111111
correlation:
    type: temporal_ordered
    rules:
        - User made
        - Key made
    group-by: [ip]
    timespan: 10m
    generate: false
---
title: User made
${LOGSOURCE}
detection: {selection: {eventName: CreateUser}, condition: selection}
---
title: Key made
${LOGSOURCE}
detection: {selection: {eventName: CreateAccessKey}, condition: selection}`
    expect(fired(text, named('CreateUser', 'CreateAccessKey'))).toEqual([
      '11111111-1111-4111-8111-111111111111#e1',
    ])
    expect(fired(text, named('CreateAccessKey', 'CreateUser'))).toEqual([])
  })
})

describe('the dialect of hand-written rules', () => {
  it('selections, alternatives and exceptions by wildcard', () => {
    const text = `title: r
name: r
${LOGSOURCE}
detection:
    selection_api: {eventName|startswith: Update}
    selection_where_a: {requestParameters.a: '*'}
    selection_where_b: {requestParameters.b|contains: '*'}
    filter_main_service: {userIdentity.invokedBy: cloudformation.amazonaws.com}
    filter_optional_role: {userIdentity.arn|endswith: /deploy}
    condition: selection_api and 1 of selection_where_* and not 1 of filter_*`
    const event = { eventName: 'UpdateX', requestParameters: { b: ['y'] } }
    expect(fired(text, [event])).toHaveLength(1)
    expect(fired(text, [{ ...event, userIdentity: { invokedBy: 'cloudformation.amazonaws.com' } }])).toEqual(
      [],
    )
    expect(fired(text, [{ ...event, requestParameters: {} }])).toEqual([])
  })

  it('a list of maps, null, expand and fieldref in one rule', () => {
    const text = `title: r
name: r
${LOGSOURCE}
detection:
    selection:
        - eventName: A
          errorCode: null
        - eventName: B
          userIdentity.accountId|expand: '%own_accounts%'
    filter: {userIdentity.userName|fieldref: requestParameters.userName}
    condition: selection and not filter`
    expect(fired(text, [{ eventName: 'A' }])).toHaveLength(1)
    expect(fired(text, [{ eventName: 'A', errorCode: 'x' }])).toEqual([])
    expect(fired(text, [{ eventName: 'B', userIdentity: { accountId: '111122223333' } }])).toHaveLength(1)
    const self = { userIdentity: { userName: 'bob' }, requestParameters: { userName: 'bob' } }
    expect(fired(text, [{ eventName: 'A', ...self }])).toEqual([])
  })
})

describe('aggregations of Sigma v1', () => {
  const old = (condition: string, timeframe = '10m') => `title: Old
id: 22222222-2222-4222-8222-222222222222
${LOGSOURCE}
detection:
    selection: {eventName: Get}
    other: {eventName: Put}
    third: {eventName: List}
    timeframe: ${timeframe}
    condition: ${condition}
level: high`
  const ID = '22222222-2222-4222-8222-222222222222'

  it('count() becomes a count of events', () => {
    expect(fired(old('selection | count() > 2'), named('Get', 'Get'))).toEqual([])
    expect(fired(old('selection | count() > 2'), named('Get', 'Put', 'Get', 'Get'))).toEqual([`${ID}#e3`])
  })

  it('count() by a field counts apart', () => {
    const events = [
      { eventName: 'Get', ip: 'a' },
      { eventName: 'Get', ip: 'b' },
      { eventName: 'Get', ip: 'a' },
    ]
    expect(fired(old('selection | count() by ip >= 2'), events)).toEqual([`${ID}#e2`])
  })

  it('count(field) becomes a count of values', () => {
    const events = ['x', 'x', 'y'].map((v) => ({ eventName: 'Get', ip: 'a', v }))
    expect(fired(old('selection | count(v) by ip > 1'), events)).toEqual([`${ID}#e2`])
  })

  it('sum and upper limits work too', () => {
    const events = [5, 6].map((n) => ({ eventName: 'Get', n }))
    expect(fired(old('selection | sum(n) > 10'), events)).toEqual([`${ID}#e1`])
    expect(fired(old('selection | count() < 3'), events)).toEqual([`${ID}#e1`])
  })

  it('near wants all of them within the time', () => {
    expect(fired(old('selection | near other and third'), named('List', 'Get', 'Put'))).toEqual([`${ID}#e2`])
    expect(fired(old('selection | near other', '1m'), named('Get', 'List', 'Put'))).toEqual([])
  })

  it('keep title and level, and stay silent about what they count', () => {
    const { rules } = loadRules([{ path: 'r.yml', text: old('selection | count() > 2') }])
    expect(rules.map(({ ref, kind }) => [kind, ref.level])).toEqual([
      ['event', 'informational'],
      ['correlation', 'high'],
    ])
    expect(fired(old('selection | count() > 2'), named('Get'))).toEqual([])
  })
})

describe('filter documents', () => {
  const RULE = `title: Fetched
id: 33333333-3333-4333-8333-333333333333
${LOGSOURCE}
detection: {s: {eventName: Get}, condition: s}`
  const filter = (rules: string, logsource = LOGSOURCE) => `
---
title: Our scanner may
${logsource}
filter:
    rules: ${rules}
    selection: {ip: scanner}
    condition: not selection`
  const scanner = [{ eventName: 'Get', ip: 'scanner' }]
  const other = [{ eventName: 'Get', ip: 'other' }]

  it.each([
    ['the id of the rule', '[33333333-3333-4333-8333-333333333333]'],
    ['its title', '[Fetched]'],
    ['any', 'any'],
  ])('leave out what they match, named by %s', (_what, rules) => {
    expect(fired(RULE + filter(rules), scanner)).toEqual([])
    expect(fired(RULE + filter(rules), other)).toHaveLength(1)
  })

  it('of another log source are left alone and counted', () => {
    const text = RULE + filter('any', 'logsource: {product: windows}')
    expect(fired(text, scanner)).toHaveLength(1)
    expect(loadRules([{ path: 'r.yml', text }]).ignored).toEqual({ windows: 1 })
  })

  it('of another file reach a rule, and two must both agree', () => {
    const files = [
      { path: 'a.yml', text: RULE },
      { path: 'b.yml', text: filter('any').slice(5) },
      { path: 'c.yml', text: filter('any').slice(5).replace('scanner}', 'other}') },
    ]
    const { rules, rejected } = loadRules(files)
    expect(rejected).toEqual([])
    const detector = makeDetector(rules)
    const found = ['scanner', 'other', 'third'].map(
      (ip, index) =>
        detector.detect({ event: { eventID: ip, eventSource: 's', eventName: 'Get', ip }, key: 'k', index })
          .length,
    )
    expect(found).toEqual([0, 0, 1])
  })
})
