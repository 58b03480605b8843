import type { LogStore, PublicKeys } from '../ports.ts'
import type { IntegrityReport } from '../verdict.ts'
import { type Chain, chainsOf, headsOf } from './chains.ts'
import { type ChainHeads, chainFromId, chainOf, nameOfChain } from './heads.ts'
import type { Bench } from './judge-digest.ts'
import { judgeLogs } from './judge-log.ts'
import { listSource, type SourceListing } from './list-source.ts'
import { type LogTable, logTable } from './log-table.ts'
import { movedCheck } from './moved.ts'
import { folderPlace, isS3, type PlaceOf, s3Place } from './place.ts'
import { type Evidence, type Plan, planOf, type ValidateOptions } from './plan.ts'
import { mapInFlight } from './pool.ts'
import { type DigestKey, digestContent, type ReadDigest, readDigest } from './read-digest.ts'
import { keysOfRegions, type RegionKeys, regionKeys } from './region-keys.ts'
import { type ReportBuilder, reportBuilder } from './report-builder.ts'
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
): Promise<IntegrityReport & { readonly heads: ChainHeads }> => {
  const plan = planOf(world, options)
  const placeOf = isS3(plan.logs) ? s3Place : folderPlace
  const table = logTable(placeOf)
  const report = reportBuilder(table)
  const evidence = await gather(plan, { placeOf, table }, report)
  for (const { chain, judged } of evidence.chains) for (const one of judged) report.digest(chain, one)
  await validateLogs(plan, evidence, report)
  sweepSource(plan, evidence, report)
  return { ...report.result(), heads: headsOf(evidence.chains, options.state ?? {}) }
}

const gather = async (
  plan: Plan,
  { placeOf, table }: Pick<Evidence, 'placeOf' | 'table'>,
  report: ReportBuilder,
): Promise<Evidence> => {
  const { accounts, regions } = plan.options
  const scope = { accounts: accounts && new Set(accounts), regions: regions && new Set(regions) }
  const listing = await listSource(plan.logs, scope, table)
  const mine = listing.digests.filter(({ key }) => plan.isTrail(key))
  const reads = await readInRange(plan, mine, placeOf)
  await judgeStrays(plan, listing, report)
  const keys = await keysOfRegions(plan.publicKeys, reads)
  const chains = judgeChains(plan, { reads, listed: mine, placeOf, keys })
  tellOldKeys(chains, keys, report)
  const places = new Set(listing.digests.map(({ object }) => placeOf(object.bucket, object.key)))
  const inS3 = placeOf === s3Place
  const buckets = inS3 ? bucketsListed(listing, table) : bucketsDigested(reads)
  const holdsBucket = (bucket: string) => buckets.size === 0 || buckets.has(bucket)
  return {
    listing,
    table,
    placeOf,
    chains,
    isListed: (place) => places.has(place),
    holdsBucket,
    canAsk: (bucket) => inS3 || holdsBucket(bucket),
    nameOf: (bucket, key) => (inS3 ? `s3://${bucket}/${key}` : key),
  }
}

const bucketsListed = ({ digests }: SourceListing, table: LogTable): ReadonlySet<string> =>
  new Set([...digests.flatMap(({ object }) => object.bucket ?? []), ...table.buckets()])

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

const judgeChains = (plan: Plan, { reads, listed, placeOf, keys }: Gathered): readonly Chain[] => {
  const moved = movedCheck(reads)
  const signaturesExpected = placeOf === s3Place || reads.some(({ signature }) => signature !== undefined)
  const heads = Object.fromEntries(
    Object.entries(plan.options.state ?? {}).filter(([id]) => isAsked(plan, id)),
  )
  return chainsOf(reads, listed, heads, (chain, head): Bench => {
    const regional = keys.get(chain.region) ?? regionKeys([])
    return { keys: regional, moved, placeOf, signaturesExpected, head }
  })
}

/** The signature holds, so a key out of its time is odd rather than wrong: a note. */
const tellOldKeys = (chains: readonly Chain[], keys: Gathered['keys'], report: ReportBuilder): void => {
  for (const { chain, judged } of chains) {
    const odd = judged.filter(({ trust, read }) => {
      if (trust !== 'proven' || !read.content.ok) return false
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

/** Judges the log files that digests list. */
const validateLogs = async (plan: Plan, evidence: Evidence, report: ReportBuilder): Promise<void> => {
  const judged = evidence.chains.flatMap((chain) => chain.judged)
  const logs = judged.reduce((sum, { read }) => sum + (read.content.ok ? read.content.logCount : 0), 0)
  let done = judged.length
  const tools = {
    table: evidence.table,
    canAsk: evidence.canAsk,
    inspect: plan.inspect,
    inFlight: plan.inFlight,
    onDone: () => plan.options.onProgress?.(++done, judged.length + logs),
  }
  await judgeLogs(judged, tools, (verdict) => report.log(chainOf(verdict.listing.by.read.key), verdict))
}
