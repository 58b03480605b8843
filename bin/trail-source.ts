import type { TrailStatus } from '../lib/aws/trail.ts'
import { messageOf, UsageError } from '../lib/errors.ts'
import type { ValidateOptions } from '../lib/integrity/validate.ts'
import type { LogStore } from '../lib/ports.ts'
import { parseObjectKey } from '../lib/trail/object-key.ts'
import { openSource, type Source, type SourceOptions } from './source.ts'
import type { Terminal } from './terminal.ts'

/** How `verify` names what to validate; the second half is how `aws cloudtrail validate-logs` does. */
export interface TrailOptions extends SourceOptions {
  readonly trailArn?: string
  readonly accountId?: string
  readonly s3Bucket?: string
  readonly s3Prefix?: string
  readonly expectUntil?: string
}

export interface TrailSource {
  /** What to call it in the report. */
  readonly name: string
  readonly source: Source
  readonly validate: Pick<ValidateOptions, 'trail' | 'accounts' | 'expectUntilOf'>
}

/**
 * Opens what `verify` was told to validate: a source by name, or the bucket of a trail by its ARN. For a trail in S3, CloudTrail itself
 * is asked until when digests must be there; where it may not be asked, that is told and the run goes on. Throws `UsageError`.
 */
export const openTrail = async (
  named: string | undefined,
  options: TrailOptions,
  terminal: Terminal,
): Promise<TrailSource> => {
  const { trailArn, accountId, expectUntil } = options
  const accounts = accountId ? [accountOf(accountId)] : undefined
  const given = named ?? bucketOption(options)
  const described = await describedTrail(given, options, terminal)
  const name = given ?? described?.name
  if (!name) throw new UsageError('expected a source: a folder, s3://bucket/prefix, or --trail-arn')
  const source = await openSource(name, { ...options, trailsOnly: true }, terminal)
  const validate = { ...(trailArn && { trail: trailArn }), ...(accounts && { accounts }) }
  if (!trailArn || expectUntil || !name.startsWith('s3://')) return { name, source, validate }
  const clock = await trailClock(trailArn, described?.isValidated ?? false, source, terminal)
  return {
    name,
    source: { ...source, logs: clock.logs },
    validate: { ...validate, expectUntilOf: clock.expectUntilOf },
  }
}

const bucketOption = ({ s3Bucket, s3Prefix = '' }: TrailOptions): string | undefined => {
  if (s3Bucket) return placeOf(s3Bucket, s3Prefix)
  if (s3Prefix) throw new UsageError('--s3-prefix: expected --s3-bucket with it')
  return undefined
}

const placeOf = (bucket: string, prefix: string): string =>
  `s3://${bucket}/${prefix.replace(/\/$/, '')}${prefix ? '/' : ''}`

const accountOf = (id: string): string => {
  if (/^\d{12}$/.test(id)) return id
  throw new UsageError(`--account-id: expected 12 digits, found ${id}`)
}

/** What CloudTrail says of the trail. Needed without a source; with one in S3 it is asked all the same, and may refuse. */
const describedTrail = async (
  given: string | undefined,
  { trailArn }: TrailOptions,
  terminal: Terminal,
): Promise<{ name: string; isValidated: boolean } | undefined> => {
  if (!trailArn || (given && !given.startsWith('s3://'))) return undefined
  const { describeTrail, trailName } = await import('../lib/aws/trail.ts')
  try {
    const trail = trailName(trailArn)
    const { bucket, prefix, isOrganization, isValidated } = await describeTrail(trail)
    const name = `${placeOf(bucket, prefix)}${isOrganization ? '' : `AWSLogs/${trail.account}/`}`
    if (!given) terminal.note(`${trailArn} delivers to ${name}`)
    if (!isValidated) {
      terminal.note(`${trailArn}: log file validation is off: CloudTrail makes no digests at present`)
    }
    return { name, isValidated }
  } catch (error) {
    if (!given) throw error
    terminal.note(messageOf(error))
    return undefined
  }
}

const HOUR = 3_600_000

interface TrailClock {
  /** The source; its listing is not over before the Regions in it have been asked. */
  readonly logs: LogStore
  readonly expectUntilOf: NonNullable<ValidateOptions['expectUntilOf']>
}

/**
 * Until when CloudTrail says it has delivered digests, by Region: its home Region is asked at once, the others when the listing shows
 * that they hold files. Another account of an organization has its own hour, which its trail does not tell: one hour less is
 * safe. While digests are being made, two hours before now are safe too.
 */
const trailClock = async (
  arn: string,
  isValidated: boolean,
  { logs, clock }: Source,
  terminal: Terminal,
): Promise<TrailClock> => {
  const { trailName, trailStatus } = await import('../lib/aws/trail.ts')
  const trail = trailName(arn)
  const ends = new Map<string, number>()
  const asked = new Map<string, Promise<void>>()
  const ask = async (region: string): Promise<void> => {
    const status = await trailStatus(trail, region)
    if (typeof status === 'string') {
      terminal.note(`${status}; digests cut from the end show only by other signs there`)
      return
    }
    tell(arn, status, terminal)
    const isDue = isValidated && status.isLogging
    const due = isDue ? Date.parse(clock.now()) - 2 * HOUR : Number.NEGATIVE_INFINITY
    if (status.latestDigest) ends.set(region, Math.max(Date.parse(status.latestDigest), due))
  }
  const see = (region: string) => {
    if (!asked.has(region)) asked.set(region, ask(region))
  }
  see(trail.homeRegion)
  return {
    logs: {
      ...logs,
      async *list(prefix, options) {
        for await (const object of logs.list(prefix, options)) {
          const key = parseObjectKey(object.key)
          if ('region' in key && key.account === trail.account && REGION.test(key.region)) see(key.region)
          yield object
        }
        await Promise.all(asked.values())
      },
    },
    expectUntilOf({ account, region }) {
      const end = ends.get(region)
      if (end === undefined) return undefined
      return new Date(account === trail.account ? end : end - HOUR).toISOString()
    },
  }
}

/** Names in keys are anybody's; only what looks like a Region becomes a host to ask. */
const REGION = /^[a-z]{2}(?:-[a-z]+)+-\d+$/

const tell = (arn: string, { region, stopped, digestError }: TrailStatus, terminal: Terminal): void => {
  if (stopped) terminal.note(`${arn}: not logging in ${region} since ${stopped}`)
  if (digestError)
    terminal.note(`${arn}: the last digest could not be delivered in ${region}: ${digestError}`)
}
