import { randomInt } from 'node:crypto'
import { sha256 } from '../trail/inspection.ts'
import { column, heap } from './chunked.ts'

/**
 * Many short texts in little memory: the bytes of the names, one behind the other, and numbers that find them. A name belongs to a
 * group (a folder); names of one group are numbered once. Takes the bytes of the name and about 20 more.
 */
export interface NameTable {
  readonly size: number
  /** The row of this name, a new one when it was not there. */
  add(group: number, name: string): number
  find(group: number, name: string): number | undefined
  nameOf(row: number): string
  groupOf(row: number): number
}

/** Names of objects are far shorter; a digest can claim any (UTF-16 units). */
const LONGEST = 4096

export const nameTable = (): NameTable => {
  const bytes = heap()
  const starts = column(Uint32Array)
  const lengths = column(Uint16Array)
  const groups = column(Uint32Array)
  const long = new Map<string, string>()
  let slots = new Uint32Array(256)
  let size = 0
  const scratch = Buffer.alloc(LONGEST * 3)
  // Names are hostile: without a seed, chosen ones would all fall into one slot.
  const seed = randomInt(2 ** 31)

  const hashOf = (group: number, buffer: Buffer, from: number, to: number): number => {
    let hash = seed ^ Math.imul(group, 0x9e3779b1)
    for (let index = from; index < to; index++) hash = Math.imul(hash ^ buffer[index]!, 0x01000193)
    return (hash ^ (hash >>> 15)) >>> 0
  }
  const write = (name: string): number => {
    if (name.length <= LONGEST) return scratch.write(name)
    const short = `\0${sha256(Buffer.from(name))}`
    long.set(short, name)
    return scratch.write(short)
  }
  /** The slot that holds the name in `scratch`, or the empty one where it belongs. */
  const slotOf = (group: number, length: number): number => {
    const mask = slots.length - 1
    let slot = hashOf(group, scratch, 0, length) & mask
    for (; slots[slot] !== 0; slot = (slot + 1) & mask) {
      const row = slots[slot]! - 1
      if (groups.get(row) !== group || lengths.get(row) !== length) continue
      const start = starts.get(row)
      const at = bytes.offsetOf(start)
      if (bytes.chunkOf(start).compare(scratch, 0, length, at, at + length) === 0) return slot
    }
    return slot
  }
  const rehash = (): void => {
    slots = new Uint32Array(slots.length * 2)
    const mask = slots.length - 1
    for (let row = 0; row < size; row++) {
      const start = starts.get(row)
      const at = bytes.offsetOf(start)
      let slot = hashOf(groups.get(row), bytes.chunkOf(start), at, at + lengths.get(row)) & mask
      while (slots[slot] !== 0) slot = (slot + 1) & mask
      slots[slot] = row + 1
    }
  }

  return {
    get size() {
      return size
    },
    add(group, name) {
      const length = write(name)
      if ((size + 1) * 1.5 > slots.length) rehash()
      const slot = slotOf(group, length)
      if (slots[slot] !== 0) return slots[slot]! - 1
      starts.set(size, bytes.add(scratch, length))
      lengths.set(size, length)
      groups.set(size, group)
      slots[slot] = ++size
      return size - 1
    },
    find(group, name) {
      const row = slots[slotOf(group, write(name))]!
      return row === 0 ? undefined : row - 1
    },
    nameOf(row) {
      const start = starts.get(row)
      const at = bytes.offsetOf(start)
      const name = bytes.chunkOf(start)?.toString('utf8', at, at + lengths.get(row)) ?? ''
      return long.get(name) ?? name
    },
    groupOf: (row) => groups.get(row),
  }
}
