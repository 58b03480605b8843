import type { LogStore, PublicKeys } from '../ports.ts'
import type { IntegrityReport } from '../verdict.ts'
import { type Chain, chainsOf, headsOf } from './chains.ts'
import { type ChainHeads, chainFromId, chainId, chainOf, nameOfChain } from './heads.ts'
import type { Bench, JudgedDigest } from './judge-digest.ts'
import { judgeLogs } from './judge-log.ts'
import { assumedPlaces, headReads, type Listed, listAll } from './list-new.ts'
import type { SourceListing } from './list-source.ts'
import type { LogTable } from './log-table.ts'
import { movedCheck } from './moved.ts'
import { nextState } from './next-state.ts'
import { type OpenLogs, openLogs, recheckLogs } from './open-logs.ts'
import { folderPlace, isS3, type PlaceOf, s3Place } from './place.ts'
import { type Evidence, type Plan, planOf, type ValidateOptions } from './plan.ts'
import { mapInFlight } from './pool.ts'
import { type DigestKey, digestContent, type ReadDigest, readDigest } from './read-digest.ts'
import { keysOfRegions, type RegionKeys, regionKeys } from './region-keys.ts'
import { type ReportBuilder, reportBuilder } from './report-builder.ts'
import { readOpen } from './resume.ts'
import { headsIn, type Resumption, type SavedState } from './saved-state.ts'
import { HOUR } from './slots.ts'
import { sweepSource } from './sweep-source.ts'

export type { ValidateOptions } from './plan.ts'

/**
 * Validates every chain of digests of the source, all accounts, Regions and trails, and every log file they list; then looks for what
 * is missing between them and for log files that none lists. One bad object never stops it. Throws `UsageError` for options that
 * make no sense, and what the store throws when it cannot be listed.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-intro.html
 */
export const validateTrails = async (
  world: { readonly logs: LogStore; readonly publicKeys: PublicKeys },
  options: ValidateOptions = {},
): Promise<IntegrityReport & { readonly heads: ChainHeads; readonly state: SavedState }> => {
  const plan = planOf(world, options)
  const placeOf = isS3(plan.logs) ? s3Place : folderPlace
  const listed = await listAll(plan, placeOf)
  const report = reportBuilder(listed.table)
  for (const note of listed.notes) report.note(note)
  const evidence = await gather(plan, listed, report)
  for (const { chain, judged } of evidence.chains) {
    for (const one of judged) if (!evidence.isKnown(one)) report.digest(chain, one)
  }
  const open = await validateLogs(plan, evidence, report)
  const swept = sweepSource(plan, evidence, report)
  const heads = headsOf(evidence.chains, savedHeads(plan))
  const state = nextState(plan, evidence, swept, heads, open.result())
  return { ...report.result(), heads, state }
}

const savedHeads = ({ options }: Plan): ChainHeads => ({
  ...(options.resume && headsIn(options.resume)),
  ...options.state,
})

const gather = async (plan: Plan, listed: Listed, report: ReportBuilder): Promise<Evidence> => {
  const { listing, table, placeOf, resumption, settledDigests } = listed
  const mine = listing.digests.filter(({ key }) => plan.isTrail(key))
  const heads = headReads(resumption)
  const reads = [...heads.values(), ...(await readNew(plan, listed, mine, heads))]
  await judgeStrays(plan, listing, report)
  const keys = await keysOfRegions(plan.publicKeys, reads)
  const chains = judgeChains(plan, { reads, listed: mine, placeOf, keys }, resumption)
  const isKnown = ({ read }: JudgedDigest) => heads.has(read.place)
  tellOldKeys(chains, keys, report, isKnown)
  const places = new Set(listing.digests.map(({ object }) => placeOf(object.bucket, object.key)))
  for (const place of await assumedPlaces(plan, reads, heads, listed)) places.add(place)
  const inS3 = placeOf === s3Place
  const buckets = inS3 ? bucketsListed(listing, table, heads) : bucketsDigested(reads)
  const holdsBucket = (bucket: string) => buckets.size === 0 || buckets.has(bucket)
  return {
    listing,
    table,
    placeOf,
    chains,
    resumption,
    settledDigests,
    isKnown,
    isListed: (place) => places.has(place),
    holdsBucket,
    canAsk: (bucket) => inS3 || holdsBucket(bucket),
    nameOf: (bucket, key) => (inS3 ? `s3://${bucket}/${key}` : key),
  }
}

const readNew = async (
  plan: Plan,
  { placeOf, resumption, settledDigests }: Listed,
  mine: SourceListing['digests'],
  heads: ReadonlyMap<string, ReadDigest>,
): Promise<ReadDigest[]> => {
  const places = new Set(mine.map(({ object }) => placeOf(object.bucket, object.key)))
  const fresh = mine.filter(({ object }) => {
    const place = placeOf(object.bucket, object.key)
    return !settledDigests.has(place) && !heads.has(place)
  })
  const reads = await readInRange(plan, fresh, placeOf)
  return resumption ? [...reads, ...(await readOpen(plan, resumption, { placeOf, here: places }))] : reads
}

