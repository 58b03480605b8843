import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { type FileMetaData, parquetMetadataAsync, parquetReadObjects } from 'hyparquet'
import { ByteWriter, ParquetWriter } from 'hyparquet-writer'
import { type Block, type Leaf, type Picks, picksOf } from './block.ts'
import type { ByteSink, ByteSource } from './bytes.ts'
import { writeChunk } from './column-chunk.ts'
import { leafDataOf } from './leaf-data.ts'
import { parquetSchema } from './parquet-schema.ts'
import type { EventRow } from './row.ts'
import { TABLES, type TableName } from './schema.ts'
import { leavesOf, shredder } from './shred.ts'

/** Rows of a row group: small enough that the sorted statistics skip most of a day, large enough to compress. */
export const ROW_GROUP_SIZE = 20_000

/** Columns worth a bloom filter: asked for by exact value, and never in the order of the sort. */
const BLOOM_FILTERED: ReadonlySet<string> = new Set(['eventid'])

/** Ids are most of a file, and no level makes them smaller; the higher ones cost a third more CPU for one part in a hundred. */
const LEVEL = { params: { [constants.ZSTD_c_compressionLevel]: 1 } }

/** What a file became. */
export interface WrittenFile {
  readonly rows: number
  readonly bytes: number
}

/**
 * Writes rows that lie in blocks, in the order given, as one Parquet file: ZSTD, row groups of `rowGroupSize`. Memory holds the columns of
 * one row group. The same rows give the same bytes.
 */
export const writeParquet = async (
  table: TableName,
  batches: AsyncIterable<readonly { readonly block: Block; readonly row: number }[]>,
  sink: ByteSink,
  rowGroupSize: number = ROW_GROUP_SIZE,
): Promise<WrittenFile> => {
  const { writer, flush } = flushingWriter(sink)
  const schema = parquetSchema(TABLES[table])
  const parquet = new ParquetWriter({ writer, schema, createdBy: 'trailwarden' })
  let group: { readonly block: Block; readonly row: number }[] = []
  const endGroup = async () => {
    if (group.length > 0) writeGroup(parquet, writer, leavesOf(table), picksOf(group))
    group = []
    await flush()
  }
  for await (const batch of batches) {
    for (const place of batch) if (group.push(place) === rowGroupSize) await endGroup()
  }
  await endGroup()
  void parquet.finish()
  await flush()
  return { rows: Number(parquet.num_rows), bytes: writer.offset }
}

/** Rows as blocks of so many rows. */
export async function* blocksOf(
  table: TableName,
  batches: AsyncIterable<readonly EventRow[]>,
  size: number = BLOCK_ROWS,
): AsyncGenerator<Block> {
  const shreds = shredder(table)
  for await (const batch of batches) {
    for (const row of batch) {
      shreds.addRow(row)
      if (shreds.rows === size) yield shreds.take()
    }
  }
  if (shreds.rows > 0) yield shreds.take()
}

const BLOCK_ROWS = 5000

const compress = (bytes: Uint8Array): Uint8Array =>
  zstdCompressSync(bytes, { ...LEVEL, chunkSize: Math.max(1024, bytes.length >> 1) })

const writeGroup = (
  parquet: ParquetWriter,
  writer: ByteWriter,
  leaves: readonly Leaf[],
  picks: Picks,
): void => {
  const start = writer.offset
  const chunks = leaves.map((leaf, at) => {
    const { name, type } = leaf.column
    return writeChunk(writer, leaf, leafDataOf(leaf, at, picks), {
      compress,
      statistics: type !== 'json' && leaf.repeats,
      bloomFilter: BLOOM_FILTERED.has(name),
    })
  })
  const num_rows = BigInt(picks.rows.length)
  parquet.pendingIndexes.push(...chunks)
  parquet.num_rows += num_rows
  parquet.row_groups.push({
    columns: chunks.map(({ chunk }) => chunk),
    total_byte_size: chunks.reduce((sum, { chunk }) => sum + chunk.meta_data!.total_uncompressed_size, 0n),
    num_rows,
    total_compressed_size: BigInt(writer.offset - start),
  })
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
