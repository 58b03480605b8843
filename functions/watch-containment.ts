import config from 'content:config'
import type { Context } from 'aws-lambda'
import { API_SERVICES } from '../lib/aws/api/services.ts'
import { containPortsOf } from '../lib/aws/contain-ports.ts'
import { lambda, logger, report } from '../lib/aws/handler.ts'
import { recentEvents } from '../lib/aws/recent-events.ts'
import { awsResponder } from '../lib/aws/responder.ts'
import { settingsOf } from '../lib/aws/settings.ts'
import { findingSinkOf } from '../lib/aws/world.ts'
import { CONTAIN_SETTINGS, containWorldOf } from '../lib/contain-world.ts'
import { denyOnly } from '../lib/containment/deny-only.ts'
import { sweepContainment } from '../lib/containment/sweep.ts'

const settings = settingsOf([...CONTAIN_SETTINGS, 'findingBus', 'topic', 'lakeBucket', 'notifyLevel'])
const findings = findingSinkOf(settings)
const ports = { ...containPortsOf(settings), responder: denyOnly(awsResponder({ services: API_SERVICES })) }

/** Every minute: look whether what is contained still is, go on with what was interrupted, see to what has lasted long enough. */
export const handler = lambda(async (_event: unknown, { awsRequestId }: Context) => {
  const { outcomes, notices } = await sweepContainment(
    containWorldOf(ports, settings, config, awsRequestId),
    recentEvents(),
  )
  for (const outcome of outcomes) logger.info('looked', { ...outcome })
  await findings.put(notices)
  const counts = { looked: outcomes.length, notices: notices.length }
  report(counts)
  return counts
})
