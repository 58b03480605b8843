import type { CompareOperator } from './ast.ts'
import { childrenOf } from './grouping.ts'
import type { Typed, TypedColumn, TypedLiteral, TypedRelation, TypedSelect } from './typed.ts'

/** What the conditions of a SELECT say about the partitions of one of its tables. */
export interface PartitionBounds {
  /** Conditions on the partition columns, implied by the query's own. */
  readonly predicates: readonly Typed[]
  /** Bounds of eventTime that are literals. */
  readonly from?: string
  readonly to?: string
  readonly accounts?: readonly string[]
  readonly bounded: boolean
}

/** Aliases of the tables a SELECT reads directly. */
export const tablesOf = (
  relation: TypedRelation | undefined,
): Extract<TypedRelation, { kind: 'table' }>[] => {
  if (relation?.kind === 'table') return [relation]
  return relation?.kind === 'join' ? [...tablesOf(relation.left), ...tablesOf(relation.right)] : []
}

/** Derives the bounds of one table from the top-level AND conditions of WHERE. */
export const partitionBounds = (select: TypedSelect, alias: string): PartitionBounds => {
  const found = conjuncts(select.where).flatMap((condition) => boundsOf(condition, alias))
  const from = found
    .flatMap((bound) => bound.from ?? [])
    .sort()
    .at(-1)
  const to = found.flatMap((bound) => bound.to ?? []).sort()[0]
  const accounts = found.flatMap((bound) => bound.accounts ?? [])
  return {
    predicates: found.flatMap((bound) => bound.predicate ?? []),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(accounts.length > 0 && { accounts }),
    bounded: found.some((bound) => bound.isTime),
  }
}

const conjuncts = (where: Typed | undefined): readonly Typed[] => {
  if (!where) return []
  return where.op === 'logical' && where.operator === 'AND' ? where.items.flatMap(conjuncts) : [where]
}

interface Bound {
  /** Absent where the condition is one on the partition already. */
  readonly predicate?: Typed
  readonly isTime: boolean
  readonly from?: string
  readonly to?: string
  readonly accounts?: readonly string[]
}

const FLIPPED: Readonly<Record<CompareOperator, CompareOperator>> = {
  '=': '=',
  '<>': '<>',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
}

const boundsOf = (condition: Typed, alias: string): Bound[] => {
  const isOurs = (expr: Typed, name: string): boolean =>
    expr.op === 'column' && expr.relation === alias && expr.name === name
  if (condition.op === 'compare') {
    const { left, right, operator } = condition
    if (isOurs(left, 'eventtime')) return dayBound(alias, operator, right)
    if (isOurs(right, 'eventtime')) return dayBound(alias, FLIPPED[operator], left)
    const [near, far] = [dayOf(left, alias), dayOf(right, alias)]
    if (near) return roundedBound(alias, near, operator, right)
    if (far) return roundedBound(alias, far, FLIPPED[operator], left)
    if (isOurs(left, 'recipientaccountid') && operator === '=') return accountBound(alias, [right])
  }
  if (condition.op === 'between' && !condition.negated && isOurs(condition.base, 'eventtime')) {
    return [...dayBound(alias, '>=', condition.low), ...dayBound(alias, '<=', condition.high)]
  }
  if (condition.op === 'between' && !condition.negated) {
    const near = dayOf(condition.base, alias)
    if (near)
      return [
        ...roundedBound(alias, near, '>=', condition.low),
        ...roundedBound(alias, near, '<=', condition.high),
      ]
  }
  if (condition.op === 'compare' || condition.op === 'between' || condition.op === 'in') {
    if (childrenOf(condition).some((side) => readsDay(side, alias))) return [{ isTime: true }]
  }
  if (condition.op === 'in' && !condition.negated && isOurs(condition.base, 'recipientaccountid')) {
    return accountBound(alias, condition.items)
  }
  return []
}

type Rounding = 'day' | 'longer'

