import type { ColumnMetaData, OffsetIndex, ParquetType, Statistics } from 'hyparquet'
import type { ByteWriter, ParquetWriter } from 'hyparquet-writer'
import { writePageHeader } from 'hyparquet-writer/src/datapage.js'
import type { Leaf, LeafKind } from './block.ts'
import { bloomOf } from './bloom.ts'
import { boundsOf } from './column-bounds.ts'
import { levelBytes } from './column-levels.ts'
import { type Compress, codesPage, dictionaryBytes, type Page, pagesOf } from './column-pages.ts'
import type { LeafData } from './leaf-data.ts'

/** How the chunk of a leaf is written. */
export interface ChunkOptions {
  readonly compress: Compress
  /** Least and greatest value, by which readers pass by a row group. */
  readonly statistics: boolean
  readonly bloomFilter: boolean
}

type Chunk = ParquetWriter['pendingIndexes'][number]

/**
 * Writes what a leaf holds as one column chunk: a dictionary where it halves the values, else plain numbers, or the lengths of the texts
 * and then their characters; pages of a megabyte. The same values give the same bytes.
 */
export const writeChunk = (writer: ByteWriter, leaf: Leaf, data: LeafData, options: ChunkOptions): Chunk => {
  const start = writer.offset
  const dictionary = data.codes !== undefined
  let uncompressed = 0
  if (dictionary) uncompressed += writeDictionary(writer, leaf.kind, data, options.compress)
  const firstPage = writer.offset
  const pages = dictionary ? [codesPage(data)] : pagesOf(leaf.kind, leaf.depth, data)
  const locations: OffsetIndex['page_locations'] = []
  let row = 0n
  for (const page of pages) {
    const offset = BigInt(writer.offset)
    const written = writePage(writer, leaf, data, page, options.compress)
    uncompressed += written.bytes
    locations.push({
      offset,
      compressed_page_size: Number(BigInt(writer.offset) - offset),
      first_row_index: row,
    })
    row += BigInt(written.rows)
  }
  const encoding = pages[0]!.encoding
  const meta: ColumnMetaData = {
    type: PHYSICAL[leaf.kind],
    encodings: dictionary ? ['PLAIN', encoding] : [encoding],
    path_in_schema: [...leaf.path],
    codec: 'ZSTD',
    num_values: BigInt(data.levels.length),
    total_uncompressed_size: BigInt(uncompressed),
    total_compressed_size: BigInt(writer.offset - start),
    data_page_offset: BigInt(firstPage),
    ...(dictionary && { dictionary_page_offset: BigInt(start) }),
    ...(options.statistics && { statistics: statisticsOf(leaf, data) }),
  }
  const bloomFilter = options.bloomFilter ? bloomOf(data.values as readonly string[]) : undefined
  return {
    chunk: { meta_data: meta, file_offset: BigInt(start) },
    ...(locations.length > 1 && { offsetIndex: { page_locations: locations } }),
    ...(bloomFilter && { bloomFilter }),
  }
}

const PHYSICAL: Readonly<Record<LeafKind, ParquetType>> = {
  text: 'BYTE_ARRAY',
  int: 'INT32',
  timestamp: 'INT64',
  boolean: 'BOOLEAN',
}

const writeDictionary = (
  writer: ByteWriter,
  kind: LeafKind,
  { values }: LeafData,
  compress: Compress,
): number => {
  const bytes = dictionaryBytes(kind, values)
  const compressed = compress(bytes)
  const start = writer.offset
  writePageHeader(writer, {
    type: 'DICTIONARY_PAGE',
    uncompressed_page_size: bytes.length,
    compressed_page_size: compressed.length,
    dictionary_page_header: { num_values: values.length, encoding: 'PLAIN' },
  })
  const header = writer.offset - start
  writer.appendBytes(compressed)
  return header + bytes.length
}

const writePage = (
  writer: ByteWriter,
  leaf: Leaf,
  data: LeafData,
  page: Page,
  compress: Compress,
): { readonly bytes: number; readonly rows: number } => {
  const repeats = data.repeats.subarray(page.from, page.to)
  const levels = levelBytes(repeats, leaf.repeated, data.levels.subarray(page.from, page.to), leaf.depth)
  const bytes = page.bytes()
  const compressed = bytes.length > 0 ? compress(bytes) : bytes
  const isSmaller = compressed.length < bytes.length
  const body = isSmaller ? compressed : bytes
  const slots = page.to - page.from
  const rows = leaf.repeated > 0 ? repeats.reduce((sum, level) => sum + (level === 0 ? 1 : 0), 0) : slots
  const start = writer.offset
  writePageHeader(writer, {
    type: 'DATA_PAGE_V2',
    uncompressed_page_size: levels.bytes.length + bytes.length,
    compressed_page_size: levels.bytes.length + body.length,
    data_page_header_v2: {
      num_values: slots,
      num_nulls: slots - page.values,
      num_rows: rows,
      encoding: page.encoding,
      definition_levels_byte_length: levels.bytes.length - levels.repetition,
      repetition_levels_byte_length: levels.repetition,
      is_compressed: isSmaller,
    },
  })
  const header = writer.offset - start
  writer.appendBytes(levels.bytes)
  writer.appendBytes(body)
  return { bytes: header + levels.bytes.length + bytes.length, rows }
}

const statisticsOf = (leaf: Leaf, data: LeafData): Statistics => {
  const count = data.codes ? data.codes.length : data.values.length
  const bounds = boundsOf(leaf.kind, data.values)
  return { null_count: BigInt(data.levels.length - count), ...bounds }
}
