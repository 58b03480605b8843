import fc from 'fast-check'
import { xxhash64 as reference } from 'hyparquet/src/xxhash.js'
import { describe, expect, it } from 'vitest'
import { bloomOf } from '../../lib/store/bloom.ts'
import { boundsOf } from '../../lib/store/column-bounds.ts'
import { readParquet } from '../../lib/store/parquet-file.ts'
import { rowOf } from '../../lib/store/row.ts'
import { xxhash64 } from '../../lib/store/xxhash64.ts'
import type { CloudTrailEvent } from '../../lib/trail/event.ts'
import { roleCall } from '../support/stored-events.ts'
import { writeRows } from '../support/write-rows.ts'

const wellFormed = fc.string({ unit: 'grapheme', maxLength: 90 })

describe('columns of a file', () => {
  it('are hashed for the bloom filter as readers hash them', () => {
    fc.assert(
      fc.property(wellFormed, (text) => {
        const [high, low] = xxhash64(text)
        expect((BigInt(high >>> 0) << 32n) | BigInt(low >>> 0)).toBe(reference(Buffer.from(text)))
      }),
    )
  })

  it('hash as the specification says', () => {
    expect(xxhash64('').map((half) => half >>> 0)).toEqual([0xef46db37, 0x51d8e999])
  })

  it('have no bloom filter without values', () => expect(bloomOf([])).toBeUndefined())

  it('have their least and greatest text in the order of the bytes, not of UTF-16', () => {
    expect(boundsOf('text', ['\uff5e', '😀', 'a'])).toEqual({ min_value: 'a', max_value: '😀' })
    expect(boundsOf('text', ['b', 'a', 'c'])).toEqual({ min_value: 'a', max_value: 'c' })
    expect(boundsOf('timestamp', [5, -7])).toEqual({ min_value: -7n, max_value: 5n })
    expect(boundsOf('int', [])).toEqual({})
  })

  it('come back whole, in many pages and row groups, with times before 1970 and long texts', async () => {
    const events = Array.from({ length: 700 }, (_, n) => ({
      ...roleCall,
      eventID: `e-${n}-${n % 3 ? 'ascii' : 'größer😀'}`,
      eventTime: n % 2 ? '1969-02-28T23:59:59Z' : '2038-01-31T00:00:00Z',
      requestParameters: { n, text: `${n % 5 ? 'x' : 'ü'}`.repeat(8000) },
      resources: Array.from({ length: n % 4 }, (_, i) => ({
        ARN: `arn:aws:s3:::${n}-${i}${'y'.repeat(2000)}`,
      })),
    })) as unknown as CloudTrailEvent[]
    const rows = events.map((event, index) => rowOf({ event, key: 'k', index }))
    const bytes = await written(rows, 300)
    const back: unknown[] = []
    const file = { byteLength: bytes.byteLength, slice: (from: number, to?: number) => bytes.slice(from, to) }
    for await (const group of readParquet(file)) back.push(...group)
    expect(back).toEqual(rows)
  })
})

const written = async (rows: readonly ReturnType<typeof rowOf>[], size: number): Promise<ArrayBuffer> => {
  const parts: Uint8Array[] = []
  await writeRows('events', batches(rows), { write: (part) => void parts.push(part) }, size)
  const whole = Buffer.concat(parts)
  return whole.buffer.slice(whole.byteOffset, whole.byteOffset + whole.length)
}

async function* batches<T>(rows: readonly T[]): AsyncGenerator<readonly T[]> {
  yield rows.slice(0, 1)
  yield []
  yield rows.slice(1)
}
