import type { Body, Expr, GroupElement, Query, Select, SelectItem, SetOperation, SortItem } from './ast.ts'
import { checkFrom } from './check-relation.ts'
import type { Checker } from './checker.ts'
import { asCondition } from './condition.ts'
import { isAggregated, requireGrouped, sameExpression } from './grouping.ts'
import { columnNode, type Scope } from './scope.ts'
import { refuse } from './sql-error.ts'
import type { OutputColumn, Typed, TypedBody, TypedItem, TypedQuery, TypedSelect } from './typed.ts'
import { commonType, isOrderable, typeName } from './types.ts'

interface Checked {
  readonly body: TypedBody
  readonly columns: readonly OutputColumn[]
  /** Of a plain SELECT: ORDER BY may also use its input. */
  readonly scope?: Scope
  readonly select?: TypedSelect
}

/** Checks one query: its WITH, its body, its ORDER BY. Throws Refusal. */
export const checkQuery = (checker: Checker, query: Query, outer: Scope | undefined): TypedQuery => {
  const before = new Map(checker.ctes)
  const ctes = query.with.map((cte) => checkCte(checker, cte))
  const { body, columns, ...rest } = checkBody(checker, query.body, outer)
  const orderBy = query.orderBy.map((item) => checkOrder(checker, item, { body, columns, ...rest }))
  checker.ctes.clear()
  for (const [name, found] of before) checker.ctes.set(name, found)
  return {
    with: ctes,
    body,
    orderBy,
    ...(query.offset !== undefined && { offset: query.offset }),
    ...(query.limit !== undefined && { limit: query.limit }),
    columns,
  }
}

const checkCte = (checker: Checker, cte: Query['with'][number]): TypedQuery['with'][number] => {
  const query = checker.query(cte.query, undefined)
  const { columns } = cte
  if (columns && columns.length !== query.columns.length) {
    refuse(cte.at, `${cte.name} names ${columns.length} columns, but its query gives ${query.columns.length}`)
  }
  const named = query.columns.map((column, index) => ({ ...column, name: columns?.[index] ?? column.name }))
  checker.ctes.set(cte.name, named)
  return { name: cte.name, query, ...(columns && { columns }) }
}

const checkBody = (checker: Checker, body: Body, outer: Scope | undefined): Checked => {
  if (body.kind === 'select') return checkSelect(checker, body, outer)
  if (body.kind === 'set') return checkSet(checker, body, outer)
  if (body.kind === 'values') return checkValues(checker, body, outer)
  const query = checker.query(body.query, outer)
  return { body: { kind: 'query', query }, columns: query.columns }
}

const checkValues = (
  checker: Checker,
  body: Extract<Body, { kind: 'values' }>,
  outer: Scope | undefined,
): Checked => {
  const scope: Scope = { relations: [], ...(outer && { outer }) }
  const rows = body.rows.map((row) => row.map((expr) => checker.expr(expr, scope)))
  const columns = rows[0]!.map((_, index): OutputColumn => {
    const type = rows.reduce((common, row) => {
      const cell = row[index]
      if (!cell || row.length !== rows[0]!.length)
        return refuse(body.at, 'the rows of VALUES differ in length')
      return (
        commonType(common, cell.type) ??
        refuse(cell.at, `a column of VALUES mixes ${typeName(common)} and ${typeName(cell.type)}`)
      )
    }, rows[0]![index]!.type)
    return { name: `_col${index}`, type }
  })
  return { body: { kind: 'values', rows }, columns }
}

