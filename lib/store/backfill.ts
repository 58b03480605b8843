import type { Partition } from '../ports.ts'
import type { LogKind } from '../trail/object-key.ts'
import { RAW_TABLES } from './partition.ts'

/** The folders directly below a prefix (which ends in `/` or is empty), each with its last `/`, in key order, page by page. */
export interface PrefixLister {
  below(prefix: string): AsyncIterable<readonly string[]>
}

export interface BackfillOptions {
  readonly lister: PrefixLister
  readonly bucket: string
  /** Key prefix before `AWSLogs/`, with its last `/`; empty when there is none. */
  readonly prefix: string
  /** Days wanted, YYYY/MM/DD, both included. */
  readonly days: { readonly from: string; readonly to: string }
  /** A day to register for every Region that is there, before its first file comes. */
  readonly ahead?: string
  /** Where an earlier run stopped: the last place that it finished. */
  readonly after?: string
  /** One place is known: register its partitions. Throwing ends the run before the place counts as finished. */
  readonly onPlace: (place: Place) => Promise<void>
  /** Asked before each place; true ends the run. */
  readonly mustStop?: () => boolean
}

/** One kind of log file of one account in one Region. */
export interface Place {
  /** Prefix of its objects, with its last `/`; what `after` takes. */
  readonly prefix: string
  readonly kind: LogKind
  readonly account: string
  readonly region: string
  readonly partitions: readonly Partition[]
}

export interface BackfillResult {
  /** False when it was stopped: the next run goes on after `last`. */
  readonly finished: boolean
  /** The last place that is finished; empty when there is none. */
  readonly last: string
  readonly places: number
  readonly partitions: number
  /** Listings asked for. */
  readonly listings: number
}

const ACCOUNT = /^\d{12}$/
const ORGANIZATION = /^o-[a-z0-9]{4,32}$/
const REGION = /^[a-z0-9-]+$/
const DAY = /^\d{2}$/

/**
 * Finds every partition of a bucket by its folders, never by its objects: for each account and Region one listing a month. Memory holds
 * one page of folders a level. Places come in key order, so a run that was stopped goes on where it ended. Folders that are not
 * CloudTrail's are passed by.
 */
export const backfill = async (options: BackfillOptions): Promise<BackfillResult> => {
  const { lister, days, after = '', mustStop = () => false } = options
  let listings = 0
  async function* below(prefix: string): AsyncGenerator<string> {
    listings++
    for await (const page of lister.below(prefix))
      yield* page.map((folder) => folder.slice(prefix.length, -1))
  }
  const result = { last: after, places: 0, partitions: 0 }
  for await (const place of placesBelow(below, `${options.prefix}AWSLogs/`, after)) {
    if (mustStop()) return { ...result, finished: false, listings }
    const found: string[] = []
    for (const month of monthsOf(days)) {
      for await (const day of below(`${place.prefix}${month}/`))
        if (DAY.test(day)) found.push(`${month}/${day}`)
    }
    const wanted = found.filter((day) => day >= days.from && day <= days.to)
    if (options.ahead && found.length > 0) wanted.push(options.ahead)
    const partitions = [...new Set(wanted)].map((day) => partitionAt(options.bucket, place, day))
    await options.onPlace({ ...place, partitions })
    result.last = place.prefix
    result.places++
    result.partitions += partitions.length
  }
  return { ...result, finished: true, listings }
}

type Below = (prefix: string) => AsyncIterable<string>

async function* placesBelow(
  below: Below,
  root: string,
  after: string,
): AsyncGenerator<Omit<Place, 'partitions'>> {
  for await (const name of below(root)) {
    const prefix = `${root}${name}/`
    if (isDone(prefix, after)) continue
    if (ORGANIZATION.test(name)) yield* placesBelow(below, prefix, after)
    if (ACCOUNT.test(name)) yield* placesOf(below, { prefix, account: name }, after)
  }
}

async function* placesOf(
  below: Below,
  { prefix, account }: { readonly prefix: string; readonly account: string },
  after: string,
): AsyncGenerator<Omit<Place, 'partitions'>> {
  for await (const kind of below(prefix)) {
    if (!Object.hasOwn(RAW_TABLES, kind) || isDone(`${prefix}${kind}/`, after)) continue
    for await (const region of below(`${prefix}${kind}/`)) {
      const place = `${prefix}${kind}/${region}/`
      if (REGION.test(region) && !isDone(place, after) && place !== after) {
        yield { prefix: place, kind: kind as LogKind, account, region }
      }
    }
  }
}

/** Everything below a folder comes before the place, and so was finished. */
const isDone = (folder: string, after: string): boolean => folder < after && !after.startsWith(folder)

const partitionAt = (
  bucket: string,
  { prefix, account, region }: Omit<Place, 'partitions'>,
  day: string,
): Partition => ({ account, region, day, location: `s3://${bucket}/${prefix}${day}/` })

/** Months from the first day to the last, YYYY/MM. */
const monthsOf = ({ from, to }: BackfillOptions['days']): readonly string[] => {
  const months: string[] = []
  for (let [year = 0, month = 1] = from.split('/').map(Number); ; month++) {
    const name = `${year + Math.floor((month - 1) / 12)}/${String(((month - 1) % 12) + 1).padStart(2, '0')}`
    if (name > to.slice(0, 7)) return months
    months.push(name)
  }
}
