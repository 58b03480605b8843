import { isCount, renamed, scalar } from './functions.ts'

/** What Trino's trim takes away: Unicode white space without the no-break spaces. DuckDB's takes blanks only. */
const WHITE = `'\t\n\u000b\f\r\u001c\u001d\u001e\u001f \u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2008\u2009\u200a\u2028\u2029\u205f\u3000'`

const trim = (name: string) => (args: readonly string[]) => `${name}(${args[0]}, ${WHITE})`

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

const SUBSTR = ['varchar, bigint -> varchar', 'varchar, bigint, bigint -> varchar']

/** Text. https://trino.io/docs/current/functions/string.html */
export const TEXT_FUNCTIONS = [
  scalar('lower', 'varchar -> varchar'),
  scalar('upper', 'varchar -> varchar'),
  scalar('length', 'varchar -> bigint'),
  scalar('trim', 'varchar -> varchar', { duckdb: trim('trim') }),
  scalar('ltrim', 'varchar -> varchar', { duckdb: trim('ltrim') }),
  scalar('rtrim', 'varchar -> varchar', { duckdb: trim('rtrim') }),
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
  scalar('concat', 'varchar, varchar... -> varchar', { duckdb: (args) => `(${args.join(' || ')})` }),
  scalar('split', 'varchar, varchar -> array<varchar>', { duckdb: renamed('string_split'), check: notEmpty }),
  scalar('split_part', 'varchar, varchar, bigint -> varchar', {
    duckdb: ([text, delimiter, index]) => `list_extract(string_split(${text}, ${delimiter}), ${index})`,
    check: (literals) =>
      notEmpty(literals) ??
      (isCount(literals[2]) && literals[2] !== '0' ? undefined : 'the index must be a literal from 1'),
  }),
  scalar('levenshtein_distance', 'varchar, varchar -> bigint', { duckdb: renamed('levenshtein') }),
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
