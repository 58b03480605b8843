import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type QueryLibrary, queryLibrary } from '../lib/query/library.ts'
import { type PackHead, parsePackHead } from '../lib/query/pack-head.ts'
import { packageRoot } from './package-root.ts'

/** The queries of this package. The folder is listed; a file is read when its query is asked for. */
export const openQueries = (): QueryLibrary => {
  const root = join(packageRoot(), 'queries')
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' })
  return queryLibrary(
    names
      .filter((name) => name.endsWith('.sql'))
      .map((name) => join(root, name))
      .map((path) => ({ path, read: () => readFileSync(path, 'utf8') })),
  )
}

/** What a pack is about, from its pack.yml. */
export const readPackHead = (pack: string): PackHead => {
  const path = join(packageRoot(), 'queries', pack, 'pack.yml')
  return parsePackHead(path, readFileSync(path, 'utf8'))
}
