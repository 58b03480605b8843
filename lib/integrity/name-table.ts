import { randomInt } from 'node:crypto'

/**
 * Many short texts in little memory: the bytes of the names, one behind the other, and numbers that find them. A name belongs to a
 * group (a folder); names of one group are numbered once. About 100 bytes for each name of a log file.
 */
export interface NameTable {
  readonly size: number
  /** The row of this name, a new one when it was not there. */
  add(group: number, name: string): number
  find(group: number, name: string): number | undefined
  nameOf(row: number): string
  groupOf(row: number): number
}

export const nameTable = (): NameTable => {
  let bytes = Buffer.alloc(4096)
  let ends = new Uint32Array(64)
  let groups = new Uint32Array(64)
  let slots = new Uint32Array(256)
  let size = 0
  let scratch = Buffer.alloc(1024)
  // Names are hostile: without a seed, chosen ones would all fall into one slot.
  const seed = randomInt(2 ** 31)

  const startOf = (row: number): number => (row === 0 ? 0 : ends[row - 1]!)
  const hashOf = (group: number, buffer: Buffer, from: number, to: number): number => {
    let hash = seed ^ Math.imul(group, 0x9e3779b1)
    for (let index = from; index < to; index++) hash = Math.imul(hash ^ buffer[index]!, 0x01000193)
    return (hash ^ (hash >>> 15)) >>> 0
  }
  const write = (name: string): number => {
    if (name.length * 3 > scratch.length) scratch = Buffer.alloc(name.length * 3)
    return scratch.write(name)
  }
  /** The slot that holds the name in `scratch`, or the empty one where it belongs. */
  const slotOf = (group: number, length: number): number => {
    const mask = slots.length - 1
    let slot = hashOf(group, scratch, 0, length) & mask
    for (; slots[slot] !== 0; slot = (slot + 1) & mask) {
      const row = slots[slot]! - 1
      const start = startOf(row)
      const same = groups[row] === group && ends[row]! - start === length
      if (same && bytes.compare(scratch, 0, length, start, ends[row]) === 0) return slot
    }
    return slot
  }
  const grow = (length: number): void => {
    if (size === ends.length) {
      ends = grown(ends)
      groups = grown(groups)
    }
    if (startOf(size) + length > bytes.length) {
      const larger = Buffer.alloc(Math.ceil((bytes.length + length) * 1.4))
      bytes.copy(larger, 0, 0, startOf(size))
      bytes = larger
    }
    if ((size + 1) * 1.6 > slots.length) rehash()
  }
  const rehash = (): void => {
    slots = new Uint32Array(slots.length * 2)
    const mask = slots.length - 1
    for (let row = 0; row < size; row++) {
      let slot = hashOf(groups[row]!, bytes, startOf(row), ends[row]!) & mask
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
      grow(length)
      const slot = slotOf(group, length)
      if (slots[slot] !== 0) return slots[slot]! - 1
      const start = startOf(size)
      scratch.copy(bytes, start, 0, length)
      ends[size] = start + length
      groups[size] = group
      slots[slot] = ++size
      return size - 1
    },
    find(group, name) {
      const row = slots[slotOf(group, write(name))]!
      return row === 0 ? undefined : row - 1
    },
    nameOf: (row) => bytes.toString('utf8', startOf(row), ends[row]),
    groupOf: (row) => groups[row]!,
  }
}

const grown = (array: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> => {
  const larger = new Uint32Array(Math.ceil(array.length * 1.4) + 64)
  larger.set(array)
  return larger
}
