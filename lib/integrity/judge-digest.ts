import type { VerdictStatus } from '../verdict.ts'
import type { ChainHead } from './heads.ts'
import { damageText } from './inspect.ts'
import type { MovedCheck } from './moved.ts'
import type { PlaceOf } from './place.ts'
import type { DigestFacts, Fault, ReadDigest } from './read-digest.ts'
import type { RegionKeys } from './region-keys.ts'
import type { OpenDigest } from './saved-state.ts'
import { isHex, isSignedBy, SIGNATURE_ALGORITHM } from './signature.ts'

/**
 * How far the content of a digest can be believed. `proven`: signed by CloudTrail for this place, though the object may
 * still have a fault. `unproven`: nothing proves it and nothing speaks against it. `broken`: neither its list nor its
 * link may be used.
 */
export type Trust = 'proven' | 'unproven' | 'broken'

export interface JudgedDigest {
  readonly read: ReadDigest
  readonly trust: Trust
  /** None: valid. */
  readonly fault: Fault | undefined
  /** The signature that proved it. */
  readonly signature: string | undefined
}

export interface Bench {
  readonly keys: RegionKeys
  readonly moved: MovedCheck
  readonly placeOf: PlaceOf
  /** False for a download without any signature: then the links alone must do, and that is no fault of the digests. */
  readonly signaturesExpected: boolean
  readonly head: ChainHead | undefined
  /** What earlier runs have read, in the digests after them, of digests that were not there. */
  readonly earlier?: readonly OpenDigest[]
}

export const statusOf = (judged: JudgedDigest): VerdictStatus => judged.fault?.status ?? 'valid'

/** What later digests say about one: the signature it had, the hash it had. */
interface Testimony {
  readonly signature: string
  readonly hash: string
  /** Only a digest that is not broken itself may accuse another. */
  readonly trusted: boolean
}

/** Judges the digests of one chain, in time order, from the newest to the oldest: each may speak for the one before. */
export const judgeDigests = (reads: readonly ReadDigest[], bench: Bench): JudgedDigest[] => {
  const testimonies = new Map<string, Testimony[]>()
  const testify = (place: string, testimony: Testimony) =>
    testimonies.set(place, [...(testimonies.get(place) ?? []), testimony])
  const { head } = bench
  if (head) testify(bench.placeOf(head.bucket, head.key), { ...head, trusted: true })
  for (const { bucket, key, signature, hash } of bench.earlier ?? []) {
    if (signature && hash) testify(bench.placeOf(bucket, key), { signature, hash, trusted: true })
  }
  const judged: JudgedDigest[] = []
  for (const read of [...reads].reverse()) {
    const one = judgeDigest(read, bench, testimonies.get(read.place) ?? [])
    judged.push(one)
    const digest = read.content.ok ? read.content.digest : undefined
    if (!digest?.previous || digest.previousSignature === null) continue
    testify(bench.placeOf(digest.previous.bucket, digest.previous.key), {
      signature: digest.previousSignature,
      hash: digest.previous.hash,
      trusted: one.trust !== 'broken',
    })
  }
  return judged.reverse()
}

const judgeDigest = (read: ReadDigest, bench: Bench, testimonies: readonly Testimony[]): JudgedDigest => {
  if (!read.content.ok) return broken(read, read.content.fault)
  const { digest } = read.content
  const moved = bench.moved(read, digest)
  if (moved) return broken(read, { status: 'modified', reason: 'moved', detail: moved })
  const known = knownKey(digest, bench.keys)
  if ('fault' in known) return contradicted(read, testimonies, known.fault) ?? unproven(read, known.fault)
  const signs = (signature: string) => isSignedBy(known.key, signature, digest, contentHashOf(read))
  const own = read.signature !== undefined && signs(read.signature) ? read.signature : undefined
  const proof = own ?? testimonies.map(({ signature }) => signature).find(signs)
  if (proof) return { read, trust: 'proven', fault: provenFault(read, bench, own), signature: proof }
  return notProven(read, bench, testimonies)
}

