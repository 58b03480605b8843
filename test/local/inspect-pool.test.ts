import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { UnreadableObject } from '../../lib/errors.ts'
import { inspectPool } from '../../lib/local/inspect-pool.ts'
import { inspect } from '../../lib/trail/inspection.ts'

const root = mkdtempSync(join(tmpdir(), 'trailwarden-pool-'))
afterAll(() => rmSync(root, { recursive: true }))

const put = (name: string, bytes: Uint8Array | string): string => {
  writeFileSync(join(root, name), bytes)
  return name
}

const object = (key: string) => ({ bucket: undefined, key, name: key, size: 0 })
const whole = gzipSync('x'.repeat(200_000))
const files = Array.from({ length: 100 }, (_, index) => put(`f${index}`, gzipSync(`content ${index}`)))
const odd = [
  put('empty', ''),
  put('text', 'no gzip'),
  put('trailing', Buffer.concat([whole, Buffer.from('x')])),
  put('cut', whole.subarray(0, -8)),
  put('large', whole),
]
mkdirSync(join(root, 'folder'))
symlinkSync(join(root, 'large'), join(root, 'link'))

describe.each([
  ['on the main thread', { jobs: 1 }],
  ['in threads', { jobs: 2, workersFrom: 0 }],
  ['on both', { jobs: 2, workersFrom: 50 }],
])('files inspected %s', (_where, options) => {
  it('get the hash or the damage that their bytes have, in whatever order they are asked for', async () => {
    const pool = inspectPool(root, options)
    const found = await Promise.all([...files, ...odd].map((key) => pool.inspect(object(key))))
    await pool.close()
    const expected = [
      ...files.map((_, index) => inspect(gzipSync(`content ${index}`))),
      { ok: false, damage: 'empty-object' },
      { ok: false, damage: 'not-gzip' },
      { ok: false, damage: 'trailing-data' },
      { ok: false, damage: 'truncated-gzip' },
      inspect(gzipSync(gunzipSync(whole))),
    ]
    expect(found).toEqual(expected)
  })

  it('are undefined where there is none, and unreadable where they are links', async () => {
    const pool = inspectPool(root, options)
    for (const key of ['nothing', 'f1/below', 'folder', '../outside']) {
      expect(await pool.inspect(object(key))).toBe(undefined)
    }
    await expect(pool.inspect(object('link'))).rejects.toThrow(UnreadableObject)
    await pool.close()
  })
})
