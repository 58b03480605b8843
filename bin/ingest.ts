import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { ingestEvents } from '../lib/ingest.ts'
import { type GrowingStore, growingEventStore } from '../lib/local/event-store.ts'
import type { World } from '../lib/pipeline.ts'
import type { Quarantined } from '../lib/reading.ts'
import { imbalances, type Reconciliation } from '../lib/store/reconcile.ts'
import { release } from '../lib/trail/gzip.ts'
import { writeWhole } from './files.ts'
import type { Terminal } from './terminal.ts'

/** One run, and all runs of the store together. */
export type Ingested = Reconciliation & {
  readonly partitions: readonly string[]
  readonly totals: Awaited<ReturnType<GrowingStore['finish']>>['totals'] & { readonly rows: number }
  /** Objects that were read again since their bytes are not what they were, by key. */
  readonly changed: readonly string[]
  /** Objects that were read before and are no longer listed, by key. Their events stay. */
  readonly vanished: readonly string[]
}

/**
 * Adds what is new in a source to the store in `dir`, with `quarantine.jsonl` beside it for what could not be read in this run.
 * `full` builds the store anew.
 */
export const ingest = async (
  source: World,
  dir: string,
  terminal: Terminal,
  options: Parameters<typeof growingEventStore>[2] = {},
): Promise<Ingested> => {
  // A day is sorted in little memory, but V8 lets several times as much pile up where the machine has it.
  // A nursery that grows takes 100 MB more, and gives no speed.
  setFlagsFromString('--semi-space-growth-factor=1')
  setFlagsFromString('--heap-growing-percent=200')
  const store = await growingEventStore(dir, source.logs.name, options)
  const progress = terminal.progress('reading objects')
  const quarantined: Quarantined[] = []
  let listed = 0
  try {
    const { files, events } = await ingestEvents(source, {
      store,
      filter: store.filter,
      unneeded: store.objects.unneeded,
      // By now it is parsed.
      onBytes: (_, { inflated }) => inflated.ok && release(inflated.member.content),
      onIngested: store.objects.add,
      onObject: () => progress.update(++listed),
      onQuarantined: (one) => quarantined.push(one),
    })
    for (const fault of imbalances({ files, events })) terminal.note(`the figures do not add up: ${fault}`)
    const { partitions, rows, totals } = await store.finish({ files, events })
    await writeWhole(
      join(dir, 'quarantine.jsonl'),
      quarantined.map((one) => `${JSON.stringify(one)}\n`).join(''),
    )
    return { files, events, partitions, totals: { ...totals, rows }, ...store.objects.result() }
  } finally {
    progress.stop()
  }
}