/** The content is CloudTrail's own; what may still be wrong is the object around it. */
const provenFault = (read: ReadDigest, bench: Bench, own: string | undefined): Fault | undefined => {
  const after = read.content.ok ? read.content.after : undefined
  if (after) return modified(after === 'extra-member' ? 'trailing-data' : after, damageText(after))
  if (!own && (read.signature !== undefined || bench.signaturesExpected)) {
    const what = read.signature === undefined ? 'is missing' : 'does not verify'
    return modified('signature-lost', `its own signature ${what}; the content is proven by the next digest`)
  }
  if (own && (read.signatureAlgorithm ?? SIGNATURE_ALGORITHM) !== SIGNATURE_ALGORITHM) {
    return modified(
      'signature-algorithm',
      `expected the signature algorithm ${SIGNATURE_ALGORITHM}, found ${read.signatureAlgorithm}`,
    )
  }
  if (read.key.backfill && bench.signaturesExpected && Number.isNaN(Date.parse(read.generatedAt ?? ''))) {
    return modified('invalid-format', 'expected a backfill-generation-timestamp in its metadata, found none')
  }
  return undefined
}

const notProven = (read: ReadDigest, bench: Bench, testimonies: readonly Testimony[]): JudgedDigest => {
  if (read.signature !== undefined) {
    return isHex(read.signature)
      ? broken(read, modified('signature-mismatch', 'its signature does not fit its content'))
      : broken(
          read,
          modified('signature-not-hex', 'expected its signature to be hexadecimal, found other text'),
        )
  }
  if (testimonies.some(({ trusted }) => trusted)) {
    const detail = 'the signature that the next digest keeps of it does not fit its content'
    return broken(read, modified('signature-mismatch', detail))
  }
  if (bench.signaturesExpected) {
    return unproven(read, modified('signature-missing', 'expected a signature in its metadata, found none'))
  }
  const detail = 'its signature is not in this source, and there is no later digest that keeps it'
  return unproven(read, { status: 'unverifiable', reason: 'signature-missing', detail })
}

const knownKey = (digest: DigestFacts, keys: RegionKeys) => {
  const unverifiable = (reason: string, detail: string) => ({
    fault: { status: 'unverifiable', reason, detail } satisfies Fault,
  })
  if (keys.none) return unverifiable('no-public-keys', keys.reason ?? 'no public keys for its Region')
  if (digest.signatureAlgorithm !== SIGNATURE_ALGORITHM) {
    const detail = `expected the signature algorithm ${SIGNATURE_ALGORITHM}, found ${digest.signatureAlgorithm}`
    return unverifiable('unknown-algorithm', detail)
  }
  const key = keys.find(digest.fingerprint)
  if (key === 'unknown') {
    return unverifiable('public-key-unknown', `no public key has the fingerprint ${digest.fingerprint}`)
  }
  if (key === 'unusable') {
    return unverifiable('public-key-unusable', `the public key ${digest.fingerprint} cannot be loaded`)
  }
  return { key }
}

/** Without a key, what is known elsewhere can still show a change: the next digest's hash, a saved head, the name. */
const contradicted = (
  read: ReadDigest,
  testimonies: readonly Testimony[],
  keyFault: Fault,
): JudgedDigest | undefined => {
  if (!read.content.ok) return undefined
  const { digest, after } = read.content
  const hash = contentHashOf(read)
  const against = testimonies.find((testimony) => testimony.trusted && !sameHash(testimony.hash, hash))
  if (against) {
    const detail = `expected the content hash ${against.hash}, found ${hash}; ${keyFault.detail}`
    return broken(read, modified('link-hash-mismatch', detail))
  }
  if (digest.end !== read.time) {
    return broken(
      read,
      modified('time-mismatch', `its name says ${read.key.time}, its content ${digest.endText}`),
    )
  }
  if (digest.account !== read.key.account) {
    const detail = `its name says account ${read.key.account}, its content ${digest.account}`
    return broken(read, modified('account-mismatch', detail))
  }
  return after ? unproven(read, modified('trailing-data', damageText(after))) : undefined
}

/** A hash was seen that had lost its leading zero; that is damage of the writing, not of the content. */
export const sameHash = (expected: string, found: string): boolean =>
  expected === found || (expected.length < found.length && expected.padStart(found.length, '0') === found)

const contentHashOf = (read: ReadDigest): string => (read.content.ok ? read.content.sha256 : '')

const modified = (reason: string, detail: string): Fault => ({ status: 'modified', reason, detail })

const broken = (read: ReadDigest, fault: Fault): JudgedDigest => ({
  read,
  trust: 'broken',
  fault,
  signature: undefined,
})

const unproven = (read: ReadDigest, fault: Fault): JudgedDigest => ({
  read,
  trust: 'unproven',
  fault,
  signature: undefined,
})
