import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { UsageError } from '../../lib/errors.ts'
import { parseSavedState, type SavedState } from '../../lib/integrity/saved-state.ts'
import type { ListingOptions, LogStore } from '../../lib/ports.ts'
import { logKeyOf, mergedTrails, type SignedTrail } from '../support/signed-trail.ts'
import {
  BUCKET,
  digestKey,
  fileOf,
  logBytes,
  logKeys,
  logsOf,
  replace,
  type Setting,
  setMetadata,
  smallTrail,
  told,
  validate,
} from './small-trail.ts'

const HOURS = 60
const PLACE = { account: '111122223333', region: 'us-east-1' }

/** Through JSON, as the command line keeps it. */
const kept = (state: SavedState): SavedState => parseSavedState(JSON.parse(JSON.stringify(state)))

const until = (trail: SignedTrail, hours: number): SignedTrail => {
  const later = new Set(
    trail.digests.filter(({ hour }) => hour >= hours).flatMap(({ key, logKeys: logs }) => [key, ...logs]),
  )
  return { ...trail, objects: new Map([...trail.objects].filter(([key]) => !later.has(key))) }
}

const without = (trail: SignedTrail, keys: readonly string[]): SignedTrail => {
  const objects = new Map(trail.objects)
  for (const key of keys) objects.delete(key)
  return { ...trail, objects }
}

const counted = () => {
  const calls = { list: 0, read: [] as string[], listed: 0 }
  const wrap = (store: LogStore): LogStore => ({
    ...store,
    async *list(prefix = '', options: ListingOptions = {}) {
      calls.list++
      for await (const object of store.list(prefix, options)) {
        calls.listed++
        yield object
      }
    },
    read: (object) => {
      calls.read.push(object.key)
      return store.read(object)
    },
  })
  return { calls, wrap }
}

const clean = smallTrail({ hours: HOURS })
const firstDays = await validate(until(clean, HOURS - 1))

const resumed = (trail: SignedTrail, setting: Setting = {}) =>
  validate(trail, { resume: kept(firstDays.state), ...setting })

describe('a run that goes on from a state', () => {
  it('reads only the new digest with its log files, and the digest of the head', async () => {
    const logs = logsOf({ ...PLACE, from: '2026-11-01T00:10:00Z', hours: HOURS })
    for (let index = 0; index < 18; index++) {
      const time = `2026-11-03T11:${15 + index}:00Z`
      logs.set(logKeyOf(PLACE, time, `Busy${index}`), { bytes: logBytes(`busy ${index}`), deliveredAt: time })
    }
    const trail = smallTrail({ hours: HOURS, logs })
    const { state } = await validate(until(trail, HOURS - 1))
    const { calls, wrap } = counted()
    const report = await validate(trail, { resume: kept(state), wrap })
    expect(report.problems).toEqual([])
    expect(report.summary.digests.valid).toBe(1)
    expect(report.summary.logs.valid).toBe(20)
    expect(calls.read.sort()).toEqual(
      [digestKey(trail, HOURS - 2), digestKey(trail, HOURS - 1), ...logKeys(trail, HOURS - 1)].sort(),
    )
    expect(calls.list + calls.read.length).toBeLessThanOrEqual(25)
  })

  it('reads the head and nothing else when nothing is new', async () => {
    const { calls, wrap } = counted()
    const report = await resumed(until(clean, HOURS - 1), { wrap })
    expect(report.problems).toEqual([])
    expect(calls.read).toEqual([digestKey(clean, HOURS - 2)])
    expect(report.state).toEqual(firstDays.state)
  })

  it('jumps over the days before, in a listing that can', async () => {
    const { calls, wrap } = counted()
    await resumed(clean, { wrap })
    const days = ['2026/11/02', '2026/11/03']
    const there = [...clean.objects.keys()].filter((key) => days.some((day) => key.includes(day)))
    expect(calls.listed).toBeLessThanOrEqual(there.length + 4)
  })

  it.each(['s3', 'folder'] as const)(
    'validates what is new in a Region it has never seen (%s)',
    async (as) => {
      const other = smallTrail({ region: 'eu-west-1', hours: 30 })
      const { state } = await validate(until(clean, HOURS - 1), { as })
      const report = await validate(mergedTrails(clean, other), { as, resume: kept(state) })
      expect(report.problems).toEqual([])
      expect(report.summary.digests.valid).toBe(31)
    },
  )

  it('validates a trail in full that is new in a place it knows', async () => {
    const other = smallTrail({ trail: 'second', hours: HOURS, logs: new Map() })
    const report = await resumed(mergedTrails(clean, other))
    expect(report.problems).toEqual([])
    expect(report.summary.digests.valid).toBe(2 * HOURS)
    expect(report.notes.join()).toContain('knows nothing of the chain 111122223333/us-east-1/second')
  })

  it('works in a folder that has more before AWSLogs/ than the bucket had', async () => {
    const below = (trail: SignedTrail) => ({
      ...trail,
      objects: new Map([...trail.objects].map(([key, object]) => [`copy/${key}`, object])),
    })
    const hole = [digestKey(clean, 5), ...logKeys(clean, 5)]
    const setting = { as: 'folder', keys: clean } as const
    const first = await validate(below(without(until(clean, 50), hole)), setting)
    const second = await validate(below(clean), { ...setting, resume: kept(first.state) })
    expect(second.problems).toEqual([])
    expect(second.notes.join()).toContain('healed')
    expect(second.summary.logs.valid).toBe(22)
  })

  it('stays with stores that know no start of a listing', async () => {
    const deaf = (store: LogStore): LogStore => ({ ...store, list: (prefix) => store.list(prefix) })
    const report = await resumed(clean, { wrap: deaf })
    expect(report.problems).toEqual([])
    expect(report.summary.digests.valid).toBe(1)
  })
})

