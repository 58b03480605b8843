import { spawn, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { smallTrail } from '../integrity/small-trail.ts'
import { trailwarden } from '../support/cli.ts'
import { type S3Server, s3Server } from '../support/s3-server.ts'

const folder = mkdtempSync(join(tmpdir(), 'trailwarden-interrupted-'))
const open: S3Server[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()))
})
afterAll(() => rmSync(folder, { recursive: true }))

const root = join(import.meta.dirname, '../..')
const COMMAND = join(root, 'bin/trailwarden.ts')
const tampered = join(root, 'examples/incident-tampered')
const source = join(folder, 'bucket')
cpSync(join(root, 'examples/incident'), source, { recursive: true })

const slowBucket = async () => {
  const trail = smallTrail()
  const server = await s3Server({ ...trail, bucket: 'example-trail-bucket', latency: 700 })
  open.push(server)
  const env = {
    ...process.env,
    NO_COLOR: '1',
    AWS_ENDPOINT_URL: server.endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  }
  return { server, env }
}

/** Runs `command` and interrupts it once the stand-in has been asked. */
const interrupted = async (
  [command = '', ...args]: readonly string[],
  server: S3Server,
  options: { env: NodeJS.ProcessEnv; after?: (output: string) => boolean; group?: boolean },
) => {
  const child = spawn(command, args, { cwd: root, env: options.env, detached: options.group === true })
  let output = ''
  child.stdout.on('data', (data) => (output += data))
  child.stderr.on('data', (data) => (output += data))
  const ended = new Promise<{ status: number | null; signal: string | null }>((resolve) =>
    child.on('close', (status, signal) => resolve({ status, signal })),
  )
  const isTime = options.after ?? (() => server.requests.size > 0)
  while (!isTime(output)) await new Promise((resolve) => setTimeout(resolve, 20))
  if (options.group) child.stdin.write('\x03')
  else child.kill('SIGINT')
  return { ...(await ended), output }
}

describe('verify --state that is interrupted', () => {
  it('ends at once and leaves the state as it was', async () => {
    const { server, env } = await slowBucket()
    const state = join(folder, 'interrupted.json')
    server.served.latency = 0
    const args = [COMMAND, 'verify', 's3://example-trail-bucket', '--state', state]
    const first = await trailwarden(args.slice(1), env as Record<string, string>)
    expect(first.status).toBe(0)
    const kept = readFileSync(state, 'utf8')
    server.served.latency = 700
    server.requests.clear()
    const { status, signal } = await interrupted([process.execPath, ...args], server, { env })
    // A shell calls both 130.
    expect(signal ?? status).toBe(signal ? 'SIGINT' : 130)
    expect(readFileSync(state, 'utf8')).toBe(kept)
    expect(readdirSync(folder).filter((name) => name.includes('.partial'))).toEqual([])
  })

  it.runIf(existsSync('/usr/bin/script'))(
    'ends at the first Ctrl-C on a terminal too, with the cursor back',
    async () => {
      const { server, env } = await slowBucket()
      const state = join(folder, 'terminal.json')
      const command = `${process.execPath} ${COMMAND} verify s3://example-trail-bucket --state ${state}`
      const { status, output } = await interrupted(
        ['/usr/bin/script', '-qec', command, '/dev/null'],
        server,
        {
          env: { ...env, TERM: 'xterm' },
          group: true,
          after: (shown) => shown.includes('verifying objects'),
        },
      )
      expect(status).toBe(130)
      expect(output.lastIndexOf('\x1b[?25h')).toBeGreaterThan(output.lastIndexOf('\x1b[?25l'))
      expect(existsSync(state)).toBe(false)
    },
  )
})

describe('verify --state whose report nobody could read', () => {
  it.runIf(existsSync('/dev/full'))('exits 2 and keeps no state', () => {
    const state = join(folder, 'full.json')
    const { status, stderr } = spawnSync(process.execPath, [COMMAND, 'verify', source, '--state', state], {
      stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'],
      encoding: 'utf8',
    })
    expect(status).toBe(2)
    expect(stderr).toContain('the output cannot be written (ENOSPC)')
    expect(existsSync(state)).toBe(false)
  })

  it('says what it found by its exit status, when the reader leaves early', async () => {
    const state = join(folder, 'pipe.json')
    const args = [COMMAND, 'verify', tampered, '--verbose', '--state', state]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] })
    child.stdout.destroy()
    const status = await new Promise((resolve) => child.on('close', resolve))
    expect(status).toBe(1)
    expect(existsSync(state)).toBe(false)
  })
})

it('a state that cannot be written is told after the report, with exit status 2', async () => {
  const { status, stdout, stderr } = await trailwarden([
    'verify',
    source,
    '--state',
    join(source, 'README.md', 'state.json'),
  ])
  expect(status).toBe(2)
  expect(stderr).toContain('state.json')
  expect(stderr).not.toContain('fault in Trailwarden')
  expect(stdout === '' || stdout.includes('everything found is valid')).toBe(true)
})

it('two runs with one state file at the same time leave a whole one', async () => {
  const state = join(folder, 'both.json')
  const runs = await Promise.all(
    Array.from({ length: 4 }, () => trailwarden(['verify', source, '--state', state])),
  )
  expect(runs.map(({ status }) => status)).toEqual([0, 0, 0, 0])
  expect(JSON.parse(readFileSync(state, 'utf8')).version).toBe(2)
  expect((await trailwarden(['verify', source, '--state', state])).status).toBe(0)
})
