import { hash } from 'node:crypto'
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import type { ListedObject } from '../ports.ts'

/** An object that was read, as it was then. */
interface ReadObject {
  readonly key: string
  readonly size: number
  /** ETag, or time of change; empty where the listing has none: then only the bytes tell. */
  readonly version: string
  /** 128 bits of the SHA-256 of its bytes. */
  readonly hash: string
}

/** Knows which objects of a source were read into the store, so that none is read twice without need. */
export interface ObjectList {
  /**
   * Why this object need not be read, or `undefined`. First asked with the listing alone, then, when that leaves it open, with
   * the bytes.
   */
  unneeded(object: ListedObject, bytes?: Uint8Array): string | undefined
  /** An object was read into the store. */
  add(object: ListedObject, bytes: Uint8Array): void
  /** Every object that was listed has been seen. */
  result(): {
    /** Read before, and read again: their bytes are not what they were. */
    readonly changed: readonly string[]
    /** Read before from this source, and no longer listed there. Their events stay. */
    readonly vanished: readonly string[]
  }
  /** The objects read in this run, as a file; `undefined` when there are none. */
  file(): Uint8Array | undefined
}

/** The objects of one source, from the files that earlier runs wrote. */
export const objectList = (source: string, files: readonly Uint8Array[]): ObjectList => {
  const known = new Map<string, ReadObject>()
  for (const file of files) for (const object of objectsIn(file, source)) known.set(object.key, object)
  const unlisted = new Set(known.keys())
  const fresh: ReadObject[] = []
  const changed: string[] = []
  return {
    unneeded: (object, bytes) => {
      const before = known.get(object.key)
      unlisted.delete(object.key)
      if (!before) return undefined
      const { key, size, version = '' } = object
      if (!bytes) return version && before.version === version && before.size === size ? ALREADY : undefined
      if (hashOf(bytes) !== before.hash) {
        changed.push(key)
        return undefined
      }
      fresh.push({ ...before, version })
      return ALREADY
    },
    add: (object, bytes) => {
      const { key, size, version = '' } = object
      fresh.push({ key, size, version, hash: hashOf(bytes) })
    },
    result: () => ({ changed, vanished: [...unlisted] }),
    file: () => (fresh.length === 0 ? undefined : fileOf(source, fresh)),
  }
}

/** Why an object was left out: it is in the store. */
export const ALREADY = 'already-ingested'

/** Makes one file of several; of two entries for one object the later stays. */
export const joinObjectFiles = (files: readonly Uint8Array[]): Uint8Array => {
  const sources = new Map<string, Map<string, ReadObject>>()
  for (const file of files) {
    for (const [source, object] of entriesOf(file)) {
      const objects = sources.get(source) ?? new Map<string, ReadObject>()
      sources.set(source, objects.set(object.key, object))
    }
  }
  return zstdCompressSync(
    [...sources].map(([source, objects]) => textOf(source, [...objects.values()])).join(''),
  )
}

const hashOf = (bytes: Uint8Array): string =>
  hash('sha256', bytes, 'buffer').subarray(0, 16).toString('base64url')

const fileOf = (source: string, objects: readonly ReadObject[]): Uint8Array =>
  zstdCompressSync(textOf(source, objects))

/** A line for the source, then one for each of its objects. */
const textOf = (source: string, objects: readonly ReadObject[]): string =>
  [{ source }, ...objects.map(({ key, size, version, hash }) => [key, size, version, hash])]
    .map((line) => `${JSON.stringify(line)}\n`)
    .join('')

function* entriesOf(file: Uint8Array): Generator<readonly [string, ReadObject]> {
  let source = ''
  for (const line of zstdDecompressSync(file).toString().split('\n')) {
    if (line === '') continue
    const found = JSON.parse(line) as { source: string } | [string, number, string, string]
    if (!Array.isArray(found)) source = found.source
    else yield [source, { key: found[0], size: found[1], version: found[2], hash: found[3] }]
  }
}

const objectsIn = (file: Uint8Array, wanted: string): readonly ReadObject[] =>
  [...entriesOf(file)].flatMap(([source, object]) => (source === wanted ? [object] : []))
