import { FUNCTIONS } from '../../lib/sql/function-table.ts'
import type { FunctionDefinition } from '../../lib/sql/functions.ts'
import type { Pattern } from '../../lib/sql/signature.ts'
import { isArray, isMap, sameType, type Type } from '../../lib/sql/types.ts'

/** A source of small random numbers, from 0 to n - 1. */
export type Pick = (n: number) => number

/** The same numbers for the same seed (mulberry32). */
export const pickOf = (seed: number): Pick => {
  let state = seed
  return (n) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % n
  }
}

const one = <T>(pick: Pick, items: readonly T[]): T => items[pick(items.length)]!

/** A small table with the values that tell engines apart: NULL, zero, negatives, empty and odd texts, leap days. */
const ROWS = [
  `(1, 0, 'abc', 1.5e0, true, DATE '2024-02-29', TIMESTAMP '2024-02-29 23:59:59.999', '{"a":1,"b":[1,"x",null],"c":{"d":"é"}}', ARRAY[3, 1, NULL], ARRAY['b', 'a'])`,
  `(-7, 3, 'a/b//c', -2.5e0, false, DATE '2023-12-31', TIMESTAMP '2023-12-31 00:00:00.000', '[1, 2, {"a": "b"}]', ARRAY[1], ARRAY['x', NULL, 'x'])`,
  `(NULL, 2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)`,
  `(2147483647, -1, 'Éé👍_%', 1e10, true, DATE '1970-01-01', TIMESTAMP '1969-12-31 23:00:00.001', 'no json', CAST(ARRAY[] AS array(integer)), CAST(ARRAY[] AS array(varchar)))`,
  `(10, NULL, '', 0e0, false, DATE '2024-03-31', TIMESTAMP '2024-03-31 12:30:00.500', '"text"', ARRAY[2, 2, 5], ARRAY['192.0.2.1', '12', ' '])`,
  `(0, 5, '192.0.2.1', 0.1e0, NULL, DATE '2024-01-01', TIMESTAMP '2024-01-01 06:00:00.000', '{"a":null}', ARRAY[0, -1], NULL)`,
]

export const DATA = `WITH data (i, n, s, x, p, d, t, j, a, ss) AS (VALUES ${ROWS.join(', ')})`

const COLUMNS: readonly (readonly [string, Type])[] = [
  ['i', 'integer'],
  ['n', 'integer'],
  ['s', 'varchar'],
  ['x', 'double'],
  ['p', 'boolean'],
  ['d', 'date'],
  ['t', 'timestamp'],
  ['j', 'varchar'],
  ['a', { array: 'integer' }],
  ['ss', { array: 'varchar' }],
]

const LITERALS: Readonly<Record<string, readonly string[]>> = {
  varchar: [
    "'a'",
    "''",
    "'/'",
    "'day'",
    "'month'",
    "'hour'",
    "'$.a'",
    "'$.b[0]'",
    "'[a-c]+'",
    "'(.)(/)?'",
    "'%Y-%m-%d %H:%i'",
    "'yyyy-MM-dd HH:mm'",
    "'é'",
    "'12'",
    "'1.5'",
    "'%'",
    "'_b%'",
    "'192.0.2.0/24'",
    "'2024-02-29'",
  ],
  integer: ['0', '1', '2', '-1', '3', '7'],
  bigint: ['0', '1', '2', '-3', '3000000000'],
  double: ['0e0', '1e0', '-1.5e0', '2.25e0', '1e15'],
  boolean: ['true', 'false'],
  date: ["DATE '2024-01-31'", "DATE '1999-12-31'"],
  timestamp: ["TIMESTAMP '2024-01-31 10:20:30.400'"],
  timestamptz: ["from_iso8601_timestamp('2024-01-31T10:20:30Z')"],
  json: ['json_parse(\'[1,"a",true]\')', 'json_parse(\'{"a":{"b":2}}\')'],
  'interval day': ["INTERVAL '36' HOUR", "INTERVAL '1' DAY"],
  'interval month': ["INTERVAL '1' MONTH"],
  ipaddress: ['TRY_CAST(s AS ipaddress)', "IPADDRESS '192.0.2.9'"],
  varbinary: ['to_utf8(s)'],
}

/** Answers of another moment, or estimates: nothing to compare. */
const UNSTABLE = /^(now|current_|localtimestamp|approx_|grouping|arbitrary|any_value)/

