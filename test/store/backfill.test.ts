import { describe, expect, it } from 'vitest'
import { type BackfillOptions, backfill, type Place, type PrefixLister } from '../../lib/store/backfill.ts'

/** A bucket that knows its folders by rule, so that none of its keys is ever in memory. */
const ruled = (
  children: (prefix: string) => readonly string[],
): PrefixLister & { readonly asked: string[] } => {
  const asked: string[] = []
  return {
    asked,
    async *below(prefix) {
      asked.push(prefix)
      const all = children(prefix)
      for (let at = 0; at < all.length; at += 1000) yield all.slice(at, at + 1000)
    },
  }
}

/** A bucket of a few keys. */
const bucketOf = (keys: readonly string[]) =>
  ruled((prefix) =>
    [
      ...new Set(
        keys
          .filter((key) => key.startsWith(prefix) && key.slice(prefix.length).includes('/'))
          .map((key) => key.slice(0, key.indexOf('/', prefix.length) + 1)),
      ),
    ].sort(),
  )

const run = async (lister: PrefixLister, options: Partial<BackfillOptions> = {}) => {
  const places: Place[] = []
  const done = await backfill({
    lister,
    bucket: 'logs',
    prefix: '',
    days: { from: '2026/10/30', to: '2026/11/02' },
    onPlace: async (place) => void places.push(place),
    ...options,
  })
  return { ...done, found: places.flatMap(({ partitions }) => partitions), asPlaces: places }
}

const A = 'AWSLogs/o-abcdef1234/111122223333'

