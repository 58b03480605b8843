import { logger, onDelivery } from '../lib/aws/handler.ts'
import { gluePartitionCatalog } from '../lib/aws/partition-catalog.ts'
import { settingsOf } from '../lib/aws/settings.ts'
import type { Partition } from '../lib/ports.ts'
import { RAW_TABLES, rawPartitionOf } from '../lib/store/partition.ts'
import { parseObjectKey } from '../lib/trail/object-key.ts'

const { logBucket, database } = settingsOf(['logBucket', 'database'])

const catalogs = new Map(
  Object.entries(RAW_TABLES).map(([kind, table]) => [kind, gluePartitionCatalog({ database, table })]),
)

/** S3 delivered a log file: make its account, Region and day visible to Athena. */
export const handler = onDelivery(async ({ objects }) => {
  const wanted = new Map<string, Partition[]>()
  let skipped = 0
  for (const { bucket, key } of objects) {
    const parsed = parseObjectKey(key)
    if (bucket !== logBucket || parsed.type !== 'log' || !catalogs.has(parsed.kind)) {
      logger.warn('object skipped', { bucket, key, expected: `a log file in ${logBucket}` })
      skipped++
    } else {
      wanted.set(parsed.kind, [...(wanted.get(parsed.kind) ?? []), rawPartitionOf(parsed, bucket)])
    }
  }
  const answers = await Promise.all(
    [...wanted].map(([kind, partitions]) => catalogs.get(kind)!.ensure(partitions)),
  )
  return {
    skipped,
    created: answers.reduce((sum, { created }) => sum + created, 0),
    existing: answers.reduce((sum, { existing }) => sum + existing, 0),
  }
})
