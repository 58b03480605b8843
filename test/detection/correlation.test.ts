import { describe, expect, it } from 'vitest'
import { makeDetector } from '../../lib/detection/detect.ts'
import { loadRules } from '../../lib/detection/rules.ts'

const BASE = (name: string) => `title: Base ${name}
name: ${name}
logsource: {product: aws, service: cloudtrail}
detection:
  s: {eventName: ${name}}
  condition: s
level: informational
`

const load = (correlation: string, ...names: readonly string[]) => {
  const text = [
    `title: Counted\nname: counted\ncorrelation:\n${correlation.replaceAll(/^/gm, '  ')}`,
    ...names.map(BASE),
  ]
  const { rules, rejected } = loadRules([{ path: 'c.yml', text: text.join('\n---\n') }])
  expect(rejected).toEqual([])
  return rules
}

/** Seconds after midnight, and what else the event says. */
type Step = readonly [seconds: number, name: string, fields?: Record<string, unknown>]

const run = (rules: ReturnType<typeof load>, steps: readonly Step[]) => {
  const detector = makeDetector(rules)
  return steps.flatMap(([seconds, eventName, fields], index) => {
    const eventTime = new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString()
    const event = { eventID: `e${index}`, eventTime, eventSource: 's', eventName, ip: 'one', ...fields }
    return detector.detect({ event, key: 'k', index })
  })
}

const COUNT = 'type: event_count\nrules: [A]\ngroup-by: [ip]\ntimespan: 60s\ncondition: {gte: 3}'

describe('event_count', () => {
  const rules = load(COUNT, 'A')

  it('reports the event that completes the window, with all its events', () => {
    const [finding, ...more] = run(rules, [
      [0, 'A'],
      [10, 'A'],
      [20, 'A'],
    ])
    expect(more).toEqual([])
    expect(finding).toMatchObject({
      id: 'counted#e2',
      events: ['e0', 'e1', 'e2'],
      time: '2026-01-01T00:00:20.000Z',
    })
  })

  it('slides: a burst across the minute counts', () => {
    expect(
      run(rules, [
        [50, 'A'],
        [59, 'A'],
        [70, 'A'],
      ]),
    ).toHaveLength(1)
  })

  it('counts the last moment of the window in, the next one not', () => {
    expect(
      run(rules, [
        [0, 'A'],
        [30, 'A'],
        [60, 'A'],
      ]),
    ).toHaveLength(1)
    expect(
      run(rules, [
        [0, 'A'],
        [30, 'A'],
        [61, 'A'],
      ]),
    ).toHaveLength(0)
  })

  it('keeps groups apart', () => {
    expect(
      run(rules, [
        [0, 'A'],
        [1, 'A'],
        [2, 'A', { ip: 'two' }],
      ]),
    ).toHaveLength(0)
  })

  it('reports a window once, and the next window anew', () => {
    const burst = (from: number): Step[] => [0, 1, 2, 3, 4, 5].map((s) => [from + s, 'A'])
    expect(run(rules, burst(0)).map((f) => f.id)).toEqual(['counted#e2'])
    expect(run(rules, [...burst(0), ...burst(61)]).map((f) => f.id)).toEqual(['counted#e2', 'counted#e8'])
  })

  it('takes late events in their place', () => {
    const [finding] = run(rules, [
      [100, 'A'],
      [0, 'A'],
      [20, 'A'],
      [10, 'A'],
    ])
    expect(finding).toMatchObject({ id: 'counted#e2', events: ['e1', 'e3', 'e2'] })
  })

  it('finds a window in the past, after events of days later', () => {
    expect(
      run(rules, [
        [500_000, 'A'],
        [0, 'A'],
        [1, 'A'],
        [2, 'A'],
      ]),
    ).toHaveLength(1)
  })

  it('skips events without the group-by field', () => {
    const nowhere = { ip: undefined }
    expect(
      run(rules, [
        [0, 'A', nowhere],
        [1, 'A', nowhere],
        [2, 'A', nowhere],
      ]),
    ).toHaveLength(0)
  })

  it('remembers a busy group among many others, and forgets idle ones at last', () => {
    const others = (n: number): Step[] =>
      Array.from({ length: n }, (_, i) => [0, 'A', { ip: `other${i}` }] as const)
    expect(run(rules, [[0, 'A'], [1, 'A'], ...others(10_000), [2, 'A']])).toHaveLength(1)
    expect(run(rules, [[0, 'A'], [1, 'A'], ...others(50_000), [2, 'A']])).toHaveLength(0)
  })

  it('does not count an event twice that is told twice', () => {
    const same = { eventID: 'same' }
    expect(
      run(rules, [
        [0, 'A', same],
        [0, 'A', same],
        [0, 'A', same],
      ]),
    ).toHaveLength(0)
  })

  it('understands gt', () => {
    const more = load(COUNT.replace('gte: 3', 'gt: 2'), 'A')
    expect(
      run(more, [
        [0, 'A'],
        [1, 'A'],
      ]),
    ).toHaveLength(0)
    expect(
      run(more, [
        [0, 'A'],
        [1, 'A'],
        [2, 'A'],
      ]),
    ).toHaveLength(1)
  })
})

