import type { Window } from './ast.ts'
import { refuse, suggestion } from './sql-error.ts'
import type { Typed } from './typed.ts'
import type { Type } from './types.ts'

/** A column type of a catalog; equal in shape to the store's schema. */
export type CatalogType =
  | 'string'
  | 'boolean'
  | 'timestamp'
  | 'int'
  | 'json'
  | { readonly struct: Readonly<Record<string, CatalogType>> }
  | { readonly array: CatalogType }

export interface CatalogColumn {
  readonly name: string
  readonly type: CatalogType
  readonly field: string
}

/** The tables a query may read, by the name it uses. */
export interface Catalog {
  readonly [table: string]: {
    readonly columns: readonly CatalogColumn[]
    /** Name of the table on the engine, when it is not the same: `trail_db.events`. Ours, never the user's. */
    readonly physical?: string
  }
}

/** Partition columns that every table has; not part of `SELECT *`. */
export const PARTITIONS = ['account', 'day'] as const

export interface ScopeColumn {
  readonly name: string
  /** As messages show it. */
  readonly label: string
  readonly type: Type
  readonly hidden?: boolean
  readonly duckdbPath?: readonly string[]
  /** Reached only as `table.column`: a bare name means the column that JOIN USING made of it. */
  readonly joined?: boolean
  /** What the column stands for, where that is no column of its own. */
  readonly value?: Typed
}

/** Something in FROM, under the name its columns are qualified with. */
export interface ScopeRelation {
  readonly alias: string
  readonly columns: readonly ScopeColumn[]
}

export interface Scope {
  readonly relations: readonly ScopeRelation[]
  /** Of the query around this one. */
  readonly outer?: Scope
  /** Parameters of the lambdas around an expression. */
  readonly variables?: Readonly<Record<string, Type>>
  /** Of the WINDOW clause. */
  readonly windows?: ReadonlyMap<string, Window>
}

export const fromCatalogType = (type: CatalogType): Type => {
  if (type === 'string') return 'varchar'
  if (type === 'int') return 'integer'
  if (type === 'json') return 'jsontext'
  if (typeof type === 'string') return type
  if ('array' in type) return { array: fromCatalogType(type.array) }
  return {
    row: Object.fromEntries(
      Object.entries(type.struct).map(([name, field]) => [name, fromCatalogType(field)]),
    ),
  }
}

/** Columns of a table, the partition columns last and hidden. */
export const tableColumns = (columns: readonly CatalogColumn[]): ScopeColumn[] => [
  ...columns.map(({ name, type, field }) => ({ name, label: field, type: fromCatalogType(type) })),
  ...PARTITIONS.filter((name) => columns.every((column) => column.name !== name)).map((name) => ({
    name,
    label: name,
    type: 'varchar' as const,
    hidden: true,
  })),
]

const NOT_IN_A_TRAIL: Readonly<Record<string, string>> = {
  eventjson:
    'eventJson is not stored; read the fields, or go back to the log file by sourceFile and recordIndex',
  eventjsonchecksum: 'eventJsonChecksum exists only in CloudTrail Lake, not in the events of a trail',
  eventcontext: 'eventContext exists only in CloudTrail Lake, not in the events of a trail',
  insightsource: 'insightSource exists only in CloudTrail Lake; the service is insightDetails.eventSource',
  insightcontext:
    "insightContext is inside insightDetails: json_extract_scalar(insightDetails, '$.insightContext.statistics.baseline.average')",
  eventdata: 'eventData belongs to AWS Config data, not to the events of a trail',
}

/** A column as an expression. */
export const columnNode = (relation: ScopeRelation, column: ScopeColumn, at: number): Typed =>
  column.value ?? {
    op: 'column',
    at,
    type: column.type,
    relation: relation.alias,
    name: column.name,
    ...(column.duckdbPath && { duckdbPath: column.duckdbPath }),
  }

/** Resolves a bare column name, nearest query first. Undefined when no query around knows it. */
export const findColumn = (scope: Scope, name: string, at: number): Typed | undefined => {
  for (let current: Scope | undefined = scope; current; current = current.outer) {
    const found = current.relations.flatMap((relation) =>
      relation.columns
        .filter((column) => column.name === name && !column.joined)
        .map((column) => ({ relation, column })),
    )
    if (found.length > 1) {
      refuse(
        at,
        `the column ${name} is ambiguous; write ${found.map(({ relation }) => `${relation.alias}.${name}`).join(' or ')}`,
      )
    }
    if (found[0]) return columnNode(found[0].relation, found[0].column, at)
  }
  return undefined
}

export const findRelation = (scope: Scope, alias: string): ScopeRelation | undefined => {
  for (let current: Scope | undefined = scope; current; current = current.outer) {
    const found = current.relations.find((relation) => relation.alias === alias)
    if (found) return found
  }
  return undefined
}

/** Resolves `alias.column`. */
export const columnOf = (relation: ScopeRelation, name: string, at: number): Typed => {
  const found = relation.columns.filter((column) => column.name === name.toLowerCase())
  if (found.length > 1)
    refuse(at, `${relation.alias} has several columns named ${name}; name them apart with AS`)
  return found[0] ? columnNode(relation, found[0], at) : unknownColumn([relation], name, at)
}

/** Refuses a column nobody has, with the nearest one or with the reason why it cannot exist. */
export const unknownColumn = (relations: readonly ScopeRelation[], name: string, at: number): never => {
  const reason = Object.hasOwn(NOT_IN_A_TRAIL, name.toLowerCase())
    ? NOT_IN_A_TRAIL[name.toLowerCase()]
    : undefined
  if (reason) refuse(at, reason)
  const labels = relations.flatMap((relation) => relation.columns.map((column) => column.label))
  return refuse(at, `unknown column ${name}${suggestion(name, labels)}`)
}
