import { hash } from 'node:crypto'
import { column } from './chunked.ts'

/**
 * What changes when an object's bytes do (an ETag, a time of change), in 64 bits: of an ETag that is an MD5 the first half, of anything
 * else that is no number the first half of its hash. Empty where nothing is known.
 */
export const versionOf = (version: string | undefined): string => {
  if (version === undefined) return ''
  const [high, low] = bitsOf(version)
  return textOf(high, low)
}

/** Versions by row, as `versionOf` writes them. */
export const versionColumn = () => {
  const highs = column(Uint32Array)
  const lows = column(Uint32Array)
  return {
    set(row: number, version: string): void {
      const [high, low] = bitsOf(version)
      highs.set(row, high)
      lows.set(row, low)
    },
    get: (row: number): string => textOf(highs.get(row), lows.get(row)),
  }
}

const textOf = (high: number, low: number): string =>
  high === 0 && low === 0 ? '' : `${high.toString(16)}-${low.toString(16)}`

const float = new Float64Array(1)
const words = new Uint32Array(float.buffer)

const bitsOf = (version: string): readonly [number, number] => {
  if (/^"?[0-9a-f]{32}/.test(version)) {
    const from = version.startsWith('"') ? 1 : 0
    return [
      Number.parseInt(version.slice(from, from + 8), 16),
      Number.parseInt(version.slice(from + 8, from + 16), 16),
    ]
  }
  const number = Number(version)
  if (Number.isNaN(number)) {
    const hex = hash('sha256', version)
    return [Number.parseInt(hex.slice(0, 8), 16), Number.parseInt(hex.slice(8, 16), 16)]
  }
  float[0] = number
  return [words[0]!, words[1]!]
}
