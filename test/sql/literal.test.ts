import { DuckDBInstance } from '@duckdb/node-api'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeLiteral, literalOf, parseTimestampText } from '../../lib/sql/literal.ts'

const nasty = fc.oneof(
  fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed() && !text.includes('\0')),
  fc
    .array(fc.constantFrom("'", "''", '\\', ';', '--', '/*', '"', '$$', '\n', 'OR 1=1', '%', '?'), {
      maxLength: 12,
    })
    .map((parts) => parts.join('')),
)

describe('literals', () => {
  it('come back from DuckDB as they went in', async () => {
    const connection = await (await DuckDBInstance.create(':memory:')).connect()
    await fc.assert(
      fc.asyncProperty(fc.array(nasty, { minLength: 1, maxLength: 20 }), async (values) => {
        const sql = `SELECT ${values.map((value) => encodeLiteral('varchar', value, 0)).join(', ')}`
        const reader = await connection.runAndReadAll(sql)
        expect(reader.getRows()[0]).toEqual(values)
      }),
      { numRuns: 200 },
    )
    connection.closeSync()
  })

  it.each([
    ['integer', '1; DROP TABLE x'],
    ['bigint', '1e5'],
    ['double', 'NaN'],
    ['boolean', "true' OR 'a"],
    ['timestamp', "2024-01-01' OR '1"],
    ['date', '2024-1-1'],
    ['varchar', 'a\0b'],
    ['varchar', 'a\ud800'],
  ] as const)('refuse %s from %j', (type, value) => {
    expect(() => encodeLiteral(type, value, 0)).toThrow()
  })

  it.each([
    ['2024-01-01', '2024-01-01 00:00:00'],
    ['2024-01-01 5:06', '2024-01-01 05:06:00'],
    ['2024-01-01T00:00:00Z', '2024-01-01 00:00:00'],
    ['2024-01-01 00:00:00.5', '2024-01-01 00:00:00.500'],
    [' 2024-12-31 23:59:59 ', '2024-12-31 23:59:59'],
  ])('read the time %s as %s', (text, expected) => {
    expect(parseTimestampText(text, 0)).toBe(expected)
  })

  it('take plain values by their kind', () => {
    expect([null, 'a', 5, 5e9, 1.5, true].map(literalOf)).toEqual([
      { type: 'null', value: null },
      { type: 'varchar', value: 'a' },
      { type: 'integer', value: '5' },
      { type: 'bigint', value: '5000000000' },
      { type: 'double', value: '1.5' },
      { type: 'boolean', value: 'true' },
    ])
  })
})
