import { describe, expect, it } from 'vitest'
import { reachOf } from '../../lib/query/reach.ts'
import { compile } from '../../lib/sql/compile.ts'
import { catalog } from '../support/query-store.ts'

const TABLES = Object.keys(catalog)

const stored = ['111122223333/2026-10-13', '111122223333/2026-10-14', '444455556666/2026-10-14'].flatMap(
  (partition, index) => {
    const [account, day] = partition.split('/')
    return [
      { path: `events/account=${account}/day=${day}/1.parquet`, bytes: 1000 + index },
      { path: `insights/account=${account}/day=${day}/1.parquet`, bytes: 7 },
    ]
  },
)

const reach = (sql: string) => {
  const { files, ...rest } = reachOf(compile(sql, { catalog, dialect: 'athena' }), TABLES, stored)
  return { ...rest, bytes: files.map(({ bytes }) => bytes) }
}

describe('what a query would read', () => {
  it('is every file of its table without a bound', () => {
    expect(reach('SELECT eventName FROM events')).toEqual({
      tables: ['events'],
      partitions: 'account: every one; day: every one',
      bytes: [1000, 1001, 1002],
      total: 3,
    })
  })

  it('is the days of the bound, both ends included', () => {
    const sql =
      "SELECT eventName FROM events WHERE eventTime >= '2026-10-14 05:00:00' AND eventTime < '2026-10-15'"
    expect(reach(sql)).toMatchObject({
      partitions: 'account: every one; day: from 2026-10-14 to 2026-10-15',
      bytes: [1001, 1002],
      total: 3,
    })
  })

  it('is the accounts of the query', () => {
    expect(reach("SELECT 1 AS one FROM events WHERE recipientAccountId = '444455556666'")).toMatchObject({
      partitions: 'account: 444455556666; day: every one',
      bytes: [1002],
    })
  })

  it('counts every table of a join once, and none that is only a name', () => {
    const sql =
      "SELECT e.eventName, 'insights' AS insights FROM events e JOIN insights i ON e.eventID = i.sharedEventID"
    expect(reach(sql).tables).toEqual(['events', 'insights'])
    expect(reach('WITH x AS (SELECT eventName FROM events) SELECT x.eventName FROM x, events').total).toBe(3)
    expect(reach("SELECT eventName AS insights FROM events WHERE eventName = 'insights'").tables).toEqual([
      'events',
    ])
  })

  it('is nothing of a store without the table', () => {
    expect(reach('SELECT eventName FROM network_events')).toMatchObject({ bytes: [], total: 0 })
  })
})