const SCALARS = [...FUNCTIONS.values()].filter(({ name, kind }) => kind === 'scalar' && !UNSTABLE.test(name))

const TYPES: readonly Type[] = ['varchar', 'integer', 'bigint', 'double', 'boolean', 'date', 'timestamp']

type Bound = Map<string, Type>

/** Can the pattern be this type? Binds its variables. */
const unify = (pattern: Pattern, type: Type, bound: Bound): boolean => {
  if (pattern.is === 'type') return sameType(pattern.type, type)
  if (pattern.is === 'variable') {
    if (pattern.name === 'Z' || pattern.name === 'D') return false
    const known = bound.get(pattern.name)
    bound.set(pattern.name, known ?? type)
    return known === undefined || sameType(known, type)
  }
  if (pattern.is === 'array') return isArray(type) && unify(pattern.of, type.array, bound)
  return (
    pattern.is === 'map' &&
    isMap(type) &&
    unify(pattern.key, type.map[0], bound) &&
    unify(pattern.value, type.map[1], bound)
  )
}

const typeOf = (pattern: Pattern, bound: Bound, pick: Pick): Type | undefined => {
  if (pattern.is === 'type') return pattern.type
  if (pattern.is === 'variable') {
    if (pattern.name === 'Z' || pattern.name === 'D') return undefined
    const type = bound.get(pattern.name) ?? one(pick, TYPES)
    bound.set(pattern.name, type)
    return type
  }
  if (pattern.is === 'array') {
    const of = typeOf(pattern.of, bound, pick)
    return of === undefined ? undefined : { array: of }
  }
  return undefined
}

interface Variables {
  readonly [name: string]: Type
}

/** A random expression of a type. It may be one the dialect refuses. */
export const expression = (pick: Pick, type: Type, depth: number, variables: Variables = {}): string => {
  if (depth <= 0 || pick(4) === 0) return leaf(pick, type, variables)
  const operator = pick(3) === 0 ? operation(pick, type, depth, variables) : undefined
  return operator ?? call(pick, type, depth, variables) ?? leaf(pick, type, variables)
}

const leaf = (pick: Pick, type: Type, variables: Variables): string => {
  const own = Object.entries(variables).flatMap(([name, other]) => (sameType(other, type) ? [name] : []))
  const columns = [
    ...own,
    ...own,
    ...COLUMNS.flatMap(([name, other]) => (sameType(other, type) ? [name] : [])),
  ]
  const literals = typeof type === 'string' ? (LITERALS[type] ?? []) : []
  if (columns.length > 0 && (literals.length === 0 || pick(3) > 0)) return one(pick, columns)
  if (literals.length > 0) return one(pick, literals)
  if (isArray(type))
    return `ARRAY[${expression(pick, type.array, 0, variables)}, ${expression(pick, type.array, 0, variables)}]`
  return 'NULL'
}

const operation = (pick: Pick, type: Type, depth: number, variables: Variables): string | undefined => {
  const part = (of: Type) => expression(pick, of, depth - 1, variables)
  const other = one(pick, TYPES)
  if (type === 'boolean') {
    return one(pick, [
      () => `(${part(other)} ${one(pick, ['=', '<>', '<', '>='])} ${part(other)})`,
      () => `(${part('boolean')} ${one(pick, ['AND', 'OR'])} ${part('boolean')})`,
      () => `(NOT ${part('boolean')})`,
      () => `(${part(other)} IS ${one(pick, ['', 'NOT '])}NULL)`,
      () => `(${part(other)} IS ${one(pick, ['', 'NOT '])}DISTINCT FROM ${part(other)})`,
      () => `(${part(other)} BETWEEN ${part(other)} AND ${part(other)})`,
      () => `(${part(other)} IN (${part(other)}, ${part(other)}))`,
      () => `(${part('varchar')} LIKE ${part('varchar')})`,
    ])()
  }
  const conditional = () => `CASE WHEN ${part('boolean')} THEN ${part(type)} ELSE ${part(type)} END`
  if (type === 'integer' || type === 'bigint' || type === 'double') {
    return one(pick, [
      conditional,
      () => `(${part(type)} ${one(pick, ['+', '-', '*', '/', '%'])} ${part(type)})`,
    ])()
  }
  if (type === 'varchar') {
    return one(pick, [
      conditional,
      () => `(${part(type)} || ${part(type)})`,
      () => `CAST(${part(other)} AS varchar)`,
    ])()
  }
  if (type === 'date' || type === 'timestamp')
    return one(pick, [
      conditional,
      () => `(${part(type)} ${one(pick, ['+', '-'])} ${part('interval month')})`,
    ])()
  return pick(2) === 0 ? conditional() : undefined
}

