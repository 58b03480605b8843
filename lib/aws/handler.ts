import { Logger } from '@aws-lambda-powertools/logger'
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics'
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware'
import middy from '@middy/core'
import type { Context, SQSBatchResponse } from 'aws-lambda'
import { type Delivery, messagesOf } from '../trail/envelope.ts'

export const logger = new Logger({ serviceName: 'trailwarden' })
const metrics = new Metrics({ namespace: 'Trailwarden', serviceName: 'trailwarden' })

/** What a run did, as numbers: each is a metric and stands in the run's one summary line. */
export type Counts = Readonly<Record<string, number>>

/** The middleware every function runs in: structured log with the request's ids, metrics in one line at the end. */
export const lambda = <E, R>(handle: (event: E, context: Context) => Promise<R>) =>
  middy<E, R>()
    .use(injectLambdaContext(logger, { resetKeys: true }))
    .use(logMetrics(metrics, { captureColdStartMetric: true, throwOnEmptyMetrics: false }))
    .handler(handle)

/** One message of a queue, or the whole payload when there is no queue. */
interface Message {
  readonly id: string | undefined
}

/**
 * Runs `handle` once per message. From a queue a message that throws is named in `batchItemFailures` and comes back alone;
 * without a queue the exception goes to Lambda, which tries again.
 */
export const onMessages = <M extends Message>(
  messagesIn: (payload: unknown) => readonly M[],
  handle: (message: M, context: Context) => Promise<Counts>,
) =>
  lambda(async (payload: unknown, context: Context): Promise<SQSBatchResponse> => {
    const batchItemFailures: { itemIdentifier: string }[] = []
    const counted: Counts[] = []
    for (const message of messagesIn(payload)) {
      try {
        counted.push(await handle(message, context))
      } catch (error) {
        if (message.id === undefined) throw error
        logger.error('message failed; it comes back', { messageId: message.id, error: error as Error })
        batchItemFailures.push({ itemIdentifier: message.id })
      }
    }
    report({ ...sumOf(counted), failed: batchItemFailures.length })
    return { batchItemFailures }
  })

/**
 * Runs `handle` once per delivery, whatever its envelope; `receives` says how often the queue has handed it out. What nobody
 * can read is counted by reason, and not retried.
 */
export const onDelivery = (handle: (delivery: Delivery, receives: number) => Promise<Counts>) =>
  onMessages(messagesOf, async ({ delivery, receives }) => ({
    ...ignoredOf(delivery),
    ...(await handle(delivery, receives)),
  }))

/** Adds up counts name by name. */
export const sumOf = (counts: readonly Counts[]): Counts => {
  const sum: Record<string, number> = {}
  for (const one of counts) for (const [name, n] of Object.entries(one)) sum[name] = (sum[name] ?? 0) + n
  return sum
}

/** Puts the numbers of a run in the log and in the metrics. */
export const report = (counts: Counts): void => {
  logger.info('done', { counts })
  for (const [name, n] of Object.entries(counts)) metrics.addMetric(name, MetricUnit.Count, n)
}

const ignoredOf = ({ ignored }: Delivery): Counts =>
  Object.fromEntries(ignored.map(({ reason, n }) => [`ignored ${reason}`, n]))
