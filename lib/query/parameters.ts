import { UsageError } from '../errors.ts'
import { encodeLiteral, type ParameterValue } from '../sql/literal.ts'
import { Refusal, suggestion } from '../sql/sql-error.ts'
import type { Query, QueryParameter } from './pack.ts'

const LITERAL_TYPES = {
  string: 'varchar',
  integer: 'bigint',
  double: 'double',
  boolean: 'boolean',
  timestamp: 'timestamp',
  date: 'date',
} as const

/** Values of a query's parameters in their declared types, defaults filled in. Throws UsageError naming the parameter. */
export const bindParameters = (
  query: Pick<Query, 'name' | 'params'>,
  given: Readonly<Record<string, string>>,
): Record<string, ParameterValue> => {
  const names = query.params.map(({ name }) => name)
  for (const name of Object.keys(given)) {
    if (names.includes(name)) continue
    const known = names.length > 0 ? `it takes ${names.join(', ')}` : 'it takes none'
    throw new UsageError(`${query.name} has no parameter ${name}${suggestion(name, names)}; ${known}`)
  }
  return Object.fromEntries(query.params.map((param) => [param.name, boundValue(query.name, param, given)]))
}

const boundValue = (
  query: string,
  param: QueryParameter,
  given: Readonly<Record<string, string>>,
): ParameterValue => {
  const value = Object.hasOwn(given, param.name) ? given[param.name] : param.default
  if (value === undefined) {
    throw new UsageError(`${query} needs the parameter ${param.name} (${param.type}): ${param.description}`)
  }
  const bound = { type: LITERAL_TYPES[param.type], value }
  try {
    encodeLiteral(bound.type, bound.value, 0)
  } catch (error) {
    if (error instanceof Refusal)
      throw new UsageError(`parameter ${param.name} of ${query}: ${error.message}`, { cause: error })
    throw error
  }
  return bound
}

/** A window (UTC ISO) as values of `since` and `until`, for a query that has them. */
export const windowParams = (
  query: Pick<Query, 'params'>,
  { since, until }: { readonly since: string; readonly until: string },
): Record<string, string> =>
  Object.fromEntries(
    Object.entries({ since, until })
      .filter(([name]) => query.params.some((param) => param.name === name))
      .map(([name, time]) => [name, time.slice(0, 19).replace('T', ' ')]),
  )
