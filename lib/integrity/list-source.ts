import type { ListedObject, LogStore } from '../ports.ts'
import { parseObjectKey } from '../trail/object-key.ts'
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
 * Lists the source once: names are kept, log files in `table`; bytes are not read. `days`, by account/Region, are the day folders from
 * which on is listed; what lies before is jumped over. Everything else is listed whole.
 */
export const listSource = async (
  logs: LogStore,
  scope: Scope,
  table: LogTable,
  days: ReadonlyMap<string, string> = new Map(),
): Promise<SourceListing> => {
  const digests: { object: ListedObject; key: DigestKey }[] = []
  const strayDigests: ListedObject[] = []
  for await (const object of listFrom(logs, days)) {
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

async function* listFrom(logs: LogStore, days: ReadonlyMap<string, string>): AsyncGenerator<ListedObject> {
  if (days.size === 0) return yield* logs.list()
  for (let after: string | undefined = ''; after !== undefined; ) {
    const start: string = after
    after = undefined
    for await (const object of logs.list('', start === '' ? {} : { after: start })) {
      if (!isBehind(object.key, start)) continue
      const next = jumpOf(object.key, days)
      if (next !== undefined && next > start) {
        after = next
        break
      }
      if (next === undefined) yield object
    }
  }
}

/** A store that knows no `after` lists from its beginning. */
const isBehind = (key: string, start: string): boolean =>
  key > start || Buffer.compare(Buffer.from(key), Buffer.from(start)) > 0

/** For a key before the day from which on its folder is listed: where the listing goes on. */
const jumpOf = (key: string, days: ReadonlyMap<string, string>): string | undefined => {
  const folder = DAYS.exec(key)?.groups
  const day = folder && days.get(`${folder['account']}/${folder['region']}`)
  return day && folder['day']! < day ? `${folder['folder']}${day}` : undefined
}

const DAYS =
  /^(?<folder>(?:.*\/)?AWSLogs\/(?:o-[a-z0-9]+\/)?(?<account>\d{12})\/CloudTrail(?:-[A-Za-z]+)?\/(?<region>[a-z0-9-]+)\/)(?<day>\d{4}\/\d{2}\/\d{2})\//

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
