import { createHash } from 'node:crypto'

/** A seeded source of choices: the same seed gives the same example, on every machine. */
export interface Random {
  /** 0 <= n < 1. */
  next(): number
  /** A whole number from `low` to `high`, both included. */
  int(low: number, high: number): number
  pick<T>(list: readonly T[]): T
  chance(share: number): boolean
  /** Capital letters and digits, as in AWS ids. */
  code(length: number): string
  hex(length: number): string
  uuid(): string
}

const CODE = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** Mulberry32: small, well spread, and all that an example needs. */
export const randomFrom = (seed: string): Random => {
  let state = createHash('sha256').update(seed).digest().readUInt32LE(0)
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const int = (low: number, high: number) => low + Math.floor(next() * (high - low + 1))
  const string = (alphabet: string, length: number) =>
    Array.from({ length }, () => alphabet[int(0, alphabet.length - 1)]).join('')
  return {
    next,
    int,
    pick: (list) => list[int(0, list.length - 1)]!,
    chance: (share) => next() < share,
    code: (length) => string(CODE, length),
    hex: (length) => string('0123456789abcdef', length),
    uuid: () => uuidOf(string('0123456789abcdef', 32)),
  }
}

/** The UUID (in the form of version 4) that belongs to a name; always the same. */
export const uuidOf = (name: string): string => {
  const hex = createHash('sha256').update(name).digest('hex')
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `a${hex.slice(17, 20)}`,
    `e${hex.slice(21, 32)}`,
  ].join('-')
}
