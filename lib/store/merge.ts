/** A sequence in order, in batches of any size. */
export type Sorted<T> = AsyncIterable<readonly T[]>

/**
 * Merges sequences that are each in order into one. Memory holds one batch of each. What compares equal comes in the order of
 * `sources`.
 */
export async function* mergeSorted<T>(
  sources: readonly Sorted<T>[],
  compare: (a: T, b: T) => number,
  batchSize = 500,
): AsyncGenerator<readonly T[]> {
  const heap: Cursor<T>[] = []
  for (const [order, source] of sources.entries()) {
    const cursor: Cursor<T> = { batches: source[Symbol.asyncIterator](), batch: [], at: 0, order }
    if (await refill(cursor)) heap.push(cursor)
  }
  const before = (a: Cursor<T>, b: Cursor<T>): boolean => {
    const order = compare(a.batch[a.at]!, b.batch[b.at]!)
    return order < 0 || (order === 0 && a.order < b.order)
  }
  for (let at = (heap.length >> 1) - 1; at >= 0; at--) sink(heap, at, before)
  let out: T[] = []
  while (heap.length > 0) {
    const first = heap[0]!
    out.push(first.batch[first.at++]!)
    if (first.at === first.batch.length && !(await refill(first))) {
      const last = heap.pop()!
      if (heap.length > 0 && last !== first) heap[0] = last
    }
    sink(heap, 0, before)
    if (out.length < batchSize) continue
    yield out
    out = []
  }
  if (out.length > 0) yield out
}

interface Cursor<T> {
  readonly batches: AsyncIterator<readonly T[]>
  batch: readonly T[]
  at: number
  readonly order: number
}

/** Loads the next batch that is not empty; false at the end. */
const refill = async <T>(cursor: Cursor<T>): Promise<boolean> => {
  cursor.at = 0
  for (;;) {
    const next = await cursor.batches.next()
    cursor.batch = next.done ? [] : next.value
    if (next.done || cursor.batch.length > 0) return !next.done
  }
}

/** Moves the cursor at `from` down to its place in the heap. */
const sink = <T>(heap: Cursor<T>[], from: number, before: (a: Cursor<T>, b: Cursor<T>) => boolean): void => {
  for (let at = from; ; ) {
    const left = 2 * at + 1
    if (left >= heap.length) return
    const right = left + 1
    const least = right < heap.length && before(heap[right]!, heap[left]!) ? right : left
    if (!before(heap[least]!, heap[at]!)) return
    const moved = heap[at]!
    heap[at] = heap[least]!
    heap[least] = moved
    at = least
  }
}
