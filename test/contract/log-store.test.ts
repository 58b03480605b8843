import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { s3LogStore } from '../../lib/aws/log-store.ts'
import { UnreadableObject } from '../../lib/errors.ts'
import { folderLogStore } from '../../lib/local/log-store.ts'
import type { ListedObject, LogStore, StoredObject } from '../../lib/ports.ts'
import { memoryLogStore } from '../support/signed-trail.ts'
import { fakeS3 } from './fake-s3.ts'

const BUCKET = 'trail-bucket'
type Objects = Map<string, StoredObject>

interface Implementation {
  readonly open: (objects: Objects, closed?: string) => Promise<LogStore>
  /** Is the bucket a fact? A folder has none, and no metadata either. */
  readonly knowsBucket: boolean
  /** Can it have an object whose bytes cannot be had? */
  readonly canRefuse: boolean
}

const cleanUps: (() => unknown)[] = []
afterEach(async () => {
  vi.unstubAllEnvs()
  for (const cleanUp of cleanUps.splice(0)) await cleanUp()
})

const openFolder: Implementation['open'] = async (objects, closed) => {
  const root = mkdtempSync(join(tmpdir(), 'trailwarden-contract-'))
  cleanUps.push(() => rmSync(root, { recursive: true }))
  for (const [key, { bytes }] of objects) {
    mkdirSync(dirname(join(root, key)), { recursive: true })
    // a link is how a file is refused to every user, root included
    if (key === closed) symlinkSync('/dev/null', join(root, key))
    else writeFileSync(join(root, key), bytes)
  }
  return folderLogStore(root)
}

const openS3: Implementation['open'] = async (objects, closed) => {
  const { endpoint, close } = await fakeS3(BUCKET, objects, { denied: closed ? [closed] : [] })
  cleanUps.push(close)
  vi.stubEnv('AWS_ENDPOINT_URL', endpoint)
  return s3LogStore(BUCKET)
}

const IMPLEMENTATIONS: readonly (readonly [string, Implementation])[] = [
  [
    'memory',
    { open: async (objects) => memoryLogStore(objects, BUCKET), knowsBucket: true, canRefuse: false },
  ],
  ['folder', { open: openFolder, knowsBucket: false, canRefuse: true }],
  ['S3', { open: openS3, knowsBucket: true, canRefuse: true }],
]

const objectOf = (text: string, metadata: Record<string, string> = {}): StoredObject => ({
  bytes: Buffer.from(text),
  metadata,
})
const objectsOf = (...keys: string[]): Objects =>
  new Map(keys.map((key) => [key, objectOf(`bytes of ${key}`)]))
const listed = async (store: LogStore, prefix?: string): Promise<ListedObject[]> => {
  const found: ListedObject[] = []
  for await (const object of store.list(prefix)) found.push(object)
  return found
}
const keysOf = (objects: readonly ListedObject[]) => objects.map(({ key }) => key)

