import type { Problem, VerdictKind } from '../verdict.ts'
import { type ChainHead, type ChainIdentity, nameOfChain } from './heads.ts'
import type { JudgedDigest } from './judge-digest.ts'
import { belowLogs, type PlaceOf } from './place.ts'
import type { DigestFacts } from './read-digest.ts'
import type { Segment } from './segments.ts'
import { HOUR, hourlySlots, keyAt } from './slots.ts'

export interface TimelineInput {
  readonly chain: ChainIdentity
  /** In time order. */
  readonly judged: readonly JudgedDigest[]
  readonly placeOf: PlaceOf
  /** Is there an object at this place, in or out of the range? */
  readonly isListed: (place: string) => boolean
  /** Does this source hold that bucket at all? */
  readonly holdsBucket: (bucket: string) => boolean
  /** Names an object that is not there. */
  readonly nameOf: (bucket: string, key: string) => string
  readonly head: ChainHead | undefined
  /** Range asked for, milliseconds; infinite where open. */
  readonly from: number
  readonly to: number
  /** Digests are expected to reach this time, and why. */
  readonly until: { readonly time: number; readonly why: string } | undefined
  /** The time of this run, milliseconds: what is missing for less than three hours may yet come. */
  readonly now?: number | undefined
  /** Newest digest that the listing names, in or out of the range. */
  readonly newestListed: { readonly time: number; readonly key: string; readonly bucket: string } | undefined
}

/** A digest that must have been there. */
export interface LostDigest {
  readonly bucket: string
  readonly key: string
  readonly status: 'missing' | 'tail-missing'
  readonly reason: string
  readonly from: number
  readonly to: number
  readonly signature?: string
  readonly hash?: string
}

/** Digests may be delivered late and out of order; after this, one that is missing is missing (milliseconds). */
const GRACE = 3 * HOUR

export interface Timeline {
  readonly lost: readonly LostDigest[]
  readonly problems: readonly Problem[]
  readonly notes: readonly string[]
  readonly segments: readonly Segment[]
  readonly missing: number
  readonly gaps: number
  readonly tailMissing: number
}

/** A timeline in the making. */
export interface Draft {
  readonly input: TimelineInput
  readonly problems: Problem[]
  readonly notes: string[]
  readonly segments: Segment[]
  readonly lost: LostDigest[]
  /** Times in the names of digests that are there but broken: their hour is not missing. */
  readonly brokenTimes: ReadonlySet<number>
  missing: number
  tailMissing: number
  gaps: number
}

/**
 * Digests lost between `from` and `to`: the newest is `last`, those before follow from the hourly cadence. An hour whose
 * digest is there, though broken, is not missing, but its list of logs is lost all the same.
 */
export const hole = (
  draft: Draft,
  from: number,
  to: number,
  last: {
    readonly bucket: string
    readonly key: string
    readonly signature?: string
    readonly hash?: string
  },
  reason: string,
  status: 'missing' | 'tail-missing' = 'missing',
): void => {
  const { input } = draft
  const start = Math.max(from, input.from)
  const doubt = brokenStart(draft, start, to)
  const { slots, rest } = hourlySlots(Math.max(start, doubt ?? start), to)
  if (doubt !== undefined && doubt > start) doubtful(draft, start, doubt, 'the digest that says so is broken')
  draft.segments.push({ from: start, to, state: 'hole' })
  if (rest)
    chainProblem(draft, status, 'hourly-cadence', `more digests are missing before ${isoOf(rest.to)}`, rest)
  for (const [index, slot] of slots.entries()) {
    if (slot.to - HOUR >= input.to || draft.brokenTimes.has(slot.to)) continue
    const key = index === 0 ? last.key : keyAt(last.key, slot.to)
    if (index === 0 && input.isListed(input.placeOf(last.bucket, key))) continue
    if (status === 'missing') draft.missing++
    else draft.tailMissing++
    const why = reasonOf(draft, status, index === 0 ? reason : 'hourly-cadence', slot.to)
    const proof =
      index === 0
        ? { ...(last.signature && { signature: last.signature }), ...(last.hash && { hash: last.hash }) }
        : {}
    draft.lost.push({ bucket: last.bucket, key, status, reason: why, ...slot, ...proof })
    draft.problems.push({
      status,
      kind: kindOf(input.chain),
      object: input.nameOf(last.bucket, key),
      reason: why,
      detail: detailOf(draft, status, why, slot),
      from: isoOf(slot.from),
      to: isoOf(slot.to),
    })
  }
}