describe('backfill', () => {
  it('finds the days of every account, kind and Region by their folders', async () => {
    const { found, asPlaces, finished } = await run(
      bucketOf([
        `${A}/CloudTrail/us-east-1/2026/10/29/a.json.gz`,
        `${A}/CloudTrail/us-east-1/2026/10/31/a.json.gz`,
        `${A}/CloudTrail/us-east-1/2026/11/02/a.json.gz`,
        `${A}/CloudTrail/us-east-1/2026/11/03/a.json.gz`,
        `${A}/CloudTrail/apiso-centralnorth-2r/2026/11/01/a.json.gz`,
        `${A}/CloudTrail-Insight/us-east-1/2026/11/01/a.json.gz`,
        `${A}/CloudTrail-Digest/us-east-1/2026/11/01/a.json.gz`,
        `${A}/Config/us-east-1/2026/11/01/a.json.gz`,
        'AWSLogs/444455556666/CloudTrail/eu-west-1/2026/11/01/a.json.gz',
        'AWSLogs/other/CloudTrail/eu-west-1/2026/11/01/a.json.gz',
        'elsewhere/2026/11/01/a',
      ]),
    )
    expect(finished).toBe(true)
    expect(asPlaces.map(({ kind, account, region }) => `${account} ${kind} ${region}`)).toEqual([
      '444455556666 CloudTrail eu-west-1',
      '111122223333 CloudTrail-Insight us-east-1',
      '111122223333 CloudTrail apiso-centralnorth-2r',
      '111122223333 CloudTrail us-east-1',
    ])
    expect(found.map(({ region, day, location }) => [region, day, location])).toEqual([
      ['eu-west-1', '2026/11/01', 's3://logs/AWSLogs/444455556666/CloudTrail/eu-west-1/2026/11/01/'],
      ['us-east-1', '2026/11/01', `s3://logs/${A}/CloudTrail-Insight/us-east-1/2026/11/01/`],
      ['apiso-centralnorth-2r', '2026/11/01', `s3://logs/${A}/CloudTrail/apiso-centralnorth-2r/2026/11/01/`],
      ['us-east-1', '2026/10/31', `s3://logs/${A}/CloudTrail/us-east-1/2026/10/31/`],
      ['us-east-1', '2026/11/02', `s3://logs/${A}/CloudTrail/us-east-1/2026/11/02/`],
    ])
  })

  it('registers tomorrow for every Region that is alive, and lists only the months asked for', async () => {
    const lister = bucketOf([
      'p/AWSLogs/111122223333/CloudTrail/us-east-1/2026/11/02/a.json.gz',
      'p/AWSLogs/111122223333/CloudTrail/us-west-2/2019/01/01/a.json.gz',
    ])
    const { found } = await run(lister, {
      prefix: 'p/',
      ahead: '2026/11/03',
      days: { from: '2026/11/02', to: '2026/11/02' },
    })
    expect(found.map(({ region, day }) => `${region} ${day}`)).toEqual([
      'us-east-1 2026/11/02',
      'us-east-1 2026/11/03',
    ])
    expect(lister.asked.filter((prefix) => /\/\d{4}\/$/.test(prefix))).toEqual([])
  })

  it('spans the turn of a year', async () => {
    const lister = bucketOf([
      'AWSLogs/111122223333/CloudTrail/us-east-1/2027/01/01/a',
      'AWSLogs/111122223333/CloudTrail/us-east-1/2026/12/31/a',
    ])
    const { found } = await run(lister, { days: { from: '2026/11/15', to: '2027/01/10' } })
    expect(found.map(({ day }) => day)).toEqual(['2026/12/31', '2027/01/01'])
    expect(lister.asked.at(-1)).toMatch(/2027\/01\/$/)
  })

  const ACCOUNTS = Array.from({ length: 50 }, (_, n) => String(100000000000 + n))
  const REGIONS = Array.from({ length: 17 }, (_, n) => `region-${String(n).padStart(2, '0')}`)
  const DAYS = Array.from({ length: 90 }, (_, n) =>
    new Date(Date.UTC(2026, 7, 15 + n)).toISOString().slice(0, 10).replaceAll('-', '/'),
  )
  const organization = () =>
    ruled((prefix) => {
      const parts = prefix.split('/').slice(0, -1)
      const names = [['o-abcdef1234'], ACCOUNTS, ['CloudTrail', 'CloudTrail-Digest'], REGIONS][
        parts.length - 1
      ]
      if (names) return names.map((name) => `${prefix}${name}/`)
      const month = parts.slice(-2).join('/')
      return DAYS.filter((day) => day.startsWith(`${month}/`)).map((day) => `${prefix}${day.slice(8)}/`)
    })
  const days = { from: DAYS[0]!, to: DAYS.at(-1)! }

  it('finds 50 accounts x 17 Regions x 90 days with one listing a month and place', async () => {
    const { partitions, places, listings, found } = await run(organization(), { days })
    expect({ partitions, places }).toEqual({ partitions: 76_500, places: 850 })
    expect(new Set(found.map(({ location }) => location)).size).toBe(76_500)
    // 1 root, 1 organization, 2 for each account, 4 months for each place
    expect(listings).toBe(1 + 1 + 50 * 2 + 850 * 4)
    console.info(`${partitions} partitions of ${places} places: ${listings} listings`)
  })

  it('goes on where it was stopped or killed, and finds everything once', async () => {
    const seen = new Map<string, number>()
    let after = ''
    let runs = 0
    let listings = 0
    for (let finished = false; !finished; runs++) {
      let left = 70 + runs * 13
      let last = after
      const going = run(organization(), {
        days,
        after,
        mustStop: () => runs % 2 === 0 && left-- === 0,
        onPlace: async ({ prefix, partitions }) => {
          if (runs % 2 === 1 && left-- === 0) throw new Error('killed')
          seen.set(prefix, (seen.get(prefix) ?? 0) + partitions.length)
          last = prefix
        },
      })
      const done = await going.catch(() => undefined)
      after = done?.last ?? last
      finished = done?.finished ?? false
      listings += done?.listings ?? 0
    }
    expect(runs).toBeGreaterThan(3)
    expect(seen.size).toBe(850)
    expect(new Set(seen.values())).toEqual(new Set([90]))
    expect(listings).toBeLessThan(2 * (1 + 1 + 50 * 2 + 850 * 4))
  })
})
