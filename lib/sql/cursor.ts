import type { Expr, Query } from './ast.ts'
import type { Token } from './lexer.ts'
import { nearest, quoted, refuse } from './sql-error.ts'

/** Nesting the parser follows before it refuses: far above any written query, far below the stack. */
const MAX_DEPTH = 100

/** Operators chained at one level (`a || b || c`), for the same reason. */
export const MAX_CHAIN = 200

/** Reads tokens one by one. The parser's files share it; `query` and `expr` let them call each other. */
export interface Cursor {
  readonly text: string
  peek(ahead?: number): Token
  next(): Token
  /** Is the next token this keyword or operator? */
  is(word: string, ahead?: number): boolean
  /** Takes the next tokens if they are exactly these keywords or operators. */
  accept(...words: readonly string[]): boolean
  expect(word: string, where: string): Token
  /** A name: quoted, or a word that is not a reserved keyword. */
  name(what: string): { readonly text: string; readonly at: number }
  isName(ahead?: number): boolean
  unexpected(expected: string): never
  /** Runs one level deeper; refuses text that nests without end. */
  nested<T>(parse: () => T): T
  /** Number of the next `?`, from 0. */
  parameter(): number
  query: () => Query
  expr: () => Expr
  /** An expression without comparisons: what stands beside IN, LIKE, =. */
  operand: () => Expr
}

/** Reserved in Trino: never a name without double quotes. https://trino.io/docs/current/language/reserved.html */
export const RESERVED = new Set(
  `ALTER AND AS BETWEEN BY CASE CAST CONSTRAINT CREATE CROSS CUBE CURRENT_CATALOG CURRENT_DATE CURRENT_PATH CURRENT_ROLE
  CURRENT_SCHEMA CURRENT_TIME CURRENT_TIMESTAMP CURRENT_USER DEALLOCATE DELETE DESCRIBE DISTINCT DROP ELSE END ESCAPE EXCEPT
  EXECUTE EXISTS EXTRACT FALSE FOR FROM FULL GROUP GROUPING HAVING IN INNER INSERT INTERSECT INTO IS JOIN LEFT
  LIKE LISTAGG LOCALTIME LOCALTIMESTAMP NATURAL NORMALIZE NOT NULL ON OR ORDER OUTER PREPARE RECURSIVE RIGHT ROLLUP SELECT
  SKIP TABLE THEN TRIM TRUE UESCAPE UNION UNNEST USING VALUES WHEN WHERE WITH`.split(/\s+/),
)

/** Words that start or continue a clause; used to name the likely slip. */
const KEYWORDS = [
  'SELECT',
  'FROM',
  'WHERE',
  'GROUP',
  'ORDER',
  'HAVING',
  'LIMIT',
  'OFFSET',
  'UNION',
  'JOIN',
  'LEFT',
  'INNER',
]

export const createCursor = (text: string, tokens: readonly Token[]): Cursor => {
  let position = 0
  let depth = 0
  let parameters = 0
  const peek = (ahead = 0): Token => tokens[Math.min(position + ahead, tokens.length - 1)]!
  const is = (word: string, ahead = 0): boolean => {
    const token = peek(ahead)
    return (token.kind === 'word' || token.kind === 'op') && token.upper === word
  }
  const next = (): Token => {
    const token = peek()
    if (token.kind !== 'end') position++
    return token
  }
  const unexpected = (expected: string): never => {
    const token = peek()
    if (token.kind === 'end') return refuse(token.at, `the query ends here; expected ${expected}`)
    const hint = slipOf(token) || slipOf(tokens[position - 1])
    return refuse(
      token.at,
      `unexpected ${quoted(text.slice(token.at, token.end))}; expected ${expected}${hint}`,
    )
  }
  const isName = (ahead = 0): boolean => {
    const token = peek(ahead)
    return token.kind === 'quoted' || (token.kind === 'word' && !RESERVED.has(token.upper))
  }
  return {
    text,
    peek,
    next,
    is,
    accept(...words) {
      if (!words.every((word, ahead) => is(word, ahead))) return false
      position += words.length
      return true
    },
    expect: (word, where) => (is(word) ? next() : unexpected(`${word} ${where}`)),
    name: (what) => (isName() ? next() : unexpected(what)),
    isName,
    unexpected,
    nested(parse) {
      if (++depth > MAX_DEPTH) refuse(peek().at, `the query nests deeper than ${MAX_DEPTH} levels`)
      try {
        return parse()
      } finally {
        depth--
      }
    },
    parameter: () => parameters++,
    query: () => unexpected('a query'),
    expr: () => unexpected('an expression'),
    operand: () => unexpected('an expression'),
  }
}

/** The likely slip: a keyword spelled wrongly, or (commonest in pasted queries) no blank before one. */
const slipOf = (token: Token | undefined): string => {
  if (token?.kind !== 'word' || RESERVED.has(token.upper)) return ''
  const near = nearest(token.text, KEYWORDS)
  if (near && near !== token.upper) return `; did you mean ${near}?`
  const glued = /.(ORDER|GROUP|WHERE|LIMIT|FROM)$/.exec(token.text)
  return glued ? `; is a blank missing before ${glued[1]}?` : ''
}