const checkSet = (checker: Checker, body: SetOperation, outer: Scope | undefined): Checked => {
  const left = checkBody(checker, body.left, outer)
  const right = checkBody(checker, body.right, outer)
  if (left.columns.length !== right.columns.length) {
    refuse(
      body.at,
      `${body.operator}: ${left.columns.length} columns on the left, ${right.columns.length} on the right`,
    )
  }
  const columns = left.columns.map((column, index): OutputColumn => {
    const other = right.columns[index]!
    const mixed =
      (column.type === 'jsontext') !== (other.type === 'jsontext') &&
      other.type !== 'unknown' &&
      column.type !== 'unknown'
    const type = mixed ? undefined : commonType(column.type, other.type)
    if (type === undefined) {
      return refuse(
        body.at,
        `${body.operator}: column ${index + 1} is ${typeName(column.type)} on the left and ${typeName(other.type)} on the right`,
      )
    }
    return { name: column.name, type }
  })
  return {
    body: { kind: 'set', operator: body.operator, all: body.all, left: left.body, right: right.body },
    columns,
  }
}

const checkSelect = (checker: Checker, select: Select, outer: Scope | undefined): Checked => {
  const from = select.from && checkFrom(checker, select.from, outer)
  const windows = new Map(select.windows.map(({ name, window }) => [name.text, window]))
  const scope: Scope = { relations: from?.relations ?? [], windows, ...(outer && { outer }) }
  const where = select.where && asCondition(checker.expr(select.where, scope), 'WHERE')
  if (where && isAggregated(where))
    refuse(select.where!.at, 'WHERE comes before grouping; put aggregates into HAVING')
  const items = uniqueNames(
    checker,
    select.items.flatMap((item) => checkItem(checker, item, scope)),
  )
  const groupBy = select.groupBy.map((element) => checkElement(checker, element, scope, items))
  const groups = groupBy.flatMap(({ sets }) => sets.flat())
  const having = select.having && asCondition(checker.expr(select.having, scope), 'HAVING')
  const aliases = aliasesOf(scope)
  if (groupBy.length > 0 || having || items.some(({ expr }) => isAggregated(expr))) {
    for (const { expr } of items) requireGrouped(expr, groups, aliases)
    if (having) requireGrouped(having, groups, aliases)
  }
  const typed: TypedSelect = {
    kind: 'select',
    distinct: select.distinct,
    items,
    ...(from && { from: from.relation }),
    ...(where && { where }),
    groupBy,
    ...(having && { having }),
  }
  return { body: typed, columns: items.map(({ name, type }) => ({ name, type })), scope, select: typed }
}

const aliasesOf = (scope: Scope): ReadonlySet<string> => new Set(scope.relations.map(({ alias }) => alias))

const checkItem = (checker: Checker, item: SelectItem, scope: Scope): { name: string; expr: Typed }[] => {
  if (item.kind === 'expr') {
    const expr = checker.expr(item.expr, scope)
    return [{ name: item.alias ?? ownName(item.expr), expr }]
  }
  const relations = scope.relations.filter(
    ({ alias }) => item.qualifier === undefined || alias === item.qualifier,
  )
  if (relations.length === 0)
    refuse(item.at, item.qualifier ? `unknown table ${item.qualifier}` : 'SELECT * needs FROM')
  return relations.flatMap((relation) =>
    relation.columns
      .filter(({ hidden, joined }) => !hidden && (!joined || item.qualifier !== undefined))
      .map((column) => ({ name: column.name, expr: columnNode(relation, column, item.at) })),
  )
}

/** The name a column has by itself; the rest is `_colN`, as in Athena. */
const ownName = (expr: Expr): string =>
  expr.kind === 'name' || expr.kind === 'field' ? expr.name.toLowerCase() : ''

/** Rows are read by column name, so two columns of one name would hide one another. */
const uniqueNames = (checker: Checker, items: readonly { name: string; expr: Typed }[]): TypedItem[] => {
  const used = new Set<string>()
  return items.map(({ name, expr }, index) => {
    const wanted = name || `_col${index}`
    let unique = wanted
    for (let copy = 2; used.has(unique); copy++) unique = `${wanted}_${copy}`
    used.add(unique)
    if (unique !== wanted) checker.warn(`two columns are named ${wanted}; the second is called ${unique}`)
    return { name: unique, type: expr.type, expr }
  })
}

