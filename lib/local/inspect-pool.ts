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

/** Starting workers costs a fifth of a second of work and 10 MB each: below this many files one thread is done sooner. */
const WORKERS_FROM = 2000

/** Each takes memory; what they gain is bounded by the disk. */
const MOST_WORKERS = 8

/** Files handed over at once: one message each would cost as much as the hashing. */
const BATCH = 16

/** The event loop gets a turn this often, for progress and signals (files). */
const BREATH = 64

/**
 * Reads, inflates and hashes files below `root` in threads of their own; the first 2,000 on this one, since small jobs end there
 * before threads have started. `jobs` 1 keeps everything here.
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
      workers ??= workersFor(jobs)
      return inspectionOf(object.key, await workers.ask(join(root, object.key)))
    },
    close: async () => workers?.close(),
  }
}

interface Job {
  readonly path: string
  readonly resolve: (outcome: FileOutcome) => void
}

const workersFor = (jobs: number) => {
  const waiting: Job[] = []
  const idle: Worker[] = []
  const running = new Map<Worker, readonly Job[]>()
  let isScheduled = false
  let isClosed = false

  const dispatch = (): void => {
    isScheduled = false
    while (waiting.length > 0 && idle.length > 0) {
      // The last to finish is the warmest; a batch is smaller where all would otherwise not get one.
      const worker = idle.pop()!
      const share = Math.max(1, Math.min(BATCH, Math.ceil(waiting.length / (idle.length + 1))))
      const batch = waiting.splice(0, share)
      running.set(worker, batch)
      worker.postMessage(batch.map(({ path }) => path))
    }
  }
  const settle = (worker: Worker, outcomes: readonly FileOutcome[]): void => {
    const batch = running.get(worker) ?? []
    running.delete(worker)
    idle.push(worker)
    for (const [index, { resolve }] of batch.entries()) resolve(outcomes[index]!)
    dispatch()
  }
  /** A thread that ends by itself, out of memory for one: its files are judged here, one by one. */
  const lost = (worker: Worker): void => {
    if (isClosed) return
    const batch = running.get(worker) ?? []
    running.delete(worker)
    const at = idle.indexOf(worker)
    if (at >= 0) idle.splice(at, 1)
    for (const { path, resolve } of batch) resolve(inspectFile(path))
    all.delete(worker)
    if (all.size === 0) for (const { path, resolve } of waiting.splice(0)) resolve(inspectFile(path))
  }
  const all = new Set(
    Array.from({ length: jobs }, () => {
      const worker = new Worker(new URL(ENTRY, import.meta.url), { resourceLimits: LIMITS })
      worker.on('message', (outcomes: readonly FileOutcome[]) => settle(worker, outcomes))
      worker.on('error', () => lost(worker))
      worker.on('exit', () => lost(worker))
      idle.push(worker)
      return worker
    }),
  )
  return {
    ask: (path: string) =>
      new Promise<FileOutcome>((resolve) => {
        if (all.size === 0) {
          resolve(inspectFile(path))
          return
        }
        waiting.push({ path, resolve })
        if (isScheduled) return
        isScheduled = true
        setImmediate(dispatch)
      }),
    async close() {
      isClosed = true
      await Promise.all([...all].map((worker) => worker.terminate()))
    },
  }
}

/** From the sources this file's neighbour; in the bundle a file beside it. */
const ENTRY = import.meta.url.endsWith('.ts') ? './inspect-worker.ts' : './inspect-worker.js'

/** A thread keeps nothing between files, so a small nursery does (megabytes). */
const LIMITS = { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 24 }
