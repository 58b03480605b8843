import {
  CloudTrailClient,
  DescribeTrailsCommand,
  GetTrailStatusCommand,
  type Trail as SdkTrail,
} from '@aws-sdk/client-cloudtrail'
import { messageOf, UsageError } from '../errors.ts'
import { codeOf, SDK_RETRIES } from './retry.ts'

/** What an ARN says of a trail. */
export interface TrailName {
  readonly arn: string
  readonly homeRegion: string
  readonly account: string
  readonly name: string
}

/** What CloudTrail says of a trail. */
export interface TrailDescription {
  readonly bucket: string
  /** Without a slash at its end; empty when there is none. */
  readonly prefix: string
  readonly isOrganization: boolean
  readonly isMultiRegion: boolean
  /** Does CloudTrail write digest files for it? */
  readonly isValidated: boolean
}

/** The independent clock of one Region: what CloudTrail itself says of the digests it delivered. Times are UTC ISO. */
export interface TrailStatus {
  readonly region: string
  readonly isLogging: boolean
  readonly latestDigest?: string
  readonly digestError?: string
  readonly stopped?: string
}

type ClientOf = (region: string) => CloudTrailClient

const clientIn: ClientOf = (region) => new CloudTrailClient({ ...SDK_RETRIES, region })

/** Splits the ARN of a trail. Throws `UsageError` for any other text. */
export const trailName = (arn: string): TrailName => {
  const [, homeRegion, account, name] =
    /^arn:[\w-]+:cloudtrail:([\w-]+):(\d{12}):trail\/([\w.-]+)$/.exec(arn) ?? []
  if (!homeRegion || !account || !name) {
    throw new UsageError(`expected arn:aws:cloudtrail:REGION:ACCOUNT:trail/NAME, found ${arn}`)
  }
  return { arn, homeRegion, account, name }
}

/**
 * Asks the home Region where a trail delivers to. Throws `UsageError` when there is no such trail, or when it may not be asked.
 * https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_DescribeTrails.html
 */
export const describeTrail = async (
  trail: TrailName,
  clientOf: ClientOf = clientIn,
): Promise<TrailDescription> => {
  const found = await clientOf(trail.homeRegion)
    .send(new DescribeTrailsCommand({ trailNameList: [trail.arn], includeShadowTrails: true }))
    .catch((error: unknown) => {
      const why = `DescribeTrails in ${trail.homeRegion} failed: ${codeOf(error)}: ${messageOf(error)}`
      throw new UsageError(`${trail.arn}: ${why}; name its bucket instead`, { cause: error })
    })
  const described = found.trailList?.find(({ TrailARN }) => TrailARN === trail.arn)
  if (!described?.S3BucketName) throw new UsageError(`${trail.arn}: there is no such trail`)
  return ours(described, described.S3BucketName)
}

const ours = (found: SdkTrail, bucket: string): TrailDescription => ({
  bucket,
  prefix: (found.S3KeyPrefix ?? '').replace(/\/$/, ''),
  isOrganization: found.IsOrganizationTrail ?? false,
  isMultiRegion: found.IsMultiRegionTrail ?? false,
  isValidated: found.LogFileValidationEnabled ?? false,
})

/**
 * Asks one Region for the status of a trail; the shadow of a multi-Region trail has its own. Answers why it cannot be had as text.
 * https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetTrailStatus.html
 */
export const trailStatus = async (
  trail: TrailName,
  region: string,
  clientOf: ClientOf = clientIn,
): Promise<TrailStatus | string> => {
  try {
    const found = await clientOf(region).send(new GetTrailStatusCommand({ Name: trail.arn }))
    const { LatestDigestDeliveryTime: latest, LatestDigestDeliveryError: digestError } = found
    const { StopLoggingTime: stopped, IsLogging: isLogging = false } = found
    return {
      region,
      isLogging,
      ...(latest && { latestDigest: latest.toISOString() }),
      ...(digestError && { digestError }),
      ...(stopped && !isLogging && { stopped: stopped.toISOString() }),
    }
  } catch (error) {
    return `GetTrailStatus in ${region} failed: ${codeOf(error)}: ${messageOf(error)}`
  }
}
