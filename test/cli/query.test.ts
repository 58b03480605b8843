import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { trailwarden } from '../support/cli.ts'

const dir = mkdtempSync(join(tmpdir(), 'trailwarden-queries-'))
const store = join(dir, 'store')
beforeAll(async () => {
  expect((await trailwarden(['ingest', 'examples/incident', '--out', store])).status).toBe(0)
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

describe('the queries there are', () => {
  it('are listed by pack, without a source', async () => {
    const { status, stdout } = await trailwarden(['query', 'list'])
    expect(status).toBe(0)
    expect([...stdout.matchAll(/^([a-z-]+) \(\d+ queries\): /gm)].map(([, pack]) => pack)).toEqual([
      'baseline',
      'cis',
      'course',
      'investigation',
      'lake-dashboards',
      'lake-samples',
      'trailwarden',
    ])
    expect(stdout).toMatch(/^ {2}cis-root-use +Use of the root user \[high\]$/m)
  })

  it('are listed as well where the source was named first', async () => {
    expect((await trailwarden(['query', store, 'list'])).stdout).toContain('cis-root-use')
  })

  it('of one pack are listed with what they ask and take', async () => {
    const { stdout } = await trailwarden(['query', 'list', 'investigation'])
    expect(stdout).toContain('Which sessions were made with this key')
    expect(stdout).toContain('--param access_key_id=...')
    expect(stdout).not.toContain('cis-root-use')
  })

  it('are shown one by one, with SQL, parameters, columns, finding and controls', async () => {
    const { status, stdout } = await trailwarden(['query', 'show', 'cis/cis-console-authentication-failures'])
    expect(status).toBe(0)
    for (const part of [
      'cis/cis-console-authentication-failures: Failed console sign-ins',
      'failures (integer, default 1)',
      'sourceipaddress (string)',
      'severity low',
      'one finding per recipientaccountid, who, sourceipaddress, day',
      'CIS v5.0 4.6',
      "AND errorMessage = 'Failed authentication'",
    ])
      expect(stdout).toContain(part)
  })

  it('show the columns of a query that declares none', async () => {
    const { stdout } = await trailwarden(['query', 'show', 'access-key-activity'])
    expect(stdout).toContain('errorcode (varchar)')
  })

  it.each([
    [['query', 'list', 'lake-dashbords'], 'lake-dashbords: no such pack; did you mean lake-dashboards?'],
    [['query', 'show', 'rot-activity'], 'rot-activity: no such query; did you mean root-activity'],
    [['query', 'examples/incident', 'console-sign'], 'no such query; did you mean '],
  ])('are told apart from what is not there: %j', async (args, message) => {
    const { status, stderr } = await trailwarden(args)
    expect([status, stderr.includes(message), stderr]).toEqual([2, true, stderr])
  })
})

describe('a query explained', () => {
  it('tells partitions, and of a store how much it would read at most', async () => {
    const { stdout, stderr } = await trailwarden([
      ...['query', store, 'top-users', '--explain', 'athena'],
      ...['--param', 'since=2026-10-14', '--param', 'until=2026-10-15'],
    ])
    expect(stdout).toContain('FROM events')
    expect(stderr).toContain('partitions: account: every one; day: from 2026-10-14 to 2026-10-15')
    expect(stderr).toMatch(/would read at most [\d.]+ MB in [1-9]\d* files? of \d+/)
  })

  it('reads nothing of a time that is not stored', async () => {
    const { stderr } = await trailwarden([
      ...['query', store, 'top-users', '--explain', 'duckdb', '--param', 'since=2030-01-01'],
    ])
    expect(stderr).toMatch(/would read at most 0\.000 MB in 0 files of \d+/)
  })

  it('tells no bytes where there is no store', async () => {
    const { status, stderr } = await trailwarden(['query', 'nowhere', 'top-users', '--explain', 'athena'])
    expect(status).toBe(0)
    expect(stderr).toContain('partitions: ')
    expect(stderr).not.toContain('would read')
  })
})

describe('a query that finds nothing', () => {
  it('says so where the store has no event of the kind it is about', async () => {
    const file = join(dir, 'one.json')
    const event = {
      eventID: 'e-1',
      eventTime: '2026-10-14T10:00:00Z',
      eventVersion: '1.11',
      eventSource: 'iam.amazonaws.com',
      eventName: 'ListUsers',
      awsRegion: 'us-east-1',
      recipientAccountId: '111122223333',
      eventCategory: 'Management',
    }
    writeFileSync(file, JSON.stringify({ Records: [event] }))
    const { status, stderr } = await trailwarden(['query', file, 'network-activity'])
    expect(status).toBe(0)
    expect(stderr).toContain('the query is about network activity events, and the store has none')
  })
})

/** Rows without an end, for all a test can wait. */
const ENDLESS = `SELECT a.n AS one, b.n AS two, c.n AS three FROM UNNEST(sequence(1, 5000)) AS a(n)
  CROSS JOIN UNNEST(sequence(1, 5000)) AS b(n) CROSS JOIN UNNEST(sequence(1, 5000)) AS c(n)`

describe('an interrupted query', () => {
  /** Runs the query, and sends the signal once it has begun to answer. */
  const interrupted = (source: string, signal: NodeJS.Signals, temporary: string) =>
    new Promise<{ status: number | null; stderr: string }>((resolve, reject) => {
      const args = ['bin/trailwarden.ts', 'query', source, '--sql', ENDLESS, '--format', 'jsonl']
      const child = spawn(process.execPath, args, { env: { ...process.env, TMPDIR: temporary } })
      let stderr = ''
      child.stderr.on('data', (data) => (stderr += data))
      child.stdout.once('data', () => child.kill(signal))
      child.stdout.resume()
      child.on('error', reject)
      child.on('close', (status) => resolve({ status, stderr }))
    })

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('by %s ends with status %i', async (signal, status) => {
    expect((await interrupted(store, signal, tmpdir())).status).toBe(status)
  })

  it('leaves no store behind that was made for it', async () => {
    const temporary = join(dir, 'temporary')
    mkdirSync(temporary)
    expect((await interrupted('examples/incident', 'SIGINT', temporary)).status).toBe(130)
    expect(readdirSync(temporary)).toEqual([])
  })
})

describe('the limits of a query', () => {
  it('end it when its time is over', async () => {
    const { status, stderr } = await trailwarden([
      ...['query', store, '--timeout', '1'],
      ...['--sql', `SELECT count(*) AS n FROM (${ENDLESS}) WHERE one * two * three % 7 = 1`],
    ])
    expect([status, stderr]).toEqual([2, expect.stringContaining('the query was stopped after 1 s')])
  })

  it('end it when it needs more memory', async () => {
    const { status, stderr } = await trailwarden([
      ...['query', store, '--memory', '32MB'],
      ...['--sql', `SELECT count(DISTINCT one * 1000000 + two * 1000 + three) AS n FROM (${ENDLESS})`],
    ])
    expect([status, stderr]).toEqual([2, expect.stringContaining('the query needs more memory than 32MB')])
  })

  it.each([
    [['--memory', 'much'], 'expected a size such as 512MB or 4GB'],
    [['--timeout', '0'], 'expected a number of seconds above 0'],
  ])('are refused when they are none: %j', async (limit, message) => {
    const { status, stderr } = await trailwarden(['query', store, 'top-errors', ...limit])
    expect([status, stderr]).toEqual([2, expect.stringContaining(message)])
  })
})

describe('a query that would reach beyond the store', () => {
  it.each([
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM glob('/etc/*')",
    "SELECT read_text('/etc/passwd')",
    "COPY (SELECT 1) TO '/tmp/x.csv'",
    "ATTACH '/tmp/x.db' AS x",
    'INSTALL httpfs',
    'LOAD httpfs',
    "SET allowed_directories = ['/']",
    'PRAGMA database_list',
    "SELECT getenv('HOME')",
    'SELECT * FROM duckdb_settings()',
    'SELECT 1 AS one; SELECT 2 AS two',
  ])('is refused before the engine sees it: %s', async (sql) => {
    const { status, stdout, stderr } = await trailwarden(['query', store, '--sql', sql])
    expect([status, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(/line 1|column/)
  })
})

describe('a long answer', () => {
  const MANY = `SELECT a.n AS one, b.n AS two FROM UNNEST(sequence(1, 100)) AS a(n) CROSS JOIN UNNEST(sequence(1, 150)) AS b(n)`

  it('is one text, in whatever pieces it came', async () => {
    const csv = await trailwarden(['query', store, '--sql', MANY, '--format', 'csv'])
    expect(csv.stdout.split('\n')).toHaveLength(15_002)
    const json = await trailwarden(['query', store, '--sql', MANY, '--format', 'json'])
    expect(JSON.parse(json.stdout)).toHaveLength(15_000)
  })

  it('is cut as a table, and says by how much', async () => {
    const { stdout, stderr } = await trailwarden(['query', store, '--sql', MANY])
    expect(stdout.trimEnd().split('\n')).toHaveLength(10_001)
    expect(stderr).toContain('5000 more rows')
    expect(stderr).toContain('15000 rows')
  })
})
