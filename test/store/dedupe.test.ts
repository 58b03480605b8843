import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { duplicateFilter } from '../../lib/store/dedupe.ts'
import type { CloudTrailEvent } from '../../lib/trail/event.ts'
import { aggregated, insight, roleCall } from '../support/stored-events.ts'

const outcomes = (...events: readonly CloudTrailEvent[]) => {
  const filter = duplicateFilter()
  return events.map((event) => filter.see(event).outcome)
}
const call = (eventID: string, fields: CloudTrailEvent = {}): CloudTrailEvent => ({
  ...roleCall,
  eventID,
  ...fields,
})
const correction = (eventID: string, originalEventID: string, fields: CloudTrailEvent = {}) =>
  call(eventID, {
    addendum: { reason: 'UPDATED_DATA', originalEventID, updatedFields: 'userAgent' },
    ...fields,
  })

describe('the duplicate filter', () => {
  it('knows an event that is delivered again', () => {
    expect(outcomes(call('a'), call('b'), call('a'), call('a'))).toEqual([
      'kept',
      'kept',
      'duplicate',
      'duplicate',
    ])
  })

  it('tells a duplicate that says something else apart, so that a planted event cannot hide the real one', () => {
    const filter = duplicateFilter()
    const planted = call('a', { eventName: 'DescribeTrails' })
    const real = call('a', { eventName: 'StopLogging' })
    expect(filter.see(planted)).toEqual({ outcome: 'kept', supersedesKept: false })
    expect(filter.see(real)).toMatchObject({ outcome: 'duplicate', differs: true })
    expect(filter.see(planted)).toEqual({ outcome: 'duplicate', supersedesKept: false })
  })

  it('compares what a changing call was given, and of a reading call only who, what, when and whence', () => {
    const twice = (readOnly: boolean) => {
      const filter = duplicateFilter()
      filter.see(call('a', { readOnly, requestParameters: { policy: 'mine' } }))
      return filter.see(call('a', { readOnly, requestParameters: { policy: 'yours' } })).differs
    }
    expect(twice(false)).toBe(true)
    expect(twice(true)).toBeUndefined()
  })

  it('writes keys that stores of earlier versions know: the SHA-256 of table, account, id and part', () => {
    const filter = duplicateFilter()
    filter.see({ eventID: 'a-1', eventTime: '2026-01-01T00:00:00Z', recipientAccountId: '111122223333' })
    // printf '["events","111122223333","a-1",""]' | sha256sum begins with 2af23ce2 7bc2d855: two little-endian words.
    expect(Buffer.from(filter.newKeys()).toString('hex').slice(0, 16)).toBe('e23cf22a55d8c27b')
  })

  it('remembers from run to run what an id said', () => {
    const first = duplicateFilter()
    first.see(call('a', { eventName: 'A' }))
    const next = duplicateFilter({ keys: () => [first.newKeys()], superseded: [] })
    expect(next.see(call('a', { eventName: 'A' })).differs).toBeUndefined()
    expect(next.see(call('a', { eventName: 'B' })).differs).toBe(true)
  })

  it('keeps one id in two accounts', () => {
    expect(outcomes(call('a'), call('a', { recipientAccountId: '444455556666' }))).toEqual(['kept', 'kept'])
  })

  it('keeps two ids with one sharedEventID', () => {
    expect(outcomes(call('a', { sharedEventID: 's' }), call('b', { sharedEventID: 's' }))).toEqual([
      'kept',
      'kept',
    ])
  })

  it('keeps the Start and the End of an Insight under one id, each once', () => {
    const end = { ...insight, insightDetails: { ...(insight.insightDetails as object), state: 'End' } }
    expect(outcomes(insight, end, insight, end)).toEqual(['kept', 'kept', 'duplicate', 'duplicate'])
  })

  it('knows aggregated events by accountId and eventId', () => {
    expect(outcomes(aggregated, aggregated, { ...aggregated, accountId: '444455556666' })).toEqual([
      'kept',
      'duplicate',
      'kept',
    ])
  })

  it('does not mix up account and id, however they are cut', () => {
    const odd = (recipientAccountId: string, eventID: string) => ({
      ...roleCall,
      recipientAccountId,
      eventID,
    })
    expect(outcomes(odd('a","b', 'c'), odd('a', 'b","c'), odd('ab', 'c'), odd('a', 'bc'))).toEqual(
      Array(4).fill('kept'),
    )
  })

  it('agrees with a plain Set', () => {
    const ids = fc.array(
      fc.tuple(fc.constantFrom('111122223333', '444455556666'), fc.integer({ max: 3000, min: 0 })),
      {
        minLength: 1000,
        maxLength: 4000,
      },
    )
    fc.assert(
      fc.property(ids, (pairs) => {
        const filter = duplicateFilter()
        const plain = new Set<string>()
        for (const [recipientAccountId, id] of pairs) {
          const known = plain.has(`${recipientAccountId}/${id}`)
          plain.add(`${recipientAccountId}/${id}`)
          const { outcome } = filter.see({ recipientAccountId, eventID: `${id}` })
          expect(outcome).toBe(known ? 'duplicate' : 'kept')
        }
        expect(filter.size).toBe(plain.size)
      }),
      { numRuns: 20 },
    )
  })

  it('tells 200,000 events apart in 16 MB or less', () => {
    const filter = duplicateFilter()
    const idOf = (n: number) => `${n.toString(16).padStart(8, '0')}-1111-4111-8111-111111111111`
    for (let n = 0; n < 200_000; n++) filter.see(call(idOf(n)))
    expect(filter.size).toBe(200_000)
    for (let n = 0; n < 200_000; n += 777) expect(filter.see(call(idOf(n))).outcome).toBe('duplicate')
    expect(filter.bytes).toBeLessThanOrEqual(16 * 1024 * 1024)
  })
})

