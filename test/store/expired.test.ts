import { describe, expect, it } from 'vitest'
import { type DeliveredPartition, expiredPartitions } from '../../lib/store/expired.ts'

const at = (place: string, day: string): DeliveredPartition => ({
  values: ['111122223333', place, day],
  day,
  location: `s3://logs/AWSLogs/111122223333/CloudTrail/${place}/${day}/`,
})

const expired = async (
  partitions: readonly DeliveredPartition[],
  kept: readonly string[],
  mustStop?: () => boolean,
) => {
  const asked: string[] = []
  const found: string[] = []
  for await (const { values } of expiredPartitions({
    partitions: (async function* () {
      yield* partitions
    })(),
    bucket: 'logs',
    before: '2026/10/01',
    hasObjects: async (prefix) => {
      asked.push(prefix)
      return kept.some((day) => prefix.endsWith(`${day}/`))
    },
    ...(mustStop && { mustStop }),
  }))
    found.push(values.slice(1).join(' '))
  return { found, asked }
}

describe('partitions whose log files have expired', () => {
  it('are found from the oldest on, up to the first day that still has some', async () => {
    const { found, asked } = await expired(
      [
        at('us-east-1', '2026/03/03'),
        at('us-east-1', '2026/03/01'),
        at('eu-west-1', '2026/03/02'),
        at('us-east-1', '2026/03/02'),
        at('us-east-1', '2026/03/04'),
        at('eu-west-1', '2026/03/03'),
      ],
      ['2026/03/03'],
    )
    expect(found).toEqual(['us-east-1 2026/03/01', 'us-east-1 2026/03/02', 'eu-west-1 2026/03/02'])
    expect(asked).toHaveLength(5)
  })

  it('are none of the last days, which may be waiting for a first file, and none elsewhere', async () => {
    const elsewhere = { ...at('us-east-1', '2026/03/01'), location: 's3://other/2026/03/01/' }
    const { found, asked } = await expired([at('us-east-1', '2026/10/01'), elsewhere], [])
    expect(found).toEqual([])
    expect(asked).toEqual([])
  })

  it('are left for the next night when the time is up', async () => {
    let left = 2
    const { found } = await expired(
      ['01', '02', '03'].map((day) => at('us-east-1', `2026/03/${day}`)),
      [],
      () => left-- === 0,
    )
    expect(found).toEqual(['us-east-1 2026/03/01', 'us-east-1 2026/03/02'])
  })
})
