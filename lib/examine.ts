import type { LearningDetector } from './detection/baseline/learning.ts'
import {
  type DecodedFile,
  type DecodedFiles,
  type Examined,
  fateOf,
  fingerprintIn,
  type Learned,
} from './examiner.ts'
import type { Finding } from './finding.ts'
import type { IngestCounts } from './ingest.ts'
import type { InspectionMemory } from './integrity/inspection-memory.ts'
import type { LogStore } from './ports.ts'
import {
  type FetchedObject,
  fetchObjects,
  type Quarantined,
  type ReadingOptions,
  type ReadObject,
} from './reading.ts'
import type { ActivityCounter } from './report/activity.ts'
import { duplicateFilter } from './store/dedupe.ts'
import { reconciler } from './store/reconcile.ts'

/** An examiner, wherever it runs. It answers in the order it is asked. */
export interface ExaminerThread {
  decode(objects: readonly FetchedObject[]): Promise<DecodedFiles>
  examine(fates: Uint8Array): Promise<Examined>
  learned(): Promise<Learned>
}

/** Where files are examined. */
export interface Examiners {
  /** For the first files: a small job is done here before threads have started. */
  readonly here: ExaminerThread
  /** Bytes, compressed, after which threads are worth their start. */
  readonly threadsFrom: number
  /** Starts the threads. */
  readonly open: () => readonly ExaminerThread[]
}

export interface ExamineOptions extends Pick<ReadingOptions, 'inFlight' | 'layout'> {
  readonly onObject?: () => void
  readonly onQuarantined?: (quarantined: Quarantined) => void
}

/** What is told of the events. */
export interface Listeners {
  readonly activity: ActivityCounter
  readonly detector: LearningDetector
  readonly inspected: InspectionMemory
}

/** Enough to make a message worth its cost; a larger file goes alone (bytes, compressed). */
const BATCH_BYTES = 64 * 1024
const BATCH_FILES = 8
/** Batches an examiner has: one in work, and one that waits for it. */
const AHEAD = 2

/**
 * Does what `ingestEvents` does without a store, with several examiners at once: the same counts, the same findings in the same order.
 * Which event is new, and what windows and repeats make of a match, is decided here, file by file in key order. Throws when the world
 * cannot be listed or a thread is lost.
 */
export const examineEvents = async (
  logs: LogStore,
  examiners: Examiners,
  { activity, detector, inspected }: Listeners,
  options: ExamineOptions,
): Promise<{ readonly counts: IngestCounts; readonly found: readonly Finding[] }> => {
  const events = newEvents(inspected)
  const found: Finding[] = []
  const tell = (batch: readonly Entry[], { files }: DecodedFiles, { matches, differing }: Examined): void => {
    for (const match of matches) found.push(...detector.judge(match))
    for (const one of inOrder(batch, files, differing)) options.onQuarantined?.(one)
  }
  const line = assemblyLine(examiners)
  for await (const batch of batchesOf(fetchObjects(logs, options), options.onObject)) {
    await line.add(batch, events.judge, tell)
  }
  await line.end()
  for (const learned of await line.learned()) {
    activity.absorb(learned.activity)
    if (learned.baseline) detector.absorb(learned.baseline)
  }
  return { counts: events.counts(), found }
}

type Entry = FetchedObject | ReadObject
const isFetched = (entry: Entry): entry is FetchedObject => 'bytes' in entry

/** Entries in their order, as many as are worth a message. */
async function* batchesOf(
  entries: AsyncIterable<Entry>,
  onObject?: () => void,
): AsyncGenerator<readonly Entry[]> {
  let batch: Entry[] = []
  let bytes = 0
  for await (const entry of entries) {
    onObject?.()
    batch.push(entry)
    if (isFetched(entry)) bytes += entry.bytes.length
    if (batch.length < BATCH_FILES && bytes < BATCH_BYTES) continue
    yield batch
    batch = []
    bytes = 0
  }
  if (batch.length > 0) yield batch
}

