import { type ChainRecord, isOpen, mergedRecord, type Watched } from './chain-record.ts'
import { chainFromId, chainId, chainOf, nameOfChain } from './integrity/heads.ts'
import { type DigestKey, digestContent } from './integrity/read-digest.ts'
import { validateTrails } from './integrity/validate.ts'
import type { ListedObject, LogStore } from './ports.ts'
import type { DigestedLog } from './trail/digest-file.ts'
import { parseObjectKey } from './trail/object-key.ts'
import type { Problem } from './verdict.ts'
import { condensed, GRACE, lookAtDigest, mayHeal, type WatchWorld, watchedOf } from './watch-digest.ts'

/** One account and Region of a bucket: what is swept in one go. `root` is its `.../AWSLogs/`, with the organization's id where it has one. */
export interface SweepPlace {
  readonly bucket: string
  readonly root: string
  readonly account: string
  readonly region: string
}

/** The independent clock of a chain: what CloudTrail itself says of the trail. */
export interface ChainStatus {
  readonly isLogging: boolean
  /** UTC ISO. */
  readonly latestDigest?: string
}

export interface SweepWorld extends WatchWorld {
  /** `undefined` for a trail that is not ours to ask about. */
  statusOf(chain: { readonly id: string; readonly region: string }): Promise<ChainStatus | undefined>
}

/** What a sweep of one place has found, by chain. */
export interface Sweep {
  readonly chains: ReadonlyMap<string, { readonly certain: readonly Problem[]; readonly news: ChainRecord }>
  /** What belongs to no chain that is known. */
  readonly certain: readonly Problem[]
  readonly counts: { readonly digests: number; readonly objects: number; readonly unverifiable: number }
  readonly notes: readonly string[]
}

const HOUR = 3_600_000
const DAY = 24 * HOUR

interface Listing {
  readonly objects: readonly ListedObject[]
  /** Digests by chain. */
  readonly digests: ReadonlyMap<string, readonly { readonly key: DigestKey; readonly name: string }[]>
}

/**
 * What no delivery announces, of one account and Region: digests that never came, log files of the last `days` that no digest lists or
 * that are gone, chains that fell silent, and whether what was doubtful has mended. Digests are read; log files are only looked
 * for, since whoever looked at their digest has read them. Throws what listing throws.
 */
export const sweepPlace = async (
  world: SweepWorld,
  place: SweepPlace,
  { days, known }: { readonly days: number; readonly known: ReadonlyMap<string, ChainRecord> },
): Promise<Sweep> => {
  const now = world.clock.now()
  const from = Math.floor(Date.parse(now) / DAY - days) * DAY
  const looks = await secondLooks(world, known)
  const listing = await listPlace(world.logs, place, from - DAY)
  const report = await validateListed(world, { place, listing, from, known })
  const told = condensed(
    report.problems.filter((problem) => !isFallen(problem) && !isTail(problem)),
    `${place.account}/${place.region}`,
  )
  const chains = new Map<string, { certain: readonly Problem[]; news: ChainRecord }>()
  for (const id of chainsIn(known, listing, told)) {
    const mine = told.filter((problem) => chainOfProblem(problem, id))
    const end = endOf(listing.digests.get(id) ?? [], report.problems, now)
    const silent = await silenceOf(world, id, { end, saved: known.get(id)?.head?.end, now, from })
    const doubts = watchedOf([...mine.filter((problem) => mayHeal(problem, now)), ...silent], undefined, now)
    const head = report.heads[id]
    const watched = { ...mendedHere(known.get(id), doubts, now), ...doubts }
    const { certain, news } = looks.get(id) ?? { certain: [], news: { watched: {} } }
    chains.set(id, {
      certain: [...certain, ...mine.filter((problem) => !mayHeal(problem, now))],
      news: mergedRecord(news, { ...(head && { head }), watched }),
    })
  }
  const rest = told.filter((problem) => ![...chains.keys()].some((id) => chainOfProblem(problem, id)))
  const digests = [...listing.digests.values()].reduce((sum, list) => sum + list.length, 0)
  return {
    chains,
    certain: [...rest, ...(chains.size === 0 ? withoutDigests(place, listing, now) : [])],
    counts: {
      digests,
      objects: listing.objects.length,
      unverifiable: report.problems.filter(isFallen).length,
    },
    notes: report.notes,
  }
}

