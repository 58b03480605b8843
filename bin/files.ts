import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { UsageError } from '../lib/errors.ts'

/** A text file a user or this package named. */
export interface TextFile {
  readonly path: string
  readonly text: string
}

/** Every file below a folder (or the one file) whose name ends in one of `endings`, by name. Throws `UsageError` when it is not there. */
export const textFiles = async (path: string, endings: readonly string[]): Promise<TextFile[]> => {
  const found = await stat(path).catch(() => undefined)
  if (!found) throw new UsageError(`${path}: expected a folder or a file, found nothing there`)
  if (!found.isDirectory()) return [{ path, text: await readText(path) }]
  const names = await readdir(path, { recursive: true })
  const wanted = names.filter((name) => endings.some((ending) => name.endsWith(ending))).sort()
  return Promise.all(
    wanted.map(async (name) => ({ path: join(path, name), text: await readText(join(path, name)) })),
  )
}

/** Text of a file the user named. Throws `UsageError` that names it. */
export const readText = async (path: string): Promise<string> => {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw new UsageError(`${path}: expected a readable file (${(error as NodeJS.ErrnoException).code})`, {
      cause: error,
    })
  }
}

/** Writes a whole file or none: a killed run leaves no half report. Throws `UsageError` that names it. */
export const writeWhole = async (path: string, text: string | Uint8Array): Promise<void> => {
  await mkdir(dirname(path), { recursive: true })
  const temporary = `${path}.${process.pid}.partial`
  try {
    await writeFile(temporary, text)
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw new UsageError(`${path}: cannot be written (${(error as NodeJS.ErrnoException).code})`, {
      cause: error,
    })
  }
}

/** A path as the user would type it from where they are. */
export const shown = (path: string): string => {
  const short = relative(process.cwd(), path)
  return short === '' ? '.' : short.startsWith('..') ? path : short
}