describe.each(IMPLEMENTATIONS)('log store: %s', (_name, { open, knowsBucket, canRefuse }) => {
  it('lists every object once, in key order, over as many pages as it takes', async () => {
    const store = await open(objectsOf('b/1', 'a/2', 'a/1/x', 'c', 'b/10', 'b/2'))
    expect(keysOf(await listed(store))).toEqual(['a/1/x', 'a/2', 'b/1', 'b/10', 'b/2', 'c'])
  })

  it('orders a folder and a file beside it as their keys are ordered', async () => {
    const store = await open(objectsOf('a/x', 'a-b', 'a.b', 'a0', 'A'))
    expect(keysOf(await listed(store))).toEqual(['A', 'a-b', 'a.b', 'a/x', 'a0'])
  })

  it('orders letters beyond the basic plane by their bytes', async () => {
    const store = await open(objectsOf('\u{1f600}', '\uff5e', 'é', 'z'))
    expect(keysOf(await listed(store))).toEqual(['z', 'é', '\uff5e', '\u{1f600}'])
  })

  it('keeps blanks, ampersands and percent signs of a key as they are', async () => {
    const keys = ['AWSLogs/a b', 'AWSLogs/a%20b', 'AWSLogs/a&b', 'AWSLogs/a+b', "AWSLogs/it's"]
    const store = await open(objectsOf(...keys))
    expect(new Set(keysOf(await listed(store)))).toEqual(new Set(keys))
    for (const object of await listed(store)) {
      expect(Buffer.from((await store.read(object))!.bytes).toString()).toBe(`bytes of ${object.key}`)
    }
  })

  it('narrows a listing to keys that begin with the prefix, in the middle of a name too', async () => {
    const store = await open(objectsOf('AWSLogs/1/a', 'AWSLogs/1/b', 'AWSLogs/12/a', 'Other/1'))
    expect(keysOf(await listed(store, 'AWSLogs/1'))).toEqual(['AWSLogs/1/a', 'AWSLogs/1/b', 'AWSLogs/12/a'])
    expect(keysOf(await listed(store, 'AWSLogs/1/'))).toEqual(['AWSLogs/1/a', 'AWSLogs/1/b'])
    expect(await listed(store, 'nothing/')).toEqual([])
  })

  it('lists nothing where nothing is', async () => {
    expect(await listed(await open(new Map()))).toEqual([])
  })

  it('says bucket, size as stored and name of each object', async () => {
    const [object] = await listed(await open(objectsOf('AWSLogs/x')))
    expect(object).toMatchObject({ key: 'AWSLogs/x', size: 'bytes of AWSLogs/x'.length })
    expect(object!.bucket).toBe(knowsBucket ? BUCKET : undefined)
    expect(object!.name).toBe(knowsBucket ? `s3://${BUCKET}/AWSLogs/x` : 'AWSLogs/x')
  })

  it('gives the bytes as stored, still compressed, and the same on every read', async () => {
    const bytes = gzipSync('{"Records":[]}')
    const store = await open(new Map([['a.json.gz', { bytes, metadata: {} }]]))
    const object = { bucket: knowsBucket ? BUCKET : undefined, key: 'a.json.gz' }
    for (let read = 0; read < 2; read++) {
      expect(Buffer.compare(Buffer.from((await store.read(object))!.bytes), bytes)).toBe(0)
    }
  })

  it('gives an empty object as no bytes, not as no object', async () => {
    const store = await open(new Map([['empty', objectOf('')]]))
    expect((await store.read({ bucket: undefined, key: 'empty' }))!.bytes).toHaveLength(0)
  })

  it('reads a key without being told the bucket', async () => {
    const store = await open(objectsOf('a'))
    expect(Buffer.from((await store.read({ bucket: undefined, key: 'a' }))!.bytes).toString()).toBe(
      'bytes of a',
    )
  })

  it('gives metadata in lower case without the prefix of the header, or none at all', async () => {
    const metadata = { signature: '0a', 'signature-algorithm': 'SHA256withRSA' }
    const store = await open(new Map([['d', objectOf('x', metadata)]]))
    const found = await store.read({ bucket: undefined, key: 'd' })
    expect(found!.metadata).toEqual(knowsBucket ? metadata : {})
  })

  it.each(['nothing', 'a', 'a/', 'a/b/c', 'A/b'])(
    'answers undefined for %s, which is no object',
    async (key) => {
      const store = await open(objectsOf('a/b'))
      expect(await store.read({ bucket: knowsBucket ? BUCKET : undefined, key })).toBeUndefined()
    },
  )

  it('never leaves its own place, whatever a key says', async () => {
    const store = await open(objectsOf('a'))
    const outside = await store
      .read({ bucket: undefined, key: '../../../../../../etc/hosts' })
      .catch(() => undefined)
    expect(outside).toBeUndefined()
    expect(await listed(store, '../')).toEqual([])
  })

  it.each(['a\0b', 'x'.repeat(2000)])(
    'throws nothing but UnreadableObject for a hostile key',
    async (key) => {
      const store = await open(objectsOf('a'))
      const answer = await store.read({ bucket: undefined, key }).catch((error: unknown) => error)
      if (answer !== undefined) expect(answer).toBeInstanceOf(UnreadableObject)
    },
  )

  it.runIf(canRefuse)(
    'throws UnreadableObject, with object and reason, for bytes that cannot be had',
    async () => {
      const store = await open(objectsOf('a', 'b'), 'a')
      expect(keysOf(await listed(store))).toEqual(['a', 'b'])
      const error = await store.read({ bucket: undefined, key: 'a' }).catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(UnreadableObject)
      expect((error as UnreadableObject).object).toMatch(/a$/)
      expect(['access-denied', 'archived', 'key-denied', 'io-error']).toContain(
        (error as UnreadableObject).reason,
      )
      expect((await store.read({ bucket: undefined, key: 'b' }))!.bytes).toHaveLength('bytes of b'.length)
    },
  )

  it('starts a listing behind a key, which need not exist', async () => {
    const store = await open(objectsOf('a/1', 'a/2', 'b', 'c/1', 'd'))
    const behind = async (after: string, prefix = '') => {
      const keys: string[] = []
      for await (const { key } of store.list(prefix, { after })) keys.push(key)
      return keys
    }
    expect(await behind('a/2')).toEqual(['b', 'c/1', 'd'])
    expect(await behind('a/1x')).toEqual(['a/2', 'b', 'c/1', 'd'])
    expect(await behind('a/1', 'a/')).toEqual(['a/2'])
    expect(await behind('z')).toEqual([])
  })

  it('shows another version, where it shows one, when the bytes of an object are others', async () => {
    // S3 finds its endpoint when it is first asked, so the first store is listed before the second is there
    const one = await open(objectsOf('a'))
    const [before] = await listed(one)
    expect((await listed(one))[0]!.version).toBe(before!.version)
    const [after] = await listed(await open(new Map([['a', objectOf('other byte')]])))
    if (before!.version !== undefined) expect(after!.version).not.toBe(before!.version)
  })

  it('may be left in the middle of a listing, and listed again', async () => {
    const store = await open(objectsOf('a', 'b', 'c', 'd', 'e'))
    for await (const object of store.list()) if (object.key === 'b') break
    expect(keysOf(await listed(store))).toEqual(['a', 'b', 'c', 'd', 'e'])
  })
})

