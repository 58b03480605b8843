import { join } from 'node:path'
import type { Command } from 'commander'
import { UsageError } from '../../lib/errors.ts'
import { type Investigation, investigate, type Lead } from '../../lib/investigate.ts'
import type { TimelineEntry } from '../../lib/investigation/scope.ts'
import { writeWhole } from '../files.ts'
import { investigationText, MARKDOWN, terminalMarks } from '../investigation-text.ts'
import { formatOption, parseTime } from '../options.ts'
import { openOut } from '../out-folder.ts'
import { refuseNothing } from '../refuse-nothing.ts'
import type { Session } from '../session.ts'
import { openSource } from '../source.ts'

interface InvestigateCommand {
  readonly accessKeyId?: string
  readonly principal?: string
  readonly sourceIp?: string
  readonly eventId?: string
  readonly since?: string
  readonly until?: string
  readonly out?: string
  readonly format: 'text' | 'json'
}

/** `trailwarden investigate`: from one key, principal, address or event to everything it made and did. */
export const addInvestigate = (program: Command, session: Session): void => {
  program
    .command('investigate')
    .description('Who made whom, which sessions can still act, what they did, and whether that is proven.')
    .argument('<source>', 'folder, file or s3://bucket/prefix')
    .option('--access-key-id <id>', 'start from an access key or a temporary credential')
    .option('--principal <arn>', 'start from a user, role or session: its ARN or unique id')
    .option('--source-ip <address>', 'start from everybody who called from this address')
    .option('--event-id <id>', 'start from the caller of this event')
    .option('--since <time>', 'show events from this time on, UTC', parseTime)
    .option('--until <time>', 'show events before this time, UTC', parseTime)
    .option('--out <dir>', 'write investigation.json, investigation.md and timeline.jsonl here')
    .addOption(formatOption('text', 'json'))
    .addHelpText('after', HELP)
    .action((source: string, options: InvestigateCommand) => run(source, options, session))
}

const HELP = `
Examples:
  trailwarden investigate ./my-bucket --access-key-id AKIAIOSFODNN7EXAMPLE
  trailwarden investigate s3://my-trail-bucket --principal arn:aws:iam::111122223333:role/deploy --out ./case
`

const run = async (name: string, options: InvestigateCommand, session: Session): Promise<void> => {
  const { terminal } = session
  const lead = leadOf(options)
  const source = await openSource(name, {}, terminal)
  if (options.out !== undefined) await openOut(options.out, name)
  const entries: TimelineEntry[] = []
  const progress = terminal.progress('reading objects, twice')
  let read = 0
  const found = await investigate(source, lead, {
    ...(options.since && { since: options.since }),
    ...(options.until && { until: options.until }),
    onObject: () => progress.update(++read),
    onEntry: (entry) => entries.push(entry),
    ...(source.metadata && { validate: { metadata: source.metadata } }),
  }).finally(progress.stop)
  refuseNothing(name, found)
  entries.sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : a.key < b.key ? -1 : 1))
  const notable = entries.filter(({ write, errorCode }) => write || errorCode !== undefined)
  const text = { lead: Object.values(lead)[0]!, source: name, found, notable }
  if (options.out !== undefined) {
    await writeWhole(join(options.out, 'investigation.json'), jsonOf(lead, found))
    await writeWhole(join(options.out, 'investigation.md'), `# ${investigationText(text, MARKDOWN)}`)
    await writeWhole(
      join(options.out, 'timeline.jsonl'),
      entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''),
    )
  }
  const marks = terminalMarks((heading) => terminal.paint('bold', heading))
  terminal.out(
    options.format === 'json' ? jsonOf(lead, found).trimEnd() : investigationText(text, marks).trimEnd(),
  )
}

const jsonOf = (lead: Lead, { integrity, ...found }: Investigation): string =>
  `${JSON.stringify({ lead, ...found, integrity: integrity.summary }, null, 2)}\n`

/** Exactly one lead. Throws `UsageError`. */
const leadOf = ({ accessKeyId, principal, sourceIp, eventId }: InvestigateCommand): Lead => {
  const leads: Lead[] = []
  if (accessKeyId !== undefined) leads.push({ accessKeyId })
  if (principal !== undefined) leads.push({ principal })
  if (sourceIp !== undefined) leads.push({ sourceIp })
  if (eventId !== undefined) leads.push({ eventId })
  if (leads.length !== 1)
    throw new UsageError(
      `expected one of --access-key-id, --principal, --source-ip and --event-id, found ${leads.length}`,
    )
  return leads[0]!
}
