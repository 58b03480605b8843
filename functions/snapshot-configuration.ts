import { SNAPSHOT_SERVICES } from '../lib/aws/api/snapshot-services.ts'
import { systemClock } from '../lib/aws/clock.ts'
import { lambda, logger, report } from '../lib/aws/handler.ts'
import { awsResponder } from '../lib/aws/responder.ts'
import { settingsOf } from '../lib/aws/settings.ts'
import { s3SnapshotStore } from '../lib/aws/snapshot-store.ts'
import { serialiseSnapshots } from '../lib/containment/stored-snapshots.ts'
import { takeSnapshots } from '../lib/containment/take-snapshots.ts'

const settings = settingsOf(['accountId', 'lakeBucket', 'logBucket', 'findingBus', 'ownPrefix', 'keyArn'])
const { accountId, lakeBucket, logBucket, findingBus, ownPrefix, keyArn } = settings
const responder = awsResponder({ services: SNAPSHOT_SERVICES })
const store = s3SnapshotStore(lakeBucket)

/** Every hour: keep how trails, our own rules and functions, the log bucket and keys are, so that a plan can put them back. */
export const handler = lambda(async () => {
  const taken = await takeSnapshots(responder, systemClock, {
    accountId,
    ownPrefix,
    buses: [findingBus],
    buckets: [logBucket],
    keys: [keyArn],
  })
  for (const one of taken.missing) logger.warn('not in the snapshot', { ...one })
  await store.put(taken.time, serialiseSnapshots(taken))
  const sizes = Object.entries(taken.snapshots).map(([section, { size }]) => [section, size as number])
  const counts = { ...Object.fromEntries(sizes), missing: taken.missing.length } as Record<string, number>
  report(counts)
  return counts
})
