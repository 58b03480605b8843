import type { CallExpr, Expr, IntervalUnit } from './ast.ts'
import type { Cursor } from './cursor.ts'
import { parseTimestampText } from './literal.ts'
import { parseCall } from './parse-call.ts'
import { parseLength, parseType } from './parse-type.ts'
import { quoted, refuse } from './sql-error.ts'

/** A primary expression with its `.field` and `[index]` suffixes. */
export const parsePostfix = (cursor: Cursor): Expr => {
  let base = parsePrimary(cursor)
  for (let links = 0; ; links++) {
    const at = cursor.peek().at
    if (links > 50) refuse(at, 'more than 50 fields in a row')
    if (cursor.accept('.')) {
      base = { kind: 'field', at, base, name: fieldName(cursor) }
    } else if (cursor.accept('[')) {
      base = { kind: 'subscript', at, base, index: cursor.expr() }
      cursor.expect(']', 'after the subscript')
    } else return base
  }
}

/** After a dot any word is a name, keywords too. */
const fieldName = (cursor: Cursor): string => {
  const token = cursor.peek()
  if (token.kind === 'word' || token.kind === 'quoted') return cursor.next().text
  return cursor.unexpected('a field name after the dot')
}

const parsePrimary = (cursor: Cursor): Expr => {
  const token = cursor.peek()
  if (token.kind === 'string')
    return { kind: 'literal', at: cursor.next().at, type: 'varchar', value: token.text }
  if (token.kind === 'number') return numberLiteral(cursor)
  if (token.kind === 'digits') refuse(token.at, `${quoted(token.text)} is neither a number nor a name`)
  if (token.kind === 'named') return { kind: 'parameter', at: cursor.next().at, index: -1, name: token.text }
  if (cursor.accept('?')) return { kind: 'parameter', at: token.at, index: cursor.parameter() }
  if (cursor.is('(')) return parseParenthesis(cursor)
  if (token.kind === 'word') {
    const special = parseKeyword(cursor)
    if (special) return special
  }
  if (cursor.is('[') || cursor.is('{')) {
    refuse(token.at, 'list and struct literals are not in the dialect; write ARRAY[...] or element_at(...)')
  }
  if (cursor.isName()) return parseNamed(cursor)
  return cursor.unexpected('an expression')
}

const numberLiteral = (cursor: Cursor): Expr => {
  const { at, text } = cursor.next()
  if (/[eE]/.test(text)) return { kind: 'literal', at, type: 'double', value: text }
  if (text.includes('.')) {
    if (text.replace('.', '').length > 18) refuse(at, 'a decimal literal has at most 18 digits')
    return { kind: 'literal', at, type: 'decimal', value: text }
  }
  const value = BigInt(text)
  if (value > 9223372036854775807n) refuse(at, 'this number is above the largest bigint, 9223372036854775807')
  return { kind: 'literal', at, type: value > 2147483647n ? 'bigint' : 'integer', value: String(value) }
}

const parseParenthesis = (cursor: Cursor): Expr => {
  const at = cursor.next().at
  if (isLambdaHead(cursor)) return parseLambda(cursor, at)
  if (cursor.is('SELECT') || cursor.is('WITH') || cursor.is('VALUES')) {
    const query = cursor.query()
    cursor.expect(')', 'after the subquery')
    return { kind: 'scalar-query', at, query }
  }
  const expr = cursor.expr()
  const items = [expr]
  while (cursor.accept(',')) items.push(cursor.expr())
  cursor.expect(')', 'to close the parenthesis')
  return items.length === 1 ? expr : { kind: 'row', at, items }
}

/** `(a, b) ->`, just behind the opening parenthesis. */
const isLambdaHead = (cursor: Cursor): boolean => {
  let ahead = 0
  if (!cursor.is(')')) {
    for (; cursor.isName(ahead); ahead += 2) if (!cursor.is(',', ahead + 1)) break
    ahead++
  }
  return cursor.is(')', ahead) && cursor.is('->', ahead + 1)
}

const parseLambda = (cursor: Cursor, at: number): Expr => {
  const params: string[] = []
  while (!cursor.accept(')')) {
    params.push(cursor.name('a parameter of the lambda').text.toLowerCase())
    cursor.accept(',')
  }
  cursor.expect('->', 'after the parameters of the lambda')
  return { kind: 'lambda', at, params, body: cursor.expr() }
}

