import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { AttributeValue, TransactWriteItem } from '@aws-sdk/client-dynamodb'
import { LedgerDamaged, messageOf } from '../errors.ts'

/** Longer entries are compressed: an item holds 400 KB, and people read short ones in the console. */
const PLAIN_BYTES = 64 * 1024
/** Bytes of one part, below the 400 KB of an item. */
const PART_BYTES = 350 * 1024
/** A part is known by the sequence of its entry and its own number. */
const MOST_PARTS = 100

type Item = Readonly<Record<string, AttributeValue>>

/** How the text of an entry is kept: what stands in its own item, and what does not fit there. */
export const packed = (text: string): { readonly fields: Item; readonly parts: readonly Uint8Array[] } => {
  if (Buffer.byteLength(text) <= PLAIN_BYTES) return { fields: { entry: { S: text } }, parts: [] }
  const bytes = deflateRawSync(text)
  const parts: Uint8Array[] = []
  for (let from = PART_BYTES; from < bytes.length; from += PART_BYTES)
    parts.push(bytes.subarray(from, from + PART_BYTES))
  const fields = {
    packed: { B: bytes.subarray(0, PART_BYTES) },
    ...(parts.length > 0 && { parts: { N: String(parts.length) } }),
  }
  return { fields, parts }
}

/** Puts of the parts, for the transaction that adds their entry. */
export const partItems = (
  TableName: string,
  name: string,
  sequence: number,
  parts: readonly Uint8Array[],
): readonly TransactWriteItem[] =>
  parts.map((bytes, index) => ({
    Put: {
      TableName,
      Item: {
        ledger: { S: `${name}/parts` },
        sequence: { N: String(sequence * MOST_PARTS + index) },
        packed: { B: bytes },
      },
      ConditionExpression: 'attribute_not_exists(#sequence)',
      ExpressionAttributeNames: { '#sequence': 'sequence' },
    },
  }))

/** The text of an entry as its item and its parts hold it; empty, which is no entry, when a part is not there. Throws `LedgerDamaged` when it cannot be inflated. */
export const textOf = async (
  item: Item,
  partOf: (ledger: string, sequence: number) => Promise<Item | undefined>,
  name: string,
): Promise<string> => {
  const first = item['packed']?.B
  if (!first) return item['entry']?.S ?? ''
  const all: Uint8Array[] = [first]
  for (let index = 0; index < Number(item['parts']?.N ?? 0); index++) {
    const part = (await partOf(`${name}/parts`, Number(item['sequence']?.N) * MOST_PARTS + index))?.['packed']
      ?.B
    if (!part) return ''
    all.push(part)
  }
  return inflated(Buffer.concat(all), `entry ${item['sequence']?.N} of ledger ${name}`)
}

/** An entry is megabytes at the most; more was put there to fill memory. */
const MOST_BYTES = 64 * 1024 * 1024

const inflated = (bytes: Uint8Array, what: string): string => {
  try {
    return inflateRawSync(bytes, { maxOutputLength: MOST_BYTES }).toString()
  } catch (error) {
    throw new LedgerDamaged(`${what}: expected compressed text, ${messageOf(error)}`, { cause: error })
  }
}
