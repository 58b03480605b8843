import type { Alias, Relation } from './ast.ts'
import { checkUsing } from './check-using.ts'
import type { Checker } from './checker.ts'
import { bring } from './coerce.ts'
import { asCondition } from './condition.ts'
import { type Scope, type ScopeColumn, type ScopeRelation, tableColumns } from './scope.ts'
import { quoted, refuse, suggestion } from './sql-error.ts'
import type { Typed, TypedRelation } from './typed.ts'
import { isArray, isMap, isRow, type Type, typeName } from './types.ts'

export interface CheckedFrom {
  readonly relation: TypedRelation
  readonly relations: readonly ScopeRelation[]
}

/** Default table of a store id: CloudTrail Lake names stores where we have tables. */
const STORE_TABLE = 'events'

/** Resolves FROM: which tables, under which names, with which columns. */
export const checkFrom = (checker: Checker, relation: Relation, outer: Scope | undefined): CheckedFrom =>
  checkRelation(checker, relation, { relations: [], ...(outer && { outer }) })

const checkRelation = (checker: Checker, relation: Relation, left: Scope): CheckedFrom => {
  switch (relation.kind) {
    case 'table':
      return checkTable(checker, relation)
    case 'subquery': {
      const around = relation.lateral ? left : left.outer
      const query = checker.query(relation.query, around)
      const alias = relation.alias?.name ?? freshAlias(left)
      const columns = renameColumns(query.columns, relation.alias, relation.at)
      const names = relation.alias?.columns
      return {
        relation: {
          kind: 'subquery',
          query,
          alias,
          lateral: relation.lateral,
          ...(names && { columns: names }),
        },
        relations: [{ alias, columns }],
      }
    }
    case 'unnest':
      return checkUnnest(checker, relation, left)
    case 'join':
      return checkJoin(checker, relation, left)
  }
}

const freshAlias = (scope: Scope): string => `subquery_${scope.relations.length + 1}`

const checkTable = (checker: Checker, node: Extract<Relation, { kind: 'table' }>): CheckedFrom => {
  const name = node.name.toLowerCase()
  const cte = checker.ctes.get(name)
  if (cte) {
    const alias = node.alias?.name ?? name
    const names = node.alias?.columns
    return {
      relation: { kind: 'cte', name, alias, ...(names && { columns: names }) },
      relations: [{ alias, columns: renameColumns(cte, node.alias, node.at) }],
    }
  }
  const table = tableOf(checker, node)
  if (node.alias?.columns) refuse(node.at, 'columns of a table cannot be renamed in FROM; use AS in SELECT')
  const alias = node.alias?.name ?? (node.store ? storeAlias(node.name) : table)
  return {
    relation: { kind: 'table', at: node.at, table, alias },
    relations: [{ alias, columns: tableColumns(checker.catalog[table]!.columns) }],
  }
}

const storeAlias = (name: string): string => (/^[a-z_]\w*$/i.test(name) ? name.toLowerCase() : STORE_TABLE)

/** A table of the catalog, or the events table for whatever names an event data store. */
const tableOf = (
  checker: Checker,
  node: { readonly name: string; readonly store: boolean; readonly at: number },
): string => {
  const name = node.name.toLowerCase()
  const known = Object.keys(checker.catalog)
  const candidate = node.store ? name.replaceAll('-', '_') : name
  if (Object.hasOwn(checker.catalog, candidate)) return candidate
  if (node.store && Object.hasOwn(checker.catalog, STORE_TABLE)) {
    checker.warn(`the event data store ${quoted(node.name)} is read as the table ${STORE_TABLE}`)
    return STORE_TABLE
  }
  return refuse(
    node.at,
    `unknown table ${quoted(node.name)}${suggestion(node.name, [...known, ...checker.ctes.keys()])}; tables: ${known.join(', ')}`,
  )
}

const renameColumns = (
  columns: readonly { readonly name: string; readonly type: Type }[],
  alias: Alias | undefined,
  at: number,
): ScopeColumn[] => {
  const names = alias?.columns
  if (names && names.length !== columns.length) {
    refuse(at, `${alias.name} names ${names.length} columns, but the query gives ${columns.length}`)
  }
  return columns.map((column, index) => {
    const name = names?.[index] ?? column.name
    return { name, label: name, type: column.type }
  })
}

