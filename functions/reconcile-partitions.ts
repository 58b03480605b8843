import { GlueClient } from '@aws-sdk/client-glue'
import type { Context } from 'aws-lambda'
import { systemClock } from '../lib/aws/clock.ts'
import { s3Document } from '../lib/aws/document.ts'
import { lambda, logger, report } from '../lib/aws/handler.ts'
import { listPages, s3Client } from '../lib/aws/log-store.ts'
import { gluePartitionCatalog } from '../lib/aws/partition-catalog.ts'
import { removePartitions } from '../lib/aws/partition-removal.ts'
import { SDK_RETRIES } from '../lib/aws/retry.ts'
import { settingsOf } from '../lib/aws/settings.ts'
import { partitionsOf } from '../lib/aws/views.ts'
import { UsageError } from '../lib/errors.ts'
import { backfill, type PrefixLister } from '../lib/store/backfill.ts'
import { expiredPartitions } from '../lib/store/expired.ts'
import { RAW_TABLES } from '../lib/store/partition.ts'

const { logBucket, logPrefix, lakeBucket, database } = settingsOf([
  'logBucket',
  'logPrefix',
  'lakeBucket',
  'database',
])
const catalogs = new Map(
  Object.entries(RAW_TABLES).map(([kind, table]) => [kind, gluePartitionCatalog({ database, table })]),
)
const pages = listPages(s3Client(), logBucket)
const lister: PrefixLister = {
  async *below(prefix) {
    for await (const { folders } of pages({ prefix, delimiter: '/' })) yield folders
  },
}

/** What is still to be done: the first day, and the last place that is finished. Empty when nothing is. */
interface Pending {
  readonly from?: string
  readonly after?: string
}
const pending = s3Document(lakeBucket, 'partitions/pending')

/** A place takes seconds; with less than this left (milliseconds) the next run goes on. */
const RESERVE = 60_000
/** The hour, UTC, before which tomorrow is registered. */
const HOUR = 23
/** Days after which a partition without objects is no longer waiting for its first file. */
const EXPIRES_AFTER = 30
/** Days that a nightly run looks back, for deliveries whose message was lost. */
const LOOK_BACK = 3

/**
 * Every hour: go on with what is pending; at 23:00 UTC register the days of the last three days that no message told of, and
 * tomorrow, and take out those whose log files have expired. Invoked with `{"from":"2024/01/01"}` it registers everything since that day, over as many runs as it takes.
 */
export const handler = lambda(async (event: { readonly from?: unknown }, context: Context) => {
  const now = Date.parse(systemClock.now())
  const day = (days: number) =>
    new Date(now + days * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '/')
  const asked = fromOf(event)
  const left = JSON.parse((await pending.read()) ?? '{}') as Pending
  const isDue = new Date(now).getUTCHours() === HOUR
  const from = asked ?? left.from ?? (isDue ? day(-LOOK_BACK) : undefined)
  if (!from) return report({ places: 0 })
  const done = await backfill({
    lister,
    bucket: logBucket,
    prefix: logPrefix,
    days: { from, to: day(0) },
    ahead: day(1),
    ...(!asked && left.after && { after: left.after }),
    mustStop: () => context.getRemainingTimeInMillis() < RESERVE,
    onPlace: async ({ kind, prefix, partitions }) => {
      await catalogs.get(kind)!.ensure(partitions)
      logger.debug('registered', { prefix, partitions: partitions.length })
    },
  })
  await pending.update(() => JSON.stringify(done.finished ? {} : { from, after: done.last }))
  const { places, partitions, listings } = done
  const removed = isDue && done.finished ? await removeExpired(day(-EXPIRES_AFTER), context) : 0
  report({ places, partitions, listings, removed, unfinished: done.finished ? 0 : 1 })
})

/** Takes out the partitions that have no objects any more. What the time does not suffice for, the next night does. */
const removeExpired = async (before: string, context: Context): Promise<number> => {
  const glue = new GlueClient(SDK_RETRIES)
  let removed = 0
  for (const table of Object.values(RAW_TABLES)) {
    const gone: (readonly string[])[] = []
    for await (const { values } of expiredPartitions({
      partitions: partitionsOf(glue, database, table, ['account', 'log_region', 'day']),
      bucket: logBucket,
      before,
      hasObjects: async (prefix) => {
        for await (const { objects } of pages({ prefix })) return objects.length > 0
        return false
      },
      mustStop: () => context.getRemainingTimeInMillis() < RESERVE,
    })) {
      gone.push(values)
    }
    await removePartitions(glue, { database, table }, gone)
    removed += gone.length
  }
  return removed
}

const fromOf = ({ from }: { readonly from?: unknown }): string | undefined => {
  if (from === undefined) return undefined
  if (typeof from === 'string' && /^\d{4}\/\d{2}\/\d{2}$/.test(from)) return from
  throw new UsageError(`from: expected a day as 2024/01/31, found ${JSON.stringify(from)}`)
}
