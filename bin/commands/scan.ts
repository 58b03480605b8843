import { join } from 'node:path'
import type { Command } from 'commander'
import { expiredAt } from '../../lib/detection/suppress.ts'
import { withWhereabouts } from '../../lib/detection/whereabouts.ts'
import { UsageError } from '../../lib/errors.ts'
import { atLeast, type Finding, findingLine, type Level } from '../../lib/finding.ts'
import { parquetEventStore } from '../../lib/local/event-store.ts'
import { type Outcome, pipeline } from '../../lib/pipeline.ts'
import type { Quarantined } from '../../lib/reading.ts'
import { openSurroundings } from '../../lib/surroundings.ts'
import { detectWith, readConfig, readPlaybooks, readRules, surroundingsWith } from '../content.ts'
import { examineThreads } from '../examine-threads.ts'
import { configOption, formatOption, levelOption, many } from '../options.ts'
import { openOut } from '../out-folder.ts'
import { refuseNothing } from '../refuse-nothing.ts'
import { writeReports } from '../reports.ts'
import type { Session } from '../session.ts'
import { openSource, type Source } from '../source.ts'
import { summaryText } from '../summary.ts'
import { parseJobs } from '../verify-run.ts'

interface ScanOptions {
  readonly rules: readonly string[]
  readonly defaultRules: boolean
  readonly minLevel: Level
  readonly failOn?: Level
  readonly out?: string
  readonly format: 'text' | 'jsonl'
  readonly publicKeys?: string
  readonly digestMetadata?: string
  readonly knownAccount: readonly string[]
  readonly config?: string
  readonly protect: readonly string[]
  readonly networkDb: readonly string[]
  readonly jobs?: number
}

/** `trailwarden scan`: the whole pipeline over one source. */
export const addScan = (program: Command, session: Session): void => {
  program
    .command('scan')
    .description('Read everything once: evidence, events, findings, plan and report.')
    .argument('<source>', 'folder, file or s3://bucket/prefix')
    .option('--rules <dir...>', 'more Sigma rules: a folder or a file', many, [])
    .option('--no-default-rules', 'leave out the rules that come with Trailwarden')
    .addOption(
      levelOption('--min-level <level>', 'leave out findings below this level').default('informational'),
    )
    .addOption(levelOption('--fail-on <level>', 'exit 1 when a finding is at or above this level'))
    .option(
      '--out <dir>',
      'write report.html, findings.jsonl, plan.json, verdicts.jsonl, summary.json and store/ here',
    )
    .addOption(formatOption('text', 'jsonl'))
    .addOption(configOption())
    .option('--known-account <id...>', 'accounts of your own: sharing with them is no finding', many, [])
    .option('--protect <pattern...>', 'no plan contains these: ARNs or unique ids, * allowed', many, [])
    .option(
      '--network-db <file...>',
      'where addresses are: databases in MaxMind format (GeoLite2, DB-IP, IPinfo) of your own',
      many,
      [],
    )
    .option(
      '--public-keys <file>',
      "CloudTrail's public keys, saved (default: public-keys.json beside AWSLogs/)",
    )
    .option(
      '--digest-metadata <file>',
      'metadata of the digests, saved (default: digest-metadata.jsonl beside AWSLogs/)',
    )
    .option(
      '--jobs <n>',
      'threads that read log files (default: 3 or 4 from 4 cores on; 1 for small sources and with --out)',
      parseJobs,
    )
    .addHelpText('after', HELP)
    .action((source: string, options: ScanOptions) => scan(source, options, session))
}

const HELP = `
Examples:
  trailwarden scan ./my-bucket --out ./scan-of-today
  trailwarden scan ./my-bucket --format jsonl --min-level high > findings.jsonl
  trailwarden scan s3://my-trail-bucket/AWSLogs/111122223333/ --out ./scan --fail-on high
  trailwarden scan lookup-events.json --rules ./sigma/rules/cloud/aws
`