const call = (pick: Pick, type: Type, depth: number, variables: Variables): string | undefined => {
  for (let tries = 0; tries < 12; tries++) {
    const fn = one(pick, candidates(type))
    const signature = fn && one(pick, fn.signatures)
    const bound: Bound = new Map()
    if (!fn || !signature || !unify(signature.returns, type, bound)) continue
    const params =
      signature.variadic && pick(2) === 0 ? [...signature.params, signature.params.at(-1)!] : signature.params
    const args = params.map((pattern) => argument(pick, pattern, bound, depth, variables))
    if (!args.includes(undefined)) return `${fn.name}(${args.join(', ')})`
  }
  return undefined
}

const known = new Map<string, readonly FunctionDefinition[]>()
const candidates = (type: Type): readonly FunctionDefinition[] => {
  const key = JSON.stringify(type)
  const found =
    known.get(key) ??
    SCALARS.filter(({ signatures }) => signatures.some(({ returns }) => unify(returns, type, new Map())))
  known.set(key, found)
  return found
}

const argument = (
  pick: Pick,
  pattern: Pattern,
  bound: Bound,
  depth: number,
  variables: Variables,
): string | undefined => {
  if (pattern.is === 'lambda') {
    const types = pattern.params.map((param) => typeOf(param, bound, pick))
    const result = typeOf(pattern.result, bound, pick)
    if (result === undefined || types.includes(undefined)) return undefined
    const names = types.map((_, index) => `v${depth}${index}`)
    const inner = { ...variables, ...Object.fromEntries(names.map((name, index) => [name, types[index]!])) }
    return `(${names.join(', ')}) -> ${expression(pick, result, depth - 1, inner)}`
  }
  const type = typeOf(pattern, bound, pick)
  return type === undefined ? undefined : expression(pick, type, depth - 1, variables)
}

const AGGREGATES = [
  'count(*)',
  'count(%)',
  'count(DISTINCT %)',
  'min(%)',
  'max(%)',
  'count_if(p)',
  'sum(n)',
  'bool_or(p)',
  'bool_and(p)',
  'min_by(s, n)',
  'array_agg(n ORDER BY n)',
]

/** A random query over `data`: plain, grouped, with a window, joined, or a combination of two. */
export const query = (pick: Pick): string => {
  const value = () => expression(pick, one(pick, TYPES), 2)
  const where = pick(3) === 0 ? ` WHERE ${expression(pick, 'boolean', 2)}` : ''
  switch (pick(8)) {
    case 0: {
      const key = expression(pick, one(pick, TYPES), 1)
      const sums = [0, 1].map(() => one(pick, AGGREGATES).replace('%', expression(pick, one(pick, TYPES), 1)))
      return `${DATA} SELECT ${key} AS k, ${sums.map((sum, index) => `${sum} AS c${index}`).join(', ')} FROM data${where} GROUP BY ${key}`
    }
    case 1:
      return `${DATA} SELECT ${value()} AS k, ${one(pick, ['row_number()', 'rank()', 'sum(n)', 'lag(s)', 'count(*)', 'max(t)'])} OVER (PARTITION BY p ORDER BY ${one(pick, ['i', 't', 'd', 's'])}, n) AS w FROM data`
    case 2:
      return `${DATA} SELECT l.s, r.n, ${value().replace(/\b(i|n|s|x|p|d|t|j|a|ss)\b(?!['(])/g, 'l.$1')} AS v FROM data l ${one(pick, ['JOIN', 'LEFT JOIN', 'FULL JOIN'])} data r ON l.i = r.n`
    case 3:
      return `${DATA} SELECT ${value()} AS v FROM data ${one(pick, ['UNION', 'UNION ALL', 'EXCEPT', 'INTERSECT'])} SELECT ${value()} FROM data`
    case 4:
      return `${DATA} SELECT s, e, o FROM data CROSS JOIN UNNEST(${one(pick, ['a', 'ss'])}) WITH ORDINALITY AS u (e, o)${where}`
    default:
      return `${DATA} SELECT ${value()} AS v, ${value()} AS w FROM data${where}`
  }
}
