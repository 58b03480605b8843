import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compile } from '../../lib/sql/compile.ts'
import { SqlError } from '../../lib/sql/sql-error.ts'
import { catalog } from '../support/query-store.ts'

const refusal = (sql: string, dialect: 'athena' | 'duckdb' = 'duckdb'): SqlError => {
  try {
    compile(sql, { catalog, dialect })
  } catch (error) {
    if (error instanceof SqlError) return error
    throw error
  }
  throw new Error(`accepted: ${sql.slice(0, 100)}`)
}

describe('text that Trino refuses is refused for both engines', () => {
  it.each([
    ['SELECT eventName FROM events QUALIFY row_number() OVER (ORDER BY eventTime) = 1', 'QUALIFY'],
    ["SELECT '1'::int", 'CAST'],
    ["SELECT requestParameters ->> 'a' FROM events", '->>'],
    ['SELECT * EXCLUDE (eventName) FROM events', 'EXCLUDE'],
    ['FROM events SELECT eventName', 'starts with SELECT'],
    ['SELECT eventName, count(*) FROM events GROUP BY ALL', 'GROUP BY ALL'],
    ['SELECT eventTime - INTERVAL 7 DAY FROM events', 'quoted'],
    ['SELECT [1, 2]', 'ARRAY[...]'],
    ["SELECT {'a': 1}", 'struct literals'],
    ["SELECT 1 FROM events WHERE eventName == 'a'", '=='],
    ["SELECT 1 FROM events WHERE eventName ILIKE 'a'", 'ILIKE'],
    ['SELECT eventName, FROM events', 'comma'],
    ['SELECT eventName FROM events LIMIT 1 OFFSET 2', 'OFFSET comes before LIMIT'],
    ['SELECT `eventName` FROM events', 'backticks'],
    ['SELECT 1; SELECT 2', 'second statement'],
    ['DROP TABLE events', 'unexpected'],
    ['DELETE FROM events', 'unexpected'],
    ['INSERT INTO events SELECT 1', 'unexpected'],
    ['UPDATE events SET eventName = 1', 'only SELECT is'],
    ['COPY events TO 1', 'only SELECT is'],
    ['CREATE TABLE x AS SELECT 1', 'unexpected'],
    ['ATTACH DATABASE x', 'only SELECT is'],
    ['PRAGMA version', 'only SELECT is'],
    ["SELECT * FROM read_csv('/etc/passwd')", 'table functions'],
    ["SELECT * FROM read_text('/etc/passwd')", 'table functions'],
    ["SELECT * FROM glob('*')", 'table functions'],
    ["SELECT * FROM '/etc/passwd'", 'single quotes'],
    ['SELECT * FROM information_schema.tables', 'without database'],
    ['SELECT * FROM duckdb_settings', 'unknown table'],
    ["SELECT * FROM read_parquet('/etc/x.parquet')", 'table functions'],
    ["SELECT * FROM events, LATERAL read_csv('/etc/passwd')", 'expected ('],
    ['SELECT * FROM TABLE(sequence(1, 2))', 'a table after FROM'],
    ['INSTALL httpfs', 'only SELECT is'],
    ['LOAD httpfs', 'only SELECT is'],
    ["SET memory_limit = '1TB'", 'only SELECT is'],
    ['EXPLAIN SELECT 1', 'unexpected'],
    ['CALL system.flush()', 'only SELECT is'],
    ['SELECT 1 /* ; */; DROP TABLE events', 'second statement'],
    ["SELECT 'a' -- ' \n; DELETE FROM events", 'second statement'],
    ["SELECT '\\'; DROP TABLE events; --'", 'second statement'],
    ["SELECT U&'\\0027'", 'prefix U'],
    ["SELECT E'\\'' OR 1=1", 'never closed'],
    ['SELECT $$x$$', 'unexpected'],
    ['SELECT \u02bca\u02bc', 'unexpected character'],
    ['SELECT \uff33\uff25\uff2c FROM events', 'unexpected character'],
    ['SELECT 1 FROM ev\u0435nts', 'unexpected character'],
    ['SELECT 1\u037e DROP TABLE events', 'unexpected character'],
    ['SELECT "event\u200bName" FROM events', 'unknown column'],
    ["SELECT day('x')", 'does not fit'],
    ['SELECT typeof(1)', 'name types differently'],
    ["SELECT pg_read_file('/etc/passwd')", 'not in the dialect'],
    ["SELECT current_setting('x')", 'not in the dialect'],
    ["SELECT getenv('HOME')", 'not in the dialect'],
    ["SELECT 1 FROM events WHERE readOnly = 'maybe'", 'cannot compare'],
    ["SELECT '1' = 1", 'cannot compare varchar and integer'],
    ["SELECT nullif(1, '1')", 'does not fit'],
    ["SELECT sha256('a')", 'does not fit'],
    ["SELECT 1 FROM events WHERE eventTime > '2025'", 'expected a time in UTC'],
    ["SELECT 1 FROM events WHERE eventTime > '2024-02-30 00:00:00'", 'there is no 2024-02-30'],
    ["SELECT DATE '2024-01-01' + INTERVAL '1' HOUR", 'no hours'],
    ["SELECT date_add('hour', 1, DATE '2024-01-01')", 'the unit must be'],
    ['SELECT max(requestParameters) FROM events', 'cannot be ordered'],
    ['SELECT greatest(ARRAY[1], ARRAY[2])', 'cannot be ordered'],
    ['SELECT max(tlsDetails) FROM events', 'cannot be ordered'],
    ['SELECT max_by(eventName, requestParameters) FROM events', 'cannot be ordered'],
    ['SELECT 1 FROM events WHERE resources = resources', 'cannot be compared'],
    ['SELECT any_match(resources, events -> events.arn IS NULL) FROM events', 'another name'],
    ['SELECT element_at(resources, 0) FROM events', 'start at 1'],
    ['SELECT requestParameters[eventName] FROM events', 'element_at'],
    ['SELECT eventName, count(*) FROM events', 'GROUP BY'],
    ['SELECT count(*) FROM events WHERE count(*) > 1', 'HAVING'],
    ['SELECT lower(eventName) AS n, count(*) FROM events GROUP BY n', 'alias'],
    ['SELECT a.eventName FROM events a, events b WHERE eventName IS NULL', 'ambiguous'],
    ['SELECT eventJson FROM events', 'not stored'],
    ['SELECT eventContext FROM events', 'CloudTrail Lake'],
    ['SELECT errorMessageORDER BY 1', 'blank'],
    ['SELECT ?', 'no value'],
    ['SELECT 1 FROM events WHERE (eventName, eventSource) < (1, 2)', 'rows compare'],
    ['SELECT 1 WHERE (1, 2) = (1, 2, 3)', 'a row of 2 values'],
    ['WITH RECURSIVE t (n) AS (SELECT 1) SELECT n FROM t', 'after ten steps'],
    ['SELECT 1 FROM events TABLESAMPLE BERNOULLI (10)', 'TABLESAMPLE'],
    ['SELECT 1 FROM events NATURAL JOIN events', 'NATURAL JOIN'],
    ['SELECT 1 WHERE 1 BETWEEN SYMMETRIC 2 AND 0', 'SYMMETRIC'],
    ['SELECT eventName FROM events ORDER BY 1 FETCH FIRST 2 ROWS WITH TIES', 'rank()'],
    ['SELECT sum(recordIndex) OVER w FROM events', 'no window is named'],
    [
      'SELECT sum(recordIndex) OVER (ORDER BY eventTime ROWS BETWEEN eventName PRECEDING AND CURRENT ROW) FROM events',
      'literal',
    ],
    [
      "SELECT sum(1) OVER (ORDER BY eventTime ROWS INTERVAL '1' DAY PRECEDING) FROM events",
      'a bound of ROWS',
    ],
    ['SELECT lower(eventName) FROM events GROUP BY ROLLUP (lower(eventName))', 'columns only'],
    ['SELECT listagg(eventName) FROM events', 'WITHIN GROUP'],
    ['SELECT random()', 'another one each time'],
    ["SELECT json_value('{}', 'lax $.a')", 'json_extract_scalar'],
    ["SELECT format('%t', 1)", 'the format may hold'],
    ["SELECT format('%d', 'a')", 'which %d does not take'],
    ["SELECT format('%s %s', 'a')", '2 places for 1 values'],
    ["SELECT nvl(eventName, 'x') FROM events", 'coalesce'],
    ['SELECT CAST(1 AS real)', 'write double'],
    ["SELECT eventTime AT TIME ZONE 'Mars/Olympus' FROM events", 'a time zone such as'],
    ["SELECT 1 FROM events WHERE eventTime AT TIME ZONE 'Asia/Tokyo' > now()", 'cannot compare'],
    ["SELECT 1 FROM events WHERE eventTime > '?'", 'give the parameter since'],
    [
      "SELECT date_trunc('hour', eventTime AT TIME ZONE 'Asia/Tokyo') FROM events ORDER BY 1",
      'cannot be ordered',
    ],
    ['SELECT * FROM (VALUES 1) AS a (k) JOIN (VALUES 1) AS b (j) USING (k)', 'unknown column k'],
    ['SELECT eventName FROM events MATCH_RECOGNIZE (PATTERN (A))', 'MATCH_RECOGNIZE'],
    ['SELECT eventName FROM events ORDER BY resources', 'cannot be ordered'],
    ["SELECT date_trunc('fortnight', eventTime) FROM events", 'unit'],
    ["SELECT json_extract(requestParameters, '$..a') FROM events", 'path'],
    ['SELECT "eventName FROM events', 'never closed'],
    ["SELECT 'abc", 'never closed'],
    ['SELECT 1 /* no end', 'never closed'],
    ['', 'empty'],
    ['   -- nothing', 'empty'],
  ])('%s', (sql, reason) => {
    expect(refusal(sql, 'duckdb').message).toContain(reason)
    expect(refusal(sql, 'athena').message).toContain(reason)
  })
})