/** Everything of one Region from a day on: names are kept, bytes are not read. All kinds that digests may list. */
const listPlace = async (logs: LogStore, place: SweepPlace, from: number): Promise<Listing> => {
  const objects: ListedObject[] = []
  const digests = new Map<string, { key: DigestKey; name: string }[]>()
  for (const kind of ['', '-Digest', '-Insight', '-NetworkActivity', '-Aggregated']) {
    const prefix = `${place.root}${place.account}/CloudTrail${kind}/${place.region}/`
    const after = `${prefix}${new Date(from).toISOString().slice(0, 10).replaceAll('-', '/')}`
    for await (const object of logs.list(prefix, { after })) {
      if (object.key <= after) continue
      objects.push(object)
      const key = parseObjectKey(object.key)
      if (key.type !== 'digest') continue
      const id = chainId(chainOf(key))
      const list = digests.get(id)
      if (list) list.push({ key, name: object.name })
      else digests.set(id, [{ key, name: object.name }])
    }
  }
  return { objects, digests }
}

interface Asked {
  readonly place: SweepPlace
  readonly listing: Listing
  readonly from: number
  readonly known: ReadonlyMap<string, ChainRecord>
}

/** Validates what was listed, taking the word of each digest for the bytes of its log files. */
const validateListed = (world: SweepWorld, { place, listing, from, known }: Asked) => {
  const hashes = new Map<string, string>()
  const logs: LogStore = {
    ...world.logs,
    name: `s3://${place.bucket}/${place.root}`,
    list: async function* () {
      yield* listing.objects
    },
    read: async (object) => {
      const stored = await world.logs.read(object)
      if (stored)
        for (const { bucket, key, hash } of logsOf(stored.bytes)) hashes.set(`${bucket}/${key}`, hash)
      return stored
    },
  }
  const names = new Set(listing.objects.map(({ bucket, key }) => `${bucket}/${key}`))
  return validateTrails(
    { logs, publicKeys: world.publicKeys },
    {
      from: new Date(from).toISOString(),
      state: lostHeads(known, names, from),
      inspectLog: async ({ bucket, key }) => {
        const sha256 = names.has(`${bucket}/${key}`) ? hashes.get(`${bucket}/${key}`) : undefined
        return sha256 === undefined ? undefined : { ok: true, sha256 }
      },
    },
  )
}

const logsOf = (bytes: Uint8Array): readonly DigestedLog[] => {
  const content = digestContent(bytes)
  return content.ok ? content.logs() : []
}

/** Heads that should be in the listing and are not: they show what was cut off behind them. */
const lostHeads = (known: Asked['known'], names: ReadonlySet<string>, from: number) =>
  Object.fromEntries(
    [...known].flatMap(([id, { head }]) =>
      head && Date.parse(head.end) >= from && !names.has(`${head.bucket}/${head.key}`) ? [[id, head]] : [],
    ),
  )

/** What waits for a second look gets it, digest by digest. */
const secondLooks = async (
  world: WatchWorld,
  known: Asked['known'],
): Promise<ReadonlyMap<string, { readonly certain: readonly Problem[]; readonly news: ChainRecord }>> => {
  const looks = new Map<string, { certain: readonly Problem[]; news: ChainRecord }>()
  for (const record of known.values()) {
    const waiting = Object.values(record.watched).flatMap((one) =>
      isOpen(one) && one.again ? one.again : [],
    )
    const digests = new Map(waiting.map((digest) => [`${digest.bucket}/${digest.key}`, digest]))
    for (const digest of digests.values()) {
      if (parseObjectKey(digest.key).type !== 'digest') continue
      const { chain, certain, news } = await lookAtDigest(world, digest)
      const before = looks.get(chain)
      looks.set(chain, {
        certain: [...(before?.certain ?? []), ...certain],
        news: before ? mergedRecord(before.news, news) : news,
      })
    }
  }
  return looks
}

const chainsIn = (
  known: Asked['known'],
  listing: Listing,
  problems: readonly Problem[],
): ReadonlySet<string> =>
  new Set([
    ...known.keys(),
    ...listing.digests.keys(),
    ...problems.flatMap(({ object }) => chainOfObject(object) ?? []),
  ])

