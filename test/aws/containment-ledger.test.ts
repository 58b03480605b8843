import { randomBytes } from 'node:crypto'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { afterEach, describe, expect, it } from 'vitest'
import { dynamoLedger } from '../../lib/aws/containment-ledger.ts'
import { LedgerDamaged } from '../../lib/errors.ts'
import { NO_ENTRY, sealed } from '../../lib/ledger-chain.ts'
import type { LedgerEntry } from '../../lib/ports.ts'
import { chainOf, promisesOfALedger } from '../contract/ledger-promises.ts'
import { type Answer, json, loopback } from './loopback.ts'

type Item = Record<string, { S?: string; N?: string }>

interface Transaction {
  readonly Put?: { readonly Item: Item; readonly ConditionExpression: string }
  readonly ConditionCheck?: {
    readonly Key: Item
    readonly ConditionExpression: string
    readonly ExpressionAttributeValues: Item
  }
}

/** Parts of large entries have a partition of their own: here, places below zero. */
const placeOf = (item: Item): number => {
  const sequence = Number(item['sequence']!.N)
  return item['ledger']!.S?.endsWith('/parts') ? -1 - sequence : sequence
}

/** Does the condition of one part hold? Knows the two conditions that a ledger has, and no other. */
const holds = (items: ReadonlyMap<number, Item>, { Put, ConditionCheck }: Transaction): boolean => {
  if (Put?.ConditionExpression === 'attribute_not_exists(#sequence)') return !items.has(placeOf(Put.Item))
  if (ConditionCheck?.ConditionExpression !== '#hash = :previous') throw new Error('an unknown condition')
  const found = items.get(Number(ConditionCheck.Key['sequence']!.N))
  return found !== undefined && found['hash']!.S === ConditionCheck.ExpressionAttributeValues[':previous']!.S
}

/** All or nothing, as DynamoDB does it; reasons stand in the order of the parts. */
const transact = (items: Map<number, Item>, parts: readonly Transaction[]): Answer => {
  const codes = parts.map((part) => (holds(items, part) ? 'None' : 'ConditionalCheckFailed'))
  if (codes.some((code) => code !== 'None')) return cancelled(codes)
  for (const { Put } of parts) if (Put) items.set(placeOf(Put.Item), Put.Item)
  return json({})
}

const cancelled = (codes: readonly string[]): Answer => ({
  ...json({
    __type: 'com.amazonaws.dynamodb.v20120810#TransactionCanceledException',
    Message: `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes.join(', ')}]`,
    CancellationReasons: codes.map((Code) => ({ Code })),
  }),
  status: 400,
})

/** As much of DynamoDB as a ledger needs: transactions, and queries that answer two items a page. */
const dynamo = async () => {
  const items = new Map<number, Item>()
  const instead: Answer[] = []
  const server = await loopback(({ operation, body }) => {
    const input = JSON.parse(body)
    const other = instead.shift()
    if (other) return other
    if (operation === 'TransactWriteItems') return transact(items, input.TransactItems)
    const { ':ledger': ledger, ':from': asked } = input.ExpressionAttributeValues
    if (ledger.S.endsWith('/parts')) {
      const part = items.get(placeOf({ ledger, sequence: asked }))
      return json({ Items: part ? [part] : [] })
    }
    const from = Number(
      input.ExclusiveStartKey?.sequence.N ?? Number(input.ExpressionAttributeValues[':from'].N) - 1,
    )
    const found = [...items.keys()].filter((n) => n > from && n >= 0).sort((a, b) => a - b)
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
    maxAttempts: 3,
    retryMode: 'standard',
  })
  return { ...server, items, instead, ledger: () => dynamoLedger('ledger', { client }) }
}

const chain = chainOf

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
  promisesOfALedger(async () => {
    table = await dynamo()
    return { ledger: table.ledger(), again: table.ledger }
  })

  it('keeps an entry far above the size of an item, and never passes half of it for a whole one', async () => {
    // words that repeat, and a megabyte that does not compress
    for (const [snapshot, atLeast] of [
      ['{"PolicyName":"a policy"}'.repeat(40_000), 1],
      [randomBytes(750_000).toString('base64'), 3],
    ] as const) {
      const large = sealed(
        { time: '2026-11-01T10:00:00.000Z', kind: 'planned', data: { snapshot } },
        NO_ENTRY,
      )
      const ledger = await filled([large])
      expect(table.items.size).toBeGreaterThanOrEqual(atLeast)
      for (const item of table.items.values())
        expect(Buffer.byteLength(JSON.stringify(item)) * 0.75).toBeLessThan(400 * 1024)
      expect(await all(ledger.entries())).toEqual([large])
      if (table.items.delete(-1)) await expect(all(ledger.entries())).rejects.toThrow(LedgerDamaged)
      if (atLeast === 1) await table.close()
    }
  })

  it('adds an entry once when its answer was lost and the SDK asks again', async () => {
    const ledger = await filled(chain(1))
    table.instead.push({ status: 500, body: '{}' })
    expect(await ledger.append(chain(2)[1]!)).toBe(true)
    const [first, second] = table.calls.slice(-2).map(({ body }) => JSON.parse(body).ClientRequestToken)
    expect(first).toMatch(/^[0-9a-f-]{36}$/)
    expect(second).toBe(first)
  })

  it('says that it was overtaken while somebody else is adding', async () => {
    const ledger = await filled(chain(1))
    table.instead.push(cancelled(['TransactionConflict', 'None']), cancelled(['None', 'TransactionConflict']))
    expect(await ledger.append(chain(2)[1]!)).toBe(false)
    expect(await ledger.append(chain(2)[1]!)).toBe(false)
    expect(await ledger.append(chain(2)[1]!)).toBe(true)
  })

  it('throws what else DynamoDB refuses', async () => {
    const ledger = await filled(chain(1))
    table.instead.push(cancelled(['ValidationError', 'None']))
    await expect(ledger.append(chain(2)[1]!)).rejects.toThrow(/Transaction cancelled/)
  })

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
    ['edited', (items: Map<number, Item>) => rewrite(items, (text) => text.replace('kind-2', 'kind-9'))],
    ['removed', (items: Map<number, Item>) => void items.delete(2)],
    ['not even JSON', (items: Map<number, Item>) => rewrite(items, () => '{')],
    [
      'compressed by nobody',
      (items: Map<number, Item>) =>
        void items.set(2, { ...items.get(2), packed: { B: 'bm90IGRlZmxhdGU=' } } as Item),
    ],
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
    const written = table.calls.flatMap(({ body }) => JSON.parse(body).TransactItems ?? [])
    expect(new Set(written.flatMap(Object.keys))).toEqual(new Set(['Put', 'ConditionCheck']))
    expect(new Set(table.calls.map(({ operation }) => operation))).toEqual(
      new Set(['TransactWriteItems', 'Query']),
    )
  })
})
