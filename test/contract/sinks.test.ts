import { EventBridgeClient } from '@aws-sdk/client-eventbridge'
import { SNSClient } from '@aws-sdk/client-sns'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { ContainmentAction, ContainmentPlan } from '../../lib/action.ts'
import { s3Archive } from '../../lib/aws/archive.ts'
import { eventBus } from '../../lib/aws/event-bus.ts'
import { findingMessagesOf } from '../../lib/aws/finding-message.ts'
import { eventBridgeFindingSink } from '../../lib/aws/finding-sink.ts'
import { s3Client } from '../../lib/aws/log-store.ts'
import { announcingPlanSink } from '../../lib/aws/plan-sink.ts'
import { topicOf } from '../../lib/aws/topic.ts'
import type { Finding, Level } from '../../lib/finding.ts'
import type { StoredObject } from '../../lib/ports.ts'
import { identityOf } from '../../lib/trail/event.ts'
import { type Answer, type Call, json, loopback } from '../aws/loopback.ts'
import { fakeS3 } from './fake-s3.ts'

const LAKE = 'lake-bucket'
const NOW = '2026-11-01T10:00:30.000Z'

const open: (() => Promise<void>)[] = []
afterEach(async () => {
  vi.unstubAllEnvs()
  await Promise.all(open.splice(0).map((close) => close()))
})

const findingOf = (id: string, level: Level, raw: Finding['raw'] = {}): Finding => ({
  id,
  rule: { id: 'sample-rule', title: 'Sample', level, tags: [], playbook: 'logging-stopped' },
  time: '2026-11-01T10:00:07Z',
  event: {
    eventID: id,
    eventName: 'StopLogging',
    eventSource: 'cloudtrail.amazonaws.com',
    recipientAccountId: '111122223333',
    awsRegion: 'us-east-1',
    sourceIPAddress: '203.0.113.7',
    userAgent: 'aws-cli',
  },
  actor: identityOf({}),
  resources: [],
  events: [id],
  source: { key: 'AWSLogs/x.json.gz', index: 0 },
  raw,
})

interface BusEntry {
  readonly Source: string
  readonly DetailType: string
  readonly Detail: string
}

/** Bus, topic and archive, as deployed, on the loopback interface; what each has taken. */
const outlets = async (answerBus?: (entries: readonly BusEntry[], call: number) => Answer) => {
  const entries: BusEntry[] = []
  const messages: URLSearchParams[] = []
  const archived = new Map<string, StoredObject>()
  const s3 = await fakeS3(LAKE, archived)
  const aws = await loopback((call, n) => (isPublish(call) ? publish(call) : put(call, n)))
  open.push(s3.close, aws.close)
  vi.stubEnv('AWS_ENDPOINT_URL', s3.endpoint)
  const publish = ({ body }: Call): Answer => {
    messages.push(new URLSearchParams(body))
    return { headers: { 'content-type': 'text/xml' }, body: PUBLISHED }
  }
  const put = ({ body }: Call, n: number): Answer => {
    const given: BusEntry[] = JSON.parse(body).Entries
    const answer = answerBus?.(given, n)
    if (answer) return answer
    entries.push(...given)
    return json({ FailedEntryCount: 0, Entries: given.map((_, at) => ({ EventId: String(at) })) })
  }
  const parts = {
    bus: eventBus('findings', new EventBridgeClient({ endpoint: aws.endpoint, maxAttempts: 1 })),
    topic: topicOf(
      'arn:aws:sns:us-east-1:111122223333:topic',
      new SNSClient({ endpoint: aws.endpoint, maxAttempts: 1 }),
    ),
    archive: s3Archive(LAKE, 'kept/', s3Client()),
  }
  return { ...parts, entries, messages, archived, calls: [aws.calls, s3.calls] }
}

const isPublish = ({ body }: Call): boolean => body.startsWith('Action=Publish')
const PUBLISHED =
  '<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>'

const idsOn = (entries: readonly BusEntry[]) => entries.map(({ Detail }) => JSON.parse(Detail).id)

