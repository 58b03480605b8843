import { EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge'
import { backOff, SDK_RETRIES } from './retry.ts'

export interface BusEvent {
  readonly kind: string
  /** JSON object text. */
  readonly detail: string
  readonly time: string
  readonly resources?: readonly string[]
}

/** `source` of everything Trailwarden puts on its bus. */
export const BUS_SOURCE = 'trailwarden'

/** PutEvents takes 10 entries and 256 KB in one call; the rest is for the other fields. */
const PER_CALL = 10
export const DETAIL_BYTES = 200 * 1024
const ATTEMPTS = 8

/**
 * Puts events on a bus. PutEvents fails entry by entry inside an answer of 200: each failed one is sent again, and what
 * still fails in the end throws.
 * https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
 */
export const eventBus = (bus: string, client: EventBridgeClient = new EventBridgeClient(SDK_RETRIES)) => ({
  put: async (events: readonly BusEvent[]): Promise<void> => {
    for (const entries of packed(events.map((event) => entryOf(bus, event))))
      await putAll(client, bus, entries)
  },
})

const entryOf = (bus: string, { kind, detail, time, resources }: BusEvent): PutEventsRequestEntry => ({
  EventBusName: bus,
  Source: BUS_SOURCE,
  DetailType: kind,
  Detail: detail,
  Time: new Date(time),
  ...(resources && { Resources: [...resources] }),
})

const putAll = async (
  client: EventBridgeClient,
  bus: string,
  entries: PutEventsRequestEntry[],
): Promise<void> => {
  let open = entries
  for (let attempt = 0; ; attempt++) {
    const { Entries: answers = [] } = await client.send(new PutEventsCommand({ Entries: open }))
    const failed = answers.find(({ ErrorCode }) => ErrorCode)
    open = open.filter((_, at) => answers[at]?.ErrorCode)
    if (open.length === 0) return
    if (attempt + 1 === ATTEMPTS) {
      throw new Error(
        `bus ${bus}: ${open.length} events not taken: ${failed?.ErrorCode}: ${failed?.ErrorMessage}`,
      )
    }
    await backOff(attempt)
  }
}

/** Entries in calls of at most 10 and at most `DETAIL_BYTES`. */
const packed = (entries: readonly PutEventsRequestEntry[]): PutEventsRequestEntry[][] => {
  const calls: PutEventsRequestEntry[][] = []
  let room = 0
  for (const entry of entries) {
    const bytes = Buffer.byteLength(entry.Detail ?? '')
    const call = calls.at(-1)
    if (call && call.length < PER_CALL && bytes <= room) call.push(entry)
    else calls.push([entry])
    room = (calls.at(-1) === call ? room : DETAIL_BYTES) - bytes
  }
  return calls
}
