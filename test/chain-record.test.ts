import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type ChainRecord,
  isOpen,
  isUnreported,
  isUntold,
  mergedRecord,
  type Watched,
  wasReported,
} from '../lib/chain-record.ts'
import type { Problem } from '../lib/verdict.ts'
import { memoryChains } from './support/memory-chains.ts'

const at = (hour: number): string => new Date(Date.UTC(2026, 10, 1, hour)).toISOString()
const time = fc.integer({ min: 0, max: 24 * 5 }).map(at)
const problem = fc.record({
  status: fc.constant('missing' as const),
  kind: fc.constant('digest' as const),
  object: fc.constantFrom('s3://b/1', 's3://b/2'),
  reason: fc.constantFrom('link-target-not-found', 'hourly-cadence'),
  detail: fc.constantFrom('x', 'y'),
})
const watch: fc.Arbitrary<Watched> = fc.record(
  { problem, since: time, opened: time, closed: time, reported: time, told: time },
  { requiredKeys: [] },
)
const record: fc.Arbitrary<ChainRecord> = fc.record(
  {
    head: fc.record({
      bucket: fc.constant('b'),
      key: fc.constantFrom('1', '2'),
      hash: fc.constantFrom('a', 'b'),
      signature: fc.constant('s'),
      end: time,
    }),
    watched: fc.dictionary(
      fc.constantFrom('p', 'x_20261019T0010', 'q 2026-10-20T00:10:00Z', '__proto__', 'constructor'),
      watch,
    ),
  },
  { requiredKeys: ['watched'] },
)

describe('the record of a chain', () => {
  it('is one and the same in whatever order, and however often, its parts are merged', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(record, { minLength: 1, maxLength: 6 }),
        fc.array(fc.nat(), { maxLength: 12 }),
        fc.scheduler(),
        async (parts, repeats, scheduler) => {
          const inOrder = memoryChains()
          for (const part of parts) await inOrder.merge('c', part)
          const atOnce = memoryChains(() => scheduler.schedule(Promise.resolve()))
          const again = repeats.map((n) => parts[n % parts.length]!)
          const writers = [...again, ...parts].map((part) => atOnce.merge('c', part))
          await scheduler.waitFor(Promise.all(writers))
          expect(await atOnce.of('c')).toEqual(await inOrder.of('c'))
        },
      ),
      { numRuns: 300 },
    )
  })

  it('keeps the newer head, and unites what is open', () => {
    const head = (end: string) => ({ bucket: 'b', key: end, hash: 'h', signature: 's', end })
    const merged = mergedRecord(
      { head: head('2026-11-01T02:00:00Z'), watched: { a: { opened: at(1) } } },
      { head: head('2026-11-01T01:00:00Z'), watched: { b: { opened: at(1) } } },
    )
    expect(merged.head?.end).toBe('2026-11-01T02:00:00Z')
    expect(Object.keys(merged.watched)).toEqual(['a', 'b'])
  })

  it('goes by the last observation: open, mended, open again', () => {
    const hole: Problem = { status: 'missing', kind: 'digest', object: 'o', reason: 'r', detail: 'd' }
    let state: ChainRecord = { watched: {} }
    const see = (more: Watched): Watched => {
      state = mergedRecord(state, { watched: { o: more } })
      return state.watched['o']!
    }
    let one = see({ problem: hole, since: at(1), opened: at(1) })
    expect([isOpen(one), isUnreported(one), isUntold(one)]).toEqual([true, true, false])
    one = see({ reported: at(2) })
    expect([isOpen(one), isUnreported(one), wasReported(one)]).toEqual([true, false, true])
    one = see({ closed: at(3) })
    expect([isOpen(one), isUntold(one)]).toEqual([false, true])
    one = see({ told: at(3) })
    expect([isOpen(one), isUntold(one)]).toEqual([false, false])
    one = see({ opened: at(4) })
    expect([isOpen(one), isUnreported(one), wasReported(one)]).toEqual([true, true, false])
  })

  it('forgets what its chain has left weeks behind, and nothing without a time', () => {
    const head = { bucket: 'b', key: 'k', hash: 'h', signature: 's', end: '2026-11-16T00:00:00Z' }
    const key = (stamp: string) => `s3://b/1_CloudTrail-Digest_r_t_r_${stamp}Z.json.gz`
    const ids = [
      key('20261101T235959'),
      key('20261102T000000'),
      'a/r/t gone-silent 2026-11-01T10:00:00Z',
      'a/r/t x',
    ]
    const watched = Object.fromEntries(ids.map((id) => [id, { opened: at(0) }]))
    const merged = mergedRecord({ watched }, { head, watched: {} })
    expect(Object.keys(merged.watched)).toEqual(['a/r/t x', key('20261102T000000')])
  })
})
