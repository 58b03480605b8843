import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { jsonLines, trailwarden } from '../support/cli.ts'

const file = (name: string, text: string): string => {
  const path = join(mkdtempSync(join(tmpdir(), 'trailwarden-')), name)
  writeFileSync(path, text)
  return path
}

describe('trailwarden.yml on the command line', () => {
  it('holds back what is accepted and on trial, and says so', async () => {
    const config = file(
      'trailwarden.yml',
      `shadow: [iam-user-created]
suppressions:
  - {rule: cloudtrail-trail-stopped, owner: platform, reason: moved, until: 2099-01-01}
  - {rule: iam-role-trust-opened, owner: platform, reason: moved, until: 2020-01-01}
`,
    )
    const { status, stdout, stderr } = await trailwarden([
      'scan',
      'examples/incident',
      '--format',
      'jsonl',
      '--config',
      config,
    ])
    expect(status).toBe(0)
    const rules = jsonLines(stdout).map(({ rule }) => (rule as { id: string }).id)
    expect(rules).not.toContain('cloudtrail-trail-stopped')
    expect(rules).not.toContain('iam-user-created')
    expect(rules).toContain('iam-access-key-created')
    expect(stderr).toContain('1 suppressed: cloudtrail-trail-stopped, by platform until 2099-01-01 (moved)')
    expect(stderr).toContain('1 on trial, not reported: iam-user-created')
    expect(stderr).toContain('suppression of iam-role-trust-opened by platform is over since 2020-01-01')
  })

  it('that is wrong is refused with file and line', async () => {
    const config = file('trailwarden.yml', 'shadow: []\nknownAccount: []\n')
    const { status, stderr } = await trailwarden(['scan', 'examples/incident', '--config', config])
    expect(status).toBe(2)
    expect(stderr).toContain(`${config}:2: unknown key knownAccount`)
  })

  it('loads packs', async () => {
    const config = file('trailwarden.yml', 'packs: [cis]\n')
    const { stdout } = await trailwarden([
      'rules',
      'backtest',
      'examples/incident',
      '--format',
      'json',
      '--config',
      config,
    ])
    const ids = JSON.parse(stdout).rules.map((one: { rule: { id: string } }) => one.rule.id)
    expect(ids).toContain('cis-trail-changed')
    expect(ids).toContain('cis-call-denied')
  })
})

describe('rules', () => {
  it('explain says line by line why a rule fires or does not', async () => {
    const event = {
      eventVersion: '1.11',
      eventTime: '2026-01-01T00:00:00Z',
      eventSource: 'cloudtrail.amazonaws.com',
    }
    const path = file(
      'events.jsonl',
      ['StopLogging', 'GetTrail']
        .map((eventName) => JSON.stringify({ ...event, eventName, eventID: eventName }))
        .join('\n'),
    )
    const one = await trailwarden(['rules', 'explain', 'cloudtrail-trail-stopped', path])
    expect(one.status).toBe(0)
    expect(one.stdout).toContain(
      'fires on cloudtrail.amazonaws.com StopLogging, event StopLogging; it fires on 1 of 2 events',
    )
    const other = await trailwarden([
      'rules',
      'explain',
      'cloudtrail-trail-stopped',
      path,
      '--event',
      'GetTrail',
    ])
    expect(other.stdout).toContain('does not fire on cloudtrail.amazonaws.com GetTrail')
    expect(other.stdout).toContain('no   eventName: ["StopLogging","DeleteTrail"]; found "GetTrail"')
    const none = await trailwarden(['rules', 'explain', 'cloudtrail-trail-stopped', path, '--event', 'x'])
    expect([none.status, none.stderr]).toEqual([
      2,
      expect.stringContaining('expected an event x, found none of 2'),
    ])
  })

  it('backtest counts, names actors and samples', async () => {
    const { status, stdout } = await trailwarden([
      'rules',
      'backtest',
      'examples/incident',
      '--only',
      'cloudtrail-trail-stopped',
      '--format',
      'json',
    ])
    expect(status).toBe(0)
    const { events, rules } = JSON.parse(stdout)
    expect(events).toBe(1196)
    expect(rules).toHaveLength(1)
    expect(rules[0]).toMatchObject({
      findings: 1,
      days: 1,
      repeats: 0,
      samples: [{ eventName: 'StopLogging' }],
    })
  })

  it('pattern prints what EventBridge takes', async () => {
    const { stdout } = await trailwarden(['rules', 'pattern', 'cloudtrail-trail-stopped'])
    expect(JSON.parse(stdout).detail.eventSource).toEqual([
      { 'equals-ignore-case': 'cloudtrail.amazonaws.com' },
    ])
  })

  it('lint exits 1 for a rule that can never match', async () => {
    const path = file(
      'r.yml',
      'title: t\nlogsource: {product: aws}\ndetection: {s: {status: success}, condition: s}\n',
    )
    const { status, stdout } = await trailwarden(['rules', 'lint', '--rules', path, '--no-default-rules'])
    expect(status).toBe(1)
    expect(stdout).toContain('status: CloudTrail has no such field [unknown-field]')
  })

  it('show tells cost, repeats and cases before the file', async () => {
    const { stdout } = await trailwarden(['rules', 'show', 'api-attack-tool-used'])
    expect(stdout).toMatch(/cost +tested against every event/)
    expect(stdout).toMatch(/repeats +told once in 60 minutes for each ct\.actor/)
    expect(stdout).toMatch(/cases +3 of 3 pass/)
    expect(stdout).toContain('title: Attack tool or distribution in the user agent')
  })

  it('an unknown id is refused', async () => {
    const { status, stderr } = await trailwarden(['rules', 'pattern', 'no-such-rule'])
    expect(status).toBe(2)
    expect(stderr).toContain('no-such-rule: no such rule')
  })
})
