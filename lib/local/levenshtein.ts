/** Single-character changes between two texts, counted in code points as Trino does; DuckDB counts bytes. */
export const levenshtein = (left: string, right: string): number => {
  const [a, b] = [[...left], [...right]]
  // Trino's limit: it computes the whole matrix.
  if (a.length * Math.max(b.length, 1) > 1_000_000)
    throw new Error('The combined inputs for Levenshtein distance are too large')
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (const [index, point] of a.entries()) {
    const next = [index + 1]
    for (const [at, other] of b.entries())
      next.push(Math.min(next[at]! + 1, row[at + 1]! + 1, row[at]! + (point === other ? 0 : 1)))
    row = next
  }
  return row.at(-1)!
}
