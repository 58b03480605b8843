/** A Sigma string, read: literal text with wildcards between. */
export type Token =
  | string
  /** `*`: any text, also none. */
  | typeof ANY
  /** `?`: any one character. */
  | typeof ONE
  /** What `windash` makes of a dash: any of the five characters Windows tools accept for it. */
  | typeof DASH

export const ANY = Symbol('any text')
export const ONE = Symbol('one character')
export const DASH = Symbol('a dash')

const DASHES = '-/–—―'

export type TextTest = (value: string) => boolean

/** Reads wildcards and escapes: `\*`, `\?` and `\\` are literal; a backslash before anything else is itself. */
export const parsePattern = (source: string): readonly Token[] => {
  const tokens: Token[] = []
  let literal = ''
  const flush = () => {
    if (literal !== '') tokens.push(literal)
    literal = ''
  }
  for (let i = 0; i < source.length; i++) {
    const char = source[i]!
    const next = source[i + 1]
    if (char === '\\' && (next === '*' || next === '?' || next === '\\')) {
      literal += next
      i++
    } else if (char === '*' || char === '?') {
      flush()
      const token = char === '*' ? ANY : ONE
      if (!(token === ANY && tokens.at(-1) === ANY)) tokens.push(token)
    } else literal += char
  }
  flush()
  return tokens
}

/** The literal text of a pattern without wildcards, else `undefined`. */
export const literalOf = (tokens: readonly Token[]): string | undefined => {
  if (tokens.length === 0) return ''
  return tokens.length === 1 && typeof tokens[0] === 'string' ? tokens[0] : undefined
}

/**
 * Does a text end so, in any case? Only that many characters are folded: each ASCII character of a folded text is made of
 * one, and nothing but a letter of either case, or one outside ASCII, makes one.
 */
export const endsLike = (ending: string): TextTest => {
  const wanted = ending.toLowerCase()
  const { length } = wanted
  const last = wanted.charCodeAt(length - 1)
  const lastUpper = wanted.toUpperCase().charCodeAt(length - 1)
  return (value) => {
    if (value.length < length) return false
    const code = value.charCodeAt(value.length - 1)
    if (code !== last && code !== lastUpper && code < 128) return false
    return value.slice(-length).toLowerCase() === wanted
  }
}

/** Every dash at the start of a word stands for any dash. */
export const withDashes = (tokens: readonly Token[]): readonly Token[] =>
  tokens.flatMap((token) => {
    if (typeof token !== 'string') return [token]
    const parts = token.split(/(?<![A-Za-z0-9_])[-/](?=[A-Za-z0-9_])/)
    return parts.flatMap((part, i): readonly Token[] => {
      const text: readonly Token[] = part ? [part] : []
      return i > 0 ? [DASH, ...text] : text
    })
  })

/**
 * A test of whole strings against a pattern. Without `cased` the caller passes lower-case text. Time grows with the
 * product of both lengths at worst: no pattern can hang it.
 */
export const patternTest = (tokens: readonly Token[], cased: boolean): TextTest => {
  const folded = cased ? tokens : tokens.map(lowered)
  const literal = literalOf(folded)
  if (literal !== undefined) return (value) => value === literal
  const [first, second, third] = folded
  if (folded.length === 1 && first === ANY) return () => true
  if (folded.length === 2 && typeof first === 'string' && second === ANY)
    return (value) => value.startsWith(first)
  if (folded.length === 2 && first === ANY && typeof second === 'string')
    return (value) => value.endsWith(second)
  if (folded.length === 3 && first === ANY && typeof second === 'string' && third === ANY) {
    return (value) => value.includes(second)
  }
  const units = folded.flatMap((token): Token[] => (typeof token === 'string' ? token.split('') : [token]))
  return (value) => globMatches(value, units)
}

const lowered = (token: Token): Token => (typeof token === 'string' ? token.toLowerCase() : token)

/** Two pointers and one point of return: the last `*` seen. */
const globMatches = (value: string, units: readonly Token[]): boolean => {
  let at = 0
  let unit = 0
  let star = -1
  let resume = 0
  while (at < value.length) {
    const token = units[unit]
    if (token === ANY) {
      star = unit++
      resume = at
    } else if (unit < units.length && unitMatches(value, at, token!)) {
      at++
      unit++
    } else if (star >= 0) {
      unit = star + 1
      at = ++resume
    } else return false
  }
  while (units[unit] === ANY) unit++
  return unit === units.length
}

const unitMatches = (value: string, at: number, token: Token): boolean =>
  token === ONE || (token === DASH ? DASHES.includes(value[at]!) : token === value[at])

/**
 * Is it one of these texts? A text of another length than all of them is not looked at: lower case changes no length, but for letters
 * outside ASCII.
 */
export const literalsTest = (literals: readonly string[], cased: boolean): TextTest => {
  const wanted = new Set(cased ? literals : literals.map((literal) => literal.toLowerCase()))
  const [only] = wanted
  if (cased) return wanted.size === 1 ? (value) => value === only : (value) => wanted.has(value)
  if (![...wanted].every(isAscii)) return (value) => wanted.has(value.toLowerCase())
  let lengths = 0
  for (const { length } of wanted) lengths |= 1 << (length & 31)
  const fits: TextTest = ({ length }) => (lengths & (1 << (length & 31))) !== 0
  const test: TextTest =
    wanted.size === 1
      ? (value) => fits(value) && (value === only || value.toLowerCase() === only)
      : (value) => fits(value) && (wanted.has(value) || wanted.has(value.toLowerCase()))
  return quick(test)
}

export const isAscii = (text: string): boolean => /^[\0-\x7f]*$/.test(text)

const QUICK = new WeakSet<TextTest>()

/** Marks a test that is made sooner than its answer is remembered. */
export const quick = (test: TextTest): TextTest => {
  QUICK.add(test)
  return test
}

const MAX_REMEMBERED = 256
/** Looking up a text that was never seen costs more than most tests. After so many questions it must have paid. */
const TRIAL = 2048

/** The same test, which knows the last short texts it was asked, as long as they come again. */
export const remembering = (test: TextTest): TextTest => {
  if (QUICK.has(test)) return test
  const answers = new Map<string, boolean>()
  let asked = 0
  let known = 0
  return (value) => {
    if (asked === TRIAL || value.length > MAX_REMEMBERED) return test(value)
    asked++
    const answer = answers.get(value)
    if (answer !== undefined) {
      known++
      if (asked === TRIAL && known > TRIAL / 2) asked = known = 0
      return answer
    }
    if (asked === TRIAL) answers.clear()
    const fresh = test(value)
    if (answers.size >= MAX_REMEMBERED) answers.clear()
    answers.set(value, fresh)
    return fresh
  }
}
