import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { NotALogFile } from '../../lib/errors.ts'
import { parseLogFile } from '../../lib/trail/log-file.ts'

const event = (more: object = {}) => ({
  eventVersion: '1.11',
  eventID: 'e-1',
  eventTime: '2026-10-14T13:00:00Z',
  eventName: 'GetUser',
  ...more,
})
const file = (...records: unknown[]) => gzipSync(JSON.stringify({ Records: records }))
const reasonOf = (bytes: Uint8Array, cap?: number) => {
  try {
    parseLogFile(bytes, cap)
  } catch (error) {
    return error instanceof NotALogFile ? error.reason : error
  }
}

describe('log file', () => {
  it('keeps events with their position and unknown fields', () => {
    const { events, rejected } = parseLogFile(
      file(event(), event({ eventID: 'e-2', fieldOfTomorrow: { deep: [1] } })),
    )
    expect(events.map(({ index }) => index)).toEqual([0, 1])
    expect(events[1]!.event['fieldOfTomorrow']).toEqual({ deep: [1] })
    expect(rejected).toEqual([])
  })

  it('rejects a bad record alone', () => {
    const { events, rejected } = parseLogFile(
      file(
        event(),
        'text',
        null,
        event({ eventID: '' }),
        event({ eventTime: 'about noon 1' }),
        event({ eventID: 'e-2' }),
      ),
    )
    expect(events.map(({ event }) => event.eventID)).toEqual(['e-1', 'e-2'])
    expect(rejected.map(({ index, reason }) => [index, reason])).toEqual([
      [1, 'not-an-object'],
      [2, 'not-an-object'],
      [3, 'no-event-id'],
      [4, 'no-event-time'],
    ])
  })

  it('takes aggregated events, which have a window instead of a time', () => {
    const aggregated = {
      eventVersion: '1.0',
      eventId: 'a-1',
      eventCategory: 'Aggregated',
      timeWindow: { windowStart: '2026-10-14T13:00:00Z' },
    }
    expect(parseLogFile(file(aggregated)).events).toHaveLength(1)
  })

  it('reads plain JSON, with or without a byte order mark', () => {
    const json = JSON.stringify({ Records: [event()] })
    expect(parseLogFile(Buffer.from(json)).events).toHaveLength(1)
    expect(parseLogFile(Buffer.from(`\uFEFF  ${json}`)).events).toHaveLength(1)
    expect(parseLogFile(gzipSync(`\uFEFF${json}`)).events).toHaveLength(1)
  })

  it('reads what Athena would read when something follows the first member, and says so', () => {
    const [a, b] = [Buffer.from('{"Records":['), Buffer.from(`${JSON.stringify(event())}]}`)]
    expect(parseLogFile(Buffer.concat([gzipSync(a), gzipSync(b)]))).toMatchObject({
      events: [{ index: 0 }],
      warning: 'several-gzip-members',
    })
    expect(parseLogFile(Buffer.concat([file(event()), Buffer.from('xx')]))).toMatchObject({
      events: [{ index: 0 }],
      warning: 'trailing-data',
    })
  })

  it('reads a second whole document hidden behind the first', () => {
    const both = Buffer.concat([file(event()), file(event({ eventID: 'forged' }))])
    expect(parseLogFile(both).events.map(({ index, event }) => [index, event.eventID])).toEqual([
      [0, 'e-1'],
      [1, 'forged'],
    ])
  })

  it('has no events in an empty file of CloudTrail', () => {
    expect(parseLogFile(file()).events).toEqual([])
  })

  it.each([
    ['no bytes', Buffer.alloc(0), 'empty-object'],
    ['gzip of nothing', gzipSync(''), 'empty-object'],
    ['a PNG', Buffer.from('89504e470d0a1a0a', 'hex'), 'not-gzip'],
    ['cut gzip', file(event()).subarray(0, 40), 'truncated-gzip'],
    ['cut JSON', gzipSync('{"Records":[{"a":'), 'not-json'],
    ['another document', gzipSync('{"hello":1}'), 'not-cloudtrail'],
    ['a digest', gzipSync('{"awsAccountId":"111122223333","logFiles":[]}'), 'not-cloudtrail'],
    ['UTF-16 text', Buffer.from('\uFEFF{"Records":[]}', 'utf16le'), 'not-gzip'],
  ])('says what %s is', (_what, bytes, reason) => {
    expect(reasonOf(bytes)).toBe(reason)
  })

  it('refuses a file above the cap, compressed or not', () => {
    expect(reasonOf(gzipSync(Buffer.alloc(5000, 32)), 1000)).toBe('too-large')
    expect(reasonOf(Buffer.from(`{"Records":[${' '.repeat(5000)}]}`), 1000)).toBe('too-large')
  })

  it('survives nesting that is thousands deep', () => {
    const deep = `{"Records":[{"eventID":"e","eventTime":"2026-10-14T13:00:00Z","requestParameters":${'['.repeat(5000)}${']'.repeat(5000)}}]}`
    const { events, rejected } = parseLogFile(gzipSync(deep))
    expect([events.length, rejected.map(({ reason }) => reason)]).toEqual([0, ['nested-too-deep']])
  })
})
