import { UsageError } from '../errors.ts'
import type { ListedObject, LogStore, PublicKeys } from '../ports.ts'
import type { DigestLink } from '../trail/digest-file.ts'
import { parseObjectKey } from '../trail/object-key.ts'
import type { IntegrityReport, Problem } from '../verdict.ts'
import { chainsOf, headsOf } from './chains.ts'
import { type ChainHead, type ChainHeads, chainId, chainOf, nameOfChain } from './heads.ts'
import { inspectThrough } from './inspect.ts'
import { type JudgedDigest, sameHash } from './judge-digest.ts'
import { judgeLogs } from './judge-log.ts'
import { logTable } from './log-table.ts'
import { movedCheck } from './moved.ts'
import { s3Place } from './place.ts'
import type { ValidateOptions } from './plan.ts'
import { digestContent, type Fault, readDigest, unreadable } from './read-digest.ts'
import { keysOfRegions, regionKeys } from './region-keys.ts'
import { reportBuilder } from './report-builder.ts'

export type ValidateDigestOptions = Pick<ValidateOptions, 'metadata' | 'inspectLog' | 'state' | 'inFlight'>

/**
 * Validates one freshly delivered digest: its place, its signature, the log files it lists and its link to the digest before. A
 * predecessor that is a saved head needs no reading. `missing` may heal: CloudTrail can deliver digests out of order.
 * Throws `UsageError` when the key is not a digest's; whatever is wrong with objects is a problem in the report.
 */
export const validateDigest = async (
  world: { readonly logs: LogStore; readonly publicKeys: PublicKeys },
  place: { readonly bucket: string; readonly key: string },
  options: ValidateDigestOptions = {},
): Promise<IntegrityReport & { readonly heads: ChainHeads }> => {
  const key = parseObjectKey(place.key)
  if (key.type !== 'digest') throw new UsageError(`expected the key of a digest file, found ${place.key}`)
  const object = objectAt(place)
  const read = await readDigest(
    { logs: world.logs, metadata: options.metadata, placeOf: s3Place },
    object,
    key,
  )
  const keys = await keysOfRegions(world.publicKeys, [read])
  const heads = options.state ?? {}
  const own = chainId(chainOf(key))
  const known = Object.hasOwn(heads, own) ? { [own]: heads[own]! } : {}
  const chains = chainsOf([read], [{ object, key }], known, (_chain, head) => ({
    keys: keys.get(key.region) ?? regionKeys([]),
    moved: movedCheck([read]),
    placeOf: s3Place,
    signaturesExpected: true,
    head,
  }))
  const judged = chains[0]!.judged[0]!
  const table = logTable(s3Place)
  const report = reportBuilder(table)
  report.digest(chainOf(key), judged)
  const problem = (await linkProblem(world.logs, judged, known[own])) ?? gapProblem(judged, known[own])
  if (problem) report.problem(problem)
  const tools = {
    table,
    canAsk: () => true,
    inspect: options.inspectLog ?? inspectThrough(world.logs),
    inFlight: options.inFlight ?? 16,
    onDone: () => {},
  }
  await judgeLogs([judged], tools, (verdict) => report.log(chainOf(key), verdict))
  return { ...report.result(), heads: headsOf(chains, heads) }
}

const objectAt = ({ bucket, key }: { bucket: string; key: string }): ListedObject => ({
  bucket,
  key,
  size: 0,
  name: `s3://${bucket}/${key}`,
})

/** What is wrong with the digest before this one, as this one names it. A link that cannot be believed says nothing. */
const linkProblem = async (
  logs: LogStore,
  { read, trust }: JudgedDigest,
  head: ChainHead | undefined,
): Promise<Problem | undefined> => {
  const link = read.content.ok && trust !== 'broken' ? read.content.digest.previous : undefined
  if (!link || (head && head.key === link.key && head.hash === link.hash)) return undefined
  const fault = await linkFault(logs, link)
  if (!fault) return undefined
  const object = `s3://${link.bucket}/${link.key}`
  return { ...fault, kind: read.key.backfill ? 'backfill-digest' : 'digest', object }
}

/** A starting digest after a known head: logging was off in between. */
const gapProblem = ({ read, trust }: JudgedDigest, head: ChainHead | undefined): Problem | undefined => {
  const digest = read.content.ok && trust !== 'broken' ? read.content.digest : undefined
  if (!head || !digest || digest.previous || digest.start <= Date.parse(head.end)) return undefined
  const from = head.end
  const to = `${new Date(digest.start).toISOString().slice(0, 19)}Z`
  const detail = `logging, or its validation, was off from ${from} to ${to}: CloudTrail started a new chain`
  return {
    status: 'gap',
    kind: 'chain',
    object: nameOfChain(chainOf(read.key)),
    reason: 'logging-off',
    detail,
    from,
    to,
  }
}

const linkFault = async (logs: LogStore, link: DigestLink): Promise<Fault | undefined> => {
  try {
    const stored = await logs.read(link)
    if (!stored) return missingLink
    const content = digestContent(stored.bytes)
    if (!content.ok) return content.fault
    if (sameHash(link.hash, content.sha256)) return undefined
    const detail = `expected the content hash ${link.hash}, found ${content.sha256}`
    return { status: 'modified', reason: 'link-hash-mismatch', detail }
  } catch (error) {
    return unreadable(error)
  }
}

const missingLink: Fault = {
  status: 'missing',
  reason: 'link-target-not-found',
  detail:
    'the digest after it names it, and it is not there. A fresh one may be delivered out of order: look again',
}
