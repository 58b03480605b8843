import { at, type CloudTrailEvent, isObject, text } from './event.ts'
import { eventsOf } from './log-file.ts'

/** An object that S3 or CloudTrail says was delivered. The key is plain: already decoded where the sender encodes. */
export interface DeliveredObject {
  readonly bucket: string
  readonly key: string
}

export type IgnoredReason =
  /** Sent by S3 or CloudTrail to try the channel. */
  | 'test-event'
  /** An S3 notification of something else than a new object. */
  | 'not-a-creation'
  /** A key that does not decode, or is empty. */
  | 'bad-key'
  | 'not-json'
  | 'nested-too-deep'
  /** An EventBridge event of another kind. */
  | 'other-detail-type'
  /** An EventBridge event whose source is not AWS. Only AWS may say `aws.`. */
  | 'foreign-source'
  /** The envelope's account is not the one CloudTrail delivered the event to. */
  | 'account-mismatch'
  /** The detail has no event id or no time. */
  | 'not-an-event'
  | 'unknown-shape'

export interface Delivery {
  readonly objects: readonly DeliveredObject[]
  readonly events: readonly CloudTrailEvent[]
  readonly ignored: readonly { readonly reason: IgnoredReason; readonly n: number }[]
}

/** One message of a queue, or the whole payload when there is no queue. */
export interface Message {
  /** SQS message id, to name the message in `batchItemFailures`. */
  readonly id: string | undefined
  /** Times the queue has handed it out, this one included; 1 without a queue. */
  readonly receives: number
  readonly delivery: Delivery
}

/** How an event reaches a rule. The docs of EventBridge and of CloudTrail spell the sign-in differently. */
export const EVENT_DETAIL_TYPES: readonly string[] = [
  'AWS API Call via CloudTrail',
  'AWS Console Sign In via CloudTrail',
  'AWS Console Signin via CloudTrail',
  'AWS Console Action via CloudTrail',
  'AWS Service Event via CloudTrail',
  'AWS Insight via CloudTrail',
]

/** SNS in SQS in SNS is three; anything deeper is somebody playing. */
const MAX_DEPTH = 6

/**
 * Reads any payload that says "CloudTrail delivered something": S3 notifications, EventBridge events, CloudTrail's own
 * SNS message, each bare or wrapped in SQS and SNS (raw delivery or not). Total: what it cannot read is counted in
 * `ignored` and never thrown.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/configure-sns-notifications-for-cloudtrail.html
 */
export const unwrap = (payload: unknown): Delivery => {
  const parts = partsOf(payload, 0)
  const ignored = new Map<IgnoredReason, number>()
  for (const { reason } of parts) if (reason) ignored.set(reason, (ignored.get(reason) ?? 0) + 1)
  return {
    objects: parts.flatMap(({ object }) => object ?? []),
    events: parts.flatMap(({ event }) => (event ? [event] : [])),
    ignored: [...ignored].map(([reason, n]) => ({ reason, n })),
  }
}

/** The same, message by message: an SQS batch has one entry per message, anything else has one without an id. */
export const messagesOf = (payload: unknown): readonly Message[] => {
  const records = at(payload, 'Records')
  if (!Array.isArray(records) || records.length === 0 || !records.every(isQueueMessage)) {
    return [{ id: undefined, receives: 1, delivery: unwrap(payload) }]
  }
  return records.map((record) => ({
    id: text(record['messageId']),
    receives: Number(at(record, 'attributes', 'ApproximateReceiveCount') ?? 1) || 1,
    delivery: unwrap({ Records: [record] }),
  }))
}

/** One thing that a payload says; exactly one of the three. */
interface Part {
  readonly object?: DeliveredObject
  readonly event?: CloudTrailEvent
  readonly reason?: IgnoredReason
}

const ignored = (reason: IgnoredReason): readonly Part[] => [{ reason }]

const isQueueMessage = (record: unknown): record is Record<string, unknown> =>
  isObject(record) && record['eventSource'] === 'aws:sqs'

const partsOf = (payload: unknown, depth: number): readonly Part[] => {
  if (depth > MAX_DEPTH) return ignored('nested-too-deep')
  if (typeof payload === 'string') return partsOfText(payload, depth)
  if (Array.isArray(payload)) return payload.flatMap((item) => partsOf(item, depth + 1))
  if (!isObject(payload)) return ignored('unknown-shape')
  if (payload['Event'] === 's3:TestEvent') return ignored('test-event')
  if (typeof payload['detail-type'] === 'string') return partsOfEventBridge(payload)
  if (Array.isArray(payload['Records'])) return partsOf(payload['Records'], depth)
  if ('s3ObjectKey' in payload) return partsOfNotice(payload)
  if (payload['eventSource'] === 'aws:s3') return partsOfS3(payload)
  if (payload['eventSource'] === 'aws:sqs') return partsOf(payload['body'], depth + 1)
  if (payload['EventSource'] === 'aws:sns') return partsOf(at(payload, 'Sns', 'Message'), depth + 1)
  if (payload['Type'] === 'Notification') return partsOf(payload['Message'], depth + 1)
  return ignored('unknown-shape')
}

const partsOfText = (payload: string, depth: number): readonly Part[] => {
  // CloudTrail tries a new topic with this sentence
  if (payload.trim().startsWith('CloudTrail validation message')) return ignored('test-event')
  let value: unknown
  try {
    value = JSON.parse(payload)
  } catch {
    return ignored('not-json')
  }
  return partsOf(value, depth + 1)
}

const partsOfNotice = (notice: Record<string, unknown>): readonly Part[] => {
  const keys = notice['s3ObjectKey']
  return (Array.isArray(keys) ? keys : [keys]).flatMap((key) => objectPart(notice['s3Bucket'], key))
}

const partsOfS3 = (record: Record<string, unknown>): readonly Part[] =>
  /^(s3:)?ObjectCreated:/.test(text(record['eventName']) ?? '')
    ? objectPart(at(record, 's3', 'bucket', 'name'), decoded(at(record, 's3', 'object', 'key')))
    : ignored('not-a-creation')

const partsOfEventBridge = (envelope: Record<string, unknown>): readonly Part[] => {
  const kind = envelope['detail-type'] as string
  const source = text(envelope['source']) ?? ''
  if (source === 'aws.s3' && kind === 'Object Created') {
    return objectPart(at(envelope, 'detail', 'bucket', 'name'), at(envelope, 'detail', 'object', 'key'))
  }
  if (!EVENT_DETAIL_TYPES.includes(kind)) return ignored('other-detail-type')
  if (!source.startsWith('aws.')) return ignored('foreign-source')
  const event = eventsOf([envelope['detail']]).events[0]?.event
  if (!event) return ignored('not-an-event')
  const account = text(envelope['account'])
  return account && account === event.recipientAccountId ? [{ event }] : ignored('account-mismatch')
}

const objectPart = (bucket: unknown, key: unknown): readonly Part[] => {
  const names = { bucket: text(bucket), key: text(key) }
  return names.bucket && names.key
    ? [{ object: { bucket: names.bucket, key: names.key } }]
    : ignored('bad-key')
}

/** S3 encodes keys as a web form does: `+` is a blank. `undefined` when it does not decode. */
const decoded = (key: unknown): string | undefined => {
  try {
    return decodeURIComponent((text(key) ?? '').replaceAll('+', ' '))
  } catch {
    return undefined
  }
}
