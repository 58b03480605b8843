import { type AttributeValue, DynamoDBClient, PutItemCommand, paginateQuery } from '@aws-sdk/client-dynamodb'
import type { HitStore, RememberedHit } from '../ports.ts'
import { ATTEMPTS, codeOf } from './retry.ts'

/** Items written at the same time. */
const AT_ONCE = 16
/** Hits of a group that are looked at: a hostile log may fill one. The latest count. */
const MAX_HITS = 2000

/**
 * What correlations remember, in a DynamoDB table of key `group`, `place` with the time to live `expires`. An item a hit, and none is
 * ever read to be written: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/WorkingWithItems.html
 */
export const dynamoHitStore = (
  table: string,
  client: DynamoDBClient = new DynamoDBClient({ maxAttempts: ATTEMPTS }),
): HitStore => {
  const put = async (
    group: string,
    place: string,
    rest: Record<string, AttributeValue>,
    condition?: object,
  ) => {
    const Item = { group: { S: group }, place: { S: place }, ...rest }
    await client
      .send(new PutItemCommand({ TableName: table, Item, ...condition }))
      .catch((error: unknown) => {
        if (codeOf(error) !== 'ConditionalCheckFailedException') throw error
      })
  }
  return {
    add: (group, hits, keepUntil) =>
      inTurns(hits, (hit) => {
        const { time, place, text } = hit
        const item = { time: { N: String(time) }, text: { S: text }, expires: expiry(keepUntil) }
        return put(group, `hit#${place}`, item, unlessLater(hit))
      }),
    report: (group, windows, keepUntil) =>
      inTurns(windows, ({ from, to }) => {
        const item = { time: { N: String(from) }, to: { N: String(to) }, expires: expiry(keepUntil) }
        return put(group, `window#${padded(from)}`, item)
      }),
    within: async (group, from, to) => {
      const [hits, windows] = await Promise.all([
        read(client, table, group, [`hit#${padded(from - MINUTE)}`, `hit#${padded(to + 1)}`]),
        read(client, table, group, ['window#', 'window#:']),
      ])
      return {
        hits: hits.map(hitIn).filter(({ time }) => time >= from && time <= to),
        windows: windows
          .map((item) => ({ from: Number(item['time']?.N), to: Number(item['to']?.N) }))
          .filter((window) => window.from <= to && window.to >= from),
      }
    },
  }
}

/** A place may be the minute a hit lies in. */
const MINUTE = 60_000

const padded = (time: number): string => String(Math.max(0, time)).padStart(15, '0')

/** Seconds since the epoch, as DynamoDB's time to live wants them. */
const expiry = (time: string): AttributeValue => ({ N: String(Math.ceil(Date.parse(time) / 1000)) })

/** Of two hits in one place the later stays, whichever is written first. */
const unlessLater = ({ time, text }: RememberedHit) => ({
  ConditionExpression: 'attribute_not_exists(#place) OR #time < :time OR (#time = :time AND #text < :text)',
  ExpressionAttributeNames: { '#place': 'place', '#time': 'time', '#text': 'text' },
  ExpressionAttributeValues: { ':time': { N: String(time) }, ':text': { S: text } },
})

const hitIn = (item: Record<string, AttributeValue>): RememberedHit => ({
  time: Number(item['time']?.N),
  place: item['place']?.S?.slice('hit#'.length) ?? '',
  text: item['text']?.S ?? '',
})

/** Items of a group between two places, the latest first. Consistent: what was written before is there. */
const read = async (
  client: DynamoDBClient,
  table: string,
  group: string,
  [first, last]: readonly [string, string],
): Promise<readonly Record<string, AttributeValue>[]> => {
  const query = {
    TableName: table,
    ConsistentRead: true,
    ScanIndexForward: false,
    KeyConditionExpression: '#group = :group AND #place BETWEEN :first AND :last',
    ExpressionAttributeNames: { '#group': 'group', '#place': 'place' },
    ExpressionAttributeValues: { ':group': { S: group }, ':first': { S: first }, ':last': { S: last } },
  }
  const items: Record<string, AttributeValue>[] = []
  for await (const { Items = [] } of paginateQuery({ client }, query)) {
    items.push(...Items)
    if (items.length >= MAX_HITS) break
  }
  return items.slice(0, MAX_HITS)
}

const inTurns = async <T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> => {
  for (let at = 0; at < items.length; at += AT_ONCE)
    await Promise.all(items.slice(at, at + AT_ONCE).map(work))
}