describe('behind the head', () => {
  it('a digest that was replaced is noticed, and everything validated again', async () => {
    const trail = { ...clean, objects: new Map(clean.objects) }
    replace(trail, digestKey(trail, HOURS - 2), () => gzipSync(`${clean.digests[HOURS - 2]!.body} `))
    const report = await resumed(trail)
    expect(told(report)).toContain(
      `modified digest signature-mismatch ${fileOf(digestKey(trail, HOURS - 2))}`,
    )
    expect(report.summary.digests.valid).toBe(HOURS - 1)
    expect(report.notes.join()).toContain('the digest of the saved head is gone or was changed')
  })

  it('a head that is gone is noticed, with the tail that went with it', async () => {
    const gone = [HOURS - 3, HOURS - 2, HOURS - 1].map((hour) => digestKey(clean, hour))
    const report = await resumed(without(clean, gone))
    const missing = report.problems.filter(({ status }) => status === 'tail-missing' || status === 'missing')
    expect(missing.map(({ object }) => object)).toEqual(
      expect.arrayContaining(gone.slice(0, 2).map((key) => `s3://${BUCKET}/${key}`)),
    )
  })

  it('a digest or a log file deleted in the last two days is noticed, and named', async () => {
    for (const key of [digestKey(clean, 40), logKeys(clean, 40)[0]!]) {
      const report = await resumed(without(clean, [key]))
      expect(report.problems.find(({ status }) => status === 'missing')?.object).toContain(key)
      expect(report.notes.join()).toContain('objects that were validated before are gone')
    }
  })

  it('a file put into the last two days is noticed, again and again', async () => {
    const key = logKeyOf(PLACE, '2026-11-02T15:30:00Z', 'Planted000000000')
    const trail = { ...clean, objects: new Map(clean.objects) }
    trail.objects.set(key, { bucket: BUCKET, bytes: logBytes('planted'), metadata: {} })
    const first = await resumed(trail)
    const second = await validate(trail, { resume: kept(first.state) })
    for (const report of [first, second])
      expect(told(report)).toEqual([`unlisted log not-in-any-digest ${fileOf(key)}`])
  })

  it('a copy of a digest in the last two days is noticed until it is gone', async () => {
    const copy = digestKey(clean, 50).replace('T031000Z', 'T033000Z')
    const trail = { ...clean, objects: new Map(clean.objects) }
    trail.objects.set(copy, clean.objects.get(digestKey(clean, 50))!)
    const first = await resumed(trail)
    const second = await validate(trail, { resume: kept(first.state) })
    for (const report of [first, second])
      expect(told(report)).toEqual([`modified digest moved ${fileOf(copy)}`])
    expect((await validate(clean, { resume: kept(second.state) })).problems).toEqual([])
  })
})

describe('a digest that is missing', () => {
  it.each(['s3', 'folder'] as const)(
    'is told in every run until it comes, days later, and heals (%s)',
    async (as) => {
      const late = digestKey(clean, 3)
      const first = await validate(without(until(clean, 30), [late]), { as })
      const second = await validate(without(until(clean, 50), [late]), { as, resume: kept(first.state) })
      for (const report of [first, second]) {
        expect(told(report)).toContain(`missing digest link-target-not-found ${fileOf(late)}`)
      }
      const third = await validate(clean, { as, resume: kept(second.state) })
      expect(third.problems).toEqual([])
      expect(third.notes.join()).toMatch(
        /healed: .* was missing \(link-target-not-found\), and is proven now/,
      )
      for (const key of logKeys(clean, 3)) expect(third.logVerdicts.get(key)).toBe('valid')
      expect((await validate(clean, { as, resume: kept(third.state) })).notes).toEqual([])
    },
  )

  it('heals without a signature of its own: the digest after it has kept it', async () => {
    const late = digestKey(clean, 3)
    const first = await validate(without(until(clean, 30), [late]))
    const trail = { ...clean, objects: new Map(clean.objects) }
    setMetadata(trail, late, { signature: undefined })
    const second = await validate(trail, { resume: kept(first.state) })
    expect(told(second)).toEqual([`modified digest signature-lost ${fileOf(late)}`])
    for (const key of logKeys(clean, 3)) expect(second.logVerdicts.get(key)).toBe('valid')
  })

  it('does not heal by a forged one', async () => {
    const late = digestKey(clean, 3)
    const first = await validate(without(until(clean, 30), [late]))
    const trail = { ...clean, objects: new Map(clean.objects) }
    replace(trail, late, () => gzipSync(clean.digests[3]!.body.replace('"SHA-256"', '"SHA-512"')))
    const second = await validate(trail, { resume: kept(first.state) })
    expect(second.problems.map(({ object }) => object)).toContain(`s3://${BUCKET}/${late}`)
    expect(second.notes).toEqual([])
    expect((await validate(clean, { resume: kept(second.state) })).notes.join()).toContain('healed')
  })

  it('for less than three hours may yet be delivered, and is told as such', async () => {
    const trail = without(clean, [digestKey(clean, HOURS - 2)])
    const fresh = await validate(trail, { now: '2026-11-03T12:30:00Z' })
    expect(told(fresh)).toContain(`missing digest not-yet-delivered ${fileOf(digestKey(trail, HOURS - 2))}`)
    const later = await validate(trail, { now: '2026-11-03T15:00:00Z', resume: kept(fresh.state) })
    expect(told(later)).toContain(`missing digest hourly-cadence ${fileOf(digestKey(trail, HOURS - 2))}`)
  })

  it('in a backfill chain is found again in its own chain', async () => {
    const trail = smallTrail({ hours: 40, backfill: [5, 30, 31], off: [] })
    const late = digestKey(trail, 30)
    const first = await validate(without(trail, [late]))
    expect(told(first)).toContain(`missing backfill-digest link-target-not-found ${fileOf(late)}`)
    const second = await validate(trail, { resume: kept(first.state) })
    expect(second.problems).toEqual([])
    expect(second.notes.join()).toContain('healed')
  })
})

