import queryFiles from 'content:queries'
import type { Context, EventBridgeEvent } from 'aws-lambda'
import { systemClock } from '../lib/aws/clock.ts'
import { type Counts, lambda, logger, report, sumOf } from '../lib/aws/handler.ts'
import { athenaQueryEngine } from '../lib/aws/query-engine.ts'
import { queryRunPorts } from '../lib/aws/query-run-ports.ts'
import { settingsOf } from '../lib/aws/settings.ts'
import { lateEvents } from '../lib/query/late-events.ts'
import { isUnschedulable, type ScheduledQuery, startRun } from '../lib/query/run-start.ts'
import { queriesIn, queryIn, queryRuns } from '../lib/query-runs.ts'
import { ATHENA_CATALOG } from '../lib/store/athena-catalog.ts'

const settings = settingsOf([
  'workgroup',
  'database',
  'packs',
  'packHours',
  'scanLimitBytes',
  'findingBus',
  'topic',
  'lakeBucket',
  'notifyLevel',
  'minLevel',
])
const ports = queryRunPorts(settings)
const find = queryIn(queryFiles)
const queries = queriesIn(queryFiles, settings.packs)

/** A run that is finished here takes seconds; with less than this left (milliseconds) the next schedule goes on. */
const RESERVE = 60_000

/** The schedule: start the queries of the packs, and see to those that an earlier schedule has started and nothing has ended. */
export const handler = lambda(async (event: Partial<EventBridgeEvent<string, unknown>>, context: Context) => {
  if (queries.length === 0) return {}
  const tick = new Date(event.time ?? systemClock.now()).toISOString()
  const world = queryRuns({ ...ports, find, process: context.awsRequestId })
  const remaining = () => context.getRemainingTimeInMillis()
  // the schedule's time makes a second try of this run meet the query of the first
  const engine = athenaQueryEngine({ ...settings, run: `late ${tick}`, remaining })
  const late = await lateEvents(engine, ATHENA_CATALOG, tick)
  const done: Counts[] = [{ queries: 0, failed: 0 }]
  const start = async (query: ScheduledQuery) =>
    done.push(await tried(query, () => startRun(world, query, late, tick)))
  for (const query of queries) {
    if (remaining() < RESERVE) done.push({ left: 1 })
    else await start(query)
  }
  const counts = sumOf(done)
  report(counts)
  if (counts['failed'])
    throw new Error(`${counts['failed']} of ${queries.length} queries could not be started`)
  return counts
})

const tried = async ({ pack, query }: ScheduledQuery, start: () => Promise<Counts>): Promise<Counts> => {
  try {
    return await start()
  } catch (error) {
    // a query that asks for a value no schedule has is for people to run
    if (isUnschedulable(error)) {
      logger.info('query skipped', { pack, query: query.name, reason: error.message })
      return { skipped: 1 }
    }
    logger.error('query not started', { pack, query: query.name, error: error as Error })
    return { failed: 1 }
  }
}