describe('value_count', () => {
  const rules = load(
    COUNT.replace('event_count', 'value_count').replace('{gte: 3}', '{field: v, gte: 3}'),
    'A',
  )

  it('counts different values', () => {
    expect(
      run(rules, [
        [0, 'A', { v: 1 }],
        [1, 'A', { v: 2 }],
        [2, 'A', { v: 3 }],
      ]),
    ).toHaveLength(1)
    expect(
      run(rules, [
        [0, 'A', { v: 1 }],
        [1, 'A', { v: 1 }],
        [2, 'A', { v: 1 }],
      ]),
    ).toHaveLength(0)
  })

  it('still knows a value that was repeated', () => {
    const steps: Step[] = [
      [0, 'A', { v: 1 }],
      [50, 'A', { v: 1 }],
      [80, 'A', { v: 2 }],
      [100, 'A', { v: 3 }],
    ]
    expect(run(rules, steps).map((f) => f.id)).toEqual(['counted#e3'])
  })

  it('counts each member of a list', () => {
    expect(run(rules, [[0, 'A', { v: ['a', 'b', 'c'] }]]).map((f) => f.events)).toEqual([['e0']])
  })

  it('counts several fields as one value', () => {
    const pairs = load(
      COUNT.replace('event_count', 'value_count').replace('{gte: 3}', '{field: [v, w], gte: 3}'),
      'A',
    )
    const steps: Step[] = [
      [0, 'A', { v: 1, w: 1 }],
      [1, 'A', { v: 1, w: 2 }],
      [2, 'A', { v: 2, w: 1 }],
    ]
    expect(run(pairs, steps)).toHaveLength(1)
    expect(run(pairs, [...steps.slice(0, 2), [2, 'A', { v: 1, w: 2 }]])).toHaveLength(0)
  })
})

describe('temporal', () => {
  const rules = load('type: temporal\nrules: [A, B]\ngroup-by: [ip]\ntimespan: 60s', 'A', 'B')

  it('wants every rule, in any order', () => {
    expect(
      run(rules, [
        [0, 'B'],
        [30, 'A'],
      ]),
    ).toHaveLength(1)
    expect(
      run(rules, [
        [0, 'A'],
        [30, 'A'],
      ]),
    ).toHaveLength(0)
    expect(
      run(rules, [
        [0, 'B'],
        [90, 'A'],
      ]),
    ).toHaveLength(0)
  })
})

describe('temporal_ordered', () => {
  const rules = load('type: temporal_ordered\nrules: [A, B, C]\ngroup-by: [ip]\ntimespan: 60s', 'A', 'B', 'C')

  it.each<[string, readonly Step[], number]>([
    [
      'in order',
      [
        [0, 'A'],
        [1, 'B'],
        [2, 'C'],
      ],
      1,
    ],
    [
      'out of order',
      [
        [0, 'B'],
        [1, 'A'],
        [2, 'C'],
      ],
      0,
    ],
    [
      'an earlier step repeated after a later one',
      [
        [0, 'A'],
        [1, 'B'],
        [2, 'A'],
        [3, 'C'],
      ],
      1,
    ],
    [
      'all of the same second, reversed',
      [
        [0, 'C'],
        [0, 'B'],
        [0, 'A'],
      ],
      1,
    ],
    [
      'two of the same second',
      [
        [0, 'A'],
        [5, 'C'],
        [5, 'B'],
      ],
      1,
    ],
    [
      'arriving in reverse',
      [
        [20, 'C'],
        [10, 'B'],
        [0, 'A'],
      ],
      1,
    ],
    [
      'too slow',
      [
        [0, 'A'],
        [30, 'B'],
        [61, 'C'],
      ],
      0,
    ],
  ])('%s', (_what, steps, expected) => {
    expect(run(rules, steps)).toHaveLength(expected)
  })
})

