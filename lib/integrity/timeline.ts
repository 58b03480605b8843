import { parseObjectKey } from '../trail/object-key.ts'
import type { ChainHead } from './heads.ts'
import type { JudgedDigest } from './judge-digest.ts'
import type { DigestFacts } from './read-digest.ts'
import { HOUR, keyAt } from './slots.ts'

import {
  type Draft,
  doubtful,
  elsewhere,
  elsewhereNewer,
  gap,
  hole,
  type Timeline,
  type TimelineInput,
} from './timeline-draft.ts'

/** Where digests were, must have been and never were, from the links and the hourly cadence. Pure. */
export const timelineOf = (input: TimelineInput): Timeline => {
  const usable = input.judged.flatMap(({ trust, read, fault }): Point[] => {
    if (trust === 'broken' || !read.content.ok) return []
    const isDoubtful = trust === 'unproven' && fault?.reason !== 'no-public-keys'
    return [{ digest: read.content.digest, place: read.place, trust, isDoubtful }]
  })
  const broken = input.judged.filter(({ trust }) => trust === 'broken')
  const brokenTimes = new Set(broken.map(({ read }) => read.time))
  const draft: Draft = {
    input,
    problems: [],
    notes: [],
    segments: [],
    lost: [],
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
  const { problems, notes, missing, tailMissing, gaps, lost } = draft
  return { problems, notes, segments, lost, missing, tailMissing, gaps }
}

interface Point {
  readonly digest: DigestFacts
  readonly place: string
  readonly trust: JudgedDigest['trust']
  /** There are keys, and none proves it. */
  readonly isDoubtful: boolean
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
    start(draft, Math.max(from, head ? Date.parse(head.end) : from), after)
    return
  }
  const target = draft.input.placeOf(digest.previous.bucket, digest.previous.key)
  if (target === before.place) {
    if (digest.start > from && draft.input.chain.kind === 'standard') {
      if (after.trust === 'proven') gap(draft, from, digest, 'no-digest-made')
      else hole(draft, from, digest.start, linkOf(digest), 'hourly-cadence')
    }
    return
  }
  if (digest.start > from && draft.input.chain.kind === 'standard') {
    // Proven, its link also says that there was no digest after the one it names.
    const end = after.trust === 'proven' ? linkEnd(digest, from) : digest.start
    hole(draft, from, end, linkOf(digest), 'link-target-not-found')
    gap(draft, end, digest, 'no-digest-made')
  } else if (!draft.input.isListed(target)) {
    hole(draft, digest.start - HOUR, digest.start, linkOf(digest), 'link-target-not-found')
  }
}

/** A starting digest says that logging was off before. It must be proven, unless there is no key to prove anything. */
const start = (draft: Draft, from: number, { digest, isDoubtful }: Point): void => {
  if (!isDoubtful || digest.start <= from || draft.input.chain.kind === 'backfill') {
    gap(draft, from, digest)
    return
  }
  doubtful(draft, from, digest.start, 'the digest that says so is not proven')
  draft.segments.push({ from, to: digest.start, state: 'hole' })
}

/** What must lie before the oldest digest of the range. */
const begin = (draft: Draft, oldest: Point): void => {
  const { digest } = oldest
  const { input } = draft
  if (input.head && isLinkTo(input, digest, input.head)) return
  const head = absentHead(draft, Number.NEGATIVE_INFINITY, digest)
  if (head) hole(draft, Date.parse(head.end) - HOUR, Date.parse(head.end), head, 'seen-before')
  const known = head ? Date.parse(head.end) : input.from
  if (!digest.previous || digest.start <= known) return
  if (input.isListed(input.placeOf(digest.previous.bucket, digest.previous.key))) return
  if (!input.holdsBucket(digest.previous.bucket)) {
    elsewhere(draft, digest, digest.previous.bucket)
    return
  }
  const from = Number.isFinite(known) && input.chain.kind === 'standard' ? known : digest.start - HOUR
  hole(draft, from, digest.start, linkOf(digest), 'link-target-not-found')
}

/**
 * After the newest digest of the range: hour by hour until digests are known or expected to have been. A backfill chain has
 * no cadence; there only a saved head tells.
 */
const finish = (draft: Draft, newest: DigestFacts | undefined): void => {
  const { input } = draft
  const known = newest ?? newestByName(draft)
  const isHere = input.head !== undefined && input.holdsBucket(input.head.bucket)
  const head =
    input.head && isHere && !input.isListed(placeOfHead(input, input.head)) ? input.head : undefined
  if (input.head && !isHere) elsewhereNewer(draft, input.head, known?.end)
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
const absentHead = (draft: Draft, after: number, before: DigestFacts): ChainHead | undefined => {
  const { head } = draft.input
  if (!head || draft.input.isListed(placeOfHead(draft.input, head))) return undefined
  if (!draft.input.holdsBucket(head.bucket)) return undefined
  const end = Date.parse(head.end)
  return end > Math.max(after, draft.input.from) && end <= before.start ? head : undefined
}

const placeOfHead = (input: TimelineInput, head: ChainHead): string => input.placeOf(head.bucket, head.key)

const isLinkTo = (input: TimelineInput, digest: DigestFacts, head: ChainHead): boolean =>
  digest.previous !== undefined &&
  input.placeOf(digest.previous.bucket, digest.previous.key) === placeOfHead(input, head) &&
  digest.previous.hash === head.hash

/** When the digest before ended, by its name, as far as that is a time between `from` and the start of this one. */
export const linkEnd = ({ previous, start }: DigestFacts, from: number): number => {
  const key = previous && parseObjectKey(previous.key)
  const end = key?.type === 'digest' ? Date.parse(key.time) : start
  return end > from && end <= start ? end : start
}

/** The digest before, with what this one keeps of it. */
const linkOf = ({ previous, previousSignature }: DigestFacts) => ({
  ...previous!,
  ...(previousSignature !== null && { signature: previousSignature }),
})
