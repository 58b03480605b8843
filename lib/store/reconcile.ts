import type { Sighting } from './dedupe.ts'

/** Where every file and every record of a run went. What was not stored is counted under its reason. */
export interface Reconciliation {
  readonly files: {
    readonly listed: number
    readonly ingested: number
    readonly skipped: Readonly<Record<string, number>>
  }
  readonly events: {
    readonly read: number
    readonly kept: number
    readonly duplicate: number
    readonly superseded: number
    readonly rejected: number
  }
}

export interface Reconciler {
  /** An object was listed. */
  fileListed(): void
  /** A listed file was read to its end; `records` is how many it holds, whatever became of them. */
  fileIngested(records: number): void
  /** A listed object was left out. `reason` is kebab-case: `digest`, `not-gzip`, `access-denied`, ... */
  fileSkipped(reason: string): void
  /** One record of an ingested file became an event, and this became of the event. */
  eventSeen(sighting: Sighting): void
  /** So many records of an ingested file were no events. */
  recordsRejected(count: number): void
  /** The figures now. */
  result(): Reconciliation
}

/** Counts a run from nothing. */
export const reconciler = (): Reconciler => {
  const files = { listed: 0, ingested: 0 }
  const skipped = new Map<string, number>()
  const events = { read: 0, kept: 0, duplicate: 0, superseded: 0, rejected: 0 }
  return {
    fileListed: () => {
      files.listed++
    },
    fileIngested: (records) => {
      files.ingested++
      events.read += records
    },
    fileSkipped: (reason) => {
      skipped.set(reason, (skipped.get(reason) ?? 0) + 1)
    },
    eventSeen: ({ outcome, supersedesKept }) => {
      events[outcome]++
      if (!supersedesKept) return
      events.kept--
      events.superseded++
    },
    recordsRejected: (count) => {
      events.rejected += count
    },
    result: () => ({ files: { ...files, skipped: Object.fromEntries(skipped) }, events: { ...events } }),
  }
}

/**
 * The two promises of the store, as sentences on what does not add up; none when both hold.
 * files listed = ingested + skipped; events read = kept + duplicate + superseded + rejected.
 */
export const imbalances = ({ files, events }: Reconciliation): readonly string[] => {
  const skipped = Object.values(files.skipped).reduce((sum, count) => sum + count, 0)
  const { read, kept, duplicate, superseded, rejected } = events
  const found: string[] = []
  if (files.listed !== files.ingested + skipped) {
    found.push(`${files.listed} files listed, but ${files.ingested} ingested + ${skipped} skipped`)
  }
  if (read !== kept + duplicate + superseded + rejected) {
    found.push(
      `${read} records read, but ${kept} kept + ${duplicate} duplicate + ${superseded} superseded + ${rejected} rejected`,
    )
  }
  return found
}
