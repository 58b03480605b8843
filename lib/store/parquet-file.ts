import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { type FileMetaData, parquetMetadataAsync, parquetReadObjects } from 'hyparquet'
import { ByteWriter, ParquetWriter } from 'hyparquet-writer'
import type { ByteSink, ByteSource } from './bytes.ts'
import { parquetSchema } from './parquet-schema.ts'
import type { EventRow } from './row.ts'
import { type Column, TABLES, type TableName } from './schema.ts'

/** Rows of a row group: small enough that the sorted statistics skip most of a day, large enough to compress. */
export const ROW_GROUP_SIZE = 20_000

/** Columns worth a bloom filter: asked for by exact value, and never in the order of the sort. */
const BLOOM_FILTERED: ReadonlySet<string> = new Set(['eventid'])

/**
 * Columns whose values hardly ever repeat: no dictionary is tried, the least and greatest value say nothing, and their lengths, all alike,
 * are kept apart from their characters.
 */
const UNREPEATED: ReadonlySet<string> = new Set(['eventid', 'requestid', 'sharedeventid'])

/** Ids are most of a file, and no level makes them smaller; the higher ones cost a third more CPU for one part in a hundred. */
const LEVEL = { params: { [constants.ZSTD_c_compressionLevel]: 1 } }

/** What a file became. */
export interface WrittenFile {
  readonly rows: number
  readonly bytes: number
}

/**
 * Writes rows, in the order given, as one Parquet file: ZSTD, row groups of `rowGroupSize`. Memory holds one row group. The same
 * rows give the same bytes.
 */
export const writeParquet = async (
  table: TableName,
  batches: AsyncIterable<readonly EventRow[]>,
  sink: ByteSink,
  rowGroupSize: number = ROW_GROUP_SIZE,
): Promise<WrittenFile> => {
  const { writer, flush } = flushingWriter(sink)
  const columns = TABLES[table]
  const parquet = new ParquetWriter({
    writer,
    schema: parquetSchema(columns),
    codec: 'ZSTD',
    compressors: { ZSTD: (input) => zstdCompressSync(input, LEVEL) },
    createdBy: 'trailwarden',
  })
  let rows = 0
  for await (const group of groupsOf(batches, rowGroupSize)) {
    rows += group.length
    void parquet.write({ columnData: columnsOf(columns, group), rowGroupSize })
    await flush()
  }
  void parquet.finish()
  await flush()
  return { rows, bytes: writer.offset }
}

const columnsOf = (columns: readonly Column[], group: readonly EventRow[]) =>
  columns.map(({ name, type }) => ({
    name,
    data: group.map((row) => row[name] as unknown),
    ...(BLOOM_FILTERED.has(name) && { bloomFilter: true }),
    ...(UNREPEATED.has(name) && { encoding: 'DELTA_LENGTH_BYTE_ARRAY' as const }),
    ...((type === 'json' || UNREPEATED.has(name)) && { statistics: false }),
  }))

/** Batches of any size as groups of exactly `size`, but the last. */
async function* groupsOf(
  batches: AsyncIterable<readonly EventRow[]>,
  size: number,
): AsyncGenerator<readonly EventRow[]> {
  let group: EventRow[] = []
  for await (const batch of batches) {
    for (const row of batch) {
      if (group.push(row) < size) continue
      yield group
      group = []
    }
  }
  if (group.length > 0) yield group
}

/** A writer whose buffer is handed on after each row group; `offset` goes on counting. */
const flushingWriter = (sink: ByteSink) => {
  const writer = new ByteWriter(1 << 16)
  const flush = async () => {
    const bytes = writer.getBytes().slice()
    writer.index = 0
    if (bytes.length > 0) await sink.write(bytes)
  }
  return { writer, flush }
}

const COMPRESSORS = { ZSTD: (input: Uint8Array) => zstdDecompressSync(input) }

/** Rows of a file of ours, in its order, row group by row group. `columns` leaves the others out. */
export async function* readParquet(
  file: ByteSource,
  columns?: readonly string[],
): AsyncGenerator<readonly EventRow[]> {
  const metadata = await parquetMetadataAsync(file)
  for (const [rowStart, rowEnd] of rowGroupsOf(metadata)) {
    const rows = await parquetReadObjects({
      file,
      metadata,
      rowStart,
      rowEnd,
      compressors: COMPRESSORS,
      ...(columns && { columns: [...columns] }),
    })
    for (const row of rows) nullsIn(row)
    yield rows
  }
}

const rowGroupsOf = ({ row_groups }: FileMetaData): readonly (readonly [number, number])[] => {
  let start = 0
  return row_groups.map(({ num_rows }) => {
    const end = start + Number(num_rows)
    const range = [start, end] as const
    start = end
    return range
  })
}

/** The reader says `undefined` for a struct that is null. */
const nullsIn = (value: Record<string, unknown>): void => {
  for (const name in value) {
    const inner = value[name]
    if (inner === undefined) value[name] = null
    else if (typeof inner === 'object' && inner !== null && !(inner instanceof Date)) {
      nullsIn(inner as Record<string, unknown>)
    }
  }
}
