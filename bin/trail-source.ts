import type { TrailStatus } from '../lib/aws/trail.ts'
import { messageOf, UsageError } from '../lib/errors.ts'
import type { ValidateOptions } from '../lib/integrity/validate.ts'
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
  const given = named ?? bucketOption(options)
  const described = await describedTrail(given, options, terminal)
  const name = given ?? described?.name
  if (!name) throw new UsageError('expected a source: a folder, s3://bucket/prefix, or --trail-arn')
  const source = await openSource(name, { ...options, trailsOnly: true }, terminal)
  const arn = name.startsWith('s3://') && !options.expectUntil ? options.trailArn : undefined
  const expectUntilOf = arn
    ? await expectedEnds({ arn, name, isValidated: described?.isValidated ?? false }, source, terminal)
    : undefined
  return {
    name,
    source,
    validate: {
      ...(options.trailArn && { trail: options.trailArn }),
      ...(options.accountId && { accounts: [accountOf(options.accountId)] }),
      ...(expectUntilOf && { expectUntilOf }),
    },
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
    const { bucket, prefix, isValidated } = await describeTrail(trailName(trailArn))
    const name = placeOf(bucket, prefix)
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

/** Regions asked for their status at once. */
const AT_ONCE = 8

/**
 * Until when CloudTrail says it has delivered digests, by Region. Another account of an organization has its own hour, which its trail
 * does not tell: one hour less is safe. While digests are being made, two hours before now are safe too.
 */
const expectedEnds = async (
  { arn, name, isValidated }: { arn: string; name: string; isValidated: boolean },
  source: Source,
  terminal: Terminal,
): Promise<ValidateOptions['expectUntilOf']> => {
  const { trailName, trailStatus } = await import('../lib/aws/trail.ts')
  const trail = trailName(arn)
  const regions = await regionsOf(name, trail.account)
  const asked = [...new Set([trail.homeRegion, ...regions])]
  const ends = new Map<string, number>()
  for (let index = 0; index < asked.length; index += AT_ONCE) {
    const some = asked.slice(index, index + AT_ONCE)
    for (const status of await Promise.all(some.map((region) => trailStatus(trail, region)))) {
      if (typeof status === 'string') {
        terminal.note(`${status}; digests cut from the end show only by other signs there`)
        continue
      }
      tell(arn, status, terminal)
      const isDue = isValidated && status.isLogging
      const due = isDue ? Date.parse(source.clock.now()) - 2 * HOUR : Number.NEGATIVE_INFINITY
      if (status.latestDigest) ends.set(status.region, Math.max(Date.parse(status.latestDigest), due))
    }
  }
  return ({ account, region }) => {
    const end = ends.get(region)
    if (end === undefined) return undefined
    return new Date(account === trail.account ? end : end - HOUR).toISOString()
  }
}

/** Regions with files of an account; none when the bucket cannot be listed, which the validation then tells. */
const regionsOf = async (name: string, account: string): Promise<readonly string[]> => {
  const { regionsIn } = await import('../lib/aws/trail.ts')
  const [, bucket = '', path = ''] = /^s3:\/\/([^/]+)\/?(.*?)\/?$/.exec(name) ?? []
  const prefix = path.replace(/(?:^|\/)AWSLogs(?:\/.*)?$/, '')
  return regionsIn({ bucket, prefix, account }).catch(() => [])
}

const tell = (arn: string, { region, stopped, digestError }: TrailStatus, terminal: Terminal): void => {
  if (stopped) terminal.note(`${arn}: not logging in ${region} since ${stopped}`)
  if (digestError)
    terminal.note(`${arn}: the last digest could not be delivered in ${region}: ${digestError}`)
}
