import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { UnreadableObject } from '../lib/errors.ts'
import { ingestEvents } from '../lib/ingest.ts'
import type { LogStore } from '../lib/ports.ts'
import type { CloudTrailEvent } from '../lib/trail/event.ts'

const at = (file: string) =>
  `AWSLogs/111122223333/CloudTrail/us-east-1/2026/10/14/111122223333_CloudTrail_us-east-1_20261014T1320Z_${file}.json.gz`

const logsOf = (files: Readonly<Record<string, readonly CloudTrailEvent[]>>): LogStore => ({
  name: 'memory',
  list: async function* () {
    for (const name of Object.keys(files).sort())
      yield { bucket: undefined, key: at(name), name: at(name), size: 1 }
  },
  read: async ({ key }) => {
    const found = Object.entries(files).find(([name]) => at(name) === key)
    return found && { bytes: gzipSync(JSON.stringify({ Records: found[1] })), metadata: {} }
  },
})

const stop: CloudTrailEvent = {
  eventID: 'a',
  eventTime: '2026-10-14T13:16:00Z',
  eventName: 'StopLogging',
  recipientAccountId: '111122223333',
}

const ingested = async (files: Readonly<Record<string, readonly CloudTrailEvent[]>>) => {
  const looked: (string | undefined)[] = []
  const { events } = await ingestEvents(
    { logs: logsOf(files), layout: 'bucket' },
    { onEvent: ({ event }) => looked.push(event.eventName) },
  )
  return { looked, events }
}

describe('a file that is planted before the real one', () => {
  it('does not take the place of an event by carrying its id', async () => {
    const planted = { ...stop, eventName: 'DescribeTrails' }
    const { looked, events } = await ingested({ AAAAAAAAAAAAAAAA: [planted], BBBBBBBBBBBBBBBB: [stop] })
    expect(looked).toEqual(['DescribeTrails', 'StopLogging'])
    expect(events.read).toBe(2)
  })

  it('does not keep the rules from an event by claiming to correct it', async () => {
    const addendum = { reason: 'UPDATED_DATA', originalEventID: 'a' }
    const planted = { ...stop, eventID: 'b', eventName: 'DescribeTrails', addendum }
    const { looked, events } = await ingested({ AAAAAAAAAAAAAAAA: [planted], BBBBBBBBBBBBBBBB: [stop, stop] })
    expect(looked).toEqual(['DescribeTrails', 'StopLogging'])
    expect(events).toMatchObject({ read: 3, kept: 1, superseded: 1, duplicate: 1 })
  })
})

describe('a record that is nested too deep to be written down', () => {
  const nested = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels))

  it.each([
    ['an event', { ...stop, eventID: 'deep', requestParameters: { a: nested(4000) } }],
    ['no event', nested(4000) as CloudTrailEvent],
  ])('is rejected, and costs the others nothing: %s', async (_what, deep) => {
    const { looked, events } = await ingested({ AAAAAAAAAAAAAAAA: [deep, stop] })
    expect(looked).toEqual(['StopLogging'])
    expect(events).toMatchObject({ read: 2, kept: 1, rejected: 1 })
  })

  it('is an event when CloudTrail could have written it', async () => {
    const { events } = await ingested({
      AAAAAAAAAAAAAAAA: [{ ...stop, requestParameters: { a: nested(400) } }],
    })
    expect(events).toMatchObject({ read: 1, kept: 1, rejected: 0 })
  })
})

describe('a folder that cannot be listed', () => {
  it('is counted and told, and the run goes on', async () => {
    const key = 'AWSLogs/111122223333/CloudTrail/eu-west-1/'
    const logs = logsOf({ AAAAAAAAAAAAAAAA: [stop] })
    const list: LogStore['list'] = async function* (...args) {
      const unlistable = new UnreadableObject('/src/', 'access-denied', { detail: 'cannot be listed' })
      yield { bucket: undefined, key, name: key, size: 0, unlistable }
      yield* logs.list(...args)
    }
    const told: unknown[] = []
    const { files, events } = await ingestEvents(
      { logs: { ...logs, list }, layout: 'bucket' },
      { onQuarantined: (one) => told.push(one) },
    )
    expect(files).toEqual({ listed: 2, ingested: 1, skipped: { 'access-denied': 1 } })
    expect(events.kept).toBe(1)
    expect(told).toEqual([{ object: key, reason: 'access-denied', detail: 'cannot be listed' }])
  })
})
