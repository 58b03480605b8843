import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
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
