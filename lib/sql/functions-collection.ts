import { textOf } from './duckdb-cast.ts'
import { renamed, scalar } from './functions.ts'
import { applied } from './functions-map.ts'
import { commonType, isArray, type Type, typeName } from './types.ts'

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

/** Trino passes over NaN unless there is nothing else; DuckDB takes it for the greatest number. */
const largest = ([list]: readonly string[], types: readonly Type[]): string => {
  if (!isArray(types[0]!) || types[0].array !== 'double') return extreme('list_max')([list!])
  return `CASE WHEN ${hasNull(list!)} THEN NULL ELSE coalesce(list_max(list_filter(${list}, lambda n: NOT isnan(n))), list_max(${list})) END`
}

const elementAt = ([base, key]: readonly string[], types: readonly Type[]): string =>
  isArray(types[0]!) ? elementOf(base!, key!) : `${base}[${key}]`

const elementOf = (list: string, position: string): string => {
  const element = `list_extract(${list}, ${position})`
  if (/^(\d+|\(- \d+\))$/.test(position)) return element
  return `CASE WHEN ${position} = 0 THEN error('array positions start at 1') ELSE ${element} END`
}

const join = ([list, separator, missing]: readonly string[], types: readonly Type[]): string => {
  const element = isArray(types[0]!) ? types[0].array : 'varchar'
  const text = element === 'varchar' || element === 'unknown' ? 'x' : textOf('x', element)
  const items = `list_transform(${list}, lambda x: ${text})`
  return `array_to_string(${missing ? `list_transform(${items}, lambda x: coalesce(x, ${missing}))` : items}, ${separator})`
}

const holds = (list: string, item: string): string =>
  `(coalesce(list_contains(${list}, ${item}), false) OR (${item} IS NULL AND ${hasNull(list)}))`

/** Each value once, where it first stands. */
const distinct = (list: string): string =>
  `list_extract(list_transform([${list}], lambda l: list_filter(l, lambda x, i: ` +
  'CASE WHEN x IS NULL THEN len(list_filter(list_slice(l, 1, i - 1), lambda y: y IS NULL)) = 0 ' +
  'ELSE NOT list_contains(list_slice(l, 1, i - 1), x) END)), 1)'

const slice = (list: string, start: string, length: string): string => {
  const from = `(CASE WHEN ${start} < 0 THEN len(${list}) + 1 + (${start}) ELSE ${start} END)`
  return (
    `CASE WHEN ${start} = 0 THEN error('array positions start at 1') WHEN ${length} < 0 THEN error('the length of a slice is not negative') ` +
    `WHEN ${from} < 1 OR ${length} = 0 THEN list_slice(${list}, 1, 0) ELSE list_slice(${list}, ${from}, ${from} + (${length}) - 1) END`
  )
}

/** Trino's own limit on the length of a sequence. */
const MAX_SEQUENCE = 10_000

