import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb'
import { LedgerDamaged, messageOf } from '../errors.ts'
import { checkNext, NO_ENTRY } from '../ledger-chain.ts'
import type { Ledger, LedgerEntry } from '../ports.ts'
import { SDK_RETRIES } from './retry.ts'

/**
 * A ledger in a DynamoDB table: partition key `ledger`, sort key `sequence`, the entry as JSON. Conditional writes give one winner for each
 * sequence; reads are consistent. It holds no delete and no update: the function's role need not allow them.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.ConditionExpressions.html
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
      try {
        await client.send(
          new PutItemCommand({
            TableName: table,
            Item: {
              ledger: { S: name },
              sequence: { N: String(entry.sequence) },
              entry: { S: JSON.stringify(entry) },
            },
            ConditionExpression: 'attribute_not_exists(#sequence)',
            ExpressionAttributeNames: { '#sequence': 'sequence' },
          }),
        )
        return true
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return false
        throw error
      }
    },
  }
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
    for (const item of Items) yield parsed(item['entry']?.S ?? '', `table ${table}`)
    start = LastEvaluatedKey as typeof start
  } while (start)
}

const parsed = (text: string, where: string): LedgerEntry => {
  try {
    return JSON.parse(text) as LedgerEntry
  } catch (error) {
    throw new LedgerDamaged(`${where}: expected an entry as JSON: ${messageOf(error)}`, { cause: error })
  }
}
