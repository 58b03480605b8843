import config from 'content:config'
import playbookFiles from 'content:playbooks'
import type { Context } from 'aws-lambda'
import { API_SERVICES } from '../lib/aws/api/services.ts'
import { systemClock } from '../lib/aws/clock.ts'
import { containPortsOf } from '../lib/aws/contain-ports.ts'
import { findingMessagesOf } from '../lib/aws/finding-message.ts'
import { logger, onMessages } from '../lib/aws/handler.ts'
import { awsResponder } from '../lib/aws/responder.ts'
import { settingsOf } from '../lib/aws/settings.ts'
import { findingSinkOf, planSinkOf } from '../lib/aws/world.ts'
import { CONTAIN_SETTINGS, containWorldOf } from '../lib/contain-world.ts'
import { contain } from '../lib/containment/contain.ts'
import { firstLook } from '../lib/containment/first-look.ts'
import { planContainment } from '../lib/containment/plan.ts'
import { parsePlaybook } from '../lib/containment/playbook.ts'
import type { Finding } from '../lib/finding.ts'

const settings = settingsOf([...CONTAIN_SETTINGS, 'findingBus', 'topic', 'lakeBucket', 'notifyLevel'])
const playbooks = playbookFiles.map(({ path, text }) => parsePlaybook(text, path))
const plans = planSinkOf(settings, systemClock)
const findings = findingSinkOf(settings)
const ports = { ...containPortsOf(settings), responder: awsResponder({ services: API_SERVICES }) }

/**
 * A finding arrived: say what would contain it, exactly, and how it is undone. In mode `observe` that is all, and nothing is called. Else the plan goes
 * into the ledger; what may go on its own is done at once, the rest waits for approval.
 */
export const handler = onMessages(findingMessagesOf, async ({ finding }, { awsRequestId }: Context) => {
  if (!finding) return { 'ignored not-a-finding': 1 }
  const { mode, protectedPrincipals, breakGlass } = settings
  const plan = planContainment({
    findings: [finding],
    playbooks,
    protectedPrincipals: [
      ...protectedPrincipals,
      ...breakGlass,
      ...config.protectedPrincipals,
      ...config.breakGlass,
    ],
    mode,
    now: systemClock.now(),
  })
  logger.info('planned', {
    finding: finding.id,
    hash: plan.hash,
    actions: plan.actions.map(({ title }) => title),
  })
  const counts = { findings: 1, actions: plan.actions.length, refused: plan.refused.length }
  if (mode === 'observe') {
    await plans.put(plan)
    return counts
  }
  return { ...counts, ...(await act(plan, finding, awsRequestId)) }
})

const act = async (plan: Parameters<typeof contain>[0], finding: Finding, worker: string) => {
  const world = containWorldOf(ports, settings, config, worker)
  const done = await contain(plan, [finding], world)
  await plans.put(
    {
      ...plan,
      hash: done.plan.hash,
      actions: done.plan.actions.map(({ action }) => action),
      refused: done.plan.refused,
    },
    done.outcomes,
  )
  const looked = await firstLook(world, done.outcomes)
  await findings.put([...done.notices, ...looked])
  const applied = done.outcomes.filter(({ state }) => state === 'APPLIED').length
  logger.info('contained', { plan: done.plan.hash, outcomes: done.outcomes, known: done.known })
  return { applied, known: done.known.length, notices: done.notices.length + looked.length }
}
