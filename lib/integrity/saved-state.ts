import { UsageError } from '../errors.ts'
import { isObject } from '../trail/event.ts'
import { shapeOf } from '../trail/log-file.ts'
import { parseObjectKey } from '../trail/object-key.ts'
import { type ChainHead, type ChainHeads, chainFromId, parseChainHeads } from './heads.ts'
import type { ReadDigest } from './read-digest.ts'
import type { Segment } from './segments.ts'

/** A digest that is missing, or is there and not proven: each run looks at it again, until it heals. */
export interface OpenDigest {
  readonly bucket: string
  readonly key: string
  readonly status: 'missing' | 'modified' | 'unverifiable' | 'unreadable'
  readonly reason: string
  /** What it covers, UTC ISO. */
  readonly from: string
  readonly to: string
  /** What the digest after it keeps of it. */
  readonly signature?: string
  readonly hash?: string
}

/** A log file that a proven digest lists, and that was not valid: each run looks at it again. */
export interface OpenLog {
  readonly bucket: string
  readonly key: string
  readonly hash: string
  readonly hashAlgorithm: string
  readonly status: 'missing' | 'modified' | 'unverifiable' | 'unreadable'
  readonly reason: string
  /** Key, in the source, of the digest that lists it. */
  readonly digest: string
  /** What that digest covers, UTC ISO. */
  readonly from: string
  readonly to: string
}

export interface SavedChain {
  readonly head: ChainHead
  /** Key of the head in the source: a folder may have more before `AWSLogs/` than the bucket had. */
  readonly at: string
  /** What is known of the newest days, up to the head. */
  readonly known: readonly { readonly from: string; readonly to: string; readonly state: Segment['state'] }[]
  readonly open: readonly OpenDigest[]
  readonly openLogs: readonly OpenLog[]
}

/**
 * What a run leaves for the next one. `settled`, by account/Region and day, are the objects that need no second look: 12 characters of
 * the hash of each name and version, joined.
 */
export interface SavedState {
  readonly version: 2
  /** By chain id. */
  readonly chains: Readonly<Record<string, SavedChain>>
  readonly settled: Readonly<Record<string, Readonly<Record<string, string>>>>
}

/** Where a run goes on: what it may leave unread, account and Region by account and Region. */
export interface Resumption {
  readonly saved: SavedState
  /** By account/Region: the day folder from which on is listed. Without one, everything is. */
  readonly days: ReadonlyMap<string, string>
  /** The digests of the heads, read again, by chain id. */
  readonly heads: ReadonlyMap<string, ReadDigest>
  readonly notes: readonly string[]
}

/** Base64 characters kept of a name's SHA-256: 72 bits, so that no object can be made to pass for another. */
export const MARK = 12

export const headsIn = (state: SavedState): ChainHeads =>
  Object.fromEntries(Object.entries(state.chains).map(([id, { head }]) => [id, head]))

/**
 * Reads a saved state, from JSON. Throws `UsageError` that says what is wrong: a damaged state must never pass for an empty one, and
 * nothing in it is believed without a look at the head's own digest.
 */
export const parseSavedState = (json: unknown): SavedState => {
  const state = objectOf('saved state', json)
  const { version } = state
  if (version !== 1 && version !== 2) {
    throw new UsageError(`saved state: expected version 1 or 2, found ${JSON.stringify(version) ?? 'none'}`)
  }
  const chains = Object.entries(objectOf('chains', state['chains'])).map(([id, chain]) => [
    id,
    chainAt(id, version === 1 ? { openLogs: [], ...objectOf(id, chain) } : chain),
  ])
  const settled = Object.entries(objectOf('settled', state['settled'])).map(([place, days]) => {
    if (!/^\d{12}\/[a-z0-9-]+$/.test(place))
      throw new UsageError(`saved state: ${place} is no account and Region`)
    return [place, daysOf(place, days)]
  })
  // Marks of the first version say nothing of an object's bytes: without them, everything is validated once more.
  return {
    version: 2,
    chains: Object.fromEntries(chains),
    settled: version === 1 ? {} : Object.fromEntries(settled),
  }
}

const objectOf = (what: string, value: unknown): Record<string, unknown> => {
  if (isObject(value)) return value
  const found = value === undefined ? 'nothing' : shapeOf(value)
  throw new UsageError(`saved state: expected ${what} to be an object, found ${found}`)
}

