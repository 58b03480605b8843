import { mkdir, readdir, realpath } from 'node:fs/promises'
import { join, resolve, sep } from 'node:path'
import { UsageError } from '../lib/errors.ts'

/**
 * Makes the folder a scan writes into, before anything is read. Throws `UsageError` when it cannot be written to, when it lies in
 * the evidence itself, or when it holds a report that no scan wrote.
 */
export const openOut = async (dir: string, source: string): Promise<void> => {
  if (dir === '') throw new UsageError('--out: expected a folder, found an empty name')
  if (resolve(dir) === resolve(source) || isEvidence(resolve(dir))) throw inEvidence(dir)
  await mkdir(dir, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`${dir}: expected a folder that can be written to (${error.code})`, { cause: error })
  })
  const real = await realpath(dir)
  if (real === (await realpath(source).catch(() => '')) || isEvidence(real)) throw inEvidence(dir)
  const there = new Set(await readdir(dir))
  if (!there.has('summary.json') && there.has('report.html'))
    throw new UsageError(
      `${dir}: expected an empty folder or that of an earlier scan, found ${join(dir, 'report.html')}`,
    )
}

const isEvidence = (path: string): boolean => path.split(sep).includes('AWSLogs')

const inEvidence = (dir: string) =>
  new UsageError(`${dir}: expected a folder outside the evidence: a scan writes nothing into its source`)
