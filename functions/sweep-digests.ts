import type { Context } from 'aws-lambda'
import { systemClock } from '../lib/aws/clock.ts'
import { s3Document } from '../lib/aws/document.ts'
import { type Counts, lambda, logger, report, sumOf } from '../lib/aws/handler.ts'
import { s3LogStore } from '../lib/aws/log-store.ts'
import { statusIn } from '../lib/aws/own-trail.ts'
import { nameOfPlace, type Place, placesIn } from '../lib/aws/places.ts'
import { cloudTrailPublicKeys } from '../lib/aws/public-keys.ts'
import { settingsOf } from '../lib/aws/settings.ts'
import { chainHeadsOf, findingSinkOf } from '../lib/aws/world.ts'
import type { ChainRecord } from '../lib/chain-record.ts'
import { evidenceFinding } from '../lib/evidence-finding.ts'
import { sweepPlace } from '../lib/sweep-digests.ts'
import { settle } from '../lib/watch-digest.ts'

const settings = settingsOf([
  'logBucket',
  'logPrefix',
  'findingBus',
  'topic',
  'lakeBucket',
  'notifyLevel',
  'trailArn',
  'sweepDays',
])
const world = {
  logs: s3LogStore(settings.logBucket),
  publicKeys: cloudTrailPublicKeys(),
  chains: chainHeadsOf(settings),
  clock: systemClock,
  findings: findingSinkOf(settings),
  statusOf: statusIn(settings.trailArn),
}
/** Name of the place a sweep came to when its time ran out, as a JSON text; empty when it came round. */
const checkpoint = s3Document(settings.lakeBucket, 'chains/checkpoint')

/** A place takes seconds; with less than this left (milliseconds) the next run goes on. */
const RESERVE = 120_000

/** Every hour: look for what no delivery announces, place by place, and go on next time where the time ran out. */
export const handler = lambda(async (_event: unknown, context: Context) => {
  const known = await knownChains()
  const places = inTurn(await allPlaces(known), JSON.parse((await checkpoint.read()) ?? '""'))
  const counts: Counts[] = [{ places: 0, failed: 0 }]
  let last = ''
  for (const place of places) {
    if (context.getRemainingTimeInMillis() < RESERVE && last !== '') break
    counts.push(await sweep(place, known).catch((error: unknown) => failed(place, error)))
    last = nameOfPlace(place)
  }
  const swept = counts.length - 1
  await checkpoint.update(() => JSON.stringify(swept < places.length ? last : ''))
  const sum = { ...sumOf(counts), left: places.length - swept }
  report(sum)
  if (sumOf(counts)['failed']) throw new Error(`${sumOf(counts)['failed']} of ${swept} places failed`)
  return sum
})

/** What is remembered, by place and chain. */
const knownChains = async (): Promise<Map<string, string[]>> => {
  const known = new Map<string, string[]>()
  for await (const id of world.chains.list()) {
    const place = id.split('/').slice(0, 2).join('/')
    known.set(place, [...(known.get(place) ?? []), id])
  }
  return known
}

/** Places of the bucket, and those that are only remembered: all their files may be gone. */
const allPlaces = async (known: ReadonlyMap<string, string[]>): Promise<readonly Place[]> => {
  const found = await placesIn(settings.logBucket, settings.logPrefix)
  const there = new Set(found.map(({ account, region }) => `${account}/${region}`))
  const gone = [...known].flatMap(([name, ids]) => (there.has(name) ? [] : ids))
  const lost = await Promise.all(gone.map(async (id) => placeOf(id, await world.chains.of(id))))
  const byName = new Map([...found, ...lost.flat()].map((place) => [nameOfPlace(place), place]))
  return [...byName.values()].sort((a, b) => (nameOfPlace(a) < nameOfPlace(b) ? -1 : 1))
}

/** Where a chain was last seen, when that is the bucket of the sweep. */
const placeOf = (id: string, record: ChainRecord | undefined): Place[] => {
  const [account = '', region = ''] = id.split('/')
  const { logBucket: bucket } = settings
  const root = record?.head?.key.split(`${account}/CloudTrail-Digest/`)[0] ?? `${settings.logPrefix}AWSLogs/`
  return record?.head && record.head.bucket !== bucket ? [] : [{ bucket, root, account, region }]
}

/** The places after the checkpoint first. */
const inTurn = (places: readonly Place[], after: string): readonly Place[] => {
  const next = places.findIndex((place) => nameOfPlace(place) > after)
  return next < 0 ? places : [...places.slice(next), ...places.slice(0, next)]
}

const sweep = async (place: Place, known: ReadonlyMap<string, string[]>): Promise<Counts> => {
  const ids = known.get(`${place.account}/${place.region}`) ?? []
  const records = await Promise.all(ids.map(async (id) => [id, await world.chains.of(id)] as const))
  const remembered = new Map<string, ChainRecord>(
    records.flatMap(([id, one]) => (one && isOf(place, one) ? [[id, one]] : [])),
  )
  const swept = await sweepPlace(world, place, { days: settings.sweepDays, known: remembered })
  await world.findings.put(swept.certain.map((problem) => evidenceFinding(problem, systemClock.now())))
  const settled: Counts[] = []
  for (const [chain, one] of swept.chains) settled.push(await settle(world, { chain, ...one }, true))
  const counts = sumOf([{ places: 1, ...swept.counts, findings: swept.certain.length }, ...settled])
  logger.info('swept', { place: nameOfPlace(place), ...counts, notes: swept.notes })
  return counts
}

/** Another folder, such as an organization's, may hold files of the same account and Region: its chains are not missing here. */
const isOf = ({ bucket, root }: Place, { head }: ChainRecord): boolean =>
  head === undefined || (head.bucket === bucket && head.key.startsWith(root))

/** The others are swept all the same. */
const failed = (place: Place, error: unknown): Counts => {
  logger.error('place not swept', { place: nameOfPlace(place), error: error as Error })
  return { failed: 1 }
}
