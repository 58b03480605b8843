import { systemClock } from '../lib/aws/clock.ts'
import { logger, onDelivery } from '../lib/aws/handler.ts'
import { s3LogStore } from '../lib/aws/log-store.ts'
import { cloudTrailPublicKeys } from '../lib/aws/public-keys.ts'
import { settingsOf } from '../lib/aws/settings.ts'
import { findingSinkOf } from '../lib/aws/world.ts'
import { evidenceFinding } from '../lib/evidence-finding.ts'
import { validateDigest } from '../lib/integrity/validate-digest.ts'
import { parseObjectKey } from '../lib/trail/object-key.ts'
import type { Problem } from '../lib/verdict.ts'

const settings = settingsOf(['logBucket', 'findingBus', 'topic', 'lakeBucket', 'notifyLevel'])
const world = { logs: s3LogStore(settings.logBucket), publicKeys: cloudTrailPublicKeys() }
const sink = findingSinkOf(settings)

/** S3 delivered digest files: check each, and report what does not hold. */
export const handler = onDelivery(async ({ objects }, receives) => {
  const digests = objects.filter(({ bucket, key }) => bucket === settings.logBucket && isDigest(key))
  const problems: Problem[] = []
  for (const digest of digests) {
    const report = await validateDigest(world, digest)
    logger.info('validated', { key: digest.key, ...report.summary, notes: report.notes })
    problems.push(...report.problems)
  }
  const certain = problems.filter((problem) => receives > 1 || !mayHeal(problem))
  await sink.put(certain.map((problem) => evidenceFinding(problem, systemClock.now())))
  const open = problems.length - certain.length
  if (open > 0) throw new Error(`${open} objects may yet arrive or be read: looking once more`)
  return { digests: digests.length, skipped: objects.length - digests.length, problems: problems.length }
})

const isDigest = (key: string): boolean => parseObjectKey(key).type === 'digest'

/** Digests can be delivered out of order, and AWS can fail for a moment: such a verdict waits for a second look. */
const mayHeal = ({ status, reason }: Problem): boolean =>
  status === 'unverifiable' || reason === 'link-target-not-found' || reason === 'io-error'
