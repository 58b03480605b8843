import type { Command } from 'commander'
import type { ContainmentPlan } from '../../lib/action.ts'
import { descendantsOf, startsOf } from '../../lib/contain-sessions.ts'
import { recordPlan } from '../../lib/containment/contain.ts'
import { type PlanInput, planContainment } from '../../lib/containment/plan.ts'
import { renderPlan } from '../../lib/containment/render.ts'
import { type Outcome, pipeline } from '../../lib/pipeline.ts'
import { openContainWorld } from '../containment-world.ts'
import { detectWith, readConfig, readPlaybooks, readRules } from '../content.ts'
import { writeWhole } from '../files.ts'
import { configOption, formatOption, many } from '../options.ts'
import { refuseNothing } from '../refuse-nothing.ts'
import type { Session } from '../session.ts'
import { openSource, type Source } from '../source.ts'
import { addContainActs } from './contain-act.ts'
import { addContainBackfill } from './contain-backfill.ts'
import { addContainDemo } from './contain-demo.ts'
import { addContainReport } from './contain-report.ts'
import { addContainSnapshot, readSnapshots } from './contain-snapshot.ts'

interface PlanOptions {
  readonly rules: readonly string[]
  readonly defaultRules: boolean
  readonly protect: readonly string[]
  readonly knownAccount: readonly string[]
  readonly config?: string
  readonly breakGlass: readonly string[]
  readonly snapshots: readonly string[]
  readonly ledger?: string
  readonly region: string
  readonly sessionGraph?: boolean
  readonly out?: string
  readonly format: 'text' | 'json'
}

/** `trailwarden contain`: what would stop the incident, how it is undone, and doing both when somebody has approved it. */
export const addContain = (program: Command, session: Session): void => {
  const contain = program
    .command('contain')
    .description(
      'Containment: plan, approve, apply, verify, release. Nothing is changed before it is approved.',
    )
  contain
    .command('plan')
    .description('Exact API calls, with reason, blast radius and undo. Nothing is applied.')
    .argument('<source>', 'folder, file or s3://bucket/prefix')
    .option('--rules <dir...>', 'more Sigma rules: a folder or a file', many, [])
    .option('--no-default-rules', 'leave out the rules that come with Trailwarden')
    .option('--protect <pattern...>', 'never contain these: ARNs or unique ids, * allowed', many, [])
    .option('--break-glass <arn...>', 'with --ledger: principals that get you back in', many, [])
    .option(
      '--ledger <file>',
      'read the state of the account of your AWS credentials, and record the plan here',
    )
    .option(
      '--snapshots <file...>',
      'how things were, from contain snapshot: the newest from before each event is put back',
      many,
      [],
    )
    .option('--region <region>', 'with --ledger: Region of calls to global services', 'us-east-1')
    .addOption(configOption())
    .option('--known-account <id...>', 'accounts of your own: sharing with them is no finding', many, [])
    .option(
      '--session-graph',
      'also deny every live role session that whoever is contained has made; reads the source twice',
    )
    .option('--out <file>', 'write the plan as JSON here')
    .addOption(formatOption('text', 'json'))
    .addHelpText('after', HELP)
    .action((source: string, options: PlanOptions) => plan(source, options, session))
  addContainActs(contain, session)
  addContainSnapshot(contain, session)
  addContainReport(contain, session)
  addContainBackfill(contain, session)
  addContainDemo(contain, session)
}

const HELP = `
Exit status: 0 nothing to contain, 1 at least one action is proposed.

Examples:
  trailwarden contain plan ./my-bucket
  trailwarden contain plan ./my-bucket --protect 'arn:aws:iam::*:role/BreakGlass' --format json
  trailwarden contain plan ./my-bucket --ledger containment.jsonl
`

const plan = async (name: string, options: PlanOptions, session: Session): Promise<void> => {
  const source = await openSource(name, {}, session.terminal)
  const config = await readConfig(options.config)
  const { rules } = await readRules({ folders: options.rules, ownRules: options.defaultRules, config })
  const playbooks = await readPlaybooks()
  const taken = await readSnapshots(options.snapshots)
  const progress = session.terminal.progress('reading objects')
  let listed = 0
  const planning = {
    protectedPrincipals: [...config.protectedPrincipals, ...options.protect],
    taken,
    ...(config.organization && { organization: config.organization }),
  }
  const found = await pipeline(
    source,
    { rules, playbooks },
    {
      onObject: () => progress.update(++listed),
      detect: detectWith(config, options.knownAccount),
      plan: planning,
      ...(source.metadata && { validate: { metadata: source.metadata } }),
    },
  ).finally(progress.stop)
  refuseNothing(name, found)
  const outcome = options.sessionGraph
    ? await withSessions(found, source, { ...planning, playbooks }, session)
    : found
  const made =
    options.ledger === undefined
      ? outcome.plan
      : await record(outcome, { ...options, ledger: options.ledger }, session)
  const json = JSON.stringify(made, null, 2)
  if (options.out) await writeWhole(options.out, `${json}\n`)
  session.terminal.out(options.format === 'json' ? json : renderPlan(made).trimEnd())
  if (made.actions.length > 0) session.exit(1)
}

/** The plan with what denies the sessions that the contained ones have made. */
const withSessions = async (
  outcome: Outcome,
  source: Source,
  planning: Omit<PlanInput, 'findings' | 'verdicts' | 'now'>,
  { terminal }: Session,
): Promise<Outcome> => {
  const now = source.clock.now()
  const { minted, truncated } = await descendantsOf(source, startsOf(outcome.plan), now)
  terminal.note(`session graph: ${minted.length} live role sessions were made with what the plan contains`)
  if (truncated) terminal.note('session graph: it is not whole, there is more than could be kept')
  if (minted.length === 0) return outcome
  const findings = [...outcome.findings, ...minted]
  const verdicts = outcome.integrity.logVerdicts
  return { ...outcome, findings, plan: planContainment({ ...planning, findings, verdicts, now }) }
}

/** Makes the plan concrete on the state of the account, and remembers it: from here on it can be approved. */
const record = async (
  { plan, findings }: Outcome,
  options: PlanOptions & { readonly ledger: string },
  { terminal }: Session,
): Promise<ContainmentPlan> => {
  const { world } = await openContainWorld(options)
  const recorded = await recordPlan(plan, findings, world, { again: true })
  const known = recorded.known.length
  if (known > 0)
    terminal.note(`${known} of the actions are under way already: trailwarden contain status shows them`)
  const { actions } = recorded.plan
  const already = actions.filter(({ found }) => found === 'already').length
  if (already > 0) terminal.note(`${already} of the actions hold already: nothing will be called for them`)
  return { ...recorded.plan, actions: actions.map(({ action }) => action) }
}
