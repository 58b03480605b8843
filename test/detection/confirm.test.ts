import { describe, expect, it } from 'vitest'
import { confirmsFinding } from '../../lib/detection/confirm.ts'
import { loadRules } from '../../lib/detection/rules.ts'
import { event, findingOf } from '../containment/events.ts'

const RULE = `title: Trail stopped
level: high
logsource: {product: aws, service: cloudtrail}
detection: {selection: {eventName: StopLogging}, condition: selection}
trailwarden: {id: stopped, playbook: trail-stopped}
---
title: Often
level: critical
generate: true
correlation: {generate: true, type: event_count, rules: [stopped], group-by: [recipientAccountId], timespan: 1m, condition: {gte: 3}}
trailwarden: {id: often, playbook: trail-stopped}
`
const { rules, rejected } = loadRules([{ path: 'r.yml', text: RULE }])
const stop = event('StopLogging', 'cloudtrail')

describe('a finding that came from elsewhere', () => {
  it('gets level and playbook of our rule, and its fields from the event', () => {
    expect(rejected).toEqual([])
    const sent = findingOf(stop, 'compromised-access-key', { rule: 'stopped', level: 'critical' })
    const { finding, doubt } = confirmsFinding(rules, { ...sent, time: '2030-01-01T00:00:00Z' })
    expect(doubt).toBeUndefined()
    expect(finding.rule).toMatchObject({ id: 'stopped', level: 'high', playbook: 'trail-stopped' })
    expect(finding.time).toBe('2026-11-01T10:00:00Z')
    expect(finding.id).toBe(`stopped#${stop.eventID}`)
  })

  it('is doubted when the rule does not report its event, it counts events, or there is no such rule', () => {
    const of = (rule: string, raw = stop) => confirmsFinding(rules, findingOf(raw, 'p', { rule })).doubt
    expect(of('stopped', event('ListBuckets', 's3'))).toBe('rule stopped does not report this event')
    expect(of('often')).toContain('counts events')
    expect(of('nobody')).toContain('there is no rule nobody')
  })

  it('is doubted when the owner has accepted what it tells', () => {
    const suppression = { rule: 'stopped', owner: 'o', reason: 'r', until: '2027-01-01' }
    const { doubt } = confirmsFinding(rules, findingOf(stop, 'p', { rule: 'stopped' }), {
      suppressions: [suppression],
    })
    expect(doubt).toBe('rule stopped does not report this event')
  })

  it('never fails for what an event holds', () => {
    for (const raw of [{}, { eventName: 7 }, { userIdentity: [] }] as never[])
      expect(confirmsFinding(rules, findingOf(raw, 'p', { rule: 'stopped' })).doubt).toBeDefined()
  })
})
