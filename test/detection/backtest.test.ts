import { expect, it } from 'vitest'
import { historyOf } from '../../lib/detection/backtest.ts'
import { makeDetector } from '../../lib/detection/detect.ts'
import { loadRules } from '../../lib/detection/rules.ts'

const rule = (name: string) =>
  `title: ${name}\nname: ${name}\nlogsource: {product: aws}\ndetection: {s: {eventName: ${name}}, condition: s}\n`

it('a history is told rule by rule: how often, on how many days, by whom', () => {
  const { rules } = loadRules([{ path: 'r.yml', text: `${rule('A')}---\n${rule('B')}` }])
  const detector = makeDetector(rules)
  const findings = (
    [
      ['B', '2026-01-02T10:00:00Z', 'bob'],
      ['A', '2026-01-01T00:00:00Z', 'alice'],
      ['B', '2026-01-01T10:00:00Z', 'bob'],
      ['B', '2026-01-02T11:00:00Z', 'alice'],
    ] as const
  ).flatMap(([eventName, eventTime, arn], index) =>
    detector.detect({
      event: { eventID: `e${index}`, eventSource: 's', eventName, eventTime, userIdentity: { arn } },
      key: 'k',
      index,
    }),
  )
  const [first, second] = historyOf(findings)
  expect(first).toMatchObject({
    rule: { id: 'B' },
    findings: 3,
    days: 2,
    first: '2026-01-01T10:00:00Z',
    last: '2026-01-02T11:00:00Z',
    actors: [
      { actor: 'bob', findings: 2 },
      { actor: 'alice', findings: 1 },
    ],
  })
  expect(first?.samples.map(({ eventID, key, index }) => [eventID, key, index])).toEqual([
    ['e2', 'k', 2],
    ['e0', 'k', 0],
    ['e3', 'k', 3],
  ])
  expect(second).toMatchObject({ rule: { id: 'A' }, findings: 1, days: 1 })
})
