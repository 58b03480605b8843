import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { createServer } from 'node:net'
import { CreateDatabaseCommand, CreateTableCommand, GetTableCommand, GlueClient } from '@aws-sdk/client-glue'
import { CreateBucketCommand, DeleteObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { glueDayCatalog } from '../../lib/aws/day-catalog.ts'
import { s3Document } from '../../lib/aws/document.ts'
import { blockSource, s3Lake } from '../../lib/aws/lake.ts'
import { listPages, s3LogStore } from '../../lib/aws/log-store.ts'
import { gluePartitionCatalog } from '../../lib/aws/partition-catalog.ts'
import { removePartitions } from '../../lib/aws/partition-removal.ts'
import { diskScratch } from '../../lib/aws/scratch.ts'
import { partitionsOf, refreshViews } from '../../lib/aws/views.ts'
import { type CompactionWorld, compactAccountDay } from '../../lib/compact-account-day.ts'
import { glueTable, rawGlueTable } from '../../lib/store/glue.ts'
import { readParquet } from '../../lib/store/parquet-file.ts'
import type { EventPartition } from '../../lib/store/partition.ts'
import { rawPartitionOf } from '../../lib/store/partition.ts'
import { TABLES, type TableName } from '../../lib/store/schema.ts'
import { glueView, presto, VIEWS, viewDefinition } from '../../lib/store/view.ts'
import { parseObjectKey } from '../../lib/trail/object-key.ts'
import { logFile, logKey } from '../support/memory-logs.ts'
import { roleCall } from '../support/stored-events.ts'

const hasMoto = spawnSync('moto_server', ['--help']).status === 0
const ACCOUNT = '111122223333'
const DAY = { account: ACCOUNT, day: '2026-11-01' }

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })

describe('a file that is read in blocks', () => {
  it('gives any stretch of it, and asks for each block once while it is at hand', async () => {
    const bytes = randomBytes(100)
    const asked: string[] = []
    const source = blockSource(
      bytes.length,
      async ([start, end]) => {
        asked.push(`${start}-${end}`)
        return bytes.subarray(start, end)
      },
      16,
    )
    for (const [start, end] of [
      [0, 5],
      [14, 18],
      [3, 60],
      [90, 100],
      [99, undefined],
      [32, 32],
    ] as const) {
      const slice = Buffer.from((await source.slice(start, end)) as ArrayBuffer)
      expect(slice).toEqual(bytes.subarray(start, end))
    }
    expect(asked).toEqual(['0-16', '16-32', '32-48', '48-64', '80-96', '96-100'])
  })
})

describe('room on disk', () => {
  it('gives back what was set down, from any place', async () => {
    const scratch = diskScratch()
    const pieces = await Promise.all(['one', '', 'three'].map((text) => scratch.append(Buffer.from(text))))
    expect(Buffer.from(scratch.read(pieces[2]!) as Uint8Array).toString()).toBe('three')
    expect(Buffer.from(scratch.read(pieces[0]!) as Uint8Array).toString()).toBe('one')
    expect(() => scratch.read({ offset: 5, length: 10 })).toThrow('expected 10 bytes at 5, found 3')
    scratch.close()
  })
})

