import { CloudTrailClient } from '@aws-sdk/client-cloudtrail'
import { afterEach, describe, expect, it } from 'vitest'
import { recentEvents } from '../../lib/aws/recent-events.ts'
import { json, loopback } from './loopback.ts'

let server: Awaited<ReturnType<typeof loopback>>
afterEach(() => server.close())

const QUIET = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE' }
const SINCE = '2026-11-01T10:01:10.000Z'

/** Pages of 50 events, the newest first; `pages` of them, each event with these fields. */
const looking = async (pages: number, fields: object) => {
  server = await loopback((_call, n) =>
    json({
      Events: Array.from({ length: 50 }, (_, i) => ({
        CloudTrailEvent: JSON.stringify({ eventID: `${n}-${i}`, eventName: 'ListUsers', ...fields }),
      })),
      ...(n + 1 < pages && { NextToken: `page-${n + 1}` }),
    }),
  )
  const client = new CloudTrailClient({
    region: 'us-east-1',
    endpoint: server.endpoint,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  })
  return recentEvents([client])(QUIET, SINCE)
}

describe('what a contained key did lately', () => {
  it('is not known when a flood of refused calls may hide one that worked', async () => {
    expect(await looking(9, { errorCode: 'AccessDenied' })).toBeUndefined()
  })

  it('is not known when the flood asks who it is, which nothing denies', async () => {
    expect(await looking(9, { eventName: 'GetCallerIdentity' })).toBeUndefined()
  })

  it('is told when something of the flood worked, and when it was read to its end', async () => {
    expect((await looking(9, {}))?.length).toBeGreaterThan(0)
    await server.close()
    expect(await looking(1, { errorCode: 'AccessDenied' })).toHaveLength(50)
  })
})
