import type { Body, Expr, GroupElement, Query, Relation, Select, SelectItem, Values } from './ast.ts'
import { type Cursor, createCursor } from './cursor.ts'
import { tokenize } from './lexer.ts'
import { parseOrderBy, parseWindow } from './parse-call.ts'
import { parseExpression, parseOperand } from './parse-expression.ts'
import { parseFrom } from './parse-relation.ts'
import { quoted, refuse } from './sql-error.ts'

/** Parses one query: a single SELECT (or WITH, VALUES, parenthesised query), a trailing `;` tolerated. Throws Refusal. */
export const parse = (text: string): Query => {
  const cursor = createCursor(text, tokenize(text))
  cursor.query = () => cursor.nested(() => parseQuery(cursor))
  cursor.expr = () => parseExpression(cursor)
  cursor.operand = () => parseOperand(cursor)
  refuseOtherStatements(cursor)
  const query = cursor.query()
  if (cursor.accept(';') && cursor.peek().kind !== 'end') {
    refuse(cursor.peek().at, 'a second statement; one query holds a single SELECT')
  }
  if (cursor.peek().kind !== 'end') refuseTail(cursor)
  return query
}

const refuseOtherStatements = (cursor: Cursor): void => {
  const { kind, upper, at } = cursor.peek()
  if (kind === 'end') refuse(at, 'the query is empty; expected SELECT')
  if (['SELECT', 'WITH', 'VALUES', '('].includes(upper) && kind !== 'string' && kind !== 'quoted') return
  if (upper === 'FROM') refuse(at, 'a query starts with SELECT, not with FROM')
  if (kind === 'word' && cursor.isName(1))
    refuse(at, `${quoted(upper)} is not allowed here: only SELECT is, nothing that writes`)
  cursor.unexpected('SELECT')
}

const TAILS: Readonly<Record<string, string>> = {
  QUALIFY: 'QUALIFY is not in the dialect; filter in an outer SELECT',
  OFFSET: 'OFFSET comes before LIMIT: OFFSET n LIMIT m',
  MATCH_RECOGNIZE: 'MATCH_RECOGNIZE is not in the dialect: the local engine has no row patterns',
}

const refuseTail = (cursor: Cursor): never => {
  const token = cursor.peek()
  const known = token.kind === 'word' && Object.hasOwn(TAILS, token.upper) ? TAILS[token.upper] : undefined
  return known ? refuse(token.at, known) : cursor.unexpected('the end of the query, or the next clause')
}

const parseQuery = (cursor: Cursor): Query => {
  const at = cursor.peek().at
  const ctes = cursor.accept('WITH') ? parseWith(cursor) : []
  const body = parseUnion(cursor)
  const orderBy = cursor.is('ORDER') ? parseOrderBy(cursor) : []
  const offset = cursor.accept('OFFSET') ? parseCount(cursor, 'OFFSET') : undefined
  if (offset !== undefined && !cursor.accept('ROWS')) cursor.accept('ROW')
  const limit = parseLimit(cursor)
  return {
    at,
    with: ctes,
    body,
    orderBy,
    ...(offset !== undefined && { offset }),
    ...(limit !== undefined && { limit }),
  }
}

const parseWith = (cursor: Cursor): Query['with'] => {
  if (cursor.is('RECURSIVE') && cursor.isName(1)) {
    refuse(
      cursor.peek().at,
      'WITH RECURSIVE is not in the dialect: Trino ends such a query after ten steps; join the table to itself once a step',
    )
  }
  const ctes: Query['with'][number][] = []
  do {
    const { text, at } = cursor.name('a name after WITH')
    const columns = cursor.is('(') ? parseColumnNames(cursor) : undefined
    cursor.expect('AS', 'in WITH name AS (query)')
    cursor.expect('(', 'in WITH name AS (query)')
    const query = cursor.query()
    cursor.expect(')', 'after the query of WITH')
    ctes.push({ name: text.toLowerCase(), at, ...(columns && { columns }), query })
  } while (cursor.accept(','))
  return ctes
}

const parseColumnNames = (cursor: Cursor): string[] => {
  cursor.next()
  const columns: string[] = []
  do columns.push(cursor.name('a column name').text.toLowerCase())
  while (cursor.accept(','))
  cursor.expect(')', 'after the column names')
  return columns
}

