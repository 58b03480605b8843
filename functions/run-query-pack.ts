import queryFiles from 'content:queries'
import type { EventBridgeEvent } from 'aws-lambda'
import { systemClock } from '../lib/aws/clock.ts'
import { type Counts, lambda, logger, report, sumOf } from '../lib/aws/handler.ts'
import { athenaQueryEngine } from '../lib/aws/query-engine.ts'
import { settingsOf } from '../lib/aws/settings.ts'
import { findingSinkOf } from '../lib/aws/world.ts'
import { UsageError } from '../lib/errors.ts'
import { atLeast } from '../lib/finding.ts'
import type { QueryEngine } from '../lib/ports.ts'
import { parseQuery, type Query } from '../lib/query/pack.ts'
import { runQuery } from '../lib/query/run-query.ts'
import { queryFinding } from '../lib/query-finding.ts'
import { ATHENA_CATALOG } from '../lib/store/athena-catalog.ts'

const settings = settingsOf([
  'workgroup',
  'database',
  'packs',
  'packHours',
  'findingBus',
  'topic',
  'lakeBucket',
  'notifyLevel',
  'minLevel',
])
const sink = findingSinkOf(settings)
const catalog = ATHENA_CATALOG
const queries = queryFiles
  .filter(({ path }) => settings.packs.includes(path.split('/')[1] ?? ''))
  .map(({ path, text }) => parseQuery(path, text))

/** The schedule: run the packs over the last hours, and make the rows of queries that have a severity findings. */
export const handler = lambda(async (event: Partial<EventBridgeEvent<string, unknown>>) => {
  const until = event.time ?? systemClock.now()
  // the schedule's event id makes a second try of this run meet the queries of the first
  const engine = athenaQueryEngine({ ...settings, ...(event.id && { run: event.id }) })
  const done: Counts[] = [{ queries: 0, failed: 0 }]
  for (const query of queries) done.push(await runOne(query, engine, until))
  const counts = sumOf(done)
  report(counts)
  if (counts['failed']) throw new Error(`${counts['failed']} of ${queries.length} queries failed`)
  return counts
})

const runOne = async (query: Query, engine: QueryEngine, until: string): Promise<Counts> => {
  try {
    const { rows } = await runQuery({ query, catalog, engine, params: windowOf(query, until) })
    logger.info('query', { query: query.name, rows: rows.length })
    const { severity } = query
    if (!severity || !atLeast(severity, settings.minLevel)) return { queries: 1, rows: rows.length }
    const findings = rows.map((row, index) => queryFinding({ ...query, severity }, row, index, until))
    await sink.put(findings)
    return { queries: 1, rows: rows.length, findings: findings.length }
  } catch (error) {
    // a query that asks for a value no schedule has is for people to run
    if (error instanceof UsageError)
      logger.info('query skipped', { query: query.name, reason: error.message })
    else logger.error('query failed', { query: query.name, error: error as Error })
    return error instanceof UsageError ? { skipped: 1 } : { failed: 1 }
  }
}

/** The window, for a query that has one. Windows overlap: late events are met, and a finding met twice is one. */
const windowOf = (query: Query, until: string): Record<string, string> => {
  const since = new Date(Date.parse(until) - settings.packHours * 3_600_000).toISOString()
  const window = Object.entries({ since, until }).filter(([name]) =>
    query.params.some((param) => param.name === name),
  )
  return Object.fromEntries(window.map(([name, time]) => [name, time.slice(0, 19).replace('T', ' ')]))
}
