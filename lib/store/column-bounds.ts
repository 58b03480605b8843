import type { Statistics } from 'hyparquet'
import type { LeafKind } from './block.ts'

/** Least and greatest value, in the order Parquet compares by: texts by their UTF-8 bytes. Empty when there is no value. */
export const boundsOf = (
  kind: LeafKind,
  values: readonly (string | number)[],
): Pick<Statistics, 'min_value' | 'max_value'> => {
  if (values.length === 0) return {}
  const [least, most] =
    kind === 'text' ? textBounds(values as readonly string[]) : numberBounds(values as readonly number[])
  if (kind === 'timestamp') return { min_value: BigInt(least), max_value: BigInt(most) }
  if (kind === 'boolean') return { min_value: least === 1, max_value: most === 1 }
  return { min_value: least, max_value: most }
}

const numberBounds = (values: readonly number[]): readonly [number, number] => {
  let least = values[0]!
  let most = least
  for (const value of values) {
    if (value < least) least = value
    if (value > most) most = value
  }
  return [least, most]
}

const textBounds = (values: readonly string[]): readonly [string, string] => {
  // Below surrogates, the order of UTF-16 is that of the bytes, and much faster.
  if (values.some((value) => BEYOND.test(value))) {
    const sorted = [...values].sort(byBytes)
    return [sorted[0]!, sorted.at(-1)!]
  }
  let least = values[0]!
  let most = least
  for (const value of values) {
    if (value < least) least = value
    if (value > most) most = value
  }
  return [least, most]
}

const BEYOND = /[\ud800-\uffff]/

const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))