const checkElement = (
  checker: Checker,
  element: GroupElement<Expr>,
  scope: Scope,
  items: readonly TypedItem[],
): GroupElement<Typed> => {
  const sets = element.sets.map((set) => set.map((expr) => checkGroup(checker, expr, scope, items)))
  const computed = element.kind === 'expr' ? undefined : sets.flat().find(({ op }) => op !== 'column')
  if (computed)
    refuse(
      computed.at,
      `${element.kind} takes columns only; compute the value in a subquery and group by its name`,
    )
  return { kind: element.kind, sets }
}

const checkGroup = (checker: Checker, expr: Expr, scope: Scope, items: readonly TypedItem[]): Typed => {
  const typed =
    expr.kind === 'literal' && expr.type === 'integer'
      ? byPosition(expr, items).expr
      : groupExpression(checker, expr, scope, items)
  if (isAggregated(typed)) refuse(expr.at, 'GROUP BY takes no aggregates')
  if (typed.type === 'jsontext') {
    checker.warn(
      'grouping by a map compares its JSON text: the same keys in another order make another group',
    )
  }
  return typed
}

const groupExpression = (checker: Checker, expr: Expr, scope: Scope, items: readonly TypedItem[]): Typed => {
  const isAlias = expr.kind === 'name' && items.some(({ name }) => name === expr.name.toLowerCase())
  try {
    return checker.expr(expr, scope)
  } catch (error) {
    if (isAlias)
      refuse(
        expr.at,
        `GROUP BY does not see the alias ${expr.name}; repeat the expression, or write its position`,
      )
    throw error
  }
}

const byPosition = <T>(
  expr: { readonly at: number; readonly value: string | null },
  columns: readonly T[],
): T =>
  columns[Number(expr.value) - 1] ??
  refuse(expr.at, `position ${expr.value} is not in the select list; it has ${columns.length} columns`)

const checkOrder = (checker: Checker, item: SortItem, checked: Checked): TypedQuery['orderBy'][number] => {
  const order = { descending: item.descending, nullsFirst: item.nullsFirst }
  const position = outputPosition(item.expr, checked.columns)
  if (position !== undefined) {
    requireOrderable(checked.columns[position - 1]!.type, item.expr.at)
    return { key: position, ...order }
  }
  const { scope, select, columns } = checked
  if (!scope || !select) {
    const names = columns.map(({ name }) => name).join(', ')
    return refuse(
      item.expr.at,
      `after UNION, EXCEPT or INTERSECT, ORDER BY takes an output column or its position: ${names}`,
    )
  }
  const expr = checker.expr(item.expr, scope)
  const same = select.items.findIndex((output) => sameExpression(output.expr, expr))
  requireOrderable(expr.type, item.expr.at)
  if (same >= 0) return { key: same + 1, ...order }
  if (select.distinct) refuse(item.expr.at, 'with SELECT DISTINCT, ORDER BY takes only selected columns')
  if (select.groupBy.length > 0 || select.items.some((output) => isAggregated(output.expr)))
    requireGrouped(
      expr,
      select.groupBy.flatMap(({ sets }) => sets.flat()),
      aliasesOf(scope),
    )
  else if (isAggregated(expr))
    refuse(item.expr.at, 'this query has no groups to aggregate; select the aggregate, or add GROUP BY')
  return { key: expr, ...order }
}

const outputPosition = (expr: Expr, columns: readonly OutputColumn[]): number | undefined => {
  if (expr.kind === 'literal' && expr.type === 'integer') {
    byPosition(expr, columns)
    return Number(expr.value)
  }
  if (expr.kind !== 'name') return undefined
  const index = columns.findIndex(({ name }) => name === expr.name.toLowerCase())
  return index < 0 ? undefined : index + 1
}

const requireOrderable = (type: OutputColumn['type'], at: number): void => {
  if (!isOrderable(type))
    refuse(at, `values of ${typeName(type)} cannot be ordered; order by one of their parts`)
}
