import type { FrameBound, GroupElement } from './ast.ts'
import type { Dialect } from './dialect.ts'
import { identifier } from './identifier.ts'
import { encodeLiteral } from './literal.ts'
import { refuse } from './sql-error.ts'
import type {
  Typed,
  TypedBody,
  TypedCall,
  TypedItem,
  TypedQuery,
  TypedRelation,
  TypedSelect,
  TypedSort,
  TypedWindow,
} from './typed.ts'
import { isShownAsText } from './types.ts'

export interface Emission {
  readonly dialect: Dialect
  /** Conditions on partitions to add to a SELECT. */
  readonly partitions: (select: TypedSelect) => readonly Typed[]
}

/** Longest text we write: Athena's limit, and a stop for expressions that grow when they are rewritten. */
const MAX_EMITTED = 262_144

/** Writes a checked query for one engine. */
export const emitQuery = (emission: Emission, query: TypedQuery, top = false): string => {
  const ctes = query.with.map(
    (cte) => `${identifier(cte.name)}${columnList(cte.columns)} AS (${emitQuery(emission, cte.query)})`,
  )
  const parts = [
    ctes.length > 0 ? `WITH ${ctes.join(', ')}` : '',
    emitBody(
      emission,
      query.body,
      top,
      query.columns.map(({ name }) => name),
    ),
    query.orderBy.length > 0
      ? `ORDER BY ${query.orderBy.map((item) => sortText(emission, item.key, item)).join(', ')}`
      : '',
    emission.dialect.limit(query),
  ]
  return bounded(parts.filter(Boolean).join(' '))
}
const columnList = (columns: readonly string[] | undefined): string =>
  columns ? ` (${columns.map(identifier).join(', ')})` : ''

const bounded = (text: string, at = 0): string => {
  if (text.length <= MAX_EMITTED) return text
  return refuse(at, `the query grows beyond ${MAX_EMITTED} characters when it is compiled`)
}

const sortText = (
  emission: Emission,
  key: number | Typed,
  { descending, nullsFirst }: Omit<TypedSort, 'expr'>,
): string =>
  `${typeof key === 'number' ? key : emitExpression(emission, key)}${descending ? ' DESC' : ''} NULLS ${nullsFirst ? 'FIRST' : 'LAST'}`

const emitBody = (emission: Emission, body: TypedBody, top: boolean, names: readonly string[]): string => {
  if (body.kind === 'select') return emitSelect(emission, body, top)
  if (body.kind === 'query') return `(${emitQuery(emission, body.query, top)})`
  if (body.kind === 'values') return emitValues(emission, body.rows, names)
  const [left, right] = [body.left, body.right].map((side) => {
    const text = emitBody(emission, side, top, names)
    return side.kind === 'set' ? `(${text})` : text
  })
  return `${left} ${body.operator}${body.all ? ' ALL' : ''} ${right}`
}

const emitValues = (
  emission: Emission,
  rows: readonly (readonly Typed[])[],
  names: readonly string[],
): string => {
  const texts = rows.map((row) => `(${row.map((cell) => emitExpression(emission, cell)).join(', ')})`)
  return `SELECT * FROM (VALUES ${texts.join(', ')}) AS v${columnList(names)}`
}

const emitSelect = (emission: Emission, select: TypedSelect, top: boolean): string => {
  const conditions = [...(select.where ? conjuncts(select.where) : []), ...emission.partitions(select)]
  const parts = [
    `SELECT ${select.distinct ? 'DISTINCT ' : ''}${select.items.map((item) => emitItem(emission, item, top)).join(', ')}`,
    select.from ? `FROM ${emitRelation(emission, select.from)}` : '',
    conditions.length > 0
      ? `WHERE ${conditions.map((item) => operandOfAnd(emission, item)).join(' AND ')}`
      : '',
    select.groupBy.length > 0
      ? `GROUP BY ${select.groupBy.map((element) => groupText(emission, element)).join(', ')}`
      : '',
    select.having ? `HAVING ${emitExpression(emission, select.having)}` : '',
  ]
  return parts.filter(Boolean).join(' ')
}

const groupText = (emission: Emission, { kind, sets }: GroupElement<Typed>): string => {
  const lists = sets.map((set) => set.map((expr) => emitExpression(emission, expr)).join(', '))
  return kind === 'expr' ? lists.join(', ') : `${kind} (${lists.map((list) => `(${list})`).join(', ')})`
}

