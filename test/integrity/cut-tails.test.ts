import { describe, expect, it } from 'vitest'
import { logKeyOf, mergedTrails, type SignedTrail } from '../support/signed-trail.ts'
import { BUCKET, digestKey, fileOf, logBytes, logKeys, smallTrail, told, validate } from './small-trail.ts'

const US = { account: '111122223333', region: 'us-east-1' }
const EU = { account: '111122223333', region: 'eu-west-1' }

/** One trail in two Regions, whose digests end `minutes` apart, until 06:10 in the first. */
const twoRegions = (minutes: number) => {
  const other = smallTrail({
    region: EU.region,
    homeRegion: US.region,
    from: `2026-11-01T00:${10 + minutes}:00Z`,
  })
  return { here: smallTrail(), all: mergedTrails(smallTrail(), other) }
}

const without = (trail: SignedTrail, keys: readonly string[]): SignedTrail => ({
  ...trail,
  objects: new Map([...trail.objects].filter(([key]) => !keys.includes(key))),
})

/** With a log file that no digest lists yet. */
const logAt = (trail: SignedTrail, place: typeof US, time: string): SignedTrail => {
  const object = { bucket: BUCKET, bytes: logBytes('late'), metadata: {} }
  return {
    ...trail,
    objects: new Map([...trail.objects, [logKeyOf(place, time, 'Late000000000000'), object]]),
  }
}

const LATER = { now: '2026-11-01T09:30:00Z' }
const SOON = { now: '2026-11-01T06:40:00Z' }

describe('the last digest of one Region deleted, with its log files', () => {
  it.each([0, 2, 4, 30])('shows in S3 by a Region whose digests end %i minutes later', async (minutes) => {
    const { here, all } = twoRegions(minutes)
    const cut = without(all, [digestKey(here, 5), ...logKeys(here, 5)])
    const tail = `tail-missing digest hourly-cadence ${fileOf(digestKey(here, 5))}`
    expect(told(await validate(cut, LATER))).toEqual([tail])
    // It may still be delivered.
    expect(told(await validate(cut, SOON))).toEqual([])
    expect(told(await validate(all, LATER))).toEqual([])
  })

  it('shows in a copy when anything of the account is later', async () => {
    const { here, all } = twoRegions(2)
    const cut = without(all, [digestKey(here, 5), ...logKeys(here, 5)])
    const tail = `tail-missing digest hourly-cadence ${fileOf(digestKey(here, 5))}`
    const later = logAt(cut, EU, '2026-11-01T06:20:00Z')
    expect(told(await validate(later, { as: 'folder', ...LATER }))).toEqual([tail])
    expect(told(await validate(logAt(all, EU, '2026-11-01T06:20:00Z'), { as: 'folder', ...LATER }))).toEqual(
      [],
    )
    // A copy that ends between two Regions' digests looks the same.
    expect(told(await validate(cut, { as: 'folder', ...LATER }))).toEqual([])
  })

  it('does not show by another account', async () => {
    const { here, all } = twoRegions(2)
    const cut = without(all, [digestKey(here, 5), ...logKeys(here, 5)])
    const later = logAt(cut, { account: '444455556666', region: EU.region }, '2026-11-01T06:20:00Z')
    const report = await validate(later, { as: 'folder', ...LATER })
    expect(told(report).filter((one) => one.includes('digest '))).toEqual([])
  })
})

describe('the last digest deleted, its log files left', () => {
  it('shows in S3 three hours after it was due', async () => {
    const trail = smallTrail()
    const cut = without(trail, [digestKey(trail, 5)])
    const report = await validate(cut, LATER)
    expect(told(report)).toContain(`tail-missing digest hourly-cadence ${fileOf(digestKey(trail, 5))}`)
    expect(report.summary.digests['tail-missing']).toBe(1)
    expect(told(await validate(cut, SOON))).toEqual([])
  })

  it('shows in a copy whose other Regions go on for three hours', async () => {
    const here = smallTrail({ trail: 'one' })
    const there = smallTrail({ trail: 'two', region: EU.region, hours: 9 })
    const cut = without(mergedTrails(here, there), [digestKey(here, 5)])
    expect(told(await validate(cut, { as: 'folder', now: '2026-12-01T00:00:00Z' }))).toContain(
      `tail-missing digest hourly-cadence ${fileOf(digestKey(here, 5))}`,
    )
  })

  it('names every digest that must have been, and no more', async () => {
    const trail = smallTrail()
    const cut = without(
      trail,
      [3, 4, 5].map((hour) => digestKey(trail, hour)),
    )
    const { summary } = await validate(cut, LATER)
    expect(summary.digests['tail-missing']).toBe(3)
  })
})

it('log files of the hour that is not over are expected to be listed later', async () => {
  const trail = logAt(smallTrail(), US, '2026-11-01T06:25:00Z')
  expect(told(await validate(trail, { now: '2026-11-01T07:30:00Z' }))).toEqual([])
  expect(told(await validate(trail, { as: 'folder', now: '2026-12-01T00:00:00Z' }))).toEqual([])
})
