import { describe, expect, it } from 'vitest'
import { explainCount, explainEvent, nearestOf } from '../../lib/detection/explain.ts'
import { type CorrelationRule, type EventRule, loadRules, type Rule } from '../../lib/detection/rules.ts'
import { shippedRuleFiles } from '../support/shipped-rules.ts'

const load = (text: string): readonly Rule[] => {
  const { rules, rejected } = loadRules([{ path: 'r.yml', text }], { placeholders: { country: ['CH'] } })
  expect(rejected).toEqual([])
  return rules
}

const HEAD = 'logsource: {product: aws, service: cloudtrail}'
const located = (event: Record<string, unknown>, index = 0) => ({
  event: {
    eventID: `e${index}`,
    eventTime: '2026-01-01T00:00:00Z',
    recipientAccountId: '111122223333',
    ...event,
  },
  key: 'k',
  index,
})

const explained = (detection: string, event: Record<string, unknown>) =>
  explainEvent(load(`title: r\n${HEAD}\ndetection: ${detection}\n`)[0] as EventRule, located(event), {
    placeholders: { country: ['CH'] },
  })

describe('rules explain', () => {
  it('tells of each line what is wanted, what is found and whether it holds', () => {
    const answer = explained(
      '{s: {eventName: StopLogging, errorCode: null, awsRegion: us-east-1, ct.success: true}, condition: s}',
      { eventName: 'StartLogging', awsRegion: 'us-east-1' },
    )
    expect(answer.fires).toBe(false)
    expect(answer.selections).toEqual([
      {
        name: 's',
        holds: false,
        alternatives: [
          [
            { field: 'eventName', wanted: 'StopLogging', holds: false, found: ['StartLogging'] },
            { field: 'errorCode', wanted: null, holds: true },
            { field: 'awsRegion', wanted: 'us-east-1', holds: true, found: ['us-east-1'] },
            { field: 'ct.success', wanted: true, holds: true, found: ['true'] },
          ],
        ],
      },
    ])
  })

  it('tells alternatives, keywords and placeholders apart', () => {
    const answer = explained('{s: [{eventName: A}, {country|expand: "%country%"}, pacu], condition: s}', {
      country: 'CH',
    })
    expect(answer.selections[0]!.alternatives.map((lines) => lines.map(({ holds }) => holds))).toEqual([
      [false],
      [true],
      [false],
    ])
    expect(answer.fires).toBe(true)
  })

  it('says when a filter document takes the event out', () => {
    const rules = load(
      `title: r\nname: r\n${HEAD}\ndetection: {s: {eventName: A}, condition: s}\n---\ntitle: f\n${HEAD}\nfilter: {rules: [r], own: {awsRegion: eu-west-1}, condition: not own}\n`,
    )
    const event = { eventName: 'A', awsRegion: 'eu-west-1' }
    expect(explainEvent(rules[0] as EventRule, located(event))).toMatchObject({
      fires: false,
      filtered: true,
    })
  })

  it('shows only the beginning of long and of many values', () => {
    const answer = explained('{s: {requestParameters|contains: x}, condition: s}', {
      requestParameters: { long: 'y'.repeat(5000), many: Array.from({ length: 100 }, (_, i) => `n${i}`) },
    })
    const found = answer.selections[0]!.alternatives[0]![0]!.found!
    expect(found).toHaveLength(6)
    expect(found.at(-1)).toBe('and 96 more')
    expect(Math.max(...found.map(({ length }) => length))).toBeLessThan(200)
  })

  it('of several events takes the one that fires, else the nearest', () => {
    const [rule] = load(`title: r\n${HEAD}\ndetection: {s: {eventName: A, awsRegion: x}, condition: s}\n`)
    const explain = (event: Record<string, unknown>, i: number) =>
      explainEvent(rule as EventRule, located(event, i))
    const far = explain({ eventName: 'B', awsRegion: 'y' }, 0)
    const near = explain({ eventName: 'A', awsRegion: 'y' }, 1)
    const hit = explain({ eventName: 'A', awsRegion: 'x' }, 2)
    expect(nearestOf([far, near])).toBe(near)
    expect(nearestOf([far, near, hit])).toBe(hit)
    expect(nearestOf([])).toBeUndefined()
  })

  it('agrees with the verdict of every case of every shipped event rule', () => {
    const { rules } = loadRules(shippedRuleFiles())
    for (const rule of rules) {
      if (rule.kind !== 'event') continue
      for (const one of rule.own?.cases ?? []) {
        const answers = one.events.map((event, i) =>
          explainEvent(rule, located(event, i), { knownAccounts: one.knownAccounts ?? [] }),
        )
        expect(
          answers.some(({ fires }) => fires),
          `${rule.ref.id}: ${one.name}`,
        ).toBe(one.fires)
        for (const { selections } of answers)
          for (const { holds, alternatives } of selections)
            expect(alternatives.some((lines) => lines.every((line) => line.holds))).toBe(holds)
      }
    }
  })

  it('tells how far each group of a correlation came, through aliases', () => {
    const rules = load(
      `title: c\nname: c\ncorrelation:\n  type: event_count\n  rules: [r]\n  group-by: [who]\n  aliases: {who: {r: userIdentity.userName}}\n  timespan: 1m\n  condition: {gte: 3}\n---\ntitle: r\nname: r\n${HEAD}\ndetection: {s: {eventName: A}, condition: s}\n`,
    )
    const rule = rules.find(({ kind }) => kind === 'correlation') as CorrelationRule
    const events = ['ann', 'bob', 'ann', undefined].map((userName, i) =>
      located({ eventName: 'A', ...(userName && { userIdentity: { userName } }) }, i),
    )
    const answer = explainCount(rules, rule, events)
    expect(answer).toMatchObject({ fires: false, threshold: 3, skipped: 1, hits: [{ rule: 'r', events: 4 }] })
    expect(answer.groups.map(({ group, hits }) => [group, hits])).toEqual([
      [['ann'], 2],
      [['bob'], 1],
    ])
    const more = located({ eventName: 'A', userIdentity: { userName: 'ann' } }, 9)
    expect(explainCount(rules, rule, [...events, more]).fires).toBe(true)
  })
})
