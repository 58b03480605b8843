import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { keptOf } from '../../lib/detection/carried.ts'
import { makeCarrier } from '../../lib/detection/carrier.ts'
import { makeDetector } from '../../lib/detection/detect.ts'
import { loadRules, type Rule } from '../../lib/detection/rules.ts'
import type { LocatedEvent } from '../../lib/ports.ts'
import { parseLogFile } from '../../lib/trail/log-file.ts'

const root = new URL('../../', import.meta.url).pathname

const shippedRules = (): readonly Rule[] => {
  const files = readdirSync(join(root, 'rules'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.yml'))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(root, 'rules', path), 'utf8') }))
  return loadRules(files).rules
}

const example = (): readonly LocatedEvent[] =>
  readdirSync(join(root, 'examples'), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\/CloudTrail\/.*\.json\.gz$/.test(name))
    .sort()
    .flatMap((key) => {
      try {
        const { events } = parseLogFile(readFileSync(join(root, 'examples', key)))
        return events.map(({ event, index }) => ({ event, key, index }))
      } catch {
        return []
      }
    })

/** What a detector says of events, and what it says of the same events when another thread has put them to the rules. */
const both = (rules: readonly Rule[], events: readonly LocatedEvent[], options = {}) => {
  const [near, far] = [makeDetector(rules, options), makeDetector(rules, options)]
  const carrier = makeCarrier(rules, options)
  const here = events.flatMap((located) => near.detect(located))
  const there = events.flatMap((located) => {
    const match = carrier.match(located)
    return match ? far.judge(structuredClone(match)) : []
  })
  return { here: [...here, near.finish()], there: [...there, far.finish()] }
}

const DENIALS = `
title: Denied calls
id: 11111111-0000-4000-8000-000000000001
name: denied
level: low
logsource: {product: aws, service: cloudtrail}
detection: {s: {errorCode: AccessDenied}, condition: s}
---
title: Many denied calls
id: 11111111-0000-4000-8000-000000000002
name: many_denied
level: medium
correlation: {type: TYPE, rules: [denied], group-by: [userIdentity.arn], timespan: 1h, condition: {CONDITION}}
`
const rulesFor = (type: string, condition: string): readonly Rule[] =>
  loadRules([{ path: 'denials.yml', text: DENIALS.replace('TYPE', type).replace('CONDITION', condition) }])
    .rules

const denied = (i: number, more: object = {}): LocatedEvent => ({
  key: 'k',
  index: i,
  event: {
    eventID: `e${i}`,
    eventTime: `2026-10-01T10:${String(i).padStart(2, '0')}:00Z`,
    eventSource: 's3.amazonaws.com',
    eventName: 'GetObject',
    errorCode: 'AccessDenied',
    requestParameters: { bucketName: `b${i}`, note: 'é "quoted" \u2028' },
    userIdentity: { type: 'IAMUser', arn: 'arn:aws:iam::111122223333:user/a', accountId: '111122223333' },
    recipientAccountId: '111122223333',
    ...more,
  },
})

describe('events that another thread put to the rules', () => {
  it('give the findings they give here, on the example with every shipped rule', () => {
    const { here, there } = both(shippedRules(), example(), { attempts: true })
    expect(here.length).toBeGreaterThan(10)
    expect(there).toEqual(here)
  })

  it.each([
    ['event_count', 'gte: 3'],
    ['value_count', 'gte: 3, field: requestParameters.bucketName'],
    ['event_count', 'lte: 4'],
  ])('complete the windows of %s (%s) with the same finding', (type, condition) => {
    const { here, there } = both(
      rulesFor(type, condition),
      [0, 1, 2, 3].map((i) => denied(i)),
    )
    expect(JSON.stringify(here)).toContain('Many denied calls')
    expect(there).toEqual(here)
  })

  it('are not counted without a time, and are reported all the same', () => {
    const { rules } = loadRules([
      { path: 'x.yml', text: DENIALS.split('---')[0]! },
      {
        path: 'y.yml',
        text: DENIALS.split('---')[1]!
          .replace('TYPE', 'event_count')
          .replace('CONDITION', 'gte: 1')
          .replaceAll('000002', '000003'),
      },
    ])
    const { here, there } = both(rules, [denied(0, { eventTime: 'yesterday' })])
    expect(here.length).toBeGreaterThan(1)
    expect(there).toEqual(here)
  })

  it('hold no long event as text where a count keeps it short', () => {
    const rules = rulesFor('event_count', 'gte: 3')
    const long = [0, 1, 2].map((i) => denied(i, { requestParameters: { text: 'x'.repeat(50_000) } }))
    const { here, there } = both(rules, long)
    expect(there).toEqual(here)
    const match = makeCarrier(rules).match(long[0]!)!
    expect(JSON.stringify(keptOf(false, match))).toContain('xxx')
    expect(JSON.stringify(keptOf(true, match))).not.toContain('xxx')
  })
})