const parseNamed = (cursor: Cursor): Expr => {
  const token = cursor.next()
  if (cursor.accept('->')) {
    return { kind: 'lambda', at: token.at, params: [token.text.toLowerCase()], body: cursor.expr() }
  }
  if (cursor.is('(') && token.kind === 'word') return parseCall(cursor, token)
  return { kind: 'name', at: token.at, name: token.text }
}

const literal = (at: number, type: 'boolean' | 'null', value: string | null): Expr => ({
  kind: 'literal',
  at,
  type,
  value,
})

const noArguments = (at: number, name: string): Expr => ({
  kind: 'call',
  at,
  name,
  args: [],
  star: false,
  distinct: false,
  orderBy: [],
  ignoreNulls: false,
})

const parseKeyword = (cursor: Cursor): Expr | undefined => {
  const { at, upper } = cursor.peek()
  const followedByString = cursor.peek(1).kind === 'string'
  if (upper === 'TRUE' || upper === 'FALSE') return literal(cursor.next().at, 'boolean', upper.toLowerCase())
  if (upper === 'NULL') return literal(cursor.next().at, 'null', null)
  if (upper === 'CASE') return parseCase(cursor)
  if ((upper === 'CAST' || upper === 'TRY_CAST') && cursor.is('(', 1)) return parseCast(cursor)
  if ((upper === 'TIMESTAMP' || upper === 'DATE') && followedByString) return parseTimeLiteral(cursor)
  if (upper === 'INTERVAL') return parseInterval(cursor)
  if (upper === 'EXISTS') return parseExists(cursor)
  if (upper === 'ARRAY' && cursor.is('[', 1)) return parseArray(cursor)
  if (upper === 'ROW' && cursor.is('(', 1)) return parseRow(cursor)
  if (upper === 'IPADDRESS' && followedByString) return parseAddress(cursor)
  if (upper === 'JSON' && followedByString) return parseJsonLiteral(cursor)
  if (['CURRENT_TIMESTAMP', 'CURRENT_DATE', 'LOCALTIMESTAMP'].includes(upper)) return parseNow(cursor)
  if (JSON_SYNTAX.includes(upper) && cursor.is('(', 1)) {
    refuse(
      at,
      `${upper.toLowerCase()} is not in the dialect; write json_extract_scalar(text, '$.path') or json_extract`,
    )
  }
  if (upper === 'EXTRACT') return parseExtract(cursor)
  // Reserved in Trino, and yet called like any function.
  if (['TRIM', 'GROUPING', 'LISTAGG'].includes(upper) && cursor.is('(', 1))
    return parseCall(cursor, cursor.next())
  return undefined
}

const JSON_SYNTAX: readonly string[] = [
  'JSON_VALUE',
  'JSON_QUERY',
  'JSON_EXISTS',
  'JSON_OBJECT',
  'JSON_ARRAY',
  'JSON_TABLE',
]

const parseRow = (cursor: Cursor): Expr => {
  const at = cursor.next().at
  cursor.next()
  const items = [cursor.expr()]
  while (cursor.accept(',')) items.push(cursor.expr())
  cursor.expect(')', 'to close ROW(')
  return { kind: 'row', at, items }
}

/** IPADDRESS '192.0.2.1' is the cast of that text. */
const parseAddress = (cursor: Cursor): Expr => {
  const at = cursor.next().at
  const base: Expr = { kind: 'literal', at: cursor.peek().at, type: 'varchar', value: cursor.next().text }
  return { kind: 'cast', at, base, to: 'ipaddress', tolerant: false }
}

const parseJsonLiteral = (cursor: Cursor): Expr => {
  const at = cursor.next().at
  const base: Expr = { kind: 'literal', at: cursor.peek().at, type: 'varchar', value: cursor.next().text }
  return { ...(noArguments(at, 'json_parse') as Extract<Expr, { kind: 'call' }>), args: [base] }
}

/** current_timestamp, also with a precision of milliseconds. */
const parseNow = (cursor: Cursor): Expr => {
  const { at, upper } = cursor.next()
  if (cursor.accept('(')) {
    const precision = cursor.next()
    if (precision.text !== '3')
      refuse(precision.at, `only ${upper.toLowerCase()}(3) is in the dialect: milliseconds`)
    cursor.expect(')', 'after the precision')
  }
  return noArguments(at, upper.toLowerCase())
}