describe.skipIf(!hasMoto)(
  'compaction on S3 and Glue as moto plays them (skipped: moto_server is not here)',
  () => {
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
      await s3.send(new CreateBucketCommand({ Bucket: 'logs' }))
      await s3.send(new CreateBucketCommand({ Bucket: 'lake' }))
      await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'lake' } }))
      const tables = [
        ...(Object.keys(TABLES) as TableName[]).map((name) => [name, glueTable(name)] as const),
        ...(Object.keys(TABLES) as TableName[]).map((name) => [`raw_${name}`, rawGlueTable(name)] as const),
      ]
      for (const [Name, { Columns, PartitionKeys, InputFormat, OutputFormat }] of tables) {
        const StorageDescriptor = {
          Columns: [...Columns],
          InputFormat,
          OutputFormat,
          Location: `s3://lake/${Name}/`,
        }
        const TableInput = { Name, PartitionKeys: [...PartitionKeys], StorageDescriptor }
        await glue.send(new CreateTableCommand({ DatabaseName: 'lake', TableInput }))
      }
      for (const table of Object.keys(VIEWS) as TableName[]) {
        const TableInput = glueView(table, presto(viewDefinition(table, 'lake')))
        await glue.send(new CreateTableCommand({ DatabaseName: 'lake', TableInput }))
      }
    }, 60_000)
    afterAll(() => void moto?.kill())

    let now = '2026-11-02T02:00:00.000Z'
    const asked: EventPartition[] = []
    const worldOf = (unique: string): CompactionWorld => {
      const pages = listPages(s3, 'logs')
      return {
        logs: s3LogStore('logs', '', { client: s3 }),
        lister: {
          async *below(prefix) {
            for await (const { folders } of pages({ prefix, delimiter: '/' })) yield folders
          },
        },
        logPrefix: '',
        lake: s3Lake('lake', s3),
        document: (key) => s3Document('lake', key, s3),
        catalog: glueDayCatalog({ database: 'lake', bucket: 'lake', client: glue }),
        scratch: diskScratch,
        clock: { now: () => now },
        unique,
        ask: async (days) => void asked.push(...days),
        budget: { events: 1000, bytes: 1e8 },
      }
    }
    const put = async (key: string, events: readonly object[]) => {
      await s3.send(new PutObjectCommand({ Bucket: 'logs', Key: key, Body: logFile(events) }))
      const parsed = parseObjectKey(key)
      if (parsed.type !== 'log') throw new Error(key)
      const catalog = gluePartitionCatalog({ database: 'lake', table: 'raw_events', client: glue })
      await catalog.ensure([rawPartitionOf(parsed, 'logs')])
    }
    const call = (eventID: string, fields: object = {}) => ({
      ...roleCall,
      eventID,
      recipientAccountId: ACCOUNT,
      eventTime: '2026-11-01T10:00:00Z',
      ...fields,
    })
    /** What a reader of the catalog finds. */
    const shown = async (table: TableName) => {
      const ids: unknown[] = []
      const lake = s3Lake('lake', s3)
      for await (const { location } of partitionsOf(glue, 'lake', table, ['account', 'day'])) {
        for await (const key of lake.keys(location.slice('s3://lake/'.length))) {
          if (!key.endsWith('.parquet')) continue
          for await (const rows of readParquet((await lake.open(key))!))
            ids.push(...rows.map(({ eventid }) => eventid))
        }
      }
      return ids.sort()
    }

    it('shows every event once, through two compactions at once, a late file and the clean-up after it', async () => {
      await put(logKey(ACCOUNT, '2026-11-01', 1), [call('a'), call('b')])
      await put(logKey(ACCOUNT, '2026-11-01', 2, 'eu-west-1'), [call('b'), call('c')])
      await put(logKey(ACCOUNT, '2026-11-02', 1), [
        call('late'),
        call('next', { eventTime: '2026-11-02T00:00:00Z' }),
      ])
      const outcomes = await Promise.all(
        ['x', 'y', 'z'].map((unique) => compactAccountDay(worldOf(unique), DAY)),
      )
      expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(['compacted', 'unchanged', 'unchanged'])
      expect(await shown('events')).toEqual(['a', 'b', 'c', 'late'])
      await put(logKey(ACCOUNT, '2026-11-01', 3), [call('d')])
      now = '2026-11-03T02:00:00.000Z'
      await compactAccountDay(worldOf('late'), DAY)
      expect(await shown('events')).toEqual(['a', 'b', 'c', 'd', 'late'])
      const files = async () => {
        const keys: string[] = []
        for await (const key of s3Lake('lake', s3).keys('events/')) keys.push(key)
        return keys.filter((key) => key.endsWith('.parquet')).length
      }
      expect(await files()).toBe(2)
      now = '2026-11-04T02:00:00.000Z'
      expect((await compactAccountDay(worldOf('clean'), DAY)).outcome).toBe('unchanged')
      expect(await files()).toBe(1)
      expect(await shown('events')).toEqual(['a', 'b', 'c', 'd', 'late'])
    }, 60_000)

    it('writes a day of many events in parts, and keeps them when their log file is gone', async () => {
      const day = { account: ACCOUNT, day: '2026-10-01' }
      const many = Array.from({ length: 9000 }, (_, n) =>
        call(`many-${n}`, {
          eventTime: '2026-10-01T10:00:00Z',
          requestParameters: { noise: randomBytes(700).toString('base64') },
        }),
      )
      const key = logKey(ACCOUNT, '2026-10-01', 1)
      await put(key, many)
      const { run } = await compactAccountDay(worldOf('many'), day)
      expect(run?.bytes).toBeGreaterThan(5 * 1024 * 1024)
      await s3.send(new DeleteObjectCommand({ Bucket: 'logs', Key: key }))
      await put(logKey(ACCOUNT, '2026-10-01', 2), [call('one-more', { eventTime: '2026-10-01T11:00:00Z' })])
      const again = await compactAccountDay(worldOf('again'), day)
      expect(again.run).toMatchObject({ carried: 9000, rows: { events: 9001 }, imbalances: [] })
      const ids = await shown('events')
      expect(ids.filter((id) => String(id).startsWith('many-'))).toHaveLength(9000)
    }, 120_000)

    it('moves the views past the days that are compacted, and finds nothing to write the second time', async () => {
      const sinceOf = async () => {
        const { Table } = await glue.send(new GetTableCommand({ DatabaseName: 'lake', Name: VIEWS.events }))
        const text = Buffer.from(/View: (.*) \*\//.exec(Table!.ViewOriginalText!)![1]!, 'base64').toString()
        const definition = JSON.parse(text) as { originalSql: string }
        return /"raw"\."day" >= '([^']+)'/.exec(definition.originalSql)![1]
      }
      expect(await sinceOf()).toBe('0000/00/00')
      expect(await refreshViews('lake', '2026-11-04', glue)).toBe('2026-11-02')
      expect(await sinceOf()).toBe('2026/11/02')
      await compactAccountDay(worldOf('two'), { account: ACCOUNT, day: '2026-11-02' })
      expect(await refreshViews('lake', '2026-11-04', glue)).toBe('2026-11-04')
      const before = await glue.send(new GetTableCommand({ DatabaseName: 'lake', Name: VIEWS.events }))
      await refreshViews('lake', '2026-11-04', glue)
      const after = await glue.send(new GetTableCommand({ DatabaseName: 'lake', Name: VIEWS.events }))
      expect(after.Table?.UpdateTime).toEqual(before.Table?.UpdateTime)
    }, 60_000)

    it('takes partitions out of the catalog, also one that has gone already', async () => {
      const partitions = async () => {
        const found: string[] = []
        for await (const { values } of partitionsOf(glue, 'lake', 'raw_events', [
          'account',
          'log_region',
          'day',
        ]))
          found.push(values.join(' '))
        return found.sort()
      }
      const before = await partitions()
      expect(before).toContain(`${ACCOUNT} us-east-1 2026/10/01`)
      await removePartitions(glue, { database: 'lake', table: 'raw_events' }, [
        [ACCOUNT, 'us-east-1', '2026/10/01'],
        [ACCOUNT, 'us-east-1', '1999/01/01'],
      ])
      expect(await partitions()).toEqual(before.filter((one) => !one.endsWith('2026/10/01')))
    }, 60_000)
  },
)