describe('chains, aliases and references', () => {
  const chain = `title: Outer
name: outer
correlation: {type: temporal_ordered, rules: [counted, B], group-by: [ip], timespan: 5m}
---
title: Counted
name: counted
correlation: {type: event_count, rules: [Base A], group-by: [ip], timespan: 1m, condition: {gte: 2}}
---
${BASE('A')}---
${BASE('B')}`

  it('count the windows of another correlation, and cite its events', () => {
    const { rules, rejected } = loadRules([{ path: 'c.yml', text: chain }])
    expect(rejected).toEqual([])
    const findings = run(rules, [
      [0, 'A'],
      [1, 'A'],
      [10, 'B'],
    ])
    expect(findings.map((f) => [f.id, f.events])).toEqual([['outer#e2', ['e0', 'e1', 'e2']]])
  })

  it('an alias reads another field for each rule', () => {
    const rules = load(
      'type: temporal\nrules: [A, B]\ngroup-by: [who]\ntimespan: 60s\naliases: {who: {A: a.user, B: b}}',
      'A',
      'B',
    )
    expect(
      run(rules, [
        [0, 'A', { a: { user: 'x' } }],
        [1, 'B', { b: 'x' }],
      ]),
    ).toHaveLength(1)
    expect(
      run(rules, [
        [0, 'A', { a: { user: 'x' } }],
        [1, 'B', { b: 'y' }],
      ]),
    ).toHaveLength(0)
  })

  it('generate lets the counted rules speak too', () => {
    const rules = load(`${COUNT}\ngenerate: true`, 'A')
    expect(
      run(rules, [
        [0, 'A'],
        [1, 'A'],
        [2, 'A'],
      ]).map((f) => f.rule.id),
    ).toEqual(['A', 'A', 'A', 'counted'])
  })

  it('a correlation of another file does not silence a rule', () => {
    const files = [
      { path: 'a.yml', text: BASE('A') },
      { path: 'c.yml', text: `title: Counted\ncorrelation:\n  ${COUNT.replaceAll('\n', '\n  ')}` },
    ]
    const { rules } = loadRules(files)
    expect(run(rules, [[0, 'A']]).map((f) => f.rule.id)).toEqual(['A'])
  })

  it.each([
    ['an unknown rule', COUNT.replace('[A]', '[Z]'), 'Z'],
    ['an unknown type', COUNT.replace('event_count', 'many'), 'correlation type'],
    ['no timespan', COUNT.replace('60s', 'long'), 'timespan'],
    ['an unknown comparison', COUNT.replace('gte', 'about'), 'condition'],
    ['a number that is none', COUNT.replace('gte: 3', 'gte: many'), 'condition'],
    ['a sum of no field', COUNT.replace('event_count', 'value_sum'), 'value_sum: expected a field'],
    [
      'a percentile above 100',
      COUNT.replace('event_count', 'value_percentile').replace('gte: 3', 'field: n, percentile: 101, gte: 3'),
      'percentile',
    ],
    [
      'an expression over rules',
      COUNT.replace('event_count', 'temporal').replace('{gte: 3}', 'A and not A'),
      'Sigma 2.2',
    ],
    ['itself', COUNT.replace('[A]', '[counted]'), 'counted'],
  ])('reject %s', (_what, correlation, message) => {
    const text = `title: Counted\nname: counted\ncorrelation:\n${correlation.replaceAll(/^/gm, '  ')}\n---\n${BASE('A')}`
    const { rules, rejected } = loadRules([{ path: 'c.yml', text }])
    expect(rules.map((rule) => rule.ref.id)).toEqual(['A'])
    expect(rejected).toHaveLength(1)
    expect(rejected[0]).toMatchObject({ file: 'c.yml' })
    expect(rejected[0]?.message).toContain(message)
  })
})
