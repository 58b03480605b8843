import type { EventStore, ListedObject, LocatedEvent, LogStore } from './ports.ts'
import { type Quarantined, type ReadingOptions, type ReadObject, readObjects } from './reading.ts'
import { type DuplicateFilter, duplicateFilter } from './store/dedupe.ts'
import { type Reconciler, type Reconciliation, reconciler } from './store/reconcile.ts'
import { eventIdOf } from './trail/event.ts'
import type { LogFile } from './trail/log-file.ts'

/** What is done with what is read; every part may be left out. */
export interface IngestOptions extends Pick<ReadingOptions, 'inFlight' | 'maxBytes' | 'unneeded'> {
  readonly store?: EventStore
  /** Tells repeated events apart; one of its own when left out. */
  readonly filter?: DuplicateFilter
  /** A file was read, and its events were appended to the store. */
  readonly onIngested?: (object: ListedObject, bytes: Uint8Array) => void
  /** An object was listed. */
  readonly onObject?: () => void
  /** The bytes of a log file, whether it could be parsed or not. */
  readonly onBytes?: (object: ListedObject, stored: NonNullable<ReadObject['stored']>) => void
  /** An event, once; a corrected one too, since whoever can plant a file can forge a correction. */
  readonly onEvent?: (located: LocatedEvent) => void
  /** Everything that was not read, one object or record at a time. */
  readonly onQuarantined?: (quarantined: Quarantined) => void
}

/** Where every file and record went; `ignored` counts entries of saved files that are no CloudTrail events. */
export type IngestCounts = Reconciliation & { readonly ignored: number }

/**
 * Reads every log file of a world, each event once, in key order: to the store and to whoever listens. Throws only when the
 * world cannot be listed or the store cannot be written.
 */
export const ingestEvents = async (
  world: { readonly logs: LogStore; readonly layout: ReadingOptions['layout'] },
  options: IngestOptions,
): Promise<IngestCounts> => {
  const counts = reconciler()
  const isNew = newEvents(counts, options.filter ?? duplicateFilter())
  let ignored = 0
  for await (const { object, key, file, skipped, stored, quarantined } of readObjects(world.logs, {
    ...options,
    ...world,
  })) {
    counts.fileListed()
    options.onObject?.()
    for (const one of quarantined) options.onQuarantined?.(one)
    if (stored && key.type === 'log') options.onBytes?.(object, stored)
    if (!file) {
      counts.fileSkipped(skipped ?? 'unknown')
      continue
    }
    ignored += file.ignored ?? 0
    const { fresh, corrected, differing } = isNew(file, object.key)
    for (const located of [...fresh, ...corrected, ...differing]) options.onEvent?.(located)
    for (const located of differing) options.onQuarantined?.(differingEvent(object, located))
    await options.store?.append(fresh)
    if (stored) options.onIngested?.(object, stored.bytes)
  }
  return { ...counts.result(), ignored }
}

/** Not stored, since its id is taken; whoever planted the other one must not hide it. */
export const differingEvent = (
  object: ListedObject,
  { event, index }: Pick<LocatedEvent, 'event' | 'index'>,
): Quarantined => ({
  object: object.name,
  index,
  reason: 'same-id-other-content',
  detail: `event ${eventIdOf(event)} says something else than an earlier event of that id`,
  event,
})

/**
 * Counts a file, and tells the events not seen before from those that an event before them corrects, and from duplicates that
 * say something else.
 */
const newEvents = (counts: Reconciler, seen: DuplicateFilter) => (file: LogFile, key: string) => {
  counts.fileIngested(file.events.length + file.rejected.length)
  counts.recordsRejected(file.rejected.length)
  const fresh: LocatedEvent[] = []
  const corrected: LocatedEvent[] = []
  const differing: LocatedEvent[] = []
  for (const located of file.events) {
    const sighting = seen.see(located.event)
    counts.eventSeen(sighting)
    if (sighting.outcome === 'kept') fresh.push({ ...located, key })
    if (sighting.outcome === 'superseded') corrected.push({ ...located, key })
    if (sighting.differs) differing.push({ ...located, key })
  }
  return { fresh, corrected, differing }
}
