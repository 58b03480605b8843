import { text } from '../trail/event.ts'

/**
 * Shapes of the names a plan may carry into an API call. Everything comes from a log, so whatever does not look
 * exactly like the thing AWS hands out is refused, never cleaned.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
 */
const SHAPES = {
  'account id': /^\d{12}$/,
  Region: /^[a-z]{2,8}(?:-[a-z]{2,24}){1,3}-\d{1,2}[a-z]?$/,
  'access key id': /^(?:AKIA|ASIA)[A-Z0-9]{12,60}$/,
  'long-term access key id': /^AKIA[A-Z0-9]{12,60}$/,
  'user id': /^AIDA[A-Z0-9]{12,60}$/,
  'role id': /^AROA[A-Z0-9]{12,60}$/,
  'user name': /^[\w+=,.@-]{1,64}$/,
  'role name': /^[\w+=,.@-]{1,64}$/,
  'group name': /^[\w+=,.@-]{1,128}$/,
  'trail name': /^[A-Za-z0-9][A-Za-z0-9._-]{1,126}[A-Za-z0-9]$/,
  'bucket name': /^[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]$/,
  'security group id': /^sg-(?:[0-9a-f]{8}|[0-9a-f]{17})$/i,
  'security group rule id': /^sgr-(?:[0-9a-f]{8}|[0-9a-f]{17})$/i,
  'prefix list id': /^pl-(?:[0-9a-f]{8}|[0-9a-f]{17})$/i,
  'snapshot id': /^snap-(?:[0-9a-f]{8}|[0-9a-f]{17})$/i,
  'image id': /^ami-(?:[0-9a-f]{8}|[0-9a-f]{17})$/i,
  'database snapshot id': /^(?:rds:|awsbackup:)?[A-Za-z][A-Za-z0-9-]{0,254}$/,
  'KMS key id': /^(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|mrk-[0-9a-f]{32})$/,
  'function name': /^[A-Za-z0-9_-]{1,140}$/,
  'function qualifier': /^(?:\$LATEST|[A-Za-z0-9_-]{1,128})$/,
  'statement id': /^[A-Za-z0-9_-]{1,100}$/,
  'detector id': /^[0-9a-f]{32}$/,
  'instance id': /^i-(?:[0-9a-f]{8}|[0-9a-f]{17})$/i,
  'role session name': /^[\w+=,.@-]{2,64}$/,
  'service-specific credential id': /^ACCA[A-Z0-9]{16,60}$/,
  'signing certificate id': /^[A-Z0-9]{24,128}$/,
  'SSH public key id': /^APKA[A-Z0-9]{16,60}$/,
  UUID: /^[0-9a-f]{8}(?:-[0-9a-z]{4}){3}-[0-9a-z]{12}$/,
  'delegation request id': /^[\w-]{16,128}$/,
  'Identity Center user id': /^(?:[0-9a-f]{10}-)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  'database instance id': /^[A-Za-z][A-Za-z0-9-]{0,62}$/,
  'database resource id': /^db-[A-Z0-9]{20,40}$/,
  'event rule name': /^[.\-_A-Za-z0-9]{1,64}$/,
  'policy ARN': /^arn:aws(?:-cn|-us-gov)?:iam::(?:aws|\d{12}):policy\/[\w+=,.@/-]{1,512}$/,
} as const

export type Shape = keyof typeof SHAPES

/** Something a plan may use, or why it may not. */
export type Checked<T> = { readonly value: T } | { readonly reason: string }

/** Does the value look exactly like such an id? */
export const isShaped = (shape: Shape, value: unknown): value is string =>
  typeof value === 'string' && SHAPES[shape].test(value)

/** The value when it has the shape; else the reason, naming where it was read and what was found. */
export const shaped = (shape: Shape, value: unknown, where: string): Checked<string> =>
  isShaped(shape, value)
    ? { value }
    : { reason: `${where}: expected ${aOrAn(shape)} ${shape}, found ${found(value)}` }

const aOrAn = (word: string): string => (/^[aeiI]/.test(word) ? 'an' : 'a')

const found = (value: unknown): string => {
  if (value === undefined || value === null || value === '') return 'nothing'
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 80)) : `a ${typeof value}`
}

export const PARTITIONS = ['aws', 'aws-us-gov', 'aws-cn'] as const
export type Partition = (typeof PARTITIONS)[number]

export interface Arn {
  readonly partition: Partition
  readonly service: string
  readonly region: string
  readonly accountId: string
  /** Everything after the fifth colon: `user/path/name`, `trail/main`. */
  readonly resource: string
}

const ARN = /^arn:(aws|aws-us-gov|aws-cn):([a-z0-9-]+):([a-z0-9-]*):(\d{12}|aws|):([\x21-\x7e]{1,1024})$/

/** Reads an ARN of one of the three partitions this release plans for; anything else is `undefined`. */
export const parseArn = (value: unknown): Arn | undefined => {
  const [, partition, service, region, accountId, resource] = ARN.exec(text(value) ?? '') ?? []
  if (partition === undefined) return undefined
  return {
    partition: partition as Partition,
    service: service!,
    region: region!,
    accountId: accountId!,
    resource: resource!,
  }
}

/** The partition a Region belongs to, by its prefix. */
export const partitionOfRegion = (region: string): Partition => {
  if (region.startsWith('cn-')) return 'aws-cn'
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws'
}

/**
 * Region to send IAM calls to: none in `aws`, where the endpoint is global; the other partitions have their own home.
 * https://docs.aws.amazon.com/general/latest/gr/iam-service.html
 */
export const iamRegion = (partition: Partition): { readonly region?: string } => {
  if (partition === 'aws-cn') return { region: 'cn-north-1' }
  return partition === 'aws-us-gov' ? { region: 'us-gov-west-1' } : {}
}

/** Last part of a path: `admins/alice` -> `alice`. */
export const lastOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)
