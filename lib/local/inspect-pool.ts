import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { ListedObject } from '../ports.ts'
import type { LogInspection } from '../trail/inspection.ts'
import { type FileOutcome, inspectFile, inspectionOf } from './inspect-file.ts'

export interface InspectPool {
  /** Judges the bytes of a file below the root, by its key; `undefined` when it is not there. Throws `UnreadableObject`. */
  readonly inspect: (object: ListedObject) => Promise<LogInspection | undefined>
  /** Files to have in work at once, so that no worker waits. */
  readonly inFlight: number
  /** Ends the workers. */
  close(): Promise<void>
}

/** Starting workers costs a fifth of a second of work, 20 MB for the first and 11 for each other: below this many files one thread is done sooner. */
const WORKERS_FROM = 2000

/** Each takes memory; what they gain is bounded by the disk. */
const MOST_WORKERS = 8

/** Files handed over at once: one message each would cost as much as the hashing. */
const BATCH = 16

/** Batches a worker has: one in work, one that waits, so that it never does. */
const AHEAD = 2

/** The event loop gets a turn this often, for progress and signals (files). */
const BREATH = 64

/**
 * Reads, inflates and hashes files below `root` in `jobs` threads, this one among them; the first 2,000 on this one alone, since small
 * jobs end there before threads have started.
 */
export const inspectPool = (
  root: string,
  { jobs = Math.min(MOST_WORKERS, availableParallelism()), workersFrom = WORKERS_FROM } = {},
): InspectPool => {
  let asked = 0
  let workers: ReturnType<typeof workersFor> | undefined
  const here = async (object: ListedObject) => {
    if (asked % BREATH === 0) await new Promise(setImmediate)
    return inspectionOf(object.key, inspectFile(join(root, object.key)))
  }
  return {
    inFlight: jobs > 1 ? jobs * BATCH * 3 : 1,
    async inspect(object) {
      if (object.key.split('/').includes('..')) return undefined
      if (asked++ < workersFrom || jobs <= 1) return here(object)
      workers ??= workersFor(jobs - 1)
      return inspectionOf(object.key, await workers.ask(join(root, object.key)))
    },
    close: async () => workers?.close(),
  }
}

interface Job {
  readonly path: string
  readonly resolve: (outcome: FileOutcome) => void
}

/** Hands files to `count` threads, and works on this one too whenever all of them have enough. */
const workersFor = (count: number) => {
  const waiting: Job[] = []
  /** What each thread was given, oldest first. */
  const given = new Map<Worker, (readonly Job[])[]>()
  let isScheduled = false
  let isClosed = false

  const schedule = (): void => {
    if (isScheduled) return
    isScheduled = true
    setImmediate(work)
  }
  const work = (): void => {
    isScheduled = false
    // At the end of the list everybody gets a part.
    const share = Math.max(1, Math.min(BATCH, Math.ceil(waiting.length / (given.size + 1))))
    for (let depth = 0; depth < AHEAD; depth++) {
      for (const [worker, batches] of given) {
        if (batches.length > depth || waiting.length === 0) continue
        const batch = waiting.splice(0, share)
        batches.push(batch)
        worker.postMessage(batch.map(({ path }) => path))
      }
    }
    for (const { path, resolve } of waiting.splice(0, share)) resolve(inspectFile(path))
    if (waiting.length > 0) schedule()
  }
  const settle = (worker: Worker, outcomes: readonly FileOutcome[]): void => {
    const batch = given.get(worker)?.shift() ?? []
    for (const [index, { resolve }] of batch.entries()) resolve(outcomes[index]!)
    if (waiting.length > 0) schedule()
  }
  /** A thread that ends by itself, out of memory for one: its files are judged here. */
  const lost = (worker: Worker): void => {
    const batches = given.get(worker) ?? []
    given.delete(worker)
    if (!isClosed) for (const { path, resolve } of batches.flat()) resolve(inspectFile(path))
  }
  for (let index = 0; index < count; index++) {
    const worker = new Worker(new URL(ENTRY, import.meta.url), { resourceLimits: LIMITS })
    worker.on('message', (outcomes: readonly FileOutcome[]) => settle(worker, outcomes))
    worker.on('error', () => lost(worker))
    worker.on('exit', () => lost(worker))
    given.set(worker, [])
  }
  return {
    ask: (path: string) =>
      new Promise<FileOutcome>((resolve) => {
        waiting.push({ path, resolve })
        schedule()
      }),
    async close() {
      isClosed = true
      await Promise.all([...given.keys()].map((worker) => worker.terminate()))
    },
  }
}

/** From the sources this file's neighbour; in the bundle a file beside it. */
const ENTRY = import.meta.url.endsWith('.ts') ? './inspect-worker.ts' : './inspect-worker.js'

/** A thread keeps nothing between files, so a small nursery does (megabytes). */
const LIMITS = { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 24 }
