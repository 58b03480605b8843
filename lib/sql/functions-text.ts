import { isCount, renamed, scalar } from './functions.ts'
import { type Type, typeName } from './types.ts'

/** What Trino's trim takes away: Unicode white space without the no-break spaces. DuckDB's takes blanks only. */
const WHITE = `'\t\n\u000b\f\r\u001c\u001d\u001e\u001f \u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2008\u2009\u200a\u2028\u2029\u205f\u3000'`

const trim = (name: string) => (args: readonly string[]) => `${name}(${args[0]}, ${args[1] ?? WHITE})`

const substr = (args: readonly string[]): string => {
  const [, start, length] = args
  const plain = isCount(start) && start !== '0' && (length === undefined || isCount(length))
  return `${plain ? 'substr' : 'trino_substr'}(${args.join(', ')})`
}

const literalPattern = (literals: readonly (string | undefined)[]): string | undefined =>
  literals[1] === undefined ? 'the pattern must be a literal text' : undefined

const notEmpty = (literals: readonly (string | undefined)[]): string | undefined =>
  literals[1] === undefined || literals[1] === ''
    ? 'the delimiter must be a literal text that is not empty'
    : undefined

/** A list that a function gives as JSON text. */
const texts = (call: string): string => `CAST(CAST(${call} AS JSON) AS VARCHAR[])`

const FORMATTED = ['varchar', 'integer', 'bigint', 'double', 'boolean']

/** Java's conversions that are the same here, each with the types it takes. */
const CONVERSION = /%(?:(?<flags>[-,0]*)(?<width>\d{1,3})?(?:\.(?<precision>\d{1,2}))?(?<kind>[sdfx])|%)/g

const formatCheck = (
  literals: readonly (string | undefined)[],
  types: readonly Type[],
): string | undefined => {
  const [format] = literals
  if (format === undefined) return 'the format must be a literal text'
  if (format.replace(CONVERSION, '').includes('%'))
    return 'the format may hold %s, %d, %f and %x with flags, width and precision, and %%'
  const kinds = [...format.matchAll(CONVERSION)].flatMap(({ groups }) => groups?.['kind'] ?? [])
  const values = types.slice(1)
  if (kinds.length !== values.length)
    return `the format has ${kinds.length} places for ${values.length} values`
  const wrong = values.findIndex((type, index) => !fitsConversion(kinds[index]!, type))
  return wrong < 0
    ? undefined
    : `value ${wrong + 1} is ${typeName(values[wrong]!)}, which %${kinds[wrong]} does not take; use CAST`
}

const fitsConversion = (kind: string, type: Type): boolean => {
  if (kind === 's') return FORMATTED.includes(type as string)
  return kind === 'f' ? type === 'double' : type === 'integer' || type === 'bigint'
}

const formatOf = ([format, ...values]: readonly string[], types: readonly Type[]): string => {
  const items = values.map((value, index) =>
    types[index + 1] === 'double' ? `trino_double_text(${value})` : `CAST(${value} AS VARCHAR)`,
  )
  return `trino_format(${format}, CAST(to_json([${items.join(', ')}]) AS VARCHAR))`
}

const padCheck = (literals: readonly (string | undefined)[]): string | undefined =>
  literals[2] ? undefined : 'the padding must be a literal text that is not empty'

const TRIM = ['varchar -> varchar', 'varchar, varchar -> varchar']
const joined = (lists: readonly string[]): string =>
  `CASE WHEN ${lists.map((list) => `${list} IS NULL`).join(' OR ')} THEN NULL ELSE ${lists.reduce((all, list) => `list_concat(${all}, ${list})`)} END`

const SUBSTR = ['varchar, bigint -> varchar', 'varchar, bigint, bigint -> varchar']