const scan = async (name: string, options: ScanOptions, session: Session): Promise<void> => {
  const { terminal } = session
  const content = await contentOf(options, session)
  const source = await openSource(name, options, terminal)
  if (options.out !== undefined) await openOut(options.out, name)
  const quarantined: Quarantined[] = []
  const outcome = await runPipeline(source, content, options, session, (one) => quarantined.push(one))
  refuseNothing(name, outcome)
  const { networks } = openSurroundings(content.surroundings)
  const told = outcome.findings.filter(({ rule }) => atLeast(rule.level, options.minLevel))
  const findings = withWhereabouts(told, networks)
  const shown = { ...outcome, findings }
  if (options.out) {
    const rules = { loaded: content.rules.length, rejected: content.rejected.length }
    await writeReports(options.out, {
      source: name,
      outcome: shown,
      quarantined,
      rules,
      now: source.clock.now(),
    })
  }
  if (options.format === 'jsonl') for (const finding of findings) terminal.out(findingLine(finding))
  const summary = summaryText(
    {
      source: name,
      outcome: shown,
      quarantined,
      out: options.out,
      expired: expiredAt(content.config.suppressions, source.clock.now()),
    },
    terminal,
  )
  if (options.format === 'jsonl') terminal.note(summary)
  else terminal.out(summary)
  if (reaches(outcome.findings, options.failOn)) session.exit(1)
}

const reaches = (findings: readonly Finding[], level: Level | undefined): boolean =>
  level !== undefined && findings.some(({ rule }) => atLeast(rule.level, level))

/** Rules and playbooks; says on stderr which rules could not be used. */
const contentOf = async (options: ScanOptions, { terminal }: Session) => {
  const config = await readConfig(options.config)
  const surroundings = await surroundingsWith(config, options.config, options.networkDb)
  // a file that is no database is told before anything is read
  openSurroundings(surroundings)
  const { rules, rejected, source } = await readRules({
    folders: options.rules,
    ownRules: options.defaultRules,
    config,
  })
  for (const { file, line, message } of rejected) {
    terminal.note(`${file}${line ? `:${line}` : ''}: ${message}; the rule is left out`)
  }
  if (rules.length === 0)
    throw new UsageError('no rule could be loaded: expected Sigma rules in --rules, found none')
  return { rules, rejected, rulesSource: source, config, surroundings, playbooks: await readPlaybooks() }
}

/** Threads that were asked for start at once. */
const jobsOf = (jobs: number | undefined) => (jobs === undefined ? {} : { jobs, threadsFrom: 0 })

const runPipeline = async (
  source: Source,
  content: Awaited<ReturnType<typeof contentOf>>,
  options: ScanOptions,
  { terminal }: Session,
  onQuarantined: (one: Quarantined) => void,
): Promise<Outcome> => {
  const progress = terminal.progress('reading objects')
  let listed = 0
  const detect = detectWith(content.config, options.knownAccount)
  const { layout } = source
  const { knownAccounts, attempts } = detect
  const { surroundings } = content
  const spec = { rules: content.rulesSource, layout, detect: { knownAccounts, attempts }, surroundings }
  // a store is written by one thread
  const examiners = options.out ? undefined : examineThreads(content.rules, spec, jobsOf(options.jobs))
  try {
    const store = options.out ? { store: parquetEventStore(join(options.out, 'store')) } : {}
    const outcome = await pipeline({ ...source, ...store }, content, {
      onQuarantined,
      onObject: () => progress.update(++listed),
      detect,
      surroundings,
      ...(examiners && { examiners }),
      plan: { protectedPrincipals: [...content.config.protectedPrincipals, ...options.protect] },
      ...(source.metadata && { validate: { metadata: source.metadata } }),
    })
    await store.store?.close()
    return outcome
  } finally {
    progress.stop()
    await examiners?.close()
  }
}
