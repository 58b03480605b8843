import * as z from 'zod/mini'
import type { EventPartition } from '../store/partition.ts'
import { BUS_SOURCE, type BusEvent } from './event-bus.ts'

/** detail-type of an account-day that is to be compacted. */
export const DAY_KIND = 'Trailwarden Day'

/** One message of a queue, or the whole payload when there is no queue. */
export interface DayMessage {
  readonly id: string | undefined
  /** Left out when the message names no account-day. */
  readonly partition?: EventPartition
}

const PARTITION = z.object({
  account: z.string().check(z.regex(/^(\d{12}|unknown)$/)),
  day: z.string().check(z.regex(/^(\d{4}-\d{2}-\d{2}|unknown)$/)),
})
const ENVELOPE = z.object({
  source: z.literal(BUS_SOURCE),
  'detail-type': z.literal(DAY_KIND),
  detail: PARTITION,
})
const QUEUE = z.object({ Records: z.array(z.object({ messageId: z.string(), body: z.string() })) })

/** What asks for an account-day to be compacted. */
export const dayEvent = ({ account, day }: EventPartition, time: string): BusEvent => ({
  kind: DAY_KIND,
  detail: JSON.stringify({ account, day }),
  time,
})

/** Account-days as our own bus delivers them in SQS, or bare, on invoke. Never throws: what names none comes without one. */
export const dayMessagesOf = (payload: unknown): readonly DayMessage[] => {
  const queue = QUEUE.safeParse(payload)
  if (!queue.success) return [messageOf(undefined, payload)]
  return queue.data.Records.map(({ messageId, body }) => messageOf(messageId, jsonOf(body)))
}

const messageOf = (id: string | undefined, payload: unknown): DayMessage => {
  const envelope = ENVELOPE.safeParse(payload)
  const bare = PARTITION.safeParse(payload)
  const partition = envelope.success ? envelope.data.detail : bare.success ? bare.data : undefined
  return partition && isDay(partition.day) ? { id, partition } : { id }
}

const isDay = (day: string): boolean => day === 'unknown' || !Number.isNaN(Date.parse(`${day}T00:00:00Z`))

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
