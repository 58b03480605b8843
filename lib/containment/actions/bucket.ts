import type { ApiCall, Check, ContainmentAction } from '../../action.ts'
import { at } from '../../trail/event.ts'
import { isJson } from '../canonical.ts'
import { type Builder, type Context, drafted, eventTarget, onObject } from '../draft.ts'
import { shaped } from '../ids.ts'
import type { BucketSnapshot } from '../own-snapshots.ts'
import { check, fromSnapshot, when, whenError } from './checks.ts'

/** A setting of a bucket that an event overwrites, and that only a snapshot of our own can give back. */
interface Setting {
  readonly type: 'restore-bucket-policy' | 'restore-bucket-lifecycle'
  readonly what: string
  readonly events: readonly string[]
  readonly operations: { readonly get: string; readonly put: string; readonly remove: string }
  readonly none: string
  /** JMESPath of what there is, in the answer of `get`. */
  readonly query: string
  readonly input: (value: ReturnType<typeof fromSnapshot> | unknown) => ApiCall['input']
  readonly saved: (snapshot: BucketSnapshot) => unknown
  readonly permissions: readonly string[]
  readonly blastRadius: (bucket: string) => string
  readonly limits: readonly string[]
}

const POLICY: Setting = {
  type: 'restore-bucket-policy',
  what: 'policy',
  events: ['PutBucketPolicy', 'DeleteBucketPolicy'],
  operations: { get: 'GetBucketPolicy', put: 'PutBucketPolicy', remove: 'DeleteBucketPolicy' },
  none: 'NoSuchBucketPolicy',
  query: 'Policy',
  input: (Policy) => ({ Policy }) as ApiCall['input'],
  saved: ({ policy }) => policy,
  permissions: ['s3:GetBucketPolicy', 's3:PutBucketPolicy', 's3:DeleteBucketPolicy'],
  blastRadius: (bucket) => `Whoever the new policy of bucket ${bucket} lets in; those it shut out come back.`,
  limits: [
    'A policy that denies everybody lets only root of the account change it again.',
    'Access lists, access points and the policies of identities are other doors.',
  ],
}

const LIFECYCLE: Setting = {
  type: 'restore-bucket-lifecycle',
  what: 'lifecycle rules',
  events: ['PutBucketLifecycle', 'PutBucketLifecycleConfiguration', 'DeleteBucketLifecycle'],
  operations: {
    get: 'GetBucketLifecycleConfiguration',
    put: 'PutBucketLifecycleConfiguration',
    remove: 'DeleteBucketLifecycle',
  },
  none: 'NoSuchLifecycleConfiguration',
  query: 'Rules',
  input: (Rules) => ({ LifecycleConfiguration: { Rules } }) as ApiCall['input'],
  saved: ({ lifecycleRules }) => lifecycleRules,
  permissions: ['s3:GetLifecycleConfiguration', 's3:PutLifecycleConfiguration'],
  blastRadius: (bucket) => `Nobody. Objects of bucket ${bucket} are kept as long as before the change.`,
  limits: [
    'What a shortened rule has already expired is gone, unless the bucket keeps versions.',
    'S3 applies rules once a day: be quick.',
  ],
}

/**
 * Puts a bucket's policy back from our own snapshot.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html
 */
export const restoreBucketPolicy: Builder = (context) => restore(context, POLICY)

/**
 * Puts a bucket's lifecycle rules back from our own snapshot: shortened ones delete the evidence.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLifecycleConfiguration.html
 */
export const restoreBucketLifecycle: Builder = (context) => restore(context, LIFECYCLE)

const restore = (context: Context, setting: Setting) => {
  const { event, ownSnapshots } = context
  if (!setting.events.includes(String(event.eventName))) return undefined
  return onObject(context, `Restore the ${setting.what} of a bucket`, (scope, refuse) => {
    const bucket = shaped(
      'bucket name',
      at(event.requestParameters, 'bucketName'),
      'requestParameters.bucketName',
    )
    if ('reason' in bucket) return refuse(eventTarget(event), bucket.reason)
    const snapshot = ownSnapshots.buckets?.get(bucket.value)
    const saved = snapshot && setting.saved(snapshot)
    if (saved === undefined || !isJson(saved)) {
      return refuse(
        bucket.value,
        `no snapshot of its ${setting.what} from before the change: an event does not say what they were`,
      )
    }
    const call = (operation: string, more: ApiCall['input'] = {}): ApiCall => ({
      service: 's3',
      operation,
      input: { Bucket: bucket.value, ExpectedBucketOwner: scope.accountId, ...more },
      region: scope.region,
    })
    return drafted(context, scope.partition, bucket.value, {
      type: setting.type,
      tier: 2,
      title: `Restore the ${setting.what} of bucket ${bucket.value}`,
      target: {
        kind: 'bucket',
        id: bucket.value,
        arn: `arn:${scope.partition}:s3:::${bucket.value}`,
        accountId: scope.accountId,
        region: scope.region,
      },
      blastRadius: setting.blastRadius(bucket.value),
      ...restoring(setting, saved, call),
      permissions: setting.permissions,
      reversibility: 'exact',
      undoNote: `Puts back what ${setting.operations.get} answered before, or nothing when there was nothing.`,
      limits: setting.limits,
      nodes: [],
    })
  })
}

type Parts = Pick<ContainmentAction, 'snapshot' | 'calls' | 'undo' | 'done' | 'verify'>

const restoring = (
  { operations, none, query, input }: Setting,
  saved: unknown,
  call: (operation: string, more?: ApiCall['input']) => ApiCall,
): Parts => {
  const get = call(operations.get)
  const done: Check =
    saved === null ? check(get, query, null, none) : check(get, query, saved as Check['equals'])
  return {
    snapshot: [get],
    calls: [saved === null ? call(operations.remove) : call(operations.put, input(saved))],
    undo: [
      when(call(operations.put, input(fromSnapshot(0, query))), 0, `${query} != \`null\``),
      whenError(call(operations.remove), 0, none),
    ],
    done: [done],
    verify: [`${operations.get} answers what the snapshot says${saved === null ? `: ${none}` : ''}.`],
  }
}
