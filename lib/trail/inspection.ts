import { hash } from 'node:crypto'
import { type GzipDamage, type Inflated, inflateMember } from './gzip.ts'

/** What the bytes of an object are worth as evidence, before any digest is asked. */
export type LogInspection =
  | {
      readonly ok: true
      /** SHA-256 of the inflated content, lower-case hex. */
      readonly sha256: string
    }
  | { readonly ok: false; readonly damage: GzipDamage | AfterTheEnd }

/** A reader that joins members, or skips zero bytes, would see more than the digest vouches for. */
export type AfterTheEnd = 'trailing-data' | 'extra-member'

/**
 * Hashes a log file as delivered: one whole gzip member and nothing behind it. How it was compressed does not matter,
 * what it says does. `inflated` may be handed in when the bytes were inflated before. Never throws for what the bytes hold.
 */
export const inspect = (bytes: Uint8Array, inflated: Inflated = inflateMember(bytes)): LogInspection => {
  if (!inflated.ok) return inflated
  const after = afterTheEnd(bytes.subarray(inflated.member.length))
  return after ? { ok: false, damage: after } : { ok: true, sha256: sha256(inflated.member.content) }
}

/** What follows a gzip member, from its end on. */
export const afterTheEnd = (rest: Uint8Array): AfterTheEnd | undefined => {
  if (rest.length === 0) return undefined
  return rest[0] === 0x1f && rest[1] === 0x8b ? 'extra-member' : 'trailing-data'
}

/** Lower-case hex. */
export const sha256 = (content: Uint8Array): string => hash('sha256', content, 'hex')
