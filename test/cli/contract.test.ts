import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { jsonLines, trailwarden } from '../support/cli.ts'

const dir = mkdtempSync(join(tmpdir(), 'trailwarden-cli-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const EXPECTED = JSON.parse(
  readFileSync(new URL('../../examples/incident/EXPECTED.json', import.meta.url), 'utf8'),
)

describe('the command line', () => {
  it('prints one finding a line on stdout, and everything else on stderr', async () => {
    const ran = await trailwarden(['scan', 'examples/incident', '--format', 'jsonl'])
    const findings = jsonLines(ran.stdout)
    expect(findings.length).toBeGreaterThan(10)
    for (const finding of findings) {
      expect(finding).toMatchObject({
        id: expect.any(String),
        rule: {
          id: expect.any(String),
          title: expect.any(String),
          level: expect.any(String),
          tags: expect.any(Array),
        },
        time: expect.stringMatching(/^2026-10-1\dT.*Z$/),
        event: {
          eventID: expect.any(String),
          eventName: expect.any(String),
          eventSource: expect.any(String),
          recipientAccountId: '111122223333',
        },
        events: expect.any(Array),
        source: { key: expect.stringMatching(/^AWSLogs\//), index: expect.any(Number) },
      })
    }
    expect(ran.stderr).toMatch(/files listed = .* ingested/)
    expect(ran.status).toBe(0)
  })

  it('exits 1 when a finding reaches --fail-on, and hides findings below --min-level', async () => {
    const ran = await trailwarden([
      'scan',
      'examples/incident',
      '--format',
      'jsonl',
      '--min-level',
      'critical',
      '--fail-on',
      'high',
    ])
    expect(new Set(jsonLines(ran.stdout).map(({ rule }) => (rule as { level: string }).level))).toEqual(
      new Set(['critical']),
    )
    expect(ran.status).toBe(1)
  })

  it('leaves a report, findings, plan, verdicts, summary and a store behind', async () => {
    const out = join(dir, 'out')
    const ran = await trailwarden(['scan', 'examples/incident', '--out', out])
    expect(ran.status).toBe(0)
    for (const name of [
      'report.html',
      'report.md',
      'findings.jsonl',
      'plan.json',
      'verdicts.jsonl',
      'problems.jsonl',
      'insights.jsonl',
      'quarantine.jsonl',
      'summary.json',
      'store/store.json',
    ]) {
      expect(existsSync(join(out, name)), name).toBe(true)
    }
    const summary = JSON.parse(readFileSync(join(out, 'summary.json'), 'utf8'))
    expect(summary.events).toMatchObject({
      read: EXPECTED.events,
      kept: EXPECTED.unique,
      duplicate: EXPECTED.duplicates,
    })
    const { actions } = JSON.parse(readFileSync(join(out, 'plan.json'), 'utf8'))
    expect(actions.length).toBeGreaterThan(0)
    const sql =
      'SELECT count(*) AS n FROM (SELECT eventID FROM events UNION ALL SELECT eventID FROM insights UNION ALL SELECT eventID FROM network_events) AS a'
    const queried = await trailwarden(['query', out, '--sql', sql, '--format', 'json'])
    expect(JSON.parse(queried.stdout)).toEqual([{ n: String(EXPECTED.unique) }])
  })

  it('writes nothing without --out', async () => {
    const empty = mkdtempSync(join(dir, 'empty-'))
    const ran = await trailwarden(
      ['scan', fileURLToPath(new URL('../../examples/incident', import.meta.url))],
      {},
      empty,
    )
    expect(ran.status).toBe(0)
    expect(readdirSync(empty)).toEqual([])
  })

  it('verifies the example, and names every damage of the tampered copy', async () => {
    const clean = await trailwarden(['verify', 'examples/incident', '--format', 'json'])
    expect(clean.status).toBe(0)
    expect(JSON.parse(clean.stdout).summary).toMatchObject({
      digests: { valid: EXPECTED.digests },
      logs: { modified: 0, missing: 0 },
    })
    const tampered = await trailwarden(['verify', 'examples/incident-tampered', '--format', 'json'])
    expect(tampered.status).toBe(1)
    const { problems } = JSON.parse(tampered.stdout)
    for (const problem of problems) {
      expect(problem).toMatchObject({
        status: expect.any(String),
        kind: expect.any(String),
        object: expect.any(String),
        detail: expect.any(String),
      })
    }
    expect(problems.map(({ status }: { status: string }) => status)).toEqual(
      expect.arrayContaining(['modified', 'missing', 'unlisted', 'unverifiable']),
    )
  })

  it('ingests with figures that add up', async () => {
    const ran = await trailwarden([
      'ingest',
      'examples/incident',
      '--out',
      join(dir, 'store'),
      '--format',
      'json',
    ])
    const { files, events, partitions } = JSON.parse(ran.stdout)
    const skipped = Object.values(files.skipped as Record<string, number>).reduce((a, b) => a + b, 0)
    expect(files.listed).toBe(files.ingested + skipped)
    expect(events.read).toBe(events.kept + events.duplicate + events.superseded + events.rejected)
    expect(partitions).toContain('events/account=111122223333/day=2026-10-14')
  })

  it.each(['table', 'csv', 'json', 'jsonl'])('answers a named query as %s', async (format) => {
    const ran = await trailwarden(['query', 'examples/incident', 'iam-policy-changes', '--format', format])
    expect(ran.stdout).toContain('AttachUserPolicy')
    expect(ran.status).toBe(0)
  })

  it('explains a query for both engines without running it', async () => {
    const sql = "SELECT eventName FROM security-events WHERE eventTime > '2026-01-01 00:00:00'"
    const athena = await trailwarden(['query', 'examples/incident', '--sql', sql, '--explain', 'athena'])
    const duckdb = await trailwarden(['query', 'examples/incident', '--sql', sql, '--explain', 'duckdb'])
    expect(athena.stdout).toMatch(/timestamp '2026-01-01/i)
    expect(duckdb.stdout).toMatch(/select/i)
  })

  it('proposes a plan that begins with turning the trail back on', async () => {
    const ran = await trailwarden(['contain', 'plan', 'examples/incident', '--format', 'json'])
    const { actions } = JSON.parse(ran.stdout)
    expect(actions[0]).toMatchObject({
      type: 'restart-logging',
      tier: 0,
      calls: [{ service: 'cloudtrail', operation: 'StartLogging' }],
    })
    expect(ran.status).toBe(1)
  })

  it('never contains who is protected', async () => {
    const ran = await trailwarden([
      'contain',
      'plan',
      'examples/incident',
      '--format',
      'json',
      '--protect',
      'arn:aws:iam::111122223333:user/build-deploy',
    ])
    const { actions, refused } = JSON.parse(ran.stdout)
    expect(
      actions.filter(({ target }: { target: { name?: string } }) => target.name === 'build-deploy'),
    ).toEqual([])
    expect(JSON.stringify(refused)).toContain('protected')
  })

  it.each([
    'scan',
    'verify',
    'ingest',
    'query',
    'rules',
    'contain',
    'contain plan',
    'rules list',
    'rules test',
  ])('helps with %s', async (verb) => {
    const ran = await trailwarden([...verb.split(' '), '--help'])
    expect(ran.status).toBe(0)
    expect(ran.stdout).toMatch(/Usage: trailwarden/)
    if (!['rules', 'contain'].includes(verb)) expect(ran.stdout).toMatch(/Examples?:/)
  })

  it('says its version', async () => {
    expect((await trailwarden(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })
})
