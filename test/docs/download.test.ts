import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { jsonLines, trailwarden } from '../support/cli.ts'
import { blocksOf, root } from './pages.ts'

const EXAMPLE = join(root, 'examples/incident')
const work = mkdtempSync(join(tmpdir(), 'trailwarden-download-'))
afterAll(() => rmSync(work, { recursive: true }))

/** The AWS CLI, as far as the recipe uses it: the example is the bucket. Pretty JSON, as the real one prints it. */
const fakeAws = (): string => {
  const answers = join(work, 'answers')
  const bin = join(work, 'bin')
  cpSync(EXAMPLE, join(work, 'bucket'), { recursive: true })
  for (const { key, metadata } of jsonLines(readFileSync(join(EXAMPLE, 'digest-metadata.jsonl'), 'utf8'))) {
    write(join(answers, 'metadata', String(key)), JSON.stringify(metadata, null, 4))
  }
  const keys = JSON.parse(readFileSync(join(EXAMPLE, 'public-keys.json'), 'utf8'))
  for (const region of Object.keys(keys))
    write(join(answers, 'keys', region), JSON.stringify(keys[region], null, 4))
  write(join(bin, 'aws'), AWS)
  chmodSync(join(bin, 'aws'), 0o755)
  return bin
}

const AWS = `#!/bin/sh
case "$1 $2" in
  "s3 sync") mkdir -p "$4" && cp -R "$FAKE/bucket/AWSLogs" "$4/" ;;
  "s3api head-object") cat "$FAKE/answers/metadata/$6" ;;
  "cloudtrail list-public-keys") cat "$FAKE/answers/keys/$4" ;;
  *) echo "unknown: $*" >&2; exit 252 ;;
esac
`

const write = (path: string, text: string): void => {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}

describe.skipIf(process.platform === 'win32')('the recipe of docs/evidence.md', () => {
  it('makes a folder that verifies as a whole', async () => {
    const recipe = blocksOf('docs/evidence.md').find(({ text }) => text.includes('head-object'))!.text
    const commands = recipe.slice(0, recipe.indexOf('npm run -s trailwarden'))
    const ran = spawnSync('sh', ['-euc', commands], {
      cwd: work,
      encoding: 'utf8',
      env: { ...process.env, FAKE: work, PATH: `${fakeAws()}:${process.env['PATH']}` },
    })
    expect(ran.stderr).toBe('')
    expect(ran.status).toBe(0)
    const verified = await trailwarden(['verify', join(work, 'my-bucket'), '--format', 'json'])
    expect(verified.stderr).toBe('')
    expect(verified.status).toBe(0)
    expect(JSON.parse(verified.stdout).summary).toMatchObject({
      digests: { valid: 50, unverifiable: 0 },
      logs: { valid: 130, unverifiable: 0 },
    })
  })
})

describe('a download without its side files, as docs/evidence.md says', () => {
  const verify = async (...kept: string[]) => {
    const folder = mkdtempSync(join(work, 'copy-'))
    for (const name of ['AWSLogs', ...kept])
      cpSync(join(EXAMPLE, name), join(folder, name), { recursive: true })
    const { status, stdout } = await trailwarden(['verify', folder, '--format', 'json'])
    return { status, report: JSON.parse(stdout) }
  }

  it('proves all digests but the last one of each chain and before each gap', async () => {
    const { status, report } = await verify('public-keys.json')
    expect(status).toBe(1)
    expect(report.summary.digests).toMatchObject({ valid: 46, unverifiable: 4, modified: 0 })
  })

  it('proves nothing without public keys', async () => {
    const { status, report } = await verify('digest-metadata.jsonl')
    expect(status).toBe(1)
    expect(report.summary.digests).toMatchObject({ valid: 0, unverifiable: 50 })
    expect(report.problems.map(({ reason }: { reason: string }) => reason)).toContain('no-public-keys')
  })
})
