import { Command, CommanderError } from 'commander'
import { ContentError, LedgerDamaged, messageOf, UnreadableObject, UsageError } from '../lib/errors.ts'
import { version } from './package-root.ts'
import type { Session } from './session.ts'
import { processTerminal } from './terminal.ts'

/** Runs one command line. Never throws: answers the exit status. */
export const run = async (argv: readonly string[]): Promise<number> => {
  let status = 0
  const terminal = processTerminal({ color: !argv.includes('--no-color') })
  try {
    const exit: Session['exit'] = (code) => {
      status = code
      // Whoever reads may leave before the end: what was found counts all the same.
      process.exitCode = code
    }
    const program = await programOf({ terminal, exit }, argv)
    await program.parseAsync(argv, { from: 'user' })
    return status
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    terminal.note(`trailwarden: ${isExpected(error) ? error.message : unexpected(error)}`)
    return 2
  }
}

/** Each command loads its own part of the house: the engine of one would cost the others 50 MB and a third of a second. */
const COMMANDS: Readonly<Record<string, () => Promise<(program: Command, session: Session) => void>>> = {
  scan: async () => (await import('./commands/scan.ts')).addScan,
  verify: async () => (await import('./commands/verify.ts')).addVerify,
  ingest: async () => (await import('./commands/ingest.ts')).addIngest,
  query: async () => (await import('./commands/query.ts')).addQuery,
  investigate: async () => (await import('./commands/investigate.ts')).addInvestigate,
  contain: async () => (await import('./commands/contain.ts')).addContain,
  rules: async () => (await import('./commands/rules.ts')).addRules,
}

/** The command named first; all of them where none is, so that help and suggestions know them. */
const chosen = (argv: readonly string[]) => {
  const name = argv.find((word) => !word.startsWith('-'))
  return name !== undefined && name !== 'help' && Object.hasOwn(COMMANDS, name)
    ? [COMMANDS[name]!]
    : Object.values(COMMANDS)
}

const programOf = async (session: Session, argv: readonly string[]): Promise<Command> => {
  const program = new Command('trailwarden')
    .description('Validate, search, investigate and contain: AWS CloudTrail logs in a folder or a bucket.')
    .version(version())
    .option('--no-color', 'plain text, also on a terminal')
    .showHelpAfterError('(add --help for the options and examples)')
    .exitOverride()
    .configureHelp({ showGlobalOptions: false })
    .addHelpText('after', PROGRAM_HELP)
  for (const load of chosen(argv)) (await load())(program, session)
  for (const command of program.commands) inherit(command)
  return program
}

/** Commander copies these settings only to commands made after them. */
const inherit = (command: Command): void => {
  command.exitOverride().showHelpAfterError('(add --help for the options and examples)')
  command.option('--no-color', 'plain text, also on a terminal')
  for (const child of command.commands) inherit(child)
}

const isExpected = (error: unknown): error is Error =>
  [UsageError, ContentError, UnreadableObject, LedgerDamaged].some((expected) => error instanceof expected)

const unexpected = (error: unknown): string =>
  `this is a fault in Trailwarden, please report it: ${messageOf(error)}\n${(error as Error)?.stack ?? ''}`

const PROGRAM_HELP = `
<source> is a folder that holds AWSLogs/ anywhere below it, one saved file (.json, .json.gz, JSON Lines,
lookup-events output, EventBridge envelopes), or s3://bucket/prefix.

Exit status: 0 done, nothing to report; 1 done, something was found; 2 wrong usage, or the job could not run.

Examples:
  trailwarden scan ./my-bucket                    everything: evidence, findings, plan, report.html
  trailwarden verify ./my-bucket                  are the logs what CloudTrail delivered?
  trailwarden query ./my-bucket root-activity     a query by its name
  trailwarden rules list                          what is detected
`
