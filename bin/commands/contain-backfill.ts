import { join } from 'node:path'
import type { Command } from 'commander'
import { printable } from '../../lib/containment/render.ts'
import { UsageError } from '../../lib/errors.ts'
import { systemClock } from '../../lib/local/clock.ts'
import { type BackfillResult, backfill, UNPROVEN } from '../backfill.ts'
import { shown } from '../files.ts'
import type { Session } from '../session.ts'
import { openSource } from '../source.ts'

/** `trailwarden contain backfill`: what is still to be had of a time without logs. */
export const addContainBackfill = (contain: Command, session: Session): void => {
  contain
    .command('backfill')
    .description(
      "After logging was off: fetch the management events of every gap from CloudTrail's own history of 90 days. They are proven by no digest, and marked so.",
    )
    .argument('<source>', 'folder or s3://bucket/prefix with the digest files that show the gaps')
    .requiredOption(
      '--out <dir>',
      'a file of events for each gap, and backfill.json; a later run goes on here',
    )
    .option('--region <region>', 'Region to ask whose credentials these are', 'us-east-1')
    .addHelpText('after', HELP)
    .action((source: string, options: { out: string; region: string }) => run(source, options, session))
}

const HELP = `
Needs cloudtrail:LookupEvents in the account of the gaps; two requests a second for each Region.

Exit status: 0 there is no gap, 1 there is one, filled or not.

Example:
  trailwarden contain backfill ./my-bucket --out ./gaps
  trailwarden scan ./gaps
`

const run = async (
  name: string,
  { out, region }: { readonly out: string; readonly region: string },
  { terminal, exit }: Session,
): Promise<void> => {
  const source = await openSource(name, {}, terminal)
  if (source.layout !== 'bucket')
    throw new UsageError(`${name}: expected a folder that holds AWSLogs/ with digest files, found none`)
  const { callerIdentity } = await import('../../lib/aws/caller-identity.ts')
  const { lookupEvents } = await import('../../lib/aws/lookup-events.ts')
  const { accountId } = await callerIdentity(region)
  const sleep = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds))
  const found = await backfill(source, {
    history: lookupEvents({ sleep }),
    accountId,
    out,
    now: systemClock.now(),
  })
  for (const line of backfillLines(found, out)) terminal.out(printable(line))
  if (found.filled.length + found.failed.length + found.tooOld > 0) exit(1)
}

/** What was found, in lines for people. */
export const backfillLines = ({ filled, failed, tooOld }: BackfillResult, out: string): readonly string[] => [
  ...filled.map(
    ({ gap, kept, added, inLogs, file }) =>
      `${gap.accountId} ${gap.region} ${gap.from} to ${gap.to}: ${kept} ${kept === 1 ? 'event' : 'events'} that no log file holds (${added} new)${kept === 0 ? '' : ` in ${shown(join(out, file))}`}; ${inLogs} more are in the logs`,
  ),
  ...failed.map(({ gap, reason }) => `${gap.accountId} ${gap.region} ${gap.from} to ${gap.to}: ${reason}`),
  ...(tooOld > 0 ? [`${tooOld} gaps are older than the 90 days that CloudTrail remembers`] : []),
  ...(filled.length + failed.length + tooOld === 0
    ? ['No gap: every hour is covered by a digest file.']
    : []),
  ...(filled.length > 0 ? [`Not proven: ${UNPROVEN}.`] : []),
]
