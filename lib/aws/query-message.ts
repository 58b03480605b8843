import * as z from 'zod/mini'

/** One message of a queue, or the whole payload when there is no queue. */
export interface EndedQuery {
  readonly id: string | undefined
  /** Athena's id of the query. Left out when the message tells of none. */
  readonly execution?: string
}

const ENVELOPE = z.object({
  source: z.literal('aws.athena'),
  'detail-type': z.literal('Athena Query State Change'),
  detail: z.looseObject({ queryExecutionId: z.string().check(z.minLength(1)), currentState: z.string() }),
})
const QUEUE = z.object({ Records: z.array(z.object({ messageId: z.string(), body: z.string() })) })

/**
 * Queries that Athena says have changed their state, in SQS or bare. Never throws: what tells of no query comes without one.
 * https://docs.aws.amazon.com/athena/latest/ug/athena-events.html
 */
export const endedQueriesOf = (payload: unknown): readonly EndedQuery[] => {
  const queue = QUEUE.safeParse(payload)
  if (!queue.success) return [endedIn(undefined, payload)]
  return queue.data.Records.map(({ messageId, body }) => endedIn(messageId, jsonOf(body)))
}

const endedIn = (id: string | undefined, envelope: unknown): EndedQuery => {
  const read = ENVELOPE.safeParse(envelope)
  return read.success ? { id, execution: read.data.detail.queryExecutionId } : { id }
}

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