const parseCount = (cursor: Cursor, clause: string): number => {
  const token = cursor.next()
  if (token.kind !== 'number' || !/^\d{1,15}$/.test(token.text))
    refuse(token.at, `${clause} takes a whole number`)
  return Number(token.text)
}

const parseLimit = (cursor: Cursor): number | undefined => {
  if (cursor.accept('LIMIT')) return cursor.accept('ALL') ? undefined : parseCount(cursor, 'LIMIT')
  if (!cursor.accept('FETCH')) return undefined
  if (!cursor.accept('FIRST')) cursor.expect('NEXT', 'or FIRST after FETCH')
  const limit = cursor.is('ROW') || cursor.is('ROWS') ? 1 : parseCount(cursor, 'FETCH FIRST')
  if (!cursor.accept('ROWS')) cursor.expect('ROW', 'or ROWS after the number')
  if (cursor.is('WITH'))
    refuse(cursor.peek().at, 'WITH TIES is not in the dialect; number the rows with rank() in a subquery')
  cursor.expect('ONLY', 'after ROWS')
  return limit
}

const parseUnion = (cursor: Cursor): Body => {
  let left = parseIntersect(cursor)
  for (let links = 0; cursor.is('UNION') || cursor.is('EXCEPT'); links++) {
    const { at, upper } = cursor.next()
    if (links > 50) refuse(at, 'more than 50 queries in one UNION')
    const all = cursor.accept('ALL')
    if (!all) cursor.accept('DISTINCT')
    left = {
      kind: 'set',
      at,
      operator: upper as 'UNION' | 'EXCEPT',
      all,
      left,
      right: parseIntersect(cursor),
    }
  }
  return left
}

const parseIntersect = (cursor: Cursor): Body => {
  let left = parseBody(cursor)
  while (cursor.is('INTERSECT')) {
    const { at } = cursor.next()
    const all = cursor.accept('ALL')
    if (!all) cursor.accept('DISTINCT')
    left = { kind: 'set', at, operator: 'INTERSECT', all, left, right: parseBody(cursor) }
  }
  return left
}

const parseBody = (cursor: Cursor): Body => {
  const { at } = cursor.peek()
  if (cursor.is('SELECT')) return parseSelect(cursor)
  if (cursor.accept('VALUES')) return parseValues(cursor, at)
  if (!cursor.accept('(')) return cursor.unexpected('SELECT')
  const query = cursor.query()
  cursor.expect(')', 'after the query')
  return { kind: 'query', at, query }
}

const parseValues = (cursor: Cursor, at: number): Values => {
  const rows: Expr[][] = []
  do {
    if (!cursor.accept('(')) {
      rows.push([cursor.expr()])
      continue
    }
    const row = [cursor.expr()]
    while (cursor.accept(',')) row.push(cursor.expr())
    cursor.expect(')', 'to close the row')
    rows.push(row)
  } while (cursor.accept(','))
  return { kind: 'values', at, rows }
}

const parseSelect = (cursor: Cursor): Select => {
  const at = cursor.next().at
  const distinct = cursor.accept('DISTINCT')
  if (distinct && cursor.is('ON')) refuse(cursor.peek().at, 'DISTINCT ON is not in the dialect')
  if (!distinct) cursor.accept('ALL')
  const items = parseItems(cursor)
  const from: Relation | undefined = cursor.accept('FROM') ? parseFrom(cursor) : undefined
  const where = cursor.accept('WHERE') ? cursor.expr() : undefined
  const groupBy = cursor.accept('GROUP', 'BY') ? parseGroupBy(cursor) : []
  const having = cursor.accept('HAVING') ? cursor.expr() : undefined
  const windows = cursor.accept('WINDOW') ? parseWindows(cursor) : []
  return {
    kind: 'select',
    at,
    distinct,
    items,
    ...(from && { from }),
    ...(where && { where }),
    groupBy,
    ...(having && { having }),
    windows,
  }
}

