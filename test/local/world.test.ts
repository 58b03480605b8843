import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { openFolder } from '../../lib/local/world.ts'

const dir = mkdtempSync(join(tmpdir(), 'trailwarden-world-'))
afterAll(() => rmSync(dir, { recursive: true }))

const bucket = (...path: string[]): string => {
  const at = join(dir, ...path)
  mkdirSync(join(at, 'AWSLogs', '111122223333'), { recursive: true })
  writeFileSync(join(at, 'public-keys.json'), '{}')
  return at
}

describe('a source on disk', () => {
  it('is a bucket however deep AWSLogs/ lies', async () => {
    const deep = bucket('deep', ...Array<string>(40).fill('d'))
    const world = await openFolder(join(dir, 'deep'))
    expect([world.layout, world.publicKeys]).toEqual(['bucket', [join(deep, 'public-keys.json')]])
  })

  it('has the side files of every bucket, also of one beside the first AWSLogs/', async () => {
    const outer = bucket('outer')
    const inner = bucket('outer', 'copy', 'bucket')
    const { publicKeys } = await openFolder(outer)
    expect(publicKeys).toEqual([outer, inner].map((at) => join(at, 'public-keys.json')))
  })

  it('is never the folder one happens to be in', async () => {
    await expect(openFolder('')).rejects.toThrow('expected a folder or a file, found an empty name')
  })
})
