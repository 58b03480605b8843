import { describe, expect, it } from 'vitest'
import { logKeyOf, mergedTrails, type SignedTrail, type SyntheticLog } from '../support/signed-trail.ts'
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

const PLACE = { account: '111122223333', region: 'us-east-1' }

const plant = (trail: SignedTrail, key: string): string => {
  trail.objects.set(key, { bucket: BUCKET, bytes: logBytes(key), metadata: {} })
  return key
}

const logAt = (time: string, unique: string): string => logKeyOf(PLACE, time, unique)

const insightAt = (time: string, unique: string): string =>
  logAt(time, unique)
    .replaceAll('/CloudTrail/', '/CloudTrail-Insight/')
    .replace('_CloudTrail_', '_CloudTrail-Insight_')

/** A trail whose second digest lists one Insights file. */
const withInsight = (): SignedTrail => {
  const options = { ...PLACE, from: '2026-11-01T00:10:00Z', hours: 6 }
  const logs = new Map<string, SyntheticLog>(logsOf(options))
  const at = '2026-11-01T01:30:00Z'
  logs.set(insightAt(at, 'Listed00abcdefgh'), { bytes: logBytes('insight'), deliveredAt: at })
  return smallTrail({ logs })
}

describe('files of kinds that not every digest lists', () => {
  it('reports an unlisted Insights file where a digest of the chain lists one', async () => {
    const trail = withInsight()
    expect(told(await validate(trail))).toEqual([])
    const key = plant(trail, insightAt('2026-11-01T03:30:00Z', 'Planted0abcdefgh'))
    const report = await validate(trail)
    expect(told(report)).toEqual([`unlisted log not-in-any-digest ${fileOf(key)}`])
    expect(report.logVerdicts.get(key)).toBe('unlisted')
  })

  it('reports one that is planted after a saved state', async () => {
    const trail = withInsight()
    const { state } = await validate(trail)
    const key = plant(trail, insightAt('2026-11-01T03:30:00Z', 'Planted0abcdefgh'))
    expect(told(await validate(trail, { resume: state }))).toEqual([
      `unlisted log not-in-any-digest ${fileOf(key)}`,
    ])
  })

  it('says nothing against Network Activity files where digests only list Insights', async () => {
    const trail = withInsight()
    const key = insightAt('2026-11-01T03:30:00Z', 'Other000abcdefgh').replaceAll('Insight', 'NetworkActivity')
    plant(trail, key)
    const report = await validate(trail)
    expect(report.problems).toEqual([])
    expect(report.notes.join()).toContain(fileOf(key))
  })

  it('names the first five of those that no digest speaks for, and counts the rest', async () => {
    const trail = smallTrail()
    const keys = [0, 1, 2, 3, 4, 5, 6].map((n) =>
      plant(trail, insightAt('2026-11-01T03:30:00Z', `Planted${n}abcdefgh`)),
    )
    const report = await validate(trail)
    expect(report.problems).toEqual([])
    const note = report.notes.find((text) => text.includes('not-digested'))!
    expect(keys.filter((key) => note.includes(fileOf(key)))).toHaveLength(5)
    expect(note).toContain('and 2 more')
  })
})

describe('the newest digest of one Region', () => {
  const twoRegions = (offset: string) => {
    const here = smallTrail({ homeRegion: 'us-east-1' })
    const from = `2026-11-01T${offset}:00Z`
    const there = smallTrail({ region: 'eu-west-1', homeRegion: 'us-east-1', from })
    return { here, there }
  }

  it.each(['00:10', '00:11', '00:16', '00:40', '01:09', '01:10'])(
    'is not missed in a clean trail whose other Region starts at %s',
    async (offset) => {
      const { here, there } = twoRegions(offset)
      expect(told(await validate(mergedTrails(here, there)))).toEqual([])
    },
  )

  it.each([['00:16'], ['00:40'], ['01:09']])(
    'is missing when the other Region, which starts at %s, reaches further',
    async (offset) => {
      const { here, there } = twoRegions(offset)
      here.objects.delete(digestKey(here, 5))
      expect(told(await validate(mergedTrails(here, there)))).toEqual(
        [
          `tail-missing digest hourly-cadence ${fileOf(digestKey(here, 5))}`,
          ...logKeys(here, 5).map((key) => `unverifiable log digest-lost ${fileOf(key)}`),
        ].sort(),
      )
    },
  )

  it('may yet come for three hours after it is due', async () => {
    const { here, there } = twoRegions('00:40')
    here.objects.delete(digestKey(here, 5))
    const trail = mergedTrails(here, there)
    expect(told(await validate(trail, { now: '2026-11-01T08:00:00Z' }))).toEqual([])
    expect(told(await validate(trail, { now: '2026-11-01T09:30:00Z' }))).toHaveLength(3)
  })
})

describe('log files dated outside of all digests', () => {
  it('reports one a month ahead, and expects no digests because of it', async () => {
    const trail = smallTrail()
    const key = plant(trail, logAt('2026-12-01T03:30:00Z', 'Planted0abcdefgh'))
    const report = await validate(trail)
    expect(told(report)).toEqual([`unlisted log beyond-the-digests ${fileOf(key)}`])
    expect(report.summary.digests['tail-missing']).toBe(0)
  })

  it('does not let one a month ahead hide a tail that the log files show to be cut', async () => {
    const trail = smallTrail()
    for (const hour of [2, 3, 4, 5]) trail.objects.delete(digestKey(trail, hour))
    const before = told(await validate(trail))
    const key = plant(trail, logAt('2026-12-01T03:30:00Z', 'Planted0abcdefgh'))
    const after = told(await validate(trail))
    expect(after.filter((line) => !before.includes(line))).toEqual([
      `unlisted log beyond-the-digests ${fileOf(key)}`,
    ])
    expect(after).toHaveLength(before.length + 1)
  })

  it('reports a strange name in a day folder far ahead', async () => {
    const trail = smallTrail()
    const planted = logAt('2026-12-01T03:30:00Z', 'Planted0abcdefgh')
    const key = plant(trail, planted.replace(fileOf(planted), 'extra.json.gz'))
    expect(told(await validate(trail))).toEqual([`unlisted log beyond-the-digests ${fileOf(key)}`])
  })

  it('names the first five that are older than the oldest digest', async () => {
    const trail = smallTrail()
    const keys = [0, 1, 2, 3, 4, 5].map((n) =>
      plant(trail, logAt('2026-10-01T03:30:00Z', `Early00${n}abcdefgh`)),
    )
    const { problems } = await validate(trail)
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatchObject({ status: 'unverifiable', reason: 'before-first-digest' })
    expect(keys.filter((key) => problems[0]!.detail.includes(fileOf(key)))).toHaveLength(5)
    expect(problems[0]!.detail).toContain('and 1 more')
  })
})

describe('a source without any digest', () => {
  it('says so of each Region, with its own log files', async () => {
    const trail = mergedTrails(smallTrail(), smallTrail({ region: 'eu-west-1', hours: 2 }))
    for (const key of [...trail.objects.keys()])
      if (key.includes('CloudTrail-Digest')) trail.objects.delete(key)
    const { problems } = await validate(trail)
    expect(
      problems.map(({ status, reason, object, detail }) => [status, reason, object, detail]).sort(),
    ).toEqual([
      ['tail-missing', 'no-digests', '111122223333/eu-west-1', expect.stringContaining('4 log files')],
      ['tail-missing', 'no-digests', '111122223333/us-east-1', expect.stringContaining('10 log files')],
    ])
  })
})
