import type { CallExpr, Expr, Frame, SortItem, Window } from './ast.ts'
import type { Cursor } from './cursor.ts'
import type { Token } from './lexer.ts'
import { refuse } from './sql-error.ts'

/** A function call from its opening parenthesis on, with DISTINCT, ORDER BY, FILTER and OVER. */
export const parseCall = (cursor: Cursor, name: Token): CallExpr => {
  cursor.expect('(', 'after the function name')
  const star = cursor.accept('*')
  const distinct = !star && cursor.accept('DISTINCT')
  const args: Expr[] = []
  if (!star && !cursor.is(')')) {
    do args.push(cursor.expr())
    while (cursor.accept(','))
  }
  const orderBy = cursor.is('ORDER') ? parseOrderBy(cursor) : []
  cursor.expect(')', `to close ${name.text.slice(0, 40)}(`)
  if (cursor.is('WITHIN')) refuse(cursor.peek().at, 'WITHIN GROUP is not supported')
  const filter = parseFilter(cursor)
  const ignoreNulls = cursor.accept('IGNORE', 'NULLS')
  cursor.accept('RESPECT', 'NULLS')
  const over = cursor.accept('OVER') ? parseWindow(cursor) : undefined
  return {
    kind: 'call',
    at: name.at,
    name: name.text.toLowerCase(),
    args,
    star,
    distinct,
    orderBy,
    ...(filter && { filter }),
    ...(over && { over }),
    ignoreNulls,
  }
}

const parseFilter = (cursor: Cursor): Expr | undefined => {
  if (!cursor.is('FILTER') || !cursor.is('(', 1)) return undefined
  cursor.next()
  cursor.next()
  cursor.expect('WHERE', 'in FILTER (WHERE condition)')
  const filter = cursor.expr()
  cursor.expect(')', 'to close FILTER')
  return filter
}

/** `ORDER BY a DESC NULLS FIRST, ...`; without NULLS the answer is NULLS LAST, as in Trino. */
export const parseOrderBy = (cursor: Cursor): SortItem[] => {
  cursor.expect('ORDER', 'BY')
  cursor.expect('BY', 'after ORDER')
  const items: SortItem[] = []
  do {
    const expr = cursor.expr()
    const descending = cursor.accept('DESC')
    if (!descending) cursor.accept('ASC')
    const nullsFirst = cursor.accept('NULLS', 'FIRST')
    if (!nullsFirst) cursor.accept('NULLS', 'LAST')
    items.push({ expr, descending, nullsFirst })
  } while (cursor.accept(','))
  return items
}

const parseWindow = (cursor: Cursor): Window => {
  if (!cursor.is('('))
    refuse(cursor.peek().at, 'named windows are not supported; write OVER (PARTITION BY ... ORDER BY ...)')
  cursor.next()
  const partitionBy: Expr[] = []
  if (cursor.accept('PARTITION', 'BY')) {
    do partitionBy.push(cursor.expr())
    while (cursor.accept(','))
  }
  const orderBy = cursor.is('ORDER') ? parseOrderBy(cursor) : []
  const frame = parseFrame(cursor)
  cursor.expect(')', 'to close OVER (')
  return { partitionBy, orderBy, ...(frame && { frame }) }
}

const parseFrame = (cursor: Cursor): Frame | undefined => {
  const unit = (['ROWS', 'RANGE', 'GROUPS'] as const).find((word) => cursor.is(word))
  if (!unit) return undefined
  cursor.next()
  if (!cursor.accept('BETWEEN')) return { unit, start: frameBound(cursor), end: 'CURRENT ROW' }
  const start = frameBound(cursor)
  cursor.expect('AND', 'between the bounds of the frame')
  return { unit, start, end: frameBound(cursor) }
}

const frameBound = (cursor: Cursor): string => {
  if (cursor.accept('CURRENT', 'ROW')) return 'CURRENT ROW'
  const token = cursor.next()
  const amount =
    token.upper === 'UNBOUNDED' || (token.kind === 'number' && /^\d{1,9}$/.test(token.text))
      ? token.upper
      : ''
  if (!amount) refuse(token.at, 'expected UNBOUNDED, CURRENT ROW or a whole number in the frame')
  if (cursor.accept('PRECEDING')) return `${amount} PRECEDING`
  cursor.expect('FOLLOWING', 'or PRECEDING in the frame')
  return `${amount} FOLLOWING`
}