const conjuncts = (where: Typed): readonly Typed[] =>
  where.op === 'logical' && where.operator === 'AND' ? where.items : [where]

const operandOfAnd = (emission: Emission, expr: Typed): string =>
  expr.op === 'logical' ? `(${emitExpression(emission, expr)})` : emitExpression(emission, expr)

const emitItem = (emission: Emission, item: TypedItem, top: boolean): string => {
  const text = emitExpression(emission, item.expr)
  const output = top && isShownAsText(item.type) ? emission.dialect.output(text, item) : text
  const own = item.expr.op === 'column' && output.endsWith(`.${identifier(item.name)}`)
  return own ? output : `${output} AS ${identifier(item.name)}`
}

const emitRelation = (emission: Emission, relation: TypedRelation): string => {
  const { dialect } = emission
  switch (relation.kind) {
    case 'table': {
      const table = dialect.table(relation.table)
      return table === relation.alias ? table : `${table} AS ${identifier(relation.alias)}`
    }
    case 'cte':
      return `${identifier(relation.name)} AS ${identifier(relation.alias)}${columnList(relation.columns)}`
    case 'subquery':
      return `${relation.lateral ? 'LATERAL ' : ''}(${emitQuery(emission, relation.query)}) AS ${identifier(relation.alias)}${columnList(relation.columns)}`
    case 'unnest':
      return dialect.unnest(
        relation,
        relation.args.map((arg) => emitExpression(emission, arg)),
      )
    case 'join': {
      const right = emitRelation(emission, relation.right)
      const on = relation.on ? ` ON ${emitExpression(emission, relation.on)}` : ''
      const nested = relation.right.kind === 'join' ? `(${right})` : right
      return `${emitRelation(emission, relation.left)} ${relation.join} JOIN ${nested}${on}`
    }
  }
}

const COMPOUND = new Set([
  'arithmetic',
  'concat',
  'compare',
  'distinct',
  'logical',
  'not',
  'is-null',
  'between',
  'in',
  'in-query',
  'like',
  'negate',
  'time-zone',
  'interval',
])

/** An expression as the operand of an operator: in parentheses unless it is one piece. */
const operand = (emission: Emission, expr: Typed): string => {
  const text = emitExpression(emission, expr)
  return COMPOUND.has(expr.op) && expr.op !== 'interval' ? `(${text})` : text
}

/** Writes one expression for one engine. */
export const emitExpression = (emission: Emission, expr: Typed): string =>
  bounded(expressionText(emission, expr), expr.at)

const expressionText = (emission: Emission, expr: Typed): string => {
  const { dialect } = emission
  const text = (child: Typed): string => emitExpression(emission, child)
  const part = (child: Typed): string => operand(emission, child)
  switch (expr.op) {
    case 'literal':
      return encodeLiteral(expr.literal, expr.value, expr.at)
    case 'interval':
      return dialect.interval(expr.value, expr.unit)
    case 'column':
      return dialect.column(expr)
    case 'variable':
      return identifier(expr.name)
    case 'lambda':
      return dialect.lambda(expr.params.map(identifier), text(expr.body))
    case 'field':
      return `${['column', 'field', 'variable'].includes(expr.base.op) ? text(expr.base) : `(${text(expr.base)})`}.${identifier(expr.name)}`
    case 'subscript':
      return dialect.subscript(expr, part(expr.base), text(expr.index))
    case 'json-value':
      return dialect.jsonValue(text(expr.base), expr.key)
    case 'json-map':
      return dialect.jsonMap(text(expr.base))
    case 'negate':
      return `- ${part(expr.base)}`
    case 'arithmetic':
      return dialect.arithmetic(expr, part(expr.left), part(expr.right))
    case 'concat':
      return expr.items.map(part).join(' || ')
    case 'cast':
      return dialect.cast(expr, text(expr.base))
    case 'array':
      return dialect.array(expr.items.map(text))
    case 'time-zone':
      return dialect.timeZone(part(expr.base), expr.base.type, expr.zone)
    case 'row':
      return dialect.row(expr, expr.items.map(text))
    case 'try':
      return dialect.attempt(text(expr.base))
    case 'call':
      return callText(emission, expr)
    case 'case':
      return caseText(emission, expr)
    case 'scalar-query':
      return `(${emitQuery(emission, expr.query)})`
    default:
      return predicateText(emission, expr)
  }
}

