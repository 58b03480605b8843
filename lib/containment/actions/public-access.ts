import type { ApiCall } from '../../action.ts'
import { at } from '../../trail/event.ts'
import { type Builder, type Context, drafted, eventTarget, onObject } from '../draft.ts'
import type { Scope } from '../guard.ts'
import { parseArn, shaped } from '../ids.ts'
import { check, fromSnapshot, when, whenError } from './checks.ts'

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

type Call = (operation: string, more?: ApiCall['input']) => ApiCall

/** Exactly what was there: the four settings, or none at all. */
const undoOf = (call: Call): readonly ApiCall[] => [
  when(
    call(OPERATIONS.put, {
      PublicAccessBlockConfiguration: fromSnapshot(0, 'PublicAccessBlockConfiguration'),
    }),
    0,
    'PublicAccessBlockConfiguration != `null`',
  ),
  whenError(call(OPERATIONS.remove), 0, 'NoSuchPublicAccessBlockConfiguration'),
]

const doneOf = (call: Call) => [
  check(
    call(OPERATIONS.get),
    `PublicAccessBlockConfiguration.[${SETTINGS.join(', ')}]`,
    SETTINGS.map(() => true),
  ),
]

const UNDO_NOTE = 'Puts back exactly what GetPublicAccessBlock answered before: the four settings, or none.'

const OPERATIONS = {
  get: 'GetPublicAccessBlock',
  put: 'PutPublicAccessBlock',
  remove: 'DeletePublicAccessBlock',
}
const LIMITS = ['S3 has no lock on these settings: two changes at once, and the later one wins.']

const ofBucket = (context: Context, { partition, accountId, region }: Scope, bucket: string) => {
  const call: Call = (operation, more = {}) => ({
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
    undo: undoOf(call),
    undoNote: UNDO_NOTE,
    done: doneOf(call),
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
  const call: Call = (operation, more = {}) => ({
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
    undo: undoOf(call),
    undoNote: UNDO_NOTE,
    done: doneOf(call),
    verify: ['GetPublicAccessBlock of the account shows four times true.'],
    limits: [...LIMITS, 'What was read meanwhile cannot be recalled.'],
    nodes: [],
  })
}
