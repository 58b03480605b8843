import { availableParallelism } from 'node:os'
import { setFlagsFromString } from 'node:v8'
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

/**
 * To be called before anything is read. Names and bytes pass by and nothing stays: a nursery of the collector that grows would only
 * take 100 MB more and give no speed.
 */
export const keepMemorySmall = (): void => setFlagsFromString('--semi-space-growth-factor=1')

/** `--jobs N`. */
export const parseJobs = (text: string): number => {
  const jobs = Number(text)
  if (Number.isInteger(jobs) && jobs >= 1 && jobs <= 64) return jobs
  throw new InvalidArgumentError(
    `expected a number of threads from 1 to 64; here are ${availableParallelism()}`,
  )
}
