import { describe, expect, it } from 'vitest'
import { makeDetector } from '../../lib/detection/detect.ts'
import { eventPatternOf } from '../../lib/detection/event-pattern.ts'
import { fastLaneOf } from '../../lib/detection/fast-lane.ts'
import { loadRules } from '../../lib/detection/rules.ts'
import { eventsOfCases, eventsOfSets } from '../support/detection-events.ts'
import { matchesPattern } from '../support/event-pattern.ts'
import { shippedRuleFiles } from '../support/shipped-rules.ts'
import { openRuler } from './ruler.ts'

const ruler = openRuler()
const missing = 'missing' in ruler ? ruler.missing : ''
if (missing) console.warn(`patterns are not tried on AWS's event ruler: ${missing}`)
const match = ruler as Exclude<typeof ruler, { readonly missing: string }>

const rules = loadRules(shippedRuleFiles(), { packs: ['cis'] }).rules
const eventRules = rules.filter((rule) => rule.kind === 'event')
const cases = eventsOfCases(rules)
const events = [...cases, ...eventsOfSets()]
const envelopes = events.map((detail) => ({
  source: 'aws.cloudtrail',
  'detail-type': 'AWS API Call via CloudTrail',
  account: '111122223333',
  detail,
}))

/** Rules that fire on each event, by their place among the event rules. */
const fired = (): readonly (readonly number[])[] => {
  const detectors = eventRules.map((rule) => makeDetector([rule]))
  return events.map((event, index) =>
    detectors.flatMap((detector, i) => (detector.detect({ event, key: 'k', index }).length > 0 ? [i] : [])),
  )
}

describe.skipIf(missing !== '')(`patterns on AWS's own event ruler (${missing || 'Java is here'})`, () => {
  const hits = fired()

  it('match every event on which their rule fires', () => {
    const patterns = eventRules.map((rule) => eventPatternOf(rule, rules))
    const answers = match(patterns, envelopes)
    const missed = hits.flatMap((some, i) =>
      some
        .filter((n) => !answers[i]!.includes(n))
        .map((n) => `${eventRules[n]!.ref.id} ${events[i]!.eventName}`),
    )
    expect(hits.flat().length).toBeGreaterThan(200)
    expect(missed).toEqual([])
  }, 300_000)

  it('let through to the fast lane what a rule fires on, and agree with what our tests take for EventBridge', () => {
    const { patterns, waiting } = fastLaneOf(rules)
    const answers = match(patterns, envelopes)
    const missed = hits.flatMap((some, i) =>
      some
        .filter((n) => answers[i]!.length === 0 && !waiting.includes(eventRules[n]!.ref.id))
        .map((n) => `${eventRules[n]!.ref.id} ${events[i]!.eventName}`),
    )
    expect(missed).toEqual([])
    const ours = envelopes.map((envelope) =>
      patterns.flatMap((pattern, n) => (matchesPattern(pattern, envelope) ? [n] : [])),
    )
    expect(answers).toEqual(ours)
  }, 300_000)
})
