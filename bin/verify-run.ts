import { availableParallelism } from 'node:os'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { InvalidArgumentError } from 'commander'
import type { ValidateOptions } from '../lib/integrity/validate.ts'
import { validateSource } from '../lib/integrity/validate-copies.ts'
import { inspectPool } from '../lib/local/inspect-pool.ts'
import type { Source } from './source.ts'

/** Validates a source: a folder with threads of its own, `jobs` at most; a bucket through its store. Throws as `validateSource`. */
export const verifySource = async (
  source: Source,
  { jobs, ...options }: ValidateOptions & { readonly jobs?: number | undefined },
): ReturnType<typeof validateSource> => {
  if (source.root === undefined) return validateSource(source, options)
  const pool = inspectPool(source.root, jobs === undefined ? {} : { jobs, workersFrom: 0 })
  try {
    return await validateSource(source, { ...options, inspectLog: pool.inspect, inFlight: pool.inFlight })
  } finally {
    await pool.close()
  }
}

/** Objects between two collections: at about 10 ms each, they cost less than a hundredth of the work. */
const COLLECT_EVERY = 8000

/**
 * To be called before anything is read; answers what is to be told of the progress, and collects garbage by it. Names and bytes pass by
 * and little stays, but left alone the collector lets garbage grow with what lives: a nursery that grows takes 100 MB more, what is
 * allocated while it marks bit by bit 40 MB more, and both give no speed.
 */
export const keepMemorySmall = (): ((done: number) => void) => {
  for (const flag of [
    '--semi-space-growth-factor=1',
    '--no-incremental-marking',
    '--heap-growing-percent=20',
  ])
    setFlagsFromString(flag)
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  return (done) => {
    if (done % COLLECT_EVERY === 0) collect()
  }
}

/** `--jobs N`. */
export const parseJobs = (text: string): number => {
  const jobs = Number(text)
  if (Number.isInteger(jobs) && jobs >= 1 && jobs <= 64) return jobs
  throw new InvalidArgumentError(
    `expected a number of threads from 1 to 64; here are ${availableParallelism()}`,
  )
}
