import { EventBridgeClient } from '@aws-sdk/client-eventbridge'
import { S3Client } from '@aws-sdk/client-s3'
import { SNSClient } from '@aws-sdk/client-sns'
import { afterEach, describe, expect, it } from 'vitest'
import { s3Archive } from '../../lib/aws/archive.ts'
import { eventBus } from '../../lib/aws/event-bus.ts'
import { findingMessagesOf } from '../../lib/aws/finding-message.ts'
import { eventBridgeFindingSink } from '../../lib/aws/finding-sink.ts'
import { topicOf } from '../../lib/aws/topic.ts'
import { evidenceFinding } from '../../lib/evidence-finding.ts'
import type { Finding } from '../../lib/finding.ts'
import { type Answer, json, loopback } from './loopback.ts'

const open: (() => Promise<void>)[] = []
afterEach(() => Promise.all(open.splice(0).map((close) => close())))

const finding = (n: number, status: 'modified' | 'gap' = 'gap'): Finding =>
  evidenceFinding(
    { status, kind: 'log', object: `s3://b/${n}`, reason: 'hash-mismatch', detail: 'x' },
    '2026-11-01T10:00:00.000Z',
  )

/** S3, EventBridge and SNS in one: what is put stays, so that a second delivery meets the first. */
const world = async (
  bus: (entries: { Detail: string }[], n: number) => Answer = (entries) =>
    json({ FailedEntryCount: 0, Entries: entries.map(() => ({ EventId: 'e' })) }),
) => {
  const kept = new Map<string, string>()
  const sent: { Detail: string }[][] = []
  const mails: URLSearchParams[] = []
  const { endpoint, close } = await loopback(({ method, url, operation, body }) => {
    if (operation === 'PutEvents') {
      sent.push(JSON.parse(body).Entries)
      return bus(sent.at(-1)!, sent.length)
    }
    if (method === 'POST') {
      mails.push(new URLSearchParams(body))
      return {
        body: '<PublishResponse><PublishResult><MessageId>m</MessageId></PublishResult></PublishResponse>',
      }
    }
    if (method === 'PUT' && kept.has(url.pathname))
      return { status: 412, body: '<Error><Code>PreconditionFailed</Code></Error>' }
    if (method === 'PUT') kept.set(url.pathname, body)
    return { status: method === 'HEAD' && !kept.has(url.pathname) ? 404 : 200 }
  })
  open.push(close)
  const sink = eventBridgeFindingSink({
    bus: eventBus('findings', new EventBridgeClient({ endpoint })),
    topic: topicOf('arn:aws:sns:us-east-1:111122223333:topic', new SNSClient({ endpoint })),
    archive: s3Archive('lake', 'findings/', new S3Client({ endpoint, forcePathStyle: true })),
    notifyLevel: 'high',
  })
  return { sink, kept, sent, mails }
}

describe('finding sink of AWS', () => {
  it('puts findings on the bus in tens and keeps each', async () => {
    const { sink, kept, sent } = await world()
    await sink.put(Array.from({ length: 25 }, (_, n) => finding(n)))
    expect(sent.map((entries) => entries.length)).toEqual([10, 6, 9])
    expect(kept.size).toBe(25)
    expect(JSON.parse(sent[0]![0]!.Detail)).toEqual(finding(0))
  })

  it('tells the same finding once, in one batch or in two', async () => {
    const { sink, sent } = await world()
    await sink.put([finding(1), finding(1)])
    await sink.put([finding(1), finding(2)])
    expect(sent.flat().map(({ Detail }) => JSON.parse(Detail).id)).toEqual([finding(1).id, finding(2).id])
  })

  it('tells people of the grave ones only, without control characters', async () => {
    const { sink, mails } = await world()
    const grave = finding(1, 'modified')
    await sink.put([finding(2), { ...grave, rule: { ...grave.rule, title: 'a\u001b[31m\r\nBcc: é' } }])
    expect(mails).toHaveLength(1)
    expect(mails[0]!.get('Subject')).toBe('[critical] a?[31m??Bcc: ? ( )')
    expect(mails[0]!.get('Message')!.split('\n')[0]).toBe(
      'a\ufffd[31m\ufffd\ufffdBcc: é (digest-not-valid, critical)',
    )
  })

  it('sends again only what the bus did not take', async () => {
    const { sink, sent } = await world((entries, n) =>
      json({
        FailedEntryCount: 1,
        Entries: entries.map((_, at) =>
          n === 1 && at === 1 ? { ErrorCode: 'ThrottlingException' } : { EventId: 'e' },
        ),
      }),
    )
    await sink.put([finding(1), finding(2), finding(3)])
    expect(sent.map((entries) => entries.length)).toEqual([3, 1])
    expect(JSON.parse(sent[1]![0]!.Detail).id).toBe(finding(2).id)
  })

  it('keeps nothing that the bus did not take, so that it comes again', async () => {
    const { sink, kept } = await world(() => ({
      status: 400,
      body: '{"__type":"ResourceNotFoundException"}',
    }))
    await expect(sink.put([finding(1)])).rejects.toThrow()
    expect(kept.size).toBe(0)
  })

  it('sends a finding too large for the bus without its largest fields, and keeps it whole', async () => {
    const { sink, kept, sent } = await world()
    const large = { ...finding(1), raw: { ...finding(1).raw, requestParameters: 'x'.repeat(300_000) } }
    await sink.put([large])
    const { raw } = JSON.parse(sent[0]![0]!.Detail)
    expect(raw.trailwardenOmitted).toEqual(['requestParameters'])
    expect(raw.errorCode).toBe('hash-mismatch')
    expect([...kept.values()][0]).toContain('x'.repeat(300_000))
  })
})

describe('finding message', () => {
  const envelope = (detail: unknown) => ({
    source: 'trailwarden',
    'detail-type': 'Trailwarden Finding',
    detail,
  })
  const sqs = (...bodies: unknown[]) => ({
    Records: bodies.map((body, n) => ({
      messageId: `m-${n}`,
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })),
  })

  it('reads what the sink sends, in SQS or bare', () => {
    expect(findingMessagesOf(sqs(envelope(finding(1))))).toEqual([{ id: 'm-0', finding: finding(1) }])
    expect(findingMessagesOf(envelope(finding(1)))).toEqual([{ id: undefined, finding: finding(1) }])
  })

  it('gives back the message without a finding when it is none', () => {
    const strange = ['no json', envelope({}), { ...envelope(finding(1)), source: 'evil' }, 7]
    expect(findingMessagesOf(sqs(...strange))).toEqual(strange.map((_, n) => ({ id: `m-${n}` })))
    expect(findingMessagesOf(undefined)).toEqual([{ id: undefined }])
  })
})
