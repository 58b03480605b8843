import type { Name, Relation } from './ast.ts'
import { comparable } from './coerce.ts'
import { FUNCTIONS } from './function-table.ts'
import { columnNode, type ScopeColumn, type ScopeRelation, unknownColumn } from './scope.ts'
import { refuse } from './sql-error.ts'
import type { Typed } from './typed.ts'

type Join = Extract<Relation, { kind: 'join' }>

/**
 * JOIN USING (a, b) as the ON it means, and the columns it leaves: each of `a` and `b` once and first, then the others.
 */
export const checkUsing = (
  node: Join,
  left: readonly ScopeRelation[],
  right: readonly ScopeRelation[],
): { readonly on: Typed; readonly relations: readonly ScopeRelation[] } => {
  const pairs = node.using!.map((name) => {
    const [a, b] = comparable(side(left, name), side(right, name), name.at)
    return { name, a, b }
  })
  const equals = pairs.map(
    ({ name, a, b }): Typed => ({
      op: 'compare',
      at: name.at,
      type: 'boolean',
      operator: '=',
      left: a,
      right: b,
    }),
  )
  const columns = pairs.map(({ name, a, b }): ScopeColumn => {
    const value = merged(node.join, a, b)
    return { name: name.text, label: name.text, type: value.type, value }
  })
  const names = new Set(pairs.map(({ name }) => name.text))
  const rest = [...left, ...right].map((relation) => ({
    alias: relation.alias,
    columns: relation.columns.map((column) =>
      names.has(column.name) ? { ...column, joined: true } : column,
    ),
  }))
  const on: Typed =
    equals.length === 1
      ? equals[0]!
      : { op: 'logical', at: node.at, type: 'boolean', operator: 'AND', items: equals }
  // No written name is empty, so the merged columns are reached by their bare names only.
  return { on, relations: [{ alias: '', columns }, ...rest] }
}

const side = (relations: readonly ScopeRelation[], { text, at }: Name): Typed => {
  const found = relations.flatMap((relation) =>
    relation.columns
      .filter((column) => column.name === text && !column.joined)
      .map((column) => columnNode(relation, column, at)),
  )
  if (found.length > 1) refuse(at, `the column ${text} of USING is ambiguous on one side of the join`)
  return found[0] ?? unknownColumn(relations, text, at)
}

/** The column that both sides share: of the side that is always there, or of either. */
const merged = (join: Join['join'], a: Typed, b: Typed): Typed => {
  if (join === 'RIGHT') return b
  if (join !== 'FULL') return a
  const coalesce = FUNCTIONS.get('coalesce')!
  return {
    op: 'call',
    at: a.at,
    type: a.type,
    fn: coalesce,
    args: [a, b],
    star: false,
    distinct: false,
    orderBy: [],
    ignoreNulls: false,
  }
}