describe('a correction', () => {
  it('supersedes an original that was kept', () => {
    const filter = duplicateFilter()
    filter.see(call('a'))
    expect(filter.see(correction('b', 'a'))).toEqual({ outcome: 'kept', supersedesKept: true })
    expect(filter.see(correction('b', 'a')).outcome).toBe('duplicate')
    expect(filter.see(correction('c', 'a'))).toEqual({ outcome: 'kept', supersedesKept: false })
  })

  it('supersedes an original that comes later, once', () => {
    expect(outcomes(correction('b', 'a'), call('a'), call('a'))).toEqual(['kept', 'superseded', 'duplicate'])
  })

  it('may itself be corrected', () => {
    expect(outcomes(correction('c', 'b'), correction('b', 'a'), call('a'))).toEqual([
      'kept',
      'superseded',
      'superseded',
    ])
  })

  it('may carry the id of its original', () => {
    const filter = duplicateFilter()
    filter.see(call('a'))
    expect(filter.see(correction('a', 'a'))).toEqual({ outcome: 'kept', supersedesKept: true })
    expect(outcomes(correction('a', 'a'), call('a'), correction('a', 'a'))).toEqual([
      'kept',
      'superseded',
      'duplicate',
    ])
  })

  it('says nothing about another account, and other reasons correct nothing', () => {
    expect(outcomes(correction('b', 'a'), call('a', { recipientAccountId: '444455556666' }))).toEqual([
      'kept',
      'kept',
    ])
    const late = call('b', { addendum: { reason: 'DELIVERY_DELAY', originalEventID: 'a' } })
    expect(outcomes(late, call('a'))).toEqual(['kept', 'kept'])
  })

  it.each(['UPDATED_DATA', null, 7, ['UPDATED_DATA']])('does not trip over the addendum %j', (addendum) => {
    expect(outcomes(call('b', { addendum }), call('a'))).toEqual(['kept', 'kept'])
  })
})
