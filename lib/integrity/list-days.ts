import type { ListedObject, LogStore } from '../ports.ts'
import { isS3 } from './place.ts'

/** What a run that goes on need not list again. */
export interface ListingStart {
  /** By account/Region: the day folder from which on is listed. */
  readonly days: ReadonlyMap<string, string>
  /** Keys of digests of those places: they show which folders hold days. */
  readonly keys: readonly string[]
}

/** Stretches of the listing that are asked for at the same time. */
const AHEAD = 8

/**
 * The objects of a source from the days of `start` on, in key order. What lies before is jumped over, and so are the folders of other
 * services. Of a bucket, the folders that are known are asked for at the same time, one page each; whatever lies between them, new
 * accounts, Regions and trails, shows in the same pages.
 */
export const listFrom = (logs: LogStore, { days, keys }: ListingStart): AsyncIterable<ListedObject> => {
  if (days.size === 0) return logs.list()
  const base = baseOf(logs, keys)
  if (base === undefined) return stretch(logs, days, { prefix: '', after: '', until: undefined })
  const folders = foldersOf(days, keys)
  const stretches = [{ folder: base, after: base }, ...folders].map(({ after }, index) => ({
    prefix: base,
    after,
    until: folders[index]?.folder,
  }))
  return inOrder(
    stretches.map((one) => () => stretch(logs, days, one)),
    AHEAD,
  )
}

interface Stretch {
  readonly prefix: string
  readonly after: string
  /** First key that belongs to the next stretch. */
  readonly until: string | undefined
}

async function* stretch(
  logs: LogStore,
  days: ReadonlyMap<string, string>,
  { prefix, after: from, until }: Stretch,
): AsyncGenerator<ListedObject> {
  const startIn = (folder: string) => {
    const { account, region } = FOLDER.exec(folder)?.groups ?? {}
    return days.get(`${account}/${region}`)
  }
  for (let after: string | undefined = from; after !== undefined; ) {
    const start: string = after
    after = undefined
    for await (const object of logs.list(prefix, start === '' ? { startIn } : { after: start })) {
      // A store that knows no `after` lists from its beginning.
      if (start !== '' && compared(object.key, start) <= 0) continue
      if (until !== undefined && compared(object.key, until) >= 0) return
      const next = jumpOf(object.key, days)
      if (next !== undefined && compared(next, start) > 0) {
        after = next
        break
      }
      if (next === undefined) yield object
    }
  }
}

/**
 * In S3, the part of the bucket in which all known folders lie: the source itself when it ends inside of an `AWSLogs/`, else the
 * `AWSLogs/` right below it, as a whole listing has it. Undefined where they lie deeper: then the source is walked.
 */
const baseOf = (logs: LogStore, keys: readonly string[]): string | undefined => {
  if (!isS3(logs)) return undefined
  const own = logs.name.replace(/^s3:\/\/[^/]*\//, '')
  const base = /(?:^|\/)AWSLogs\//.test(own) ? own : `${own}AWSLogs/`
  return keys.length > 0 && keys.every((key) => key.startsWith(base)) ? base : undefined
}

/** Digest and log folders of the known places, in key order, and where in them the listing begins. */
const foldersOf = (
  days: ReadonlyMap<string, string>,
  keys: readonly string[],
): readonly { readonly folder: string; readonly after: string }[] => {
  const starts = new Map<string, string>()
  for (const key of keys) {
    const { folder, account, region } = DAYS.exec(key)?.groups ?? {}
    const day = days.get(`${account}/${region}`)
    if (!folder || day === undefined) continue
    for (const one of [folder, folder.replace(/\/CloudTrail-Digest\/([^/]+\/)$/, '/CloudTrail/$1')])
      starts.set(one, `${one}${day}`)
  }
  return [...starts]
    .map(([folder, after]) => ({ folder, after }))
    .sort((a, b) => compared(a.folder, b.folder))
}

/** For a key before the day from which on its folder is listed, or among other services' logs: where the listing goes on. */
const jumpOf = (key: string, days: ReadonlyMap<string, string>): string | undefined => {
  const folder = DAYS.exec(key)?.groups
  const day = folder && days.get(`${folder['account']}/${folder['region']}`)
  if (day) return folder['day']! < day ? `${folder['folder']}${day}` : undefined
  const others = OTHERS.exec(key)?.[0]
  return others && `${others}${LAST}`
}

/** Behind everything in a folder. */
const LAST = '\u{10ffff}'

const FOLDER =
  /^(?<folder>(?:.*\/)?AWSLogs\/(?:o-[a-z0-9]+\/)?(?<account>\d{12})\/CloudTrail(?:-[A-Za-z]+)?\/(?<region>[a-z0-9-]+)\/)/
const DAYS = new RegExp(`${FOLDER.source}(?<day>\\d{4}/\\d{2}/\\d{2})/`)

/** `AWSLogs/111122223333/Config/` and the like. */
const OTHERS = /^(?:.*\/)?AWSLogs\/(?:o-[a-z0-9]+\/)?\d{12}\/(?!CloudTrail(?:-[A-Za-z]+)?\/)[^/]+\//

/** In the order of S3, that of the bytes. */
const compared = (a: string, b: string): number =>
  BEYOND.test(a) || BEYOND.test(b)
    ? Buffer.compare(Buffer.from(a), Buffer.from(b))
    : a < b
      ? -1
      : a > b
        ? 1
        : 0

/** Below these, the order of UTF-16, which is much faster to compare by, is that of the bytes. */
const BEYOND = /[\ud800-\uffff]/

/** Runs sources one after the other, while the first objects of those that follow are on their way. */
async function* inOrder<T>(sources: readonly (() => AsyncGenerator<T>)[], ahead: number): AsyncGenerator<T> {
  const started: { source: AsyncGenerator<T>; first: Promise<IteratorResult<T>> }[] = []
  const start = (): void => {
    const source = sources[started.length]?.()
    if (!source) return
    const first = source.next()
    // Whoever comes to it sees the error; until then it must not end the process.
    first.catch(() => {})
    started.push({ source, first })
  }
  for (let index = 0; index < ahead; index++) start()
  for (let index = 0; index < started.length; index++) {
    const { source, first } = started[index]!
    const result = await first
    start()
    if (!result.done) yield result.value
    yield* source
  }
}
