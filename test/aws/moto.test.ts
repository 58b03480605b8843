import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { createServer } from 'node:net'
import {
  CreateDatabaseCommand,
  CreateTableCommand,
  GetPartitionsCommand,
  GlueClient,
} from '@aws-sdk/client-glue'
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listPages } from '../../lib/aws/log-store.ts'
import { gluePartitionCatalog } from '../../lib/aws/partition-catalog.ts'
import { backfill } from '../../lib/store/backfill.ts'
import { rawGlueTable } from '../../lib/store/glue.ts'
import { rawPartitionOf } from '../../lib/store/partition.ts'
import { parseObjectKey } from '../../lib/trail/object-key.ts'
import { logKey } from '../support/memory-logs.ts'

const hasMoto = spawnSync('moto_server', ['--help']).status === 0

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })

describe.skipIf(!hasMoto)('Glue and S3 as moto plays them (skipped: moto_server is not here)', () => {
  let moto: ChildProcess
  let glue: GlueClient
  let s3: S3Client
  beforeAll(async () => {
    const port = await freePort()
    moto = spawn('moto_server', ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' })
    const settings = {
      endpoint: `http://127.0.0.1:${port}`,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    }
    glue = new GlueClient(settings)
    s3 = new S3Client({ ...settings, forcePathStyle: true })
    for (let tries = 0; tries < 150; tries++) {
      if (await fetch(settings.endpoint).catch(() => undefined)) break
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
    await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'lake' } }))
    const { Columns, PartitionKeys, InputFormat, OutputFormat, SerdeInfo } = rawGlueTable()
    const StorageDescriptor = {
      Columns: [...Columns],
      InputFormat,
      OutputFormat,
      SerdeInfo,
      Location: 's3://logs/',
    }
    const TableInput = { Name: 'raw_events', PartitionKeys: [...PartitionKeys], StorageDescriptor }
    await glue.send(new CreateTableCommand({ DatabaseName: 'lake', TableInput }))
  }, 60_000)
  afterAll(() => void moto?.kill())

  const partitions = async () => {
    const { Partitions = [] } = await glue.send(
      new GetPartitionsCommand({ DatabaseName: 'lake', TableName: 'raw_events' }),
    )
    return Partitions.map(({ Values, StorageDescriptor }) => [...Values!, StorageDescriptor!.Location]).sort()
  }
  /** A catalog of its own for each: functions share no memory. */
  const catalog = () => gluePartitionCatalog({ database: 'lake', table: 'raw_events', client: glue })
  const DAYS = ['2026-11-01', '2026-11-02', '2026-11-03']
  const keys = DAYS.flatMap((day) => [
    logKey('111122223333', day, 1),
    logKey('444455556666', day, 2, 'eu-west-1'),
  ])
  const partitionAt = (key: string) => {
    const parsed = parseObjectKey(key)
    if (parsed.type !== 'log') throw new Error(key)
    return rawPartitionOf(parsed, 'logs')
  }

  it('registers each partition once when 50 deliveries come at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) => catalog().ensure(keys.slice(n % 3).map(partitionAt))),
    )
    expect(await partitions()).toEqual(
      keys
        .map(partitionAt)
        .map(({ account, region, day, location }) => [account, region, day, location])
        .sort(),
    )
    expect(answers.reduce((sum, { created }) => sum + created, 0)).toBe(keys.length)
  }, 60_000)

  it('is found again by the folders of the bucket, with tomorrow', async () => {
    await s3.send(new CreateBucketCommand({ Bucket: 'logs' }))
    for (const Key of [
      ...keys,
      logKey('111122223333', '2026-11-03', 9, 'us-west-2'),
      'AWSLogs/111122223333/Config/x/y',
    ]) {
      await s3.send(new PutObjectCommand({ Bucket: 'logs', Key, Body: 'x' }))
    }
    const pages = listPages(s3, 'logs')
    const before = (await partitions()).length
    const done = await backfill({
      lister: {
        async *below(prefix) {
          for await (const { folders } of pages({ prefix, delimiter: '/' })) yield folders
        },
      },
      bucket: 'logs',
      prefix: '',
      days: { from: '2026/11/01', to: '2026/11/03' },
      ahead: '2026/11/04',
      onPlace: async (place) => void (await catalog().ensure(place.partitions)),
    })
    expect(done).toMatchObject({ finished: true, places: 3, partitions: 10 })
    const after = await partitions()
    expect(after.length).toBe(before + 4)
    expect(after.filter(([, , day]) => day === '2026/11/04')).toHaveLength(3)
  }, 60_000)
})
