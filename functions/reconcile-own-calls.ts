import config from 'content:config'
import { containPortsOf } from '../lib/aws/contain-ports.ts'
import { logger, onDelivery } from '../lib/aws/handler.ts'
import { settingsOf } from '../lib/aws/settings.ts'
import { findingSinkOf } from '../lib/aws/world.ts'
import { CONTAIN_SETTINGS, containWorldOf } from '../lib/contain-world.ts'
import { reconcileOwnCalls } from '../lib/containment/reconcile-own-calls.ts'

const settings = settingsOf([...CONTAIN_SETTINGS, 'findingBus', 'topic', 'lakeBucket', 'notifyLevel'])
const findings = findingSinkOf(settings)
const ports = containPortsOf(settings)

/** One of our own roles called something: the ledger must know of it, or somebody else has the role. */
export const handler = onDelivery(async ({ events }) => {
  const world = containWorldOf(ports, settings, config, 'reconcile-own-calls')
  const { own, matched, notices } = await reconcileOwnCalls(events, world)
  if (notices.length > 0) logger.error('own calls without an entry', { events: notices.map(({ id }) => id) })
  await findings.put(notices)
  return { own, matched, unknown: notices.length }
})
