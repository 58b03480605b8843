import type { ListedObject } from '../ports.ts'
import type { DigestedLog } from '../trail/digest-file.ts'
import type { LogInspection } from '../trail/inspection.ts'
import { damageText, type InspectLog } from './inspect.ts'
import type { JudgedDigest, Trust } from './judge-digest.ts'
import type { LogTable } from './log-table.ts'
import { belowLogs, isS3, nameOf } from './place.ts'
import { forEachInFlight } from './pool.ts'
import { type DigestKey, type Fault, unreadable } from './read-digest.ts'

/** The digest that lists a log file: read now, or proven in an earlier run. */
export interface Lister {
  readonly object: ListedObject
  readonly key: DigestKey
  /** Delivery window, milliseconds. */
  readonly window: { readonly start: number; readonly end: number } | undefined
  readonly fault: Fault | undefined
}

/** A log file as the most trusted digest lists it. */
export interface LogListing {
  readonly log: DigestedLog
  readonly trust: Trust
  readonly by: Lister
}

export interface LogVerdict {
  readonly listing: LogListing
  /** Row of the log table. */
  readonly row: number
  /** Name for messages, with the full key. */
  readonly name: string
  readonly fault: Fault | undefined
}

/** How listed log files are found and judged. */
export interface LogTools {
  readonly table: LogTable
  /** May an object be asked for that was not listed? */
  readonly canAsk: (bucket: string) => boolean
  readonly inspect: InspectLog
  readonly inFlight: number
  /** Once for each entry of a digest. */
  readonly onDone: () => void
}

const RANK: Readonly<Record<Trust, number>> = { proven: 2, unproven: 1, broken: 0 }

/**
 * Judges every log file that digests list, once, `inFlight` at a time; bytes are never kept. Where two digests list the same, the
 * more trusted counts: a copy of a digest cannot talk a log into another verdict. What is not valid is answered, in the order of
 * the digests.
 */
export const judgeLogs = async (
  judged: readonly JudgedDigest[],
  tools: LogTools,
  onVerdict: (verdict: LogVerdict) => void,
): Promise<void> => {
  const faulty: { readonly order: number; readonly verdict: LogVerdict }[] = []
  await forEachInFlight(rowsOf(judged, tools), tools.inFlight, async ({ listing, row, order }) => {
    const verdict = await judgeLog({ listing, row }, tools)
    if (verdict.fault) faulty.push({ order, verdict })
    else onVerdict(verdict)
    tools.onDone()
  })
  for (const { verdict } of faulty.sort((a, b) => a.order - b.order)) onVerdict(verdict)
}

/** Judges one log file that a digest lists. */
export const judgeLog = async (
  { listing, row }: { readonly listing: LogListing; readonly row: number },
  { table, canAsk: mayAsk, inspect }: Pick<LogTools, 'table' | 'canAsk' | 'inspect'>,
): Promise<LogVerdict> => {
  const object = table.objectAt(row)
  const isListed = table.isListed(row)
  const canAsk = isListed || mayAsk(listing.log.bucket)
  const fault = canAsk ? await faultOf(listing, { object, isListed }, inspect) : elsewhere(listing.log)
  return { listing, row, name: canAsk ? nameOf(object) : listing.log.key, fault }
}

/** The row of a log file that a digest lists; made when the listing does not show it. */
export const rowOf = (table: LogTable, digest: ListedObject, log: DigestedLog): number =>
  table.find(log.bucket, log.key) ?? table.addAbsent(absent(digest, log))

const listerOf = ({ read, fault }: JudgedDigest): Lister => ({
  object: read.object,
  key: read.key,
  window: read.content.ok ? read.content.digest : undefined,
  fault,
})

function* rowsOf(judged: readonly JudgedDigest[], { table, onDone }: LogTools) {
  let order = 0
  // Array.prototype.sort is stable: within a rank, the order of the digests.
  for (const one of [...judged].sort((a, b) => RANK[b.trust] - RANK[a.trust])) {
    const { content } = one.read
    if (!content.ok) continue
    const by = listerOf(one)
    for (const log of content.logs()) {
      const row = rowOf(table, by.object, log)
      if (table.claim(row)) yield { listing: { log, trust: one.trust, by }, row, order: order++ }
      else onDone()
    }
  }
}

/** What to ask for. In a folder a log lies below the same folder as the digest that lists it. */
const absent = (digest: ListedObject, { bucket, key }: DigestedLog): ListedObject => {
  if (isS3(digest)) return { bucket, key, size: 0, name: `s3://${bucket}/${key}` }
  const head = digest.key.slice(0, digest.key.length - belowLogs(digest.key).length)
  const path = head + belowLogs(key)
  return { bucket: digest.bucket, key: path, size: 0, name: path }
}

const faultOf = async (
  listing: LogListing,
  { object, isListed }: { readonly object: ListedObject; readonly isListed: boolean },
  inspect: InspectLog,
): Promise<Fault | undefined> => {
  if (listing.trust === 'broken') {
    const state = isListed ? '' : ', and it is not there'
    const detail = `it is listed by a digest that cannot be trusted (${nameOf(listing.by.object)})${state}`
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
  detail: `it is listed by ${nameOf(listing.by.object)}, and it is not there`,
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
  const detail = `its hash fits, but the digest that lists it is not proven (${why}): ${nameOf(listing.by.object)}`
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
