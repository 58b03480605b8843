import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { trailwarden } from '../support/cli.ts'

const folder = mkdtempSync(join(tmpdir(), 'trailwarden-state-'))
afterAll(() => rmSync(folder, { recursive: true }))
const source = join(folder, 'bucket')
cpSync(join(import.meta.dirname, '../../examples/incident'), source, { recursive: true })
const state = join(folder, 'state.json')
const verify = (...args: string[]) =>
  trailwarden(['verify', source, '--state', state, '--format', 'json', ...args])

const digestsOf = (stdout: string): number => JSON.parse(stdout).summary.digests.valid

describe('verify --state', () => {
  it('goes on where the last run ended, or looks at everything again', async () => {
    const first = await verify()
    expect(first.status).toBe(0)
    const all = digestsOf(first.stdout)
    expect(all).toBeGreaterThan(10)
    expect(digestsOf((await verify()).stdout)).toBe(0)
    expect(digestsOf((await verify('--full')).stdout)).toBe(all)
    const kept = readFileSync(state, 'utf8')
    const ranged = await verify('--from', '2000-01-01')
    expect(digestsOf(ranged.stdout)).toBe(all)
    expect(ranged.stderr).toContain('left as it was')
    expect(readFileSync(state, 'utf8')).toBe(kept)
  })

  it('notices that a log file of the last days is gone', async () => {
    const logs = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /\/CloudTrail\/.*\.gz$/.test(name),
    )
    const newest = logs.sort().at(-1)!
    const bytes = readFileSync(join(source, newest))
    rmSync(join(source, newest))
    const { status, stdout } = await verify()
    writeFileSync(join(source, newest), bytes)
    expect(status).toBe(1)
    expect(JSON.parse(stdout).problems).toContainEqual(
      expect.objectContaining({ status: 'missing', object: newest }),
    )
  })

  it.each(['', '{', '[]', '{"version":3}'])('refuses a damaged state: %s', async (text) => {
    writeFileSync(state, text)
    const { status, stderr } = await verify()
    expect(status).toBe(2)
    expect(stderr).toContain(`${state}: expected the state of an earlier run`)
    expect(readFileSync(state, 'utf8')).toBe(text)
  })
})

const built = join(import.meta.dirname, '../../dist/bin/trailwarden.js')

describe('verify --jobs', () => {
  const args = (jobs: string) => ['verify', source, '--format', 'json', '--jobs', jobs]

  it('finds the same in one thread and in two', async () => {
    const one = await trailwarden(args('1'))
    expect(one.status).toBe(0)
    expect((await trailwarden(args('2'))).stdout).toBe(one.stdout)
  })

  it.skipIf(!existsSync(built))('finds the same when it was built (npm run build)', async () => {
    const { stdout } = spawnSync(process.execPath, [built, ...args('2')], { encoding: 'utf8' })
    expect(stdout).toBe((await trailwarden(args('2'))).stdout)
  })

  it('refuses what is no number of threads', async () => {
    expect((await trailwarden(args('many'))).status).toBe(2)
  })
})
