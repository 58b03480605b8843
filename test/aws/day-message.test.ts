import { describe, expect, it } from 'vitest'
import { dayEvent, dayMessagesOf } from '../../lib/aws/day-message.ts'

const DAY = { account: '111122223333', day: '2026-11-01' }
const onBus = (detail: unknown, kind = 'Trailwarden Day') => ({
  source: 'trailwarden',
  'detail-type': kind,
  account: '999988887777',
  detail,
})
const queued = (...bodies: unknown[]) => ({
  Records: bodies.map((body, at) => ({
    messageId: `m${at}`,
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })),
})

describe('an account-day that is to be compacted', () => {
  it('is read as the bus delivers it, and as somebody hands it in', () => {
    const { kind, detail } = dayEvent(DAY, '2026-11-02T02:00:00.000Z')
    expect(dayMessagesOf(queued(onBus(JSON.parse(detail), kind)))).toEqual([{ id: 'm0', partition: DAY }])
    expect(dayMessagesOf(DAY)).toEqual([{ id: undefined, partition: DAY }])
    expect(
      dayMessagesOf(queued(onBus({ account: 'unknown', day: '2026-11-01' })))[0]?.partition?.account,
    ).toBe('unknown')
  })

  it('is none when it could name a folder of its own, or is something else', () => {
    const others = [
      { account: '../x', day: '2026-11-01' },
      { account: '111122223333', day: '2026-13-01' },
      { account: '111122223333', day: '2026-11-01/../..' },
    ]
    const messages = dayMessagesOf(
      queued(...others.map((one) => onBus(one)), onBus(DAY, 'Trailwarden Finding'), 'no JSON'),
    )
    expect(messages.map(({ partition }) => partition)).toEqual(Array.from({ length: 5 }, () => undefined))
    expect(dayMessagesOf(undefined)).toEqual([{ id: undefined }])
  })
})
