import type { Command } from 'commander'
import { printable } from '../../lib/containment/render.ts'
import {
  parseSnapshots,
  serialiseSnapshots,
  type TakenSnapshots,
} from '../../lib/containment/stored-snapshots.ts'
import { takeSnapshots } from '../../lib/containment/take-snapshots.ts'
import { systemClock } from '../../lib/local/clock.ts'
import { readText, writeWhole } from '../files.ts'
import { many } from '../options.ts'
import type { Session } from '../session.ts'

interface SnapshotOptions {
  readonly out: string
  readonly region: string
  readonly stack?: string
  readonly bucket: readonly string[]
  readonly key: readonly string[]
}

const HELP = `
Exit status: 0 everything was read, 1 something could not be read and is left out of the file.

Examples:
  trailwarden contain snapshot --out snapshot.json
  trailwarden contain snapshot --stack trailwarden-main --bucket my-trail-bucket --out snapshot.json
`

/** `contain snapshot`: how trails, and what is our own, are now. */
export const addContainSnapshot = (contain: Command, session: Session): void => {
  contain
    .command('snapshot')
    .description(
      'Keep how trails, rules, buckets and keys are now, so that a plan can put them back. Reading calls only.',
    )
    .requiredOption('--out <file>', 'the file to write')
    .option('--region <region>', 'Region of the stack, and of the first calls', 'us-east-1')
    .option('--stack <name>', 'the deployed stack: its event rules and functions, too')
    .option('--bucket <name...>', 'buckets, besides those that trails deliver to', many, [])
    .option('--key <arn...>', 'KMS keys, besides those of trails', many, [])
    .addHelpText('after', HELP)
    .action((options: SnapshotOptions) => snapshot(options, session))
}

const snapshot = async (options: SnapshotOptions, { terminal, exit }: Session): Promise<void> => {
  const { awsResponder } = await import('../../lib/aws/responder.ts')
  const { SNAPSHOT_SERVICES } = await import('../../lib/aws/api/snapshot-services.ts')
  const { callerIdentity } = await import('../../lib/aws/caller-identity.ts')
  const { out, region, stack, bucket, key } = options
  const { accountId } = await callerIdentity(region)
  const taken = await takeSnapshots(awsResponder({ services: SNAPSHOT_SERVICES, region }), systemClock, {
    accountId,
    region,
    buckets: bucket,
    keys: key,
    ...(stack !== undefined && { ownPrefix: `${stack}-`, buses: [`${stack}-findings`] }),
  })
  await writeWhole(out, serialiseSnapshots(taken))
  terminal.out(`${out}: account ${accountId} as of ${taken.time}: ${countsOf(taken)}`)
  for (const { what, reason } of taken.missing)
    terminal.note(`left out: ${printable(what)}: ${printable(reason)}`)
  if (taken.missing.length > 0) exit(1)
}

const countsOf = ({ snapshots }: TakenSnapshots): string =>
  Object.entries(snapshots)
    .map(([section, { size }]) => `${size} ${section}`)
    .join(', ')

/** Files of `contain snapshot`, in any order. Throws `ContentError` that names the file. */
export const readSnapshots = async (files: readonly string[]): Promise<readonly TakenSnapshots[]> =>
  Promise.all(files.map(async (file) => parseSnapshots(file, await readText(file))))
