import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dynamoLedger } from '../../lib/aws/containment-ledger.ts'
import { openLedger } from '../../lib/containment/ledger.ts'
import { all, promisesOfALedger } from '../contract/ledger-promises.ts'
import { hasMoto, startMoto } from '../support/moto.ts'

describe.skipIf(!hasMoto)('a ledger in DynamoDB as moto plays it (skipped: moto_server is not here)', () => {
  let moto: Awaited<ReturnType<typeof startMoto>>
  let client: DynamoDBClient
  beforeAll(async () => {
    moto = await startMoto()
    client = new DynamoDBClient(moto.settings)
    await client.send(
      new CreateTableCommand({
        TableName: 'ledger',
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [
          { AttributeName: 'ledger', AttributeType: 'S' },
          { AttributeName: 'sequence', AttributeType: 'N' },
        ],
        KeySchema: [
          { AttributeName: 'ledger', KeyType: 'HASH' },
          { AttributeName: 'sequence', KeyType: 'RANGE' },
        ],
      }),
    )
  }, 60_000)
  afterAll(() => moto?.stop())

  let opened = 0
  const open = () => {
    const name = `ledger-${opened++}`
    return {
      ledger: dynamoLedger('ledger', { name, client }),
      again: () => dynamoLedger('ledger', { name, client }),
    }
  }
  promisesOfALedger(async () => open())

  it('keeps one chain when ten functions write to it at once', async () => {
    const { ledger, again } = open()
    const clock = { now: () => '2026-11-01T10:00:00.000Z' }
    const draft = (n: number) => ({
      kind: 'breaker' as const,
      data: { account: '111122223333', until: `2026-11-01T11:00:0${n}.000Z`, reason: 'too many' },
    })
    await Promise.all(
      Array.from({ length: 10 }, (_, n) => openLedger(again(), clock).append(() => draft(n) as never)),
    )
    const entries = await all(ledger)
    expect(entries.map(({ sequence }) => sequence)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  }, 60_000)
})
