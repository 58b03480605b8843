import * as z from 'zod/mini'
import { type Finding, LEVELS } from '../finding.ts'
import { BUS_SOURCE } from './event-bus.ts'
import { FINDING_KIND } from './finding-sink.ts'

/** One message of a queue, or the whole payload when there is no queue. */
export interface FindingMessage {
  readonly id: string | undefined
  /** Left out when the message is no finding of ours. */
  readonly finding?: Finding
}

const FINDING = z.looseObject({
  id: z.string(),
  rule: z.looseObject({
    id: z.string(),
    title: z.string(),
    level: z.enum(LEVELS),
    playbook: z.optional(z.string()),
  }),
  time: z.string(),
  event: z.looseObject({ eventID: z.string(), recipientAccountId: z.string(), awsRegion: z.string() }),
  events: z.array(z.string()),
  source: z.object({ key: z.string(), index: z.number() }),
  raw: z.looseObject({}),
})
const ENVELOPE = z.object({
  source: z.literal(BUS_SOURCE),
  'detail-type': z.literal(FINDING_KIND),
  detail: FINDING,
})
const QUEUE = z.object({ Records: z.array(z.object({ messageId: z.string(), body: z.string() })) })

/** Findings as our own bus delivers them, in SQS or bare. Never throws: what is no finding comes without one. */
export const findingMessagesOf = (payload: unknown): readonly FindingMessage[] => {
  const queue = QUEUE.safeParse(payload)
  if (!queue.success) return [messageOf(undefined, payload)]
  return queue.data.Records.map(({ messageId, body }) => messageOf(messageId, jsonOf(body)))
}

const messageOf = (id: string | undefined, envelope: unknown): FindingMessage => {
  const read = ENVELOPE.safeParse(envelope)
  return read.success ? { id, finding: read.data.detail as unknown as Finding } : { id }
}

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
