import { UsageError } from '../errors.ts'
import { isObject } from '../trail/event.ts'
import { shapeOf } from '../trail/log-file.ts'
import type { DigestKey } from './read-digest.ts'

/**
 * The newest digest of a chain that was proven in an earlier run. A saved head shows what no look at the bucket alone can: that
 * the newest digests were deleted, or those before logging was stopped.
 */
export interface ChainHead {
  readonly bucket: string
  readonly key: string
  /** SHA-256 of its inflated content. */
  readonly hash: string
  /** The signature that proved it. */
  readonly signature: string
  /** digestEndTime, UTC ISO. */
  readonly end: string
}

/** By `account/region/trail/homeRegion/kind`. Plain JSON, to be kept between runs. */
export type ChainHeads = Readonly<Record<string, ChainHead>>

export interface ChainIdentity {
  readonly account: string
  readonly region: string
  readonly trail: string
  readonly homeRegion: string
  readonly kind: 'standard' | 'backfill'
}

/** Bucket, prefix and organization are no part of it: a trail keeps its chain when it moves. */
export const chainOf = (key: DigestKey): ChainIdentity => ({
  account: key.account,
  region: key.region,
  trail: key.trail,
  homeRegion: key.homeRegion,
  kind: key.backfill ? 'backfill' : 'standard',
})

export const chainId = (chain: ChainIdentity): string =>
  `${chain.account}/${chain.region}/${chain.trail}/${chain.homeRegion}/${chain.kind}`

/** How messages name a chain. */
export const nameOfChain = (chain: ChainIdentity): string =>
  `${chain.account}/${chain.region}/${chain.trail}${chain.kind === 'backfill' ? ' (backfill)' : ''}`

/** The chain behind an id; trail names hold no slash. */
export const chainFromId = (id: string): ChainIdentity | undefined => {
  const [account, region, trail, homeRegion, kind, ...rest] = id.split('/')
  if (!account || !region || !trail || !homeRegion || rest.length > 0) return undefined
  if (kind !== 'standard' && kind !== 'backfill') return undefined
  return { account, region, trail, homeRegion, kind }
}

/** Reads saved heads. Throws `UsageError` that says what is wrong: a damaged state must never pass for an empty one. */
export const parseChainHeads = (json: unknown): ChainHeads => {
  if (!isObject(json)) throw new UsageError(`saved heads: expected an object, found ${shapeOf(json)}`)
  return Object.fromEntries(
    Object.entries(json).map(([id, head]) => {
      if (!chainFromId(id)) throw new UsageError(`saved heads: ${id} is no chain`)
      return [id, headOf(id, head)]
    }),
  )
}

const headOf = (id: string, value: unknown): ChainHead => {
  const text = (name: string): string => {
    const field = isObject(value) ? value[name] : undefined
    if (typeof field === 'string') return field
    throw new UsageError(
      `saved heads: expected ${name} of ${id} to be a text, found ${shapeOf(field ?? null)}`,
    )
  }
  const head = {
    bucket: text('bucket'),
    key: text('key'),
    hash: text('hash'),
    signature: text('signature'),
    end: text('end'),
  }
  if (Number.isNaN(Date.parse(head.end))) throw new UsageError(`saved heads: ${head.end} of ${id} is no time`)
  return head
}
