import { quoted, refuse } from './sql-error.ts'

export type TokenKind = 'word' | 'quoted' | 'string' | 'number' | 'digits' | 'op' | 'named' | 'end'

export interface Token {
  readonly kind: TokenKind
  /** Words and operators as written, strings and quoted names without their quotes. */
  readonly text: string
  /** Upper case, for keywords. */
  readonly upper: string
  readonly at: number
  readonly end: number
}

/** Longest text we read: Athena's own limit for a query string, in bytes. */
export const MAX_SQL_BYTES = 262_144

const NOT_OURS: Readonly<Record<string, string>> = {
  '::': 'the cast a::type is not in the dialect; write CAST(a AS type)',
  '->>': "the operator ->> is not in the dialect; write json_extract_scalar(a, '$.b')",
  '==': 'the operator == is not in the dialect; write =',
}

const OPERATOR = /->>|::|==|<=|>=|<>|!=|\|\||->|=>|[-+*/%<>=()[\]{},.;?$:]/y
const SPACE = /(?:[\s\u00a0\ufeff]+|--[^\n]*)+/y
const WORD = /[A-Za-z_][A-Za-z0-9_]*/y
const NUMBER = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y
const DIGIT_WORD = /[0-9][A-Za-z0-9_]*/y

/** Splits a query into tokens; comments and blanks are dropped. Refuses what no Trino token can be. */
export const tokenize = (text: string): Token[] => {
  if (Buffer.byteLength(text) > MAX_SQL_BYTES) refuse(0, `the query is longer than ${MAX_SQL_BYTES} bytes`)
  const tokens: Token[] = []
  let at = skipBlank(text, 0)
  while (at < text.length) {
    const token = nextToken(text, at)
    tokens.push(token)
    at = skipBlank(text, token.end)
  }
  tokens.push({ kind: 'end', text: '', upper: '', at: text.length, end: text.length })
  return tokens
}

const skipBlank = (text: string, start: number): number => {
  let at = start
  for (;;) {
    at += matchAt(SPACE, text, at).length
    if (!text.startsWith('/*', at)) return at
    const end = text.indexOf('*/', at + 2)
    if (end < 0) refuse(at, 'this comment is never closed; expected */')
    at = end + 2
  }
}

const matchAt = (pattern: RegExp, text: string, at: number): string => {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0] ?? ''
}

const nextToken = (text: string, at: number): Token => {
  const first = text[at]!
  if (first === "'") return delimited('string', text, at)
  if (first === '"') return delimited('quoted', text, at)
  if (first === '`') return refuse(at, 'backticks are not in the dialect; quote names with double quotes')
  const word = matchAt(WORD, text, at)
  if (word) return wordToken(text, at, word)
  if (/[0-9.]/.test(first)) {
    const number = numberToken(text, at)
    if (number) return number
  }
  return operatorToken(text, at)
}

const token = (kind: TokenKind, text: string, at: number, end: number): Token => ({
  kind,
  text,
  upper: text.toUpperCase(),
  at,
  end,
})

const wordToken = (text: string, at: number, word: string): Token => {
  const after = text[at + word.length]
  if ((after === "'" && /^[xXuUbBnNrR]$/.test(word)) || (/^[uU]$/.test(word) && after === '&')) {
    refuse(at, `string literals with the prefix ${word} are not supported; write a plain '...'`)
  }
  return token('word', word, at, at + word.length)
}

const numberToken = (text: string, at: number): Token | undefined => {
  const number = matchAt(NUMBER, text, at)
  const word = matchAt(DIGIT_WORD, text, at)
  // Segments of a UUID: 1b2c, 4e8f. Only a table name may hold them; the parser refuses them elsewhere.
  if (word.length > number.length || (word && /[A-Za-z_]/.test(text[at + number.length] ?? ''))) {
    return token('digits', word, at, at + word.length)
  }
  return number ? token('number', number, at, at + number.length) : undefined
}

const operatorToken = (text: string, at: number): Token => {
  const operator = matchAt(OPERATOR, text, at)
  if (operator in NOT_OURS) refuse(at, NOT_OURS[operator]!)
  if (operator === ':') {
    const name = matchAt(WORD, text, at + 1)
    if (name) return token('named', name, at, at + 1 + name.length)
  }
  if (!operator) refuse(at, `unexpected character ${quoted(String.fromCodePoint(text.codePointAt(at)!))}`)
  return token('op', operator, at, at + operator.length)
}

const delimited = (kind: 'string' | 'quoted', text: string, at: number): Token => {
  const quote = text[at]!
  let end = at + 1
  for (;;) {
    end = text.indexOf(quote, end)
    if (end < 0)
      refuse(at, `this ${kind === 'string' ? 'string' : 'name'} is never closed; expected ${quote}`)
    if (text[end + 1] !== quote) break
    end += 2
  }
  const content = text.slice(at + 1, end).replaceAll(quote + quote, quote)
  if (kind === 'quoted' && content === '') refuse(at, 'a name cannot be empty')
  return token(kind, content, at, end + 1)
}
