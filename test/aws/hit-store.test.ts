import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { createServer } from 'node:net'
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dynamoHitStore } from '../../lib/aws/hit-store.ts'
import { loadRules } from '../../lib/detection/rules.ts'
import { detectTogether } from '../../lib/detection/shared-memory.ts'
import type { LocatedEvent } from '../../lib/ports.ts'
import { memoryHits } from '../support/memory-hits.ts'
import { shippedRuleFiles } from '../support/shipped-rules.ts'

const hasMoto = spawnSync('moto_server', ['--help']).status === 0
const KEEP = '2026-11-26T00:00:00.000Z'

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })

const place = (time: number, name: string) => `${String(time).padStart(15, '0')}#${name}`

describe.skipIf(!hasMoto)(
  'the memory of correlations, as moto plays DynamoDB (skipped: moto_server is not here)',
  () => {
    let moto: ChildProcess
    let client: DynamoDBClient
    beforeAll(async () => {
      const port = await freePort()
      moto = spawn('moto_server', ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' })
      const endpoint = `http://127.0.0.1:${port}`
      client = new DynamoDBClient({
        endpoint,
        region: 'us-east-1',
        credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      })
      for (let tries = 0; tries < 150; tries++) {
        if (await fetch(endpoint).catch(() => undefined)) break
        await new Promise((resolve) => setTimeout(resolve, 200))
      }
      await client.send(
        new CreateTableCommand({
          TableName: 'memory',
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: [
            { AttributeName: 'group', AttributeType: 'S' },
            { AttributeName: 'place', AttributeType: 'S' },
          ],
          KeySchema: [
            { AttributeName: 'group', KeyType: 'HASH' },
            { AttributeName: 'place', KeyType: 'RANGE' },
          ],
        }),
      )
    }, 60_000)
    afterAll(() => void moto?.kill())

    const worlds = [
      ['DynamoDB', () => dynamoHitStore('memory', client)],
      ['memory', memoryHits],
    ] as const

    describe.each(worlds)('%s', (world, open) => {
      const group = (name: string) => `${world} ${name}`

      it('gives back the hits of a group within a time, and of no other', async () => {
        const store = open()
        const hits = [1000, 2000, 3000].map((time) => ({
          time,
          place: place(time, 'x'),
          text: `{"n":${time}}`,
        }))
        await store.add(group('a'), hits, KEEP)
        await store.add(group('b'), [{ time: 2000, place: place(2000, 'y'), text: '{}' }], KEEP)
        const { hits: found } = await store.within(group('a'), 1500, 3000)
        expect([...found].sort((a, b) => a.time - b.time)).toEqual(hits.slice(1))
      })

      it('keeps the latest of one place, whichever comes first', async () => {
        const store = open()
        const one = (time: number) => ({ time, place: place(60_000, 'v'), text: `{"t":${time}}` })
        await store.add(group('c'), [one(60_500)], KEEP)
        await store.add(group('c'), [one(60_100)], KEEP)
        await store.add(group('c'), [one(60_900)], KEEP)
        expect((await store.within(group('c'), 60_200, 61_000)).hits).toEqual([one(60_900)])
      })

      it('tells the windows that reach into a time', async () => {
        const store = open()
        await store.report(
          group('d'),
          [
            { from: 1000, to: 5000 },
            { from: 9000, to: 12_000 },
          ],
          KEEP,
        )
        expect((await store.within(group('d'), 4000, 6000)).windows).toEqual([{ from: 1000, to: 5000 }])
        expect((await store.within(group('d'), 6000, 8000)).windows).toEqual([])
      })

      it('loses no hit of sixty that are written at once', async () => {
        const store = open()
        await Promise.all(
          Array.from({ length: 60 }, (_, n) =>
            open === memoryHits
              ? store.add(group('e'), [{ time: n, place: place(n, 'z'), text: '{}' }], KEEP)
              : open().add(group('e'), [{ time: n, place: place(n, 'z'), text: '{}' }], KEEP),
          ),
        )
        expect((await store.within(group('e'), 0, 100)).hits).toHaveLength(60)
      })
    })

    it('fifteen functions that run at once make one finding', async () => {
      const { rules } = loadRules(shippedRuleFiles())
      const events = Array.from(
        { length: 15 },
        (_, i): LocatedEvent => ({
          key: 'eventbridge',
          index: 0,
          event: {
            eventID: `denied-${String(i).padStart(2, '0')}`,
            eventTime: `2026-11-24T10:00:${String(i * 2).padStart(2, '0')}Z`,
            eventSource: 's3.amazonaws.com',
            eventName: 'GetBucketPolicy',
            errorCode: 'AccessDenied',
            recipientAccountId: '111122223333',
            userIdentity: { type: 'IAMUser', arn: 'arn:aws:iam::111122223333:user/alice' },
          },
        }),
      )
      const now = '2026-11-24T10:01:00.000Z'
      const detected = await Promise.all(
        events.map((one) =>
          detectTogether(rules, {}, { hits: dynamoHitStore('memory', client), now }, [one]),
        ),
      )
      const ids = detected.flatMap(({ findings }) => findings.map(({ id }) => id))
      expect(new Set(ids)).toEqual(new Set(['iam-call-denied-in-burst#denied-14']))
      await Promise.all(detected.map(({ commit }) => commit()))
      const again = await detectTogether(rules, {}, { hits: dynamoHitStore('memory', client), now }, events)
      expect(again.findings).toEqual([])
    }, 60_000)
  },
)
