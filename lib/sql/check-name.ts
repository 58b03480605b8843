import type { Expr } from './ast.ts'
import { athenaColumn } from './athena-column.ts'
import type { Checker } from './checker.ts'
import { columnOf, findColumn, findRelation, type Scope, unknownColumn } from './scope.ts'
import { refuse, suggestion } from './sql-error.ts'
import type { Typed } from './typed.ts'
import { isRow, typeName } from './types.ts'

const everyRelation = (scope: Scope) => [...scope.relations, ...(scope.outer?.relations ?? [])]

/** A bare name: the parameter of a lambda, or a column. */
export const checkName = (checker: Checker, name: string, at: number, scope: Scope): Typed => {
  const key = name.toLowerCase()
  const variable = scope.variables && Object.hasOwn(scope.variables, key) ? scope.variables[key] : undefined
  if (variable !== undefined) return { op: 'variable', at, type: variable, name: key }
  return (
    findColumn(scope, key, at) ??
    athenaColumn(checker, { scope, name: key, at }) ??
    unknownColumn(everyRelation(scope), name, at)
  )
}

/** `alias.column`, `column.field` and, for maps, `column.key`: keys keep their case, columns and fields have none. */
export const checkField = (checker: Checker, expr: Extract<Expr, { kind: 'field' }>, scope: Scope): Typed => {
  const { base, name, at } = expr
  if (base.kind === 'name' && !findNamed(scope, base)) {
    const relation = findRelation(scope, base.name.toLowerCase())
    const key = name.toLowerCase()
    const known = relation?.columns.some((column) => column.name === key)
    const place = { scope, name: key, at, ...(relation && { alias: relation.alias }) }
    const stands = relation && !known ? athenaColumn(checker, place) : undefined
    if (stands) return stands
    if (relation) return columnOf(relation, name, at)
  }
  const field = fieldOf(checker.expr(base, scope), name, at)
  if (field.op === 'field' && isAround(field, scope))
    checker.warn(
      `Athena may refuse a subquery that reads .${field.name} of a row of the query around it; give it a name there first: FROM (SELECT ... AS ${field.name}, ... FROM events)`,
    )
  return field
}

/** Is it a field of a column of the query around this one? Trino does not take such a subquery apart. */
const isAround = (field: Typed, scope: Scope): boolean => {
  let root = field
  while (root.op === 'field') root = root.base
  if (root.op !== 'column') return false
  const { relation } = root
  return scope.outer !== undefined && scope.relations.every(({ alias }) => alias !== relation)
}

const findNamed = (scope: Scope, base: Extract<Expr, { kind: 'name' }>): boolean => {
  const key = base.name.toLowerCase()
  if (scope.variables && Object.hasOwn(scope.variables, key)) return true
  // `t.x`: the table t wins over a column t, as in Trino.
  if (findRelation(scope, key)) return false
  return findColumn(scope, key, base.at) !== undefined
}

const fieldOf = (base: Typed, name: string, at: number): Typed => {
  if (base.type === 'jsontext') return { op: 'json-value', at: base.at, type: 'varchar', base, key: name }
  if (isRow(base.type)) {
    const field = name.toLowerCase()
    const type = Object.hasOwn(base.type.row, field) ? base.type.row[field] : undefined
    if (type !== undefined) return { op: 'field', at: base.at, type, base, name: field }
    return refuse(at, `unknown field ${name}${suggestion(name, Object.keys(base.type.row))}`)
  }
  if (base.op === 'json-value') {
    refuse(
      at,
      `${base.key} is text here; for a value inside its JSON write json_extract_scalar(${base.base.op === 'column' ? base.base.name : 'the map'}, '$.${base.key}.${name}')`,
    )
  }
  return refuse(at, `${typeName(base.type)} has no fields; .${name} does not fit`)
}
