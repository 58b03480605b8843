import { GlueClient } from '@aws-sdk/client-glue'
import { afterEach, describe, expect, it } from 'vitest'
import { gluePartitionCatalog } from '../../lib/aws/partition-catalog.ts'
import type { Partition } from '../../lib/ports.ts'
import { type Answer, type Call, json, jsonError, loopback } from './loopback.ts'

const open: (() => Promise<void>)[] = []
afterEach(() => Promise.all(open.splice(0).map((close) => close())))

const TABLE = {
  Table: {
    Name: 'raw_events',
    PartitionKeys: ['account', 'log_region', 'day'].map((Name) => ({ Name, Type: 'string' })),
    StorageDescriptor: { Location: 's3://trail-bucket/AWSLogs/', InputFormat: 'as-the-table-says' },
  },
}
const partition = (day: number): Partition => ({
  account: '111122223333',
  region: 'us-east-1',
  day: `2026/11/${String(day).padStart(2, '0')}`,
  location: `s3://trail-bucket/AWSLogs/111122223333/CloudTrail/us-east-1/2026/11/${day}/`,
})
const listOf = (call: Call): { Values: string[]; StorageDescriptor: object }[] =>
  JSON.parse(call.body).PartitionInputList
const refuse = (call: Call, code: string, which: (values: string[]) => boolean = () => true) =>
  json({
    Errors: listOf(call)
      .filter(({ Values }) => which(Values))
      .map(({ Values }) => ({
        PartitionValues: Values,
        ErrorDetail: { ErrorCode: code, ErrorMessage: `${code}!` },
      })),
  })

const catalogAt = async (create: (call: Call, n: number) => Answer) => {
  let n = 0
  const { endpoint, calls, close } = await loopback((call) =>
    call.operation === 'GetTable' ? json(TABLE) : create(call, ++n),
  )
  open.push(close)
  const client = new GlueClient({ endpoint, maxAttempts: 1 })
  const creations = () => calls.filter(({ operation }) => operation === 'BatchCreatePartition')
  return {
    catalog: gluePartitionCatalog({ database: 'trail', table: 'raw_events', client }),
    calls,
    creations,
  }
}

describe('Glue partition catalog', () => {
  it('registers a partition with the format of its table and its own place', async () => {
    const { catalog, creations } = await catalogAt(() => json({ Errors: [] }))
    expect(await catalog.ensure([partition(1), partition(1)])).toEqual({ created: 1, existing: 0 })
    expect(listOf(creations()[0]!)).toEqual([
      {
        Values: ['111122223333', 'us-east-1', '2026/11/01'],
        StorageDescriptor: { InputFormat: 'as-the-table-says', Location: partition(1).location },
      },
    ])
  })

  it('takes "exists already" inside an answer of 200 as success', async () => {
    const { catalog } = await catalogAt((call) =>
      refuse(call, 'AlreadyExistsException', ([, , day]) => day === '2026/11/01'),
    )
    expect(await catalog.ensure([partition(1), partition(2)])).toEqual({ created: 1, existing: 1 })
  })

  it('takes "exists already" for a whole call as no answer about the others', async () => {
    const { catalog, creations } = await catalogAt((call) =>
      listOf(call).some(({ Values }) => Values[2] === '2026/11/01')
        ? jsonError('AlreadyExistsException')
        : json({}),
    )
    expect(await catalog.ensure([partition(1), partition(2)])).toEqual({ created: 1, existing: 1 })
    expect(creations().map((call) => listOf(call).length)).toEqual([2, 1, 1])
  })

  it('lets a race of many writers end in one partition and no error', async () => {
    const there = new Set<string>()
    const { catalog } = await catalogAt((call) => {
      const [first] = listOf(call)
      const known = there.has(first!.Values.join())
      there.add(first!.Values.join())
      return known ? refuse(call, 'AlreadyExistsException') : json({})
    })
    const answers = await Promise.all(Array.from({ length: 8 }, () => catalog.ensure([partition(3)])))
    expect(answers.reduce((sum, { created }) => sum + created, 0)).toBe(1)
    expect(there.size).toBe(1)
  })

  it('tries again what another writer or a full pipe refused', async () => {
    const { catalog, creations } = await catalogAt((call, n) => {
      if (n === 1) return refuse(call, 'ConcurrentModificationException', ([, , day]) => day === '2026/11/02')
      return n === 2 ? jsonError('ThrottlingException') : json({})
    })
    expect(await catalog.ensure([partition(1), partition(2)])).toEqual({ created: 2, existing: 0 })
    expect(creations().map((call) => listOf(call).length)).toEqual([2, 1, 1])
  })

  it('throws for a refusal that stays, naming the partition, and asks again next time', async () => {
    const { catalog, creations } = await catalogAt((call, n) =>
      n === 1 ? refuse(call, 'InvalidInputException') : json({}),
    )
    await expect(catalog.ensure([partition(1)])).rejects.toThrow(
      /111122223333\/us-east-1\/2026\/11\/01: InvalidInputException/,
    )
    expect(await catalog.ensure([partition(1)])).toEqual({ created: 1, existing: 0 })
    expect(creations()).toHaveLength(2)
  })

  it('sends at most 100 in a call and remembers what it sent', async () => {
    const { catalog, creations, calls } = await catalogAt(() => json({}))
    const many = Array.from({ length: 250 }, (_, at) => ({
      ...partition(1),
      account: String(111122220000 + at),
    }))
    expect(await catalog.ensure(many)).toEqual({ created: 250, existing: 0 })
    expect(await catalog.ensure(many)).toEqual({ created: 0, existing: 250 })
    expect(creations().map((call) => listOf(call).length)).toEqual([100, 100, 50])
    expect(calls.filter(({ operation }) => operation === 'GetTable')).toHaveLength(1)
  })
})
