import { describe, expect, it } from 'vitest'
import { partitionOf, partitionPath, rawPartitionOf } from '../../lib/store/partition.ts'
import { parseObjectKey } from '../../lib/trail/object-key.ts'
import { aggregated } from '../support/stored-events.ts'

const event = (eventTime: string, recipientAccountId = '111122223333') => ({ eventTime, recipientAccountId })

describe('the partition of an event', () => {
  it.each([
    ['2026-11-01T23:59:59Z', '2026-11-01'],
    ['2026-11-02T00:00:00Z', '2026-11-02'],
    ['2026-12-31T23:59:59.999Z', '2026-12-31'],
    ['2026-11-01T23:30:00-01:00', '2026-11-02'],
    ['2026-11-01 23:59:59', '2026-11-01'],
  ])('is the UTC day of %s', (time, day) => {
    expect(partitionOf(event(time))).toEqual({ account: '111122223333', day })
  })

  it('is the account that received it, not the caller’s', () => {
    const shared = {
      ...event('2026-11-01T00:00:00Z', '444455556666'),
      userIdentity: { accountId: '111122223333' },
    }
    expect(partitionOf(shared).account).toBe('444455556666')
  })

  it('is the start of the window of an aggregated event', () => {
    expect(partitionPath(partitionOf(aggregated))).toBe('account=111122223333/day=2026-11-01')
  })

  it.each(['../../etc', '1/2', '', '111122223333\n', '11112222333', 'ANONYMOUS_PRINCIPAL'])(
    'never takes a folder’s name from the account %j',
    (account) => expect(partitionOf(event('2026-11-01T00:00:00Z', account)).account).toBe('unknown'),
  )

  it.each(['../..', '', '99999-01-01', 'tomorrow'])('is unknown for the time %j', (time) => {
    expect(partitionOf(event(time)).day).toBe('unknown')
  })
})

describe('the raw partition of a log file', () => {
  it.each([
    ['', 'AWSLogs/111122223333/CloudTrail/eu-west-1/2026/11/01/'],
    ['a/b/', 'a/b/AWSLogs/o-abcd1234/111122223333/CloudTrail/eu-west-1/2026/11/01/'],
    ['', 'AWSLogs/111122223333/CloudTrail-Insight/eu-west-1/2026/11/01/'],
  ])('is the folder of its key', (_prefix, folder) => {
    const key = parseObjectKey(
      `${folder}111122223333_CloudTrail_eu-west-1_20261101T0005Z_abcdefghijklmnop.json.gz`,
    )
    expect(key.type === 'log' && rawPartitionOf(key, 'trail-bucket')).toEqual({
      account: '111122223333',
      region: 'eu-west-1',
      day: '2026/11/01',
      location: `s3://trail-bucket/${folder}`,
    })
  })
})
