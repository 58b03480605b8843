import { zstdCompressSync } from 'node:zlib'
import { parquetWriteBuffer } from 'hyparquet-writer'
import type { Row } from '../ports.ts'

/** A column of an answer; the type in Trino's words. */
export interface AnswerColumn {
  readonly name: string
  readonly type: string
}

type Kind = 'INT64' | 'DOUBLE' | 'BOOLEAN' | 'TIMESTAMP' | 'STRING'
type Value = bigint | number | boolean | Date | string | null

const KINDS: Readonly<Record<string, Kind>> = {
  bigint: 'INT64',
  integer: 'INT64',
  double: 'DOUBLE',
  boolean: 'BOOLEAN',
  'timestamp(3)': 'TIMESTAMP',
}

const READ: Readonly<Record<Kind, (text: string) => Value | undefined>> = {
  INT64: (text) => (/^-?\d{1,18}$/.test(text) ? BigInt(text) : undefined),
  DOUBLE: (text) => (text === 'NaN' || !Number.isNaN(Number(text)) ? Number(text) : undefined),
  BOOLEAN: (text) => (text === 'true' ? true : text === 'false' ? false : undefined),
  TIMESTAMP: (text) => {
    const at = new Date(`${text.replace(' ', 'T')}Z`)
    return Number.isNaN(at.getTime()) ? undefined : at
  },
  STRING: (text) => text,
}

/**
 * The answer to a query as one Parquet file (ZSTD): whole numbers, doubles, booleans and times under their types, everything else as text. A
 * column with a value that is not of its type is text. The values of `rows` are text or null.
 */
export const answerParquet = (columns: readonly AnswerColumn[], rows: readonly Row[]): Uint8Array => {
  const columnData = columns.map(({ name, type }) => columnOf(name, KINDS[type] ?? 'STRING', rows))
  const buffer = parquetWriteBuffer({
    columnData,
    codec: 'ZSTD',
    compressors: { ZSTD: (input) => zstdCompressSync(input) },
  })
  return new Uint8Array(buffer)
}

const columnOf = (name: string, kind: Kind, rows: readonly Row[]) => {
  const data: Value[] = []
  for (const row of rows) {
    const text = row[name] ?? null
    const value = text === null ? null : READ[kind](text)
    if (value === undefined)
      return { name, type: 'STRING' as const, data: rows.map((one) => one[name] ?? null) }
    data.push(value)
  }
  return { name, type: kind, data }
}
