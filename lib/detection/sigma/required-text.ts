/** Shorter texts are in nearly everything. */
const MIN_CHARS = 3

/** The longest text of each alternative, of `requiredRuns`. */
export const requiredTexts = (source: string): readonly string[] | undefined =>
  requiredRuns(source)?.map((runs) =>
    runs.reduce((longest, run) => (run.length > longest.length ? run : longest)),
  )

/**
 * Texts, in lower case: a match of the regular expression holds all those of at least one alternative; `undefined` when the expression
 * does not say so plainly. Looking for them is much quicker than the expression, and nearly always settles it.
 */
export const requiredRuns = (source: string): readonly (readonly string[])[] | undefined => {
  if (source.includes('\\Q')) return undefined
  const alternatives: string[][] = []
  let runs: string[] = []
  let run = ''
  const endRun = () => {
    if (run.length >= MIN_CHARS) runs.push(run.toLowerCase())
    run = ''
  }
  for (let at = 0; at <= source.length; at++) {
    const char = source[at]
    if (char === undefined || char === '|') {
      endRun()
      if (runs.length === 0) return undefined
      alternatives.push(runs)
      runs = []
    } else if (isPlain(char)) {
      if (mayBeAbsent(source[at + 1])) endRun()
      else run += char
    } else {
      endRun()
      const end = endOf(source, at)
      if (end === undefined) return undefined
      at = end
    }
  }
  return alternatives
}

const isPlain = (char: string): boolean => /[A-Za-z0-9 _:/@,;=%&#"'<>~`!-]/.test(char)

const mayBeAbsent = (next: string | undefined): boolean => next === '?' || next === '*' || next === '{'

/** Last position of the class, group, count or escape that begins here; `undefined` when it does not end. */
const endOf = (source: string, start: number): number | undefined => {
  const char = source[start]
  if (char === '\\') return start + 1
  if (char === '[') return endOfClass(source, start)
  if (char === '{') return start + (/^\{\d+(,\d*)?\}/.exec(source.slice(start))?.[0].length ?? 1) - 1
  if (char !== '(') return start
  for (let at = start + 1, depth = 1; at < source.length; at++) {
    if (source[at] === '\\') at++
    else if (source[at] === '[') {
      const end = endOfClass(source, at)
      if (end === undefined) return undefined
      at = end
    } else if (source[at] === '(') depth++
    else if (source[at] === ')' && --depth === 0) return at
  }
  return undefined
}

/** A `]` right after `[` or `[^` is one of the class. */
const endOfClass = (source: string, start: number): number | undefined => {
  let at = source[start + 1] === '^' ? start + 2 : start + 1
  if (source[at] === ']') at++
  for (; at < source.length; at++) {
    if (source[at] === '\\') at++
    else if (source[at] === '[' && source[at + 1] === ':') at = source.indexOf(':]', at) + 1 || source.length
    else if (source[at] === ']') return at
  }
  return undefined
}
