import type { CallExpr, Expr, Frame, FrameBound, SortItem, Window } from './ast.ts'
import type { Cursor } from './cursor.ts'
import type { Token } from './lexer.ts'
import { refuse } from './sql-error.ts'

/** A function call from its opening parenthesis on, with DISTINCT, ORDER BY, FILTER and OVER. */
export const parseCall = (cursor: Cursor, name: Token): CallExpr => {
  cursor.expect('(', 'after the function name')
  const star = cursor.accept('*')
  const distinct = !star && cursor.accept('DISTINCT')
  if (!star && !distinct) cursor.accept('ALL')
  const args = star ? [] : parseArguments(cursor, name)
  const inside = cursor.is('ORDER') ? parseOrderBy(cursor) : []
  if (cursor.is('ON') && name.upper === 'LISTAGG') {
    refuse(cursor.peek().at, 'ON OVERFLOW is not in the dialect; leave it out: a longer text is an error')
  }
  cursor.expect(')', `to close ${name.text.slice(0, 40)}(`)
  const orderBy = cursor.is('WITHIN') ? parseWithinGroup(cursor, name) : inside
  if (name.upper === 'LISTAGG' && args.length === 1)
    args.push({ kind: 'literal', at: name.at, type: 'varchar', value: '' })
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

/** Arguments, `position(a IN b)`, `trim(BOTH a FROM b)` and `substring(a FROM b FOR c)` as plain ones. */
const parseArguments = (cursor: Cursor, name: Token): Expr[] => {
  if (cursor.is(')') || cursor.is('ORDER')) return []
  if (name.upper === 'TRIM') return parseTrimmed(cursor, name)
  if (name.upper === 'POSITION') return parsePosition(cursor)
  const args = [cursor.expr()]
  if (name.upper === 'SUBSTRING' && cursor.accept('FROM')) {
    args.push(cursor.expr())
    if (cursor.accept('FOR')) args.push(cursor.expr())
  }
  while (cursor.accept(',')) args.push(cursor.expr())
  return args
}

/** position(part IN text), as the arguments of strpos. */
const parsePosition = (cursor: Cursor): Expr[] => {
  const part = cursor.operand()
  cursor.expect('IN', 'in position(part IN text)')
  return [cursor.operand(), part]
}

const parseTrimmed = (cursor: Cursor, name: Token): Expr[] => {
  const side = (['BOTH', 'LEADING', 'TRAILING'] as const).find((word) => cursor.accept(word))
  if (side && side !== 'BOTH')
    refuse(
      name.at,
      `trim(${side} ...) is not in the dialect; write ${side === 'LEADING' ? 'l' : 'r'}trim(text, characters)`,
    )
  const first = cursor.is('FROM') ? undefined : cursor.expr()
  if (cursor.accept('FROM')) return [cursor.expr(), ...(first ? [first] : [])]
  const args = first ? [first] : []
  while (cursor.accept(',')) args.push(cursor.expr())
  return args
}

const parseWithinGroup = (cursor: Cursor, name: Token): SortItem[] => {
  if (name.upper !== 'LISTAGG') refuse(cursor.peek().at, 'WITHIN GROUP fits only listagg')
  cursor.next()
  cursor.expect('GROUP', 'after WITHIN')
  cursor.expect('(', 'after WITHIN GROUP')
  const orderBy = parseOrderBy(cursor)
  cursor.expect(')', 'to close WITHIN GROUP (')
  return orderBy
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

/** What follows OVER, or AS in a WINDOW clause: a name, or `([name] PARTITION BY ... ORDER BY ... frame)`. */
export const parseWindow = (cursor: Cursor): Window => {
  if (cursor.isName()) return { base: windowName(cursor), partitionBy: [], orderBy: [] }
  cursor.expect('(', 'or the name of a window after OVER')
  const isBase = cursor.isName() && !['PARTITION', 'ROWS', 'RANGE', 'GROUPS'].includes(cursor.peek().upper)
  const base = isBase ? windowName(cursor) : undefined
  const partitionBy: Expr[] = []
  if (cursor.accept('PARTITION', 'BY')) {
    do partitionBy.push(cursor.expr())
    while (cursor.accept(','))
  }
  const orderBy = cursor.is('ORDER') ? parseOrderBy(cursor) : []
  const frame = parseFrame(cursor)
  if (cursor.is('EXCLUDE')) refuse(cursor.peek().at, 'EXCLUDE is not in the dialect')
  cursor.expect(')', 'to close OVER (')
  return { ...(base && { base }), partitionBy, orderBy, ...(frame && { frame }) }
}

const windowName = (cursor: Cursor) => {
  const { text, at } = cursor.name('the name of a window')
  return { text: text.toLowerCase(), at }
}

const parseFrame = (cursor: Cursor): Frame<Expr> | undefined => {
  const unit = (['ROWS', 'RANGE', 'GROUPS'] as const).find((word) => cursor.is(word))
  if (!unit) return undefined
  cursor.next()
  if (!cursor.accept('BETWEEN')) return { unit, start: frameBound(cursor), end: { side: 'CURRENT ROW' } }
  const start = frameBound(cursor)
  cursor.expect('AND', 'between the bounds of the frame')
  return { unit, start, end: frameBound(cursor) }
}

const frameBound = (cursor: Cursor): FrameBound<Expr> => {
  if (cursor.accept('CURRENT', 'ROW')) return { side: 'CURRENT ROW' }
  const amount = cursor.accept('UNBOUNDED') ? undefined : cursor.expr()
  if (cursor.accept('PRECEDING')) return { side: 'PRECEDING', ...(amount && { amount }) }
  cursor.expect('FOLLOWING', 'or PRECEDING in the frame')
  return { side: 'FOLLOWING', ...(amount && { amount }) }
}
