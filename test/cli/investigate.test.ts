import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { jsonLines, trailwarden } from '../support/cli.ts'

const dir = mkdtempSync(join(tmpdir(), 'trailwarden-investigate-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const investigation = async (...args: readonly string[]) => {
  const ran = await trailwarden(['investigate', 'examples/incident', ...args, '--format', 'json'])
  expect(ran.stderr).toBe('')
  return JSON.parse(ran.stdout)
}

const ids = (found: { graphs: { nodes: { id: string }[] }[] }) =>
  found.graphs.map(({ nodes }) => nodes.map(({ id }) => id))

describe('investigating the incident of the examples', () => {
  it('leads from the stolen key to the user it made, its key and its console session', async () => {
    const found = await investigation('--access-key-id', 'AKIAEXAMPLEBUILD0001')
    expect(ids(found)[0]).toEqual(
      expect.arrayContaining(['AIDAEXAMPLESVCBACKUPA', 'AKIAEXAMPLEBACKUP001', 'ASIAEXAMPLEWHAMEC454']),
    )
    expect(found.scope.calls).toContainEqual(['cloudtrail StopLogging', 1])
    expect(found.evidence.every(({ verdict }: { verdict: string }) => verdict === 'valid')).toBe(true)
  })

  it('leads from the address to one graph, not to whom failed sign-ins name', async () => {
    const found = await investigation('--source-ip', '203.0.113.66')
    expect(ids(found)).toHaveLength(1)
    expect(ids(found).flat()).not.toContain('AIDAEXAMPLEOPSCONSOLE')
  })

  it('leads from the event that stopped the trail to its caller', async () => {
    const found = await investigation('--event-id', '0bbdb6b2-2b2f-4e40-a7cf-e3e4c1cc693c')
    expect(ids(found)).toEqual([['AKIAEXAMPLEBACKUP001']])
  })

  it('leads from a user by ARN, and shows only the time asked for', async () => {
    const found = await investigation(
      ...['--principal', 'arn:aws:iam::111122223333:user/svc-backup-admin'],
      ...['--since', '2026-10-14T13:44Z', '--until', '2026-10-14T13:45Z'],
    )
    expect(found.scope.deniedCalls).toEqual([['s3 PutBucketAcl', 1]])
    expect(found.scope.first >= '2026-10-14T13:44:00Z').toBe(true)
    expect(found.scope.last < '2026-10-14T13:45:00Z').toBe(true)
  })

  it('writes what it found, event by event, with the place of each in the evidence', async () => {
    const out = join(dir, 'case')
    const ran = await trailwarden([
      ...['investigate', 'examples/incident', '--access-key-id', 'AKIAEXAMPLEBACKUP001', '--out', out],
    ])
    expect(ran.status).toBe(0)
    const timeline = jsonLines(readFileSync(join(out, 'timeline.jsonl'), 'utf8'))
    // ten calls of the key, and a sign-in of its user, which shows no key
    expect(timeline).toHaveLength(11)
    for (const entry of timeline)
      expect(entry).toMatchObject({ key: expect.stringMatching(/^AWSLogs\//), index: expect.any(Number) })
    expect(readFileSync(join(out, 'investigation.md'), 'utf8')).toContain(
      '## Session graph of `AKIAEXAMPLEBACKUP001`',
    )
  })

  it('says that changed evidence is changed', async () => {
    const ran = await trailwarden([
      ...['investigate', 'examples/incident-tampered', '--access-key-id', 'AKIAEXAMPLEBUILD0001'],
    ])
    expect(ran.stdout).toMatch(/^ {2}(?:modified|unlisted|unverifiable): AWSLogs\//m)
  })
})

describe('a lead that is none', () => {
  it.each([
    [[], 'found 0'],
    [['--source-ip', '192.0.2.1', '--event-id', 'x'], 'found 2'],
    [['--event-id', 'nowhere'], 'expected an event of this source'],
  ])('%j is refused', async (args, message) => {
    const ran = await trailwarden(['investigate', 'examples/incident', ...args])
    expect(ran.status).toBe(2)
    expect(ran.stderr).toContain(message)
  })

  it('of a key the log does not know says so', async () => {
    const ran = await trailwarden([
      'investigate',
      'examples/incident',
      '--access-key-id',
      'AKIANOBODY0000000000',
    ])
    expect(ran.stdout).toContain('the log knows nothing of it')
  })
})
