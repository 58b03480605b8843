import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { objectKeyOf, parseObjectKey } from '../../lib/trail/object-key.ts'

const digits = (length: number) =>
  fc.array(fc.constantFrom(...'0123456789'), { minLength: length, maxLength: length }).map((d) => d.join(''))
const region = fc.constantFrom(
  'us-east-1',
  'eu-west-1',
  'us-gov-west-1',
  'cn-north-1',
  'mx-central-1',
  'apiso-centralnorth-2r',
)
const segment = fc.stringMatching(/^[A-Za-z0-9._-]{1,12}$/).filter((s) => s !== 'AWSLogs' && !/^o-/.test(s))
const prefix = fc.array(segment, { maxLength: 3 }).map((parts) => parts.join('/'))
const organization = fc.option(fc.stringMatching(/^o-[a-z0-9]{10}$/), { nil: undefined })
const moment = fc.date({
  min: new Date('2014-01-01T00:00:00Z'),
  max: new Date('2099-12-31T23:59:59Z'),
  noInvalidDate: true,
})
const trail = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{1,40}[A-Za-z0-9]$/)

describe('object key', () => {
  it('reads back every log file key that CloudTrail can write', () => {
    const parts = fc.record({
      prefix,
      organization,
      account: digits(12),
      region,
      moment,
      kind: fc.constantFrom(
        'CloudTrail',
        'CloudTrail-Insight',
        'CloudTrail-NetworkActivity',
        'CloudTrail-Aggregated' as const,
      ),
      unique: fc.stringMatching(/^[A-Za-z0-9]{16}$/),
    })
    fc.assert(
      fc.property(parts, ({ moment, unique, ...rest }) => {
        const time = `${moment.toISOString().slice(0, 16)}:00Z`
        const log = { type: 'log', ...rest, day: time.slice(0, 10).replaceAll('-', '/'), time } as const
        expect(parseObjectKey(objectKeyOf(log, unique))).toEqual(log)
      }),
    )
  })

  it('reads back every digest key, whatever the trail is called', () => {
    const parts = fc.record({
      prefix,
      organization,
      account: digits(12),
      region,
      homeRegion: region,
      moment,
      trail,
      backfill: fc.boolean(),
    })
    fc.assert(
      fc.property(parts, ({ moment, ...rest }) => {
        const time = `${moment.toISOString().slice(0, 19)}Z`
        const digest = { type: 'digest', ...rest, day: time.slice(0, 10).replaceAll('-', '/'), time } as const
        expect(parseObjectKey(objectKeyOf(digest))).toEqual(digest)
      }),
    )
  })

  it('has an answer for every string', () => {
    fc.assert(
      fc.property(fc.string(), (key) =>
        ['log', 'digest', 'placeholder', 'other'].includes(parseObjectKey(key).type),
      ),
    )
  })

  it('keeps the trail name whole when it holds underscores, dots and Region-like words', () => {
    const key =
      'AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/10/14/111122223333_CloudTrail-Digest_eu-west-1_my_trail_us-east-1.v2_us-west-2_20261014T130000Z.json.gz'
    expect(parseObjectKey(key)).toMatchObject({
      trail: 'my_trail_us-east-1.v2',
      homeRegion: 'us-west-2',
      backfill: false,
    })
  })

  it('takes _backfill for a backfill digest only at the very end', () => {
    const name = (trail: string, end: string) =>
      parseObjectKey(
        `AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/10/14/111122223333_CloudTrail-Digest_eu-west-1_${trail}_eu-west-1_20261014T130000Z${end}.json.gz`,
      )
    expect(name('a_backfill', '')).toMatchObject({ trail: 'a_backfill', backfill: false })
    expect(name('a_backfill', '_backfill')).toMatchObject({ trail: 'a_backfill', backfill: true })
  })

  it("reads Control Tower's doubled organization id", () => {
    const key =
      'o-abcdefghij/AWSLogs/o-abcdefghij/111122223333/CloudTrail/eu-west-1/2026/10/14/111122223333_CloudTrail_eu-west-1_20261014T1300Z_abcdefgh12345678.json.gz'
    expect(parseObjectKey(key)).toMatchObject({
      type: 'log',
      prefix: 'o-abcdefghij',
      organization: 'o-abcdefghij',
      account: '111122223333',
    })
  })

  it("accepts AWS's own example without an underscore after the time", () => {
    const key =
      'AWSLogs/111122223333/CloudTrail/us-east-2/2026/10/14/111122223333_CloudTrail_us-east-2_20261014T1255ZHdkvFTXOA3Vnhbc.json.gz'
    expect(parseObjectKey(key)).toMatchObject({ type: 'log', time: '2026-10-14T12:55:00Z' })
  })

  it.each([
    ['AWSLogs/111122223333/CloudTrail/', 'placeholder'],
    ['AWSLogs/111122223333/CloudTrail-Digest_$folder$', 'placeholder'],
    ['AWSLogs/111122223333/vpcflowlogs/us-east-1/2026/10/14/x.log.gz', 'other-service'],
    ['AWSLogs/111122223333/Config/ConfigWritabilityCheckFile', 'other-service'],
    ['AWSLogs/111122223333/CloudTrail-Lake/Query/2026/10/14/abc/result_1.csv.gz', 'lake-query-result'],
    ['AWSLogs/11112222333/CloudTrail/us-east-1/2026/10/14/x.json.gz', 'other-service'],
    ['AWSLogs/111122223333/CloudTrail/us-east-1/2026/02/30/x.json.gz', 'unknown-name'],
    ['AWSLogs/111122223333/CloudTrail/us-east-1/2026/10/14/x.parquet', 'unknown-name'],
    [
      'AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/10/14/111122223333_CloudTrail-Digest_us-east-1_t_us-east-1_20261014T250000Z.json.gz',
      'unknown-name',
    ],
    ['labels.jsonl', 'not-below-awslogs'],
  ])('sorts %s out as %s', (key, expected) => {
    const parsed = parseObjectKey(key)
    expect(parsed.type === 'other' ? parsed.why : parsed.type).toBe(expected)
  })

  it('takes a file of another name in a CloudTrail folder for a log file without a time of its own', () => {
    expect(
      parseObjectKey('AWSLogs/o-abcd/111122223333/CloudTrail/us-east-1/2026/10/14/renamed.json.gz'),
    ).toMatchObject({
      type: 'log',
      organization: 'o-abcd',
      time: undefined,
    })
  })
})
