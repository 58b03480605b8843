import type { ListedObject, LogStore, PublicKeys } from '../ports.ts'
import type { DigestLink } from '../trail/digest-file.ts'
import { parseObjectKey } from '../trail/object-key.ts'
import { chainId, chainOf } from './heads.ts'
import { judgeDigests } from './judge-digest.ts'
import type { DigestMetadata } from './metadata.ts'
import { movedCheck } from './moved.ts'
import { s3Place } from './place.ts'
import { mapInFlight } from './pool.ts'
import { type DigestKey, type ReadDigest, readDigest } from './read-digest.ts'
import { keysOfRegions, regionKeys } from './region-keys.ts'
import { HOUR } from './slots.ts'

export interface FollowOptions {
  /** Start of the range, UTC ISO: what lies before needs no following. */
  readonly from?: string
  readonly metadata?: DigestMetadata
  /** Opens another bucket, to be listed below `prefix`. */
  readonly open: (bucket: string, prefix: string) => LogStore
  /** Told of each bucket the chain came from; `error` when it cannot be listed. */
  readonly onBucket?: (name: string, error?: unknown) => void
}

/** A chain leads through few buckets; more than this is somebody's joke. */
const MOST_BUCKETS = 50

/** Digests come hourly: with more than this between two of them, the one before may lie in another bucket. */
const NEIGHBOURS = 1.5 * HOUR

/**
 * A store whose whole listing goes on in the buckets, or prefixes, that its chains came from, when a trail was moved. Only a digest
 * that its own signature proves may name such a bucket, and there only the files of its account count. Reading works in any bucket
 * already, so that only S3 needs this.
 */
export const followBuckets = (logs: LogStore, publicKeys: PublicKeys, options: FollowOptions): LogStore => ({
  ...logs,
  list: (prefix, listing) =>
    prefix || listing?.after || listing?.startIn
      ? logs.list(prefix, listing)
      : listAll(logs, publicKeys, options),
})

async function* listAll(
  logs: LogStore,
  publicKeys: PublicKeys,
  options: FollowOptions,
): AsyncGenerator<ListedObject> {
  const edges = chainEdges(options.from)
  for await (const object of logs.list()) {
    edges.see(object)
    yield object
  }
  const roots = new Set([logs.name])
  const isListed = (link: DigestLink) =>
    [...roots].some((root) => `s3://${link.bucket}/${link.key}`.startsWith(root))
  for (let found = edges.take(); found.length > 0; found = edges.take()) {
    for (const link of await provenLinks(logs, publicKeys, { found, isListed }, options.metadata)) {
      const prefix = accountPrefix(link.key)
      const name = `s3://${link.bucket}/${prefix}`
      if (prefix === undefined || isListed(link) || roots.size > MOST_BUCKETS) continue
      roots.add(name)
      edges.begin()
      yield* other(options.open(link.bucket, prefix), name, options, edges.see)
    }
  }
}

/** Another bucket that cannot be listed is told; what is known of the chain so far still counts. */
async function* other(
  store: LogStore,
  name: string,
  { onBucket }: FollowOptions,
  see: (object: ListedObject) => void,
): AsyncGenerator<ListedObject> {
  try {
    for await (const object of store.list()) {
      see(object)
      yield object
    }
    onBucket?.(name)
  } catch (error) {
    onBucket?.(name, error)
  }
}

/** `prefix/AWSLogs/[o-id/]ACCOUNT/` of a digest's key. */
const accountPrefix = (key: string): string | undefined =>
  /^(?:.*\/)?AWSLogs\/(?:o-[a-z0-9]+\/)?\d{12}\//.exec(key)?.[0]

interface Edge {
  readonly object: ListedObject
  readonly key: DigestKey
}

/** Digests of a listing whose neighbour before is not in it. */
const chainEdges = (from: string | undefined) => {
  const start = from === undefined ? Number.NEGATIVE_INFINITY : Date.parse(from)
  const last = new Map<string, number>()
  let edges: Edge[] = []
  return {
    /** A listing of its own: nothing before it is a neighbour. */
    begin: () => last.clear(),
    see(object: ListedObject): void {
      const key = parseObjectKey(object.key)
      if (key.type !== 'digest') return
      const id = chainId(chainOf(key))
      const time = Date.parse(key.time)
      const before = last.get(id) ?? Number.NEGATIVE_INFINITY
      last.set(id, time)
      if (time > start && time - before > NEIGHBOURS) edges.push({ object, key })
    },
    take(): readonly Edge[] {
      const taken = edges
      edges = []
      return taken
    },
  }
}

/** Links to what is not listed yet, of digests that are what CloudTrail signed. */
const provenLinks = async (
  logs: LogStore,
  publicKeys: PublicKeys,
  edges: { readonly found: readonly Edge[]; readonly isListed: (link: DigestLink) => boolean },
  metadata: DigestMetadata | undefined,
): Promise<readonly DigestLink[]> => {
  const reads = await mapInFlight(edges.found, logs.inFlight ?? 16, ({ object, key }) =>
    readDigest({ logs, metadata, placeOf: s3Place }, object, key),
  )
  const leading = reads.filter((read) => {
    const link = linkOf(read)
    return link && !edges.isListed(link)
  })
  if (leading.length === 0) return []
  const keys = await keysOfRegions(publicKeys, leading)
  return leading.flatMap((read) => {
    const bench = {
      keys: keys.get(read.key.region) ?? regionKeys([]),
      moved: movedCheck([read]),
      placeOf: s3Place,
      signaturesExpected: true,
      head: undefined,
    }
    const [judged] = judgeDigests([read], bench)
    return judged?.trust === 'proven' ? linkOf(read)! : []
  })
}

const linkOf = ({ content }: ReadDigest): DigestLink | undefined =>
  content.ok ? content.digest.previous : undefined
