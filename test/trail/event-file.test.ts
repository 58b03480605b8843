import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { NotALogFile } from '../../lib/errors.ts'
import { parseEventFile } from '../../lib/trail/event-file.ts'

const event = (id: string) => ({
  eventVersion: '1.11',
  eventID: id,
  eventTime: '2026-10-14T13:00:00Z',
  eventName: 'GetUser',
})
const envelope = (detail: unknown, source = 'aws.iam') => ({
  'detail-type': 'AWS API Call via CloudTrail',
  source,
  detail,
})
const item = (id: string) => ({
  EventId: id,
  EventName: 'GetUser',
  CloudTrailEvent: JSON.stringify(event(id)),
})
const json = (value: unknown) => Buffer.from(JSON.stringify(value))
const ids = (bytes: Uint8Array) => parseEventFile(bytes).events.map(({ event }) => event.eventID)

describe('file of saved events', () => {
  it.each([
    ['a log file', json({ Records: [event('a'), event('b')] })],
    ['a compressed log file', gzipSync(json({ Records: [event('a'), event('b')] }))],
    ['a list of events', json([event('a'), event('b')])],
    ['lookup-events output', json({ Events: [item('a'), item('b')], NextToken: 'x' })],
    ['lookup-events items by line', Buffer.from(`${json(item('a'))}\n${json(item('b'))}\n`)],
    [
      'EventBridge envelopes by line',
      Buffer.from(`${json(envelope(event('a')))}\r\n${json(envelope(event('b')))}`),
    ],
    ['a list of envelopes', json([envelope(event('a')), envelope(event('b'))])],
    [
      'a search export',
      Buffer.from(`${json({ _index: 'x', _source: event('a') })}\n${json({ _source: event('b') })}`),
    ],
    [
      'log files by line',
      Buffer.from(`${json({ Records: [event('a')] })}\n${json({ Records: [event('b')] })}`),
    ],
  ])('reads %s', (_what, bytes) => {
    expect(ids(bytes)).toEqual(['a', 'b'])
  })

  it('reads one bare event and one envelope', () => {
    expect(ids(json(event('a')))).toEqual(['a'])
    expect(ids(json(envelope(event('a'))))).toEqual(['a'])
  })

  it('counts envelopes of other services as ignored', () => {
    const other = { 'detail-type': 'Scheduled Event', source: 'aws.events', detail: {} }
    expect(parseEventFile(json([envelope(event('a')), other]))).toMatchObject({
      events: [{ index: 0 }],
      ignored: 1,
    })
  })

  it('counts a broken line as a rejected record with its position', () => {
    const { events, rejected } = parseEventFile(
      Buffer.from(`${json(event('a'))}\n{"half":\n${json(event('b'))}`),
    )
    expect(events.map(({ index }) => index)).toEqual([0, 2])
    expect(rejected).toMatchObject([{ index: 1, reason: 'not-an-object' }])
  })

  it('counts a broken event inside a lookup-events item as rejected', () => {
    expect(
      parseEventFile(json([item('a'), { EventId: 'x', CloudTrailEvent: '{"cut' }])).rejected,
    ).toHaveLength(1)
  })

  it('says what it found when nothing is CloudTrail', () => {
    expect(() => parseEventFile(json({ hello: 1, world: 2 }))).toThrow(
      'expected CloudTrail events, found an object with hello, world',
    )
    expect(() => parseEventFile(Buffer.from('{"a":1'))).toThrow(NotALogFile)
  })

  it('has no events in an empty Records list, which is a log file all the same', () => {
    expect(parseEventFile(json({ Records: [] })).events).toEqual([])
  })
})