const daysOf = (place: string, value: unknown): Record<string, string> => {
  const days = objectOf(`settled of ${place}`, value)
  for (const [day, marks] of Object.entries(days)) {
    const isGood = typeof marks === 'string' && marks.length % MARK === 0 && /^[\w-]*$/.test(marks)
    if (!/^\d{4}\/\d\d\/\d\d$/.test(day) || !isGood) {
      throw new UsageError(`saved state: settled of ${place} on ${day} is damaged`)
    }
  }
  return days as Record<string, string>
}

const chainAt = (id: string, value: unknown): SavedChain => {
  if (!chainFromId(id)) throw new UsageError(`saved state: ${id} is no chain`)
  const chain = objectOf(id, value)
  const head = parseChainHeads({ [id]: chain['head'] })[id]!
  const at = textOf(id, 'at', chain['at'])
  if (parseObjectKey(at).type !== 'digest') {
    throw new UsageError(`saved state: ${id}: expected the key of a digest, found ${at}`)
  }
  return {
    head,
    at,
    known: listOf(id, 'known', chain).map((one) => segmentOf(id, one)),
    open: opensOf(id, chain),
    openLogs: listOf(id, 'openLogs', chain).map((one) => openLogOf(id, one)),
  }
}

const OPEN = ['missing', 'modified', 'unverifiable', 'unreadable'] as const

const openLogOf = (id: string, one: Record<string, unknown>): OpenLog => {
  const digest = textOf(id, 'digest', one['digest'])
  if (parseObjectKey(digest).type !== 'digest') {
    throw new UsageError(`saved state: ${id}: expected the key of a digest, found ${digest}`)
  }
  return {
    bucket: textOf(id, 'bucket', one['bucket']),
    key: textOf(id, 'key', one['key']),
    hash: textOf(id, 'hash', one['hash']),
    hashAlgorithm: textOf(id, 'hashAlgorithm', one['hashAlgorithm']),
    status: oneOf(id, 'status', one['status'], OPEN),
    reason: textOf(id, 'reason', one['reason']),
    digest,
    from: timeOf(id, one['from']),
    to: timeOf(id, one['to']),
  }
}

const opensOf = (id: string, chain: Record<string, unknown>): OpenDigest[] =>
  listOf(id, 'open', chain).map((one) => {
    const status = oneOf(id, 'status', one['status'], OPEN)
    const texts = { bucket: '', key: '', reason: '' }
    for (const name of ['bucket', 'key', 'reason'] as const) texts[name] = textOf(id, name, one[name])
    const optional = (name: 'signature' | 'hash') =>
      one[name] === undefined ? {} : { [name]: textOf(id, name, one[name]) }
    const range = { from: timeOf(id, one['from']), to: timeOf(id, one['to']) }
    return { ...texts, status, ...range, ...optional('signature'), ...optional('hash') }
  })

const segmentOf = (id: string, one: Record<string, unknown>): SavedChain['known'][number] => ({
  from: timeOf(id, one['from']),
  to: timeOf(id, one['to']),
  state: oneOf(id, 'state', one['state'], ['covered', 'hole', 'gap'] as const),
})

const listOf = (id: string, name: string, chain: Record<string, unknown>): Record<string, unknown>[] => {
  const list = chain[name]
  if (!Array.isArray(list)) throw new UsageError(`saved state: expected ${name} of ${id} to be a list`)
  return list.map((one) => objectOf(`${name} of ${id}`, one))
}

const textOf = (id: string, name: string, value: unknown): string => {
  if (typeof value === 'string' && value !== '') return value
  throw new UsageError(`saved state: expected ${name} of ${id} to be a text`)
}

const timeOf = (id: string, value: unknown): string => {
  const text = textOf(id, 'time', value)
  if (Number.isNaN(Date.parse(text))) throw new UsageError(`saved state: ${text} of ${id} is no time`)
  return text
}

const oneOf = <Word extends string>(
  id: string,
  name: string,
  value: unknown,
  words: readonly Word[],
): Word => {
  const word = words.find((one) => one === value)
  if (word !== undefined) return word
  throw new UsageError(`saved state: expected ${name} of ${id} to be one of ${words.join(', ')}`)
}
