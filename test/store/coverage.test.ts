import { describe, expect, it } from 'vitest'
import { coverageNotes } from '../../lib/store/coverage.ts'

const STORED = ['2026-11-03', '2026-11-01', '2026-11-02', 'unknown']

describe('what a store cannot answer', () => {
  it('is nothing within its days, or for a query without bounds', () => {
    expect(coverageNotes(STORED, { from: '2026-11-01 00:00:00', to: '2026-11-03 23:59:59' })).toEqual([])
    expect(coverageNotes(STORED, {})).toEqual([])
  })

  it('is what lies before its first day and after its last', () => {
    expect(coverageNotes(STORED, { from: '2026-10-01 00:00:00', to: '2026-11-05 00:00:00' })).toEqual([
      'the store begins on 2026-11-01: nothing is known of the days before, from 2026-10-01',
      'the store ends on 2026-11-03: nothing is known of the days after, up to 2026-11-05',
    ])
  })

  it('is also a day in between, when the query asks for it', () => {
    const days = ['2026-11-01', '2026-11-10']
    expect(coverageNotes(days, {})).toEqual([
      'no event is stored for 2026-11-02, 2026-11-03, 2026-11-04, 2026-11-05, 2026-11-06 and 3 more',
    ])
    expect(coverageNotes(days, { from: '2026-11-09 12:00:00' })).toEqual([
      'no event is stored for 2026-11-09',
    ])
    expect(coverageNotes(days, { from: '2026-11-10 12:00:00' })).toEqual([])
  })

  it('is everything, when nothing is stored', () => {
    expect(coverageNotes(['unknown'], {})).toEqual(['the store holds no event of a known day'])
  })
})