const parseWindows = (cursor: Cursor): Select['windows'] => {
  const windows: Select['windows'][number][] = []
  do {
    const { text, at } = cursor.name('a name after WINDOW')
    cursor.expect('AS', 'in WINDOW name AS (...)')
    windows.push({ name: { text: text.toLowerCase(), at }, window: parseWindow(cursor) })
  } while (cursor.accept(','))
  return windows
}

const parseItems = (cursor: Cursor): SelectItem[] => {
  const items: SelectItem[] = []
  do {
    if (items.length > 0 && (cursor.is('FROM') || cursor.peek().kind === 'end')) {
      refuse(cursor.peek().at, 'a comma stands before FROM; remove it, or name another column')
    }
    items.push(parseItem(cursor))
  } while (cursor.accept(','))
  return items
}

const parseItem = (cursor: Cursor): SelectItem => {
  const { at } = cursor.peek()
  if (cursor.accept('*')) return refuseStarOptions(cursor, { kind: 'star', at })
  if (cursor.isName() && cursor.is('.', 1) && cursor.is('*', 2)) {
    const qualifier = cursor.next().text.toLowerCase()
    cursor.accept('.', '*')
    return refuseStarOptions(cursor, { kind: 'star', at, qualifier })
  }
  const expr = cursor.expr()
  const named = cursor.accept('AS') || cursor.isName()
  if (!named) return { kind: 'expr', at, expr }
  if (cursor.peek().kind === 'string')
    refuse(cursor.peek().at, 'text in single quotes is no name; write AS name or AS "name"')
  return { kind: 'expr', at, expr, alias: cursor.name('a column name after AS').text.toLowerCase() }
}

const refuseStarOptions = (cursor: Cursor, star: SelectItem): SelectItem => {
  const { at, upper } = cursor.peek()
  if (['EXCLUDE', 'REPLACE', 'RENAME'].includes(upper) || (upper === 'EXCEPT' && cursor.is('(', 1))) {
    refuse(at, `SELECT * ${upper} is not in the dialect; name the columns you want`)
  }
  return star
}

const parseGroupBy = (cursor: Cursor): GroupElement<Expr>[] => {
  const { at } = cursor.peek()
  if (cursor.is('ALL') && !cursor.isName(1) && !cursor.is('(', 1))
    refuse(at, 'GROUP BY ALL is not in the dialect; name the columns')
  if (cursor.is('DISTINCT')) refuse(at, 'GROUP BY DISTINCT is not in the dialect')
  cursor.accept('ALL')
  const items: GroupElement<Expr>[] = []
  do items.push(parseGroupElement(cursor))
  while (cursor.accept(','))
  return items
}

const parseGroupElement = (cursor: Cursor): GroupElement<Expr> => {
  for (const kind of ['ROLLUP', 'CUBE'] as const) {
    if (cursor.is(kind) && cursor.is('(', 1)) {
      cursor.next()
      return { kind, sets: parseSets(cursor, kind) }
    }
  }
  if (cursor.accept('GROUPING', 'SETS'))
    return { kind: 'GROUPING SETS', sets: parseSets(cursor, 'GROUPING SETS') }
  if (cursor.is('(') && cursor.is(')', 1)) return { kind: 'GROUPING SETS', sets: [parseSet(cursor)] }
  const expr = cursor.expr()
  // (a, b) groups by both: one set of several columns.
  return { kind: 'expr', sets: expr.kind === 'row' ? expr.items.map((item) => [item]) : [[expr]] }
}

const parseSets = (cursor: Cursor, kind: string): Expr[][] => {
  cursor.expect('(', `after ${kind}`)
  const sets: Expr[][] = []
  do {
    if (['ROLLUP', 'CUBE', 'GROUPING'].some((word) => cursor.is(word)))
      refuse(
        cursor.peek().at,
        `${cursor.peek().upper} inside ${kind} is not in the dialect; write the sets out`,
      )
    sets.push(parseSet(cursor))
    if (sets.length > 64) refuse(cursor.peek().at, 'more than 64 grouping sets')
  } while (cursor.accept(','))
  cursor.expect(')', `to close ${kind}`)
  return sets
}

const parseSet = (cursor: Cursor): Expr[] => {
  if (cursor.accept('(', ')')) return []
  const expr = cursor.expr()
  return expr.kind === 'row' ? [...expr.items] : [expr]
}
