// The query command next to DuckDB on the delivered log files: time from process start to the answer, and the cold compile.
// Run: npm run bench:query -- FOLDER [STORE]  (FOLDER holds AWSLogs/; STORE is one that ingest made of it, else it is made here)
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readManifest } from '../lib/local/store-manifest.ts'

const RUNS = 3
const [folder, given] = process.argv.slice(2)
if (!folder) throw new Error('expected a folder that holds AWSLogs/')
const dir = mkdtempSync(join(tmpdir(), 'trailwarden-bench-'))
const program = fileURLToPath(new URL('../dist/bin/trailwarden.js', import.meta.url))
const store = given ?? join(dir, 'store')
if (!given) execFileSync(process.execPath, [program, 'ingest', folder, '--out', store], { stdio: 'inherit' })

interface Question {
  readonly name: string
  readonly ours: string
  readonly raw: string
}
const QUESTIONS: readonly Question[] = [
  {
    name: 'top calls',
    ours: 'SELECT eventSource, eventName, count(*) AS n FROM events GROUP BY eventSource, eventName ORDER BY n DESC LIMIT 10',
    raw: 'SELECT r.eventSource, r.eventName, count(*) AS n FROM raw GROUP BY ALL ORDER BY n DESC LIMIT 10',
  },
  {
    name: 'access denied',
    ours: "SELECT eventName, count(*) AS n FROM events WHERE errorCode LIKE '%AccessDenied%' GROUP BY eventName ORDER BY n DESC LIMIT 10",
    raw: "SELECT r.eventName, count(*) AS n FROM raw WHERE r.errorCode LIKE '%AccessDenied%' GROUP BY ALL ORDER BY n DESC LIMIT 10",
  },
  {
    name: 'sign-ins without MFA',
    ours: "SELECT userIdentity.arn, count(*) AS n FROM events WHERE eventName = 'ConsoleLogin' AND additionalEventData.MFAUsed = 'No' GROUP BY userIdentity.arn",
    raw: "SELECT r.userIdentity->>'$.arn', count(*) AS n FROM raw WHERE r.eventName = 'ConsoleLogin' AND (r.additionalEventData->>'$.MFAUsed') = 'No' GROUP BY ALL",
  },
  {
    name: 'buckets read',
    ours: "SELECT requestParameters.bucketName, count(*) AS n FROM events WHERE eventSource = 's3.amazonaws.com' GROUP BY requestParameters.bucketName ORDER BY n DESC LIMIT 10",
    raw: "SELECT r.requestParameters->>'$.bucketName', count(*) AS n FROM raw WHERE r.eventSource = 's3.amazonaws.com' GROUP BY ALL ORDER BY n DESC LIMIT 10",
  },
]

/** DuckDB alone, over the files as they were delivered, in a process of its own. */
const RAW = `import { readdirSync } from 'node:fs'
import { DuckDBInstance } from '@duckdb/node-api'
const connection = await (await DuckDBInstance.create(':memory:')).connect()
const fields = "STRUCT(eventSource VARCHAR, eventName VARCHAR, errorCode VARCHAR, userIdentity JSON, additionalEventData JSON, requestParameters JSON)[]"
const names = readdirSync(process.argv[2], { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('/CloudTrail/') && name.endsWith('.json.gz'))
const list = names.map((name) => "'" + process.argv[2] + '/' + name + "'").join(',')
const files = "read_json([" + list + "], columns = {Records: '" + fields + "'}, maximum_object_size = 268435456)"
await connection.run("SET memory_limit = '8GB'")
await connection.runAndReadAll('WITH raw AS (SELECT unnest(Records) AS r FROM ' + files + ') ' + process.argv[3])
`
const rawScript = fileURLToPath(new URL('.duckdb-on-raw.mjs', import.meta.url))
writeFileSync(rawScript, RAW)

const seconds = (args: readonly string[]): number => {
  const start = process.hrtime.bigint()
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  return Number(process.hrtime.bigint() - start) / 1e9
}
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!

/** Milliseconds that the first compile of a process takes, and the hundredth. */
const COMPILE = `import { compile } from '${new URL('../lib/sql/compile.ts', import.meta.url)}'
import { TABLES } from '${new URL('../lib/store/schema.ts', import.meta.url)}'
const catalog = Object.fromEntries(Object.entries(TABLES).map(([name, columns]) => [name, { columns }]))
const time = () => { const at = performance.now(); compile(process.argv[1], { catalog, dialect: 'athena' }); return performance.now() - at }
const cold = time()
for (let i = 0; i < 98; i++) time()
console.log(JSON.stringify([cold, time()]))`
const compileTimes = (sql: string): readonly [number, number] =>
  JSON.parse(
    execFileSync(process.execPath, ['--input-type=module', '-e', COMPILE, sql], { encoding: 'utf8' }),
  )

const manifest = readManifest(store)!
const events = manifest.files.reduce((sum, { rows }) => sum + rows, 0)
try {
  console.log(
    `${events} events in ${manifest.files.length} files; ${cpus()[0]!.model}, ${cpus().length} cores; Node ${process.version}; median of ${RUNS}`,
  )
  for (const { name, ours, raw } of QUESTIONS) {
    const query = median(
      Array.from({ length: RUNS }, () =>
        seconds([program, 'query', store, '--sql', ours, '--format', 'csv']),
      ),
    )
    const onRaw = seconds([rawScript, folder, raw])
    const [cold, warm] = compileTimes(ours)
    console.log(
      `${name.padEnd(22)} trailwarden ${query.toFixed(2)} s, DuckDB on raw ${onRaw.toFixed(2)} s, ${(onRaw / query).toFixed(1)}x; compile ${cold.toFixed(1)} ms cold, ${warm.toFixed(2)} ms warm`,
    )
  }
} finally {
  rmSync(dir, { recursive: true, force: true })
  rmSync(rawScript, { force: true })
}
