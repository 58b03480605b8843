import config from 'content:config'
import rules from 'content:rules'
import { systemClock } from '../lib/aws/clock.ts'
import { type Counts, logger, onDelivery, sumOf } from '../lib/aws/handler.ts'
import { dynamoHitStore } from '../lib/aws/hit-store.ts'
import { s3LogStore } from '../lib/aws/log-store.ts'
import { settingsOf } from '../lib/aws/settings.ts'
import { findingArchiveOf, findingSinkOf } from '../lib/aws/world.ts'
import { detectorOptionsOf } from '../lib/detection/detector-options.ts'
import { fastLaneOf } from '../lib/detection/fast-lane.ts'
import { missedByFastLane, wasDeliverable } from '../lib/detection/fast-lane-missed.ts'
import { loadRules } from '../lib/detection/rules.ts'
import { detectTogether } from '../lib/detection/shared-memory.ts'
import { NotALogFile, UnreadableObject } from '../lib/errors.ts'
import { evidenceFinding } from '../lib/evidence-finding.ts'
import type { Finding } from '../lib/finding.ts'
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
  'memoryTable',
  'accountId',
  'readOnlyEvents',
])
const logs = s3LogStore(settings.logBucket)
const sink = findingSinkOf(settings)
const loaded = loadRules(rules, config)
const options = detectorOptionsOf(config, settings)
for (const rejected of loaded.rejected) logger.error('rule rejected', { ...rejected })

const hits = dynamoHitStore(settings.memoryTable)
const archive = findingArchiveOf(settings)
const waiting = new Set(fastLaneOf(loaded.rules).waiting)

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
  const distinct = [...new Map(events.map((located) => [located.event.eventID, located])).values()]
  const located = distinct.map(({ event, index }) => ({ event, key, index }))
  const memory = { hits, now: systemClock.now() }
  const { findings, commit } = await detectTogether(loaded.rules, options, memory, located)
  const missed = await missedIn(findings)
  await sink.put(findings.map((finding) => (missed.has(finding.id) ? missedByFastLane(finding) : finding)))
  await commit()
  return {
    events: events.length,
    rejected: rejected.length,
    findings: findings.length,
    'fast lane missed': missed.size,
  }
}

/** Ids of findings that the fast lane should have reported by now, and did not: the archive would have them. */
const missedIn = async (findings: readonly Finding[]): Promise<ReadonlySet<string>> => {
  const reach = {
    account: settings.accountId,
    region: process.env['AWS_REGION'] ?? '',
    readOnlyEvents: settings.readOnlyEvents === 'true',
    waiting,
    now: systemClock.now(),
  }
  const missed = new Set<string>()
  for (const finding of findings) {
    if (wasDeliverable(finding, reach) && !(await archive.has(finding.id))) missed.add(finding.id)
  }
  return missed
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
