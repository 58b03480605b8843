import type { DigestFile } from '../trail/digest-file.ts'
import type { Problem, VerdictKind } from '../verdict.ts'
import type { ChainHead, ChainIdentity } from './heads.ts'
import type { JudgedDigest } from './judge-digest.ts'
import { belowLogs, type PlaceOf } from './place.ts'
import { HOUR, hourlySlots, keyAt } from './slots.ts'

/** A stretch of a chain's time. In a `hole` a list of log files is lost; in a `gap` there never was one. */
export interface Segment {
  readonly from: number
  readonly to: number
  readonly state: 'covered' | 'hole' | 'gap'
}

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
  /** Newest digest that the listing names, in or out of the range. */
  readonly newestListed: { readonly time: number; readonly key: string; readonly bucket: string } | undefined
}

export interface Timeline {
  readonly problems: readonly Problem[]
  readonly notes: readonly string[]
  readonly segments: readonly Segment[]
  readonly missing: number
  readonly gaps: number
  readonly tailMissing: number
}

interface Draft {
  readonly input: TimelineInput
  readonly problems: Problem[]
  readonly notes: string[]
  readonly segments: Segment[]
  /** Times in the names of digests that are there but broken: their hour is not missing. */
  readonly brokenTimes: ReadonlySet<number>
  missing: number
  tailMissing: number
  gaps: number
}

/** Where digests were, must have been and never were, from the links and the hourly cadence. Pure. */
export const timelineOf = (input: TimelineInput): Timeline => {
  const usable = input.judged.flatMap(({ trust, read }) =>
    trust !== 'broken' && read.content.ok ? [{ digest: read.content.digest, place: read.place, trust }] : [],
  )
  const broken = input.judged.filter(({ trust }) => trust === 'broken')
  const brokenTimes = new Set(broken.map(({ read }) => read.time))
  const draft: Draft = {
    input,
    problems: [],
    notes: [],
    segments: [],
    brokenTimes,
    missing: 0,
    tailMissing: 0,
    gaps: 0,
  }
  usable.forEach((point, index) => {
    const before = usable[index - 1]
    if (before) join(draft, before, point)
    else begin(draft, point)
    draft.segments.push({ from: point.digest.start, to: point.digest.end, state: 'covered' })
  })
  brokenEdges(draft, usable[0]?.digest.start, usable.at(-1)?.digest.end)
  finish(draft, usable.at(-1)?.digest)
  const segments = draft.segments.sort((a, b) => a.from - b.from || a.to - b.to)
  const { problems, notes, missing, tailMissing, gaps } = draft
  return { problems, notes, segments, missing, tailMissing, gaps }
}

interface Point {
  readonly digest: DigestFile
  readonly place: string
  readonly trust: JudgedDigest['trust']
}

/** A broken digest outside the span of the others: its hour was digested, but its list cannot be used. */
const brokenEdges = (
  draft: Draft,
  oldest = Number.POSITIVE_INFINITY,
  newest = Number.NEGATIVE_INFINITY,
): void => {
  for (const time of draft.brokenTimes) {
    if (time > newest) draft.segments.push({ from: Math.max(newest, time - HOUR), to: time, state: 'hole' })
    else if (time <= oldest) draft.segments.push({ from: time - HOUR, to: time, state: 'hole' })
  }
}

/** Between two digests that follow each other in the source. */
const join = (draft: Draft, before: Point, after: Point): void => {
  const { digest } = after
  const from = before.digest.end
  const head = absentHead(draft, from, digest)
  if (!digest.previous) {
    // A saved head inside the gap was seen: logging went on at least until then.
    if (head) hole(draft, from, Date.parse(head.end), head, 'seen-before')
    gap(draft, Math.max(from, head ? Date.parse(head.end) : from), digest)
    return
  }
  const target = draft.input.placeOf(digest.previous.bucket, digest.previous.key)
  if (target === before.place) {
    if (digest.start > from && draft.input.chain.kind === 'standard') {
      if (after.trust === 'proven') gap(draft, from, digest)
      else hole(draft, from, digest.start, digest.previous, 'hourly-cadence')
    }
    return
  }
  if (digest.start > from && draft.input.chain.kind === 'standard') {
    hole(draft, from, digest.start, digest.previous, 'link-target-not-found')
  } else if (!draft.input.isListed(target)) {
    hole(draft, digest.start - HOUR, digest.start, digest.previous, 'link-target-not-found')
  }
}

/** What must lie before the oldest digest of the range. */
const begin = (draft: Draft, oldest: Point): void => {
  const { digest } = oldest
  const { input } = draft
  const head = absentHead(draft, Number.NEGATIVE_INFINITY, digest)
  if (head && isLinkTo(input, digest, head)) return
  if (head) hole(draft, Date.parse(head.end) - HOUR, Date.parse(head.end), head, 'seen-before')
  const known = head ? Date.parse(head.end) : input.from
  if (!digest.previous || digest.start <= known) return
  if (input.isListed(input.placeOf(digest.previous.bucket, digest.previous.key))) return
  if (!input.holdsBucket(digest.previous.bucket)) {
    elsewhere(draft, digest, digest.previous.bucket)
    return
  }
  const from = Number.isFinite(known) && input.chain.kind === 'standard' ? known : digest.start - HOUR
  hole(draft, from, digest.start, digest.previous, 'link-target-not-found')
}

/**
 * After the newest digest of the range: hour by hour until digests are known or expected to have been. A backfill chain has
 * no cadence; there only a saved head tells.
 */
