import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { folderLogStore } from '../../lib/local/log-store.ts'

const root = mkdtempSync(join(tmpdir(), 'trailwarden-list-'))
const KEYS = [
  'AWSLogs/1/CloudTrail-Digest/r/2026/11/01/a',
  'AWSLogs/1/CloudTrail/r/2026/10/31/a',
  'AWSLogs/1/CloudTrail/r/2026/11/01/a',
  'AWSLogs/1/CloudTrail/r/2026/11/01/b',
  'AWSLogs/1/CloudTrail/r/2026/11/02/a',
  'AWSLogs/2/CloudTrail/r/2026/11/01/a',
]
for (const key of KEYS) {
  mkdirSync(dirname(join(root, key)), { recursive: true })
  writeFileSync(join(root, key), key)
}
afterAll(() => rmSync(root, { recursive: true }))

const keysOf = async (prefix: string, after?: string): Promise<string[]> => {
  const keys: string[] = []
  for await (const { key } of folderLogStore(root).list(prefix, after === undefined ? {} : { after }))
    keys.push(key)
  return keys
}

describe('a listing of a folder', () => {
  it('is in the order of S3, where a hyphen comes before a slash', async () => {
    expect(await keysOf('')).toEqual(KEYS)
  })

  it.each([
    ['a key', KEYS[2]!, 3],
    ['a folder', 'AWSLogs/1/CloudTrail/r/2026/11/01', 2],
    ['a folder with its slash', 'AWSLogs/1/CloudTrail/r/2026/11/01/', 2],
    ['what comes behind a folder', 'AWSLogs/1/CloudTrail/r/2026/11/01/\u{10ffff}', 4],
    ['what comes behind everything', 'B', 6],
    ['nothing', '', 0],
  ])('starts after %s', async (_what, after, skipped) => {
    expect(await keysOf('', after)).toEqual(KEYS.slice(skipped))
    expect(await keysOf('AWSLogs/1/', after)).toEqual(
      KEYS.slice(skipped).filter((key) => key.startsWith('AWSLogs/1/')),
    )
  })
})

describe('reading from a folder', () => {
  const odd = mkdtempSync(join(tmpdir(), 'trailwarden-odd-'))
  afterAll(() => rmSync(odd, { recursive: true }))
  const read = (key: string) => folderLogStore(odd).read({ bucket: undefined, key })

  it.skipIf(process.platform === 'win32')('waits for no pipe', async () => {
    execFileSync('mkfifo', [join(odd, 'pipe')])
    await expect(read('pipe')).rejects.toThrow('pipe: is no regular file')
  })

  it('takes no file into memory that is larger than any log file', async () => {
    writeFileSync(join(odd, 'large'), '')
    truncateSync(join(odd, 'large'), 300 * 1024 * 1024)
    await expect(read('large')).rejects.toThrow(/large: has 314572800 bytes, more than/)
  })

  it('finds no object where a folder is, or nothing', async () => {
    mkdirSync(join(odd, 'folder'))
    expect(await read('folder')).toBeUndefined()
    expect(await read('nothing')).toBeUndefined()
  })

  it.skipIf(process.platform !== 'linux')('reads no device to its end, which never comes', async () => {
    await expect(folderLogStore('/dev').read({ bucket: undefined, key: 'zero' })).rejects.toThrow(
      'zero: is no regular file',
    )
  })
})
