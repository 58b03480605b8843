import type { Command } from 'commander'
import { renderPlan } from '../../lib/containment/render.ts'
import { pipeline } from '../../lib/pipeline.ts'
import { detectWith, readConfig, readPlaybooks, readRules } from '../content.ts'
import { writeWhole } from '../files.ts'
import { configOption, formatOption, many } from '../options.ts'
import { refuseNothing } from '../refuse-nothing.ts'
import type { Session } from '../session.ts'
import { openSource } from '../source.ts'

interface PlanOptions {
  readonly rules: readonly string[]
  readonly defaultRules: boolean
  readonly protect: readonly string[]
  readonly knownAccount: readonly string[]
  readonly config?: string
  readonly out?: string
  readonly format: 'text' | 'json'
}

/** `trailwarden contain`: what would stop the incident, and how it is undone. This release plans; it changes nothing. */
export const addContain = (program: Command, session: Session): void => {
  const contain = program
    .command('contain')
    .description('Containment: this release plans and changes nothing.')
  contain
    .command('plan')
    .description('Exact API calls, with reason, blast radius and undo. Nothing is applied.')
    .argument('<source>', 'folder, file or s3://bucket/prefix')
    .option('--rules <dir...>', 'more Sigma rules: a folder or a file', many, [])
    .option('--no-default-rules', 'leave out the rules that come with Trailwarden')
    .option('--protect <pattern...>', 'never contain these: ARNs or unique ids, * allowed', many, [])
    .addOption(configOption())
    .option('--known-account <id...>', 'accounts of your own: sharing with them is no finding', many, [])
    .option('--out <file>', 'write the plan as JSON here')
    .addOption(formatOption('text', 'json'))
    .addHelpText('after', HELP)
    .action((source: string, options: PlanOptions) => plan(source, options, session))
}

const HELP = `
Exit status: 0 nothing to contain, 1 at least one action is proposed.

Examples:
  trailwarden contain plan ./my-bucket
  trailwarden contain plan ./my-bucket --protect 'arn:aws:iam::*:role/BreakGlass' --format json
`

const plan = async (name: string, options: PlanOptions, session: Session): Promise<void> => {
  const source = await openSource(name, {}, session.terminal)
  const config = await readConfig(options.config)
  const { rules } = await readRules({ folders: options.rules, ownRules: options.defaultRules, config })
  const playbooks = await readPlaybooks()
  const progress = session.terminal.progress('reading objects')
  let listed = 0
  const outcome = await pipeline(
    source,
    { rules, playbooks },
    {
      onObject: () => progress.update(++listed),
      detect: detectWith(config, options.knownAccount),
      protectedPrincipals: [...config.protectedPrincipals, ...options.protect],
      ...(source.metadata && { validate: { metadata: source.metadata } }),
    },
  ).finally(progress.stop)
  refuseNothing(name, outcome)
  const made = outcome.plan
  const json = JSON.stringify(made, null, 2)
  if (options.out) await writeWhole(options.out, `${json}\n`)
  session.terminal.out(options.format === 'json' ? json : renderPlan(made).trimEnd())
  if (made.actions.length > 0) session.exit(1)
}