const chainOfObject = (object: string): string | undefined => {
  const key = parseObjectKey(object.replace(/^s3:\/\/[^/]+\//, ''))
  return key.type === 'digest' ? chainId(chainOf(key)) : undefined
}

const chainOfProblem = ({ kind, object }: Problem, id: string): boolean => {
  if (kind !== 'chain') return chainOfObject(object) === id
  const chain = chainFromId(id)
  return chain !== undefined && nameOfChain(chain) === object
}

/** Log files that cannot be judged because their digest cannot: the digest is the problem, they are counted. */
const isFallen = ({ status, kind, reason }: Problem): boolean =>
  status === 'unverifiable' && kind === 'log' && reason !== 'in-gap'

/** How long a chain has been silent is told by `silenceOf`, once and not hour by hour. */
const isTail = ({ status }: Problem): boolean => status === 'tail-missing'

/** What only a sweep can tell, and this one does not tell any more. */
const mendedHere = (
  record: ChainRecord | undefined,
  doubts: Readonly<Record<string, Watched>>,
  now: string,
): Record<string, Watched> =>
  Object.fromEntries(
    Object.entries(record?.watched ?? {}).flatMap(([id, one]) =>
      isOpen(one) && !one.again && !Object.hasOwn(doubts, id) ? [[id, { closed: now }]] : [],
    ),
  )

/** End of the newest digest that nothing speaks against. One that is dated in the future says nothing. */
const endOf = (
  digests: readonly { readonly key: DigestKey; readonly name: string }[],
  problems: readonly Problem[],
  now: string,
): number | undefined => {
  const bad = new Set(problems.filter(({ kind }) => kind !== 'chain').map(({ object }) => object))
  const times = digests.filter(({ name }) => !bad.has(name)).map(({ key }) => Date.parse(key.time))
  const past = times.filter((time) => time <= Date.parse(now) + HOUR)
  return past.length > 0 ? Math.max(...past) : undefined
}

interface Ends {
  readonly end: number | undefined
  /** Of the saved head. */
  readonly saved: string | undefined
  readonly now: string
  readonly from: number
}

/** A chain that should have gone on: by its head, by what CloudTrail says of the trail, else by the hourly cadence. */
const silenceOf = async (world: SweepWorld, id: string, ends: Ends): Promise<Problem[]> => {
  const chain = chainFromId(id)
  const saved = ends.saved === undefined ? undefined : Date.parse(ends.saved)
  const last = ends.end ?? saved
  if (!chain || chain.kind === 'backfill' || last === undefined) return []
  const status = await world.statusOf({ id, region: chain.region })
  const isOn = status?.isLogging ?? true
  const latest =
    status?.latestDigest === undefined ? Number.NEGATIVE_INFINITY : Date.parse(status.latestDigest)
  const cadence = isOn ? Date.parse(ends.now) - GRACE : Number.NEGATIVE_INFINITY
  const wasCut = saved !== undefined && saved > last && saved >= ends.from
  if (!wasCut && Math.max(cadence, latest - HOUR) - last < HOUR) return []
  const why = wasCut
    ? 'an earlier run has seen and proven a newer one'
    : status
      ? `CloudTrail ${isOn ? 'says that it is logging' : 'says that it has delivered a newer one'}`
      : 'there is one every hour while logging is on'
  const since = isoOf(last)
  const detail = `expected digests after ${since}, found none; ${why}`
  return [
    {
      status: 'tail-missing',
      kind: 'chain',
      object: nameOfChain(chain),
      reason: 'gone-silent',
      detail,
      from: since,
      to: isoOf(last + HOUR),
    },
  ]
}

/** Log files, and not a single digest. The first one comes an hour or two after the trail was made. */
const withoutDigests = ({ account, region }: SweepPlace, { objects }: Listing, now: string): Problem[] => {
  const old = objects.flatMap(({ key }) => {
    const log = parseObjectKey(key)
    const time = log.type === 'log' && log.kind === 'CloudTrail' ? log.time : undefined
    return time !== undefined && Date.parse(time) < Date.parse(now) - GRACE - HOUR ? time : []
  })
  if (old.length === 0) return []
  const detail = `${old.length} log files and not a single digest: nothing proves or disproves them`
  return [
    { status: 'tail-missing', kind: 'chain', object: `${account}/${region}`, reason: 'no-digests', detail },
  ]
}

const isoOf = (time: number): string => `${new Date(time).toISOString().slice(0, 19)}Z`
