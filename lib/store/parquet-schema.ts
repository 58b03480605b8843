import { zstdCompressSync } from 'node:zlib'
import type { SchemaElement } from 'hyparquet'
import { ByteWriter, ParquetWriter } from 'hyparquet-writer'
import type { Cell, EventRow } from './row.ts'
import { type Column, type ColumnType, TABLES, type TableName } from './schema.ts'

/** Rows of a row group: small enough that the sorted statistics skip most of a day, large enough to compress. */
export const ROW_GROUP_SIZE = 20_000

/** Columns worth a bloom filter: asked for by exact value, and never in the order of the sort. */
const BLOOM_FILTERED: ReadonlySet<string> = new Set(['eventid'])

/** The Parquet schema of a table, depth first from the root, every field optional. */
export const parquetSchema = (columns: readonly Column[]): SchemaElement[] => [
  { name: 'root', num_children: columns.length },
  ...columns.flatMap(({ name, type }) => elementsOf(name, type)),
]

const SCALARS = {
  string: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  json: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  boolean: { type: 'BOOLEAN' },
  int: { type: 'INT32' },
  timestamp: { type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' },
} as const satisfies Record<string, Partial<SchemaElement>>

const elementsOf = (name: string, type: ColumnType): SchemaElement[] => {
  const optional = { name, repetition_type: 'OPTIONAL' } as const
  if (typeof type === 'string') return [{ ...optional, ...SCALARS[type] }]
  if ('struct' in type) {
    const children = Object.entries(type.struct)
    return [
      { ...optional, num_children: children.length },
      ...children.flatMap(([child, childType]) => elementsOf(child, childType)),
    ]
  }
  return [
    { ...optional, num_children: 1, converted_type: 'LIST' },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    ...elementsOf('element', type.array),
  ]
}

/**
 * Rows of one partition as one Parquet file: sorted by (eventsource, eventname, eventtime), ZSTD, row groups of
 * `rowGroupSize`. The same rows in the same order give the same bytes.
 */
export const parquetFile = (
  table: TableName,
  rows: readonly EventRow[],
  rowGroupSize: number = ROW_GROUP_SIZE,
): Uint8Array => {
  const columns = TABLES[table]
  const writer = new ByteWriter(1 << 16)
  const parquet = new ParquetWriter({
    writer,
    schema: parquetSchema(columns),
    codec: 'ZSTD',
    compressors: { ZSTD: (input) => zstdCompressSync(input) },
    createdBy: 'trailwarden',
  })
  const sorted = sortRows(rows)
  for (let start = 0; start < sorted.length; start += rowGroupSize) {
    const group = sorted.slice(start, start + rowGroupSize)
    const columnData = columns.map(({ name }) => ({
      name,
      data: group.map((row) => row[name] as unknown),
      ...(BLOOM_FILTERED.has(name) && { bloomFilter: true }),
    }))
    void parquet.write({ columnData, rowGroupSize })
  }
  void parquet.finish()
  return writer.getBytes()
}

/** Rows in the order of the store. */
export const sortRows = (rows: readonly EventRow[]): readonly EventRow[] => {
  const groups = new Map<string, { row: EventRow; time: number }[]>()
  for (const row of rows) {
    // U+0000 sorts before all else, so a name that begins with another follows it.
    const key = `${textOf(row['eventsource'])}\u0000${textOf(row['eventname'])}`
    const entry = { row, time: timeOf(row) }
    const group = groups.get(key)
    if (group) group.push(entry)
    else groups.set(key, [entry])
  }
  return [...groups.keys()].sort().flatMap((key) =>
    groups
      .get(key)!
      .sort((a, b) => a.time - b.time)
      .map(({ row }) => row),
  )
}

const textOf = (cell: Cell | undefined): string => (typeof cell === 'string' ? cell : '')

/** eventtime, or the start of an aggregated event's window. */
const timeOf = (row: EventRow): number => {
  const window = row['timewindow'] as { windowstart?: Cell } | null | undefined
  const time = row['eventtime'] ?? window?.windowstart
  return time instanceof Date ? time.getTime() : 0
}
