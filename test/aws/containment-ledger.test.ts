import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { afterEach, describe, expect, it } from 'vitest'
import { dynamoLedger } from '../../lib/aws/containment-ledger.ts'
import { LedgerDamaged } from '../../lib/errors.ts'
import { NO_ENTRY, sealed } from '../../lib/ledger-chain.ts'
import type { LedgerEntry } from '../../lib/ports.ts'
import { json, jsonError, loopback } from './loopback.ts'

type Item = Record<string, { S?: string; N?: string }>

/** As much of DynamoDB as a ledger needs: conditional puts, and queries that answer two items a page. */
const dynamo = async () => {
  const items = new Map<number, Item>()
  const server = await loopback(({ operation, body }) => {
    const input = JSON.parse(body)
    if (operation === 'PutItem') {
      const sequence = Number(input.Item.sequence.N)
      if (items.has(sequence))
        return jsonError('com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException')
      items.set(sequence, input.Item)
      return json({})
    }
    const from = Number(
      input.ExclusiveStartKey?.sequence.N ?? Number(input.ExpressionAttributeValues[':from'].N) - 1,
    )
    const found = [...items.keys()].filter((n) => n > from).sort((a, b) => a - b)
    const page = found.slice(0, 2).map((n) => items.get(n)!)
    const last = page.at(-1)
    return json({
      Items: page,
      ...(found.length > 2 &&
        last && { LastEvaluatedKey: { ledger: last['ledger'], sequence: last['sequence'] } }),
    })
  })
  const client = new DynamoDBClient({
    endpoint: server.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  })
  return { ...server, items, ledger: () => dynamoLedger('ledger', { client }) }
}

const chain = (length: number): LedgerEntry[] => {
  const entries: LedgerEntry[] = []
  for (let n = 0; n < length; n++) {
    const time = `2026-11-01T10:00:0${n}.000Z`
    entries.push(sealed({ time, kind: 'planned', action: `a${n}`, data: { n } }, entries.at(-1) ?? NO_ENTRY))
  }
  return entries
}

const all = async (entries: AsyncIterable<LedgerEntry>) => {
  const found: LedgerEntry[] = []
  for await (const entry of entries) found.push(entry)
  return found
}

let table: Awaited<ReturnType<typeof dynamo>>
afterEach(() => table.close())

const filled = async (entries: readonly LedgerEntry[]) => {
  table = await dynamo()
  const ledger = table.ledger()
  for (const entry of entries) expect(await ledger.append(entry)).toBe(true)
  return ledger
}

describe('a ledger in DynamoDB', () => {
  it('gives back what was added, over pages, from where the reader is', async () => {
    const entries = chain(5)
    const ledger = await filled(entries)
    expect(await all(ledger.entries())).toEqual(entries)
    expect(await all(ledger.entries(1))).toEqual(entries.slice(2))
    expect(await all(ledger.entries(4))).toEqual([])
  })

  it('is empty before anything is added', async () => {
    expect(await all((await filled([])).entries())).toEqual([])
  })

  it('lets one of many writers of the same place win', async () => {
    await filled([])
    const [entry] = chain(1)
    const won = await Promise.all(Array.from({ length: 20 }, () => table.ledger().append(entry!)))
    expect(won.filter(Boolean)).toHaveLength(1)
    expect(table.items.size).toBe(1)
  })

  const rewrite = (items: Map<number, Item>, change: (entry: string) => string) =>
    void items.set(2, { ...items.get(2), entry: { S: change(items.get(2)!['entry']!.S!) } })

  it.each([
    ['edited', (items: Map<number, Item>) => rewrite(items, (text) => text.replace('"n":2', '"n":9'))],
    ['removed', (items: Map<number, Item>) => void items.delete(2)],
    ['not even JSON', (items: Map<number, Item>) => rewrite(items, () => '{')],
  ])('throws when an entry was %s', async (_how, damage) => {
    const ledger = await filled(chain(5))
    damage(table.items)
    await expect(all(ledger.entries())).rejects.toThrow(LedgerDamaged)
    await expect(all(ledger.entries(0))).rejects.toThrow(LedgerDamaged)
  })

  it('throws when what the reader has read is gone', async () => {
    const ledger = await filled(chain(3))
    table.items.clear()
    await expect(all(ledger.entries(2))).rejects.toThrow(/expected entry 2, found none/)
  })

  it('never deletes and never updates', async () => {
    const ledger = await filled(chain(3))
    await all(ledger.entries())
    expect(new Set(table.calls.map(({ operation }) => operation))).toEqual(new Set(['PutItem', 'Query']))
  })
})