const finish = (draft: Draft, newest: DigestFile | undefined): void => {
  const { input } = draft
  const known = newest ?? newestByName(draft)
  const head = input.head && !input.isListed(placeOfHead(input, input.head)) ? input.head : undefined
  const headEnd = head ? Date.parse(head.end) : Number.NEGATIVE_INFINITY
  const start = Math.max(
    known?.end ?? headEnd - HOUR,
    Number.isFinite(input.from) ? input.from : Number.NEGATIVE_INFINITY,
  )
  const template = head && headEnd > start ? head : (known ?? head)
  if (!template) return
  if (head && headEnd > start && headEnd <= input.to) {
    hole(draft, start, headEnd, head, 'seen-before', 'tail-missing')
  }
  const from = Math.max(start, headEnd)
  const until = input.until?.time ?? Number.NEGATIVE_INFINITY
  const hours = Math.floor((until - from) / HOUR)
  if (input.chain.kind === 'backfill' || hours < 1) return
  hole(
    draft,
    from,
    from + hours * HOUR,
    { ...template, key: keyAt(template.key, from + hours * HOUR) },
    'hourly-cadence',
    'tail-missing',
  )
}

const newestByName = (draft: Draft): { end: number; key: string; bucket: string } | undefined => {
  const listed = draft.input.newestListed
  return listed && { end: listed.time, key: listed.key, bucket: listed.bucket }
}

/** The saved head, when its object is gone and its time falls between the two. */
const absentHead = (draft: Draft, after: number, before: DigestFile): ChainHead | undefined => {
  const { head } = draft.input
  if (!head || draft.input.isListed(placeOfHead(draft.input, head))) return undefined
  const end = Date.parse(head.end)
  return end > Math.max(after, draft.input.from) && end <= before.start ? head : undefined
}

const placeOfHead = (input: TimelineInput, head: ChainHead): string => input.placeOf(head.bucket, head.key)

const isLinkTo = (input: TimelineInput, digest: DigestFile, head: ChainHead): boolean =>
  digest.previous !== undefined &&
  input.placeOf(digest.previous.bucket, digest.previous.key) === placeOfHead(input, head) &&
  digest.previous.hash === head.hash

/**
 * Digests lost between `from` and `to`: the newest is `last`, those before follow from the hourly cadence. An hour whose
 * digest is there, though broken, is not missing, but its list of logs is lost all the same.
 */
const hole = (
  draft: Draft,
  from: number,
  to: number,
  last: { readonly bucket: string; readonly key: string },
  reason: string,
  status: 'missing' | 'tail-missing' = 'missing',
): void => {
  const { input } = draft
  const start = Math.max(from, input.from)
  const doubt = brokenStart(draft, start, to)
  const { slots, rest } = hourlySlots(Math.max(start, doubt ?? start), to)
  if (doubt !== undefined && doubt > start) doubtful(draft, start, doubt)
  draft.segments.push({ from: start, to, state: 'hole' })
  if (rest)
    chainProblem(draft, status, 'hourly-cadence', `more digests are missing before ${isoOf(rest.to)}`, rest)
  for (const [index, slot] of slots.entries()) {
    if (slot.to - HOUR >= input.to || draft.brokenTimes.has(slot.to)) continue
    const key = index === 0 ? last.key : keyAt(last.key, slot.to)
    if (index === 0 && input.isListed(input.placeOf(last.bucket, key))) continue
    if (status === 'missing') draft.missing++
    else draft.tailMissing++
    draft.problems.push({
      status,
      kind: kindOf(input.chain),
      object: input.nameOf(last.bucket, key),
      reason: index === 0 ? reason : 'hourly-cadence',
      detail: detailOf(draft, status, index === 0 ? reason : 'hourly-cadence', slot),
      from: isoOf(slot.from),
      to: isoOf(slot.to),
    })
  }
}

const detailOf = (
  draft: Draft,
  status: string,
  reason: string,
  slot: { from: number; to: number },
): string => {
  const what = `expected a digest for ${isoOf(slot.from)} to ${isoOf(slot.to)}, found none`
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

const doubtful = (draft: Draft, from: number, to: number): void => {
  const detail = `no digest for ${isoOf(from)} to ${isoOf(to)}: whether logging was off cannot be told, since the digest that says so is broken`
  chainProblem(draft, 'unverifiable', 'gap-or-hole', detail, { from, to })
}

const gap = (draft: Draft, from: number, digest: DigestFile): void => {
  const { input } = draft
  if (input.chain.kind === 'backfill' || digest.start <= Math.max(from, input.from)) return
  draft.gaps++
  draft.segments.push({ from, to: digest.start, state: 'gap' })
  const detail = `logging, or its validation, was off from ${isoOf(from)} to ${isoOf(digest.start)}: CloudTrail started a new chain`
  chainProblem(draft, 'gap', 'logging-off', detail, { from, to: digest.start })
}

/** The chain comes out of a bucket that is not part of this source. Only a range that asks for it makes it a failure. */
const elsewhere = (draft: Draft, digest: DigestFile, bucket: string): void => {
  const detail = `before ${isoOf(digest.start)} the chain lies in the bucket ${bucket}, which this source does not hold`
  if (!Number.isFinite(draft.input.from)) draft.notes.push(`${nameOfChain(draft.input.chain)}: ${detail}`)
  else
    chainProblem(draft, 'unverifiable', 'other-bucket', detail, { from: draft.input.from, to: digest.start })
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

/** How messages name a chain. */
export const nameOfChain = (chain: ChainIdentity): string =>
  `${chain.account}/${chain.region}/${chain.trail}${chain.kind === 'backfill' ? ' (backfill)' : ''}`

const kindOf = (chain: ChainIdentity): VerdictKind =>
  chain.kind === 'backfill' ? 'backfill-digest' : 'digest'

const isoOf = (time: number): string => `${new Date(time).toISOString().slice(0, 19)}Z`
