import config from 'content:config'
import rules from 'content:rules'
import { systemClock } from '../lib/aws/clock.ts'
import { type Counts, logger, onDelivery, sumOf } from '../lib/aws/handler.ts'
import { s3LogStore } from '../lib/aws/log-store.ts'
import { settingsOf } from '../lib/aws/settings.ts'
import { findingSinkOf } from '../lib/aws/world.ts'
import { makeDetector } from '../lib/detection/detect.ts'
import { detectorOptionsOf } from '../lib/detection/detector-options.ts'
import { withRepeats } from '../lib/detection/repeats.ts'
import { loadRules } from '../lib/detection/rules.ts'
import { NotALogFile, UnreadableObject } from '../lib/errors.ts'
import { evidenceFinding } from '../lib/evidence-finding.ts'
import { parseLogFile } from '../lib/trail/log-file.ts'
import { parseObjectKey } from '../lib/trail/object-key.ts'

const settings = settingsOf([
  'logBucket',
  'findingBus',
  'topic',
  'lakeBucket',
  'notifyLevel',
  'minLevel',
  'knownAccounts',
])
const logs = s3LogStore(settings.logBucket)
const sink = findingSinkOf(settings)
const loaded = loadRules(rules, config)
const options = detectorOptionsOf(config, settings)
for (const rejected of loaded.rejected) logger.error('rule rejected', { ...rejected })

/** S3 delivered log files: put every event to the rules, and say which files cannot be read. */
export const handler = onDelivery(async ({ objects }) => {
  const counts: Counts[] = []
  for (const object of objects) {
    counts.push(await detectIn(object).catch((error: unknown) => reportUnreadable(object, error)))
  }
  return sumOf(counts)
})

const detectIn = async ({ bucket, key }: { bucket: string; key: string }): Promise<Counts> => {
  if (bucket !== settings.logBucket || parseObjectKey(key).type !== 'log') {
    logger.warn('object skipped', { bucket, key, expected: `a log file in ${settings.logBucket}` })
    return { skipped: 1 }
  }
  const stored = await logs.read({ bucket, key })
  if (!stored) return { vanished: 1 }
  const { events, rejected } = parseLogFile(stored.bytes)
  if (rejected.length > 0)
    logger.warn('records that are no events', {
      key,
      indexes: rejected.slice(0, 20).map(({ index }) => index),
    })
  // a detector of its own for each file: a redelivery must not count twice in a correlation
  const detector = makeDetector(loaded.rules, options)
  const distinct = [...new Map(events.map((located) => [located.event.eventID, located])).values()]
  const told = distinct.flatMap(({ event, index }) => detector.detect({ event, key, index }))
  const { findings: last, repeats } = detector.finish()
  const findings = withRepeats([...told, ...last], repeats)
  await sink.put(findings)
  return { events: events.length, rejected: rejected.length, findings: findings.length }
}

/** A file that will never be read is a finding. One that may be next time is not: the message comes back. */
const reportUnreadable = async (
  { bucket, key }: { bucket: string; key: string },
  error: unknown,
): Promise<Counts> => {
  const known =
    error instanceof NotALogFile || (error instanceof UnreadableObject && error.reason !== 'io-error')
  if (!known) throw error
  const object = `s3://${bucket}/${key}`
  logger.warn('log file not readable', { object, reason: error.reason })
  const problem = {
    status: 'unreadable',
    kind: 'log',
    object,
    reason: error.reason,
    detail: error.message,
  } as const
  await sink.put([evidenceFinding(problem, systemClock.now())])
  return { unreadable: 1 }
}
