import { describe, expect, it } from 'vitest'
import { canonicalJson } from '../../lib/containment/canonical.ts'
import { denyOlderSessions, isIamDate, revocationTime } from '../../lib/containment/policies.ts'

describe('revocation policies', () => {
  it.each([
    ['2026-11-01T10:00:07.000Z', '2026-11-01T10:00:12Z'],
    ['2026-11-01T10:00:07.001Z', '2026-11-01T10:00:13Z'],
    ['2026-12-31T23:59:58Z', '2027-01-01T00:00:03Z'],
    ['2026-11-01T12:00:07+02:00', '2026-11-01T10:00:12Z'],
  ])('reaches five whole seconds past %s', (now, time) => {
    expect(revocationTime(now)).toBe(time)
  })

  it.each(['', 'now', '2026-11-01', '2026-11-01T10:00:00', 'Sun, 01 Nov 2026 10:00:00 GMT'])(
    'refuses %j as the time of the plan',
    (now) => {
      expect(() => revocationTime(now)).toThrow(RangeError)
    },
  )

  it.each([
    '2026-11-01T10:00:05.000Z',
    '2026-11-01T10:00:05+00:00',
    '2026-11-01 10:00:05Z',
    '2026-02-30T10:00:05Z',
    '2026-11-01T24:00:00Z',
    '1793527205',
    '',
  ])('refuses %j, which IAM might never match', (date) => {
    expect(isIamDate(date)).toBe(false)
    expect(() => denyOlderSessions(date)).toThrow('aws:TokenIssueTime: expected a date like')
  })

  it('denies everything to sessions issued before T, and only to sessions', () => {
    const [statement, ...others] = JSON.parse(denyOlderSessions('2026-11-01T10:00:05Z')).Statement
    expect(others).toEqual([])
    expect(statement).toEqual({
      Sid: 'TrailwardenRevokeOlderSessions',
      Effect: 'Deny',
      Action: ['*'],
      Resource: ['*'],
      Condition: { DateLessThan: { 'aws:TokenIssueTime': '2026-11-01T10:00:05Z' } },
    })
  })

  it('fits into what IAM leaves for inline policies of a user, 2,048 characters', () => {
    expect(denyOlderSessions('2026-11-01T10:00:05Z').length).toBeLessThan(300)
  })
})

describe('canonical JSON', () => {
  it('is the same for the same value, in whatever order its names were written', () => {
    expect(canonicalJson({ b: [{ d: 1, c: 'x' }], a: null })).toBe('{"a":null,"b":[{"c":"x","d":1}]}')
  })
})
