import { describe, expect, it } from 'vitest'
import { compile } from '../../lib/sql/compile.ts'
import { catalog } from '../support/query-store.ts'

const athena = (sql: string, params?: Parameters<typeof compile>[1]['params']) =>
  compile(sql, { catalog, dialect: 'athena', ...(params && { params }) })

describe('the table of a query', () => {
  it.each([
    'security-events',
    'security - events',
    'a1b2c3d4-5678-90ab-cdef-EXAMPLE11111',
    '1e10abcd-1e10-4e8f-8bd1-bcf6cEXAMPLE',
    'prod-order-events',
    '$EDS_ID',
    `$\{EDS_ID}`,
    '<event-data-store-id>',
    '<Event data store Id>',
    '"security-events"',
    '"a1b2c3d4-5678-90ab-cdef-EXAMPLE11111"',
  ])('FROM %s is our events table', (store) => {
    const { sql, warnings } = athena(`SELECT s.eventName FROM ${store} AS s WHERE s.eventTime > '2024-01-01'`)
    expect(sql).toBe(
      "SELECT s.eventname FROM events AS s WHERE s.eventtime > TIMESTAMP '2024-01-01 00:00:00.000' AND s.day >= '2024-01-01'",
    )
    expect(warnings).toHaveLength(1)
  })

  it('is the table of that name when the store has one', () => {
    expect(athena('SELECT count(*) FROM network-events').sql).toContain('FROM network_events')
    expect(athena('SELECT count(*) FROM insights').sql).toContain('FROM insights')
  })

  it('takes its name on the engine from the catalog', () => {
    const here = { events: { columns: catalog['events']!.columns, physical: 'trail_db.events' } }
    expect(compile('SELECT eventID FROM events', { catalog: here, dialect: 'athena' }).sql).toBe(
      'SELECT events.eventid FROM trail_db.events AS events',
    )
  })
})

describe('partition conditions', () => {
  const where = (condition: string) => athena(`SELECT 1 FROM events WHERE ${condition}`)

  it.each([
    ["eventTime > '2024-01-02 03:04:05'", "events.day >= '2024-01-02'"],
    ["'2024-01-02' <= eventTime", "events.day >= '2024-01-02'"],
    ["eventTime < '2024-01-02'", "events.day <= '2024-01-02'"],
    ["eventTime = '2024-01-02 01:00:00'", "events.day = '2024-01-02'"],
    [
      "eventTime BETWEEN '2024-01-02' AND '2024-01-05'",
      "events.day >= '2024-01-02' AND events.day <= '2024-01-05'",
    ],
    [
      "eventTime > date_add('day', -7, now())",
      "events.day >= CAST(CAST(date_add('day', - 7, now()) AS date) AS varchar)",
    ],
    ["recipientAccountId = '111122223333'", "events.account = '111122223333'"],
    [
      "recipientAccountId IN ('111122223333', '444455556666')",
      "events.account IN ('111122223333', '444455556666')",
    ],
  ])('%s adds %s', (condition, added) => {
    expect(where(condition).sql.endsWith(` AND ${added}`)).toBe(true)
  })

  it.each([
    "eventTime > '2024-01-02' OR readOnly",
    "NOT eventTime > '2024-01-02'",
    "eventTime <> '2024-01-02'",
    "eventTime NOT BETWEEN '2024-01-02' AND '2024-01-05'",
    "recipientAccountId = 'anonymous'",
    "recipientAccountId <> '111122223333'",
    "userIdentity.accountId = '111122223333'",
  ])('%s adds none', (condition) => {
    expect(where(condition).sql).not.toMatch(/events\.(day|account) /)
  })

  it('says which times and accounts a query is limited to', () => {
    const query =
      "eventTime >= '2024-01-02' AND eventTime < '2024-01-05' AND recipientAccountId = '111122223333'"
    expect(where(query)).toMatchObject({
      timeRange: { from: '2024-01-02 00:00:00', to: '2024-01-05 00:00:00' },
      accounts: ['111122223333'],
      warnings: [],
    })
  })

  it('warns when nothing bounds the time', () => {
    expect(where('readOnly').warnings).toEqual([expect.stringContaining('no time bound on events')])
  })
})

