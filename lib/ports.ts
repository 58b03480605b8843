import type { ApiCall, ContainmentPlan, Json } from './action.ts'
import type { ChainRecord } from './chain-record.ts'
import type { UnreadableObject } from './errors.ts'
import type { Finding, Origin } from './finding.ts'
import type { CloudTrailEvent } from './trail/event.ts'

/**
 * The outside world on one page. Two worlds implement it: lib/aws (S3, Glue, Athena, ...) and lib/local (a folder,
 * DuckDB). Every promise here is a case of the contract suite in test/contract, run against both.
 */

/** An object as a listing shows it. */
export interface ListedObject {
  /** Bucket, where it is known. A folder that was downloaded without its bucket's name has none. */
  readonly bucket: string | undefined
  /** Object key; in a folder the path below its bucket, with `/`. */
  readonly key: string
  /** Bytes as stored. */
  readonly size: number
  /** How messages name it: `s3://bucket/key`, or the path in the folder. */
  readonly name: string
  readonly storageClass?: string
  /** Changes whenever the bytes do: the ETag, or the time of the last change on disk. */
  readonly version?: string
  /** Its bytes cannot be had before somebody restores them; reading it is not worth a request. */
  readonly archived?: true
  /** A folder on disk that cannot be listed, as an object whose key ends in `/`: what is in it stays unknown. */
  readonly unlistable?: UnreadableObject
}

export interface StoredObject {
  /** As stored: still compressed. */
  readonly bytes: Uint8Array
  /** User metadata, lower-case names without `x-amz-meta-`. */
  readonly metadata: Readonly<Record<string, string>>
}

export interface ListingOptions {
  /**
   * Only keys behind this one in the order of the listing, what S3 calls StartAfter; it need not be a key that exists. A caller that
   * stops early costs no further page: that is how folders already known are jumped over.
   */
  readonly after?: string
  /**
   * For a folder of days, `.../CloudTrail/us-east-1/`: the day, `2026/11/02`, from which on it is wanted. A store may list the days before all
   * the same.
   */
  readonly startIn?: (folder: string) => string | undefined
}

/**
 * Log files and digest files. Listing is in key order, page by page, never all at once in memory. Reading a key that
 * is not there answers `undefined`; one whose bytes cannot be had throws `UnreadableObject`. Nothing else is thrown
 * for a single object.
 */
export interface LogStore {
  /** What to call this source in messages: `s3://bucket/prefix` or the folder. */
  readonly name: string
  /** How many reads at once serve it best; its callers choose when it does not say. */
  readonly inFlight?: number
  list(prefix?: string, options?: ListingOptions): AsyncIterable<ListedObject>
  read(object: {
    readonly bucket: string | undefined
    readonly key: string
    readonly archived?: true
  }): Promise<StoredObject | undefined>
}

/** A public key of `ListPublicKeys`. https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PublicKey.html */
export interface PublicKey {
  /** DER bytes: PKCS#1 as documented, SPKI as seen. */
  readonly value: Uint8Array
  /** MD5 of `value`, lower-case hex. */
  readonly fingerprint: string
  /** UTC ISO. */
  readonly validFrom?: string
  readonly validTo?: string
}

/** CloudTrail's public keys of one Region. Keys of a Region that cannot be had: an empty list, and a reason. */
export interface PublicKeys {
  /** What these keys rest on, when that is less than CloudTrail's own answer: shown wherever they proved something. */
  readonly caveat?: string
  of(region: string, from: string, to: string): Promise<{ keys: readonly PublicKey[]; reason?: string }>
}

/** A partition of the raw table: one account, one Region of the log files, one day. */
export interface Partition {
  readonly account: string
  readonly region: string
  /** YYYY/MM/DD, UTC, as in the key. */
  readonly day: string
  /** `s3://bucket/.../` of its objects. */
  readonly location: string
}

/** Registers partitions. One that exists already is a success: deliveries race by design. */
export interface PartitionCatalog {
  ensure(partitions: readonly Partition[]): Promise<{ created: number; existing: number }>
}

/** One event with its place in the evidence. */
export interface LocatedEvent {
  readonly event: CloudTrailEvent
  readonly key: string
  readonly index: number
}

/** Where events are kept for SQL. Appending is buffered; only `close` promises that everything is on disk. */
export interface EventStore {
  append(events: readonly LocatedEvent[]): Promise<void>
  close(): Promise<{ partitions: readonly string[]; files: readonly string[]; rows: number }>
}

/** A row as Athena gives it: text or null. DuckDB's adapter conforms to Athena, not the reverse. */
export type Row = Readonly<Record<string, string | null>>

/** Runs one SELECT of our dialect, already compiled for this engine. */
export interface QueryEngine {
  readonly dialect: 'athena' | 'duckdb'
  run(
    sql: string,
    parameters: readonly string[],
  ): Promise<{ columns: readonly string[]; rows: readonly Row[] }>
}

/** Where findings go. Putting the same finding id twice is one finding. */
export interface FindingSink {
  put(findings: readonly Finding[]): Promise<void>
}

