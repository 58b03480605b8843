import { readFile } from 'node:fs/promises'
import { type Command, Option } from 'commander'
import { messageOf, UsageError } from '../../lib/errors.ts'
import { headsIn, parseSavedState, type SavedState } from '../../lib/integrity/saved-state.ts'
import { terminalSafe } from '../../lib/report/escape.ts'
import { type IntegrityReport, integrityHolds } from '../../lib/verdict.ts'
import { writeWhole } from '../files.ts'
import { formatOption, parseTime } from '../options.ts'
import type { Session } from '../session.ts'
import { type Paint, resultsWritten } from '../terminal.ts'
import { openTrail, type TrailOptions } from '../trail-source.ts'
import { keepMemorySmall, parseJobs, verifySource } from '../verify-run.ts'

interface VerifyOptions extends TrailOptions {
  readonly startTime?: string
  readonly endTime?: string
  readonly verbose?: boolean
  readonly jobs?: number
  readonly state?: string
  readonly full?: boolean
  readonly format: 'text' | 'json'
}

/** `trailwarden verify`: log file integrity validation of everything in one source. */
export const addVerify = (program: Command, session: Session): void => {
  program
    .command('verify')
    .description('Validate digest files and log files: is this what CloudTrail delivered?')
    .argument('[source]', 'folder or s3://bucket/prefix; the bucket of --trail-arn when left out')
    .option('--public-keys <file>', 'output of aws cloudtrail list-public-keys, or {"<region>": that output}')
    .option('--digest-metadata <file>', 'a JSON line per digest: {"key", "metadata": {"signature", ...}}')
    .option('--trail-arn <arn>', 'only the digests of this trail')
    .option('--from <time>', 'only digests that end after this UTC time', parseTime)
    .option('--to <time>', 'only digests that end before this UTC time', parseTime)
    .option(
      '--expect-until <time>',
      'logging was on until this UTC time: a missing tail is a problem',
      parseTime,
    )
    .option('--state <file>', 'go on where the last run ended, and keep here where this one ends; no ranges')
    .option('--full', 'with --state: validate everything again, not only what is new')
    .option('--account-id <id>', 'only this account, of an organization trail for example')
    .option(
      '--jobs <n>',
      'threads for the log files of a folder (default: one a core, 1 for small folders)',
      parseJobs,
    )
    .option('--verbose', 'name the log files that are valid too')
    .addOption(formatOption('text', 'json'))
    .addOption(alias('--start-time <time>', 'the same as --from').argParser(parseTime))
    .addOption(alias('--end-time <time>', 'the same as --to').argParser(parseTime))
    .addOption(alias('--s3-bucket <bucket>', 'with --s3-prefix, the same as s3://bucket/prefix'))
    .addOption(alias('--s3-prefix <prefix>', 'key prefix before AWSLogs/'))
    .addHelpText('after', HELP)
    .action((source: string | undefined, options: VerifyOptions) => {
      const { startTime, endTime } = options
      const range = { ...(startTime && { from: startTime }), ...(endTime && { to: endTime }) }
      return verify(source, { ...range, ...options }, session)
    })
}

const alias = (flags: string, description: string): Option =>
  new Option(flags, description).helpGroup('As aws cloudtrail validate-logs has it:')

const HELP = `
Exit status: 0 everything is valid (a span in which logging was off is only noted), 1 anything else was found.

Examples:
  trailwarden verify ./my-bucket
  trailwarden verify ./my-bucket --public-keys keys.json --expect-until 2026-10-15T00:00:00Z
  trailwarden verify s3://my-trail-bucket
  trailwarden verify s3://my-trail-bucket --state /var/lib/trailwarden/my-trail.json   (every hour)
  trailwarden verify --trail-arn arn:aws:cloudtrail:us-east-1:111122223333:trail/main --start-time 2026-10-14
  trailwarden verify ./my-bucket --format json | jq '.problems[]'
`

const verify = async (named: string | undefined, options: VerifyOptions, session: Session): Promise<void> => {
  const collect = keepMemorySmall()
  if (options.trailArn) checkTrail(options.trailArn)
  const { name, source, validate } = await openTrail(named, options, session.terminal)
  if (source.layout !== 'bucket') {
    throw new UsageError(`${name}: expected a folder that holds AWSLogs/ with digest files, found none`)
  }
  const progress = session.terminal.progress('verifying objects')
  const saved = options.state ? await savedState(options.state) : undefined
  const report = await verifySource(source, {
    ...(options.from && { from: options.from }),
    ...(options.to && { to: options.to }),
    ...(options.expectUntil && { expectUntil: options.expectUntil }),
    ...(source.metadata && { metadata: source.metadata }),
    ...validate,
    ...(saved && (isWhole(options) ? { state: headsIn(saved) } : { resume: saved })),
    now: source.clock.now(),
    ...(options.jobs && { jobs: options.jobs }),
    onProgress: (done, total) => {
      collect(done)
      progress.update(done, total)
    },
  }).finally(progress.stop)
  if (!integrityHolds(report)) session.exit(1)
  session.terminal.out(
    options.format === 'json' ? reportJson(report) : reportText(name, report, session.terminal.paint),
  )
  if (options.verbose && options.format === 'text') session.terminal.out(validLogs(report))
  if (!options.state) return
  // Much is told only once: what nobody could read must not count as told.
  await resultsWritten()
  await keepState(options, report.state, saved, session)
}

