import { readFile } from 'node:fs/promises'
import { UsageError } from '../errors.ts'
import { mmdbDatabase } from '../network-database.ts'
import type { NetworkDatabase } from '../ports.ts'

/**
 * The databases of networks in these files, as one; the first that knows an address answers. `undefined` when none is named. Throws
 * `UsageError` that names a file which cannot be read, or is none.
 */
export const openNetworkFiles = async (paths: readonly string[]): Promise<NetworkDatabase | undefined> => {
  if (paths.length === 0) return undefined
  const files = []
  for (const path of paths) files.push({ name: path, bytes: await bytesOf(path) })
  return mmdbDatabase(files)
}

const bytesOf = async (path: string): Promise<Uint8Array> => {
  try {
    return await readFile(path)
  } catch (error) {
    throw new UsageError(
      `${path}: expected a readable database of networks (${(error as NodeJS.ErrnoException).code})`,
      { cause: error },
    )
  }
}
