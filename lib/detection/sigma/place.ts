import type { Document, LineCounter } from 'yaml'
import { ContentError } from '../../errors.ts'

/** Where in a file something was said: turns a path of keys into an error that names the line. */
export interface Place {
  readonly file: string
  line(...path: readonly (string | number)[]): number
  fail(message: string, ...path: readonly (string | number)[]): ContentError
}

/** The place of a YAML document in its file. */
export const placeIn = (file: string, document: Document, lines: LineCounter): Place => {
  const lineOf = (...path: readonly (string | number)[]): number => {
    for (let length = path.length; length >= 0; length--) {
      const node = document.getIn(path.slice(0, length), true) as
        | { range?: [number, number, number] }
        | undefined
      if (node?.range) return lines.linePos(node.range[0]).line
    }
    return 1
  }
  return {
    file,
    line: lineOf,
    fail: (message, ...path) => new ContentError(file, message, { line: lineOf(...path) }),
  }
}
