import { createHash } from 'node:crypto'
import type { QueryEngine, Row } from '../ports.ts'
import {
  type AthenaExecution,
  type AthenaExecutions,
  type AthenaPage,
  type AthenaPlace,
  athenaExecutions,
  refusalOf,
} from './athena.ts'
import { backOff } from './retry.ts'

export interface AthenaOptions extends AthenaPlace {
  /**
   * What makes this run this run (the schedule's time, a request id): the same run and SQL start one query, however often
   * the function is tried again. Without it every call is a query of its own.
   */
  readonly run?: string
  /** Milliseconds that are left. A query that is not done when fewer than ten seconds are is stopped. */
  readonly remaining?: () => number
}

/** A query that Athena gave no answer to: `state` says how it ended, the message why. */
export class QueryNotAnswered extends Error {
  readonly state: 'FAILED' | 'CANCELLED' | 'TIMED_OUT' | 'THROTTLED'
  readonly execution: string | undefined
  constructor(state: QueryNotAnswered['state'], message: string, execution?: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'QueryNotAnswered'
    this.state = state
    this.execution = execution
  }
}

/** Executions of one SQL before a failure that Athena calls retryable is final. */
const ATTEMPTS = 3
/** Milliseconds kept to stop a query and to say so. */
const RESERVE = 10_000

/**
 * Athena as the engine. Starts, waits, reads every page; all values are text, as Athena gives them. Throws QueryNotAnswered with
 * Athena's own reason when a query fails, is cancelled or is not taken.
 */
export const athenaQueryEngine = (options: AthenaOptions): QueryEngine => ({
  dialect: 'athena',
  run: async (sql, parameters) => {
    const { pages } = await athenaAnswer(options, sql, parameters)
    let columns: readonly string[] = []
    const rows: Row[] = []
    for await (const page of pages) {
      columns = page.columns
      rows.push(...page.rows)
    }
    return { columns, rows }
  },
})

/** Runs one SQL to its end and answers how it ended, and its pages, which are read as they are asked for. Throws as the engine does. */
export const athenaAnswer = async (
  options: AthenaOptions,
  sql: string,
  parameters: readonly string[] = [],
): Promise<{ execution: AthenaExecution; pages: AsyncGenerator<AthenaPage> }> => {
  const athena = athenaExecutions(options)
  for (let attempt = 1; ; attempt++) {
    const token = options.run && tokenOf(options, sql, parameters, attempt)
    const id = await athena.start(sql, token, parameters).catch(notTaken)
    const execution = await ended(athena, id, options.remaining)
    if (execution.state === 'SUCCEEDED') return { execution, pages: athena.pages(id) }
    if (!execution.retryable || attempt === ATTEMPTS) throw notAnswered(execution)
  }
}

const notTaken = (error: unknown): never => {
  if (refusalOf(error) !== 'THROTTLED') throw error
  throw new QueryNotAnswered(
    'THROTTLED',
    'Athena takes no more queries at present; too many of this account are queued or running. Ask again later',
    undefined,
    { cause: error },
  )
}

const notAnswered = ({ id, state, reason }: AthenaExecution): QueryNotAnswered => {
  const cancelled = state === 'CANCELLED'
  return new QueryNotAnswered(
    cancelled ? 'CANCELLED' : 'FAILED',
    `Athena query ${id} ${cancelled ? 'was cancelled' : 'failed'}: ${reason || 'no reason given'}`,
    id,
  )
}

const tokenOf = (
  options: AthenaOptions,
  sql: string,
  parameters: readonly string[],
  attempt: number,
): string =>
  createHash('sha256')
    .update(JSON.stringify([options.run, options.workgroup, options.database, sql, parameters, attempt]))
    .digest('hex')

const ended = async (
  athena: AthenaExecutions,
  id: string,
  remaining: () => number = () => Number.POSITIVE_INFINITY,
): Promise<AthenaExecution> => {
  for (let attempt = 0; ; attempt++) {
    const execution = await athena.look(id)
    if (execution.state !== 'QUEUED' && execution.state !== 'RUNNING') return execution
    if (remaining() < RESERVE) {
      await athena.stop(id)
      throw new QueryNotAnswered(
        'TIMED_OUT',
        `Athena query ${id} was still ${execution.state.toLowerCase()} when the time ran out, and was stopped; narrow its time range`,
        id,
      )
    }
    await backOff(attempt)
  }
}
