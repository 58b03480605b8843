import { systemClock } from '../lib/aws/clock.ts'
import { type Counts, logger, onDelivery, sumOf } from '../lib/aws/handler.ts'
import { s3LogStore } from '../lib/aws/log-store.ts'
import { cloudTrailPublicKeys } from '../lib/aws/public-keys.ts'
import { settingsOf } from '../lib/aws/settings.ts'
import { chainHeadsOf, findingSinkOf } from '../lib/aws/world.ts'
import { parseObjectKey } from '../lib/trail/object-key.ts'
import { lookAtDigest, settle } from '../lib/watch-digest.ts'

const settings = settingsOf(['logBucket', 'findingBus', 'topic', 'lakeBucket', 'notifyLevel'])
const world = {
  logs: s3LogStore(settings.logBucket),
  publicKeys: cloudTrailPublicKeys(),
  chains: chainHeadsOf(settings),
  clock: systemClock,
  findings: findingSinkOf(settings),
}

/**
 * S3 delivered digest files: check each, report what does not hold, and what holds again. What time may mend is remembered: the sweep
 * looks again. Digests come in any order, twice, and several at once.
 */
export const handler = onDelivery(async ({ objects }) => {
  const counts: Counts[] = [{ digests: 0, skipped: 0 }]
  for (const { bucket, key } of objects) {
    if (bucket === settings.logBucket && parseObjectKey(key).type === 'digest') {
      counts.push(await validate({ bucket, key }))
    } else {
      logger.warn('object skipped', { bucket, key, expected: `a digest file in ${settings.logBucket}` })
      counts.push({ skipped: 1 })
    }
  }
  return sumOf(counts)
})

const validate = async (digest: { readonly bucket: string; readonly key: string }): Promise<Counts> => {
  const look = await lookAtDigest(world, digest)
  const { findings, recovered, open } = await settle(world, look, false)
  const { summary, notes, problems } = look.report
  logger.info('validated', { key: digest.key, ...summary, notes, open })
  return { digests: 1, problems: problems.length, findings, recovered }
}