const parseTimeLiteral = (cursor: Cursor): Expr => {
  const { at, upper } = cursor.next()
  const { text } = cursor.next()
  const zoned = upper === 'TIMESTAMP' ? /^(.*\d) ?(?:UTC|[+]00:00)$/.exec(text.trim())?.[1] : undefined
  if (zoned !== undefined) {
    const [date, time = '00:00:00'] = parseTimestampText(zoned, at).split(' ')
    const base: Expr = { kind: 'literal', at, type: 'varchar', value: `${date}T${time}Z` }
    return { ...(noArguments(at, 'from_iso8601_timestamp') as CallExpr), args: [base] }
  }
  return { kind: 'literal', at, type: upper === 'DATE' ? 'date' : 'timestamp', value: text }
}

const parseCase = (cursor: Cursor): Expr => {
  const at = cursor.next().at
  const operand = cursor.is('WHEN') ? undefined : cursor.expr()
  const whens: { when: Expr; result: Expr }[] = []
  while (cursor.accept('WHEN')) {
    const when = cursor.expr()
    cursor.expect('THEN', 'after WHEN ...')
    whens.push({ when, result: cursor.expr() })
  }
  if (whens.length === 0) cursor.unexpected('WHEN')
  const otherwise = cursor.accept('ELSE') ? cursor.expr() : undefined
  cursor.expect('END', 'to close CASE')
  return { kind: 'case', at, ...(operand && { operand }), whens, ...(otherwise && { otherwise }) }
}

const parseCast = (cursor: Cursor): Expr => {
  const { at, upper } = cursor.next()
  cursor.expect('(', `after ${upper}`)
  const base = cursor.expr()
  cursor.expect('AS', `in ${upper}(value AS type)`)
  const to = parseType(cursor)
  const length = to === 'varchar' && cursor.is('(') ? parseLength(cursor) : undefined
  cursor.expect(')', `to close ${upper}`)
  return {
    kind: 'cast',
    at,
    base,
    to,
    tolerant: upper === 'TRY_CAST',
    ...(length !== undefined && { length }),
  }
}

const UNITS: readonly string[] = ['second', 'minute', 'hour', 'day', 'week', 'month', 'year']

const parseInterval = (cursor: Cursor): Expr => {
  const at = cursor.next().at
  const sign = cursor.accept('-') ? '-' : ''
  const value = cursor.next()
  if (value.kind !== 'string') refuse(value.at, "the number of an interval is quoted: INTERVAL '7' DAY")
  if (!/^\s*-?\d{1,9}\s*$/.test(value.text)) refuse(value.at, "expected a whole number: INTERVAL '7' DAY")
  const unit = cursor.next()
  const name = unit.text.toLowerCase()
  if (!UNITS.includes(name))
    refuse(
      unit.at,
      UNITS.includes(name.replace(/s$/, ''))
        ? `write ${name.replace(/s$/, '').toUpperCase()}: units have no plural here`
        : `expected one of ${UNITS.join(', ').toUpperCase()} after INTERVAL '...'`,
    )
  if (cursor.is('TO')) refuse(cursor.peek().at, 'intervals from one unit TO another are not supported')
  const number = sign ? -BigInt(value.text.trim()) : BigInt(value.text.trim())
  return { kind: 'interval', at, value: String(number), unit: name as IntervalUnit }
}

const parseExists = (cursor: Cursor): Expr => {
  const at = cursor.next().at
  cursor.expect('(', 'after EXISTS')
  const query = cursor.query()
  cursor.expect(')', 'after the subquery')
  return { kind: 'exists', at, query }
}

const parseArray = (cursor: Cursor): Expr => {
  const at = cursor.next().at
  cursor.next()
  const items: Expr[] = []
  if (!cursor.is(']')) {
    do items.push(cursor.expr())
    while (cursor.accept(','))
  }
  cursor.expect(']', 'to close ARRAY[')
  return { kind: 'array', at, items }
}

/** EXTRACT(unit FROM x) is the function of that unit. */
const parseExtract = (cursor: Cursor): Expr => {
  const at = cursor.next().at
  cursor.expect('(', 'after EXTRACT')
  const unit = cursor.name('a unit of time such as HOUR').text.toLowerCase()
  cursor.expect('FROM', 'in EXTRACT(unit FROM value)')
  const base = cursor.expr()
  cursor.expect(')', 'to close EXTRACT')
  return { ...(noArguments(at, unit) as Extract<Expr, { kind: 'call' }>), args: [base] }
}
