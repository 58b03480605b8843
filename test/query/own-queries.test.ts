import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LEVELS } from '../../lib/finding.ts'
import { runQuery } from '../../lib/query/run-query.ts'
import {
  catalog,
  openQueryStore,
  packQueries,
  type QueryStore,
  sampleEvents,
} from '../support/query-store.ts'

const pack = packQueries('trailwarden')
let store: QueryStore
beforeAll(async () => {
  const stop = {
    ...sampleEvents[1]!,
    eventID: 'stop',
    eventSource: 'cloudtrail.amazonaws.com',
    eventName: 'StopLogging',
    requestParameters: { name: 'main-trail' },
  }
  const policy = {
    ...sampleEvents[1]!,
    eventID: 'policy',
    eventName: 'PutBucketPolicy',
    requestParameters: { bucketName: 'b1' },
  }
  store = await openQueryStore([...sampleEvents, stop, policy])
})
afterAll(() => store.close())

const rows = async (name: string, params: Record<string, string> = {}) =>
  (await runQuery({ engine: store.engine, catalog, query: pack.get(name)!, params })).rows

describe('our own queries', () => {
  it('find the failed sign-in that errorCode does not show', async () => {
    expect(await rows('failed-console-logins-by-result')).toMatchObject([
      { who: 'Root', sourceipaddress: '203.0.113.9', mfa_used: 'No', errormessage: 'Failed authentication' },
    ])
  })

  it('count errors by code', async () => {
    expect(await rows('top-errors')).toMatchObject([
      { errorcode: 'Client.UnauthorizedOperation', calls: '1', identities: '1' },
    ])
  })

  it('sum up each identity', async () => {
    expect(await rows('activity-by-actor', { since: '2024-01-01' })).toMatchObject([
      {
        identity: 'arn:aws:iam::111122223333:user/alice',
        recipientaccountid: '111122223333',
        calls: '7',
        errors: '0',
      },
      { recipientaccountid: '111122223333', identity_type: 'Root', calls: '1' },
      { recipientaccountid: '444455556666', calls: '1', errors: '1' },
    ])
  })

  it('follow an access key', async () => {
    const found = await rows('access-key-activity', {
      access_key_id: 'AKIAIOSFODNN7EXAMPLE',
      until: '2024-01-01 00:00:00',
    })
    expect(found.map((row) => row['eventid'])).toEqual(['00000000-0000-4000-8000-000000000001'])
  })

  it('follow an address', async () => {
    expect(await rows('source-ip-activity', { ip: '203.0.113.9' })).toMatchObject([
      { eventname: 'ConsoleLogin', calls: '1' },
    ])
  })

  it('take a hostile parameter as a value', async () => {
    expect(await rows('source-ip-activity', { ip: "' OR '1'='1" })).toEqual([])
  })

  it('show bucket exposure, stopped logging and sign-ins', async () => {
    expect(await rows('bucket-exposure-changes')).toMatchObject([
      { bucket: 'b1', eventname: 'PutBucketPolicy' },
    ])
    expect(await rows('who-stopped-logging')).toMatchObject([
      { trail: 'main-trail', eventname: 'StopLogging' },
    ])
    expect(await rows('console-logins')).toMatchObject([{ result: 'Failure', identity_type: 'Root' }])
  })

  it('find who failed to sign in again and again', async () => {
    expect(await rows('repeated-failed-console-logins')).toEqual([])
    expect(await rows('repeated-failed-console-logins', { failures: '1' })).toMatchObject([
      { who: 'Root', sourceipaddress: '203.0.113.9', day: '2024-01-04', failures: '1' },
    ])
  })

  it('say in a finding only what their rows have', async () => {
    const reporting = [...pack.values()].filter(({ severity }) => severity)
    expect(reporting.map(({ name }) => name).sort()).toEqual([
      'bucket-exposure-changes',
      'repeated-failed-console-logins',
      'who-stopped-logging',
    ])
    for (const query of reporting) {
      const { columns } = await runQuery({ engine: store.engine, catalog, query, params: {} })
      const known = columns.map((name) => name.toLowerCase())
      const summary = [...query.finding!.summary.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!)
      expect(LEVELS).toContain(query.severity)
      for (const name of [...summary, ...(query.finding!.key ?? [])])
        expect(known).toContain(name.toLowerCase())
      expect(query.finding!.key !== undefined || known.includes('eventid')).toBe(true)
    }
  })
})