/** One that was seen before was delivered: it is gone, however fresh. What is expected at the end has its own grace. */
const reasonOf = ({ input }: Draft, status: string, reason: string, end: number): string => {
  const isFresh = input.now !== undefined && input.now - end < GRACE
  return isFresh && status === 'missing' && reason !== 'seen-before' ? 'not-yet-delivered' : reason
}

const detailOf = (
  draft: Draft,
  status: string,
  reason: string,
  slot: { from: number; to: number },
): string => {
  const what = `expected a digest for ${isoOf(slot.from)} to ${isoOf(slot.to)}, found none`
  if (reason === 'not-yet-delivered')
    return `${what}; it may yet be delivered: look again after ${isoOf(slot.to + GRACE)}`
  if (reason === 'link-target-not-found') {
    return `${what}; the digest after it names this one. A fresh one may be delivered out of order: look again`
  }
  if (reason === 'seen-before') return `${what}; an earlier run has seen and proven it`
  return status === 'tail-missing' && draft.input.until
    ? `${what}; ${draft.input.until.why}`
    : `${what}; there is one every hour while logging is on`
}

/** A broken digest that calls itself a starting one: what lay before it may be a gap or a hole. */
const brokenStart = (draft: Draft, from: number, to: number): number | undefined => {
  const starts = draft.input.judged.flatMap(({ trust, read }) => {
    const digest = trust === 'broken' && read.content.ok ? read.content.digest : undefined
    const here = digest && belowLogs(digest.key) === belowLogs(read.object.key)
    return here && !digest.previous && read.time > from && read.time <= to ? [read.time - HOUR] : []
  })
  return starts.length > 0 && draft.input.chain.kind === 'standard' ? Math.max(...starts) : undefined
}

export const doubtful = (draft: Draft, from: number, to: number, why: string): void => {
  const detail = `no digest for ${isoOf(from)} to ${isoOf(to)}: whether logging was off cannot be told, since ${why}`
  chainProblem(draft, 'unverifiable', 'gap-or-hole', detail, { from, to })
}

export const gap = (
  draft: Draft,
  from: number,
  digest: DigestFacts,
  reason: keyof typeof GAPS = 'logging-off',
): void => {
  const { input } = draft
  if (input.chain.kind === 'backfill' || digest.start <= Math.max(from, input.from)) return
  draft.gaps++
  draft.segments.push({ from, to: digest.start, state: 'gap' })
  const detail = `from ${isoOf(from)} to ${isoOf(digest.start)} ${GAPS[reason]}`
  chainProblem(draft, 'gap', reason, detail, { from, to: digest.start })
}

const GAPS = {
  'logging-off': 'logging, or its validation, was off: CloudTrail started a new chain',
  'no-digest-made': 'CloudTrail made no digest: the next one links to the one before, and is proven',
} as const

/** The chain comes out of a bucket that is not part of this source. Only a range that asks for it makes it a failure. */
export const elsewhere = (draft: Draft, digest: DigestFacts, bucket: string): void => {
  const detail = `before ${isoOf(digest.start)} the chain lies in the bucket ${bucket}, which this source does not hold`
  if (!Number.isFinite(draft.input.from)) draft.notes.push(`${nameOfChain(draft.input.chain)}: ${detail}`)
  else
    chainProblem(draft, 'unverifiable', 'other-bucket', detail, { from: draft.input.from, to: digest.start })
}

/** An earlier run followed the chain into a bucket that is not part of this source. */
export const elsewhereNewer = (
  draft: Draft,
  { bucket, end }: ChainHead,
  known = Number.NEGATIVE_INFINITY,
): void => {
  if (Date.parse(end) <= known) return
  draft.notes.push(
    `${nameOfChain(draft.input.chain)}: until ${end} the chain lies in the bucket ${bucket}, which this source does not hold`,
  )
}

const chainProblem = (
  draft: Draft,
  status: Problem['status'],
  reason: string,
  detail: string,
  range: { from: number; to: number },
): void => {
  const object = nameOfChain(draft.input.chain)
  draft.problems.push({
    status,
    kind: 'chain',
    object,
    reason,
    detail,
    from: isoOf(range.from),
    to: isoOf(range.to),
  })
}

const kindOf = (chain: ChainIdentity): VerdictKind =>
  chain.kind === 'backfill' ? 'backfill-digest' : 'digest'

const isoOf = (time: number): string => `${new Date(time).toISOString().slice(0, 19)}Z`
