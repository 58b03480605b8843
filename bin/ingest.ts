import { join } from 'node:path'
import { ingestEvents } from '../lib/ingest.ts'
import { parquetEventStore } from '../lib/local/event-store.ts'
import type { World } from '../lib/pipeline.ts'
import type { Quarantined } from '../lib/reading.ts'
import type { Reconciliation } from '../lib/store/reconcile.ts'
import { writeWhole } from './files.ts'
import type { Terminal } from './terminal.ts'

export type Ingested = Reconciliation & { readonly partitions: readonly string[] }

/** Fills the store in `dir` from a source, with `quarantine.jsonl` beside it for what could not be read. */
export const ingest = async (source: World, dir: string, terminal: Terminal): Promise<Ingested> => {
  const store = parquetEventStore(dir)
  const progress = terminal.progress('reading objects')
  const quarantined: Quarantined[] = []
  let listed = 0
  try {
    const counts = await ingestEvents(source, {
      store,
      onObject: () => progress.update(++listed),
      onQuarantined: (one) => quarantined.push(one),
    })
    const { partitions } = await store.close()
    await writeWhole(
      join(dir, 'quarantine.jsonl'),
      quarantined.map((one) => `${JSON.stringify(one)}\n`).join(''),
    )
    return { files: counts.files, events: counts.events, partitions }
  } finally {
    progress.stop()
  }
}
