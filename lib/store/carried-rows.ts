import type { LocatedEvent } from '../ports.ts'
import type { ObjectNames } from './day-objects.ts'
import { fileKey, TABLE_NAMES } from './day-record.ts'
import type { LakeObjects } from './lake.ts'
import { readParquet } from './parquet-file.ts'
import type { EventPartition } from './partition.ts'
import { eventOf } from './row.ts'

/**
 * Events of a stored generation whose log file is not among `ingested`: expired, archived or closed to us since. They stay in the
 * store. Row group by row group.
 */
export async function* carriedRows(
  lake: LakeObjects,
  partition: EventPartition,
  generation: string,
  ingested: Pick<ObjectNames, 'has'>,
): AsyncGenerator<readonly LocatedEvent[]> {
  if (generation === '') return
  for (const table of TABLE_NAMES) {
    const file = await lake.open(fileKey(table, partition, generation))
    if (!file) continue
    let missing = false
    for await (const rows of readParquet(file, ['sourcefile'])) {
      missing ||= rows.some(({ sourcefile }) => !ingested.has(sourcefile as string))
    }
    if (!missing) continue
    for await (const rows of readParquet(file)) {
      yield rows
        .filter(({ sourcefile }) => !ingested.has(sourcefile as string))
        .map((row) => ({
          event: eventOf(row, table),
          key: row['sourcefile'] as string,
          index: row['recordindex'] as number,
        }))
    }
  }
}
