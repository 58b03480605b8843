import playbookFiles from 'content:playbooks'
import { systemClock } from '../lib/aws/clock.ts'
import { findingMessagesOf } from '../lib/aws/finding-message.ts'
import { logger, onMessages } from '../lib/aws/handler.ts'
import { settingsOf } from '../lib/aws/settings.ts'
import { planSinkOf } from '../lib/aws/world.ts'
import { planContainment } from '../lib/containment/plan.ts'
import { parsePlaybook } from '../lib/containment/playbook.ts'

const settings = settingsOf(['findingBus', 'topic', 'lakeBucket', 'mode', 'protectedPrincipals'])
const playbooks = playbookFiles.map(({ path, text }) => parsePlaybook(text, path))
const plans = planSinkOf(settings, systemClock)

/** A finding arrived: say what would contain it, exactly, and how it is undone. Nothing is called. */
export const handler = onMessages(findingMessagesOf, async ({ finding }) => {
  if (!finding) return { 'ignored not-a-finding': 1 }
  const { mode, protectedPrincipals } = settings
  const plan = planContainment({
    findings: [finding],
    playbooks,
    protectedPrincipals,
    mode,
    now: systemClock.now(),
  })
  logger.info('planned', {
    finding: finding.id,
    hash: plan.hash,
    actions: plan.actions.map(({ title }) => title),
  })
  await plans.put(plan)
  return { findings: 1, actions: plan.actions.length, refused: plan.refused.length }
})
