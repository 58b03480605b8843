import { readFileSync } from 'node:fs'
import { zstdDecompressSync } from 'node:zlib'
import { DuckDBInstance } from '@duckdb/node-api'
import { parquetReadObjects } from 'hyparquet'
import type { EventRow } from '../../lib/store/row.ts'

/** A Parquet file as hyparquet takes it. */
export const parquetBytes = (path: string): ArrayBuffer => {
  const bytes = readFileSync(path)
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer
}

/** Rows of a Parquet file as hyparquet gives them, but null where it says `undefined` for a struct that is null. */
export const parquetRows = async (path: string): Promise<EventRow[]> => {
  const compressors = { ZSTD: (input: Uint8Array) => zstdDecompressSync(input) }
  return nullsIn(await parquetReadObjects({ file: parquetBytes(path), compressors })) as EventRow[]
}

const nullsIn = (value: unknown): unknown => {
  if (value === undefined) return null
  if (Array.isArray(value)) return value.map(nullsIn)
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, nullsIn(inner)]))
}

/** Rows of one statement, from a DuckDB of its own. */
export const sql = async (text: string): Promise<Record<string, unknown>[]> => {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  try {
    return (await connection.runAndReadAll(text)).getRowObjectsJson() as Record<string, unknown>[]
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}
