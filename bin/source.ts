import { basename } from 'node:path'
import { messageOf, UsageError } from '../lib/errors.ts'
import { type DigestMetadata, parseDigestMetadata } from '../lib/integrity/metadata.ts'
import { type FollowOptions, followBuckets } from '../lib/integrity/previous-buckets.ts'
import {
  type KeysByRegion,
  noPublicKeys,
  parsePublicKeys,
  publicKeysFrom,
} from '../lib/integrity/public-keys.ts'
import { systemClock } from '../lib/local/clock.ts'
import { openFolder } from '../lib/local/world.ts'
import type { World } from '../lib/pipeline.ts'
import type { PublicKeys } from '../lib/ports.ts'
import { readText } from './files.ts'
import type { Terminal } from './terminal.ts'

/** A source the user named, opened; with what proves its digests. */
export interface Source extends World {
  /** Where its keys are files: the folder they are below. */
  readonly root?: string
  readonly metadata?: DigestMetadata
}

export interface SourceOptions {
  /** Side files by option; else those found beside AWSLogs/. */
  readonly publicKeys?: string
  readonly digestMetadata?: string
  /** In S3: only what CloudTrail wrote, of this range, and in every bucket that its chains came from. */
  readonly trailsOnly?: boolean
  readonly from?: string
  readonly to?: string
}

/** Opens `s3://bucket/prefix` or a path, and loads the adapters of that world only. Throws `UsageError`. */
export const openSource = async (
  source: string,
  options: SourceOptions,
  terminal: Terminal,
): Promise<Source> => {
  const s3 = /^s3:\/\/([^/]+)\/?(.*)$/.exec(source)
  if (s3) return openBucket(s3[1]!, s3[2]!, options, terminal)
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(source)) {
    throw new UsageError(`${source}: expected a folder, a file or s3://bucket/prefix`)
  }
  const folder = await openFolder(source)
  const keyFiles = options.publicKeys ? [options.publicKeys] : folder.publicKeys
  const metadataFiles = options.digestMetadata ? [options.digestMetadata] : folder.digestMetadata
  return {
    logs: folder.logs,
    root: folder.root,
    layout: folder.layout,
    roots: folder.roots,
    clock: systemClock,
    publicKeys: await savedKeys(keyFiles, options.publicKeys ? undefined : besideTheLogs(keyFiles)),
    ...(await savedMetadata(metadataFiles, terminal)),
  }
}

const openBucket = async (
  bucket: string,
  prefix: string,
  options: SourceOptions,
  terminal: Terminal,
): Promise<Source> => {
  const { s3LogStore } = await import('../lib/aws/log-store.ts')
  const { cloudTrailPublicKeys } = await import('../lib/aws/public-keys.ts')
  const { from, to, trailsOnly } = options
  const onPassedBy = (folders: readonly string[]) =>
    terminal.note(
      `${folders.length} folders beside AWSLogs/ were not looked into: ${folders.slice(0, 3).join(', ')}`,
    )
  const trails = { ...(from && { from }), ...(to && { to }), onPassedBy }
  const logs = s3LogStore(bucket, prefix, trailsOnly ? { trails } : {})
  const publicKeys = options.publicKeys ? await savedKeys([options.publicKeys]) : cloudTrailPublicKeys()
  const side = await savedMetadata(options.digestMetadata ? [options.digestMetadata] : [], terminal)
  const follow: FollowOptions = {
    ...side,
    ...(from && { from }),
    open: (other, below) => s3LogStore(other, below, { trails }),
    onBucket: (name, error) =>
      terminal.note(
        error === undefined
          ? `the chain came from ${name}: listed too`
          : `the chain came from ${name}, which cannot be listed: ${messageOf(error)}`,
      ),
  }
  return {
    logs: trailsOnly ? followBuckets(logs, publicKeys, follow) : logs,
    layout: 'bucket',
    clock: systemClock,
    publicKeys,
    ...side,
  }
}

/** Keys that lie with the evidence were perhaps put there with it. */
const besideTheLogs = (paths: readonly string[]): string =>
  `the public keys were found beside the logs (${[...new Set(paths.map((path) => basename(path)))].join(', ')}) and taken as they are: whoever can write there can forge keys and digests together; compare them with aws cloudtrail list-public-keys, or name keys you fetched yourself with --public-keys`

/** Public keys in files. Throws `UsageError` that names the file. */
const savedKeys = async (paths: readonly string[], caveat?: string): Promise<PublicKeys> => {
  if (paths.length === 0) return noPublicKeys()
  const byRegion = new Map<string, KeysByRegion extends ReadonlyMap<string, infer Keys> ? Keys : never>()
  for (const path of paths) {
    for (const [region, keys] of await keysIn(path))
      byRegion.set(region, [...(byRegion.get(region) ?? []), ...keys])
  }
  return publicKeysFrom(byRegion, caveat)
}

const keysIn = async (path: string): Promise<KeysByRegion> => {
  const text = await readText(path)
  try {
    return parsePublicKeys(JSON.parse(text))
  } catch (error) {
    throw new UsageError(`${path}: ${messageOf(error)}`, { cause: error })
  }
}

const savedMetadata = async (
  paths: readonly string[],
  terminal: Terminal,
): Promise<{ metadata?: DigestMetadata }> => {
  const parsed = await Promise.all(
    paths.map(async (path) => ({ path, ...parseDigestMetadata(await readText(path)) })),
  )
  for (const { path, bad } of parsed) {
    for (const { line, detail } of bad.slice(0, 5))
      terminal.note(`${path}:${line}: ${detail}; the line is left out`)
    if (bad.length > 5) terminal.note(`${path}: ${bad.length - 5} more lines are left out`)
  }
  if (parsed.length === 0) return {}
  return { metadata: (bucket, key) => parsed.map(({ metadata }) => metadata(bucket, key)).find(Boolean) }
}
