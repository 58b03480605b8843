const STEP = /\.([A-Za-z_][A-Za-z0-9_]*)|\[(\d{1,6})\]|\["((?:[^"\\]|\\["\\])*)"\]/y

/** Steps of a JSON path literal (`$.a["b"][0]`), or undefined where it is more than keys and indexes. */
export const jsonPathSteps = (path: string): readonly string[] | undefined => {
  if (!path.startsWith('$')) return undefined
  const steps: string[] = []
  let at = 1
  while (at < path.length) {
    STEP.lastIndex = at
    const found = STEP.exec(path)
    if (!found) return undefined
    steps.push(found[1] ?? found[2] ?? found[3]!.replace(/\\(["\\])/g, '$1'))
    at += found[0].length
  }
  return steps
}

/** Trino's path to one key of an object. */
export const jsonPathOf = (key: string): string =>
  /^[A-Za-z_][A-Za-z0-9_]*$/.test(key) ? `$.${key}` : `$["${key.replace(/["\\]/g, '\\$&')}"]`

/** DuckDB's JSON pointer: unlike its paths, exact for every key. https://www.rfc-editor.org/rfc/rfc6901 */
export const jsonPointer = (steps: readonly string[]): string =>
  steps.map((step) => `/${step.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