/** Text. https://trino.io/docs/current/functions/string.html */
export const TEXT_FUNCTIONS = [
  scalar('lower', 'varchar -> varchar'),
  scalar('upper', 'varchar -> varchar'),
  scalar('length', 'varchar -> bigint'),
  scalar('trim', TRIM, { duckdb: trim('trim') }),
  scalar('ltrim', TRIM, { duckdb: trim('ltrim') }),
  scalar('rtrim', TRIM, { duckdb: trim('rtrim') }),
  scalar('substr', SUBSTR, { duckdb: substr }),
  scalar('substring', SUBSTR, { duckdb: substr }),
  scalar('strpos', 'varchar, varchar -> bigint', {
    check: ([, part]) => (part === '' ? 'the text to look for must not be empty' : undefined),
  }),
  scalar('starts_with', 'varchar, varchar -> boolean'),
  scalar('replace', ['varchar, varchar -> varchar', 'varchar, varchar, varchar -> varchar'], {
    duckdb: ([text, from, to]) => `replace(${text}, ${from}, ${to ?? "''"})`,
    check: ([, from]) =>
      from === undefined || from === ''
        ? 'the text to replace must be a literal that is not empty'
        : undefined,
  }),
  scalar('concat', ['varchar, varchar... -> varchar', 'array<T>, array<T>... -> array<T>'], {
    duckdb: (args, types) => (types[0] === 'varchar' ? `(${args.join(' || ')})` : joined(args)),
  }),
  scalar('concat_ws', 'varchar, varchar, varchar... -> varchar', {
    check: ([separator]) => (separator === undefined ? 'the separator must be a literal text' : undefined),
  }),
  scalar('position', 'varchar, varchar -> bigint', {
    duckdb: renamed('strpos'),
    athena: renamed('strpos'),
    check: ([, part]) => (part === '' ? 'the text to look for must not be empty' : undefined),
  }),
  scalar('reverse', ['varchar -> varchar', 'array<T> -> array<T>'], {
    duckdb: ([value], types) =>
      types[0] === 'varchar' ? `trino_reverse(${value})` : `list_reverse(${value})`,
  }),
  scalar('lpad', 'varchar, bigint, varchar -> varchar', {
    duckdb: ([text, n, pad]) => `lpad(${text}, CAST(${n} AS INTEGER), ${pad})`,
    check: padCheck,
  }),
  scalar('rpad', 'varchar, bigint, varchar -> varchar', {
    duckdb: ([text, n, pad]) => `rpad(${text}, CAST(${n} AS INTEGER), ${pad})`,
    check: padCheck,
  }),
  scalar('chr', 'bigint -> varchar', { duckdb: ([code]) => `chr(CAST(${code} AS INTEGER))` }),
  scalar('translate', 'varchar, varchar, varchar -> varchar'),
  scalar('format', 'varchar, A... -> varchar', { duckdb: formatOf, check: formatCheck }),
  scalar('split_to_map', 'varchar, varchar, varchar -> map<varchar, varchar>', {
    duckdb: (args) => `CAST(CAST(trino_split_to_map(${args.join(', ')}) AS JSON) AS MAP(VARCHAR, VARCHAR))`,
    check: notEmpty,
  }),
  scalar(
    'regexp_extract_all',
    ['varchar, varchar -> array<varchar>', 'varchar, varchar, bigint -> array<varchar>'],
    {
      duckdb: ([text, pattern, group]) =>
        texts(`trino_regexp_extract_all(${text}, ${pattern}, ${group ?? '0'})`),
      check: literalPattern,
    },
  ),
  scalar('regexp_split', 'varchar, varchar -> array<varchar>', {
    duckdb: (args) => texts(`trino_regexp_split(${args.join(', ')})`),
    check: literalPattern,
  }),
  scalar('regexp_count', 'varchar, varchar -> bigint', {
    duckdb: (args) => `CAST(trino_regexp_count(${args.join(', ')}) AS BIGINT)`,
    check: literalPattern,
  }),
  scalar('regexp_position', 'varchar, varchar -> integer', {
    duckdb: renamed('trino_regexp_position'),
    check: literalPattern,
  }),
  scalar('split', 'varchar, varchar -> array<varchar>', { duckdb: renamed('string_split'), check: notEmpty }),
  scalar('split_part', 'varchar, varchar, bigint -> varchar', {
    duckdb: ([text, delimiter, index]) => `list_extract(string_split(${text}, ${delimiter}), ${index})`,
    check: (literals) =>
      notEmpty(literals) ??
      (isCount(literals[2]) && literals[2] !== '0' ? undefined : 'the index must be a literal from 1'),
  }),
  scalar('levenshtein_distance', 'varchar, varchar -> bigint', {
    duckdb: (args) => `CAST(trino_levenshtein(${args.join(', ')}) AS BIGINT)`,
  }),
  scalar('regexp_like', 'varchar, varchar -> boolean', {
    duckdb: renamed('regexp_matches'),
    check: literalPattern,
  }),
  scalar('regexp_extract', ['varchar, varchar -> varchar', 'varchar, varchar, bigint -> varchar'], {
    duckdb: ([text, pattern, group]) => `trino_regexp_extract(${text}, ${pattern}, ${group ?? '0'})`,
    check: literalPattern,
  }),
  scalar('regexp_replace', ['varchar, varchar -> varchar', 'varchar, varchar, varchar -> varchar'], {
    duckdb: ([text, pattern, to]) => `trino_regexp_replace(${text}, ${pattern}, ${to ?? "''"})`,
    check: literalPattern,
  }),
]
