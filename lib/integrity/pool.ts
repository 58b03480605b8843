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
