import type { Typed, TypedCall, TypedItem, TypedQuery, TypedRelation } from './typed.ts'

/** Where the engines differ. Everything else of a query is written the same. */
export interface Dialect {
  readonly name: 'athena' | 'duckdb'
  table(table: string): string
  column(expr: Extract<Typed, { op: 'column' }>): string
  compare(expr: Extract<Typed, { op: 'compare' }>, left: string, right: string): string
  arithmetic(expr: Extract<Typed, { op: 'arithmetic' }>, left: string, right: string): string
  cast(expr: Extract<Typed, { op: 'cast' }>, base: string): string
  subscript(expr: Extract<Typed, { op: 'subscript' }>, base: string, index: string): string
  row(expr: Extract<Typed, { op: 'row' }>, items: readonly string[]): string
  jsonValue(base: string, key: string): string
  jsonMap(base: string): string
  lambda(params: readonly string[], body: string): string
  array(items: readonly string[]): string
  interval(value: string, unit: string): string
  /** NULL where the expression fails. */
  attempt(text: string): string
  timeZone(base: string, from: Typed['type'], zone: string): string
  call(expr: TypedCall, args: readonly string[]): string
  wrapCall(expr: TypedCall, call: string): string
  unnest(relation: Extract<TypedRelation, { kind: 'unnest' }>, args: readonly string[]): string
  limit(query: TypedQuery): string
  /** A complex value in the output: JSON text on both engines. */
  output(text: string, item: TypedItem): string
}
