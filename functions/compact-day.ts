import type { Context } from 'aws-lambda'
import { systemClock } from '../lib/aws/clock.ts'
import { glueDayCatalog } from '../lib/aws/day-catalog.ts'
import { dayEvent, dayMessagesOf } from '../lib/aws/day-message.ts'
import { s3Document } from '../lib/aws/document.ts'
import { eventBus } from '../lib/aws/event-bus.ts'
import { type Counts, logger, onMessages } from '../lib/aws/handler.ts'
import { s3Lake } from '../lib/aws/lake.ts'
import { listPages, s3Client, s3LogStore } from '../lib/aws/log-store.ts'
import { diskScratch } from '../lib/aws/scratch.ts'
import { settingsOf } from '../lib/aws/settings.ts'
import { type CompactionWorld, compactAccountDay } from '../lib/compact-account-day.ts'
import type { CompactionRun } from '../lib/store/day-record.ts'

const { logBucket, logPrefix, lakeBucket, database, findingBus } = settingsOf([
  'logBucket',
  'logPrefix',
  'lakeBucket',
  'database',
  'findingBus',
])
const client = s3Client()
const pages = listPages(client, logBucket)
const bus = eventBus(findingBus)
const worldOf = (unique: string): CompactionWorld => ({
  logs: s3LogStore(logBucket, logPrefix, { client }),
  lister: {
    async *below(prefix) {
      for await (const { folders } of pages({ prefix, delimiter: '/' })) yield folders
    },
  },
  logPrefix,
  lake: s3Lake(lakeBucket, client),
  document: (key) => s3Document(lakeBucket, key, client),
  catalog: glueDayCatalog({ database, bucket: lakeBucket }),
  scratch: diskScratch,
  clock: systemClock,
  unique,
  ask: (days) => bus.put(days.map((day) => dayEvent(day, systemClock.now()))),
  onQuarantined: ({ object, index, reason, detail }) =>
    logger.warn('not stored', { object, index, reason, detail }),
})

/** An account-day is to be compacted: read its log files, write its Parquet, make that the store. */
export const handler = onMessages(dayMessagesOf, async ({ partition }, { awsRequestId }: Context) => {
  if (!partition) return { 'ignored not-a-day': 1 }
  const { outcome, run, reopened, removed } = await compactAccountDay(
    worldOf(awsRequestId.slice(0, 8)),
    partition,
  )
  logger.info('day', { ...partition, outcome, run, reopened, removed })
  const cleared = { reopened: reopened.length, removed }
  if (outcome === 'unchanged' || !run) return { unchanged: 1, ...cleared, imbalances: 0 }
  return { compacted: 1, ...cleared, ...countsOf(run) }
})

const countsOf = ({ files, events, ...run }: CompactionRun): Counts => ({
  files: files.listed,
  ingested: files.ingested,
  unreadable: run.unreadable,
  read: events.read,
  kept: events.kept,
  duplicate: events.duplicate,
  superseded: events.superseded,
  rejected: events.rejected,
  differing: run.differing,
  imbalances: run.imbalances.length,
})
