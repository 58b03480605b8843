import type { Command } from 'commander'
import { UsageError } from '../../lib/errors.ts'
import { ALREADY } from '../../lib/local/object-list.ts'
import { terminalSafe } from '../../lib/report/escape.ts'
import { type Ingested, ingest } from '../ingest.ts'
import { formatOption } from '../options.ts'
import type { Session } from '../session.ts'
import { openSource } from '../source.ts'
import type { Terminal } from '../terminal.ts'

interface IngestCommand {
  readonly out: string
  readonly format: string
  readonly full?: boolean
}

/** `trailwarden ingest`: events of one source as Parquet, each once. */
export const addIngest = (program: Command, session: Session): void => {
  program
    .command('ingest')
    .description(
      'Write the events of a source as Parquet, each event once, for queries. Run again, it adds what is new.',
    )
    .argument('<source>', 'folder, file or s3://bucket/prefix')
    .requiredOption('--out <dir>', 'folder of the store; an earlier store there is added to')
    .option('--full', 'build the store anew')
    .addOption(formatOption('text', 'json'))
    .addHelpText('after', HELP)
    .action(async (source: string, options: IngestCommand) => {
      const { terminal } = session
      const done = await ingest(await openSource(source, {}, terminal), options.out, terminal, options)
      if (done.files.ingested === 0 && !done.files.skipped[ALREADY])
        throw new UsageError(
          `${source}: expected CloudTrail log files, found none among ${done.files.listed} files (${reasons(done)})`,
        )
      noteObjects(done, terminal)
      terminal.out(options.format === 'json' ? JSON.stringify(done) : ingestText(done, options.out))
    })
}

const HELP = `
Examples:
  trailwarden ingest ./my-bucket --out ./store
  trailwarden ingest ./my-bucket --out ./store          again: only new objects are read
  trailwarden query ./store top-errors
`

const reasons = ({ files }: Ingested): string =>
  Object.entries(files.skipped)
    .map(([reason, n]) => `${n} ${reason}`)
    .join(', ') || 'none listed'

/** A log file never changes after its delivery, and rarely goes: somebody ought to know. */
const noteObjects = ({ changed, vanished }: Ingested, terminal: Terminal): void => {
  const say = (keys: readonly string[], what: string) => {
    if (keys.length === 0) return
    terminal.note(`${keys.length} ${what}:`)
    for (const key of keys.slice(0, SHOWN)) terminal.note(`  ${terminalSafe(key)}`)
    if (keys.length > SHOWN) terminal.note(`  and ${keys.length - SHOWN} more`)
  }
  say(
    changed,
    'objects changed since they were read; events that are no longer in them stay, --full leaves them out',
  )
  say(vanished, 'objects that were read before are gone; their events stay, --full leaves them out')
}

const SHOWN = 5

const ingestText = (done: Ingested, out: string): string => {
  const { files, events, totals } = done
  const skipped = Object.values(files.skipped).reduce((a, b) => a + b, 0)
  return [
    `files   ${files.listed} listed = ${files.ingested} ingested + ${skipped} skipped (${reasons(done)})`,
    `events  ${events.read} read = ${events.kept} kept + ${events.duplicate} duplicate + ${events.superseded} superseded + ${events.rejected} rejected`,
    `store   ${out}: ${totals.rows} events in ${done.partitions.length} partitions (account and day)`,
    `all     ${totals.files} files ingested; ${totals.read} events read = ${totals.kept} kept + ${totals.duplicate} duplicate + ${totals.superseded} superseded + ${totals.rejected} rejected`,
  ].join('\n')
}
