import { describe, expect, it } from 'vitest'
import { makeDetector } from '../../lib/detection/detect.ts'
import { missedByFastLane, wasDeliverable } from '../../lib/detection/fast-lane-missed.ts'
import { loadRules } from '../../lib/detection/rules.ts'

const text = `title: t
name: t
logsource: {product: aws}
detection: {s: {eventSource|contains: amazonaws.com}, condition: s}
`
const detector = makeDetector(loadRules([{ path: 'r.yml', text }]).rules)

const findingOf = (changes: Readonly<Record<string, unknown>> = {}) => {
  const event = {
    eventID: 'e',
    eventTime: '2026-11-24T10:00:00Z',
    eventSource: 'cloudtrail.amazonaws.com',
    eventName: 'StopLogging',
    awsRegion: 'us-east-1',
    recipientAccountId: '111122223333',
    ...changes,
  }
  return detector.detect({ event, key: 'k', index: 0 })[0]!
}

const reach = {
  account: '111122223333',
  region: 'us-east-1',
  readOnlyEvents: false,
  waiting: new Set<string>(),
  now: '2026-11-24T10:10:00Z',
}

describe('what the fast lane should have reported', () => {
  it.each<[string, Record<string, unknown>, Partial<typeof reach>, boolean]>([
    ['a call of its account and Region', {}, {}, true],
    ['a call of another Region', { awsRegion: 'eu-west-1' }, {}, false],
    ['a call of another account', { recipientAccountId: '444455556666' }, {}, false],
    ['a read', { eventName: 'ListUsers' }, {}, false],
    ['a read, when reads are asked for', { eventName: 'ListUsers' }, { readOnlyEvents: true }, true],
    ['a read that EventBridge carries all the same', { eventName: 'GetSessionToken' }, {}, true],
    ['a data event', { eventCategory: 'Data' }, {}, false],
    ['a rule that waits for the log file', {}, { waiting: new Set(['t']) }, false],
    ['a call just made', {}, { now: '2026-11-24T10:02:00Z' }, false],
    ['a call of yesterday', {}, { now: '2026-11-25T10:00:00Z' }, false],
  ])('%s', (_what, changes, other, expected) => {
    expect(wasDeliverable(findingOf(changes), { ...reach, ...other })).toBe(expected)
  })

  it('is said in the finding, whose id stays', () => {
    const finding = findingOf()
    const marked = missedByFastLane(finding)
    expect(marked.id).toBe(finding.id)
    expect(marked.notes).toHaveLength(1)
    expect(marked.notes?.[0]).toContain('fast lane did not report')
  })
})
