import { renamed, scalar } from './functions.ts'
import { isArray, type Type } from './types.ts'

const hasNull = (list: string): string => `len(list_filter(${list}, lambda e: e IS NULL)) > 0`

/** TRUE, FALSE or NULL of a test over the elements, with NULL where an undecided element could change the answer. */
const matches =
  (wanted: boolean, found: 'true' | 'false', otherwise: 'true' | 'false') => (args: readonly string[]) => {
    const tested = `list_transform(${args[0]}, ${args[1]})`
    return (
      `CASE WHEN ${args[0]} IS NULL THEN NULL WHEN list_contains(${tested}, ${wanted}) THEN ${found} ` +
      `WHEN ${hasNull(tested)} THEN NULL ELSE ${otherwise} END`
    )
  }

const containsOf = ([list, item]: readonly string[]): string =>
  `CASE WHEN ${list} IS NULL OR ${item} IS NULL THEN NULL WHEN list_contains(${list}, ${item}) THEN true ` +
  `WHEN ${hasNull(list!)} THEN NULL ELSE false END`

const extreme = (name: string) => (args: readonly string[]) =>
  `CASE WHEN ${hasNull(args[0]!)} THEN NULL ELSE ${name}(${args[0]}) END`

const elementAt = ([base, key]: readonly string[], types: readonly Type[]): string =>
  isArray(types[0]!) ? elementOf(base!, key!) : `${base}[${key}]`

const elementOf = (list: string, position: string): string => {
  const element = `list_extract(${list}, ${position})`
  if (/^-? ?\d+$/.test(position)) return element
  return `CASE WHEN ${position} = 0 THEN error('array positions start at 1') ELSE ${element} END`
}

/** Arrays and maps. https://trino.io/docs/current/functions/array.html */
export const COLLECTION_FUNCTIONS = [
  scalar('element_at', ['array<T>, bigint -> T', 'map<K, V>, K -> V'], {
    duckdb: elementAt,
    check: ([, index]) => (index === '0' ? 'array positions start at 1' : undefined),
  }),
  scalar('cardinality', ['array<T> -> bigint', 'map<K, V> -> bigint'], {
    duckdb: ([base], types) => (isArray(types[0]!) ? `len(${base})` : `CAST(cardinality(${base}) AS BIGINT)`),
  }),
  scalar('contains', 'array<T>, T -> boolean', { orders: 'all', duckdb: containsOf }),
  scalar('array_join', 'array<varchar>, varchar -> varchar', {
    duckdb: renamed('array_to_string'),
    check: ([, separator]) => (separator === undefined ? 'the separator must be a literal text' : undefined),
  }),
  scalar('array_sort', 'array<T> -> array<T>', {
    orders: 'all',
    duckdb: ([list]) => `list_sort(${list}, 'ASC', 'NULLS LAST')`,
  }),
  scalar('array_max', 'array<T> -> T', { orders: 'all', duckdb: extreme('list_max') }),
  scalar('array_min', 'array<T> -> T', { orders: 'all', duckdb: extreme('list_min') }),
  scalar('array_position', 'array<T>, T -> bigint', {
    orders: 'all',
    duckdb: ([list, item]) =>
      `CASE WHEN ${list} IS NULL OR ${item} IS NULL THEN NULL ELSE CAST(coalesce(list_position(${list}, ${item}), 0) AS BIGINT) END`,
  }),
  scalar('transform', 'array<T>, fn<T, U> -> array<U>', { duckdb: renamed('list_transform') }),
  scalar('filter', 'array<T>, fn<T, boolean> -> array<T>', { duckdb: renamed('list_filter') }),
  scalar('any_match', 'array<T>, fn<T, boolean> -> boolean', { duckdb: matches(true, 'true', 'false') }),
  scalar('all_match', 'array<T>, fn<T, boolean> -> boolean', { duckdb: matches(false, 'false', 'true') }),
  scalar('none_match', 'array<T>, fn<T, boolean> -> boolean', { duckdb: matches(true, 'false', 'true') }),
  scalar('map_keys', 'map<K, V> -> array<K>'),
  scalar('map_values', 'map<K, V> -> array<V>'),
]