/** Where a plan goes. Observing sinks record or announce it; none calls an API of the plan. */
export interface PlanSink {
  put(plan: ContainmentPlan): Promise<void>
}

/** What an API answered. An error is an answer: the code decides what comes next. */
export type ApiAnswer =
  | { readonly output: Json; readonly requestId?: string }
  | { readonly error: string; readonly message: string; readonly requestId?: string }

/**
 * Makes API calls in the account that is contained. Throttling and faults of the service are tried again inside, with back-off; what then
 * still fails is an answer with the error's code. `AccessDenied` is an answer too. Throws only when no answer came: it is then unknown
 * whether the call took effect.
 */
export interface Responder {
  call(call: ApiCall): Promise<ApiAnswer>
}

/**
 * Asks CloudTrail itself whether it knows an event: LookupEvents, which answers from CloudTrail's own history of 90 days and not from the
 * bucket. Answers the event as CloudTrail holds it, `undefined` when there is none of this id (it may come some minutes later, and
 * data events never do). Throws when CloudTrail cannot be asked: the event is then not confirmed.
 * https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
 */
export interface Evidence {
  lookup(event: { readonly eventID: string; readonly region: string }): Promise<CloudTrailEvent | undefined>
}

/** One line of the ledger. `data` is what the kind of entry says; `hash` covers everything else, `previous` with it. */
export interface LedgerEntry {
  /** 0, 1, 2, ... without a gap. */
  readonly sequence: number
  /** UTC ISO. */
  readonly time: string
  readonly kind: string
  /** Id of the containment action it is about, where it is about one. */
  readonly action?: string
  readonly data: { readonly [name: string]: Json }
  /** Hash of the entry before; of the first one, 64 zeros. */
  readonly previous: string
  /** sha256 over the canonical JSON of the entry without `hash`, lower-case hex. */
  readonly hash: string
}

/**
 * The memory of containment: entries are added at the end, never changed, never removed. `append` is conditional: of several that add the
 * same `sequence` at once one wins and the others are told `false`, and read again. What is not whole (a gap, a hash that
 * does not fit) throws: a damaged memory must never pass for an empty one.
 */
export interface Ledger {
  /** Entries from `after` + 1 on, in order. */
  entries(after?: number): AsyncIterable<LedgerEntry>
  append(entry: LedgerEntry): Promise<boolean>
}

/**
 * What is remembered of each chain of digests between runs, by `account/region/trail/homeRegion/kind`. Merging is all there is to
 * writing: several at once, in any order, or the same one twice, leave the same record, and none is lost. A record that
 * cannot be read throws: a damaged memory must never pass for an empty one.
 */
export interface ChainHeadStore {
  /** Every chain that is remembered, in the order of their ids. */
  list(): AsyncIterable<string>
  of(chain: string): Promise<ChainRecord | undefined>
  /** Unites `news` with what is remembered; answers what is remembered now. */
  merge(chain: string, news: ChainRecord): Promise<ChainRecord>
}

/** A hit that a correlation counts, as it is remembered between invocations. */
export interface RememberedHit {
  /** Time of its event, milliseconds since the epoch. */
  readonly time: number
  /** What makes it that hit within its group. Of several of one place the latest stays, by time and then by text. */
  readonly place: string
  /** What a finding needs of it, JSON. */
  readonly text: string
}

/** A stretch of event time that a correlation has reported, milliseconds since the epoch, both ends in it. */
export interface ReportedWindow {
  readonly from: number
  readonly to: number
}

/**
 * What correlations remember, by group. Adding is all there is to writing, item by item: several that write at once lose nothing of each
 * other, and one that reads after it has written sees whatever was written before. What is older than `keepUntil` may vanish.
 */
export interface HitStore {
  add(group: string, hits: readonly RememberedHit[], keepUntil: string): Promise<void>
  report(group: string, windows: readonly ReportedWindow[], keepUntil: string): Promise<void>
  /** Hits of the group in [from, to], and the windows that reach into it. */
  within(
    group: string,
    from: number,
    to: number,
  ): Promise<{ readonly hits: readonly RememberedHit[]; readonly windows: readonly ReportedWindow[] }>
}

/** What is known of an address: whose network, which country, where about. What a database does not say is left out. */
export interface AddressOrigin extends Origin {
  /** Degrees; both or none. */
  readonly latitude?: number
  readonly longitude?: number
  /** Kilometres round these within which the address probably is. */
  readonly accuracyRadius?: number
}

/** Where addresses are, from files that the owner brings. */
export interface NetworkDatabase {
  /** The files it rests on, with the day each was built (UTC): `GeoLite2-City of 2026-11-20`. */
  readonly editions: readonly string[]
  /** Answers `undefined` for what is no address, or in none of the files. Never throws, whatever the text holds. */
  of(address: string): AddressOrigin | undefined
}

/** The only clock: UTC ISO 8601 with milliseconds. */
export interface Clock {
  now(): string
}
