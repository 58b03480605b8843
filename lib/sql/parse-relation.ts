import type { Alias, Expr, JoinKind, Name, Relation } from './ast.ts'
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
    left = { kind: 'join', at, join, left, right, ...(join === 'CROSS' ? {} : parseOn(cursor)) }
  }
}

const joinKind = (cursor: Cursor): JoinKind | undefined => {
  if (cursor.is('NATURAL'))
    refuse(
      cursor.peek().at,
      'NATURAL JOIN is not in the dialect, Trino refuses it too; write JOIN ... USING (column)',
    )
  if (cursor.accept('CROSS', 'JOIN')) return 'CROSS'
  if (cursor.accept('JOIN') || cursor.accept('INNER', 'JOIN')) return 'INNER'
  const kind = (['LEFT', 'RIGHT', 'FULL'] as const).find((word) => cursor.is(word))
  if (!kind) return undefined
  cursor.next()
  cursor.accept('OUTER')
  cursor.expect('JOIN', `after ${kind}`)
  return kind
}

const parseOn = (cursor: Cursor): { on: Expr } | { using: Name[] } => {
  if (cursor.accept('USING')) return { using: parseUsing(cursor) }
  cursor.expect('ON', 'or USING after the joined table')
  return { on: cursor.expr() }
}

const parseUsing = (cursor: Cursor): Name[] => {
  cursor.expect('(', 'after USING')
  const names: Name[] = []
  do {
    const { text, at } = cursor.name('a column after USING (')
    names.push({ text: text.toLowerCase(), at })
  } while (cursor.accept(','))
  cursor.expect(')', 'to close USING (')
  return names
}

const withAlias = <T extends Relation>(cursor: Cursor, relation: T): T => {
  const alias = parseAlias(cursor)
  return alias ? { ...relation, alias } : relation
}

const parseRelation = (cursor: Cursor): Relation => {
  const { at } = cursor.peek()
  if (cursor.accept('LATERAL')) return parseLateral(cursor, at)
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
    return withAlias(cursor, { kind: 'subquery', at, query, lateral: false })
  }
  const joined = cursor.nested(() => parseFrom(cursor))
  cursor.expect(')', 'to close the parenthesis')
  return joined
}

const parseLateral = (cursor: Cursor, at: number): Relation => {
  cursor.expect('(', 'after LATERAL')
  const query = cursor.query()
  cursor.expect(')', 'after the subquery')
  return withAlias(cursor, { kind: 'subquery', at, query, lateral: true })
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

/** Names under which people keep CloudTrail events: the table of Athena's documentation, placeholders for a store. */
const STORE_WORD = /cloud_?trail|event_?data_?store|(^|_)(eds|store)(_|$)|lake/i

/**
 * A table, or an event data store as CloudTrail Lake queries name it: a UUID or a name with hyphens (blanks around
 * them tolerated), an ARN, `$EDS_ID`, `${EDS_ID}`, `<event-data-store-id>`, `{eds}`, or any of these in double quotes.
 */
const parseTableName = (cursor: Cursor): { text: string; store: boolean } => {
  const first = cursor.peek()
  if (cursor.accept('<')) return placeholder(cursor, '>')
  if (cursor.accept('[')) return placeholder(cursor, ']')
  if (cursor.accept('{')) return placeholder(cursor, '}')
  if (cursor.accept('$')) return cursor.accept('{') ? placeholder(cursor, '}') : dollarName(cursor)
  if (first.kind === 'string')
    refuse(first.at, `FROM takes a table or a store; 'text' in single quotes is neither`)
  if (first.upper === 'ARN' && cursor.peek(1).kind === 'named') return arnName(cursor)
  const name = simpleName(cursor)
  return cursor.is('.') ? qualifiedName(cursor) : name
}

const simpleName = (cursor: Cursor): { text: string; store: boolean } => {
  const first = cursor.peek()
  if (first.kind === 'quoted') {
    cursor.next()
    return { text: first.text, store: !/^[A-Za-z_]\w*$/.test(first.text) || STORE_WORD.test(first.text) }
  }
  const hyphenated = cursor.is('-', 1) && first.kind !== 'end'
  if (!hyphenated && !(cursor.isName() || first.kind === 'digits')) cursor.unexpected('a table after FROM')
  if (!isSegment(cursor)) cursor.unexpected('a table after FROM')
  let text = cursor.next().text
  while (cursor.accept('-')) {
    if (!isSegment(cursor)) cursor.unexpected('the rest of the store name after the hyphen')
    text += `-${cursor.next().text}`
  }
  return { text, store: text.includes('-') || /^\d/.test(text) || STORE_WORD.test(text) }
}

const isSegment = (cursor: Cursor): boolean => ['word', 'number', 'digits'].includes(cursor.peek().kind)

/** `database.table` of a query for Athena: only where the last part names CloudTrail events. */
const qualifiedName = (cursor: Cursor): { text: string; store: boolean } => {
  const { at } = cursor.peek()
  let last = { text: '', store: false }
  for (let parts = 0; parts < 3 && cursor.accept('.'); parts++) last = simpleName(cursor)
  if (!last.store) refuse(at, 'a table is named without database or catalog; write FROM events')
  return last
}

/** `arn:aws:cloudtrail:us-east-1:111122223333:eventdatastore/a1b2...`: everything up to the next blank. */
const arnName = (cursor: Cursor): { text: string; store: boolean } => {
  const { at } = cursor.peek()
  const text = /^[\w:/-]+/.exec(cursor.text.slice(at, at + 300))![0]
  while (cursor.peek().kind !== 'end' && cursor.peek().at < at + text.length) cursor.next()
  return { text, store: true }
}

const dollarName = (cursor: Cursor): { text: string; store: boolean } => {
  if (cursor.peek().kind !== 'word') cursor.unexpected('a name after $')
  return { text: `$${cursor.next().text}`, store: true }
}

const placeholder = (cursor: Cursor, close: string): { text: string; store: boolean } => {
  const nested = close === '}' && cursor.accept('{')
  const words: string[] = []
  while (isSegment(cursor) || cursor.is('-') || cursor.is(':')) words.push(cursor.next().text)
  if (words.length === 0) cursor.unexpected('the name of a store')
  cursor.expect(close, 'after the name of the store')
  if (nested) cursor.expect(close, 'after the name of the store')
  return { text: words.join(' ').replaceAll(' - ', '-'), store: true }
}
