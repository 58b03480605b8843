import { describe, expect, it } from 'vitest'
import { makeDetector } from '../../lib/detection/detect.ts'
import { loadRules } from '../../lib/detection/rules.ts'
import { atLeast, type Finding } from '../../lib/finding.ts'
import type { CloudTrailEvent } from '../../lib/trail/event.ts'
import { benignActors, dayOf } from '../support/benign-days.ts'
import { shippedRuleFiles } from '../support/shipped-rules.ts'

const { rules } = loadRules(shippedRuleFiles())
const days = benignActors().map((actor) => [actor.name, dayOf(actor)] as const)

const findingsOf = (events: readonly CloudTrailEvent[]): readonly Finding[] => {
  const detector = makeDetector(rules, { knownAccounts: ['777788889999'] })
  const told = events.flatMap((event, index) => detector.detect({ event, key: 'k', index }))
  return [...told, ...detector.finish().findings]
}

const told = (findings: readonly Finding[]): readonly string[] =>
  findings.map(({ rule }) => `${rule.level} ${rule.id}`)

describe('a day of ordinary automation', () => {
  it('has at least fifteen actors', () => {
    expect(days.length).toBeGreaterThanOrEqual(15)
    expect(new Set(days.map(([name]) => name)).size).toBe(days.length)
  })

  it.each(days)('%s: nothing high', (_name, events) => {
    const high = findingsOf(events).filter(({ rule }) => atLeast(rule.level, 'high'))
    expect(told(high)).toEqual([])
  })

  it('all together stay below one finding in a thousand events', () => {
    const events = days
      .flatMap(([, day]) => day)
      .sort((a, b) => (a.eventTime! < b.eventTime! ? -1 : a.eventTime! > b.eventTime! ? 1 : 0))
    const findings = findingsOf(events)
    const reported = findings.filter(({ rule }) => rule.level !== 'informational')
    expect(reported.length, told(reported).join('\n')).toBeLessThanOrEqual(events.length / 1000)
  })
})
