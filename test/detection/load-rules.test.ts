import { describe, expect, it } from 'vitest'
import { costsEveryEvent } from '../../lib/detection/index.ts'
import { loadRules } from '../../lib/detection/rules.ts'

const RULE = `title: Trail stopped
id: 7f7a1e62-9c2b-4a55-9d6f-2f3c1f1d7b10
tags: [attack.t1685.002]
logsource:
  product: aws
  service: cloudtrail
detection:
  selection:
    eventName: StopLogging
  condition: selection
level: high
`

const load = (text: string, options = {}) => loadRules([{ path: 'rules/r.yml', text }], options)

describe('loading rules', () => {
  it('names a rule by our own id, else Sigma id, name or title', () => {
    const ids = [
      `${RULE}trailwarden: {id: cloudtrail-trail-stopped}\n`,
      RULE,
      `${RULE.replace(/^id.*\n/m, 'name: trail_stopped\n')}`,
      RULE.replace(/^id.*\n/m, ''),
    ].map((text) => load(text).rules[0]?.ref.id)
    expect(ids).toEqual([
      'cloudtrail-trail-stopped',
      '7f7a1e62-9c2b-4a55-9d6f-2f3c1f1d7b10',
      'trail_stopped',
      'trail-stopped',
    ])
  })

  it('takes a missing level as medium', () => {
    expect(load(RULE.replace('level: high\n', '')).rules[0]?.ref.level).toBe('medium')
  })

  it('loads what is good beside what is not', () => {
    const files = [
      { path: 'bad.yml', text: 'title: [' },
      { path: 'good.yml', text: RULE },
    ]
    const { rules, rejected } = loadRules(files)
    expect(rules).toHaveLength(1)
    expect(rejected.map((r) => [r.file, r.line])).toEqual([['bad.yml', 1]])
  })

  it('loads the good document of a file whose other one is bad', () => {
    const { rules, rejected } = load(`${RULE}---\ntitle: Two\ndetection: {}\n`)
    expect(rules).toHaveLength(1)
    expect(rejected).toHaveLength(1)
    expect(rejected[0]?.line).toBeGreaterThan(11)
  })

  it('counts rules of other log sources', () => {
    const windows = RULE.replace(
      'product: aws\n  service: cloudtrail',
      'category: process_creation\n  product: windows',
    )
    const guardduty = RULE.replace('service: cloudtrail', 'service: guardduty')
    const result = loadRules([
      { path: 'a.yml', text: windows },
      { path: 'b.yml', text: windows },
      { path: 'c.yml', text: guardduty },
    ])
    expect(result).toMatchObject({
      rules: [],
      rejected: [],
      ignored: { 'windows/process_creation': 2, 'aws/guardduty': 1 },
    })
  })

  it('rejects a second rule of the same id and says where the first is', () => {
    const { rules, rejected } = loadRules([
      { path: 'a.yml', text: RULE },
      { path: 'b.yml', text: RULE },
    ])
    expect(rules).toHaveLength(1)
    expect(rejected[0]?.message).toContain('already loaded from a.yml')
  })

  const change = (from: string | RegExp, to: string) => RULE.replace(from, to)
  it.each([
    ['no title', change(/^title.*\n/m, ''), /title: expected/],
    [
      'an unknown level',
      change('level: high', 'level: urgent'),
      /level: expected one of informational.*"urgent"/,
    ],
    ['no detection', change(/detection:[\s\S]*condition: selection\n/, ''), /detection: expected/],
    ['no condition', change('  condition: selection\n', ''), /condition: expected/],
    [
      'an unknown selection',
      change('condition: selection', 'condition: other'),
      /expected one of selection, found "other"/,
    ],
    [
      'an unclosed parenthesis',
      change('condition: selection', 'condition: (selection'),
      /expected \), found the end/,
    ],
    ['a dangling and', change('condition: selection', 'condition: selection and'), /found the end/],
    [
      'an aggregation of Sigma v1 without a timeframe',
      change('condition: selection', 'condition: selection | count() > 5'),
      /needs a timeframe, found none/,
    ],
    [
      'an aggregation of Sigma v1 that has no successor',
      change('condition: selection', 'timeframe: 5m\n  condition: selection | max(x) > 5'),
      /max has no correlation type/,
    ],
    [
      'an aggregation of Sigma v1 that cannot be read',
      change('condition: selection', 'timeframe: 5m\n  condition: selection | many > 5'),
      /expected count\(\) by field > number after \|, found "many > 5"/,
    ],
    [
      'nearness of what is absent',
      change('condition: selection', 'timeframe: 5m\n  condition: selection | near not selection'),
      /near cannot ask for what is absent/,
    ],
    [
      'a filter without a rule of its own',
      change('detection:', 'filter:\n  rules: [no-such-rule]'),
      /filter: expected ids, names or titles of event rules, found none called no-such-rule/,
    ],
    ['1 of nothing', change('condition: selection', 'condition: 1 of x*'), /no selection is named "x\*"/],
    [
      'an unknown modifier',
      change('eventName:', 'eventName|like:'),
      /selection: eventName\|like: unknown modifier \|like/,
    ],
    ['a regex that backtracks', change('eventName: StopLogging', "eventName|re: '(a)\\1'"), /linear-time/],
    [
      'a broken network',
      change('eventName: StopLogging', 'sourceIPAddress|cidr: 300.0.0.0/8'),
      /cidr: expected a network/,
    ],
    [
      'text as a number',
      change('eventName: StopLogging', 'n|gte: many'),
      /gte: expected a number, found "many"/,
    ],
    [
      'exists with text',
      change('eventName: StopLogging', 'n|exists: maybe'),
      /exists: expected true or false/,
    ],
    [
      'an unknown derived field',
      change('eventName: StopLogging', 'ct.mood: bad'),
      /ct\.mood: unknown derived field/,
    ],
    ['an unknown placeholder', change('eventName: StopLogging', "n|expand: '%x%'"), /placeholder %x%/],
    ['an empty list of values', change('eventName: StopLogging', 'eventName: []'), /empty list/],
    [
      'a map as a value',
      change('eventName: StopLogging', 'eventName: {a: b}'),
      /expected text, number, boolean or null/,
    ],
    ['a wildcard in base64', change('eventName: StopLogging', "n|base64: 'a*'"), /without wildcards/],
    [
      'a timeframe without an aggregation',
      change('  condition', '  timeframe: 5m\n  condition'),
      /timeframe without an aggregation/,
    ],
    ['a merge without a time', `${RULE}trailwarden: {id: x, merge: {by: ct.actor}}\n`, /merge: within/],
    ['a merge of nothing', `${RULE}trailwarden: {id: x, merge: {within: 1h}}\n`, /merge: by/],
    ['our block with an unknown key', `${RULE}trailwarden: {id: x, mood: bad}\n`, /unknown key mood/],
    ['our block with a bad id', `${RULE}trailwarden: {id: Trail Stopped}\n`, /trailwarden: id/],
    ['a case without fires', `${RULE}trailwarden: {id: x, cases: [{name: c, event: {}}]}\n`, /case 1: fires/],
    ['a list as a document', '- a\n- b\n', /expected a Sigma rule \(a map\), found a list of 2/],
    ['an empty file', '', /empty file/],
    ['a repeated key', `${RULE}level: low\n`, /not valid YAML/],
  ])('rejects %s', (_what, text, message) => {
    const { rules, rejected } = load(text)
    expect(rules).toEqual([])
    expect(rejected).toHaveLength(1)
    expect(rejected[0]).toMatchObject({ file: 'rules/r.yml', message: expect.stringMatching(message) })
  })

  it('names the line of the detection that is wrong', () => {
    expect(load(change('eventName:', 'eventName|like:')).rejected[0]?.line).toBeGreaterThanOrEqual(7)
  })

  it('does not let a YAML alias bomb through', () => {
    const bomb = ['a: &a [x, x, x, x, x, x, x, x, x]']
    for (let i = 1; i < 12; i++) {
      const before = String.fromCharCode(96 + i)
      const name = String.fromCharCode(97 + i)
      bomb.push(`${name}: &${name} [${Array(9).fill(`*${before}`).join(', ')}]`)
    }
    expect(load(`${RULE}${bomb.join('\n')}\n`).rejected).toHaveLength(1)
  })

  it('does not take __proto__ in a rule for more than a name', () => {
    const { rules } = load(`${RULE}__proto__: {polluted: true}\n`)
    expect(rules).toHaveLength(1)
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })

  it('gives placeholders their values', () => {
    const text = change('eventName: StopLogging', "n|expand: '%x%'")
    expect(load(text, { placeholders: { x: ['1'] } }).rules).toHaveLength(1)
  })

  it('knows which rules cost every event', () => {
    const costs = (text: string) =>
      load(text).rules.map((rule) => rule.kind === 'event' && costsEveryEvent(rule))
    expect(costs(RULE)).toEqual([false])
    expect(costs(change('eventName: StopLogging', "eventName|startswith: 'Stop'"))).toEqual([false])
    expect(costs(change('eventName: StopLogging', 'userIdentity.type: Root'))).toEqual([true])
    expect(costs(change('condition: selection', 'condition: not selection'))).toEqual([true])
  })
})
