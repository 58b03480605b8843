import config from 'content:config'
import rules from 'content:rules'
import { logger, onDelivery } from '../lib/aws/handler.ts'
import { settingsOf } from '../lib/aws/settings.ts'
import { findingSinkOf } from '../lib/aws/world.ts'
import { makeDetector } from '../lib/detection/detect.ts'
import { detectorOptionsOf } from '../lib/detection/detector-options.ts'
import { loadRules } from '../lib/detection/rules.ts'

const settings = settingsOf(['findingBus', 'topic', 'lakeBucket', 'notifyLevel', 'minLevel', 'knownAccounts'])
const sink = findingSinkOf(settings)
const loaded = loadRules(rules, config)
const options = detectorOptionsOf(config, settings)
for (const rejected of loaded.rejected) logger.error('rule rejected', { ...rejected })

/** EventBridge carried events: put them to the rules. The full lane sees them again and makes the same findings. */
export const handler = onDelivery(async ({ events }) => {
  // a detector of its own for each message: a redelivery must not count twice in a correlation
  const detector = makeDetector(loaded.rules, options)
  const told = events.flatMap((event, index) => detector.detect({ event, key: 'eventbridge', index }))
  const findings = [...told, ...detector.finish().findings]
  await sink.put(findings)
  return { events: events.length, findings: findings.length }
})
