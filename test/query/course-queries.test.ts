import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compileQuery, runQuery } from '../../lib/query/run-query.ts'
import { catalog, openQueryStore, packQueries, type QueryStore } from '../support/query-store.ts'

const course = packQueries('course')
let store: QueryStore
beforeAll(async () => {
  store = await openQueryStore()
})
afterAll(() => store.close())

const run = (name: string) => runQuery({ engine: store.engine, catalog, query: course.get(name)! })

describe('the five queries of the CloudTrail course', () => {
  it('lists deleted buckets, newest first, without those before 2024', async () => {
    const { columns, rows } = await run('deletebucket-events')
    expect(columns).toEqual(['eventtime', 'username', 'arn', 'sourceipaddress', 'bucketname'])
    expect(rows).toEqual([
      {
        eventtime: '2024-01-03 00:00:00.000',
        username: 'alice',
        arn: 'arn:aws:iam::111122223333:user/alice',
        sourceipaddress: '198.51.100.7',
        bucketname: "it's; DROP",
      },
      {
        eventtime: '2024-01-02 03:04:05.000',
        username: 'alice',
        arn: 'arn:aws:iam::111122223333:user/alice',
        sourceipaddress: '198.51.100.7',
        bucketname: 'logs-archive',
      },
    ])
  })

  it('finds no failed sign-in by errorCode, and says why', async () => {
    const { rows, warnings } = await run('failed-console-logins')
    expect(rows).toEqual([])
    expect(warnings[0]).toContain('failed-console-logins-by-result')
  })

  it('lists what root did', async () => {
    expect((await run('root-activity')).rows).toEqual([
      {
        eventtime: '2024-01-04 10:00:00.000',
        eventname: 'ConsoleLogin',
        eventsource: 'signin.amazonaws.com',
        sourceipaddress: '203.0.113.9',
        useragent: 'aws-cli/2.15.0',
      },
    ])
  })

  it('lists calls about security groups with their parameters as JSON', async () => {
    const { rows } = await run('security-group-changes')
    expect(rows.map((row) => row['requestparameters'])).toEqual([
      '{"groupId":"sg-1","ipPermissions":{"items":[{"fromPort":22}]},"dryRun":null}',
    ])
  })

  it('lists calls about policies with the ARN of the policy', async () => {
    const { rows } = await run('iam-policy-changes')
    expect(rows.map((row) => [row['eventname'], row['policyarn']])).toEqual([
      ['AttachUserPolicy', 'arn:aws:iam::aws:policy/AdministratorAccess'],
    ])
  })

  it('runs with blanks around dots and hyphens, as the text circulates', async () => {
    const spaced = course
      .get('deletebucket-events')!
      .sql.replace('security-events', 'security - events')
      .replace('userIdentity.userName', 'userIdentity . userName')
      .replace('requestParameters.bucketName', 'requestParameters . bucketName')
    const { rows } = await runQuery({ engine: store.engine, catalog, query: spaced })
    expect(rows.map((row) => row['bucketname'])).toEqual(["it's; DROP", 'logs-archive'])
  })

  it('compiles the deleted buckets for Athena with the partition condition', () => {
    expect(compileQuery({ catalog, query: course.get('deletebucket-events')! }, 'athena').sql).toBe(
      'SELECT events.eventtime, events.useridentity.username AS username, events.useridentity.arn AS arn, ' +
        "events.sourceipaddress, COALESCE(json_extract_scalar(events.requestparameters, '$.bucketName'), " +
        "NULLIF(json_format(json_extract(events.requestparameters, '$.bucketName')), 'null')) AS bucketname " +
        "FROM events WHERE events.eventname = 'DeleteBucket' AND events.eventtime > TIMESTAMP '2024-01-01 00:00:00.000' " +
        "AND events.day >= '2024-01-01' ORDER BY 1 DESC NULLS LAST LIMIT 100",
    )
  })

  it('compiles the root activity for Athena', () => {
    const { sql, timeRange } = compileQuery({ catalog, query: course.get('root-activity')! }, 'athena')
    expect(sql).toBe(
      'SELECT events.eventtime, events.eventname, events.eventsource, events.sourceipaddress, events.useragent FROM events ' +
        "WHERE events.useridentity.type = 'Root' AND events.eventtime > TIMESTAMP '2024-01-01 00:00:00.000' " +
        "AND events.day >= '2024-01-01' ORDER BY 1 DESC NULLS LAST",
    )
    expect(timeRange).toEqual({ from: '2024-01-01 00:00:00' })
  })
})