describe('any split of a trail into runs', () => {
  it('ends with the verdicts of one run over all of it', async () => {
    const trail = smallTrail({ hours: 56, backfill: [20], off: [33, 34] })
    const digests = trail.digests.filter(({ hour }) => hour !== 20)
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 55 }), { maxLength: 6 }),
        fc.uniqueArray(fc.integer({ min: 1, max: 30 }), { maxLength: 4 }),
        fc.uniqueArray(fc.integer({ min: 0, max: 54 }), { maxLength: 3 }),
        fc.constantFrom('s3' as const, 'folder' as const),
        async (cuts, late, gone, as) => {
          const keyOf = (hour: number) => digests.find((one) => one.hour === hour)?.key
          const lost = gone.flatMap((hour) => (keyOf(hour) ? [keyOf(hour)!] : []))
          const whole = without(trail, lost)
          const setting = { as, keys: trail }
          const expected = await validate(whole, setting)
          const verdicts = new Map<string, string>()
          let state: SavedState | undefined
          let last = expected
          for (const cut of [...cuts.sort((a, b) => a - b), 56]) {
            const waiting = cut === 56 ? [] : late.flatMap((hour) => keyOf(hour) ?? [])
            const now = without(until(whole, cut), waiting)
            last = await validate(now, { ...setting, ...(state && { resume: kept(state) }) })
            for (const [key, status] of last.logVerdicts) verdicts.set(key, status)
            state = last.state
          }
          expect(Object.fromEntries(verdicts)).toEqual(Object.fromEntries(expected.logVerdicts))
          const missing = ({ problems }: typeof last) =>
            problems
              .flatMap(({ status, object, kind }) =>
                kind === 'chain' || kind === 'log' ? [] : [`${status} ${object}`],
              )
              .sort()
          expect(missing(last)).toEqual(missing(expected))
          expect(last.heads).toEqual(expected.heads)
        },
      ),
      { numRuns: 80 },
    )
  })
})

describe('a damaged state', () => {
  const state = JSON.parse(JSON.stringify(firstDays.state))
  const [id] = Object.keys(state.chains) as [string]
  const chain = state.chains[id]
  const withChain = (changes: object) => ({ ...state, chains: { [id]: { ...chain, ...changes } } })

  it.each([
    ['a list', []],
    ['nothing', null],
    ['heads without a version', state.chains],
    ['another version', { ...state, version: 3 }],
    ['no chains', { ...state, chains: undefined }],
    ['an id that is no chain', { ...state, chains: { x: chain } }],
    ['a head without its hash', withChain({ head: { ...chain.head, hash: undefined } })],
    ['a head that lies where no digest lies', withChain({ at: 'x' })],
    ['no open digests', withChain({ open: undefined })],
    [
      'an open digest without a time',
      withChain({ open: [{ bucket: 'b', key: 'k', status: 'missing', reason: 'r' }] }),
    ],
    ['another status', withChain({ open: [{ status: 'valid' }] })],
    ['a time that is none', withChain({ known: [{ from: 'x', to: 'y', state: 'covered' }] })],
    ['marks of half a length', { ...state, settled: { '111122223333/us-east-1': { '2026/11/01': 'abc' } } }],
    ['marks of no place', { ...state, settled: { x: {} } }],
  ])('is refused: %s', (_what, json) => {
    expect(() => parseSavedState(json)).toThrow(UsageError)
  })

  it('goes with no range', async () => {
    await expect(resumed(clean, { from: '2026-11-01T00:00:00Z' })).rejects.toThrow(/found both/)
  })
})
