import { describe, expect, it } from 'vitest'
import { evidenceFinding, recoveryFinding } from '../lib/evidence-finding.ts'
import type { Problem } from '../lib/verdict.ts'

const NOW = '2026-11-01T12:00:00.000Z'
const KEY =
  'AWSLogs/111122223333/CloudTrail/eu-west-1/2026/11/01/111122223333_CloudTrail_eu-west-1_20261101T1000Z_abcdefghijklmnop.json.gz'
const problem = (more: Partial<Problem> = {}): Problem => ({
  status: 'modified',
  kind: 'log',
  object: `s3://trail-bucket/${KEY}`,
  reason: 'hash-mismatch',
  detail: 'expected one hash, found another',
  ...more,
})

describe('evidence finding', () => {
  it('names the object, its account and its Region', () => {
    const finding = evidenceFinding(problem(), NOW)
    expect(finding.event).toMatchObject({
      recipientAccountId: '111122223333',
      awsRegion: 'eu-west-1',
      errorCode: 'hash-mismatch',
    })
    expect(finding.source).toEqual({ key: KEY, index: 0 })
    expect(finding.resources).toEqual([`s3://trail-bucket/${KEY}`])
    expect(finding.raw.errorMessage).toBe('expected one hash, found another')
  })

  it.each([
    ['modified', 'critical'],
    ['missing', 'critical'],
    ['unlisted', 'high'],
    ['tail-missing', 'high'],
    ['unverifiable', 'medium'],
    ['unreadable', 'medium'],
    ['gap', 'low'],
  ] as const)('calls %s %s', (status, level) => {
    expect(evidenceFinding(problem({ status }), NOW).rule.level).toBe(level)
  })

  it('is the same finding whenever it is seen, and another one for another fault', () => {
    const id = evidenceFinding(problem(), NOW).id
    expect(evidenceFinding(problem({ detail: 'worded anew' }), '2027-01-01T00:00:00.000Z').id).toBe(id)
    expect(evidenceFinding(problem({ reason: 'trailing-data' }), NOW).id).not.toBe(id)
    expect(evidenceFinding(problem({ object: 's3://trail-bucket/other' }), NOW).id).not.toBe(id)
    expect(id).toMatch(/^digest-not-valid#[0-9a-f]{64}$/)
  })

  it('takes place and time from a chain', () => {
    const finding = evidenceFinding(
      problem({
        kind: 'chain',
        status: 'gap',
        object: '111122223333/us-east-1/main',
        from: '2026-11-01T01:00:00Z',
        to: '2026-11-01T03:00:00Z',
      }),
      NOW,
    )
    expect(finding.event).toMatchObject({ recipientAccountId: '111122223333', awsRegion: 'us-east-1' })
    expect(finding.time).toBe('2026-11-01T03:00:00Z')
  })

  it('leaves empty what a strange name does not say', () => {
    const finding = evidenceFinding(problem({ object: 's3://trail-bucket/some/where' }), NOW)
    expect(finding.event).toMatchObject({ recipientAccountId: '', awsRegion: '' })
    expect(finding.time).toBe(NOW)
  })

  it('is one finding of an object wherever the look began, and one for each stretch of a chain', () => {
    const ids = (more: Partial<Problem>) =>
      ['2026-11-01T01:00:00Z', '2026-11-01T02:00:00Z'].map(
        (from) => evidenceFinding(problem({ ...more, from }), NOW).id,
      )
    expect(new Set(ids({})).size).toBe(1)
    expect(new Set(ids({ kind: 'chain', object: '111122223333/us-east-1/main' })).size).toBe(2)
  })

  it('is another finding when it was mended in between', () => {
    const again = evidenceFinding(problem(), NOW, '2026-11-01T09:00:00.000Z').id
    expect(again).not.toBe(evidenceFinding(problem(), NOW).id)
    expect(again).not.toBe(evidenceFinding(problem(), NOW, '2026-11-01T10:00:00.000Z').id)
  })
})

describe('recovery finding', () => {
  const times = { since: '2026-11-01T09:00:00.000Z', mended: NOW }

  it('is louder when people were told of the fault, and the same finding whenever it is told', () => {
    const [quiet, loud] = [false, true].map((told) => recoveryFinding(problem(), { ...times, told }))
    expect([quiet!.rule.level, loud!.rule.level]).toEqual(['informational', 'low'])
    expect(quiet!.id).toBe(loud!.id)
    expect(quiet!.id).toMatch(/^digest-recovered#[0-9a-f]{64}$/)
    expect(recoveryFinding(problem(), { ...times, told: true, earlier: NOW }).id).not.toBe(quiet!.id)
  })

  it('says what was wrong, where, since when and until when', () => {
    const finding = recoveryFinding(problem({ status: 'missing' }), { ...times, told: true })
    expect(finding.event).toMatchObject({ eventName: 'log-recovered', recipientAccountId: '111122223333' })
    expect(finding.raw.errorMessage).toBe(
      `it was missing (hash-mismatch) since ${times.since}, and is whole as of ${NOW}`,
    )
    expect(finding.time).toBe(NOW)
  })
})