const bucketsListed = (
  { digests }: SourceListing,
  table: LogTable,
  heads: ReadonlyMap<string, ReadDigest>,
): ReadonlySet<string> => {
  const objects = [...digests, ...heads.values()]
  return new Set([...objects.flatMap(({ object }) => object.bucket ?? []), ...table.buckets()])
}

const bucketsDigested = (reads: readonly ReadDigest[]): ReadonlySet<string> =>
  new Set(reads.flatMap(({ content }) => (content.ok ? [content.digest.bucket] : [])))

/** A digest covers the hour before its time; the one after the range still holds the signature of the last one inside. */
const readInRange = (
  plan: Plan,
  digests: SourceListing['digests'],
  placeOf: PlaceOf,
): Promise<ReadDigest[]> => {
  const inRange = digests.filter(({ key }) => {
    const time = Date.parse(key.time)
    return time > plan.from && time <= plan.to + HOUR
  })
  let done = 0
  return mapInFlight(inRange, plan.inFlight, async ({ object, key }) => {
    const read = await readDigest({ logs: plan.logs, metadata: plan.options.metadata, placeOf }, object, key)
    plan.options.onProgress?.(++done, inRange.length)
    return read
  })
}

interface Gathered {
  readonly reads: readonly ReadDigest[]
  readonly listed: SourceListing['digests']
  readonly placeOf: PlaceOf
  readonly keys: ReadonlyMap<string, RegionKeys>
}

const judgeChains = (
  plan: Plan,
  { reads, listed, placeOf, keys }: Gathered,
  resumption: Resumption | undefined,
): readonly Chain[] => {
  const moved = movedCheck(reads)
  const signaturesExpected = placeOf === s3Place || reads.some(({ signature }) => signature !== undefined)
  const heads = Object.fromEntries(Object.entries(savedHeads(plan)).filter(([id]) => isAsked(plan, id)))
  return chainsOf(reads, listed, heads, (chain, head): Bench => {
    const regional = keys.get(chain.region) ?? regionKeys([])
    const earlier = resumption?.saved.chains[chainId(chain)]?.open ?? []
    return { keys: regional, moved, placeOf, signaturesExpected, head, earlier }
  })
}

/** The signature holds, so a key out of its time is odd rather than wrong: a note. */
const tellOldKeys = (
  chains: readonly Chain[],
  keys: Gathered['keys'],
  report: ReportBuilder,
  isKnown: Evidence['isKnown'],
): void => {
  for (const { chain, judged } of chains) {
    const odd = judged.filter((one) => {
      const { trust, read } = one
      if (isKnown(one) || trust !== 'proven' || !read.content.ok) return false
      const { fingerprint, end } = read.content.digest
      return keys.get(chain.region)?.wasValid(fingerprint, end) === false
    })
    if (odd.length === 0) continue
    report.note(`${nameOfChain(chain)}: ${odd.length} digests are signed with a key outside of its validity`)
  }
}

const isAsked = (plan: Plan, id: string): boolean => {
  const chain = chainFromId(id)
  const { accounts, regions } = plan.options
  return (
    chain !== undefined &&
    (accounts?.includes(chain.account) ?? true) &&
    (regions?.includes(chain.region) ?? true) &&
    plan.isTrail({ trail: chain.trail, homeRegion: chain.homeRegion } as DigestKey)
  )
}

/** A digest under a name that no digest has was put there by somebody; anything else in its folder is only told. */
const judgeStrays = async (plan: Plan, listing: SourceListing, report: ReportBuilder): Promise<void> => {
  for (const object of listing.strayDigests) {
    const stored = await plan.logs.read(object).catch(() => undefined)
    const content = stored && digestContent(stored.bytes)
    if (!content?.ok) {
      report.note(`${object.name} lies among the digests and is none`)
      continue
    }
    report.stray('modified')
    const detail = `it was delivered as ${content.digest.key}`
    report.problem({ status: 'modified', kind: 'digest', object: object.name, reason: 'moved', detail })
  }
}

/** Judges the log files that digests list, those first that earlier runs have left open. */
const validateLogs = async (plan: Plan, evidence: Evidence, report: ReportBuilder): Promise<OpenLogs> => {
  const judged = evidence.chains.flatMap((chain) => chain.judged.filter((one) => !evidence.isKnown(one)))
  const logs = judged.reduce((sum, { read }) => sum + (read.content.ok ? read.content.logCount : 0), 0)
  let done = judged.length
  const tools = {
    table: evidence.table,
    canAsk: evidence.canAsk,
    inspect: plan.inspect,
    inFlight: plan.inFlight,
    onDone: () => plan.options.onProgress?.(++done, judged.length + logs),
  }
  const open = openLogs(evidence, report)
  await recheckLogs(plan, evidence, { tools, report, open })
  await judgeLogs(judged, tools, (verdict) => {
    if (verdict.listing.trust === 'proven' && !verdict.fault) evidence.table.settle(verdict.row)
    report.log(chainOf(verdict.listing.by.key), verdict)
    open.add(verdict)
  })
  return open
}
