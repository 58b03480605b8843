import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runQuery } from '../../lib/query/run-query.ts'
import { catalog, openQueryStore, type QueryStore } from '../support/query-store.ts'

/** Expectations are Trino's documented answers, in the text Athena shows. https://trino.io/docs/current/functions.html */

let store: QueryStore
beforeAll(async () => {
  store = await openQueryStore()
})
afterAll(() => store.close())

const answer = async (expression: string): Promise<string | null | undefined> => {
  const { rows } = await runQuery({ engine: store.engine, catalog, query: `SELECT ${expression} AS x` })
  return rows[0]?.['x']
}

const ANSWERS: readonly (readonly [string, string | null])[] = [
  // Arithmetic
  ['7/2', '3'],
  ['-7/2', '-3'],
  ['-7 % 3', '-1'],
  ['7e0/2', '3.5'],
  ['5e0/0', 'Infinity'],
  ['1.5 + 1', '2.5'],
  ['1.50 * 2.0', '3.000'],
  ['abs(-5)', '5'],
  ['round(-2.5e0)', '-3.0'],
  ['round(2.346e0, 2)', '2.35'],
  ['round(-2.346e0, 1)', '-2.3'],
  ['ceil(1.2e0)', '2.0'],
  ['power(2, 10)', '1024.0'],
  ['sqrt(2.25)', '1.5'],
  // NULL in, NULL out
  ["concat('a', NULL)", null],
  ["concat('a', 'b', 'c')", 'abc'],
  ["'a' || NULL", null],
  ['greatest(1, NULL)', null],
  ['least(NULL, 1)', null],
  ['greatest(1, 3, 2)', '3'],
  ['if(1 > 2, 10)', null],
  ["coalesce(NULL, 'x')", 'x'],
  ['nullif(1, 1)', null],
  ['NULL IS NOT DISTINCT FROM NULL', 'true'],
  ['1 IN (2, NULL)', null],
  // Text
  ["substr('abc', 0)", ''],
  ["substr('abc', 2)", 'bc'],
  ["substr('abc', -2)", 'bc'],
  ["substr('abc', -5)", ''],
  ["substr('abc', 2, 1)", 'b'],
  ["substr('abc', -2, 1)", 'b'],
  ["length('👨‍👩‍👧')", '5'],
  ["'a\\b' LIKE 'a\\b'", 'true'],
  ["split_part('a/b', '/', 2)", 'b'],
  ["split_part('a/b', '/', 5)", null],
  ["split('a,b', ',')", '["a","b"]'],
  ["strpos('abc', 'c')", '3'],
  ["strpos('abc', 'x')", '0'],
  ["length('hétérogène')", '10'],
  ["replace('aXbX', 'X')", 'ab'],
  ["trim(' \t\n x \r')", 'x'],
  ["lower('É')", 'é'],
  ["starts_with('abc', 'ab')", 'true'],
  ["'a_c' LIKE 'a\\_c' ESCAPE '\\'", 'true'],
  ["'abc' LIKE 'a\\_c' ESCAPE '\\'", 'false'],
  ["levenshtein_distance('kitten', 'sitting')", '3'],
  ["regexp_like('abc', 'b')", 'true'],
  ["regexp_extract('abc', 'x')", null],
  ["regexp_extract('abc', '(b)(c)', 2)", 'c'],
  ["regexp_extract('ab', 'a(x)?b', 1)", null],
  ["regexp_replace('aXbX', 'X', '')", 'ab'],
  ["regexp_replace('abc', '(b)', '[$1]')", 'a[b]c'],
  // Casts
  ['CAST(1e10 AS varchar)', '1.0E10'],
  ['CAST(0.1e0 AS varchar)', '1.0E-1'],
  ['CAST(1e-4 AS varchar)', '1.0E-4'],
  ['1e7', '1.0E7'],
  ['CAST(true AS varchar)', 'true'],
  ["CAST(TIMESTAMP '2026-01-01 00:00:00' AS varchar)", '2026-01-01 00:00:00.000'],
  ["CAST('12' AS bigint)", '12'],
  ["TRY_CAST('12.5' AS bigint)", null],
  ["TRY_CAST(' 12' AS bigint)", '12'],
  ['1.0 / 4', '0.25'],
  ["CAST('abc' AS varchar(2))", 'ab'],
  ["CAST('1.5' AS double)", '1.5'],
  ['CAST(2.5e0 AS bigint)', '3'],
  ['CAST(-2.5e0 AS bigint)', '-3'],
  ["CAST('t' AS boolean)", 'true'],
  ["TRY_CAST('yes' AS boolean)", null],
  ["CAST('2026-01-31' AS date)", '2026-01-31'],
  // Time
  ["date_diff('day', TIMESTAMP '2024-01-01 23:00:00', TIMESTAMP '2024-01-02 01:00:00')", '0'],
  ["date_diff('hour', TIMESTAMP '2024-01-01 23:30:00', TIMESTAMP '2024-01-02 01:00:00')", '1'],
  ["date_diff('day', DATE '2024-01-01', DATE '2024-03-01')", '60'],
  ["date_diff('hour', TIMESTAMP '2024-01-02 00:00:00', TIMESTAMP '2024-01-01 00:30:00')", '-23'],
  ["DATE '2024-01-31' + INTERVAL '1' MONTH", '2024-02-29'],
  ["DATE '2024-01-01' + INTERVAL '1' DAY", '2024-01-02'],
  ["TIMESTAMP '2024-01-01 00:00:00' - INTERVAL '90' MINUTE", '2023-12-31 22:30:00.000'],
  ["date_add('week', -1, TIMESTAMP '2024-01-08 01:02:03.004')", '2024-01-01 01:02:03.004'],
  ["date_add('month', 1, DATE '2023-01-31')", '2023-02-28'],
  ["date_trunc('week', DATE '2024-01-03')", '2024-01-01'],
  ["date_trunc('hour', TIMESTAMP '2024-01-03 04:05:06')", '2024-01-03 04:00:00.000'],
  ["day_of_week(DATE '2024-01-07')", '7'],
  ["extract(YEAR FROM DATE '2024-01-07')", '2024'],
  ["week(DATE '2021-01-03')", '53'],
  ["date('2024-01-03')", '2024-01-03'],
  ["TIMESTAMP '2024-01-03 23:59:59'", '2024-01-03 23:59:59.000'],
  ["date(TIMESTAMP '2024-01-03 23:59:59')", '2024-01-03'],
  ["to_iso8601(TIMESTAMP '2024-01-03 04:05:06')", '2024-01-03T04:05:06.000'],
  ["from_iso8601_timestamp('2024-01-03T04:05:06Z')", '2024-01-03 04:05:06.000 UTC'],
  ["to_unixtime(TIMESTAMP '1970-01-01 00:00:01.500')", '1.5'],
  ['from_unixtime(1.5e0)', '1970-01-01 00:00:01.500 UTC'],
  [
    "date_format(TIMESTAMP '2024-01-03 14:05:06.789', '%Y-%m-%d %H:%i:%s %W %p')",
    '2024-01-03 14:05:06 Wednesday PM',
  ],
  ["date_parse('2024-01-03T04:05:06Z', '%Y-%m-%dT%H:%i:%sZ')", '2024-01-03 04:05:06.000'],
  ["TIMESTAMP '2024-01-03 04:05:06' AT TIME ZONE 'UTC'", '2024-01-03 04:05:06.000 UTC'],
  // JSON
  [`json_extract_scalar('{"a":{"b":1}}', '$.a')`, null],
  [`json_extract_scalar('{"a":{"b":1}}', '$.a.b')`, '1'],
  [`json_extract_scalar('{"a":[true,"x"]}', '$.a[1]')`, 'x'],
  [`json_extract_scalar('{"a.b":"dot"}', '$["a.b"]')`, 'dot'],
  ["json_extract_scalar('not json', '$.a')", null],
  [`json_extract('{"a": {"b": [1, 2]}}', '$.a')`, '{"b":[1,2]}'],
  [`json_extract('{"a":1}', '$.x')`, null],
  [`json_format(json_parse('{"b": 1.0, "a": 12345678901234567890}'))`, '{"a":12345678901234567890,"b":1.0}'],
  ["json_array_length('[1, 2, 3]')", '3'],
  [`json_array_length('{"a":1}')`, null],
  [`json_array_get('[{"a":1}]', 0)`, '{"a":1}'],
  // Arrays
  [`CAST(json_parse('[{"a":1},"x",2]') AS array(json))`, '[{"a":1},"x",2]'],
  [`CAST(json_parse('"x"') AS varchar)`, 'x'],
  ['ARRAY[1, 2, 3]', '[1,2,3]'],
  ['ARRAY[1, 2][2]', '2'],
  ['element_at(ARRAY[1, 2], 5)', null],
  ['element_at(ARRAY[1, 2], -1)', '2'],
  ['cardinality(ARRAY[1, 2])', '2'],
  ['contains(ARRAY[1, 2], 2)', 'true'],
  ['contains(ARRAY[1, NULL], 2)', null],
  ['array_position(ARRAY[1, 2], 9)', '0'],
  ['array_max(ARRAY[1, NULL])', null],
  ['array_max(ARRAY[1, 3])', '3'],
  ['array_sort(ARRAY[3, NULL, 1])', '[1,3,null]'],
  ["array_join(ARRAY['a', NULL, 'b'], '-')", 'a-b'],
  ['transform(ARRAY[1, 2], x -> x * 10)', '[10,20]'],
  ['filter(ARRAY[1, 2, NULL], x -> x > 1)', '[2]'],
  ['any_match(ARRAY[1, 2], x -> x = 2)', 'true'],
  ['any_match(ARRAY[1, NULL], x -> x = 2)', null],
  ['all_match(ARRAY[1, 2], x -> x > 0)', 'true'],
  ['none_match(ARRAY[1, 2], x -> x > 5)', 'true'],
]

