import { renamed, scalar } from './functions.ts'

const NUMBERS = ['integer -> integer', 'bigint -> bigint', 'double -> double']
const same = (name: string) => (args: readonly string[], types: readonly unknown[]) =>
  types[0] === 'double' ? `${name}(${args[0]})` : args[0]!

/** NULL as soon as one argument is NULL; DuckDB's own versions skip it. */
const strict = (name: string) => (args: readonly string[]) =>
  `CASE WHEN ${args.map((arg) => `${arg} IS NULL`).join(' OR ')} THEN NULL ELSE ${name}(${args.join(', ')}) END`

/** Numbers and choices. https://trino.io/docs/current/functions/math.html */
export const NUMBER_FUNCTIONS = [
  scalar('abs', NUMBERS),
  scalar('ceil', NUMBERS, { duckdb: same('ceil') }),
  scalar('ceiling', NUMBERS, { duckdb: same('ceil') }),
  scalar('floor', NUMBERS, { duckdb: same('floor') }),
  scalar('round', [...NUMBERS, 'double, integer -> double'], {
    duckdb: (args, types) =>
      args.length === 2 ? `trino_round(${args.join(', ')})` : same('round')(args, types),
  }),
  scalar('sqrt', 'double -> double', { decimals: true, duckdb: ([x]) => `sqrt(CAST(${x} AS DOUBLE))` }),
  scalar('power', 'double, double -> double', { decimals: true, duckdb: powerOf }),
  scalar('pow', 'double, double -> double', { decimals: true, duckdb: powerOf }),
  scalar('is_nan', 'double -> boolean', { duckdb: renamed('isnan') }),
  scalar('greatest', 'T, T... -> T', { orders: 'all', duckdb: strict('greatest') }),
  scalar('least', 'T, T... -> T', { orders: 'all', duckdb: strict('least') }),
  scalar('coalesce', 'T, T... -> T'),
  scalar('nullif', 'T, T -> T', { orders: 'all' }),
  scalar('if', ['boolean, T -> T', 'boolean, T, T -> T'], {
    duckdb: ([condition, yes, no]) => `CASE WHEN ${condition} THEN ${yes} ELSE ${no ?? 'NULL'} END`,
  }),
]

function powerOf([base, exponent]: readonly string[]): string {
  return `pow(CAST(${base} AS DOUBLE), CAST(${exponent} AS DOUBLE))`
}
