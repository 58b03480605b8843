import type { Command } from 'commander'
import { UsageError } from '../../lib/errors.ts'
import { type Ingested, ingest } from '../ingest.ts'
import { formatOption } from '../options.ts'
import type { Session } from '../session.ts'
import { openSource } from '../source.ts'

/** `trailwarden ingest`: events of one source as Parquet, each once. */
export const addIngest = (program: Command, session: Session): void => {
  program
    .command('ingest')
    .description('Write the events of a source as Parquet, each event once, for queries.')
    .argument('<source>', 'folder, file or s3://bucket/prefix')
    .requiredOption('--out <dir>', 'folder of the store; an earlier store there is replaced')
    .addOption(formatOption('text', 'json'))
    .addHelpText('after', HELP)
    .action(async (source: string, options: { out: string; format: string }) => {
      const done = await ingest(await openSource(source, {}, session.terminal), options.out, session.terminal)
      if (done.files.ingested === 0)
        throw new UsageError(
          `${source}: expected CloudTrail log files, found none among ${done.files.listed} files (${reasons(done)})`,
        )
      session.terminal.out(options.format === 'json' ? JSON.stringify(done) : ingestText(done, options.out))
    })
}

const HELP = `
Examples:
  trailwarden ingest ./my-bucket --out ./store
  trailwarden query ./store top-errors
`

const reasons = ({ files }: Ingested): string =>
  Object.entries(files.skipped)
    .map(([reason, n]) => `${n} ${reason}`)
    .join(', ') || 'none listed'

const ingestText = (done: Ingested, out: string): string => {
  const { files, events } = done
  const skipped = Object.values(files.skipped).reduce((a, b) => a + b, 0)
  return [
    `files   ${files.listed} listed = ${files.ingested} ingested + ${skipped} skipped (${reasons(done)})`,
    `events  ${events.read} read = ${events.kept} kept + ${events.duplicate} duplicate + ${events.superseded} superseded + ${events.rejected} rejected`,
    `store   ${out}: ${done.partitions.length} partitions (account and day)`,
  ].join('\n')
}
