import { isCount, renamed, scalar } from './functions.ts'
import { isArray, type Type } from './types.ts'

const NUMBERS = ['integer -> integer', 'bigint -> bigint', 'double -> double']
const same = (name: string) => (args: readonly string[], types: readonly unknown[]) =>
  // A bare number in GROUP BY would be a position.
  types[0] === 'double' ? `${name}(${args[0]})` : isCount(args[0]) ? `CAST(${args[0]} AS INTEGER)` : args[0]!

/** NULL as soon as one argument is NULL; DuckDB's own versions skip it. */
const strict = (name: string) => (args: readonly string[]) =>
  `CASE WHEN ${args.map((arg) => `${arg} IS NULL`).join(' OR ')} THEN NULL ELSE ${name}(${args.join(', ')}) END`

/** Trino passes over NaN, which is the greatest number of DuckDB, unless there is nothing else. */
const greatestOf = (args: readonly string[], types: readonly Type[]): string => {
  if (!types.includes('double')) return strict('greatest')(args)
  const numbers = args.map((arg) => `CASE WHEN isnan(${arg}) THEN NULL ELSE ${arg} END`)
  const anyNull = args.map((arg) => `${arg} IS NULL`).join(' OR ')
  return `CASE WHEN ${anyNull} THEN NULL ELSE coalesce(greatest(${numbers.join(', ')}), CAST('NaN' AS DOUBLE)) END`
}

/** Numbers and choices. https://trino.io/docs/current/functions/math.html */
export const NUMBER_FUNCTIONS = [
  scalar('abs', NUMBERS, { decimals: true }),
  scalar('ceil', NUMBERS, { decimals: true, duckdb: same('ceil') }),
  scalar('ceiling', NUMBERS, { decimals: true, duckdb: same('ceil') }),
  scalar('floor', NUMBERS, { decimals: true, duckdb: same('floor') }),
  scalar(
    'round',
    [...NUMBERS, 'integer, integer -> integer', 'bigint, integer -> bigint', 'double, integer -> double'],
    {
      decimals: true,
      duckdb: (args, types) =>
        args.length === 2 && types[0] === 'double'
          ? `trino_round(${args.join(', ')})`
          : same('round')(args, types),
      check: ([, digits], types) =>
        types.length === 2 && types[0] !== 'double' && digits?.startsWith('-') !== false
          ? 'a whole number rounds to a literal number of digits from 0'
          : undefined,
    },
  ),
  scalar('sqrt', 'double -> double', {
    decimals: true,
    duckdb: ([x]) => `CASE WHEN ${x} < 0 THEN CAST('NaN' AS DOUBLE) ELSE sqrt(CAST(${x} AS DOUBLE)) END`,
  }),
  scalar('power', 'double, double -> double', { decimals: true, duckdb: powerOf }),
  scalar('pow', 'double, double -> double', { decimals: true, duckdb: powerOf }),
  scalar('is_nan', 'double -> boolean', { duckdb: renamed('isnan') }),
  scalar('mod', ['integer, integer -> integer', 'bigint, bigint -> bigint', 'double, double -> double'], {
    decimals: true,
    duckdb: ([a, b], types) =>
      types[0] === 'double'
        ? `(CAST(${a} AS DOUBLE) % CAST(${b} AS DOUBLE))`
        : `CASE WHEN ${b} = 0 AND ${a} IS NOT NULL THEN error('Division by zero') ELSE ${a} % ${b} END`,
  }),
  scalar('sign', NUMBERS, {
    decimals: true,
    duckdb: ([x], types) =>
      types[0] === 'double'
        ? `CASE WHEN isnan(${x}) THEN ${x} ELSE CAST(sign(${x}) AS DOUBLE) END`
        : `CAST(sign(${x}) AS ${types[0] === 'integer' ? 'INTEGER' : 'BIGINT'})`,
  }),
  scalar('truncate', 'double -> double', { decimals: true, duckdb: renamed('trunc') }),
  scalar('exp', 'double -> double', { decimals: true }),
  scalar('ln', 'double -> double', { decimals: true, duckdb: logarithm('ln') }),
  scalar('log2', 'double -> double', { decimals: true, duckdb: logarithm('log2') }),
  scalar('log10', 'double -> double', { decimals: true, duckdb: logarithm('log10') }),
  scalar('is_finite', 'double -> boolean', { duckdb: renamed('isfinite') }),
  scalar('is_infinite', 'double -> boolean', { duckdb: renamed('isinf') }),
  scalar('nan', '-> double', { duckdb: () => "CAST('NaN' AS DOUBLE)" }),
  scalar('infinity', '-> double', { duckdb: () => "CAST('Infinity' AS DOUBLE)" }),
  scalar('bitwise_and', 'bigint, bigint -> bigint', {
    duckdb: ([a, b]) => `(CAST(${a} AS BIGINT) & CAST(${b} AS BIGINT))`,
  }),
  scalar('bitwise_or', 'bigint, bigint -> bigint', {
    duckdb: ([a, b]) => `(CAST(${a} AS BIGINT) | CAST(${b} AS BIGINT))`,
  }),
  scalar('greatest', 'T, T... -> T', { orders: 'all', duckdb: greatestOf }),
  scalar('least', 'T, T... -> T', { orders: 'all', duckdb: strict('least') }),
  scalar('coalesce', 'T, T... -> T'),
  scalar('nullif', 'T, T -> T', {
    orders: 'all',
    // NaN equals nothing, not even itself; for DuckDB it does.
    duckdb: ([a, b], types) =>
      types[0] === 'double'
        ? `CASE WHEN ${a} = ${b} AND NOT isnan(${a}) THEN NULL ELSE ${a} END`
        : `nullif(${a}, ${b})`,
    check: (_, types) => (types.some(isArray) ? 'arrays cannot be compared; compare their parts' : undefined),
  }),
  scalar('if', ['boolean, T -> T', 'boolean, T, T -> T'], {
    duckdb: ([condition, yes, no]) => `CASE WHEN ${condition} THEN ${yes} ELSE ${no ?? 'NULL'} END`,
  }),
]

function powerOf([base, exponent]: readonly string[]): string {
  const [x, y] = [`CAST(${base} AS DOUBLE)`, `CAST(${exponent} AS DOUBLE)`]
  // Java gives NaN for 1 to the power of NaN, C gives 1.
  return `CASE WHEN isnan(${y}) THEN CAST('NaN' AS DOUBLE) ELSE pow(${x}, ${y}) END`
}

/** Of zero minus infinity, of less NaN; DuckDB alone ends the query. */
function logarithm(name: string) {
  return ([x]: readonly string[]): string =>
    `CASE WHEN ${x} = 0 THEN CAST('-Infinity' AS DOUBLE) WHEN ${x} < 0 THEN CAST('NaN' AS DOUBLE) ELSE ${name}(${x}) END`
}
