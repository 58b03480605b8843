// The store against the log files it was made from: size, bytes and CPU of eight questions, and the CPU and memory of the ingest
// against DuckDB. Run: npm run bench:store -- FOLDER (one that holds AWSLogs/)
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { ingest } from '../bin/ingest.ts'
import { processTerminal } from '../bin/terminal.ts'
import { noPublicKeys } from '../lib/integrity/public-keys.ts'
import { systemClock } from '../lib/local/clock.ts'
import { readManifest } from '../lib/local/store-manifest.ts'
import { openFolder } from '../lib/local/world.ts'

const folder = process.argv[2]
if (!folder) throw new Error('expected a folder that holds AWSLogs/')

/** CPU seconds of this process. */
const cpu = (): number => {
  const { userCPUTime, systemCPUTime } = process.resourceUsage()
  return (userCPUTime + systemCPUTime) / 1e6
}
const timed = async <T>(work: () => Promise<T>): Promise<{ readonly value: T; readonly seconds: number }> => {
  const before = cpu()
  const value = await work()
  return { value, seconds: cpu() - before }
}
const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(bytes < 1e6 ? 3 : 1)} MB`
const geometric = (values: readonly number[]): number =>
  Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length)

const dir = mkdtempSync(join(tmpdir(), 'trailwarden-bench-'))
const store = join(dir, 'store')
const { logs, layout } = await openFolder(folder)
const world = { logs, layout, clock: systemClock, publicKeys: noPublicKeys() }
const made = await timed(() => ingest(world, store, processTerminal({ color: false })))
const memory = process.resourceUsage().maxRSS / 1024

const raw = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\/CloudTrail\/.*\.json\.gz$/.test(name))
  .map((name) => ({ path: join(folder, name), size: statSync(join(folder, name)).size }))
const gz = raw.reduce((sum, { size }) => sum + size, 0)
const manifest = readManifest(store)!
const parquet = manifest.files.reduce((sum, { bytes }) => sum + bytes, 0)
const all = readdirSync(store, { recursive: true, encoding: 'utf8' })
  .map((name) => statSync(join(store, name)))
  .reduce((sum, stat) => sum + (stat.isFile() ? stat.size : 0), 0)

const largest = manifest.files
  .filter(({ path }) => path.startsWith('events/'))
  .reduce((a, b) => (b.rows > a.rows ? b : a))
const [, account = '', day = ''] = /account=(\d+)\/day=([\d-]+)/.exec(largest.path) ?? []

/** What a question needs: columns, and what narrows it. `only` is the day or account it is limited to. */
interface Question {
  readonly name: string
  readonly columns: readonly string[]
  readonly where: string
  readonly select: string
  readonly only?: { readonly account?: string; readonly day?: string }
  /** Constants of the sort columns, by which row groups are passed by. */
  readonly source?: string
  readonly eventName?: string
}
const QUESTIONS: readonly Question[] = [
  {
    name: 'login without MFA',
    columns: ['eventsource', 'eventname', 'additionaleventdata', 'useridentity'],
    select: 'count(*)',
    where:
      "eventsource = 'signin.amazonaws.com' AND eventname = 'ConsoleLogin' AND additionaleventdata LIKE '%\"MFAUsed\":\"No\"%'",
    source: 'signin.amazonaws.com',
    eventName: 'ConsoleLogin',
  },
  {
    name: 'AccessDenied top',
    columns: ['errorcode', 'eventname'],
    select: 'eventname, count(*)',
    where: "errorcode LIKE '%AccessDenied%' GROUP BY eventname",
  },
  {
    name: 'open security groups',
    columns: ['eventsource', 'eventname', 'requestparameters'],
    select: 'count(*)',
    where:
      "eventsource = 'ec2.amazonaws.com' AND eventname = 'AuthorizeSecurityGroupIngress' AND requestparameters LIKE '%0.0.0.0/0%'",
    source: 'ec2.amazonaws.com',
    eventName: 'AuthorizeSecurityGroupIngress',
  },
  {
    name: 'hourly error baseline',
    columns: ['eventtime', 'errorcode'],
    select: "date_trunc('hour', eventtime), count(errorcode)",
    where: 'true GROUP BY ALL',
  },
  {
    name: 'one user',
    columns: ['useridentity', 'eventname'],
    select: 'eventname, count(*)',
    where: "useridentity.username = 'terraform' GROUP BY eventname",
  },
  {
    name: 'root in one day',
    columns: ['useridentity', 'eventname'],
    select: 'count(*)',
    where: "useridentity.type = 'Root'",
    only: { day },
  },
  {
    name: 'one key in one account',
    columns: ['useridentity', 'eventname', 'eventtime'],
    select: 'count(*)',
    where: "useridentity.accesskeyid = 'AKIAIOSFODNN7EXAMPLE'",
    only: { account },
  },
  {
    name: 'one eventid',
    columns: ['eventid', 'eventname'],
    select: 'count(*)',
    where: "eventid = '00000000-0000-4000-8000-000000000000'",
  },
]

const instance = await DuckDBInstance.create(':memory:')
const connection = await instance.connect()
const rows = async (text: string) => (await connection.runAndReadAll(text)).getRowObjects()

const fits = (path: string, { only }: Question): boolean =>
  (!only?.account || path.includes(only.account)) &&
  (!only?.day ||
    path.includes(`day=${only.day}`) ||
    rawDays(only.day).some((folderOfDay) => path.includes(folderOfDay)))
/** Events of a day lie in its own folder and in the next. */
const rawDays = (of: string): readonly string[] =>
  [0, 1].map(
    (n) => `/${new Date(Date.parse(of) + n * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '/')}/`,
  )

const filesFor = (question: Question): readonly string[] =>
  manifest.files
    .map(({ path }) => path)
    .filter((path) => path.startsWith('events/') && fits(path, question))
    .map((path) => join(store, path))
const listOf = (paths: readonly string[]): string => `[${paths.map((path) => `'${path}'`).join(', ')}]`

/** Bytes of the columns asked for, in row groups whose statistics do not rule them out. */
const touched = async (question: Question): Promise<number> => {
  const leaf = question.columns.map((name) => (name === 'useridentity' ? leafOf(question) : name))
  const columns = [...new Set(leaf)].map((name) => `'${name}'`).join(', ')
  const ruledOut = [
    ['eventsource', question.source],
    ['eventname', question.eventName],
  ].flatMap(([column, value]) =>
    value
      ? [`(path_in_schema = '${column}' AND (stats_min_value > '${value}' OR stats_max_value < '${value}'))`]
      : [],
  )
  const [found] = await rows(`
    WITH m AS (FROM parquet_metadata(${listOf(filesFor(question))})),
    out AS (SELECT DISTINCT file_name, row_group_id FROM m WHERE ${ruledOut.join(' OR ') || 'false'})
    SELECT sum(total_compressed_size)::DOUBLE AS n FROM m ANTI JOIN out USING (file_name, row_group_id) WHERE path_in_schema IN (${columns})`)
  return Number(found?.['n'] ?? 0)
}
const leafOf = ({ where }: Question): string =>
  `useridentity, ${/useridentity\.(\w+)/.exec(where)?.[1] ?? 'type'}`

const RAW_COLUMNS =
  '{Records: \'STRUCT(eventID VARCHAR, eventTime TIMESTAMP, eventSource VARCHAR, eventName VARCHAR, errorCode VARCHAR, requestParameters JSON, additionalEventData JSON, userIdentity STRUCT("type" VARCHAR, userName VARCHAR, accessKeyId VARCHAR))[]\'}'
const overRaw = (question: Question): { readonly sql: string; readonly bytes: number } => {
  const files = raw.filter(({ path }) => fits(path, question))
  const sql = `SELECT ${question.select} FROM (SELECT unnest(Records, max_depth := 2) FROM read_json(${listOf(files.map(({ path }) => path))}, columns = ${RAW_COLUMNS}, maximum_object_size = 268435456, ignore_errors = true)) WHERE ${question.where}`
  return { sql, bytes: files.reduce((sum, { size }) => sum + size, 0) }
}

const say = (name: string, text: string) => console.log(`${name.padEnd(24)}${text}`)
const [version] = await rows('SELECT version() AS v')
say(
  'machine',
  `${cpus().length} x ${cpus()[0]?.model}, Node ${process.versions.node}, DuckDB ${version?.['v']}`,
)
say('log files', `${raw.length}, ${mb(gz)}`)
say(
  'store',
  `${mb(parquet)} Parquet (${(parquet / gz).toFixed(2)} of the log files), ${mb(all)} with keys and objects (${(all / gz).toFixed(2)})`,
)
say(
  'ingest',
  `${made.value.events.read} events in ${made.seconds.toFixed(1)} CPU-s: ${Math.round(made.value.events.read / made.seconds)} a second; ${Math.round(memory)} MB at most`,
)

const fewer: number[] = []
const faster: number[] = []
for (const question of QUESTIONS) {
  const { sql, bytes } = overRaw(question)
  const read = await touched(question)
  const ours = await timed(() =>
    rows(
      `SELECT ${question.select} FROM read_parquet(${listOf(filesFor(question))}) WHERE ${question.where}`,
    ),
  )
  const theirs = await timed(() =>
    rows(sql).catch((error: unknown) => say('DuckDB', String(error).slice(0, 200))),
  )
  fewer.push(bytes / read)
  if (theirs.value) faster.push(theirs.seconds / ours.seconds)
  say(
    question.name,
    `${mb(read)} of ${mb(bytes)} (${(bytes / read).toFixed(0)}x); ${ours.seconds.toFixed(2)} of ${theirs.value ? `${theirs.seconds.toFixed(1)} CPU-s` : 'a query that DuckDB gave up on'}`,
  )
}
say(
  'geometric mean',
  `${geometric(fewer).toFixed(0)}x fewer bytes, ${geometric(faster).toFixed(0)}x less CPU`,
)

/** What DuckDB needs to write the same days, one COPY an account and day folder, sorted. */
const copyAll = async (to: DuckDBConnection): Promise<number> => {
  const folders = Map.groupBy(
    raw,
    ({ path }) => /(\d{12})\/CloudTrail\/[^/]+\/(\d{4}\/\d{2}\/\d{2})/.exec(path)?.slice(1).join(' ') ?? '',
  )
  let failed = 0
  let n = 0
  for (const files of folders.values()) {
    const select = `SELECT * FROM (SELECT unnest(Records, max_depth := 2) FROM read_json(${listOf(files.map(({ path }) => path))}, columns = ${COPY_COLUMNS}, maximum_object_size = 268435456, ignore_errors = true))`
    await to
      .run(
        `COPY (${select} ORDER BY eventSource, eventName, eventTime) TO '${join(dir, `copy-${n++}.parquet`)}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 20480)`,
      )
      .catch((error: unknown) => failed++ || say('DuckDB', String(error).slice(0, 200)))
  }
  return failed
}
const STRINGS = [
  'eventVersion',
  'eventSource',
  'eventName',
  'awsRegion',
  'sourceIPAddress',
  'userAgent',
  'errorCode',
  'errorMessage',
  'requestID',
  'eventID',
  'eventType',
  'apiVersion',
  'recipientAccountId',
  'sharedEventID',
  'vpcEndpointId',
  'eventCategory',
]
const JSONS = [
  'requestParameters',
  'responseElements',
  'additionalEventData',
  'resources',
  'serviceEventDetails',
  'tlsDetails',
]
const IDENTITY =
  'userIdentity STRUCT("type" VARCHAR, principalId VARCHAR, arn VARCHAR, accountId VARCHAR, accessKeyId VARCHAR, userName VARCHAR, invokedBy VARCHAR, sessionContext STRUCT(attributes STRUCT(creationDate VARCHAR, mfaAuthenticated VARCHAR), sessionIssuer STRUCT("type" VARCHAR, principalId VARCHAR, arn VARCHAR, accountId VARCHAR, userName VARCHAR)))'
const COPY_COLUMNS = `{Records: 'STRUCT(eventTime TIMESTAMP, readOnly BOOLEAN, managementEvent BOOLEAN, ${[...STRINGS.map((name) => `${name} VARCHAR`), ...JSONS.map((name) => `${name} JSON`), IDENTITY].join(', ')})[]'}`
const copied = await timed(() => copyAll(connection))
const rate = made.value.events.read / copied.seconds
say(
  'COPY by DuckDB',
  `${copied.seconds.toFixed(1)} CPU-s, ${Math.round(rate)} a second, ${copied.value} folders failed; the ingest is at ${(copied.seconds / made.seconds).toFixed(2)} of it`,
)

connection.closeSync()
instance.closeSync()
rmSync(dir, { recursive: true })
