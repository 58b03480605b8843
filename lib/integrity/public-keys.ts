import { createHash, createPublicKey, type KeyObject } from 'node:crypto'
import { UsageError } from '../errors.ts'
import type { PublicKey, PublicKeys } from '../ports.ts'
import { isObject } from '../trail/event.ts'
import { shapeOf } from '../trail/log-file.ts'

/** Public keys by Region; those under `ANY_REGION` came without one and serve all. */
export type KeysByRegion = ReadonlyMap<string, readonly PublicKey[]>

export const ANY_REGION = '*'

/**
 * Reads saved public keys: the output of `aws cloudtrail list-public-keys`, its bare list, or `{"<region>": <either>}`.
 * Throws `UsageError` when it is none of these. Whether a key can be used shows when a digest asks for it.
 */
export const parsePublicKeys = (json: unknown): KeysByRegion => {
  const list = keyListOf(json)
  if (list) return new Map([[ANY_REGION, list.map(keyOf)]])
  if (!isObject(json)) throw unusable(json)
  return new Map(
    Object.entries(json).map(([region, value]) => {
      const keys = keyListOf(value)
      if (!keys) throw unusable(value, region)
      return [region, keys.map(keyOf)]
    }),
  )
}

/** A PublicKeys port over saved keys. A Region without keys answers an empty list and says why. */
export const publicKeysFrom = (byRegion: KeysByRegion, caveat?: string): PublicKeys => ({
  ...(caveat !== undefined && { caveat }),
  of: async (region) => {
    const keys = [...(byRegion.get(region) ?? []), ...(byRegion.get(ANY_REGION) ?? [])]
    return keys.length > 0 ? { keys } : { keys, reason: `the public keys given hold none for ${region}` }
  },
})

/** No keys at all: everything is `unverifiable`, though changes to log files still show. */
export const noPublicKeys = (reason = 'no public keys were given'): PublicKeys => ({
  of: async () => ({ keys: [], reason }),
})

/**
 * The key behind a fingerprint, ready to verify. CloudTrail documents PKCS#1 and warns that this may change; SPKI has been seen.
 * The fingerprint is the MD5 of the DER bytes in either form.
 * https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PublicKey.html
 */
export const loadPublicKey = (key: PublicKey): KeyObject | undefined => {
  const der = Buffer.from(key.value)
  if (createHash('md5').update(der).digest('hex') !== key.fingerprint.toLowerCase()) return undefined
  for (const type of ['pkcs1', 'spki'] as const) {
    try {
      const loaded = createPublicKey({ key: der, format: 'der', type })
      if (loaded.asymmetricKeyType === 'rsa') return loaded
    } catch {
      // Not in this encoding: the other one may do.
    }
  }
  return undefined
}

const keyListOf = (json: unknown): readonly unknown[] | undefined => {
  if (Array.isArray(json)) return json
  return isObject(json) && Array.isArray(json['PublicKeyList']) ? json['PublicKeyList'] : undefined
}

const keyOf = (entry: unknown, index: number): PublicKey => {
  const value = isObject(entry) ? entry['Value'] : undefined
  const fingerprint = isObject(entry) ? entry['Fingerprint'] : undefined
  if (!isObject(entry) || typeof value !== 'string' || typeof fingerprint !== 'string') {
    throw new UsageError(
      `public keys: expected Value and Fingerprint in key ${index}, found ${shapeOf(entry)}`,
    )
  }
  const validFrom = isoOf(entry['ValidityStartTime'])
  const validTo = isoOf(entry['ValidityEndTime'])
  return {
    value: Buffer.from(value, 'base64'),
    fingerprint: fingerprint.toLowerCase(),
    ...(validFrom && { validFrom }),
    ...(validTo && { validTo }),
  }
}

/** Seconds since the epoch as a number or a text, or ISO text with any offset: tools print all three. */
const isoOf = (value: unknown): string | undefined => {
  const text = typeof value === 'number' ? String(value) : value
  if (typeof text !== 'string') return undefined
  const at = new Date(/^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : text)
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString()
}

const unusable = (json: unknown, region?: string): UsageError =>
  new UsageError(
    `public keys${region ? ` of ${region}` : ''}: expected the output of list-public-keys or {"<region>": that output}, found ${shapeOf(json)}`,
  )
