import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ingest } from '../../bin/ingest.ts'
import { systemClock } from '../../lib/local/clock.ts'
import { storedTable } from '../../lib/local/stored-table.ts'
import { openFolder } from '../../lib/local/world.ts'
import { imbalances } from '../../lib/store/reconcile.ts'
import { TABLES, type TableName } from '../../lib/store/schema.ts'
import { silent } from '../support/memory-logs.ts'
import { sql } from '../support/read-store.ts'

const shared = fileURLToPath(new URL('../../../shared/', import.meta.url))

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'trailwarden-sets-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const ingestFolder = async (source: string) => {
  const { logs, layout } = await openFolder(source)
  const publicKeys = { of: async () => ({ keys: [] }) }
  const done = await ingest({ logs, layout, publicKeys, clock: systemClock }, join(dir, 'store'), silent)
  expect(imbalances(done)).toEqual([])
  return done
}
const stored = async (column: string) => {
  const tables = Object.keys(TABLES) as TableName[]
  const union = tables
    .map(
      (table) =>
        `SELECT ${table === 'aggregated_events' && column !== 'eventid' ? 'NULL' : column} AS x FROM (${storedTable(join(dir, 'store'), table)})`,
    )
    .join(' UNION ALL ')
  return sql(`SELECT x, count(*)::INTEGER AS n FROM (${union}) GROUP BY x`)
}

/** Sets of real and documented events; the one file of `trailscraper-fixtures` holds two events, whatever its manifest says. */
const SETS: readonly (readonly [string, string, Partial<{ events: number }>])[] = [
  ['aws-doc-special-events', 'bucket', {}],
  ['busy-account-2024', 'bucket', {}],
  ['flaws-cloud-2020-excerpt', 'bucket', {}],
  ['gen-small', 'bucket', {}],
  ['old-format-2017', 'bucket', {}],
  ['otrf-cloud-breach-s3-2020', 'bucket', {}],
  ['stratus-detonation-logs', 'bucket', {}],
  ['trailscraper-fixtures', 'cloudtrail', { events: 2 }],
]

describe.skipIf(!existsSync(join(shared, 'data')))(
  'sets of recorded events (skipped: shared sample data is not here)',
  () => {
    it.each(SETS)('%s is stored as its manifest counts it', async (name, folder, corrected) => {
      const { stats } = JSON.parse(readFileSync(join(shared, 'data', name, 'MANIFEST.json'), 'utf8'))
      const { events } = await ingestFolder(join(shared, 'data', name, folder))
      expect(events).toMatchObject({
        read: corrected.events ?? stats.events,
        kept: stats.unique_eventIDs,
        rejected: 0,
      })
      const ids = await stored('eventid')
      expect(ids).toHaveLength(stats.unique_eventIDs)
      expect(ids.filter(({ n }) => n !== 1)).toEqual([])
    })
  },
)

const generator = join(shared, 'tools', 'gen-cloudtrail.mjs')

describe.skipIf(!existsSync(generator))(
  'a generated organization (skipped: the generator is not here)',
  () => {
    it('is stored once, and counted as its truth says, name by name', async () => {
      const bucket = join(dir, 'bucket')
      const options = '--events 100000 --two-trails --duplicates 0.02 --traps --network --org o-abcdef1234'
      execFileSync(process.execPath, [generator, '--out', bucket, ...options.split(' ')], { stdio: 'ignore' })
      const { totals } = JSON.parse(readFileSync(join(bucket, 'TRUTH.json'), 'utf8'))
      const { events, files } = await ingestFolder(bucket)
      // Odd objects and records come on top of what the totals count.
      const planted = events.read - totals.events
      expect(planted).toBeGreaterThan(0)
      expect(planted).toBeLessThan(60)
      expect(events.duplicate).toBe(totals.duplicates)
      expect(events.kept + events.superseded + events.rejected).toBe(totals.unique + planted)
      expect(files.ingested).toBeGreaterThanOrEqual(totals.objects)
      const counted = new Map(
        (await stored("eventsource || '|' || eventname")).map(({ x, n }) => [x, n as number]),
      )
      const short = Object.entries(totals.byName as Record<string, number>).filter(
        ([name, n]) => (counted.get(name) ?? 0) < n || (counted.get(name) ?? 0) > n + planted,
      )
      expect(short).toEqual([])
    }, 120_000)
  },
)
