import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { trailwarden } from '../support/cli.ts'

const dir = mkdtempSync(join(tmpdir(), 'trailwarden-bad-'))
const logs = 'AWSLogs/111122223333/CloudTrail/us-east-1/2026/10/14'
const name = (unique: string) =>
  `111122223333_CloudTrail_us-east-1_20261014T1300Z_${unique.padEnd(16, '0')}.json.gz`
const event = {
  eventVersion: '1.11',
  eventID: 'e-1',
  eventTime: '2026-10-14T12:58:00Z',
  eventName: 'GetUser',
  eventSource: 'iam.amazonaws.com',
  recipientAccountId: '111122223333',
}
const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')

const put = (path: string, bytes: Uint8Array | string) => {
  mkdirSync(join(dir, path, '..'), { recursive: true })
  writeFileSync(join(dir, path), bytes)
  return join(dir, path)
}

beforeAll(() => {
  mkdirSync(join(dir, 'empty'))
  put('good.json', JSON.stringify({ Records: [event] }))
  put('picture.json.gz', PNG)
  put('cut.json.gz', gzipSync(JSON.stringify({ Records: [event] })).subarray(0, 60))
  put('letter.txt', 'Dear team')
  put(`mixed/${logs}/${name('a')}`, gzipSync(JSON.stringify({ Records: [event, 'no event'] })))
  put(`mixed/${logs}/${name('b')}`, PNG)
  put(`mixed/${logs}/${name('c')}`, gzipSync('{"Records":[').subarray(0, 15))
  put(`mixed/${logs}/${name('d')}`, '')
  put(`mixed/${logs}/${name('e')}`, gzipSync('{"Records":['))
  put('mixed/AWSLogs/111122223333/Config/ConfigWritabilityCheckFile', '')
  symlinkSync('/etc/hostname', join(dir, 'mixed', logs, name('f')))
  put('bad-rules/broken.yml', 'title: x\ndetection: [\n')
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

/** One line for people, no stack, and the documented exit status. */
const refused = async (args: string[], message: RegExp) => {
  const ran = await trailwarden(args)
  expect(ran.stderr).toMatch(message)
  expect(ran.stderr).not.toMatch(/\n\s+at |fault in Trailwarden/)
  expect(ran.stdout).toBe('')
  expect(ran.status).toBe(2)
}

describe('bad input, tried as a new user would', () => {
  it.each([
    [
      'a missing folder',
      ['scan', join(dir, 'nowhere')],
      /nowhere: expected a folder or a file, found nothing there/,
    ],
    [
      'an empty folder',
      ['scan', join(dir, 'empty')],
      /empty: expected CloudTrail log files, found no file at all/,
    ],
    [
      'an empty folder, ingested',
      ['ingest', join(dir, 'empty'), '--out', join(dir, 'store')],
      /expected CloudTrail log files, found none/,
    ],
    ['an empty folder, verified', ['verify', join(dir, 'empty')], /expected a folder that holds AWSLogs/],
    [
      'a PNG renamed to .gz',
      ['scan', join(dir, 'picture.json.gz')],
      /expected CloudTrail log files, found 1 of other kinds \(1 not-gzip\)/,
    ],
    ['a truncated gzip', ['scan', join(dir, 'cut.json.gz')], /1 truncated-gzip/],
    ['a letter', ['scan', join(dir, 'letter.txt')], /1 not-gzip/],
    ['a wrong flag', ['scan', dir, '--frobnicate'], /unknown option '--frobnicate'/],
    ['a wrong verb', ['frobnicate'], /unknown command 'frobnicate'/],
    [
      'a wrong level',
      ['scan', dir, '--fail-on', 'huge'],
      /Allowed choices are informational, low, medium, high, critical/,
    ],
    ['a wrong format', ['scan', dir, '--format', 'xml'], /Allowed choices are text, jsonl/],
    ['no source', ['scan'], /missing required argument 'source'/],
    [
      'another store',
      ['scan', 'gs://bucket'],
      /gs:\/\/bucket: expected a folder, a file or s3:\/\/bucket\/prefix/,
    ],
    ['a wrong time', ['verify', dir, '--from', 'yesterday'], /expected a UTC time such as/],
    ['a day that does not exist', ['verify', dir, '--from', '2026-02-30'], /expected a UTC time such as/],
    ['a wrong trail ARN', ['verify', dir, '--trail-arn', 'main'], /--trail-arn: expected arn:aws:cloudtrail/],
    [
      'public keys that are not there',
      ['verify', 'examples/incident', '--public-keys', join(dir, 'no.json')],
      /no\.json: expected a readable file \(ENOENT\)/,
    ],
    [
      'public keys that are no keys',
      ['verify', 'examples/incident', '--public-keys', join(dir, 'good.json')],
      /good\.json: public keys.*: expected/,
    ],
    ['no rules at all', ['scan', 'examples/incident', '--no-default-rules'], /no rule could be loaded/],
    [
      'a rules folder that is not there',
      ['scan', 'examples/incident', '--rules', join(dir, 'none')],
      /none: expected a folder or a file/,
    ],
    ['a query that is not there', ['query', 'examples/incident', 'no-such-query'], /no-such-query/],
    [
      'an SQL typo',
      ['query', join(dir, 'good.json'), '--sql', 'SELECT eventNam FROM events'],
      /eventNam.*\n?.*eventname/is,
    ],
    [
      'an SQL statement that changes things',
      ['query', join(dir, 'good.json'), '--sql', 'DROP TABLE events'],
      /SELECT/,
    ],
    ['a rule to show that is not there', ['rules', 'show', 'nothing'], /nothing: no such rule/],
    ['an action this release does not have', ['contain', 'undo'], /unknown command 'undo'/],
  ])('%s gets a clear answer and exit status 2', async (_what, args, message) => {
    await refused(args, message)
  })

  it('goes on past every bad object, and counts each under its reason', async () => {
    const ran = await trailwarden([
      'ingest',
      join(dir, 'mixed'),
      '--out',
      join(dir, 'mixed-store'),
      '--format',
      'json',
    ])
    expect(ran.status).toBe(0)
    expect(JSON.parse(ran.stdout)).toMatchObject({
      files: {
        listed: 7,
        ingested: 1,
        skipped: {
          'not-gzip': 1,
          'truncated-gzip': 1,
          'empty-object': 1,
          'not-json': 1,
          'other-service': 1,
          'io-error': 1,
        },
      },
      events: { read: 2, kept: 1, duplicate: 0, superseded: 0, rejected: 1 },
    })
  })

  it.skipIf(process.getuid?.() === 0)(
    'names an unreadable file and reads the others (not as root, who may read all)',
    async () => {
      const path = put(`locked/${logs}/${name('a')}`, gzipSync(JSON.stringify({ Records: [event] })))
      put(
        `locked/${logs}/${name('b')}`,
        gzipSync(JSON.stringify({ Records: [{ ...event, eventID: 'e-2' }] })),
      )
      chmodSync(path, 0)
      const ran = await trailwarden(['scan', join(dir, 'locked')])
      expect(ran.status).toBe(0)
      expect(ran.stdout).toMatch(/1 access-denied/)
    },
  )

  it('says of a digest without metadata and keys that nothing proves it', async () => {
    const ran = await trailwarden([
      'verify',
      'examples/incident',
      '--public-keys',
      put('none.json', '{}'),
      '--format',
      'json',
    ])
    expect(ran.status).toBe(1)
    const { summary } = JSON.parse(ran.stdout)
    expect(summary.digests.valid).toBe(0)
    expect(summary.logs.valid).toBe(0)
  })

  it('reports a broken rule with file and line, and exits 1 from rules test', async () => {
    const ran = await trailwarden(['rules', 'test', '--rules', join(dir, 'bad-rules')])
    expect(ran.stderr).toMatch(/broken\.yml:\d+: /)
    expect(ran.status).toBe(1)
  })
})