type Predicate = Extract<
  Typed,
  {
    op:
      | 'compare'
      | 'distinct'
      | 'logical'
      | 'not'
      | 'is-null'
      | 'between'
      | 'in'
      | 'in-query'
      | 'like'
      | 'exists'
  }
>

const predicateText = (emission: Emission, expr: Predicate): string => {
  const part = (child: Typed): string => operand(emission, child)
  const negation = 'negated' in expr && expr.negated ? 'NOT ' : ''
  switch (expr.op) {
    case 'compare':
      return emission.dialect.compare(expr, part(expr.left), part(expr.right))
    case 'distinct':
      return `${part(expr.left)} IS ${negation}DISTINCT FROM ${part(expr.right)}`
    case 'logical':
      return expr.items.map((item) => operandOfAnd(emission, item)).join(` ${expr.operator} `)
    case 'not':
      return `NOT ${part(expr.base)}`
    case 'is-null':
      return `${part(expr.base)} IS ${negation}NULL`
    case 'between':
      return `${part(expr.base)} ${negation}BETWEEN ${part(expr.low)} AND ${part(expr.high)}`
    case 'in':
      return `${part(expr.base)} ${negation}IN (${expr.items.map((item) => emitExpression(emission, item)).join(', ')})`
    case 'in-query':
      return `${part(expr.base)} ${negation}IN (${emitQuery(emission, expr.query)})`
    case 'like':
      return `${part(expr.base)} ${negation}LIKE ${part(expr.pattern)}${expr.escape ? ` ESCAPE ${part(expr.escape)}` : ''}`
    case 'exists':
      return `EXISTS (${emitQuery(emission, expr.query)})`
  }
}

const caseText = (emission: Emission, expr: Extract<Typed, { op: 'case' }>): string => {
  const text = (child: Typed): string => emitExpression(emission, child)
  const whens = expr.whens.map(({ when, result }) => `WHEN ${text(when)} THEN ${text(result)}`).join(' ')
  const otherwise = expr.otherwise ? ` ELSE ${text(expr.otherwise)}` : ''
  return `CASE ${expr.operand ? `${text(expr.operand)} ` : ''}${whens}${otherwise} END`
}

const callText = (emission: Emission, expr: TypedCall): string => {
  // A function that is rewritten puts its arguments beside operators.
  const isRewritten = expr.fn[emission.dialect.name] !== undefined
  const args = expr.args.map((arg) => (isRewritten ? operand(emission, arg) : emitExpression(emission, arg)))
  if (expr.star) args.push('*')
  if (expr.distinct) args[0] = `DISTINCT ${args[0]}`
  const order = expr.orderBy.map((item) => sortText(emission, item.expr, item)).join(', ')
  const within = expr.fn.name === 'listagg' && emission.dialect.name === 'athena'
  if (order && !within) args[args.length - 1] += ` ORDER BY ${order}`
  const call =
    emission.dialect.call(expr, args) + (order && within ? ` WITHIN GROUP (ORDER BY ${order})` : '')
  const filter = expr.filter ? ` FILTER (WHERE ${emitExpression(emission, expr.filter)})` : ''
  const nulls = expr.ignoreNulls ? ' IGNORE NULLS' : ''
  const over = expr.over ? ` OVER (${windowText(emission, expr.over)})` : ''
  // Trino writes IGNORE NULLS behind the parenthesis, DuckDB inside it.
  const text =
    nulls && emission.dialect.name === 'duckdb' ? `${call.slice(0, -1)}${nulls})` : `${call}${filter}${nulls}`
  return emission.dialect.wrapCall(expr, `${text}${over}`)
}

const windowText = (emission: Emission, over: TypedWindow): string => {
  const partition = over.partitionBy.map((expr) => emitExpression(emission, expr)).join(', ')
  const order = over.orderBy.map((item) => sortText(emission, item.expr, item)).join(', ')
  const bound = ({ side, amount }: FrameBound<Typed>): string =>
    side === 'CURRENT ROW' ? side : `${amount ? emitExpression(emission, amount) : 'UNBOUNDED'} ${side}`
  const { frame: rows } = over
  const frame = rows ? `${rows.unit} BETWEEN ${bound(rows.start)} AND ${bound(rows.end)}` : ''
  return [partition && `PARTITION BY ${partition}`, order && `ORDER BY ${order}`, frame]
    .filter(Boolean)
    .join(' ')
}