describe('a refusal shows the place and the likely name', () => {
  it('points at line and column with a caret', () => {
    const error = refusal('SELECT eventTime,\n       evenName\nFROM events')
    expect([error.line, error.column]).toEqual([2, 8])
    expect(error.message).toBe(
      'line 2, column 8: unknown column evenName; did you mean eventName?\n         evenName\n         ^',
    )
  })

  it.each([
    ['SELECT 1 FROM evnts', 'did you mean events?'],
    ['SELECT cuont(*) FROM events', 'did you mean count?'],
    ['SELECT userIdentity.usrName FROM events', 'did you mean username?'],
    ['SELECT 1 FROM events WHRE 1 = 1', 'did you mean WHERE?'],
    ["SELECT date_trunc('dya', eventTime) FROM events", "did you mean 'day'?"],
  ])('%s', (sql, hint) => {
    expect(refusal(sql).message).toContain(hint)
  })

  it('shows control characters of a hostile text as blanks, and cuts long lines', () => {
    const { message } = refusal(`SELECT ${'a'.repeat(500)}, \u001b[31m`)
    expect(message).not.toContain('\u001b')
    expect(Math.max(...message.split('\n').map((line) => line.length))).toBeLessThan(160)
  })
})

describe('hostile text ends in a refusal, never in a crash', () => {
  it.each([
    ['deep parentheses', `SELECT ${'('.repeat(1000)}1${')'.repeat(1000)}`],
    ['deep subqueries', `${'SELECT * FROM ('.repeat(1000)}SELECT 1`],
    ['deep functions', `SELECT ${'lower('.repeat(1000)}'a'${')'.repeat(1000)}`],
    ['deep NOT', `SELECT ${'NOT '.repeat(5000)}true`],
    ['deep signs', `SELECT ${'- '.repeat(5000)}1`],
    ['deep CASE', `SELECT ${'CASE WHEN true THEN '.repeat(1000)}1`],
    ['deep casts', `SELECT CAST(1 AS ${'array('.repeat(1000)}json`],
    ['a long sum', `SELECT 1${' + 1'.repeat(50_000)}`],
    ['a long chain of fields', `SELECT a${'.b'.repeat(50_000)}`],
    ['a megabyte', `SELECT '${'x'.repeat(1_000_000)}'`],
    ['a megabyte of nothing', ' '.repeat(1_000_000)],
    ['growth by rewriting', `SELECT ${'greatest(1, '.repeat(40)}1${')'.repeat(40)}`],
  ])('%s', (_name, sql) => {
    expect(refusal(sql)).toBeInstanceOf(SqlError)
  })

  it('takes a thousand conditions in a row', () => {
    const conditions = Array.from({ length: 1000 }, (_, index) => `eventName <> 'E${index}'`).join(' AND ')
    expect(compile(`SELECT 1 FROM events WHERE ${conditions}`, { catalog, dialect: 'athena' }).sql).toContain(
      "'E999'",
    )
  })

  it('either compiles or refuses whatever is made of its own words', () => {
    const word = fc.constantFrom(
      ...'SELECT FROM events WHERE ( ) , . * = < > - || AND OR NOT NULL eventName userIdentity requestParameters count( [ ] CASE WHEN END -> ? :a $ { } IN LIKE BETWEEN UNNEST( AS t JOIN ON ORDER BY GROUP LIMIT 1'.split(
        ' ',
      ),
      "'x'",
      '"q"',
    )
    fc.assert(
      fc.property(fc.array(word, { maxLength: 25 }), (words) => {
        try {
          compile(`SELECT ${words.join(' ')}`, { catalog, dialect: 'duckdb' })
        } catch (error) {
          expect(error).toBeInstanceOf(SqlError)
        }
      }),
      { numRuns: 2000 },
    )
  })
})
