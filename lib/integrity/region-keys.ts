import type { KeyObject } from 'node:crypto'
import { messageOf } from '../errors.ts'
import type { PublicKey, PublicKeys } from '../ports.ts'
import { loadPublicKey } from './public-keys.ts'
import type { ReadDigest } from './read-digest.ts'
import { HOUR } from './slots.ts'

/** The keys of one Region, ready to verify. */
export interface RegionKeys {
  /** No key at all: nothing there can be proven. */
  readonly none: boolean
  readonly reason: string | undefined
  /** `unknown`: no key has this fingerprint. `unusable`: there is one, and its bytes are no such key. */
  find(fingerprint: string): KeyObject | 'unknown' | 'unusable'
  /** Was the key valid then, give or take the slack with which keys are asked for? True where nothing says otherwise. */
  wasValid(fingerprint: string, time: number): boolean
}

/**
 * Asks for the keys of each Region once, with two hours of slack after the newest digest and one around every
 * generation time of a backfill digest. A Region that fails is a Region without keys: the others go on.
 */
export const keysOfRegions = async (
  publicKeys: PublicKeys,
  reads: readonly ReadDigest[],
): Promise<ReadonlyMap<string, RegionKeys>> => {
  const ranges = new Map<string, { from: number; to: number }>()
  for (const read of reads) {
    const range = ranges.get(read.key.region) ?? { from: read.time, to: read.time }
    const made = read.key.backfill ? Date.parse(read.generatedAt ?? '') : Number.NaN
    const times = Number.isNaN(made) ? [read.time] : [read.time, made]
    range.from = Math.min(range.from, ...times)
    range.to = Math.max(range.to, ...times)
    ranges.set(read.key.region, range)
  }
  const entries = [...ranges].map(async ([region, { from, to }]) => {
    const keys = await askedKeys(publicKeys, region, from - HOUR, to + 2 * HOUR)
    return [region, keys] as const
  })
  return new Map(await Promise.all(entries))
}

/** Keys as a RegionKeys; each is loaded when first asked for. */
export const regionKeys = (keys: readonly PublicKey[], reason?: string): RegionKeys => {
  const byFingerprint = new Map(keys.map((key) => [key.fingerprint.toLowerCase(), key]))
  const loaded = new Map<string, KeyObject | 'unusable'>()
  return {
    none: keys.length === 0,
    reason,
    find(fingerprint) {
      const key = byFingerprint.get(fingerprint)
      if (!key) return 'unknown'
      const known = loaded.get(fingerprint) ?? loadPublicKey(key) ?? 'unusable'
      loaded.set(fingerprint, known)
      return known
    },
    wasValid(fingerprint, time) {
      const { validFrom, validTo } = byFingerprint.get(fingerprint) ?? {}
      const from = validFrom ? Date.parse(validFrom) - HOUR : Number.NEGATIVE_INFINITY
      const to = validTo ? Date.parse(validTo) + 2 * HOUR : Number.POSITIVE_INFINITY
      return time >= from && time <= to
    },
  }
}

const askedKeys = async (publicKeys: PublicKeys, region: string, from: number, to: number) => {
  try {
    const { keys, reason } = await publicKeys.of(region, isoOf(from), isoOf(to))
    return regionKeys(keys, reason)
  } catch (error) {
    return regionKeys([], `the public keys of ${region} cannot be had: ${messageOf(error)}`)
  }
}

const isoOf = (time: number): string => new Date(time).toISOString()
