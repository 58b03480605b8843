/**
 * Numbers by row, in chunks: growing copies nothing, and leaves no freed arrays of every size behind (the memory of a process does not
 * shrink where they lay).
 */
export interface Column {
  get(row: number): number
  /** Rows up to this one are made when needed; new ones hold 0. */
  set(row: number, value: number): void
}

type Numbers = Uint8Array | Uint16Array | Uint32Array

const SHIFT = 14
const ROWS = 1 << SHIFT

export const column = (type: new (length: number) => Numbers): Column => {
  const chunks: Numbers[] = []
  return {
    get: (row) => chunks[row >>> SHIFT]?.[row & (ROWS - 1)] ?? 0,
    set(row, value) {
      while (chunks.length <= row >>> SHIFT) chunks.push(new type(ROWS))
      chunks[row >>> SHIFT]![row & (ROWS - 1)] = value
    },
  }
}

/** Bytes one behind the other, in chunks; a piece never lies in two. */
export interface Heap {
  /** Where the first `length` bytes of `from` were put. Throws `RangeError` for more than a chunk. */
  add(from: Buffer, length: number): number
  chunkOf(start: number): Buffer
  /** Position in that chunk. */
  offsetOf(start: number): number
}

/** Bytes of a chunk. */
export const HEAP_CHUNK = 1 << 18

export const heap = (): Heap => {
  const chunks: Buffer[] = []
  let used = HEAP_CHUNK
  return {
    add(from, length) {
      if (length > HEAP_CHUNK) throw new RangeError(`expected at most ${HEAP_CHUNK} bytes, found ${length}`)
      if (used + length > HEAP_CHUNK) {
        chunks.push(Buffer.alloc(HEAP_CHUNK))
        used = 0
      }
      const start = (chunks.length - 1) * HEAP_CHUNK + used
      from.copy(chunks.at(-1)!, used, 0, length)
      used += length
      return start
    },
    chunkOf: (start) => chunks[Math.floor(start / HEAP_CHUNK)]!,
    offsetOf: (start) => start % HEAP_CHUNK,
  }
}
