import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { createServer } from 'node:net'
import { AthenaClient, CreateWorkGroupCommand } from '@aws-sdk/client-athena'
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { athenaExecutions, refusalOf } from '../../lib/aws/athena.ts'
import { s3Document } from '../../lib/aws/document.ts'
import type { Finding } from '../../lib/finding.ts'
import { parseQuery } from '../../lib/query/pack.ts'
import { finishExecution } from '../../lib/query/run-finish.ts'
import { startRun } from '../../lib/query/run-start.ts'
import { queryRuns } from '../../lib/query-runs.ts'

const hasMoto = spawnSync('moto_server', ['--help']).status === 0
const TICK = '2026-11-02T00:00:00.000Z'

const query = parseQuery(
  'queries/cis/root-use.sql',
  `/*---
name: root-use
title: Use of root
question: Who used root?
params: [since, until]
severity: high
---*/
SELECT eventID, eventName FROM events WHERE eventTime >= :since AND eventTime < :until`,
)

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })

describe.skipIf(!hasMoto)(
  'runs on Athena and S3 as moto plays them (skipped: moto_server is not here)',
  () => {
    let moto: ChildProcess
    let endpoint: string
    let athena: AthenaClient
    let s3: S3Client
    beforeAll(async () => {
      const port = await freePort()
      moto = spawn('moto_server', ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' })
      endpoint = `http://127.0.0.1:${port}`
      const settings = {
        endpoint,
        region: 'us-east-1',
        credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      }
      athena = new AthenaClient(settings)
      s3 = new S3Client({ ...settings, forcePathStyle: true })
      for (let tries = 0; tries < 150; tries++) {
        if (await fetch(endpoint).catch(() => undefined)) break
        await new Promise((resolve) => setTimeout(resolve, 200))
      }
      await s3.send(new CreateBucketCommand({ Bucket: 'lake' }))
      const ResultConfiguration = { OutputLocation: 's3://lake/query-results/' }
      await athena.send(
        new CreateWorkGroupCommand({ Name: 'trailwarden', Configuration: { ResultConfiguration } }),
      )
    }, 60_000)
    afterAll(() => void moto?.kill())

    /** What GetQueryResults answers next. */
    const queue = (rows: readonly (readonly string[])[]) =>
      fetch(`${endpoint}/moto-api/static/athena/query-results`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          results: [
            {
              rows: rows.map((row) => ({ Data: row.map((VarCharValue) => ({ VarCharValue })) })),
              column_info: ['eventid', 'eventname'].map((Name) => ({ Name, Type: 'varchar' })),
            },
          ],
        }),
      })

    it('are started, finished and written down; whoever comes second changes nothing', async () => {
      const found: Finding[] = []
      const world = (process: string) =>
        queryRuns({
          engine: athenaExecutions({ workgroup: 'trailwarden', database: 'trail', client: athena }),
          refusalOf,
          document: (key) => s3Document('lake', key, s3),
          clock: { now: () => TICK },
          findings: { put: async (findings) => void found.push(...findings) },
          minLevel: 'low',
          overlapHours: 24,
          scanLimitBytes: 1e9,
          put: async (key) => `s3://lake/${key}`,
          find: () => query,
          process,
        })
      await queue([
        ['eventid', 'eventname'],
        ['e-1', 'CreateUser'],
        ['e-2', 'DeleteUser'],
      ])
      expect(await startRun(world('one'), { pack: 'cis', query }, {}, TICK)).toEqual({ queries: 1 })
      const lines = async () => {
        const { Contents = [] } = await s3.send(
          new ListObjectsV2Command({ Bucket: 'lake', Prefix: 'query-runs/' }),
        )
        const texts = Contents.map(async ({ Key }) => {
          const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'lake', Key: Key! }))
          return JSON.parse(await Body!.transformToString()) as Record<string, unknown>
        })
        return Promise.all(texts)
      }
      const [{ execution } = {}] = await lines()
      const done = await Promise.allSettled(
        ['two', 'three', 'four'].map((process) => finishExecution(world(process), execution as string)),
      )
      expect(done.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThanOrEqual(1)
      expect(await finishExecution(world('five'), execution as string)).toEqual({ repeated: 1 })
      expect(found.map(({ id }) => id)).toEqual(['root-use#e-1', 'root-use#e-2'])
      expect(await lines()).toMatchObject([
        {
          state: 'SUCCEEDED',
          rows: 2,
          findings: 2,
          pack: 'cis',
          query: 'root-use',
          since: '2026-11-01T00:00:00.000Z',
        },
      ])
    }, 60_000)
  },
)
