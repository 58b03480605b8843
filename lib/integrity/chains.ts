import type { ListedObject } from '../ports.ts'
import type { ChainHead, ChainHeads, ChainIdentity } from './heads.ts'
import { chainFromId, chainId, chainOf } from './heads.ts'
import { type Bench, type JudgedDigest, judgeDigests } from './judge-digest.ts'
import { nameOf } from './place.ts'
import type { DigestKey, ReadDigest } from './read-digest.ts'
import { HOUR } from './slots.ts'

/** One chain as far as this source holds it. */
export interface Chain {
  readonly id: string
  readonly chain: ChainIdentity
  /** Digests of the range, in time order. */
  readonly judged: readonly JudgedDigest[]
  readonly head: ChainHead | undefined
  /** Newest digest that the listing names, in or out of the range. */
  readonly newestListed: { readonly time: number; readonly key: string; readonly bucket: string } | undefined
}

/**
 * Sorts digests into chains and judges each. Chains that only the listing, or only an earlier run, knows are among them:
 * their digests may all have been deleted.
 */
export const chainsOf = (
  reads: readonly ReadDigest[],
  listed: readonly { readonly object: ListedObject; readonly key: DigestKey }[],
  heads: ChainHeads,
  benchOf: (chain: ChainIdentity, head: ChainHead | undefined) => Bench,
): readonly Chain[] => {
  const byId = new Map<string, ReadDigest[]>()
  for (const { key } of listed) byId.set(chainId(chainOf(key)), [])
  for (const id of Object.keys(heads)) byId.set(id, [])
  for (const read of reads) byId.get(chainId(chainOf(read.key)))?.push(read)
  const newest = newestOf(listed)
  return [...byId].flatMap(([id, members]) => {
    const chain = chainFromId(id)
    if (!chain) return []
    const head = Object.hasOwn(heads, id) ? heads[id] : undefined
    const { first, copies } = withoutCopies(members.sort(inOrder))
    const judged = withoutAstray(judgeDigests(first, benchOf(chain, head)))
    return [{ id, chain, judged: [...judged, ...copies], head, newestListed: newest.get(id) }]
  })
}

const newestOf = (listed: readonly { readonly object: ListedObject; readonly key: DigestKey }[]) => {
  const newest = new Map<string, NonNullable<Chain['newestListed']>>()
  for (const { object, key } of listed) {
    const id = chainId(chainOf(key))
    const time = Date.parse(key.time)
    const known = newest.get(id)
    if (!known || time > known.time) newest.set(id, { time, key: object.key, bucket: object.bucket ?? '' })
  }
  return newest
}

/** By the time in the name; of two copies the one whose folders fit its own words first. */
const inOrder = (a: ReadDigest, b: ReadDigest): number => a.time - b.time || fitOf(b) - fitOf(a)

const fitOf = ({ object, content }: ReadDigest): number =>
  content.ok && object.key.endsWith(content.digest.key) ? 1 : 0

/** Digests come hourly; a trail that was silent for longer may go on (milliseconds). */
const FAR = 48 * HOUR

/**
 * A digest that nothing proves, though others of its chain are proven, and that lies days away from all of them, is nobody's word for
 * the time between: one forged date would make thousands of hours seem missing, and a cut tail seem whole.
 */
const withoutAstray = (judged: readonly JudgedDigest[]): readonly JudgedDigest[] => {
  if (!judged.some(({ trust }) => trust === 'proven')) return judged
  const near = new Set<JudgedDigest>()
  for (const row of [judged, [...judged].reverse()]) {
    let last = Number.NaN
    for (const one of row) {
      if (one.trust === 'broken') continue
      if (isDoubtful(one) && !(Math.abs(one.read.time - last) <= FAR)) continue
      near.add(one)
      last = one.read.time
    }
  }
  return judged.map((one) => (isDoubtful(one) && !near.has(one) ? { ...one, trust: 'broken' } : one))
}

/** Without keys, or in a copy that lost its signatures, nothing can be proven: that is no sign of a forgery. */
const isDoubtful = ({ trust, fault }: JudgedDigest): boolean =>
  trust === 'unproven' &&
  fault?.reason !== 'no-public-keys' &&
  !(fault?.reason === 'signature-missing' && fault.status === 'unverifiable')

/** Two objects of a folder that are the same digest: the second one is a copy, whatever it holds. */
const withoutCopies = (reads: readonly ReadDigest[]) => {
  const seen = new Map<string, ReadDigest>()
  const copies: JudgedDigest[] = []
  for (const read of reads) {
    const original = seen.get(read.place)
    if (!original) seen.set(read.place, read)
    else copies.push(copyOf(read, original))
  }
  return { first: [...seen.values()], copies }
}

const copyOf = (read: ReadDigest, original: ReadDigest): JudgedDigest => ({
  read,
  trust: 'broken',
  signature: undefined,
  fault: { status: 'modified', reason: 'moved', detail: `it is a second copy of ${nameOf(original.object)}` },
})

/**
 * Time until which digests are there; -Infinity for none. Broken ones count only where they go on in the hourly cadence: an object
 * with a far date in its name must not hide a cut tail.
 */
export const endOf = ({ judged, newestListed }: Chain): number => {
  const usable = judged.flatMap(({ trust, read }) =>
    trust !== 'broken' && read.content.ok ? [read.content.digest.end] : [],
  )
  const broken = new Set(judged.filter(({ trust }) => trust === 'broken').map(({ read }) => read.time))
  if (usable.length === 0)
    return broken.size > 0 ? latest([...broken]) : (newestListed?.time ?? Number.NEGATIVE_INFINITY)
  let end = latest(usable)
  while (broken.has(end + HOUR)) end += HOUR
  return end
}

const latest = (times: readonly number[]): number => times.reduce((a, b) => Math.max(a, b))

/** The heads to keep: of each chain the newest digest that is proven, never an older one than before. */
export const headsOf = (chains: readonly Chain[], heads: ChainHeads): ChainHeads => {
  const next: Record<string, ChainHead> = { ...heads }
  for (const { id, judged } of chains) {
    for (const { read, trust, signature } of judged) {
      if (trust !== 'proven' || !read.content.ok || !signature) continue
      const { digest, sha256 } = read.content
      const known = next[id]
      if (known && Date.parse(known.end) >= digest.end) continue
      next[id] = { bucket: digest.bucket, key: digest.key, hash: sha256, signature, end: digest.endText }
    }
  }
  return next
}