/** eventTime cut to a day or less (`date(eventTime)`, `date_trunc('hour', eventTime)`), or to something longer. */
const dayOf = (expr: Typed, alias: string): Rounding | undefined => {
  const isTime = (side: Typed | undefined): boolean =>
    side?.op === 'column' && side.relation === alias && side.name === 'eventtime'
  if (expr.op === 'cast' && expr.type === 'date' && isTime(expr.base)) return 'day'
  if (expr.op !== 'call') return undefined
  if (expr.fn.name === 'date' && isTime(expr.args[0])) return 'day'
  const [unit] = expr.args
  if (expr.fn.name !== 'date_trunc' || unit?.op !== 'literal' || !isTime(expr.args[1])) return undefined
  return /^(millisecond|second|minute|hour|day)$/i.test(unit.value ?? '') ? 'day' : 'longer'
}

/** A time that was rounded down bounds the day from below as the time itself; from above only within one day. */
const roundedBound = (
  alias: string,
  rounding: Rounding,
  operator: CompareOperator,
  value: Typed,
): Bound[] => {
  if (operator === '<>' || !isConstant(value)) return []
  const isUpper = operator === '<' || operator === '<='
  if (rounding === 'longer') return isUpper ? [] : withoutLiteral(dayBound(alias, '>=', value))
  return withoutLiteral(dayBound(alias, operator, value))
}

/** The bounds a query reports are those of eventTime itself. */
const withoutLiteral = (bounds: readonly Bound[]): Bound[] =>
  bounds.map(({ predicate, isTime }) => ({ ...(predicate && { predicate }), isTime }))

/** Is it made of the partition column `day`? */
const readsDay = (expr: Typed, alias: string): boolean =>
  (expr.op === 'column' && expr.relation === alias && expr.name === 'day') ||
  (expr.op === 'call' && expr.args.some((arg) => readsDay(arg, alias)))

const column = (alias: string, name: string, at: number): TypedColumn => ({
  op: 'column',
  at,
  type: 'varchar',
  relation: alias,
  name,
})
const text = (value: string, at: number): TypedLiteral => ({
  op: 'literal',
  at,
  type: 'varchar',
  literal: 'varchar',
  value,
})

/** Days are YYYY-MM-DD, so text compares as time does; the bound day itself stays in. */
const dayBound = (alias: string, operator: CompareOperator, value: Typed): Bound[] => {
  if (operator === '<>' || !isConstant(value)) return []
  const { at } = value
  const literal = value.op === 'literal' ? value.value : undefined
  if (literal === null) return []
  const day: Typed =
    literal !== undefined
      ? text(literal.slice(0, 10), at)
      : {
          op: 'cast',
          at,
          type: 'varchar',
          tolerant: false,
          base: { op: 'cast', at, type: 'date', base: value, tolerant: false },
        }
  const loose = operator === '>' ? '>=' : operator === '<' ? '<=' : operator
  const predicate: Typed = {
    op: 'compare',
    at,
    type: 'boolean',
    operator: loose,
    left: column(alias, 'day', at),
    right: day,
  }
  const lower = literal !== undefined && operator !== '<' && operator !== '<='
  const upper = literal !== undefined && operator !== '>' && operator !== '>='
  return [{ predicate, isTime: true, ...(lower && { from: literal }), ...(upper && { to: literal }) }]
}

const accountBound = (alias: string, values: readonly Typed[]): Bound[] => {
  const literals = values.flatMap((value) =>
    value.op === 'literal' && value.value !== null ? [value.value] : [],
  )
  // An account that is not twelve digits is stored in the partition `unknown`.
  if (literals.length !== values.length || !literals.every((value) => /^\d{12}$/.test(value))) return []
  const { at } = values[0]!
  const base = column(alias, 'account', at)
  const items = literals.map((value) => text(value, at))
  const predicate: Typed =
    items.length === 1
      ? { op: 'compare', at, type: 'boolean', operator: '=', left: base, right: items[0]! }
      : { op: 'in', at, type: 'boolean', negated: false, base, items }
  return [{ predicate, isTime: false, accounts: literals }]
}

const isConstant = (expr: Typed): boolean => {
  if (expr.op === 'column' || expr.op === 'variable' || expr.op === 'scalar-query') return false
  return childrenOf(expr).every(isConstant)
}
