import { describe, expect, it } from 'vitest'
import type { PrefixLister } from '../../lib/store/backfill.ts'
import { boundaryOf } from '../../lib/store/boundary.ts'
import { nightlyDays, planRequestOf, rangeDays } from '../../lib/store/compaction-plan.ts'

const A = '111122223333'
const B = '444455556666'
const key = (root: string, account: string, region: string, day: string) =>
  `AWSLogs/${root}${account}/CloudTrail/${region}/${day.replaceAll('-', '/')}/x.json.gz`

const listerOf = (keys: readonly string[]): PrefixLister => ({
  async *below(prefix) {
    const rests = keys.filter((one) => one.startsWith(prefix)).map((one) => one.slice(prefix.length))
    yield [...new Set(rests.map((rest) => `${prefix}${rest.split('/')[0]}/`))].sort()
  },
})

describe('a plan of compactions', () => {
  it('has the last days of every account each night, quiet ones too, and what waits for a clean-up', async () => {
    const lister = listerOf([
      key('', A, 'us-east-1', '2026-11-01'),
      key('o-exampleorg/', B, 'us-east-1', '2026-11-01'),
    ])
    const revisited = [
      { account: A, day: '2026-10-01' },
      { account: A, day: '2026-11-02' },
    ]
    expect(await nightlyDays({ lister, prefix: '', today: '2026-11-03', days: 2, revisited })).toEqual([
      { account: A, day: '2026-11-01' },
      { account: B, day: '2026-11-01' },
      { account: A, day: '2026-11-02' },
      { account: B, day: '2026-11-02' },
      { account: A, day: '2026-10-01' },
    ])
  })

  it('has the days of a range that have log files, each once, and goes on where it stopped', async () => {
    const lister = listerOf([
      key('', A, 'eu-west-1', '2026-10-31'),
      key('', A, 'us-east-1', '2026-10-31'),
      key('', A, 'us-east-1', '2026-11-02'),
      key('', A, 'us-east-1', '2026-11-03'),
      key('', B, 'us-east-1', '2026-11-01'),
    ])
    const asked = async (request: object, stopAfter = Number.POSITIVE_INFINITY) => {
      const days: string[] = []
      let places = 0
      const end = await rangeDays({
        lister,
        bucket: 'logs',
        prefix: '',
        request: planRequestOf(request),
        mustStop: () => places++ >= stopAfter,
        onDays: async (found) => void days.push(...found.map(({ account, day }) => `${account} ${day}`)),
      })
      return { days, ...end }
    }
    const range = { from: '2026-10-31', to: '2026-11-02' }
    const all = [`${A} 2026-10-31`, `${A} 2026-11-02`, `${B} 2026-11-01`]
    expect((await asked(range)).days).toEqual(all)
    expect((await asked({ ...range, account: B })).days).toEqual([`${B} 2026-11-01`])
    expect((await asked({ day: '2026-11-03' })).days).toEqual([`${A} 2026-11-03`])
    const first = await asked(range, 2)
    expect(first).toMatchObject({ finished: false, days: all.slice(0, 2) })
    const second = await asked({ ...range, after: first.last })
    expect(second).toMatchObject({ finished: true, days: all.slice(2) })
  })

  it('says what is wrong with what it was asked', () => {
    expect(planRequestOf({ 'detail-type': 'Scheduled Event', account: A })).toEqual({})
    expect(planRequestOf(undefined)).toEqual({})
    expect(planRequestOf({ refresh: true })).toEqual({ refresh: true })
    expect(() => planRequestOf({ day: '2026/11/01' })).toThrow(
      'day: expected a day as 2026-01-31, found "2026/11/01"',
    )
    expect(() => planRequestOf({ day: '2026-13-01' })).toThrow('day: there is no day 2026-13-01')
    expect(() => planRequestOf({ from: '2026-11-02', to: '2026-11-01' })).toThrow(
      'to: expected a day not before',
    )
    expect(() => planRequestOf({ account: A })).toThrow('expected "day", or "from" and "to"')
    expect(() => planRequestOf({ day: '2026-11-01', account: '1' })).toThrow('account: expected an account')
  })
})

describe('the boundary of a view', () => {
  async function* days(...all: string[]) {
    for (const one of all) yield { account: one.split(' ')[0]!, day: one.split(' ')[1]! }
  }
  const boundary = (delivered: string[], compacted: string[]) =>
    boundaryOf(days(...delivered), days(...compacted), '2026-11-05')

  it('is the first day of any account that is not compacted', async () => {
    const delivered = ['a 2026/11/01', 'a 2026/11/02', 'b 2026/11/02', 'a 2026/11/06']
    expect(await boundary(delivered, [])).toBe('2026-11-01')
    expect(await boundary(delivered, ['a 2026-11-01', 'a 2026-11-02'])).toBe('2026-11-02')
    expect(await boundary(delivered, ['a 2026-11-01', 'a 2026-11-02', 'b 2026-11-02'])).toBe('2026-11-05')
    expect(await boundary([], [])).toBe('2026-11-05')
  })
})
