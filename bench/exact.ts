// Counts of the store against what the generator of a trail says of it, value by value, and against the log files themselves, day by day.
// Ends with 1 when one differs. Run: npm run bench:exact -- FOLDER (one that holds AWSLogs/ and TRUTH.json)
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { DuckDBInstance } from '@duckdb/node-api'
import { ingest } from '../bin/ingest.ts'
import { processTerminal } from '../bin/terminal.ts'
import { noPublicKeys } from '../lib/integrity/public-keys.ts'
import { systemClock } from '../lib/local/clock.ts'
import { openFolder } from '../lib/local/world.ts'
import { imbalances } from '../lib/store/reconcile.ts'

const folder = process.argv[2]
if (!folder) throw new Error('expected a folder that holds AWSLogs/ and TRUTH.json')

interface Truth {
  readonly totals: Readonly<Record<string, unknown>> & {
    readonly events: number
    readonly duplicates: number
  }
  readonly traps?: readonly { readonly key: string }[]
  readonly network?: { readonly key: string }
}
const truth = JSON.parse(readFileSync(join(folder, 'TRUTH.json'), 'utf8')) as Truth
/** Odd objects, which the totals leave out. */
const planted = new Set(
  [...(truth.traps ?? []), ...(truth.network ? [truth.network] : [])].map(({ key }) => key),
)

const dir = mkdtempSync(join(tmpdir(), 'trailwarden-exact-'))
const store = join(dir, 'store')
const { logs, layout } = await openFolder(folder)
const world = { logs, layout, clock: systemClock, publicKeys: noPublicKeys() }
const done = await ingest(world, store, processTerminal({ color: false }))

const instance = await DuckDBInstance.create(':memory:')
const connection = await instance.connect()
const count = async (value: string): Promise<Record<string, number>> => {
  const files = ['events', 'network_events', 'insights'].map((table) => `'${store}/${table}/*/*/*.parquet'`)
  const here = files.filter((glob) =>
    readdirSync(store).includes(glob.slice(store.length + 2).split('/')[0]!),
  )
  const sql = `SELECT ${value} AS x, count(*)::INTEGER AS n FROM read_parquet([${here.join(', ')}], hive_partitioning = true)
    WHERE sourcefile NOT IN (${[...planted, ''].map((key) => `'${key}'`).join(', ')}) GROUP BY 1`
  const rows = (await connection.runAndReadAll(sql)).getRowObjects()
  return Object.fromEntries(rows.map(({ x, n }) => [String(x), Number(n)]))
}

/** Events of the log files by their own UTC day, each once. */
const daysOfBytes = (): Record<string, number> => {
  const seen = new Set<string>()
  const days: Record<string, number> = {}
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (planted.has(name) || !/\/CloudTrail[^/]*\/.*\.json\.gz$/.test(name) || name.includes('Digest'))
      continue
    const { Records } = JSON.parse(gunzipSync(readFileSync(join(folder, name))).toString()) as {
      Records: { eventID: string; eventTime: string; recipientAccountId?: string }[]
    }
    for (const { eventID, eventTime, recipientAccountId } of Records) {
      const id = `${recipientAccountId} ${eventID}`
      if (seen.has(id)) continue
      seen.add(id)
      days[eventTime.slice(0, 10)] = (days[eventTime.slice(0, 10)] ?? 0) + 1
    }
  }
  return days
}

let differences = 0
const compare = (what: string, found: unknown, expected: unknown): void => {
  const pairs = (value: unknown) => JSON.stringify(Object.entries(value as object).sort())
  const same = typeof expected === 'number' ? found === expected : pairs(found) === pairs(expected)
  if (!same) differences++
  const size = typeof expected === 'number' ? expected : `${Object.keys(expected as object).length} values`
  console.log(
    `${what.padEnd(36)}${size}, ${same ? 'equal' : `DIFFERENT: ${JSON.stringify(found)} ${JSON.stringify(expected)}`}`,
  )
}

const { totals } = truth
compare('sums that do not add up', imbalances(done).length, 0)
compare('duplicates', done.events.duplicate, totals.duplicates)
const whole = await count("'all'")
compare('unique', whole['all'], totals['unique'])
compare('eventsource and eventname', await count("eventsource || '|' || eventname"), totals['byName'])
compare('eventsource', await count('eventsource'), totals['bySource'])
compare('errorcode', await count('errorcode'), totals['byError'])
compare('eventversion', await count('eventversion'), totals['byVersion'])
compare('useridentity.type', await count('useridentity.type'), totals['byIdentity'])
compare('day, against the log files', await count('day::VARCHAR'), daysOfBytes())
console.log(`${done.events.read - totals.events} events read in ${planted.size} planted objects`)

connection.closeSync()
instance.closeSync()
rmSync(dir, { recursive: true })
if (differences > 0) process.exitCode = 1