/** What was not read, object by object: the object itself or its records, then events whose id was taken. */
const inOrder = (
  batch: readonly Entry[],
  files: readonly DecodedFile[],
  differing: readonly Quarantined[],
): readonly Quarantined[] => {
  let file = 0
  return batch.flatMap((entry) => {
    const { quarantined } = isFetched(entry) ? files[file++]! : entry
    return [...quarantined, ...differing.filter(({ object }) => object === entry.object.name)]
  })
}

type Judge = (batch: readonly Entry[], decoded: DecodedFiles) => Uint8Array
type Tell = (batch: readonly Entry[], decoded: DecodedFiles, examined: Examined) => void

/** Hands batches to whoever has least to do, and takes the answers in the order of the batches. */
const assemblyLine = ({ here, threadsFrom, open }: Examiners) => {
  const used = new Set<ExaminerThread>([here])
  const load = new Map<ExaminerThread, number>([[here, 0]])
  const ends: Promise<void>[] = []
  let bytes = 0
  let [judged, told] = [Promise.resolve(), Promise.resolve()]
  const next = (): ExaminerThread => {
    if (bytes >= threadsFrom && load.has(here)) {
      load.clear()
      for (const thread of open()) load.set(thread, 0)
    }
    const [[thread]] = [...load].sort((a, b) => a[1] - b[1]) as [[ExaminerThread, number]]
    used.add(thread)
    return thread
  }
  return {
    async add(batch: readonly Entry[], judge: Judge, tell: Tell): Promise<void> {
      const thread = next()
      const objects = batch.filter(isFetched)
      for (const one of objects) bytes += one.bytes.length
      load.set(thread, (load.get(thread) ?? 0) + 1)
      const decoded = thread.decode(objects)
      const fates = judged.then(async () => judge(batch, await decoded))
      judged = fates.then(() => {})
      const examined = fates.then((all) => thread.examine(all))
      told = told.then(async () => {
        tell(batch, await decoded, await examined)
        if (load.has(thread)) load.set(thread, load.get(thread)! - 1)
      })
      // what fails is thrown where the batch is waited for
      for (const promise of [decoded, judged, examined, told]) promise.catch(() => {})
      ends.push(told)
      if (ends.length >= load.size * AHEAD) await ends.shift()
    },
    end: () => told,
    learned: () => Promise.all([...used].map((thread) => thread.learned())),
  }
}

const NOT_READ: DecodedFile = { events: 0, rejected: 0, ignored: 0, quarantined: [] }

/** Counts entries, and tells new events from those that are known. */
const newEvents = (inspected: InspectionMemory) => {
  const counts = reconciler()
  const seen = duplicateFilter()
  let ignored = 0
  const judge: Judge = (batch, { files, words, corrections }) => {
    const fates = new Uint8Array(words.length / 4)
    const corrects = new Map(corrections.map(([place, a, b]) => [place, [a, b] as const]))
    let [file, place] = [0, 0]
    for (const entry of batch) {
      counts.fileListed()
      const decoded = isFetched(entry) ? files[file++]! : NOT_READ
      if (decoded.inspection) inspected.add(entry.object.key, decoded.inspection)
      const skipped = isFetched(entry) ? decoded.skipped : (entry.skipped ?? 'unknown')
      if (skipped !== undefined) {
        counts.fileSkipped(skipped)
        continue
      }
      ignored += decoded.ignored
      counts.fileIngested(decoded.events + decoded.rejected)
      counts.recordsRejected(decoded.rejected)
      for (const end = place + decoded.events; place < end; place++) {
        const sighting = seen.judge(fingerprintIn(words, place, corrects.get(place)))
        counts.eventSeen(sighting)
        fates[place] = fateOf(sighting)
      }
    }
    return fates
  }
  return { judge, counts: (): IngestCounts => ({ ...counts.result(), ignored }) }
}
