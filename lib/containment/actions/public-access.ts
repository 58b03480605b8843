import type { ApiCall } from '../../action.ts'
import { at, isObject } from '../../trail/event.ts'
import { type Builder, type Context, drafted, eventTarget, onObject } from '../draft.ts'
import type { Scope } from '../guard.ts'
import { parseArn, shaped } from '../ids.ts'

const BUCKET_EVENTS = [
  'PutBucketPolicy',
  'PutBucketAcl',
  'PutBucketPublicAccessBlock',
  'DeleteBucketPublicAccessBlock',
]
const ACCOUNT_EVENTS = ['PutAccountPublicAccessBlock', 'DeleteAccountPublicAccessBlock']
const SETTINGS = [
  'BlockPublicAcls',
  'IgnorePublicAcls',
  'BlockPublicPolicy',
  'RestrictPublicBuckets',
] as const
const BLOCK_ALL = Object.fromEntries(SETTINGS.map((setting) => [setting, true]))

/**
 * Blocks public access to a bucket, or to all buckets of the account when that block was taken away.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutPublicAccessBlock.html
 */
export const blockPublicAccess: Builder = (context) => {
  const { event } = context
  const name = String(event.eventName)
  if (![...BUCKET_EVENTS, ...ACCOUNT_EVENTS].includes(name)) return undefined
  return onObject(context, 'Block public access', (scope, refuse) => {
    if (ACCOUNT_EVENTS.includes(name)) return ofAccount(context, scope)
    const bucket = shaped(
      'bucket name',
      at(event.requestParameters, 'bucketName'),
      'requestParameters.bucketName',
    )
    if ('reason' in bucket) return refuse(eventTarget(event), bucket.reason)
    const owner = ownerOf(context, bucket.value)
    if (owner !== undefined && owner !== scope.accountId) {
      return refuse(bucket.value, `the bucket belongs to account ${owner}, the event to ${scope.accountId}`)
    }
    return ofBucket(context, scope, bucket.value)
  })
}

/** The owner as the event's `resources` name it, where they do. */
const ownerOf = ({ event }: Context, bucket: string): string | undefined => {
  const resources = Array.isArray(event.resources) ? event.resources : []
  const ours = resources.find((item: unknown) => parseArn(at(item, 'ARN'))?.resource === bucket)
  const owner = at(ours, 'accountId')
  return typeof owner === 'string' ? owner : undefined
}

/** What the event left behind: the settings it wrote, or none after a delete; `undefined` when it does not say. */
const leftBehind = ({ event }: Context): Record<string, boolean> | 'none' | undefined => {
  if (String(event.eventName).startsWith('Delete')) return 'none'
  const written = at(event.requestParameters, 'PublicAccessBlockConfiguration')
  if (!isObject(written)) return undefined
  const settings = SETTINGS.map((setting) => [
    setting,
    written[setting] === true || written[setting] === 'true',
  ])
  return Object.fromEntries(settings) as Record<string, boolean>
}

interface Block {
  readonly call: (operation: string, more?: ApiCall['input']) => ApiCall
  readonly operations: { readonly get: string; readonly put: string; readonly remove: string }
}

/** Undo as far as the event allows; otherwise as if there had been no block, and the note says what to look at. */
const undoOf = (context: Context, { call, operations }: Block) => {
  const left = leftBehind(context)
  if (left === undefined || left === 'none') return [call(operations.remove)]
  return [call(operations.put, { PublicAccessBlockConfiguration: left })]
}

const undoNoteOf = (context: Context): string =>
  leftBehind(context) === undefined
    ? 'Only when GetPublicAccessBlock answered NoSuchPublicAccessBlockConfiguration before; else put back the four settings it answered.'
    : 'Puts back what the event left. Compare with what GetPublicAccessBlock answered before the call.'

const OPERATIONS = {
  get: 'GetPublicAccessBlock',
  put: 'PutPublicAccessBlock',
  remove: 'DeletePublicAccessBlock',
}
const LIMITS = ['S3 has no lock on these settings: two changes at once, and the later one wins.']

const ofBucket = (context: Context, { partition, accountId, region }: Scope, bucket: string) => {
  const call: Block['call'] = (operation, more = {}) => ({
    service: 's3',
    operation,
    input: { Bucket: bucket, ExpectedBucketOwner: accountId, ...more },
    region,
  })
  return drafted(context, partition, bucket, {
    type: 'block-public-access',
    tier: 2,
    title: `Block public access to bucket ${bucket}`,
    target: { kind: 'bucket', id: bucket, arn: `arn:${partition}:s3:::${bucket}`, accountId, region },
    blastRadius: `Everyone who reads bucket ${bucket} without signing in: public web sites and content delivery origins break.`,
    snapshot: [call(OPERATIONS.get), call('GetBucketPolicyStatus')],
    calls: [call(OPERATIONS.put, { PublicAccessBlockConfiguration: BLOCK_ALL })],
    permissions: [
      's3:GetBucketPublicAccessBlock',
      's3:GetBucketPolicyStatus',
      's3:PutBucketPublicAccessBlock',
    ],
    reversibility: 'exact',
    undo: undoOf(context, { call, operations: OPERATIONS }),
    undoNote: undoNoteOf(context),
    verify: ['GetPublicAccessBlock shows four times true; GetBucketPolicyStatus shows IsPublic false.'],
    limits: [
      ...LIMITS,
      'What was read while the bucket was public cannot be recalled: look for GetObject data events by strangers.',
      'A policy that names other accounts one by one is not public and stays.',
    ],
    nodes: [],
  })
}

const ofAccount = (context: Context, { partition, accountId, region }: Scope) => {
  const call: Block['call'] = (operation, more = {}) => ({
    service: 's3control',
    operation,
    input: { AccountId: accountId, ...more },
    region,
  })
  return drafted(context, partition, `account:${accountId}`, {
    type: 'block-public-access',
    tier: 2,
    title: `Block public access to every bucket of account ${accountId}`,
    target: { kind: 'account', id: accountId, accountId, region },
    blastRadius: `Every public bucket and access point of account ${accountId}: all its public web sites break at once.`,
    snapshot: [call(OPERATIONS.get)],
    calls: [call(OPERATIONS.put, { PublicAccessBlockConfiguration: BLOCK_ALL })],
    permissions: ['s3:GetAccountPublicAccessBlock', 's3:PutAccountPublicAccessBlock'],
    reversibility: 'exact',
    undo: undoOf(context, { call, operations: OPERATIONS }),
    undoNote: undoNoteOf(context),
    verify: ['GetPublicAccessBlock of the account shows four times true.'],
    limits: [...LIMITS, 'What was read meanwhile cannot be recalled.'],
    nodes: [],
  })
}
