import { bring } from './coerce.ts'
import { refuse } from './sql-error.ts'
import type { Typed, TypedQuery } from './typed.ts'
import type { Type } from './types.ts'

/** A value used as WHERE, ON, AND ... must be a boolean. */
export const asCondition = (value: Typed, where: string): Typed =>
  value.type === 'boolean' ? value : bring(value, 'boolean', `the condition of ${where}`)

/** The type of a subquery that stands for one value. */
export const singleColumn = (query: TypedQuery, at: number): Type => {
  if (query.columns.length !== 1)
    refuse(at, `this subquery must give one column, found ${query.columns.length}`)
  return query.columns[0]!.type
}