describe('output columns', () => {
  const names = (items: string) => athena(`SELECT ${items} FROM events`).columns.map(({ name }) => name)

  it('are lower case, and _colN without a name', () => {
    expect(
      names(
        'eventName, userIdentity.userName, count(1) OVER (), eventID AS "Event Id", requestParameters.bucketName',
      ),
    ).toEqual(['eventname', 'username', '_col2', 'event id', 'bucketname'])
  })

  it('keep apart when two have one name', () => {
    expect(names('eventName, eventName, userIdentity.arn, userIdentity.arn AS arn')).toEqual([
      'eventname',
      'eventname_2',
      'arn',
      'arn_2',
    ])
  })

  it('are the schema without the partition columns for *', () => {
    const all = names('*')
    expect(all.slice(0, 3)).toEqual(['eventversion', 'useridentity', 'eventtime'])
    expect(all).not.toContain('day')
  })

  it('are the same on both engines', () => {
    const sql = "SELECT *, count(*) OVER () FROM events WHERE eventTime > '2024-01-01'"
    expect(compile(sql, { catalog, dialect: 'duckdb' }).columns).toEqual(athena(sql).columns)
  })

  it('write structs, arrays and maps as JSON on Athena', () => {
    expect(athena('SELECT tlsDetails FROM events').sql).toBe(
      'SELECT json_format(CAST(events.tlsdetails AS json)) AS tlsdetails FROM events',
    )
  })
})

describe('parameters', () => {
  it('become literals of their type', () => {
    const { sql } = athena('SELECT 1 FROM events WHERE eventName = ? AND recordIndex < ? AND eventTime > ?', [
      "O'Hara",
      5,
      { type: 'timestamp', value: '2024-01-01T00:00:00Z' },
    ])
    expect(sql).toContain(
      "events.eventname = 'O''Hara' AND events.recordindex < 5 AND events.eventtime > TIMESTAMP '2024-01-01 00:00:00.000'",
    )
  })

  it('may be named', () => {
    expect(athena('SELECT 1 FROM events WHERE sourceIPAddress = :ip', { ip: '192.0.2.1' }).sql).toContain(
      "= '192.0.2.1'",
    )
  })

  it('refuses a value that is not of its type', () => {
    expect(() => athena('SELECT ?', [{ type: 'bigint', value: '1 OR 1=1' }])).toThrow('expected a bigint')
  })
})

describe('Athena text', () => {
  it.each([
    [
      "SELECT element_at(requestParameters, 'x-amz-acl') AS acl FROM events",
      `SELECT COALESCE(json_extract_scalar(events.requestparameters, '$["x-amz-acl"]'), NULLIF(json_format(json_extract(events.requestparameters, '$["x-amz-acl"]')), 'null')) AS acl FROM events`,
    ],
    [
      'SELECT eventID FROM events ORDER BY eventTime OFFSET 5 LIMIT 10',
      'SELECT events.eventid FROM events ORDER BY events.eventtime NULLS LAST OFFSET 5 LIMIT 10',
    ],
    [
      'SELECT r.arn FROM events, UNNEST(resources) AS r',
      'SELECT r.arn FROM events CROSS JOIN UNNEST(events.resources) AS r (accountid, type, arn, arnprefix)',
    ],
    [
      "SELECT any_match(resources, r -> r.arn = 'a') AS hit FROM events",
      "SELECT any_match(events.resources, r -> r.arn = 'a') AS hit FROM events",
    ],
    [
      'SELECT count(*) AS n FROM events UNION ALL SELECT 1 ORDER BY n',
      'SELECT count(*) AS n FROM events UNION ALL SELECT 1 AS _col0 ORDER BY 1 NULLS LAST',
    ],
  ])('%s', (sql, expected) => {
    expect(athena(sql).sql).toBe(expected)
  })
})

describe('a correlated subquery', () => {
  const notes = (condition: string): string =>
    compile(`SELECT 1 FROM events a WHERE EXISTS (SELECT 1 FROM events b WHERE ${condition})`, {
      catalog,
      dialect: 'athena',
    }).warnings.join('\n')

  it('is noted where it reads a field of a row of the query around it, which Trino refuses', () => {
    expect(notes('b.userIdentity.arn = a.userIdentity.arn')).toContain('Athena may refuse')
    expect(notes('b.userIdentity.arn IS NULL AND b.eventID = a.eventID')).not.toContain('Athena may refuse')
  })
})
