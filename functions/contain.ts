import config from 'content:config'
import playbookFiles from 'content:playbooks'
import ruleFiles from 'content:rules'
import type { Context } from 'aws-lambda'
import type { ContainmentPlan } from '../lib/action.ts'
import { API_SERVICES } from '../lib/aws/api/services.ts'
import { askFunction } from '../lib/aws/ask-function.ts'
import { systemClock } from '../lib/aws/clock.ts'
import { containPortsOf } from '../lib/aws/contain-ports.ts'
import { findingMessagesOf } from '../lib/aws/finding-message.ts'
import { logger, onMessages } from '../lib/aws/handler.ts'
import { awsResponder } from '../lib/aws/responder.ts'
import { settingsOf } from '../lib/aws/settings.ts'
import { s3SnapshotStore } from '../lib/aws/snapshot-store.ts'
import { findingSinkOf, planSinkOf } from '../lib/aws/world.ts'
import { CONTAIN_SETTINGS, containWorldOf } from '../lib/contain-world.ts'
import { type Contained, contain } from '../lib/containment/contain.ts'
import { denyOnly } from '../lib/containment/deny-only.ts'
import { firstLook } from '../lib/containment/first-look.ts'
import { isNarrow } from '../lib/containment/narrow.ts'
import { RESTORING } from '../lib/containment/own-snapshots.ts'
import { planContainment } from '../lib/containment/plan.ts'
import { parsePlaybook } from '../lib/containment/playbook.ts'
import { confirmsFinding } from '../lib/detection/confirm.ts'
import { detectorOptionsOf } from '../lib/detection/detector-options.ts'
import { loadRules } from '../lib/detection/rules.ts'
import type { Finding } from '../lib/finding.ts'
import { snapshotBefore } from '../lib/snapshot-before.ts'

const settings = settingsOf([
  ...CONTAIN_SETTINGS,
  'findingBus',
  'topic',
  'lakeBucket',
  'notifyLevel',
  'knownAccounts',
  'trailArn',
  'wideFunction',
])
const playbooks = playbookFiles.map(({ path, text }) => parsePlaybook(text, path))
const { rules, rejected } = loadRules(ruleFiles, config)
const detection = detectorOptionsOf(config, { knownAccounts: settings.knownAccounts })
for (const one of rejected) logger.error('rule rejected', { ...one })
const plans = planSinkOf(settings, systemClock)
const findings = findingSinkOf(settings)
const snapshots = s3SnapshotStore(settings.lakeBucket)
const ask = askFunction(settings.wideFunction)
const ports = { ...containPortsOf(settings), responder: denyOnly(awsResponder({ services: API_SERVICES })) }

/**
 * A finding arrived: say what would contain it, exactly, and how it is undone. In mode `observe` that is all, and nothing is called. Else the plan goes
 * into the ledger; what may go on its own is done at once, the rest waits for approval.
 */
export const handler = onMessages(findingMessagesOf, async ({ finding: sent }, { awsRequestId }: Context) => {
  if (!sent) return { 'ignored not-a-finding': 1 }
  // whoever may write to the bus can send a true event under any rule, level and playbook
  const { finding, doubt } = confirmsFinding(rules, sent, detection)
  const { mode, protectedPrincipals, breakGlass } = settings
  const taken = await takenBefore(finding)
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
    ...(taken && { taken: [taken] }),
    ...(config.organization && { organization: config.organization }),
  })
  logger.info('planned', {
    finding: finding.id,
    doubt,
    hash: plan.hash,
    snapshot: taken?.time,
    actions: plan.actions.map(({ title }) => title),
  })
  const counts = { findings: 1, actions: plan.actions.length, refused: plan.refused.length }
  if (mode === 'observe') {
    await plans.put(plan)
    return counts
  }
  return { ...counts, ...(await act(plan, finding, awsRequestId, doubt)) }
})

/** How things were before the event, where the playbook puts anything back. */
const takenBefore = async ({ rule, raw }: Finding) => {
  const playbook = playbooks.find(({ name }) => name === rule.playbook)
  if (!playbook?.actions.some(({ type }) => RESTORING.has(type))) return undefined
  const { taken, skipped } = await snapshotBefore(snapshots, raw.eventTime)
  if (skipped.length > 0) logger.error('snapshots that cannot be read', { skipped })
  return taken
}

const act = async (plan: ContainmentPlan, finding: Finding, worker: string, doubt: string | undefined) => {
  const world = {
    ...containWorldOf(ports, settings, config, worker),
    ...(doubt !== undefined && { doubts: new Map([[finding.id, doubt]]) }),
  }
  const mine = (action: ContainmentPlan['actions'][number]) =>
    isNarrow(action, { trailArn: settings.trailArn, automatic: config.automatic })
  const done = await contain(plan, [finding], world, mine)
  // first of all: a second delivery finds the ledger as it is, and has nothing to tell any more
  await findings.put(done.notices)
  await handOver(done)
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
  await findings.put(looked)
  const applied = done.outcomes.filter(({ state }) => state === 'APPLIED').length
  logger.info('contained', { plan: done.plan.hash, outcomes: done.outcomes, known: done.known })
  const { left, known } = done
  return { applied, left: left.length, known: known.length, notices: done.notices.length + looked.length }
}

/** What this narrow role may not do, the wide one is asked for: it decides again by the ledger. */
const handOver = async ({ plan, left, doubted }: Contained): Promise<void> => {
  if (left.length > 0) await ask({ apply: plan.hash })
  if (doubted.length > 0) await ask({ look: doubted })
}