describe('finding sink: event bus, topic and archive', () => {
  it('makes one finding of an id that is put twice, in one call or in two', async () => {
    const { entries, messages, archived, ...parts } = await outlets()
    const sink = eventBridgeFindingSink({ ...parts, notifyLevel: 'high' })
    await sink.put([findingOf('a', 'high'), findingOf('a', 'high'), findingOf('b', 'high')])
    await sink.put([findingOf('b', 'high'), findingOf('a', 'high')])
    expect(idsOn(entries)).toEqual(['a', 'b'])
    expect(messages).toHaveLength(2)
    expect(archived.size).toBe(2)
  })

  it('remembers over restarts: a new sink on the same archive tells nothing twice', async () => {
    const { entries, messages, archived: _, ...parts } = await outlets()
    await eventBridgeFindingSink({ ...parts, notifyLevel: 'high' }).put([findingOf('a', 'high')])
    await eventBridgeFindingSink({ ...parts, notifyLevel: 'high' }).put([findingOf('a', 'high')])
    expect([entries.length, messages.length]).toEqual([1, 1])
  })

  it('takes an empty list, and more findings than one call of the bus holds', async () => {
    const { entries, archived, ...parts } = await outlets()
    const sink = eventBridgeFindingSink({ ...parts, notifyLevel: 'critical' })
    await sink.put([])
    await sink.put(Array.from({ length: 37 }, (_, n) => findingOf(`f${n}`, 'low')))
    expect(new Set(idsOn(entries)).size).toBe(37)
    expect(archived.size).toBe(37)
  })

  it('tells people only of findings at the level asked for', async () => {
    const { messages, entries, ...parts } = await outlets()
    const sink = eventBridgeFindingSink({ ...parts, notifyLevel: 'high' })
    await sink.put([findingOf('low', 'low'), findingOf('grave', 'critical')])
    expect(entries).toHaveLength(2)
    expect(messages.map((message) => message.get('Subject'))).toEqual([
      '[critical] Sample (111122223333 us-east-1)',
    ])
  })

  it('sends again what the bus refused, and that alone', async () => {
    const { entries, ...parts } = await outlets((given, call) => {
      if (call > 1) return undefined as never
      const refused = given.map((_, at) =>
        at === 0 ? { ErrorCode: 'ThrottlingException' } : { EventId: '1' },
      )
      return json({ FailedEntryCount: 1, Entries: refused })
    })
    const sink = eventBridgeFindingSink({ ...parts, notifyLevel: 'critical' })
    await sink.put([findingOf('a', 'low'), findingOf('b', 'low')])
    expect(idsOn(entries)).toEqual(['a'])
  })

  it('fits a finding of any size on the bus, says what is left out, and archives the whole', async () => {
    const { entries, archived, ...parts } = await outlets()
    const big = findingOf('big', 'low', {
      requestParameters: { text: 'x'.repeat(250_000) },
      eventName: 'PutObject',
    })
    await eventBridgeFindingSink({ ...parts, notifyLevel: 'critical' }).put([big])
    const detail = JSON.parse(entries[0]!.Detail)
    expect(Buffer.byteLength(entries[0]!.Detail)).toBeLessThan(256 * 1024)
    expect(detail.raw).toEqual({ eventName: 'PutObject', trailwardenOmitted: ['requestParameters'] })
    expect(JSON.parse(Buffer.from([...archived.values()][0]!.bytes).toString())).toEqual(big)
  })

  it('puts findings so that they can be read from a queue again, unchanged', async () => {
    const { entries, ...parts } = await outlets()
    const finding = findingOf('a', 'high', { eventName: 'StopLogging' })
    await eventBridgeFindingSink({ ...parts, notifyLevel: 'critical' }).put([finding])
    const { Source: source, DetailType, Detail } = entries[0]!
    const body = JSON.stringify({ source, 'detail-type': DetailType, detail: JSON.parse(Detail) })
    expect(findingMessagesOf({ Records: [{ messageId: '1', body }] })).toEqual([{ id: '1', finding }])
  })

  it('shows people no control characters of an event', async () => {
    const { messages, ...parts } = await outlets()
    const sink = eventBridgeFindingSink({ ...parts, notifyLevel: 'low' })
    const hostile = findingOf('a', 'high')
    await sink.put([{ ...hostile, event: { ...hostile.event, sourceIPAddress: '\u001b[31m\u202e' } }])
    expect(messages[0]!.get('Message')!.replaceAll('\n', '')).not.toMatch(/\p{C}/u)
  })
})

const ACTION: ContainmentAction = {
  id: 'action-1',
  type: 'restart-logging',
  tier: 0,
  title: 'Restart logging of trail main',
  target: { kind: 'trail', id: 'main', accountId: '111122223333' },
  reason: 'finding a',
  findings: ['a'],
  level: 'high',
  blastRadius: 'nothing',
  snapshot: [],
  calls: [{ service: 'cloudtrail', operation: 'StartLogging', input: { Name: 'main' }, region: 'us-east-1' }],
  permissions: ['cloudtrail:StartLogging'],
  reversibility: 'exact',
  undo: [],
  undoNote: 'stop it again',
  verify: [],
  limits: [],
}
const planOf = (actions: readonly ContainmentAction[], hash: string): ContainmentPlan => ({
  version: 1,
  mode: 'observe',
  hash,
  actions,
  refused: [],
})

describe('plan sink: event bus, topic and archive', () => {
  const clock = { now: () => NOW }

  it('announces a plan once, though a redelivered finding makes it anew', async () => {
    const { entries, messages, archived, ...parts } = await outlets()
    const sink = announcingPlanSink({ ...parts, clock })
    await sink.put(planOf([ACTION], 'first'))
    await sink.put(planOf([{ ...ACTION, reason: 'made five minutes later' }], 'second'))
    expect([entries.length, messages.length, archived.size]).toEqual([1, 1, 1])
    expect(JSON.parse(entries[0]!.Detail)).toEqual(planOf([ACTION], 'first'))
  })

  it('says nothing of a plan without any part', async () => {
    const { entries, messages, archived, ...parts } = await outlets()
    await announcingPlanSink({ ...parts, clock }).put(planOf([], 'empty'))
    expect([entries.length, messages.length, archived.size]).toEqual([0, 0, 0])
  })

  it('calls no API of the plan: the bus, the topic and the archive are all it talks to', async () => {
    const { calls, ...parts } = await outlets()
    await announcingPlanSink({ ...parts, clock }).put(planOf([ACTION], 'first'))
    const operations = calls
      .flat()
      .map((call) =>
        isPublish(call) ? 'Publish' : call.operation || `${call.method} ${call.url.pathname.split('/')[1]}`,
      )
    expect(new Set(operations)).toEqual(new Set(['PutEvents', 'Publish', `HEAD ${LAKE}`, `PUT ${LAKE}`]))
    const message = calls.flat().find(isPublish)!.body
    expect(new URLSearchParams(message).get('Message')).toContain('nothing was done')
  })
})
