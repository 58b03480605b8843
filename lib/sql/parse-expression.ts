import type { ArithmeticOperator, CompareOperator, Expr } from './ast.ts'
import { type Cursor, MAX_CHAIN } from './cursor.ts'
import { parsePostfix } from './parse-primary.ts'
import { refuse } from './sql-error.ts'

/** An expression with Trino's precedence: OR, AND, NOT, predicates, + -, * / %, ||, sign, AT TIME ZONE, postfix. */
export const parseExpression = (cursor: Cursor): Expr => cursor.nested(() => parseOr(cursor))

/** An expression without comparisons, AND, OR and NOT. */
export const parseOperand = (cursor: Cursor): Expr => cursor.nested(() => parseSum(cursor))

const parseOr = (cursor: Cursor): Expr =>
  parseLogical(cursor, 'OR', () => parseLogical(cursor, 'AND', () => parseNot(cursor)))

const parseLogical = (cursor: Cursor, operator: 'AND' | 'OR', operand: () => Expr): Expr => {
  const at = cursor.peek().at
  const items = [operand()]
  while (cursor.accept(operator)) items.push(operand())
  return items.length === 1 ? items[0]! : { kind: 'logical', at, operator, items }
}

const parseNot = (cursor: Cursor): Expr => {
  const at = cursor.peek().at
  if (!cursor.accept('NOT')) return parsePredicate(cursor)
  return { kind: 'not', at, base: cursor.nested(() => parseNot(cursor)) }
}

const COMPARE: Readonly<Record<string, CompareOperator>> = {
  '=': '=',
  '<>': '<>',
  '!=': '<>',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
}

const parsePredicate = (cursor: Cursor): Expr => {
  let left = parseSum(cursor)
  for (;;) {
    const token = cursor.peek()
    const operator =
      token.kind === 'op' && Object.hasOwn(COMPARE, token.text) ? COMPARE[token.text] : undefined
    if (operator) {
      cursor.next()
      refuseQuantifier(cursor)
      left = { kind: 'compare', at: token.at, operator, left, right: parseSum(cursor) }
      if (cursor.peek().kind === 'op' && Object.hasOwn(COMPARE, cursor.peek().text))
        cursor.unexpected('AND or OR')
      continue
    }
    const predicate = parseWordPredicate(cursor, left)
    if (!predicate) return left
    left = predicate
  }
}

const refuseQuantifier = (cursor: Cursor): void => {
  const token = cursor.peek()
  if (['ANY', 'ALL', 'SOME'].some((word) => cursor.is(word)) && cursor.is('(', 1)) {
    refuse(token.at, `${token.upper} (...) is not supported; write IN (...) or EXISTS (...)`)
  }
}

const parseWordPredicate = (cursor: Cursor, base: Expr): Expr | undefined => {
  const at = cursor.peek().at
  if (cursor.accept('IS')) return parseIs(cursor, at, base)
  const negated = cursor.is('NOT') && ['IN', 'LIKE', 'BETWEEN'].some((word) => cursor.is(word, 1))
  if (negated) cursor.next()
  if (cursor.is('ILIKE')) refuse(at, 'ILIKE is not in the dialect; write lower(a) LIKE ...')
  if (cursor.accept('IN')) return parseIn(cursor, { at, negated, base })
  if (cursor.accept('LIKE')) return parseLike(cursor, { at, negated, base })
  if (!cursor.accept('BETWEEN')) return undefined
  if (cursor.is('SYMMETRIC'))
    refuse(at, 'BETWEEN SYMMETRIC is not in the dialect; write the lower bound first')
  cursor.accept('ASYMMETRIC')
  const low = parseSum(cursor)
  cursor.expect('AND', 'between the two bounds of BETWEEN')
  return { kind: 'between', at, negated, base, low, high: parseSum(cursor) }
}

const parseIs = (cursor: Cursor, at: number, base: Expr): Expr => {
  const negated = cursor.accept('NOT')
  if (cursor.accept('NULL')) return { kind: 'is-null', at, negated, base }
  if (cursor.accept('DISTINCT', 'FROM'))
    return { kind: 'distinct', at, negated, left: base, right: parseSum(cursor) }
  for (const value of ['TRUE', 'FALSE', 'UNKNOWN']) {
    if (!cursor.accept(value)) continue
    if (value === 'UNKNOWN') return { kind: 'is-null', at, negated, base }
    // Newer versions of Trino have IS TRUE, older ones do not: both have this.
    const right: Expr = { kind: 'literal', at, type: 'boolean', value: value.toLowerCase() }
    return { kind: 'distinct', at, negated: !negated, left: base, right }
  }
  return cursor.unexpected('NULL, TRUE, FALSE or DISTINCT FROM after IS')
}

interface Predicate {
  readonly at: number
  readonly negated: boolean
  readonly base: Expr
}

const parseIn = (cursor: Cursor, predicate: Predicate): Expr => {
  cursor.expect('(', 'after IN')
  if (cursor.is('SELECT') || cursor.is('WITH') || cursor.is('VALUES')) {
    const query = cursor.query()
    cursor.expect(')', 'after the subquery')
    return { kind: 'in-query', ...predicate, query }
  }
  const items = [cursor.expr()]
  while (cursor.accept(',')) items.push(cursor.expr())
  cursor.expect(')', 'after the list of IN')
  return { kind: 'in', ...predicate, items }
}

const parseLike = (cursor: Cursor, predicate: Predicate): Expr => {
  const pattern = parseSum(cursor)
  if (!cursor.accept('ESCAPE')) return { kind: 'like', ...predicate, pattern }
  return { kind: 'like', ...predicate, pattern, escape: parseSum(cursor) }
}

const parseChain = (cursor: Cursor, operators: readonly string[], operand: () => Expr): Expr => {
  let left = operand()
  for (let links = 0; operators.some((operator) => cursor.is(operator)); links++) {
    const token = cursor.next()
    if (links >= MAX_CHAIN) refuse(token.at, `more than ${MAX_CHAIN} operators in a row`)
    left = {
      kind: 'arithmetic',
      at: token.at,
      operator: token.text as ArithmeticOperator,
      left,
      right: operand(),
    }
  }
  return left
}

const parseSum = (cursor: Cursor): Expr => parseChain(cursor, ['+', '-'], () => parseProduct(cursor))

const parseProduct = (cursor: Cursor): Expr => parseChain(cursor, ['*', '/', '%'], () => parseConcat(cursor))

const parseConcat = (cursor: Cursor): Expr => {
  const at = cursor.peek().at
  const items = [parseSign(cursor)]
  while (cursor.accept('||')) {
    items.push(parseSign(cursor))
    if (items.length > MAX_CHAIN) refuse(cursor.peek().at, `more than ${MAX_CHAIN} operators in a row`)
  }
  return items.length === 1 ? items[0]! : { kind: 'concat', at, items }
}

const parseSign = (cursor: Cursor): Expr => {
  const at = cursor.peek().at
  if (cursor.accept('+')) return cursor.nested(() => parseSign(cursor))
  if (cursor.accept('-')) return { kind: 'negate', at, base: cursor.nested(() => parseSign(cursor)) }
  const base = parsePostfix(cursor)
  if (cursor.is('COLLATE')) refuse(cursor.peek().at, 'COLLATE is not in the dialect')
  if (!cursor.accept('AT', 'TIME', 'ZONE')) return base
  const zone = cursor.next()
  if (zone.kind !== 'string') refuse(zone.at, "expected the time zone as text: AT TIME ZONE 'UTC'")
  return { kind: 'time-zone', at, base, zone: zone.text }
}
