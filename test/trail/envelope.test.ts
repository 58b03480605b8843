import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { messagesOf, unwrap } from '../../lib/trail/envelope.ts'

const BUCKET = 'trail-bucket'
const KEY = 'AWSLogs/111122223333/CloudTrail/us-east-1/2026/11/01/a.json.gz'

const event = (more: object = {}) => ({
  eventVersion: '1.11',
  eventID: '6b1c2d3e-0000-4000-8000-000000000001',
  eventTime: '2026-11-01T10:00:07Z',
  eventSource: 'cloudtrail.amazonaws.com',
  eventName: 'StopLogging',
  recipientAccountId: '111122223333',
  ...more,
})
const apiCall = (more: object = {}, detail: unknown = event()) => ({
  version: '0',
  id: 'e-1',
  'detail-type': 'AWS API Call via CloudTrail',
  source: 'aws.cloudtrail',
  account: '111122223333',
  detail,
  ...more,
})
const created = (key: string) => ({
  version: '0',
  'detail-type': 'Object Created',
  source: 'aws.s3',
  account: '111122223333',
  detail: { bucket: { name: BUCKET }, object: { key, size: 5 } },
})
const s3 = (key: string, eventName = 'ObjectCreated:Put') => ({
  Records: [{ eventSource: 'aws:s3', eventName, s3: { bucket: { name: BUCKET }, object: { key } } }],
})
const notice = (...keys: string[]) => ({ s3Bucket: BUCKET, s3ObjectKey: keys })
const testEvent = { Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: BUCKET }

const message = (body: unknown, messageId = 'm-1') => ({
  messageId,
  eventSource: 'aws:sqs',
  body: typeof body === 'string' ? body : JSON.stringify(body),
})
const sqs = (...bodies: unknown[]) => ({ Records: bodies.map((body, at) => message(body, `m-${at + 1}`)) })
const snsBody = (inner: unknown) => ({ Type: 'Notification', MessageId: 'n', Message: JSON.stringify(inner) })
const snsLambda = (inner: unknown) => ({
  Records: [{ EventSource: 'aws:sns', Sns: { Type: 'Notification', Message: JSON.stringify(inner) } }],
})

const keysOf = (payload: unknown) => unwrap(payload).objects.map(({ key }) => key)

describe('envelope of delivered objects', () => {
  it.each([
    ['an S3 notification', s3(KEY)],
    ['an S3 notification in SQS', sqs(s3(KEY))],
    ['an S3 notification in SNS', snsLambda(s3(KEY))],
    ['an S3 notification in SNS in SQS', sqs(snsBody(s3(KEY)))],
    ['an EventBridge event', created(KEY)],
    ['an EventBridge event in SQS', sqs(created(KEY))],
    ['an EventBridge event in SNS in SQS', sqs(snsBody(created(KEY)))],
    ["CloudTrail's own message in SNS", snsLambda(notice(KEY))],
    ["CloudTrail's own message in SQS, raw", sqs(notice(KEY))],
    ["CloudTrail's own message in SNS in SQS", sqs(snsBody(notice(KEY)))],
  ])('reads %s', (_name, payload) => {
    expect(unwrap(payload)).toEqual({ objects: [{ bucket: BUCKET, key: KEY }], events: [], ignored: [] })
  })

  it("reads every key of CloudTrail's own message", () => {
    expect(keysOf(notice('a', 'b', 'c'))).toEqual(['a', 'b', 'c'])
  })

  it('decodes keys of S3 notifications, where + is a blank', () => {
    expect(keysOf(s3('my+logs/AWSLogs/%C3%A9%2B1.json.gz'))).toEqual(['my logs/AWSLogs/é+1.json.gz'])
  })

  it('leaves keys of EventBridge events and of CloudTrail as they are', () => {
    expect(keysOf(created('a+b%20c'))).toEqual(['a+b%20c'])
    expect(keysOf(notice('a+b%20c'))).toEqual(['a+b%20c'])
  })

  it('counts what is no new object, by reason', () => {
    expect(unwrap(s3(KEY, 'ObjectRemoved:Delete')).ignored).toEqual([{ reason: 'not-a-creation', n: 1 }])
    expect(unwrap(s3('%E0%A4%A')).ignored).toEqual([{ reason: 'bad-key', n: 1 }])
    expect(unwrap(s3('')).ignored).toEqual([{ reason: 'bad-key', n: 1 }])
    expect(unwrap(notice()).objects).toEqual([])
    expect(unwrap(sqs('hello', 'again')).ignored).toEqual([{ reason: 'not-json', n: 2 }])
    expect(unwrap({ hello: 1 }).ignored).toEqual([{ reason: 'unknown-shape', n: 1 }])
    expect(unwrap(undefined).ignored).toEqual([{ reason: 'unknown-shape', n: 1 }])
  })

  it.each([
    ['bare', testEvent],
    ['in SQS', sqs(testEvent)],
    ['in SNS in SQS', sqs(snsBody(testEvent))],
    ["as CloudTrail's sentence", { Type: 'Notification', Message: 'CloudTrail validation message.' }],
  ])('skips and counts a test message %s', (_name, payload) => {
    expect(unwrap(payload)).toEqual({ objects: [], events: [], ignored: [{ reason: 'test-event', n: 1 }] })
  })

  it('stops at a message nested in itself', () => {
    let deep: unknown = s3(KEY)
    for (let turn = 0; turn < 20; turn++) deep = snsBody(deep)
    expect(unwrap(deep)).toEqual({ objects: [], events: [], ignored: [{ reason: 'nested-too-deep', n: 1 }] })
  })
})

