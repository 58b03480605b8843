import config from 'content:config'
import rules from 'content:rules'
import { systemClock } from '../lib/aws/clock.ts'
import { logger, onDelivery } from '../lib/aws/handler.ts'
import { dynamoHitStore } from '../lib/aws/hit-store.ts'
import { settingsOf } from '../lib/aws/settings.ts'
import { findingSinkOf } from '../lib/aws/world.ts'
import { detectorOptionsOf } from '../lib/detection/detector-options.ts'
import { loadRules } from '../lib/detection/rules.ts'
import { detectTogether } from '../lib/detection/shared-memory.ts'

const settings = settingsOf([
  'findingBus',
  'topic',
  'lakeBucket',
  'notifyLevel',
  'minLevel',
  'knownAccounts',
  'memoryTable',
])
const sink = findingSinkOf(settings)
const loaded = loadRules(rules, config)
const options = detectorOptionsOf(config, settings)
for (const rejected of loaded.rejected) logger.error('rule rejected', { ...rejected })

const hits = dynamoHitStore(settings.memoryTable)

/** EventBridge carried events: put them to the rules. The full lane sees them again and makes the same findings. */
export const handler = onDelivery(async ({ events }) => {
  const located = events.map((event, index) => ({ event, key: 'eventbridge', index }))
  const memory = { hits, now: systemClock.now() }
  const { findings, commit } = await detectTogether(loaded.rules, options, memory, located)
  await sink.put(findings)
  await commit()
  return { events: events.length, findings: findings.length }
})
