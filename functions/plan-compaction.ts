import type { Context } from 'aws-lambda'
import { systemClock } from '../lib/aws/clock.ts'
import { dayEvent } from '../lib/aws/day-message.ts'
import { s3Document } from '../lib/aws/document.ts'
import { eventBus } from '../lib/aws/event-bus.ts'
import { lambda, report } from '../lib/aws/handler.ts'
import { listPages, s3Client } from '../lib/aws/log-store.ts'
import { settingsOf } from '../lib/aws/settings.ts'
import { refreshViews } from '../lib/aws/views.ts'
import type { PrefixLister } from '../lib/store/backfill.ts'
import { nightlyDays, type PlanRequest, planRequestOf, rangeDays } from '../lib/store/compaction-plan.ts'
import { daysToRevisit } from '../lib/store/generations.ts'
import type { EventPartition } from '../lib/store/partition.ts'

const { logBucket, logPrefix, lakeBucket, database, findingBus, compactDays } = settingsOf([
  'logBucket',
  'logPrefix',
  'lakeBucket',
  'database',
  'findingBus',
  'compactDays',
])
const pages = listPages(s3Client(), logBucket)
const lister: PrefixLister = {
  async *below(prefix) {
    for await (const { folders } of pages({ prefix, delimiter: '/' })) yield folders
  },
}
const bus = eventBus(findingBus)
const ask = (days: readonly EventPartition[]) => bus.put(days.map((day) => dayEvent(day, systemClock.now())))

/** A place takes seconds; with less than this left (milliseconds) a backfill says where it stopped. */
const RESERVE = 60_000

/**
 * Every night: have the last days of every account compacted, and those that wait for a clean-up. With `{"day": "2026-11-01"}` or
 * `{"from": ..., "to": ...}`, and `"account"` where only one is meant: every day of the range that has log files; what is left when
 * the time ends comes as `after`, to be handed in again. With `{"refresh": true}`: only move the views' boundary.
 */
export const handler = lambda(async (event: unknown, context: Context) => {
  const today = systemClock.now().slice(0, 10)
  const request = planRequestOf(event)
  if (request.refresh) return reported({ boundary: await refreshViews(database, today), days: 0 })
  if (request.from) return reported(await backfillDays(request, context))
  const revisited = await daysToRevisit({ document: (key) => s3Document(lakeBucket, key) })
  const days = await nightlyDays({ lister, prefix: logPrefix, today, days: compactDays, revisited })
  await ask(days)
  return reported({ boundary: await refreshViews(database, today), days: days.length })
})

const backfillDays = async (request: PlanRequest, context: Context) => {
  let days = 0
  const { finished, last } = await rangeDays({
    lister,
    prefix: logPrefix,
    bucket: logBucket,
    request,
    mustStop: () => context.getRemainingTimeInMillis() < RESERVE,
    onDays: async (found) => {
      days += found.length
      await ask(found)
    },
  })
  return finished ? { days } : { days, after: last }
}

const reported = <R extends { readonly days: number }>(answer: R): R => {
  report({ days: answer.days })
  return answer
}
