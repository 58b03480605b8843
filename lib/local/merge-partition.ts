import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Corrections, withoutCorrected } from '../store/corrections.ts'
import { entryMaker } from '../store/order.ts'
import { blocksOf, readParquet, type WrittenFile, writeParquet } from '../store/parquet-file.ts'
import type { TableName } from '../store/schema.ts'
import { leavesOf } from '../store/shred.ts'
import { type EventSorter, entriesIn } from '../store/sorter.ts'
import { openSource, writeWhole } from './store-files.ts'
import type { StoredFile } from './store-manifest.ts'

/** What becomes one file. */
export interface PartitionMerge {
  /** Folder of the partition below the store; its first part is the table. */
  readonly folder: string
  /** Where the new file goes, below the store. */
  readonly path: string
  /** The file that is there. */
  readonly stored: StoredFile | undefined
  /** The events that are new. */
  readonly sorter: EventSorter | undefined
  readonly corrected: Corrections
}

/** Writes one partition's file anew. `undefined` when nothing is left for it. */
export const mergePartition = async (
  dir: string,
  { folder, path, stored, sorter, corrected }: PartitionMerge,
): Promise<WrittenFile | undefined> => {
  const table = tableIn(folder)
  const file = stored && openSource(join(dir, stored.path))
  try {
    const before = file && blocksOf(table, readParquet(file))
    if (!sorter && !before) return undefined
    const sorted = sorter ? await sorter.sorted(before) : entriesIn(before!, entryMaker(leavesOf(table)))
    let written: WrittenFile | undefined
    await writeWhole(join(dir, path), async (sink) => {
      written = await writeParquet(table, withoutCorrected(sorted, table, corrected), sink)
    })
    if (written?.rows) return written
    rmSync(join(dir, path))
    return undefined
  } finally {
    file?.close()
  }
}

/** Folders with a stored event that is corrected now. Looks only where the account fits, and only at the ids. */
export const touchedByCorrections = async (
  dir: string,
  files: readonly StoredFile[],
  { originals }: Corrections,
): Promise<readonly string[]> => {
  if (originals.size === 0) return []
  const wanted = [...originals.values()]
  const touched: string[] = []
  for (const { path } of files) {
    const ids = wanted.filter(
      ({ table, account }) =>
        path.startsWith(`${table}/account=${account}/`) || path.startsWith(`${table}/account=unknown/`),
    )
    const holds = ids.length > 0 && (await holdsOne(join(dir, path), new Set(ids.map(({ id }) => id))))
    if (holds) touched.push(path.slice(0, path.lastIndexOf('/')))
  }
  return touched
}

const holdsOne = async (path: string, ids: ReadonlySet<string>): Promise<boolean> => {
  const file = openSource(path)
  try {
    for await (const rows of readParquet(file, ['eventid'])) {
      if (rows.some(({ eventid }) => ids.has(eventid as string))) return true
    }
    return false
  } finally {
    file.close()
  }
}

const tableIn = (folder: string): TableName => folder.slice(0, folder.indexOf('/')) as TableName