describe('envelope of API calls', () => {
  it('takes the event out of EventBridge, in SQS or not', () => {
    expect(unwrap(apiCall()).events).toEqual([event()])
    expect(unwrap(sqs(apiCall())).events).toEqual([event()])
  })

  it.each(['AWS Console Sign In via CloudTrail', 'AWS Console Signin via CloudTrail'])(
    'knows "%s"',
    (kind) => {
      expect(unwrap(apiCall({ 'detail-type': kind, source: 'aws.signin' })).events).toHaveLength(1)
    },
  )

  it.each([
    ['a source that is not AWS', apiCall({ source: 'evil' }), 'foreign-source'],
    ['a source that only begins like AWS', apiCall({ source: 'awsome.app' }), 'foreign-source'],
    ['another account in the envelope', apiCall({ account: '444455556666' }), 'account-mismatch'],
    ['no account in the envelope', apiCall({ account: undefined }), 'account-mismatch'],
    ['no recipient in the event', apiCall({}, event({ recipientAccountId: undefined })), 'account-mismatch'],
    ['no event id', apiCall({}, event({ eventID: undefined })), 'not-an-event'],
    ['no detail', apiCall({}, null), 'not-an-event'],
    ['another detail type', apiCall({ 'detail-type': 'GuardDuty Finding' }), 'other-detail-type'],
    [
      'a detail type that begins alike',
      apiCall({ 'detail-type': 'AWS API Call via CloudTrail 2' }),
      'other-detail-type',
    ],
  ])('refuses %s', (_name, payload, reason) => {
    expect(unwrap(payload)).toEqual({ objects: [], events: [], ignored: [{ reason, n: 1 }] })
  })
})

describe('messages of a batch', () => {
  it('keeps each message with its id, good and bad', () => {
    const messages = messagesOf(sqs(created('a'), 'no json', apiCall()))
    expect(messages.map(({ id }) => id)).toEqual(['m-1', 'm-2', 'm-3'])
    expect(messages[0]!.delivery.objects).toEqual([{ bucket: BUCKET, key: 'a' }])
    expect(messages[1]!.delivery.ignored).toEqual([{ reason: 'not-json', n: 1 }])
    expect(messages[2]!.delivery.events).toEqual([event()])
  })

  it('says how often the queue has handed a message out', () => {
    const again = { ...message(created('a')), attributes: { ApproximateReceiveCount: '3' } }
    const strange = { ...message(created('a')), attributes: { ApproximateReceiveCount: 'x' } }
    expect(messagesOf({ Records: [again, strange, message('x')] }).map(({ receives }) => receives)).toEqual([
      3, 1, 1,
    ])
  })

  it('has one message without an id when there is no queue', () => {
    expect(messagesOf(created('a'))).toEqual([{ id: undefined, receives: 1, delivery: unwrap(created('a')) }])
  })
})

const wrappings = [
  (inner: unknown) => inner,
  (inner: unknown) => sqs(inner),
  (inner: unknown) => snsLambda(inner),
  (inner: unknown) => sqs(snsBody(inner)),
  (inner: unknown) => snsLambda(snsBody(inner)),
]

describe('any envelope', () => {
  it('gives back every key that S3 encoded, however wrapped', () => {
    const asForm = (key: string) => new URLSearchParams([['', key]]).toString().slice(1)
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', minLength: 1 }),
        fc.constantFrom(...wrappings),
        (key, wrapped) => {
          expect(keysOf(wrapped(s3(asForm(key))))).toEqual([key])
        },
      ),
    )
  })

  it('gives back every key that EventBridge carries, however wrapped', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.constantFrom(...wrappings), (key, wrapped) => {
        expect(keysOf(wrapped(created(key)))).toEqual([key])
      }),
    )
  })

  it('answers to anything at all, and leaves nothing uncounted', () => {
    const anything = fc.anything({ maxDepth: 4 })
    const shaped = fc.record(
      {
        Records: fc.array(
          fc.record({ eventSource: fc.constantFrom('aws:s3', 'aws:sqs', 'x'), s3: anything, body: anything }),
        ),
        detail: anything,
        'detail-type': fc.constantFrom('Object Created', 'AWS API Call via CloudTrail'),
        source: fc.constantFrom('aws.s3', 'x'),
        s3ObjectKey: anything,
        Message: fc.json(),
        Type: fc.constant('Notification'),
      },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(fc.oneof(anything, shaped, fc.json()), (payload) => {
        const { objects, events, ignored } = unwrap(payload)
        expect(ignored.every(({ n }) => n > 0)).toBe(true)
        expect(objects.every(({ bucket, key }) => bucket !== '' && key !== '')).toBe(true)
        expect(messagesOf(payload).length).toBeGreaterThan(0)
        return Array.isArray(events)
      }),
    )
  })
})
