import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { UnreadableObject } from '../../lib/errors.ts'
import { parseSavedState, type SavedState } from '../../lib/integrity/saved-state.ts'
import type { LogStore } from '../../lib/ports.ts'
import { logKeyOf, type SignedTrail } from '../support/signed-trail.ts'
import {
  BUCKET,
  digestKey,
  fileOf,
  logBytes,
  logKeys,
  logsOf,
  smallTrail,
  told,
  validate,
} from './small-trail.ts'

const HOURS = 60
const PLACE = { account: '111122223333', region: 'us-east-1' }
const clean = smallTrail({ hours: HOURS })

const kept = (state: SavedState): SavedState => parseSavedState(JSON.parse(JSON.stringify(state)))

const until = (trail: SignedTrail, hours: number): SignedTrail => {
  const later = trail.digests.filter(({ hour }) => hour >= hours)
  return without(
    trail,
    later.flatMap(({ key, logKeys: logs }) => [key, ...logs]),
  )
}

const without = (trail: SignedTrail, keys: readonly string[]): SignedTrail => {
  const gone = new Set(keys)
  return { ...trail, objects: new Map([...trail.objects].filter(([key]) => !gone.has(key))) }
}

const withBytes = (trail: SignedTrail, key: string, bytes: Uint8Array): SignedTrail => ({
  ...trail,
  objects: new Map([...trail.objects, [key, { ...trail.objects.get(key)!, bytes }]]),
})

const refusing =
  (keys: ReadonlySet<string>) =>
  (store: LogStore): LogStore => ({
    ...store,
    read: (object) => {
      if (keys.has(object.key)) throw new UnreadableObject(object.key, 'access-denied')
      return store.read(object)
    },
  })

describe('a log file that is missing', () => {
  it.each([
    ['s3', 5],
    ['folder', 5],
    ['s3', 40],
    ['folder', 40],
  ] as const)('is told in every run until it is back, and then heals (%s, hour %i)', async (as, hour) => {
    const [lost] = logKeys(clean, hour)
    const first = await validate(without(until(clean, 50), [lost!]), { as })
    const second = await validate(without(until(clean, 55), [lost!]), { as, resume: kept(first.state) })
    for (const report of [first, second]) {
      expect(told(report)).toEqual([`missing log not-found ${fileOf(lost!)}`])
      expect(report.summary.logs.missing).toBe(1)
    }
    const third = await validate(clean, { as, resume: kept(second.state) })
    expect(third.problems).toEqual([])
    expect(third.logVerdicts.get(lost!)).toBe('valid')
    expect(third.notes.join()).toMatch(/healed: .* was missing \(not-found\), and is valid now/)
    const fourth = await validate(clean, { as, resume: kept(third.state) })
    expect([fourth.problems, fourth.notes]).toEqual([[], []])
  })

  it('is not healed by other bytes under its name', async () => {
    const [lost] = logKeys(clean, 40)
    const first = await validate(without(clean, [lost!]))
    const forged = withBytes(clean, lost!, logBytes('forged'))
    const second = await validate(forged, { resume: kept(first.state) })
    expect(told(second)).toEqual([`modified log hash-mismatch ${fileOf(lost!)}`])
    expect(told(await validate(clean, { resume: kept(second.state) }))).toEqual([])
  })

  it('is no other digest’s to speak for: a forged list does not make it forgotten', async () => {
    const [lost] = logKeys(clean, 40)
    const first = await validate(without(until(clean, 59), [lost!]))
    const forged = without(clean, [lost!])
    const last = digestKey(clean, 59)
    const body = clean.digests[59]!.body.replaceAll(fileOf(logKeys(clean, 59)[0]!), fileOf(lost!))
    const { gzipSync } = await import('node:zlib')
    const second = await validate(withBytes(forged, last, gzipSync(body)), { resume: kept(first.state) })
    expect(told(second)).toContain(`missing log not-found ${fileOf(lost!)}`)
  })
})

describe('a log file that cannot be read', () => {
  it.each([5, 40])('is told in every run until it can, and then heals (hour %i)', async (hour) => {
    const [closed] = logKeys(clean, hour)
    const wrap = refusing(new Set([closed!]))
    const first = await validate(until(clean, 50), { wrap })
    const second = await validate(clean, { wrap, resume: kept(first.state) })
    for (const report of [first, second])
      expect(told(report)).toEqual([`unreadable log access-denied ${fileOf(closed!)}`])
    const third = await validate(clean, { resume: kept(second.state) })
    expect(third.problems).toEqual([])
    expect(third.notes.join()).toContain('healed')
  })

  it('among a thousand others gets its turn: 200 are read in a run, all are told', async () => {
    const logs = logsOf({ ...PLACE, from: '2026-11-01T00:10:00Z', hours: 30 })
    for (let index = 0; index < 450; index++) {
      const time = `2026-11-01T05:${15 + (index % 40)}:00Z`
      logs.set(logKeyOf(PLACE, time, `Many${index}`), { bytes: logBytes(`many ${index}`), deliveredAt: time })
    }
    const trail = smallTrail({ hours: 30, logs })
    const many = [...trail.objects.keys()].filter((key) => key.includes('_Many'))
    const gone = without(trail, many)
    let state = (await validate(gone)).state
    let reads = 0
    const counting = (store: LogStore): LogStore => ({
      ...store,
      read: (object) => {
        if (object.key.includes('_Many')) reads++
        return store.read(object)
      },
    })
    const still = await validate(gone, { resume: kept(state), wrap: counting })
    expect(still.summary.logs.missing).toBe(450)
    expect(reads).toBe(200)
    const healed = []
    for (let hour = 0; hour < 4; hour++) {
      const now = new Date(Date.parse('2026-11-03T00:00:00Z') + hour * 3_600_000).toISOString()
      const report = await validate(trail, { resume: kept(state), now })
      healed.push(450 - report.summary.logs.missing)
      state = report.state
    }
    expect(healed.at(-1)).toBe(450)
    expect(healed[0]).toBe(200)
  })
})