/** Throws `UsageError` for what is no ARN of a trail. */
const checkTrail = (arn: string): void => {
  if (!/^arn:[\w-]+:cloudtrail:[\w-]+:\d{12}:trail\/[\w.-]+$/.test(arn))
    throw new UsageError(`--trail-arn: expected arn:aws:cloudtrail:REGION:ACCOUNT:trail/NAME, found ${arn}`)
}

const savedState = async (path: string): Promise<SavedState | undefined> => {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw new UsageError(`${path}: expected a state file that can be read (${error.code})`, { cause: error })
  })
  if (text === undefined) return undefined
  try {
    return parseSavedState(JSON.parse(text))
  } catch (error) {
    throw new UsageError(
      `${path}: expected the state of an earlier run (${messageOf(error)}); without the file, everything is validated anew`,
      { cause: error },
    )
  }
}

const hasRange = ({ from, to }: VerifyOptions): boolean => (from ?? to) !== undefined

const isWhole = (options: VerifyOptions): boolean => options.full === true || hasRange(options)

/** A range says nothing of what lies outside of it: the next run goes on where the last one without a range ended. */
const keepState = async (
  options: VerifyOptions,
  state: SavedState,
  before: SavedState | undefined,
  { terminal }: Session,
): Promise<void> => {
  const path = options.state!
  const chains = { ...before?.chains, ...state.chains }
  const settled = { ...before?.settled, ...state.settled }
  if (hasRange(options)) terminal.note(`${path}: left as it was, since this run had a range`)
  else await writeWhole(path, `${JSON.stringify({ ...state, chains, settled }, null, 2)}\n`)
}

const reportJson = ({ summary, chains, problems, notes }: IntegrityReport): string =>
  JSON.stringify({ summary, problems, chains, notes }, null, 2)

const reportText = (name: string, report: IntegrityReport, paint: Paint): string => {
  const chains = report.chains.map(
    ({ account, region, trail, kind, digests, logs, from, to }) =>
      `${account} ${region} ${terminalSafe(trail)}${kind === 'backfill' ? ' (backfill)' : ''}  ${from ?? '?'} to ${to ?? '?'}\n` +
      `  digest files  ${counted(digests)}\n  log files     ${counted(logs)}`,
  )
  const problems = report.problems.map(
    ({ status, kind, reason, object, detail, from, to }) =>
      `${paint(status === 'gap' ? 'yellow' : 'red', status.toUpperCase())}  ${kind}  ${terminalSafe(object)}\n` +
      `  ${reason}: ${terminalSafe(detail)}${from && to ? `\n  ${from} to ${to}` : ''}`,
  )
  const { digests, logs } = report.summary
  return [
    `Log file integrity of ${terminalSafe(name)}`,
    ...chains,
    ...problems,
    ...report.notes.map((note) => `note: ${terminalSafe(note)}`),
    `in all: digest files ${counted(digests)}; log files ${counted(logs)}`,
    integrityHolds(report)
      ? paint('green', holding(report))
      : paint('red', `${report.problems.length} problems`),
  ].join('\n\n')
}

/** A log file that no digest could prove is no problem of its own, but it is not valid either. */
const holding = ({ summary }: IntegrityReport): string => {
  const n = summary.logs.unverifiable
  if (n === 0) return 'everything found is valid'
  return `nothing was found changed; ${n} ${n === 1 ? 'log file is' : 'log files are'} proven by no digest`
}

const validLogs = ({ logVerdicts }: IntegrityReport): string =>
  [...logVerdicts]
    .flatMap(([key, status]) => (status === 'valid' ? `VALID  log  ${terminalSafe(key)}` : []))
    .join('\n')

const counted = (statuses: Readonly<Record<string, number>>): string => {
  const some = Object.entries(statuses).filter(([, n]) => n > 0)
  return some.length === 0 ? 'none' : some.map(([status, n]) => `${n} ${status}`).join(', ')
}