const checkJoin = (
  checker: Checker,
  node: Extract<Relation, { kind: 'join' }>,
  scope: Scope,
): CheckedFrom => {
  const left = checkRelation(checker, node.left, scope)
  const right = checkRelation(checker, node.right, {
    ...scope,
    relations: [...scope.relations, ...left.relations],
  })
  for (const { alias } of right.relations) {
    if (left.relations.some((other) => other.alias === alias)) {
      refuse(node.right.at, `${alias} stands twice in FROM; give each an alias: ... AS a JOIN ... AS b`)
    }
  }
  const both = [...left.relations, ...right.relations]
  const condition = node.on && asCondition(checker.expr(node.on, { ...scope, relations: both }), 'ON')
  const used = node.using && checkUsing(node, left.relations, right.relations)
  const relations = used?.relations ?? both
  const on = used?.on ?? condition
  if (node.right.kind === 'unnest') refuseUnnestJoin(node, on)
  return {
    relation: {
      kind: 'join',
      join: node.join,
      left: left.relation,
      right: right.relation,
      ...(on && { on }),
    },
    relations,
  }
}

const refuseUnnestJoin = (node: Extract<Relation, { kind: 'join' }>, on: Typed | undefined): void => {
  const always = on === undefined || (on.op === 'literal' && on.value === 'true')
  if (!always || node.join === 'RIGHT' || node.join === 'FULL') {
    refuse(node.at, 'UNNEST joins with CROSS JOIN, a comma, or LEFT JOIN UNNEST(...) ON true')
  }
}

const checkUnnest = (
  checker: Checker,
  node: Extract<Relation, { kind: 'unnest' }>,
  left: Scope,
): CheckedFrom => {
  const args = node.args.map((arg) => unnestable(checker.expr(arg, left)))
  const found = args.flatMap((arg, index) => elementColumns(arg.type, index))
  if (node.ordinality)
    found.push({ name: 'ordinality', label: 'ordinality', type: 'bigint', duckdbPath: ['ordinality'] })
  const names = node.alias?.columns
  if (names && names.length !== found.length) {
    refuse(
      node.at,
      `${node.alias!.name} names ${names.length} columns, but this UNNEST gives ${found.length}: ${found.map(({ name }) => name).join(', ')}; name all of them, or write AS ${node.alias!.name} alone and ${node.alias!.name}.${found[0]?.name ?? 'x'}`,
    )
  }
  const columns = found.map((column, index) => ({
    ...column,
    name: names?.[index] ?? column.name,
    label: names?.[index] ?? column.name,
  }))
  const alias = node.alias?.name ?? `unnest_${left.relations.length + 1}`
  return {
    relation: {
      kind: 'unnest',
      args,
      ordinality: node.ordinality,
      alias,
      columns: columns.map(({ name }) => name),
    },
    relations: [{ alias, columns }],
  }
}

const unnestable = (arg: Typed): Typed => {
  if (arg.type === 'jsontext') return bring(arg, { map: ['varchar', 'varchar'] }, 'the argument of UNNEST')
  if (isArray(arg.type) || isMap(arg.type)) return arg
  return refuse(arg.at, `UNNEST needs an array or a map, found ${typeName(arg.type)}`)
}

/** Trino spreads rows and map entries over columns; in DuckDB they stay one struct, `e0`, `e1`, ... */
const elementColumns = (type: Type, index: number): ScopeColumn[] => {
  const element = `e${index}`
  if (isMap(type)) {
    return [
      { name: 'key', label: 'key', type: type.map[0], duckdbPath: [element, 'key'] },
      { name: 'value', label: 'value', type: type.map[1], duckdbPath: [element, 'value'] },
    ]
  }
  if (!isArray(type)) return []
  if (isRow(type.array)) {
    return Object.entries(type.array.row).map(([name, field]) => ({
      name,
      label: name,
      type: field,
      duckdbPath: [element, name],
    }))
  }
  return [{ name: `col${index}`, label: `col${index}`, type: type.array, duckdbPath: [element] }]
}
