import type { ByteSink } from '../../lib/store/bytes.ts'
import { entryMaker } from '../../lib/store/order.ts'
import { blocksOf, type WrittenFile, writeParquet } from '../../lib/store/parquet-file.ts'
import type { EventRow } from '../../lib/store/row.ts'
import type { TableName } from '../../lib/store/schema.ts'
import { leavesOf } from '../../lib/store/shred.ts'
import { entriesIn } from '../../lib/store/sorter.ts'

/** Writes rows, in the order given, as one Parquet file. */
export const writeRows = (
  table: TableName,
  batches: AsyncIterable<readonly EventRow[]>,
  sink: ByteSink,
  rowGroupSize?: number,
): Promise<WrittenFile> =>
  writeParquet(table, entriesIn(blocksOf(table, batches), entryMaker(leavesOf(table))), sink, rowGroupSize)
