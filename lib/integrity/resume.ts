import { createHash } from 'node:crypto'
import type { ListedObject } from '../ports.ts'
import { parseObjectKey } from '../trail/object-key.ts'
import { chainFromId, nameOfChain } from './heads.ts'
import type { SourceListing } from './list-source.ts'
import type { LogTable } from './log-table.ts'
import { belowLogs, isOwn, type PlaceOf, s3Place } from './place.ts'
import type { Plan } from './plan.ts'
import { mapInFlight } from './pool.ts'
import { type DigestKey, type ReadDigest, readDigest } from './read-digest.ts'
import { MARK, type Resumption, type SavedChain, type SavedState } from './saved-state.ts'
import { HOUR } from './slots.ts'
import { versionOf } from './version-column.ts'

const DAY = 24 * HOUR

/** Chains that have been silent for longer no longer hold back what is listed. */
const SILENT = 7 * DAY

/**
 * Looks at the digest of each saved head: where it is there unchanged, the run goes on from the day before it. Where it is not,
 * something behind the head was touched, and its account and Region are validated in full.
 */
export const resume = async (plan: Plan, saved: SavedState, placeOf: PlaceOf): Promise<Resumption> => {
  const asked = Object.entries(saved.chains).filter(([id]) => isAsked(plan, id))
  const heads = new Map<string, ReadDigest>()
  const broken = new Set<string>()
  const notes: string[] = []
  await mapInFlight(asked, plan.inFlight, async ([id, { head, at }]) => {
    const read = await readDigest(readerOf(plan, placeOf), objectAt(placeOf, head.bucket, at), keyOf(at))
    if (read.content.ok && read.content.sha256 === head.hash) heads.set(id, read)
    else {
      broken.add(placeOfChain(id))
      const chain = nameOfChain(chainFromId(id)!)
      notes.push(
        `${chain}: the digest of the saved head is gone or was changed: everything is validated again`,
      )
    }
  })
  const days = new Map<string, string>()
  for (const [place, group] of Map.groupBy(asked, ([id]) => placeOfChain(id))) {
    if (!saved.settled[place])
      notes.push(`${place}: the saved state does not say what was validated: everything is validated again`)
    else if (!broken.has(place))
      days.set(place, firstDay(group.map(([id, { head }]) => [id, Date.parse(head.end)])))
  }
  return { saved, days, heads, notes }
}

const isAsked = (plan: Plan, id: string): boolean => {
  const chain = chainFromId(id)!
  const { accounts, regions } = plan.options
  return (
    (accounts?.includes(chain.account) ?? true) &&
    (regions?.includes(chain.region) ?? true) &&
    plan.isTrail({ trail: chain.trail, homeRegion: chain.homeRegion } as DigestKey)
  )
}

export const readerOf = (plan: Plan, placeOf: PlaceOf) => ({
  logs: plan.logs,
  metadata: plan.options.metadata,
  placeOf,
})

export const objectAt = (placeOf: PlaceOf, bucket: string, key: string): ListedObject =>
  placeOf === s3Place
    ? { bucket, key, size: 0, name: `s3://${bucket}/${key}` }
    : { bucket: undefined, key, size: 0, name: key }

const keyOf = (key: string): DigestKey => parseObjectKey(key) as DigestKey

export const placeOfChain = (id: string): string => id.split('/', 2).join('/')

/** The day before the oldest head that still moves. Backfill chains jump about in time and do not count where there is another. */
export const firstDay = (heads: readonly (readonly [string, number])[]): string => {
  const standard = heads.filter(([id]) => id.endsWith('/standard'))
  const times = (standard.length > 0 ? standard : heads).map(([, end]) => end)
  const newest = times.reduce((a, b) => Math.max(a, b))
  return dayOf(times.filter((time) => time > newest - SILENT).reduce((a, b) => Math.min(a, b)) - DAY)
}

/** `YYYY/MM/DD`, UTC. */
export const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10).replaceAll('-', '/')

/** The mark of an object in a saved state: of its name, and of its bytes as far as the listing shows a change. */
export const markOf = (place: string, version: string): string =>
  createHash('sha256').update(`${place}\n${version}`).digest('base64url').slice(0, MARK)