describe('answers on DuckDB are those of Trino', () => {
  it.each(ANSWERS)('%s', async (expression, expected) => {
    expect(await answer(expression)).toBe(expected)
  })
})

describe('what ends the query in Trino ends it here', () => {
  it.each([
    ['5/(1-1)', /Division by zero/],
    ['5 % (1-1)', /Division by zero/],
    ['ARRAY[1][5]', /out of bounds/],
    ['element_at(ARRAY[1], 1-1)', /start at 1/],
    ["CAST('12.5' AS bigint)", /cannot cast '12.5' to bigint/],
    ["CAST('2026-01-01T00:00:00Z' AS timestamp)", /cannot cast/],
    ["json_parse('nope')", /cannot read/],
    ['2147483647 + 1', /[Oo]verflow/],
    ["date_parse('2024-13-01', '%Y-%m-%d')", /does not fit/],
  ])('%s', async (expression, message) => {
    await expect(answer(expression)).rejects.toThrow(message)
  })
})

describe('queries over events', () => {
  const rows = async (query: string) =>
    (await runQuery({ engine: store.engine, catalog, query })).rows.map((row) => Object.values(row))

  it('reads a nested value as JSON text, a JSON null as NULL, and keys by their case', async () => {
    const query = `SELECT requestParameters.ipPermissions, requestParameters.dryRun, element_at(requestParameters, 'groupId'),
      element_at(requestParameters, 'GROUPID') FROM events WHERE eventName = 'AuthorizeSecurityGroupIngress'`
    expect(await rows(query)).toEqual([['{"items":[{"fromPort":22}]}', null, 'sg-1', null]])
  })

  it('gives NULL for text that is not JSON, row by row', async () => {
    const query = `SELECT json_extract_scalar(x, '$.a'), json_extract(x, '$.a'), json_array_length(x), json_array_get(x, 0)
      FROM (VALUES ('bad'), ('{"a":"b"}'), ('[7]'), (NULL)) AS t (x)`
    expect(await rows(query)).toEqual([
      [null, null, null, null],
      ['b', '"b"', null, null],
      [null, null, '1', '7'],
      [null, null, null, null],
    ])
  })

  it('finds a key that is computed', async () => {
    const query = `SELECT element_at(requestParameters, concat('group', 'Id')) FROM events WHERE eventName LIKE 'Authorize%'`
    expect(await rows(query)).toEqual([['sg-1']])
  })

  it('opens a JSON column as a map with sorted keys', async () => {
    const query = `SELECT map_keys(requestParameters), cardinality(requestParameters) FROM events WHERE eventName = 'DeleteBucket' AND day = '2024-01-02'`
    expect(await rows(query)).toEqual([['["Host","bucketName"]', '2']])
  })

  it('spreads resources over columns and rows', async () => {
    const query = `SELECT eventName, r.arn, n FROM events CROSS JOIN UNNEST(resources) WITH ORDINALITY AS r (account, kind, arn, prefix, n)`
    expect(await rows(query)).toEqual([['DeleteBucket', 'arn:aws:s3:::logs-archive', '1']])
  })

  it('spreads a map over keys and values', async () => {
    const query = `SELECT k, v FROM events, UNNEST(requestParameters) AS t (k, v) WHERE eventName = 'AttachUserPolicy' ORDER BY k`
    expect(await rows(query)).toEqual([
      ['policyArn', 'arn:aws:iam::aws:policy/AdministratorAccess'],
      ['userName', 'bob'],
    ])
  })

  it('renders structs and arrays as JSON', async () => {
    const query = `SELECT tlsDetails, resources FROM events WHERE eventName = 'DeleteBucket' AND eventTime >= '2024-01-03'`
    expect(await rows(query)).toEqual([[null, null]])
    const [[resources]] = (await rows(`SELECT resources FROM events WHERE day = '2024-01-02'`)) as [[string]]
    expect(JSON.parse(resources)).toMatchObject([
      { arn: 'arn:aws:s3:::logs-archive', type: 'AWS::S3::Bucket' },
    ])
  })

  it('groups, filters groups and orders with NULLS LAST', async () => {
    const query = `SELECT errorCode, count(*) AS n, sum(1) AS s, avg(recordIndex) AS a FROM events GROUP BY errorCode
      HAVING count(*) > 0 ORDER BY errorCode DESC`
    expect(await rows(query)).toEqual([
      ['Client.UnauthorizedOperation', '1', '1', '6.0'],
      [null, '7', '7', '3.142857142857143'],
    ])
  })

  it('combines WITH, JOIN, window functions, UNION and subqueries', async () => {
    const query = `WITH deleted AS (SELECT eventID, eventTime FROM events WHERE eventName = 'DeleteBucket')
      SELECT e.eventName, row_number() OVER (ORDER BY d.eventTime) AS n FROM events e JOIN deleted d ON e.eventID = d.eventID
      WHERE e.eventID IN (SELECT eventID FROM deleted)
      UNION ALL SELECT 'total', count(*) FROM deleted ORDER BY n, 1`
    expect(await rows(query)).toEqual([
      ['DeleteBucket', '1'],
      ['DeleteBucket', '2'],
      ['DeleteBucket', '3'],
      ['total', '3'],
    ])
  })

  it('correlates a grouped subquery with the query around it', async () => {
    const query = `SELECT eventName, (SELECT max(i.eventTime) FROM events i WHERE i.eventName = o.eventName) AS last,
      (SELECT count(*) + o.recordIndex FROM events i WHERE i.eventName = o.eventName) AS n
      FROM events o WHERE eventName LIKE 'Delete%' AND recordIndex = 0`
    expect(await rows(query)).toEqual([['DeleteBucket', '2024-01-03 00:00:00.000', '3']])
  })

  it('takes true in quotes beside a boolean, and a boolean beside text', async () => {
    expect(await rows(`SELECT count(*) FROM events WHERE readOnly = 'true'`)).toEqual([['1']])
    expect(await rows('SELECT count(*) FROM events WHERE sessionCredentialFromConsole = true')).toEqual([
      ['0'],
    ])
  })

  it('keeps max_by of the row with the greatest key, even when its value is NULL', async () => {
    const query = 'SELECT max_by(v, k) FROM (VALUES (1, 1), (NULL, 2)) AS t (v, k)'
    expect(await rows(query)).toEqual([[null]])
  })

  it('reads insights and network events, empty when none are stored', async () => {
    expect(await rows('SELECT count(*) FROM insights')).toEqual([['0']])
    expect(await rows('SELECT eventName FROM network_events')).toEqual([])
  })
})