function sequence([from, to, step]: readonly string[], types: readonly Type[]): string {
  if (types[2] === 'interval month') {
    const steps = `range(0, abs(date_diff('month', ${from}, ${to})) + 1)`
    const list = `list_transform(${steps}, lambda i: CAST(${from} + i * ${step} AS ${types[0] === 'date' ? 'DATE' : 'TIMESTAMP'}))`
    return `list_filter(${list}, lambda x: CASE WHEN ${from} <= ${to} THEN x <= ${to} ELSE x >= ${to} END)`
  }
  if (types[0] === 'date' || types[0] === 'timestamp') {
    const by = step ?? `to_days(CASE WHEN ${from} <= ${to} THEN 1 ELSE -1 END)`
    const list = `generate_series(CAST(${from} AS TIMESTAMP), CAST(${to} AS TIMESTAMP), ${by})`
    return `CAST(${list} AS ${types[0] === 'date' ? 'DATE' : 'TIMESTAMP'}[])`
  }
  const by = step ?? `CASE WHEN ${from} <= ${to} THEN 1 ELSE -1 END`
  const long = `abs(CAST(${to} AS DOUBLE) - CAST(${from} AS DOUBLE)) / abs(${by}) >= ${MAX_SEQUENCE}`
  const wrong = `(CASE WHEN (${by}) = 0 THEN true WHEN (${by}) > 0 THEN ${to} < ${from} ELSE ${to} > ${from} END)`
  return (
    `CASE WHEN ${wrong} THEN error('the stop of a sequence lies against its step') WHEN ${long} THEN error('a sequence has at most ${MAX_SEQUENCE} entries') ` +
    `ELSE generate_series(CAST(${from} AS BIGINT), CAST(${to} AS BIGINT), CAST(${by} AS BIGINT)) END`
  )
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
  // With a network in the first place: is the address in it?
  scalar('contains', ['array<T>, T -> boolean', 'varchar, ipaddress -> boolean'], {
    orders: 'all',
    duckdb: (args, types) =>
      types[0] === 'varchar'
        ? `trino_in_network(${args.join(', ')})`
        : types[1] === 'double'
          ? `CASE WHEN isnan(${args[1]}) THEN CASE WHEN ${hasNull(args[0]!)} THEN NULL ELSE false END ELSE ${containsOf(args)} END`
          : containsOf(args),
  }),
  scalar('array_join', ['array<T>, varchar -> varchar', 'array<T>, varchar, varchar -> varchar'], {
    duckdb: join,
    check: ([, separator]) => (separator === undefined ? 'the separator must be a literal text' : undefined),
  }),
  scalar('array_sort', 'array<T> -> array<T>', {
    orders: 'all',
    duckdb: ([list]) => `list_sort(${list}, 'ASC', 'NULLS LAST')`,
  }),
  scalar('array_max', 'array<T> -> T', { orders: 'all', duckdb: largest }),
  scalar('array_min', 'array<T> -> T', { orders: 'all', duckdb: extreme('list_min') }),
  scalar('array_position', 'array<T>, T -> bigint', {
    orders: 'all',
    duckdb: ([list, item], types) =>
      `CASE WHEN ${list} IS NULL OR ${item} IS NULL THEN NULL ${types[1] === 'double' ? `WHEN isnan(${item}) THEN CAST(0 AS BIGINT) ` : ''}ELSE CAST(coalesce(list_position(${list}, ${item}), 0) AS BIGINT) END`,
  }),
  scalar('transform', 'array<T>, fn<T, U> -> array<U>', { duckdb: renamed('list_transform') }),
  scalar('filter', 'array<T>, fn<T, boolean> -> array<T>', { duckdb: renamed('list_filter') }),
  scalar('any_match', 'array<T>, fn<T, boolean> -> boolean', { duckdb: matches(true, 'true', 'false') }),
  scalar('all_match', 'array<T>, fn<T, boolean> -> boolean', { duckdb: matches(false, 'false', 'true') }),
  scalar('none_match', 'array<T>, fn<T, boolean> -> boolean', { duckdb: matches(true, 'false', 'true') }),
  scalar('slice', 'array<T>, bigint, bigint -> array<T>', {
    duckdb: ([list, start, length]) => slice(list!, start!, length!),
    check: ([, start]) => (start === '0' ? 'array positions start at 1' : undefined),
  }),
  scalar(
    'sequence',
    [
      'bigint, bigint -> array<bigint>',
      'bigint, bigint, bigint -> array<bigint>',
      'date, date -> array<date>',
      'date, date, interval day -> array<date>',
      'date, date, interval month -> array<date>',
      'timestamp, timestamp, interval day -> array<timestamp>',
      'timestamp, timestamp, interval month -> array<timestamp>',
    ],
    { duckdb: sequence },
  ),
  scalar('array_distinct', 'array<T> -> array<T>', { orders: 'all', duckdb: ([list]) => distinct(list!) }),
  scalar('array_intersect', 'array<T>, array<T> -> array<T>', {
    orders: 'all',
    duckdb: ([a, b]) =>
      `CASE WHEN ${a} IS NULL OR ${b} IS NULL THEN NULL ELSE ${distinct(`list_filter(${a}, lambda x: ${holds(b!, 'x')})`)} END`,
  }),
  scalar('array_except', 'array<T>, array<T> -> array<T>', {
    orders: 'all',
    duckdb: ([a, b]) =>
      `CASE WHEN ${a} IS NULL OR ${b} IS NULL THEN NULL ELSE ${distinct(`list_filter(${a}, lambda x: NOT ${holds(b!, 'x')})`)} END`,
  }),
  scalar('array_union', 'array<T>, array<T> -> array<T>', {
    orders: 'all',
    duckdb: ([a, b]) =>
      `CASE WHEN ${a} IS NULL OR ${b} IS NULL THEN NULL ELSE ${distinct(`list_concat(${a}, ${b})`)} END`,
  }),
  scalar('array_remove', 'array<T>, T -> array<T>', {
    orders: 'all',
    duckdb: ([list, item]) =>
      `CASE WHEN ${list} IS NULL OR ${item} IS NULL THEN NULL ELSE list_filter(${list}, lambda x: x IS NULL OR x <> ${item}) END`,
  }),
  scalar('arrays_overlap', 'array<T>, array<T> -> boolean', {
    orders: 'all',
    duckdb: ([a, b]) =>
      `CASE WHEN ${a} IS NULL OR ${b} IS NULL THEN NULL WHEN list_has_any(${a}, ${b}) THEN true ` +
      `WHEN len(${a}) > 0 AND len(${b}) > 0 AND (${hasNull(a!)} OR ${hasNull(b!)}) THEN NULL ELSE false END`,
  }),
  scalar('flatten', 'array<array<T>> -> array<T>'),
  scalar('repeat', 'T, bigint -> array<T>', {
    duckdb: ([item, n]) =>
      `CASE WHEN ${n} NOT BETWEEN 0 AND 100000 THEN error('the count of repeat must be between 0 and 100000') ` +
      `ELSE list_transform(range(${n}), lambda i: ${item}) END`,
  }),
  scalar('zip', ['array<T>, array<U> -> array<row<T, U>>'], {
    duckdb: ([a, b]) =>
      `CASE WHEN ${a} IS NULL OR ${b} IS NULL THEN NULL ELSE list_transform(range(1, greatest(len(${a}), len(${b})) + 1), ` +
      `lambda i: struct_pack(field0 := list_extract(${a}, i), field1 := list_extract(${b}, i))) END`,
    athena: (args, _types, returns) => `CAST(zip(${args.join(', ')}) AS ${typeName(returns)})`,
  }),
  scalar('zip_with', 'array<T>, array<U>, fn<T, U, V> -> array<V>', {
    duckdb: ([a, b, change]) =>
      `CASE WHEN ${a} IS NULL OR ${b} IS NULL THEN NULL ELSE list_transform(range(1, greatest(len(${a}), len(${b})) + 1), ` +
      `lambda i: ${applied(change!, `list_extract(${a}, i)`, `list_extract(${b}, i)`)}) END`,
  }),
  scalar('reduce', 'array<T>, T, fn<T, T, T>, fn<T, U> -> U', {
    // A literal text is varchar(n) in Trino, and the state must be of one type.
    athena: ([list, start, step, last], types) => {
      const item = isArray(types[0]!) ? types[0].array : 'varchar'
      const type = typeName(commonType(item, types[1]!) ?? item)
      const [head, ...body] = step!.split(' -> ')
      return `reduce(${list}, CAST(${start} AS ${type}), ${head} -> CAST(${body.join(' -> ')} AS ${type}), ${last})`
    },
    duckdb: ([list, start, step, last]) =>
      `CASE WHEN ${list} IS NULL THEN NULL ELSE list_extract(list_transform([list_reduce(list_prepend(${start}, ${list}), ${step})], ${last}), 1) END`,
  }),
  scalar('contains_sequence', 'array<T>, array<T> -> boolean', {
    orders: 'all',
    duckdb: ([a, b]) =>
      `CASE WHEN ${a} IS NULL OR ${b} IS NULL THEN NULL ELSE len(list_filter(range(1, len(${a}) - len(${b}) + 2), ` +
      `lambda i: list_slice(${a}, i, i + len(${b}) - 1) = ${b})) > 0 END`,
  }),
]
