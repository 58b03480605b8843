import { describe, expect, it } from 'vitest'
import { makeDetector } from '../../lib/detection/detect.ts'
import { loadRules } from '../../lib/detection/rules.ts'

const BASE = `
---
title: Transfer
name: transfer
logsource: {product: aws, service: cloudtrail}
detection:
  s: {eventName: Get}
  condition: s
level: informational
`

const load = (block: string) => {
  const text = `title: Counted\nname: counted\ncorrelation:\n  rules: [transfer]\n  group-by: [ip]\n  timespan: 60s\n${block.replaceAll(/^/gm, '  ')}${BASE}`
  const { rules, rejected } = loadRules([{ path: 'c.yml', text }])
  expect(rejected).toEqual([])
  return rules
}

/** Findings of events at these seconds with these values of `n`, all told and then ended. */
const run = (block: string, steps: readonly (readonly [seconds: number, n: unknown, ip?: string])[]) => {
  const detector = makeDetector(load(block))
  const told = steps.flatMap(([seconds, n, ip = 'one'], index) => {
    const eventTime = new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString()
    const event = { eventID: `e${index}`, eventTime, eventSource: 's', eventName: 'Get', ip, n }
    return detector.detect({ event, key: 'k', index })
  })
  return {
    told: told.map(({ id }) => id),
    after: detector.finish().findings.map(({ id, events }) => ({ id, events })),
  }
}

const numbers = (...values: readonly unknown[]) => values.map((n, i) => [i, n] as const)

describe('value_sum', () => {
  const block = 'type: value_sum\ncondition: {field: n, gte: 100}'

  it('reports as soon as the sum is reached', () => {
    expect(run(block, numbers(40, 50, 10, 1))).toEqual({ told: ['counted#e2'], after: [] })
  })

  it('reads numbers written as text and leaves out what is no number', () => {
    expect(run(block, numbers('60', 'many', null, {}, '40')).told).toEqual(['counted#e4'])
  })

  it('forgets what is older than the timespan', () => {
    expect(
      run(block, [
        [0, 60],
        [61, 60],
        [62, 30],
      ]).told,
    ).toEqual([])
  })

  it('with gt is not content with the number itself', () => {
    expect(run(block.replace('gte', 'gt'), numbers(40, 60)).told).toEqual([])
    expect(run(block.replace('gte', 'gt'), numbers(40, 60, 0.5)).told).toEqual(['counted#e2'])
  })
})

describe('value_avg', () => {
  const block = 'type: value_avg\ncondition: {field: n, gt: 10}'

  it('is taken over the whole window, at its end', () => {
    expect(run(block, numbers(100, 1, 1, 1))).toEqual({
      told: [],
      after: [{ id: 'counted#e3', events: ['e0', 'e1', 'e2', 'e3'] }],
    })
    expect(run(block, numbers(20, 1, 1, 1)).after).toEqual([])
  })

  it('of no number at all says nothing', () => {
    expect(run('type: value_avg\ncondition: {field: n, lt: 10}', numbers('a', 'b')).after).toEqual([])
    expect(run('type: value_avg\ncondition: {field: n, neq: 10}', numbers('a', 'b')).after).toEqual([])
  })
})

describe('value_percentile', () => {
  it('lies between the two nearest ranks', () => {
    const block = 'type: value_percentile\ncondition: {field: n, percentile: 75, eq: 3.25}'
    expect(run(block, numbers(4, 1, 3, 2)).after).toHaveLength(1)
  })

  it('of 100 is the largest', () => {
    const block = 'type: value_percentile\ncondition: {field: n, percentile: 100, gte: 9}'
    expect(run(block, numbers(1, 9, 2)).after).toHaveLength(1)
    expect(run(block, numbers(1, 8, 2)).after).toHaveLength(0)
  })
})

describe('upper limits', () => {
  it('fewer than asked, known when the window is over', () => {
    const block = 'type: event_count\ncondition: {lt: 3}'
    expect(run(block, numbers(1, 1)).after).toEqual([{ id: 'counted#e1', events: ['e0', 'e1'] }])
    expect(run(block, numbers(1, 1, 1)).after).toEqual([])
  })

  it('a range is both', () => {
    const block = 'type: event_count\ncondition: {gt: 1, lte: 3}'
    expect([1, 2, 3, 4].map((n) => run(block, numbers(...Array(n).fill(0))).after.length)).toEqual([
      0, 1, 1, 0,
    ])
  })

  it('exactly so many, and any other number', () => {
    expect(
      [1, 2, 3].map(
        (n) => run('type: event_count\ncondition: {eq: 2}', numbers(...Array(n).fill(0))).after.length,
      ),
    ).toEqual([0, 1, 0])
    expect(
      [1, 2, 3].map(
        (n) => run('type: event_count\ncondition: {neq: 2}', numbers(...Array(n).fill(0))).after.length,
      ),
    ).toEqual([1, 0, 1])
  })

  it('at most so many different values', () => {
    const block = 'type: value_count\ncondition: {field: n, lte: 1}'
    expect(run(block, numbers('a', 'a', 'a')).after).toHaveLength(1)
    expect(run(block, numbers('a', 'b', 'a')).after).toHaveLength(0)
  })

  it('windows follow one another and groups stay apart', () => {
    const block = 'type: event_count\ncondition: {lte: 2}'
    const { after } = run(block, [
      [0, 1],
      [10, 1],
      [60, 1],
      [61, 1],
      [5, 1, 'two'],
    ])
    expect(after.map(({ events }) => events)).toEqual([['e3'], ['e4']])
  })

  it('do not depend on the order of arrival', () => {
    const block = 'type: event_count\ncondition: {eq: 2}'
    const orders = [
      [
        [0, 1],
        [10, 1],
        [80, 1],
      ],
      [
        [80, 1],
        [10, 1],
        [0, 1],
      ],
    ] as const
    const seconds = orders.map((steps) => run(block, steps).after.map(({ events }) => events.length))
    expect(seconds).toEqual([[2], [2]])
  })
})

describe('temporal with a count', () => {
  it('wants so many of the rules', () => {
    const rule = (name: string) =>
      BASE.replaceAll('transfer', name.toLowerCase()).replace('Transfer', name).replace('Get', name)
    const text = `title: Counted\nname: counted\ncorrelation:\n  type: temporal\n  rules: [a, b, c]\n  group-by: [ip]\n  timespan: 60s\n  condition: {gte: 2}\n${rule('A')}${rule('B')}${rule('C')}`
    const { rules, rejected } = loadRules([{ path: 'c.yml', text }])
    expect(rejected).toEqual([])
    const found = (...names: readonly string[]) => {
      const detector = makeDetector(rules)
      return names.flatMap((eventName, index) =>
        detector.detect({
          event: {
            eventID: `e${index}`,
            eventTime: '2026-01-01T00:00:00Z',
            eventSource: 's',
            eventName,
            ip: 'one',
          },
          key: 'k',
          index,
        }),
      ).length
    }
    expect([found('A', 'A'), found('A', 'C'), found('B')]).toEqual([0, 1, 0])
  })
})
