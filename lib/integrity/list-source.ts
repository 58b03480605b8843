import type { ListedObject, LogStore } from '../ports.ts'
import { parseObjectKey } from '../trail/object-key.ts'
import { type ListingStart, listFrom } from './list-days.ts'
import type { ListedLog, LogTable } from './log-table.ts'
import type { DigestKey } from './read-digest.ts'

export interface Scope {
  readonly accounts: ReadonlySet<string> | undefined
  readonly regions: ReadonlySet<string> | undefined
}

export interface SourceListing {
  readonly digests: readonly { readonly object: ListedObject; readonly key: DigestKey }[]
  /** Objects in a digest folder whose name no digest has. */
  readonly strayDigests: readonly ListedObject[]
}

/**
 * Lists the source once: names are kept, log files in `table`; bytes are not read. What lies before the days of `start` is jumped
 * over. Everything else is listed whole.
 */
export const listSource = async (
  logs: LogStore,
  scope: Scope,
  table: LogTable,
  start: ListingStart = { days: new Map(), keys: [] },
): Promise<SourceListing> => {
  const digests: { object: ListedObject; key: DigestKey }[] = []
  const strayDigests: ListedObject[] = []
  for await (const object of listFrom(logs, start)) {
    const key = parseObjectKey(object.key)
    if (key.type === 'digest') {
      if (isIn(scope, key.account, key.region)) digests.push({ object, key })
    } else if (key.type === 'log') {
      if (isIn(scope, key.account, key.region)) table.add(logOf(object, key))
    } else if (key.type === 'other' && key.why === 'unknown-name') {
      const stray = STRAY.exec(object.key)?.groups
      const region = stray?.['region'] ?? ''
      if (!stray || !isIn(scope, stray['account']!, region)) continue
      if (stray['folder'] === 'CloudTrail-Digest') strayDigests.push(object)
      else table.add(strayLog(object, stray['account']!, region))
    }
  }
  return { digests, strayDigests }
}

const STRAY =
  /(?:^|\/)AWSLogs\/(?:o-[a-z0-9]+\/)?(?<account>\d{12})\/(?<folder>CloudTrail(?:-Digest)?)\/(?:(?<region>[^/]+)\/)?/

const isIn = ({ accounts, regions }: Scope, account: string, region: string): boolean =>
  (accounts?.has(account) ?? true) && (regions?.has(region) ?? true)

const logOf = (
  object: ListedObject,
  key: Extract<ReturnType<typeof parseObjectKey>, { type: 'log' }>,
): Omit<ListedLog, 'row'> => ({
  object,
  account: key.account,
  region: key.region,
  kind: key.kind,
  time: key.time === undefined ? undefined : Date.parse(key.time),
  day: Date.parse(key.day.replaceAll('/', '-')),
})

const strayLog = (object: ListedObject, account: string, region: string): Omit<ListedLog, 'row'> => ({
  object,
  account,
  region,
  kind: undefined,
  time: undefined,
  day: undefined,
})
