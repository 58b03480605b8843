import { describe, expect, it } from 'vitest'
import { queryFinding } from '../lib/query-finding.ts'

const NOW = '2026-11-02T00:00:00.000Z'
const query = {
  name: 'who-stopped-logging',
  title: 'Calls that weaken CloudTrail',
  severity: 'high',
  tags: ['evasion'],
  file: 'queries/trailwarden/who-stopped-logging.sql',
} as const

describe('query finding', () => {
  it('takes the event from columns that carry its field names, in any case', () => {
    const row = {
      eventTime: '2026-11-01 10:00:07.000',
      recipientaccountid: '111122223333',
      eventName: 'StopLogging',
      arn: 'arn:aws:iam::111122223333:user/mallory',
      errorCode: null,
      eventID: 'e-1',
    }
    const finding = queryFinding(query, row, 4, NOW)
    expect(finding).toMatchObject({
      id: 'who-stopped-logging#e-1',
      rule: { id: 'who-stopped-logging', level: 'high' },
      time: '2026-11-01T10:00:07.000Z',
      events: ['e-1'],
      source: { key: query.file, index: 4 },
    })
    expect(finding.event).toMatchObject({
      eventName: 'StopLogging',
      recipientAccountId: '111122223333',
      awsRegion: '',
    })
    expect(finding.event).not.toHaveProperty('errorCode')
    expect(finding.actor.arn).toBe('arn:aws:iam::111122223333:user/mallory')
  })

  it('tells rows without an event apart by their values, and says no event', () => {
    const [one, other, again] = [{ calls: '3' }, { calls: '4' }, { calls: '3' }].map((row, n) =>
      queryFinding(query, row, n, NOW),
    )
    expect(one!.id).not.toBe(other!.id)
    expect(one!.id).toBe(again!.id)
    expect(one!.events).toEqual([])
    expect(one!.time).toBe(NOW)
  })

  it('is one finding as long as its key is the same, whatever else has grown', () => {
    const repeated = { ...query, finding: { key: ['who', 'day'], summary: '{failures} failures of {who}' } }
    const row = { who: 'alice', day: '2026-11-01', failures: '5' }
    const [first, later, other] = [row, { ...row, failures: '9' }, { ...row, day: '2026-11-02' }].map((one) =>
      queryFinding(repeated, one, 0, NOW),
    )
    expect(later!.id).toBe(first!.id)
    expect(other!.id).not.toBe(first!.id)
    expect(later!.rule.title).toBe('Calls that weaken CloudTrail: 9 failures of alice')
  })

  it('puts no more of a value in its summary than people read, and says what is not there', () => {
    const told = { ...query, finding: { summary: '{EventName} of {trail} {constructor}' } }
    const { rule } = queryFinding(told, { eventName: 'x'.repeat(5000), trail: null }, 0, NOW)
    expect(rule.title).toBe(`${query.title}: ${'x'.repeat(120)}... of (none) (none)`)
  })

  it('lets no value break its line, hide in it or write the next placeholder', () => {
    const told = { ...query, finding: { summary: '{eventName} by {arn}' } }
    const row = { eventName: 'Stop\nLogging\u202e{arn}', arn: '\u001b[2Jalice' }
    expect(queryFinding(told, row, 0, NOW).rule.title).toBe(
      `${query.title}: Stop\\nLogging\\u202e{arn} by \\x1b[2Jalice`,
    )
  })
})
