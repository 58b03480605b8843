import { UsageError } from '../errors.ts'

/** A query the compiler refuses. Line and column count from 1; the message carries the line and a caret. */
export class SqlError extends UsageError {
  override name = 'SqlError'
  readonly line: number
  readonly column: number
  /** The sentence alone, without place and caret. */
  readonly reason: string
  constructor(text: string, at: number, reason: string, options?: ErrorOptions) {
    const place = placeOf(text, at)
    super(`line ${place.line}, column ${place.column}: ${reason}\n${excerpt(text, at)}`, options)
    this.line = place.line
    this.column = place.column
    this.reason = reason
  }
}

/** Thrown inside the compiler, where only the offset is known; `compile` turns it into a SqlError. */
export class Refusal extends Error {
  override name = 'Refusal'
  readonly at: number
  constructor(at: number, reason: string) {
    super(reason)
    this.at = at
  }
}

/** Refuses the query at an offset of its text. */
export const refuse = (at: number, reason: string): never => {
  throw new Refusal(at, reason)
}

const placeOf = (text: string, at: number): { line: number; column: number } => {
  const before = text.slice(0, at)
  const lineStart = before.lastIndexOf('\n') + 1
  return { line: before.split('\n').length, column: at - lineStart + 1 }
}

const WINDOW = 80

/** The line concerned, cut to a window, control characters shown as blanks: the text may be hostile. */
const excerpt = (text: string, at: number): string => {
  const lineStart = text.lastIndexOf('\n', at - 1) + 1
  const lineEnd = text.indexOf('\n', at)
  const from = Math.max(lineStart, at - WINDOW / 2)
  const to = Math.min(lineEnd < 0 ? text.length : lineEnd, from + WINDOW)
  const shown = text.slice(from, to).replace(/[^\x20-\x7e\u00a1-\u1fff]/g, ' ')
  return `  ${shown}\n  ${' '.repeat(at - from)}^`
}

/** `; did you mean X?` for the nearest of the names, or nothing. */
export const suggestion = (wanted: string, names: Iterable<string>): string => {
  const found = nearest(wanted, names)
  return found === undefined ? '' : `; did you mean ${found}?`
}

/** The name at the smallest edit distance, when it is near enough to be a slip. */
export const nearest = (wanted: string, names: Iterable<string>): string | undefined => {
  const word = wanted.slice(0, 64).toLowerCase()
  let best: string | undefined
  let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1
  for (const name of names) {
    const distance = editDistance(word, name.toLowerCase())
    if (distance < bestDistance) [best, bestDistance] = [name, distance]
  }
  return best
}

/** Changes of one letter, two swapped neighbours counted as one. */
const editDistance = (a: string, b: string): number => {
  let before: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, change, swapped ? before[j - 2]! + 1 : change))
    }
    before = row
    row = next
  }
  return row[b.length]!
}

/** User text inside a message: short, printable. */
export const quoted = (text: string): string =>
  `"${text.replace(/[^\x20-\x7e\u00a1-\u1fff]/g, '?').slice(0, 60)}${text.length > 60 ? '...' : ''}"`