describe('an object that is archived', () => {
  it('is known from the listing, and refused without a request', async () => {
    const options = { archived: ['a'], pageSize: 5 }
    const { endpoint, calls, close } = await fakeS3(BUCKET, objectsOf('a', 'b'), options)
    cleanUps.push(close)
    vi.stubEnv('AWS_ENDPOINT_URL', endpoint)
    const store = s3LogStore(BUCKET)
    const [archived, plain] = await listed(store)
    expect([archived!.archived, plain!.archived]).toEqual([true, undefined])
    const error = await store.read(archived!).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(UnreadableObject)
    expect((error as UnreadableObject).reason).toBe('archived')
    expect(calls).toHaveLength(1)
  })
})

describe('memory of a listing', () => {
  it('asks S3 for a page only once the one before is used up', async () => {
    const { endpoint, calls, close } = await fakeS3(BUCKET, objectsOf('a', 'b', 'c', 'd', 'e'), {
      pageSize: 2,
    })
    cleanUps.push(close)
    vi.stubEnv('AWS_ENDPOINT_URL', endpoint)
    const asked: number[] = []
    for await (const { key } of s3LogStore(BUCKET).list()) asked.push(calls.length + key.length - 1)
    expect(asked).toEqual([1, 1, 2, 2, 3])
  })
})

describe('what else may lie in a folder', () => {
  it.skipIf(process.platform === 'win32')('refuses a pipe instead of waiting for ever', async () => {
    const root = mkdtempSync(join(tmpdir(), 'trailwarden-contract-'))
    cleanUps.push(() => rmSync(root, { recursive: true }))
    execFileSync('mkfifo', [join(root, 'pipe.json.gz')])
    const store = folderLogStore(root)
    expect(keysOf(await listed(store))).toEqual(['pipe.json.gz'])
    await expect(store.read({ bucket: undefined, key: 'pipe.json.gz' })).rejects.toThrow('is no regular file')
  })
})
