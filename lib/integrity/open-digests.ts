import { parseObjectKey } from '../trail/object-key.ts'
import type { Problem } from '../verdict.ts'
import type { Chain } from './chains.ts'
import { type ChainIdentity, nameOfChain } from './heads.ts'
import type { JudgedDigest } from './judge-digest.ts'
import type { Evidence } from './plan.ts'
import { placeOfChain } from './resume.ts'
import type { OpenDigest, SavedChain } from './saved-state.ts'
import type { Segment } from './segments.ts'
import { patched } from './segments.ts'
import { HOUR } from './slots.ts'
import { linkEnd } from './timeline.ts'
import type { LostDigest } from './timeline-draft.ts'

/** What became of the open digests of a chain, and what is known of its time before the head. */
export interface Reopened {
  readonly known: readonly Segment[]
  readonly open: readonly OpenDigest[]
  /** Still missing: told again. */
  readonly problems: readonly Problem[]
  readonly notes: readonly string[]
}

/** What an earlier run left of this chain, where this one goes on from it. */
export const savedOf = (chain: Chain, { resumption }: Evidence): SavedChain | undefined =>
  resumption?.days.has(placeOfChain(chain.id)) ? resumption.saved.chains[chain.id] : undefined

/** Was this digest delivered, or found, behind the head? Its neighbours were not read again. */
export const isLate = ({ read }: JudgedDigest, saved: SavedChain | undefined): boolean =>
  saved !== undefined && read.time < Date.parse(saved.head.end)

/** Looks at what was open: proven by now, it heals; anything else is told again. */
export const reopen = (chain: Chain, saved: SavedChain, evidence: Evidence): Reopened => {
  const late = new Map(chain.judged.filter((one) => isLate(one, saved)).map((one) => [one.read.place, one]))
  let known = saved.known.map(
    ({ from, to, state }): Segment => ({ from: Date.parse(from), to: Date.parse(to), state }),
  )
  const open: OpenDigest[] = []
  const problems: Problem[] = []
  const notes: string[] = []
  const none = neverMade(late.values(), saved.open)
  for (const one of saved.open) {
    const here = late.get(evidence.placeOf(one.bucket, one.key))
    const name = evidence.nameOf(one.bucket, one.key)
    if (here?.trust === 'proven')
      notes.push(`healed: ${name} was ${one.status} (${one.reason}), and is proven now`)
    else if (here) continue
    else if (none.has(one)) {
      notes.push(
        `healed: ${name} was ${one.status} (${one.reason}), and a digest that came late shows that none was made`,
      )
      known = patched(known, { from: Date.parse(one.from), to: Date.parse(one.to), state: 'gap' })
    } else if (one.reason === 'moved') notes.push(`${name} was ${one.status} (moved), and is gone`)
    else {
      open.push(stillMissing(one))
      problems.push(problemOf(chain.chain, stillMissing(one), name))
    }
  }
  for (const one of late.values()) {
    if (one.trust !== 'proven') open.push(openOf(one, saved.head.bucket))
    else if (one.read.content.ok) {
      const { start, end } = one.read.content.digest
      known = patched(known, { from: start, to: end, state: 'covered' })
    }
  }
  for (const one of newlyMissed(late.values(), [...saved.open, ...open], evidence)) {
    open.push(one)
    problems.push(problemOf(chain.chain, one, evidence.nameOf(one.bucket, one.key)))
    known = patched(known, { from: Date.parse(one.from), to: Date.parse(one.to), state: 'hole' })
  }
  return { known, open, problems, notes }
}

/** What digests that came late link to, and nobody has missed so far. */
const newlyMissed = (
  late: Iterable<JudgedDigest>,
  open: readonly OpenDigest[],
  { placeOf, isListed, holdsBucket }: Evidence,
): OpenDigest[] => {
  const told = new Set(open.map(({ bucket, key }) => placeOf(bucket, key)))
  return [...late].flatMap(({ trust, read }): OpenDigest[] => {
    const digest = trust === 'proven' && read.content.ok ? read.content.digest : undefined
    if (!digest?.previous || !holdsBucket(digest.previous.bucket)) return []
    const { bucket, key, hash } = digest.previous
    const place = placeOf(bucket, key)
    if (told.has(place) || isListed(place)) return []
    const end = linkEnd(digest, Number.NEGATIVE_INFINITY)
    const range = { from: isoOf(end - HOUR), to: isoOf(end) }
    const signature = digest.previousSignature
    return [
      {
        bucket,
        key,
        status: 'missing',
        reason: 'link-target-not-found',
        ...range,
        hash,
        ...(signature && { signature }),
      },
    ]
  })
}

/**
 * Hours that were only missing by the cadence, and that a digest which came late shows to have had none: it links to one before them, or
 * starts a chain after them.
 */
const neverMade = (late: Iterable<JudgedDigest>, open: readonly OpenDigest[]): ReadonlySet<OpenDigest> => {
  const byEnd = new Map(
    open.filter((one) => one.status === 'missing' && !one.hash).map((one) => [Date.parse(one.to), one]),
  )
  const none = new Set<OpenDigest>()
  for (const { trust, read } of late) {
    if (trust !== 'proven' || !read.content.ok || read.key.backfill) continue
    const { start, previous } = read.content.digest
    const link = previous && parseObjectKey(previous.key)
    const from = link?.type === 'digest' ? Date.parse(link.time) : Number.NEGATIVE_INFINITY
    if (previous && !Number.isFinite(from)) continue
    for (
      let one = byEnd.get(start);
      one && Date.parse(one.from) >= from;
      one = byEnd.get(Date.parse(one.from))
    ) {
      none.add(one)
    }
  }
  return none
}

const stillMissing = (one: OpenDigest): OpenDigest => {
  if (one.status === 'missing')
    return one.reason === 'not-yet-delivered' ? { ...one, reason: 'hourly-cadence' } : one
  return { ...one, status: 'missing', reason: 'not-found' }
}

const problemOf = (chain: ChainIdentity, { reason, from, to }: OpenDigest, object: string): Problem => ({
  status: 'missing',
  kind: chain.kind === 'backfill' ? 'backfill-digest' : 'digest',
  object,
  reason,
  detail: `expected a digest for ${from} to ${to}, found none; ${WHY[reason] ?? `an earlier run has missed it too (${nameOfChain(chain)})`}`,
  from,
  to,
})

/** A digest that is there and not proven, to be looked at again. */
export const openOf = ({ read, fault }: JudgedDigest, bucket: string): OpenDigest => {
  const { object, content, time } = read
  const window = content.ok ? content.digest : { start: time - HOUR, end: time }
  const status = fault?.status
  return {
    bucket: object.bucket ?? (content.ok ? content.digest.bucket : bucket),
    key: object.key,
    status:
      status === 'modified' || status === 'unreadable' || status === 'missing' ? status : 'unverifiable',
    reason: fault?.reason ?? 'unproven',
    from: isoOf(window.start),
    to: isoOf(content.ok ? Math.min(window.end, Math.max(time, window.start)) : time),
  }
}

const WHY: Readonly<Record<string, string>> = {
  'link-target-not-found': 'the digest after it names this one',
}

export const openOfLost = ({ bucket, key, reason, from, to, signature, hash }: LostDigest): OpenDigest => ({
  bucket,
  key,
  status: 'missing',
  reason,
  from: isoOf(from),
  to: isoOf(to),
  ...(signature && { signature }),
  ...(hash && { hash }),
})

const isoOf = (time: number): string => `${new Date(time).toISOString().slice(0, 19)}Z`
