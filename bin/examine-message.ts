import type { CarriedMatch } from '../lib/detection/carried.ts'
import type { Examined } from '../lib/examiner.ts'
import type { FetchedObject, Quarantined } from '../lib/reading.ts'
import { parseObjectKey } from '../lib/trail/object-key.ts'

/**
 * What threads of a scan tell one another, packed: a message costs by the objects in it, and a file is worth less than a millisecond of
 * work. One block of memory for all bytes, which changes hands, and one text for all that is small.
 */
export interface PackedObjects {
  readonly names: readonly string[]
  readonly keys: readonly string[]
  readonly sizes: readonly number[]
  readonly bytes: ArrayBuffer
}

export const packObjects = (objects: readonly FetchedObject[]): PackedObjects => {
  const sizes = objects.map(({ bytes }) => bytes.length)
  const all = new Uint8Array(sizes.reduce((sum, size) => sum + size, 0))
  let at = 0
  for (const { bytes } of objects) {
    all.set(bytes, at)
    at += bytes.length
  }
  return {
    names: objects.map(({ object }) => object.name),
    keys: objects.map(({ object }) => object.key),
    sizes,
    bytes: all.buffer,
  }
}

export const unpackObjects = ({ names, keys, sizes, bytes }: PackedObjects): readonly FetchedObject[] => {
  let at = 0
  return sizes.map((size, i) => {
    const key = keys[i]!
    const object = { bucket: undefined, name: names[i]!, key, size }
    const one = { object, key: parseObjectKey(key), bytes: new Uint8Array(bytes, at, size) }
    at += size
    return one
  })
}

export interface PackedExamined {
  readonly matches: string
  readonly texts: readonly string[]
  readonly differing: readonly Quarantined[]
}

type Row = readonly [
  key: CarriedMatch['key'],
  index: CarriedMatch['index'],
  eventID: CarriedMatch['eventID'],
  time: number | null,
  hits: CarriedMatch['hits'],
  attempts: CarriedMatch['attempts'],
]

export const packExamined = ({ matches, differing }: Examined): PackedExamined => ({
  matches: JSON.stringify(
    matches.map(
      ({ key, index, eventID, time, hits, attempts }): Row => [key, index, eventID, time, hits, attempts],
    ),
  ),
  texts: matches.map(({ text }) => text),
  differing,
})

/** JSON knows no NaN: an event without a time. */
export const unpackExamined = ({ matches, texts, differing }: PackedExamined): Examined => ({
  matches: (JSON.parse(matches) as readonly Row[]).map(([key, index, eventID, time, hits, attempts], i) => ({
    key,
    index,
    text: texts[i]!,
    eventID,
    time: time ?? Number.NaN,
    hits,
    attempts,
  })),
  differing,
})
