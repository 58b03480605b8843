import config from 'content:config'
import type { Context } from 'aws-lambda'
import * as z from 'zod/mini'
import { API_SERVICES } from '../lib/aws/api/services.ts'
import { containPortsOf } from '../lib/aws/contain-ports.ts'
import { lambda, logger, report } from '../lib/aws/handler.ts'
import { awsResponder } from '../lib/aws/responder.ts'
import { settingsOf } from '../lib/aws/settings.ts'
import { findingSinkOf } from '../lib/aws/world.ts'
import { CONTAIN_SETTINGS, containWorldOf } from '../lib/contain-world.ts'
import { applyPlan, type Outcome } from '../lib/containment/apply.ts'
import { denyOnly } from '../lib/containment/deny-only.ts'
import { firstLook } from '../lib/containment/first-look.ts'
import { releaseAction } from '../lib/containment/release.ts'
import { watchDoubted } from '../lib/containment/watch.ts'
import { UsageError } from '../lib/errors.ts'

const settings = settingsOf([...CONTAIN_SETTINGS, 'findingBus', 'topic', 'lakeBucket', 'notifyLevel'])
const findings = findingSinkOf(settings)
const ports = { ...containPortsOf(settings), responder: denyOnly(awsResponder({ services: API_SERVICES })) }

/** What `approve` asks for, after it has seen who asks, and `contain` for what its own role may not do. */
const ORDER = z.union([
  z.strictObject({ apply: z.string() }),
  z.strictObject({ look: z.array(z.strictObject({ id: z.string(), newestEvent: z.string() })) }),
  z.strictObject({
    release: z.string(),
    by: z.string(),
    activateKeys: z.optional(z.boolean()),
    early: z.optional(z.boolean()),
  }),
])

/** Carries out what was approved, or puts back what an action changed. The ledger decides again whether it may. */
export const handler = lambda(async (order: unknown, { awsRequestId }: Context) => {
  const read = z.safeParse(ORDER, order)
  if (!read.success)
    throw new UsageError(
      'expected {"apply": PLAN}, {"release": ACTION, "by": ARN} or {"look": [{"id": ACTION, "newestEvent": TIME}]}',
    )
  const world = containWorldOf(ports, settings, config, awsRequestId)
  if ('release' in read.data) {
    const { release: action, activateKeys = false, early = false, by } = read.data
    const { state, reason } = await releaseAction(world, action, { by, activateKeys, early })
    logger.info('release', { action, by, state, reason })
    report({ released: state === 'RELEASED' ? 1 : 0 })
    return { outcomes: [{ action, state, ...(reason !== undefined && { reason }) }] }
  }
  if ('look' in read.data) {
    const { actions } = await world.ledger.refresh()
    const notices = await watchDoubted(
      world,
      read.data.look.filter(({ id }) => actions.has(id)),
    )
    await findings.put(notices)
    report({ looked: read.data.look.length, notices: notices.length })
    return { outcomes: [] }
  }
  const { outcomes, notices } = await applyPlan(world, read.data.apply)
  logger.info('applied', { plan: read.data.apply, outcomes })
  await findings.put([...notices, ...(await firstLook(world, outcomes))])
  report(countsOf(outcomes))
  return { outcomes }
})

const countsOf = (outcomes: readonly Outcome[]) => ({
  applied: outcomes.filter(({ state }) => state === 'APPLIED').length,
  'not applied': outcomes.filter(({ state }) => state !== 'APPLIED').length,
})
