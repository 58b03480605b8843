import type { Expr, LiteralExpr } from './ast.ts'
import type { Checker } from './checker.ts'
import { findColumn, type Scope, type ScopeRelation } from './scope.ts'
import type { Typed } from './typed.ts'

/**
 * Columns that exist only in other people's tables of the same events: the partitions and `$path` of the tables that
 * Athena's documentation makes, and the flat columns of a CloudTrail Lake store of Insights events.
 */

const text = (at: number, value: string): Expr => ({ kind: 'literal', at, type: 'varchar', value })
const number = (at: number, value: number): Expr => ({
  kind: 'literal',
  at,
  type: 'integer',
  value: String(value),
})
const call = (at: number, name: string, args: readonly Expr[]): Expr => ({
  kind: 'call',
  at,
  name,
  args,
  star: false,
  distinct: false,
  orderBy: [],
  ignoreNulls: false,
})

type Make = (column: (name: string) => Expr, at: number) => Expr

const part =
  (start: number, length: number): Make =>
  (column, at) =>
    call(at, 'substr', [column('day'), number(at, start), number(at, length)])
const withSlashes: Make = (column, at) => call(at, 'replace', [column('day'), text(at, '-'), text(at, '/')])
const DAY_OF_MONTH = part(9, 2)

const PARTITIONS: Readonly<Record<string, readonly [make: Make, as: string]>> = {
  year: [part(1, 4), 'the year of the day'],
  month: [part(6, 2), 'the month of the day'],
  date: [withSlashes, 'the day, YYYY/MM/DD'],
  dt: [withSlashes, 'the day, YYYY/MM/DD'],
  timestamp: [withSlashes, 'the day, YYYY/MM/DD'],
  region: [(column) => column('awsregion'), 'awsRegion'],
  $path: [(column) => column('sourcefile'), 'sourceFile, the key of the log file'],
}

const INSIGHTS: Readonly<Record<string, string>> = {
  insightstate: 'state',
  insighteventsource: 'eventSource',
  insighteventname: 'eventName',
  insighterrorcode: 'errorCode',
  insighttype: 'insightType',
}

/** Is this the name of a column that only other tables have? */
export const isAthenaColumn = (name: string): boolean => Object.hasOwn(PARTITIONS, name)

/** Such a column by what it stands for here, with a note; undefined for any other name. */
export const athenaColumn = (
  checker: Checker,
  place: { readonly scope: Scope; readonly name: string; readonly at: number; readonly alias?: string },
): Typed | undefined => {
  const { name, at, scope } = place
  const isPartition = Object.hasOwn(PARTITIONS, name)
  if (!isPartition && !Object.hasOwn(INSIGHTS, name)) return undefined
  const relation = tableAround(scope, isPartition ? 'day' : 'insightdetails', place.alias)
  if (!relation) return undefined
  const column = (field: string): Expr => ({
    kind: 'field',
    at,
    base: { kind: 'name', at, name: relation.alias },
    name: field,
  })
  if (!isPartition) {
    const key = INSIGHTS[name]!
    checker.warn(`${name} is read as insightDetails.${key}; Insights events are in the table insights`)
    return checker.expr({ kind: 'field', at, base: column('insightdetails'), name: key }, scope)
  }
  const [make, as] = PARTITIONS[name]!
  checker.warn(`${name} is read as ${as}: the tables here have the partitions account and day (YYYY-MM-DD)`)
  return checker.expr(make(column, at), scope)
}

/** The one table of ours that is in reach, in the nearest query that has any. */
const tableAround = (scope: Scope, column: string, alias?: string): ScopeRelation | undefined => {
  for (let current: Scope | undefined = scope; current; current = current.outer) {
    const found = current.relations.filter(
      (relation) =>
        (alias === undefined || relation.alias === alias) &&
        relation.columns.some(({ hidden }) => hidden) &&
        relation.columns.some(({ name }) => name === column),
    )
    if (found.length > 0) return found.length === 1 ? found[0] : undefined
  }
  return undefined
}

/**
 * A partition column beside values as other tables write them: `day = '14'`, `day >= '2026/10/14'`, `month = '1'`,
 * `year = 2026`. Gives both sides as they are written here.
 */
export const partitionSides = (
  base: Expr,
  values: readonly Expr[],
  scope: Scope,
): readonly [Expr, readonly Expr[]] => {
  const name = columnName(base)
  if (!name || !isOurs(base, name, scope)) return [base, values]
  if (name === 'day' && values.some((value) => /^\d{1,2}$/.test(literalText(value) ?? '')))
    return [DAY_OF_MONTH((field) => sibling(base, field), base.at), values.map(padded)]
  if (name === 'day')
    return [base, values.map((value) => replaced(value, /^(\d{4})\/(\d\d)\/(\d\d)$/, '$1-$2-$3'))]
  if (name === 'month' || name === 'year') return [base, values.map(padded)]
  return [base, values.map((value) => replaced(value, /^(\d{4})-(\d\d)-(\d\d)$/, '$1/$2/$3'))]
}

const columnName = (expr: Expr): string | undefined =>
  expr.kind === 'name' || (expr.kind === 'field' && expr.base.kind === 'name')
    ? expr.name.toLowerCase()
    : undefined

const sibling = (expr: Expr, name: string): Expr =>
  expr.kind === 'field' ? { ...expr, name } : { kind: 'name', at: expr.at, name }

/** Is the name the hidden partition column, or one that stands for it, and not a column of a subquery? */
const isOurs = (base: Expr, name: string, scope: Scope): boolean => {
  if (name !== 'day' && !['year', 'month', 'date', 'dt', 'timestamp'].includes(name)) return false
  const alias = base.kind === 'field' && base.base.kind === 'name' ? base.base.name.toLowerCase() : undefined
  if (name !== 'day' && alias === undefined && findColumn(scope, name, base.at)) return false
  const relation = tableAround(scope, 'day', alias)
  return relation?.columns.some((column) => column.name === 'day' && column.hidden === true) ?? false
}

const literalText = (expr: Expr): string | undefined =>
  expr.kind === 'literal' && (expr.type === 'varchar' || expr.type === 'integer')
    ? (expr.value ?? undefined)
    : undefined

const asText = (value: LiteralExpr, words: string): Expr => ({ ...value, type: 'varchar', value: words })

const padded = (value: Expr): Expr => {
  const words = literalText(value)
  return words !== undefined && value.kind === 'literal' && /^\d{1,4}$/.test(words)
    ? asText(value, words.padStart(2, '0'))
    : value
}

const replaced = (value: Expr, from: RegExp, to: string): Expr => {
  const words = literalText(value)
  return words !== undefined && value.kind === 'literal' && value.type === 'varchar'
    ? asText(value, words.replace(from, to))
    : value
}
