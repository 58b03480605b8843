import {
  type AttributeValue,
  DynamoDBClient,
  QueryCommand,
  TransactionCanceledException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb'
import { LedgerDamaged, messageOf } from '../errors.ts'
import { checkNext, NO_ENTRY } from '../ledger-chain.ts'
import type { Ledger, LedgerEntry } from '../ports.ts'
import { packed, partItems, textOf } from './ledger-item.ts'
import { SDK_RETRIES } from './retry.ts'

/**
 * A ledger in a DynamoDB table: partition key `ledger`, sort key `sequence`, the entry as JSON and its `hash`; a large entry is compressed, and what is left above
 * the limit of an item lies in parts that the same transaction adds. An entry is added in one
 * transaction with the condition that the entry before it is there with the hash it names: one winner for each sequence, no gaps, no forks. Reads are
 * consistent. It holds no delete and no update: the function's role need not allow them.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
 */
export const dynamoLedger = (
  table: string,
  options: { readonly name?: string; readonly client?: DynamoDBClient } = {},
): Ledger => {
  const { name = 'containment', client = new DynamoDBClient(SDK_RETRIES) } = options
  const where = `table ${table}`
  return {
    async *entries(after = -1) {
      // from the entry that the reader has on: it tells whether the chain holds where it goes on
      let tail: Pick<LedgerEntry, 'sequence' | 'hash'> | undefined = after < 0 ? NO_ENTRY : undefined
      for await (const entry of read(client, table, name, Math.max(0, after))) {
        if (tail) checkNext(entry, tail, where)
        else if (entry.sequence !== after)
          throw new LedgerDamaged(`${where}: expected entry ${after}, found ${entry.sequence}`)
        tail = entry
        if (entry.sequence > after) yield entry
      }
      if (!tail) throw new LedgerDamaged(`${where}: expected entry ${after}, found none`)
    },
    append: async (entry) => {
      const fork = () => refuseFork(entry, read(client, table, name, entry.sequence - 1), where)
      try {
        checkItself(entry, where)
      } catch (error) {
        await fork()
        throw error
      }
      try {
        await client.send(new TransactWriteItemsCommand({ TransactItems: addition(entry, table, name) }))
        return true
      } catch (error) {
        const lost = outcomeOf(error)
        if (lost === 'taken') return false
        if (lost !== 'no such entry before') throw error
        return await fork()
      }
    },
  }
}

/** Nothing broken is sent. */
const checkItself = (entry: LedgerEntry, where: string): void =>
  checkNext(
    entry,
    entry.sequence === 0 ? NO_ENTRY : { sequence: entry.sequence - 1, hash: entry.previous },
    where,
  )

const addition = (entry: LedgerEntry, TableName: string, name: string): TransactWriteItem[] => {
  const key = (sequence: number) => ({ ledger: { S: name }, sequence: { N: String(sequence) } })
  const { fields, parts } = packed(JSON.stringify(entry))
  const put: TransactWriteItem = {
    Put: {
      TableName,
      Item: { ...key(entry.sequence), hash: { S: entry.hash }, ...fields },
      ConditionExpression: 'attribute_not_exists(#sequence)',
      ExpressionAttributeNames: { '#sequence': 'sequence' },
    },
  }
  const rest = partItems(TableName, name, entry.sequence, parts)
  if (entry.sequence === 0) return [put, ...rest]
  const before: TransactWriteItem = {
    ConditionCheck: {
      TableName,
      Key: key(entry.sequence - 1),
      ConditionExpression: '#hash = :previous',
      ExpressionAttributeNames: { '#hash': 'hash' },
      ExpressionAttributeValues: { ':previous': { S: entry.previous } },
    },
  }
  return [put, before, ...rest]
}

/** Why a transaction was cancelled: the reasons stand in the order of its items. A conflict says that somebody else is adding right now. */
const outcomeOf = (error: unknown): 'taken' | 'no such entry before' | undefined => {
  if (!(error instanceof TransactionCanceledException)) return undefined
  const [put, before] = (error.CancellationReasons ?? []).map(({ Code }) => Code)
  if (put === 'ConditionalCheckFailed' || put === 'TransactionConflict' || before === 'TransactionConflict')
    return 'taken'
  return before === 'ConditionalCheckFailed' ? 'no such entry before' : undefined
}

/** `false` when the entry before is not there: a gap. Throws `LedgerDamaged` when it is another one. */
const refuseFork = async (
  entry: LedgerEntry,
  stored: AsyncIterable<LedgerEntry>,
  where: string,
): Promise<false> => {
  for await (const before of stored) {
    if (before.sequence === entry.sequence - 1) checkNext(entry, before, where)
    break
  }
  return false
}

async function* read(
  client: DynamoDBClient,
  table: string,
  name: string,
  from: number,
): AsyncGenerator<LedgerEntry> {
  let start: Record<string, { S: string } | { N: string }> | undefined
  do {
    const { Items = [], LastEvaluatedKey } = await client.send(
      new QueryCommand({
        TableName: table,
        ConsistentRead: true,
        KeyConditionExpression: '#ledger = :ledger AND #sequence >= :from',
        ExpressionAttributeNames: { '#ledger': 'ledger', '#sequence': 'sequence' },
        ExpressionAttributeValues: { ':ledger': { S: name }, ':from': { N: String(from) } },
        ...(start && { ExclusiveStartKey: start }),
      }),
    )
    for (const item of Items)
      yield parsed(await textOf(item, (key, n) => partOf(client, table, key, n), name), `table ${table}`)
    start = LastEvaluatedKey as typeof start
  } while (start)
}

const partOf = async (
  client: DynamoDBClient,
  table: string,
  ledger: string,
  sequence: number,
): Promise<Readonly<Record<string, AttributeValue>> | undefined> => {
  const { Items = [] } = await client.send(
    new QueryCommand({
      TableName: table,
      ConsistentRead: true,
      KeyConditionExpression: '#ledger = :ledger AND #sequence = :from',
      ExpressionAttributeNames: { '#ledger': 'ledger', '#sequence': 'sequence' },
      ExpressionAttributeValues: { ':ledger': { S: ledger }, ':from': { N: String(sequence) } },
    }),
  )
  return Items[0]
}

const parsed = (text: string, where: string): LedgerEntry => {
  try {
    return JSON.parse(text) as LedgerEntry
  } catch (error) {
    throw new LedgerDamaged(`${where}: expected an entry as JSON: ${messageOf(error)}`, { cause: error })
  }
}
