import { readFile } from 'node:fs/promises'
import { UsageError } from '../errors.ts'
import type { DatabaseFile } from '../network-database.ts'

/**
 * Files of networks, whole, in memory that threads share. Throws `UsageError` that names a file which cannot be read; whether it is a
 * database says `mmdbDatabase`.
 */
export const readNetworkFiles = async (paths: readonly string[]): Promise<readonly DatabaseFile[]> => {
  const files: DatabaseFile[] = []
  for (const path of paths) files.push({ name: path, bytes: shared(await bytesOf(path)) })
  return files
}

const shared = (bytes: Uint8Array): Uint8Array => {
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length))
  copy.set(bytes)
  return copy
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
