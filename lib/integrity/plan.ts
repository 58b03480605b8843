import { UsageError } from '../errors.ts'
import type { LogStore, PublicKeys } from '../ports.ts'
import type { Chain } from './chains.ts'
import type { ChainHeads } from './heads.ts'
import { type InspectLog, inspectThrough } from './inspect.ts'
import type { JudgedDigest } from './judge-digest.ts'
import type { SourceListing } from './list-source.ts'
import type { LogTable } from './log-table.ts'
import type { DigestMetadata } from './metadata.ts'
import type { PlaceOf } from './place.ts'
import type { DigestKey } from './read-digest.ts'
import type { Resumption, SavedState } from './saved-state.ts'

export interface ValidateOptions {
  /** Range to validate, UTC ISO: digests that cover any of it, and the log files they list. */
  readonly from?: string
  readonly to?: string
  /** Digests must reach this time, to the hour. Without it, they must reach `to`, with two hours of grace. */
  readonly expectUntil?: string
  /** The same for one chain, where no `expectUntil` is given: what the status of the trail says. UTC ISO. */
  readonly expectUntilOf?: (chain: {
    readonly account: string
    readonly region: string
  }) => string | undefined
  readonly accounts?: readonly string[]
  readonly regions?: readonly string[]
  /** Name or ARN of the one trail to validate. */
  readonly trail?: string
  /** Signatures kept beside a download; used where an object's own metadata has none. */
  readonly metadata?: DigestMetadata
  /** How a log file's bytes are judged; reads them through the LogStore when left out. */
  readonly inspectLog?: InspectLog
  /** What earlier runs have proven. */
  readonly state?: ChainHeads
  /**
   * Where an earlier run ended: only what is new is listed and read, from the day before each head on, and what was open is looked at
   * again. Not together with a range.
   */
  readonly resume?: SavedState
  /** UTC ISO. With it, a digest missing for less than three hours is told as `not-yet-delivered`. */
  readonly now?: string
  /** Objects read at once. */
  readonly inFlight?: number
  readonly onProgress?: (done: number, total: number) => void
}

/** Options, checked and in the form the steps use. */
export interface Plan {
  readonly logs: LogStore
  readonly publicKeys: PublicKeys
  readonly options: ValidateOptions
  /** Milliseconds; infinite where open. */
  readonly from: number
  readonly to: number
  readonly expectUntil: number | undefined
  readonly now: number | undefined
  readonly inFlight: number
  readonly inspect: InspectLog
  readonly isTrail: (key: DigestKey) => boolean
}

/** What the digests of the source say, before their log files are looked at. */
export interface Evidence {
  readonly listing: SourceListing
  readonly table: LogTable
  readonly placeOf: PlaceOf
  readonly chains: readonly Chain[]
  readonly resumption: Resumption | undefined
  /** Places of digests that earlier runs have proven and this one has not read. */
  readonly settledDigests: ReadonlySet<string>
  /** Read again only to go on from it; told by an earlier run. */
  readonly isKnown: (judged: JudgedDigest) => boolean
  readonly isListed: (place: string) => boolean
  /** Is that bucket part of this source, as far as its objects tell? */
  readonly holdsBucket: (bucket: string) => boolean
  /** May an object be asked for that was not listed? S3 can be asked for any bucket. */
  readonly canAsk: (bucket: string) => boolean
  /** Without the object: how to name it. */
  readonly nameOf: (bucket: string, key: string) => string
}

const IN_FLIGHT = 16

/** Checks the options. Throws `UsageError` for a time or a trail that is none. */
export const planOf = (
  world: { readonly logs: LogStore; readonly publicKeys: PublicKeys },
  options: ValidateOptions,
): Plan => {
  const from = timeOf('from', options.from) ?? Number.NEGATIVE_INFINITY
  const to = timeOf('to', options.to) ?? Number.POSITIVE_INFINITY
  if (from >= to) throw new UsageError(`expected from before to, found ${options.from} and ${options.to}`)
  const expectUntil = timeOf('expectUntil', options.expectUntil)
  if (options.resume && (options.from ?? options.to) !== undefined)
    throw new UsageError('expected a range or a state to resume from, found both')
  return {
    ...world,
    options,
    from,
    to,
    expectUntil,
    now: timeOf('now', options.now),
    inFlight: options.inFlight ?? world.logs.inFlight ?? IN_FLIGHT,
    inspect: options.inspectLog ?? inspectThrough(world.logs),
    isTrail: trailFilter(options.trail),
  }
}

/** Milliseconds. Throws `UsageError` that names the option. */
export const timeOf = (name: string, text: string | undefined): number | undefined => {
  if (text === undefined) return undefined
  const time = Date.parse(text)
  if (Number.isNaN(time))
    throw new UsageError(`${name}: expected a time such as 2026-11-01T00:00:00Z, found ${text}`)
  return time
}

const trailFilter = (trail: string | undefined): Plan['isTrail'] => {
  if (trail === undefined) return () => true
  if (!trail.startsWith('arn:')) return (key) => key.trail === trail
  const [, home, name] = /^arn:[^:]+:cloudtrail:([a-z0-9-]+):\d{12}:trail\/([^/]+)$/.exec(trail) ?? []
  if (!name) throw new UsageError(`expected the name or the ARN of a trail, found ${trail}`)
  return (key) => key.trail === name && key.homeRegion === home
}
