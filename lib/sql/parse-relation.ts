import type { Alias, JoinKind, Relation } from './ast.ts'
import type { Cursor } from './cursor.ts'
import { refuse } from './sql-error.ts'

/** The FROM clause: tables, store ids, subqueries, UNNEST, joined by commas and JOIN. */
export const parseFrom = (cursor: Cursor): Relation => {
  let left = parseJoined(cursor)
  while (cursor.is(',')) {
    const at = cursor.next().at
    left = { kind: 'join', at, join: 'CROSS', left, right: parseJoined(cursor) }
  }
  return left
}

const parseJoined = (cursor: Cursor): Relation => {
  let left = parseRelation(cursor)
  for (let joins = 0; ; joins++) {
    const at = cursor.peek().at
    const join = joinKind(cursor)
    if (!join) return left
    if (joins > 50) refuse(at, 'more than 50 joins')
    const right = parseRelation(cursor)
    if (join === 'CROSS') left = { kind: 'join', at, join, left, right }
    else left = { kind: 'join', at, join, left, right, on: parseOn(cursor) }
  }
}

const joinKind = (cursor: Cursor): JoinKind | undefined => {
  if (cursor.is('NATURAL')) refuse(cursor.peek().at, 'NATURAL JOIN is not supported; write JOIN ... ON ...')
  if (cursor.accept('CROSS', 'JOIN')) return 'CROSS'
  if (cursor.accept('JOIN') || cursor.accept('INNER', 'JOIN')) return 'INNER'
  const kind = (['LEFT', 'RIGHT', 'FULL'] as const).find((word) => cursor.is(word))
  if (!kind) return undefined
  cursor.next()
  cursor.accept('OUTER')
  cursor.expect('JOIN', `after ${kind}`)
  return kind
}

const parseOn = (cursor: Cursor) => {
  if (cursor.is('USING')) refuse(cursor.peek().at, 'USING (...) is not supported; write ON a.x = b.x')
  cursor.expect('ON', 'after the joined table')
  return cursor.expr()
}

const withAlias = <T extends Relation>(cursor: Cursor, relation: T): T => {
  const alias = parseAlias(cursor)
  return alias ? { ...relation, alias } : relation
}

const parseRelation = (cursor: Cursor): Relation => {
  const { at } = cursor.peek()
  if (cursor.is('LATERAL')) refuse(at, 'LATERAL is not supported; UNNEST (...) may refer to tables before it')
  if (cursor.is('UNNEST') && cursor.is('(', 1)) return parseUnnest(cursor)
  if (cursor.is('(')) return parseParenthesis(cursor)
  const name = parseTableName(cursor)
  if (cursor.is('(')) {
    refuse(
      at,
      `table functions such as ${name.text.slice(0, 40)}(...) are not in the dialect; FROM takes a table`,
    )
  }
  if (cursor.is('TABLESAMPLE')) refuse(cursor.peek().at, 'TABLESAMPLE is not supported')
  return withAlias(cursor, { kind: 'table', at, name: name.text, store: name.store })
}

const parseParenthesis = (cursor: Cursor): Relation => {
  const at = cursor.next().at
  const isQuery = cursor.is('SELECT') || cursor.is('WITH') || cursor.is('VALUES') || cursor.is('(')
  if (isQuery) {
    const query = cursor.query()
    cursor.expect(')', 'after the subquery')
    return withAlias(cursor, { kind: 'subquery', at, query })
  }
  const joined = cursor.nested(() => parseFrom(cursor))
  cursor.expect(')', 'to close the parenthesis')
  return joined
}

const parseUnnest = (cursor: Cursor): Relation => {
  const at = cursor.next().at
  cursor.next()
  const args = [cursor.expr()]
  while (cursor.accept(',')) args.push(cursor.expr())
  cursor.expect(')', 'to close UNNEST(')
  const ordinality = cursor.accept('WITH', 'ORDINALITY')
  return withAlias(cursor, { kind: 'unnest', at, args, ordinality })
}

const parseAlias = (cursor: Cursor): Alias | undefined => {
  const explicit = cursor.accept('AS')
  const soft =
    cursor.is('LIMIT') ||
    cursor.is('OFFSET') ||
    cursor.is('FETCH') ||
    cursor.is('QUALIFY') ||
    cursor.is('WINDOW')
  if (!explicit && (soft || !cursor.isName())) return undefined
  const name = cursor.name('a name after AS').text.toLowerCase()
  if (!cursor.accept('(')) return { name }
  const columns: string[] = []
  do columns.push(cursor.name('a column name').text.toLowerCase())
  while (cursor.accept(','))
  cursor.expect(')', 'after the column names')
  return { name, columns }
}

/**
 * A table, or an event data store as CloudTrail Lake queries name it: a UUID or a name with hyphens (blanks around
 * them tolerated), `$EDS_ID`, `${EDS_ID}`, `<event-data-store-id>`, or any of these in double quotes.
 */
const parseTableName = (cursor: Cursor): { text: string; store: boolean } => {
  const first = cursor.peek()
  if (cursor.accept('<')) return placeholder(cursor, '>')
  if (cursor.accept('$')) return cursor.accept('{') ? placeholder(cursor, '}') : dollarName(cursor)
  if (first.kind === 'string')
    refuse(first.at, `FROM takes a table or a store; 'text' in single quotes is neither`)
  if (first.kind === 'quoted') {
    cursor.next()
    refuseQualified(cursor)
    return { text: first.text, store: !/^[A-Za-z_]\w*$/.test(first.text) }
  }
  const hyphenated = cursor.is('-', 1) && first.kind !== 'end'
  if (!hyphenated && !(cursor.isName() || first.kind === 'digits')) cursor.unexpected('a table after FROM')
  if (!isSegment(cursor)) cursor.unexpected('a table after FROM')
  let text = cursor.next().text
  while (cursor.accept('-')) {
    if (!isSegment(cursor)) cursor.unexpected('the rest of the store name after the hyphen')
    text += `-${cursor.next().text}`
  }
  refuseQualified(cursor)
  return { text, store: text.includes('-') || /^\d/.test(text) }
}

const isSegment = (cursor: Cursor): boolean => ['word', 'number', 'digits'].includes(cursor.peek().kind)

const refuseQualified = (cursor: Cursor): void => {
  if (cursor.is('.'))
    refuse(cursor.peek().at, 'a table is named without database or catalog; write FROM events')
}

const dollarName = (cursor: Cursor): { text: string; store: boolean } => {
  if (cursor.peek().kind !== 'word') cursor.unexpected('a name after $')
  return { text: `$${cursor.next().text}`, store: true }
}

const placeholder = (cursor: Cursor, close: string): { text: string; store: boolean } => {
  const words: string[] = []
  while (isSegment(cursor) || cursor.is('-')) words.push(cursor.next().text)
  if (words.length === 0) cursor.unexpected('the name of a store')
  cursor.expect(close, 'after the name of the store')
  return { text: words.join(' ').replaceAll(' - ', '-'), store: true }
}
