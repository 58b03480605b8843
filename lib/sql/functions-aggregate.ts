import { aggregate, renamed, window } from './functions.ts'
import { isArray } from './types.ts'

const bigint = (call: string): string => `CAST(${call} AS BIGINT)`
const APPROXIMATE =
  'is approximate: Athena and DuckDB estimate with different methods and may differ slightly'

/** A key that puts NaN below every number: Trino's maximum is NaN only where there is nothing else. */
const nanFirst = (value: string): string =>
  `CASE WHEN ${value} IS NULL THEN NULL ELSE struct_pack(n := NOT isnan(${value}), v := ${value}) END`

/** Aggregates and window functions. https://trino.io/docs/current/functions/aggregate.html */
export const AGGREGATE_FUNCTIONS = [
  aggregate('count', ['-> bigint', 'T -> bigint'], { duckdb: (args) => `count(${args[0] ?? '*'})` }),
  aggregate('count_if', 'boolean -> bigint', {
    // Of NULLs alone DuckDB gives NULL.
    duckdbWrap: (call) => `coalesce(${bigint(call)}, 0)`,
  }),
  aggregate('sum', ['integer -> bigint', 'bigint -> bigint', 'double -> double'], {
    decimals: true,
    // DuckDB sums whole numbers as HUGEINT.
    duckdbWrap: (call, type) => (type === 'bigint' ? bigint(call) : call),
  }),
  aggregate('avg', ['integer -> double', 'bigint -> double', 'double -> double'], { decimals: true }),
  aggregate('min', ['T -> T', 'T, bigint -> array<T>'], { orders: 'all' }),
  aggregate('max', ['T -> T', 'T, bigint -> array<T>'], {
    orders: 'all',
    duckdb: (args, types) => {
      if (types[0] !== 'double' || args.length > 1) return `max(${args.join(', ')})`
      const value = args[0]!.replace(/^DISTINCT /, '')
      return `arg_max(${value}, ${nanFirst(value)})`
    },
  }),
  aggregate('min_by', 'T, U -> T', { orders: 'last', duckdb: renamed('arg_min_null') }),
  aggregate('max_by', 'T, U -> T', {
    orders: 'last',
    duckdb: ([value, by], types) => `arg_max_null(${value}, ${types[1] === 'double' ? nanFirst(by!) : by})`,
  }),
  aggregate('arbitrary', 'T -> T', { duckdb: renamed('any_value') }),
  aggregate('any_value', 'T -> T'),
  aggregate('array_agg', 'T -> array<T>'),
  aggregate('listagg', 'varchar, varchar -> varchar', {
    duckdb: renamed('string_agg'),
    check: ([, separator]) => (separator === undefined ? 'the separator must be a literal text' : undefined),
  }),
  aggregate('bool_and', 'boolean -> boolean'),
  aggregate('every', 'boolean -> boolean', { duckdb: renamed('bool_and') }),
  aggregate('bool_or', 'boolean -> boolean'),
  aggregate('approx_distinct', 'T -> bigint', {
    duckdb: renamed('approx_count_distinct'),
    warning: APPROXIMATE,
  }),
  aggregate(
    'approx_percentile',
    [
      'bigint, double -> bigint',
      'double, double -> double',
      'bigint, array<double> -> array<bigint>',
      'double, array<double> -> array<double>',
    ],
    {
      duckdb: ([value, share], types) =>
        `approx_quantile(${value}, CAST(${share} AS FLOAT${isArray(types[1]!) ? '[]' : ''}))`,
      decimals: true,
      warning: APPROXIMATE,
    },
  ),
  aggregate('stddev', 'double -> double', { duckdb: renamed('stddev_samp') }),
  aggregate('stddev_samp', 'double -> double'),
  aggregate('stddev_pop', 'double -> double'),
  aggregate('var_samp', 'double -> double'),
  aggregate('var_pop', 'double -> double'),
  aggregate('variance', 'double -> double', { duckdb: renamed('var_samp') }),
  window('row_number', '-> bigint'),
  window('rank', '-> bigint'),
  window('dense_rank', '-> bigint'),
  window('percent_rank', '-> double'),
  window('cume_dist', '-> double'),
  window('ntile', 'bigint -> bigint'),
  window('lag', ['T -> T', 'T, bigint -> T', 'T, bigint, T -> T']),
  window('lead', ['T -> T', 'T, bigint -> T', 'T, bigint, T -> T']),
  window('first_value', 'T -> T'),
  window('last_value', 'T -> T'),
  window('nth_value', 'T, bigint -> T'),
  // Which columns of GROUPING SETS are left out of a row, as bits.
  aggregate('grouping', 'A, A... -> bigint', {
    duckdb: (args) => `CAST(grouping(${args.join(', ')}) AS BIGINT)`,
  }),
]
