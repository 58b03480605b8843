import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { Rule } from '../lib/detection/rules.ts'
import type { Examiners, ExaminerThread } from '../lib/examine.ts'
import { type Examiner, type ExaminerOptions, makeExaminer } from '../lib/examiner.ts'
import type { RuleSource } from './content.ts'
import { packObjects, unpackExamined } from './examine-message.ts'

/** What a thread is started with: the rules of the thread that judges what they match. */
export interface ExaminerSpec extends ExaminerOptions {
  readonly rules: RuleSource
}

/** Each takes 200 MB and more; what they gain is bounded by the one thread that knows all files. */
const MOST_THREADS = 4
/** On fewer cores threads cost twice the memory for a sixth of the time: one thread leaves garbage collection to the other core. */
const CORES_FROM = 4
/** Log files, compressed, that one thread is done with before others have loaded their rules (bytes). */
const THREADS_FROM = 8 * 1024 * 1024

/** A thread holds the events of a few files until it is told which are new: they should not grow old meanwhile (megabytes). */
const NURSERY = { maxYoungGenerationSizeMb: 96 }

export interface ExamineThreads extends Examiners {
  /** Ends the threads. */
  close(): Promise<void>
}

/** Examiners in `jobs` threads, which start when there is enough to do; none with one job. */
export const examineThreads = (
  rules: readonly Rule[],
  spec: ExaminerSpec,
  { jobs = usualJobs(availableParallelism()), threadsFrom = THREADS_FROM } = {},
): ExamineThreads | undefined => {
  if (jobs <= 1) return undefined
  const workers: Worker[] = []
  return {
    here: onThisThread(makeExaminer(rules, spec)),
    threadsFrom,
    open: () =>
      Array.from({ length: jobs }, () => {
        const worker = new Worker(new URL(ENTRY, import.meta.url), {
          workerData: spec,
          resourceLimits: NURSERY,
        })
        workers.push(worker)
        return onThread(worker)
      }),
    close: async () => {
      await Promise.all(workers.map((worker) => worker.terminate()))
    },
  }
}

/** One core stays for the thread that knows all files. */
export const usualJobs = (cores: number): number =>
  cores < CORES_FROM ? 1 : Math.min(MOST_THREADS, cores - 1)

/** From the sources this file's neighbour; in the bundle a file beside it. */
const ENTRY = import.meta.url.endsWith('.ts') ? './examine-worker.ts' : './examine-worker.js'

const onThisThread = (examiner: Examiner): ExaminerThread => ({
  decode: async (objects) => examiner.decode(objects),
  examine: async (fates) => examiner.examine(fates),
  learned: async () => examiner.learned(),
})

interface Waiting {
  readonly resolve: (answer: unknown) => void
  readonly reject: (error: Error) => void
}

const onThread = (worker: Worker): ExaminerThread => {
  const waiting: Waiting[] = []
  let lost: Error | undefined
  const ask = <T>(what: keyof Examiner, value?: unknown, transfer: readonly ArrayBuffer[] = []): Promise<T> =>
    new Promise((resolve, reject) => {
      if (lost) return reject(lost)
      waiting.push({ resolve: (answer) => resolve(answer as T), reject })
      worker.postMessage([what, value], [...transfer])
    })
  const end = (why: string): void => {
    lost ??= new Error(`a thread of the scan ended (${why}): run again with --jobs 1`)
    for (const { reject } of waiting.splice(0)) reject(lost)
  }
  worker.on('message', (answer: unknown) => waiting.shift()?.resolve(answer))
  worker.on('error', ({ message }) => end(message))
  worker.on('exit', (status) => end(`exit status ${status}`))
  return {
    decode: (objects) => {
      const packed = packObjects(objects)
      return ask('decode', packed, [packed.bytes])
    },
    examine: async (fates) => unpackExamined(await ask('examine', fates)),
    learned: () => ask('learned'),
  }
}
