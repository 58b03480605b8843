import { describe, expect, it } from 'vitest'
import { rawGlueTable } from '../../lib/store/glue.ts'
import { rawPartitionOf } from '../../lib/store/partition.ts'
import { projectedTableDdl } from '../../lib/store/projection.ts'
import { parseObjectKey } from '../../lib/trail/object-key.ts'
import { logKey } from '../support/memory-logs.ts'

const ddl = projectedTableDdl({
  account: '111122223333',
  regions: ['us-east-1', 'eu-west-1'],
  from: '2026/01/01',
  location: 's3://logs/AWSLogs/',
})
const properties = Object.fromEntries(
  [...ddl.split('TBLPROPERTIES')[1]!.matchAll(/'([^']+)' = '([^']*)'/g)].map(([, name, value]) => [
    name!,
    value!,
  ]),
)

describe('a table with projected partitions', () => {
  it('finds the folder that the partition of a log file would have', () => {
    const parsed = parseObjectKey(logKey('111122223333', '2026-11-01', 1, 'eu-west-1'))
    if (parsed.type !== 'log') throw new Error('no log file')
    const { account, region, day, location } = rawPartitionOf(parsed, 'logs')
    const values: Record<string, string> = { account, log_region: region, day }
    const folder = properties['storage.location.template']!.replaceAll(
      /\$\{(\w+)\}/g,
      (_, name) => values[name]!,
    )
    expect(`${folder}/`).toBe(location)
  })

  it('projects every partition key of the raw table, and has its columns', () => {
    const { Columns, PartitionKeys } = rawGlueTable()
    expect(PartitionKeys.every(({ Name }) => properties[`projection.${Name}.type`])).toBe(true)
    expect(properties['projection.log_region.values']).toBe('us-east-1,eu-west-1')
    expect(properties['projection.day.range']).toBe('2026/01/01,NOW')
    for (const { Name, Type } of Columns) expect(ddl).toContain(`\`${Name}\` ${Type}`)
  })
})