describe('bytes that change behind the head', () => {
  const versioned =
    (versions: ReadonlyMap<string, string>) =>
    (store: LogStore): LogStore => ({
      ...store,
      async *list(prefix, options) {
        for await (const object of store.list(prefix, options))
          yield { ...object, version: versions.get(object.key) ?? '"0cc175b9c0f1b6a831c399e269772661"' }
      },
    })

  it.each(['"ffffffffc0f1b6a831c399e269772661"', '"another-kind-of-tag-1"', '1763990000000.5'])(
    'in the last two days are noticed by the version that the listing shows: %s',
    async (version) => {
      const first = await validate(until(clean, 59), { wrap: versioned(new Map()) })
      const [log] = logKeys(clean, 45)
      const changed = withBytes(clean, log!, logBytes('forged'))
      const second = await validate(changed, {
        resume: kept(first.state),
        wrap: versioned(new Map([[log!, version]])),
      })
      expect(told(second)).toEqual([`modified log hash-mismatch ${fileOf(log!)}`])
      expect(second.notes.join()).toContain('1 objects that were validated before are gone or were changed')
      const third = await validate(changed, {
        resume: kept(second.state),
        wrap: versioned(new Map([[log!, version]])),
      })
      expect(told(third)).toEqual(told(second))
      expect(third.notes).toEqual([])
    },
  )

  it('are no fault where only the version is another', async () => {
    const first = await validate(until(clean, 59), { wrap: versioned(new Map()) })
    const other = versioned(new Map([[digestKey(clean, 50), '"1"']]))
    const second = await validate(clean, { resume: kept(first.state), wrap: other })
    expect(second.problems).toEqual([])
    const third = await validate(clean, { resume: kept(second.state), wrap: other })
    expect([third.problems, third.notes]).toEqual([[], []])
  })
})

describe('a state of the first version', () => {
  it('is taken for its heads, and everything is validated once more', async () => {
    const { state } = await validate(until(clean, 59))
    const chains = Object.fromEntries(
      Object.entries(state.chains).map(([id, { openLogs: _openLogs, ...chain }]) => [id, chain]),
    )
    const old = parseSavedState(JSON.parse(JSON.stringify({ ...state, version: 1, chains })))
    const report = await validate(clean, { resume: old })
    expect(report.problems).toEqual([])
    expect(report.state).toEqual((await validate(clean, { resume: kept(state) })).state)
  })
})

describe('any split of a trail into runs, with log files that go and come', () => {
  it('ends with the verdicts of one run over all of it', async () => {
    const trail = smallTrail({ hours: 40 })
    const logs = trail.digests.flatMap(({ logKeys: keys }) => keys)
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 39 }), { minLength: 1, maxLength: 4 }),
        fc.uniqueArray(fc.nat({ max: logs.length - 1 }), { maxLength: 6 }),
        fc.uniqueArray(fc.nat({ max: logs.length - 1 }), { maxLength: 4 }),
        fc.constantFrom('s3' as const, 'folder' as const),
        async (cuts, late, gone, as) => {
          const setting = { as, keys: trail }
          const whole = without(
            trail,
            gone.map((index) => logs[index]!),
          )
          const expected = await validate(whole, setting)
          const verdicts = new Map<string, string>()
          let state: SavedState | undefined
          let last = expected
          for (const cut of [...cuts.sort((a, b) => a - b), 40]) {
            const waiting = cut === 40 ? [] : late.map((index) => logs[index]!)
            const now = without(until(whole, cut), waiting)
            last = await validate(now, { ...setting, ...(state && { resume: kept(state) }) })
            for (const [key, status] of last.logVerdicts) verdicts.set(key, status)
            state = last.state
          }
          expect(Object.fromEntries(verdicts)).toEqual(Object.fromEntries(expected.logVerdicts))
          expect(told(last)).toEqual(told(expected))
          expect(state).toEqual(expected.state)
        },
      ),
      { numRuns: 60 },
    )
  })
})

it('a log file is still unlisted when nobody ever listed it', async () => {
  const first = await validate(until(clean, 50))
  const key = logKeyOf(PLACE, '2026-11-02T20:30:00Z', 'Planted000000000')
  const trail = { ...clean, objects: new Map(clean.objects) }
  trail.objects.set(key, { bucket: BUCKET, bytes: logBytes('planted'), metadata: {} })
  expect(told(await validate(trail, { resume: kept(first.state) }))).toEqual([
    `unlisted log not-in-any-digest ${fileOf(key)}`,
  ])
})
