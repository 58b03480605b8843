import { existsSync, readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { makeDetector } from '../../lib/detection/detect.ts'
import { eventPatternOf } from '../../lib/detection/event-pattern.ts'
import { loadRules, type Rule } from '../../lib/detection/rules.ts'
import type { CloudTrailEvent } from '../../lib/trail/event.ts'
import { parseLogFile } from '../../lib/trail/log-file.ts'
import { matchesPattern } from '../support/event-pattern.ts'
import { shippedRuleFiles } from '../support/shipped-rules.ts'

const shipped = loadRules(shippedRuleFiles()).rules

const patternOf = (detection: string) => {
  const text = `title: t\nname: t\nlogsource: {product: aws}\ndetection:\n${detection.replaceAll(/^/gm, '  ')}`
  const { rules, rejected } = loadRules([{ path: 'r.yml', text }])
  expect(rejected).toEqual([])
  return eventPatternOf(rules[0]!, rules).detail
}

const same = (text: string) => ({ 'equals-ignore-case': text })

describe('patterns for EventBridge', () => {
  it.each<[string, string, unknown]>([
    [
      'one call',
      's: {eventSource: iam.amazonaws.com, eventName: CreateUser, ct.success: true}\ncondition: s',
      { eventSource: [same('iam.amazonaws.com')], eventName: [same('CreateUser')] },
    ],
    [
      'prefixes and suffixes',
      "s: {eventName: ['Delete*', '*Policy'], userIdentity.type: Root}\ncondition: s",
      {
        eventName: [{ prefix: same('Delete') }, { suffix: same('Policy') }],
        userIdentity: { type: [same('Root')] },
      },
    ],
    [
      'alternatives of one service',
      'a: {eventSource: s, eventName: A}\nb: {eventSource: s, eventName: B}\ncondition: a or b',
      { eventSource: [same('s')], eventName: [same('A'), same('B')] },
    ],
    [
      'alternatives of two services',
      'a: {eventSource: s, eventName: A}\nb: {eventSource: t, eventName: A}\ncondition: 1 of them',
      {
        $or: [
          { eventSource: [same('s')], eventName: [same('A')] },
          { eventSource: [same('t')], eventName: [same('A')] },
        ],
      },
    ],
    [
      'what is excluded',
      'a: {eventSource: s}\nb: {eventName: B}\ncondition: a and not b',
      { eventSource: [same('s')] },
    ],
    [
      'an alternative that asks nothing of these',
      'a: {eventSource: s}\nb: {x: y}\ncondition: a or b',
      undefined,
    ],
    ['keywords', 'a: [word]\ncondition: a', undefined],
    [
      'a field that is there, and one that is not',
      's: {eventName: A, errorCode|contains: Denied, userIdentity.invokedBy: null}\ncondition: s',
      {
        eventName: [same('A')],
        errorCode: [{ exists: true }],
        userIdentity: { invokedBy: [{ exists: false }, null] },
      },
    ],
    ['a field that is there or not', "s: {errorCode: [null, '200']}\ncondition: s", undefined],
    ['a text somewhere inside', 'a: {eventName|contains: x}\ncondition: a', undefined],
  ])('of %s', (_what, detection, expected) => {
    expect(patternOf(detection)).toEqual(expected)
  })

  it('of most shipped rules name the call', () => {
    const open = shipped.filter((rule) => !eventPatternOf(rule, shipped).detail).map(({ ref }) => ref.id)
    expect(open.sort()).toEqual(['api-attack-tool-used'])
  })
})

/** Events for which a rule fires and its pattern does not match. */
const missed = (rules: readonly Rule[], events: readonly CloudTrailEvent[]): readonly string[] => {
  const patterns = rules
    .filter((rule) => rule.kind === 'event')
    .map((rule) => ({ rule, pattern: eventPatternOf(rule, rules), detector: makeDetector([rule]) }))
  return events.flatMap((event, index) => {
    const carried = { 'detail-type': 'AWS API Call via CloudTrail', detail: event }
    return patterns
      .filter(({ detector }) => detector.detect({ event, key: 'k', index }).length > 0)
      .filter(({ pattern }) => !matchesPattern(pattern, carried))
      .map(({ rule }) => `${rule.ref.id} ${event.eventName}`)
  })
}

describe('a rule that fires has a pattern that matches', () => {
  it('on every case of every rule', () => {
    const cases = shipped.flatMap((rule) => (rule.own?.cases ?? []).flatMap(({ events }) => events))
    expect(cases.length).toBeGreaterThan(300)
    expect(missed(shipped, cases)).toEqual([])
  })

  const data = new URL('../../../shared/data/', import.meta.url)
  const sets = existsSync(data) ? readdirSync(data) : []
  it.skipIf(sets.length === 0)('on every event of all sets (skipped without shared data)', () => {
    const files = sets.flatMap((set) =>
      readdirSync(new URL(`${set}/`, data), { recursive: true, withFileTypes: true })
        .filter(
          (entry) => entry.isFile() && entry.name.endsWith('.json.gz') && !entry.name.includes('Digest'),
        )
        .map((entry) => `${entry.parentPath}/${entry.name}`),
    )
    const events = files.flatMap((file) => {
      try {
        return parseLogFile(readFileSync(file)).events.map(({ event }) => event)
      } catch {
        return []
      }
    })
    expect(events.length).toBeGreaterThan(5000)
    expect(missed(shipped, events)).toEqual([])
  })

  it('whatever the rule says', () => {
    const text = fc.constantFrom(
      'iam.amazonaws.com',
      'IAM.amazonaws.com',
      'Stop*',
      '*ing',
      'Stop',
      'a?c',
      '',
      '*',
      'stopLOGGING',
    )
    const line = fc.tuple(
      fc.constantFrom('eventSource', 'eventName', 'userIdentity.type', 'errorCode', 'x'),
      fc.constantFrom('', '|startswith', '|endswith', '|contains', '|cased', '|contains|all'),
      fc.uniqueArray(text, { minLength: 1, maxLength: 3 }),
    )
    const selection = fc.uniqueArray(line, { minLength: 1, maxLength: 3, selector: ([a, b]) => a + b })
    const value = fc.constantFrom('iam.amazonaws.com', 'StopLogging', 'stop', 'ing', '', 'abc', null, [
      'Stop',
      'x',
    ])
    const event = fc.record({
      eventSource: value,
      eventName: value,
      x: value,
      errorCode: value,
      userIdentity: fc.record({ type: value }),
    })
    const condition = fc.constantFrom(
      'p and q',
      'p or q',
      'p and not q',
      'not (p or q)',
      'all of them',
      '(p or q) and r',
      '2 of them',
    )
    fc.assert(
      fc.property(
        fc.tuple(selection, selection, selection),
        condition,
        fc.array(event, { maxLength: 10 }),
        (selections, one, events) => {
          const detection: Record<string, unknown> = { condition: one }
          for (const [i, name] of ['p', 'q', 'r'].entries()) {
            detection[name] = Object.fromEntries(
              selections[i]!.map(([field, modifier, values]) => [field + modifier, values]),
            )
          }
          const loaded = loadRules([
            { path: 't.yml', text: JSON.stringify({ title: 't', logsource: { product: 'aws' }, detection }) },
          ])
          expect(loaded.rejected).toEqual([])
          expect(missed(loaded.rules, events as CloudTrailEvent[])).toEqual([])
        },
      ),
      { numRuns: 300 },
    )
  })
})
