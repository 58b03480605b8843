import type { ListedObject } from '../ports.ts'
import type { DigestedLog } from '../trail/digest-file.ts'
import { damageText, type InspectLog, type LogInspection } from './inspect.ts'
import type { JudgedDigest, Trust } from './judge-digest.ts'
import { nameOf, type PlaceOf } from './place.ts'
import { mapInFlight } from './pool.ts'
import { type Fault, unreadable } from './read-digest.ts'

/** A log file as the most trusted digest lists it. */
export interface LogListing {
  readonly log: DigestedLog
  readonly trust: Trust
  readonly by: JudgedDigest
}

export interface LogVerdict {
  readonly listing: LogListing
  /** Name for messages, with the full key. */
  readonly name: string
  /** The key as listed by the store; the digest's where there is no object. */
  readonly key: string
  readonly fault: Fault | undefined
}

/** Where the listed log lies: an object of the listing, or what to ask for; `undefined` in a bucket that is not here. */
export type FindLog = (
  log: DigestedLog,
) => { readonly object: ListedObject; readonly isListed: boolean } | undefined

const RANK: Readonly<Record<Trust, number>> = { proven: 2, unproven: 1, broken: 0 }

/**
 * Every log file that digests list, once, in the order of the digests. Where two digests list the same, the more
 * trusted counts: a copy of a digest cannot talk a log into another verdict.
 */
export const listingsOf = (
  judged: Iterable<JudgedDigest>,
  placeOf: PlaceOf,
): ReadonlyMap<string, LogListing> => {
  const listings = new Map<string, LogListing>()
  for (const by of judged) {
    if (!by.read.content.ok) continue
    for (const log of by.read.content.digest.logs) {
      const place = placeOf(log.bucket, log.key)
      const known = listings.get(place)
      if (known && RANK[known.trust] >= RANK[by.trust]) continue
      listings.set(place, { log, trust: by.trust, by })
    }
  }
  return listings
}

/** Judges listed log files, `inFlight` at once, answers in the order given. Bytes are never kept. */
export const judgeLogs = (
  listings: readonly LogListing[],
  tools: {
    readonly find: FindLog
    readonly inspect: InspectLog
    readonly inFlight: number
    readonly onDone: () => void
  },
): Promise<LogVerdict[]> =>
  mapInFlight(listings, tools.inFlight, async (listing) => {
    const found = tools.find(listing.log)
    const fault = found ? await faultOf(listing, found, tools.inspect) : elsewhere(listing.log)
    tools.onDone()
    const key = found?.object.key ?? listing.log.key
    return { listing, key, name: found ? nameOf(found.object) : listing.log.key, fault }
  })

const faultOf = async (
  listing: LogListing,
  { object, isListed }: NonNullable<ReturnType<FindLog>>,
  inspect: InspectLog,
): Promise<Fault | undefined> => {
  if (listing.trust === 'broken') {
    const state = isListed ? '' : ', and it is not there'
    const detail = `it is listed by a digest that cannot be trusted (${nameOf(listing.by.read.object)})${state}`
    return { status: 'unverifiable', reason: 'digest-untrusted', detail }
  }
  let inspection: LogInspection | undefined
  try {
    inspection = await inspect(object)
  } catch (error) {
    return unreadable(error)
  }
  return inspection ? compared(listing, inspection) : missing(listing)
}

const missing = (listing: LogListing): Fault => ({
  status: 'missing',
  reason: 'not-found',
  detail: `it is listed by ${nameOf(listing.by.read.object)}, and it is not there`,
})

/** A hash that differs shows a change even without a key; one that is equal proves only as much as its digest. */
const compared = (listing: LogListing, inspection: LogInspection): Fault | undefined => {
  const { log } = listing
  if (!inspection.ok) {
    const reason = inspection.damage === 'extra-member' ? 'trailing-data' : inspection.damage
    return { status: 'modified', reason, detail: damageText(inspection.damage) }
  }
  if (log.hashAlgorithm !== 'SHA-256') {
    const detail = `expected the hash algorithm SHA-256, found ${log.hashAlgorithm}`
    return { status: 'unverifiable', reason: 'unknown-hash-algorithm', detail }
  }
  if (inspection.sha256 !== log.hash) {
    const detail = `expected the content hash ${log.hash}, found ${inspection.sha256}`
    return { status: 'modified', reason: 'hash-mismatch', detail }
  }
  if (listing.trust === 'proven') return undefined
  const why = listing.by.fault?.reason ?? 'unproven'
  const detail = `its hash fits, but the digest that lists it is not proven (${why}): ${nameOf(listing.by.read.object)}`
  return { status: 'unverifiable', reason: why === 'no-public-keys' ? why : 'digest-unproven', detail }
}

/**
 * Not `missing`: nobody looked where it should be. A responder must go there before calling it a deletion, and must not take it
 * for proven either.
 */
const elsewhere = (log: DigestedLog): Fault => ({
  status: 'unverifiable',
  reason: 'other-bucket',
  detail: `it lies in the bucket ${log.bucket}, which this source does not hold`,
})
