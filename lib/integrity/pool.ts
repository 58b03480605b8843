/** Works on `items`, taken one by one as `inFlight` allows. A call that throws rejects the whole. */
export const forEachInFlight = async <Item>(
  items: Iterable<Item>,
  inFlight: number,
  work: (item: Item) => Promise<void>,
): Promise<void> => {
  const iterator = items[Symbol.iterator]()
  const worker = async () => {
    for (let next = iterator.next(); !next.done; next = iterator.next()) await work(next.value)
  }
  await Promise.all(Array.from({ length: Math.max(1, inFlight) }, worker))
}

/**
 * Maps `items` with at most `inFlight` calls running, answers in the order of `items`. A call that throws rejects the
 * whole; `work` turns what may go wrong with one item into its result.
 */
export const mapInFlight = async <Item, Result>(
  items: readonly Item[],
  inFlight: number,
  work: (item: Item, index: number) => Promise<Result>,
): Promise<Result[]> => {
  const results = new Array<Result>(items.length)
  let next = 0
  const worker = async () => {
    for (let index = next++; index < items.length; index = next++) {
      results[index] = await work(items[index]!, index)
    }
  }
  await Promise.all(Array.from({ length: Math.max(1, Math.min(inFlight, items.length)) }, worker))
  return results
}
