import { createBloomFilter } from 'hyparquet-writer/src/bloom.js'
import { xxhash64 } from './xxhash64.ts'

/**
 * The split block bloom filter of texts, as Parquet defines it: 32-bit words, eight a block, sized for one false hit in a hundred. `undefined`
 * without texts.
 * https://github.com/apache/parquet-format/blob/master/BloomFilter.md
 */
export const bloomOf = (texts: readonly string[]): Uint32Array | undefined => {
  if (texts.length === 0) return undefined
  const blocks = createBloomFilter(Math.min(texts.length, MOST))
  const count = blocks.length / 8
  for (const text of texts) {
    const [high, low] = xxhash64(text)
    const block = Math.floor(((high >>> 0) * count) / 0x1_0000_0000) * 8
    for (let i = 0; i < 8; i++) blocks[block + i]! |= 1 << (Math.imul(low, SALT[i]!) >>> 27)
  }
  return blocks
}

/** Beyond, a filter would take more than a megabyte. */
const MOST = 800_000

const SALT = new Int32Array([
  0x47b6137b, 0x44974d91, 0x8824ad5b, 0xa2b7289d, 0x705495c7, 0x2df1424b, 0x9efc4947, 0x5c6bfb31,
])