/** The marks of each account and Region that is resumed, as far as its days are listed. */
const settledMarks = ({ saved, days }: Resumption): ReadonlyMap<string, ReadonlySet<string>> =>
  new Map(
    [...days].map(([place, first]) => {
      const marks = Object.entries(saved.settled[place] ?? {})
        .filter(([day]) => day >= first)
        .flatMap(([, text]) => text.match(new RegExp(`.{${MARK}}`, 'g')) ?? [])
      return [place, new Set(marks)]
    }),
  )

/** What a resumed listing holds that needs no second look. */
export interface Settled {
  readonly digests: ReadonlySet<string>
  /** Accounts and Regions that must be validated in full, and why. */
  readonly distrusted: ReadonlyMap<string, string>
}

/**
 * Compares the listing with what was settled before, and claims log files that were. A settled object that is gone, or has other bytes, was
 * touched behind the head; a chain without a head was never looked at. Either makes its account and Region be validated in full.
 */
export const settle = (
  resumption: Resumption,
  { listing, table, placeOf }: { listing: SourceListing; table: LogTable; placeOf: PlaceOf },
  plan: Pick<Plan, 'isTrail' | 'logs'>,
): Settled => {
  const marks = settledMarks(resumption)
  const seen = new Map([...marks.keys()].map((place) => [place, 0]))
  const digests = new Set<string>()
  const distrusted = new Map<string, string>()
  const see = (where: string, name: string, version: string): boolean => {
    if (!marks.get(where)?.has(markOf(name, version))) return false
    seen.set(where, seen.get(where)! + 1)
    return true
  }
  for (const { object, key } of listing.digests) {
    const where = `${key.account}/${key.region}`
    const place = placeOf(object.bucket, object.key)
    const id = `${where}/${key.trail}/${key.homeRegion}/${key.backfill ? 'backfill' : 'standard'}`
    if (see(where, place, versionOf(object.version))) digests.add(place)
    else if (marks.has(where) && plan.isTrail(key)) {
      const why = strangeness(plan, resumption.saved.chains[id], placeOf)
      if (why) distrusted.set(where, why(nameOfChain(chainFromId(id)!)))
    }
  }
  for (const log of table.unclaimed()) {
    const where = `${log.account}/${log.region}`
    if (see(where, placeOf(log.object.bucket, log.object.key), table.versionAt(log.row)))
      table.settle(log.row)
  }
  for (const [where, count] of seen) {
    const gone = marks.get(where)!.size - count
    if (gone > 0) distrusted.set(where, `${gone} objects that were validated before are gone or were changed`)
  }
  return { digests, distrusted }
}

/** Why a new digest cannot simply go on from what is saved of its chain. */
const strangeness = (
  { logs }: Pick<Plan, 'logs'>,
  chain: SavedChain | undefined,
  placeOf: PlaceOf,
): ((name: string) => string) | undefined => {
  if (!chain) return (name) => `the saved state knows nothing of the chain ${name}`
  const head = objectAt(placeOf, chain.head.bucket, chain.at)
  return isOwn(logs, head) ? undefined : (name) => `the chain ${name} comes from ${head.name}`
}

/** Digests that were missing or not proven, looked for under their own names; those in `here` are read anyway. */
export const readOpen = async (
  plan: Plan,
  resumption: Resumption,
  { placeOf, here }: { readonly placeOf: PlaceOf; readonly here: ReadonlySet<string> },
): Promise<ReadDigest[]> => {
  const wanted = [...resumption.heads.keys()].flatMap((id) => {
    const { open, at } = resumption.saved.chains[id]!
    const isResumed = resumption.days.has(placeOfChain(id))
    return isResumed
      ? open.map((one) => objectAt(placeOf, one.bucket, keyInSource(placeOf, at, one.key)))
      : []
  })
  const missing = wanted.filter(({ bucket, key }) => !here.has(placeOf(bucket, key)) && isDigest(key))
  const reads = await mapInFlight(missing, plan.inFlight, (object) =>
    readDigest(readerOf(plan, placeOf), object, keyOf(object.key)),
  )
  return reads.filter(({ content }) => content.ok || content.fault.status !== 'missing')
}

const isDigest = (key: string): boolean => parseObjectKey(key).type === 'digest'

/** A key as the source has it: in a folder below what `at`, another key of the same bucket, is below. */
export const keyInSource = (placeOf: PlaceOf, at: string, key: string): string =>
  placeOf === s3Place ? key : at.slice(0, at.length - belowLogs(at).length) + belowLogs(key)
