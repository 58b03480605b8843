import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { trailwarden } from '../support/cli.ts'

const root = join(import.meta.dirname, '../..')
const incident = join(root, 'examples/incident')
const dir = mkdtempSync(join(tmpdir(), 'trailwarden-output-'))
const at = (...path: string[]) => join(dir, ...path)
afterAll(() => rmSync(dir, { recursive: true, force: true }))

/** Runs the command line, reads a little of what it prints and closes the pipe, as `head -1` does. */
const readerWhoLeaves = (args: readonly string[], env: Record<string, string>) =>
  new Promise<{ status: number | null; stderr: string }>((resolve) => {
    const child = spawn(process.execPath, [join(root, 'bin/trailwarden.ts'), ...args], {
      cwd: root,
      env: { ...process.env, ...env },
    })
    let stderr = ''
    child.stderr.on('data', (data) => (stderr += data))
    child.stdout.once('data', () => child.stdout.destroy())
    child.on('close', (status) => resolve({ status, stderr }))
  })

describe('a reader who leaves early', () => {
  it('gets no stack, and nothing stays behind', async () => {
    mkdirSync(at('tmp'))
    const args = ['query', incident, '--sql', 'SELECT * FROM events', '--format', 'csv']
    const { status, stderr } = await readerWhoLeaves(args, { TMPDIR: at('tmp') })
    expect(stderr).not.toMatch(/\n\s+at |EPIPE/)
    expect(status).toBe(0)
    expect(readdirSync(at('tmp'))).toEqual([])
  })
})

describe('--out', () => {
  cpSync(incident, at('bucket'), { recursive: true })
  mkdirSync(at('foreign'))
  writeFileSync(at('foreign', 'report.html'), 'of somebody else')
  writeFileSync(at('file'), '')

  it.each([
    ['the source itself', at('bucket'), /expected a folder outside the evidence/],
    ['a folder in the evidence', at('bucket', 'AWSLogs', 'out'), /expected a folder outside the evidence/],
    ['a report of somebody else', at('foreign'), /expected an empty folder .* found .*report\.html/],
    ['a file', at('file'), /expected a folder that can be written to/],
    ['a folder in a file', at('file', 'out'), /expected a folder that can be written to/],
    ['nothing', '', /expected a folder, found an empty name/],
  ])('refuses %s', async (_what, out, message) => {
    const before = readdirSync(dir, { recursive: true }).length
    const { status, stderr } = await trailwarden(['scan', at('bucket'), '--out', out])
    expect(stderr).toMatch(message)
    expect(stderr).not.toMatch(/fault in Trailwarden/)
    expect(status).toBe(2)
    expect(readdirSync(dir, { recursive: true })).toHaveLength(before)
  })
})

describe('a source without any log file', () => {
  it('gets no plan that says there is nothing to contain', async () => {
    mkdirSync(at('empty'))
    const { status, stdout, stderr } = await trailwarden(['contain', 'plan', at('empty')])
    expect(stderr).toMatch(/expected CloudTrail log files, found no file at all/)
    expect([status, stdout]).toEqual([2, ''])
  })
})

describe('--timeout', () => {
  it('is refused when no timer could hold it', async () => {
    const { status, stderr } = await trailwarden(['query', incident, 'list', '--timeout', '1e9'])
    expect(stderr).toMatch(/at most 86400/)
    expect(status).toBe(2)
  })
})

describe('verify', () => {
  const keys = join(incident, 'public-keys.json')

  it('calls nothing valid that no digest proves', async () => {
    cpSync(incident, at('tail'), { recursive: true })
    const digests = 'AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/10/15'
    rmSync(at('tail', digests), { recursive: true })
    const { stdout } = await trailwarden(['verify', at('tail'), '--public-keys', keys])
    expect(stdout).toMatch(/2 log files are proven by no digest|problems/)
    expect(stdout).not.toMatch(/everything found is valid/)
  })
})
