import { ContentError, UsageError } from '../errors.ts'
import { suggestion } from '../sql/sql-error.ts'
import { parseQuery, type Query } from './pack.ts'

/** A query file by its path, `.../<pack>/<name>.sql`. It is read when its query is asked for, not before. */
export interface QueryFile {
  readonly path: string
  readonly read: () => string
}

export interface QueryLibrary {
  /** Names of the packs, sorted. */
  readonly packs: readonly string[]
  /** Names of the queries of a pack, sorted. Throws UsageError for a pack that is not there. */
  readonly namesOf: (pack: string) => readonly string[]
  /** Every query of a pack, by name. Throws as `namesOf` and `find` do. */
  readonly queriesOf: (pack: string) => readonly Query[]
  /**
   * A query by `name`, or by `pack/name`. Reads one file. Throws UsageError for a name that no query has, with near ones, and
   * for one that several packs have, with all of them; ContentError for a file that cannot be used.
   */
  readonly find: (name: string) => Query
}

interface Entry extends QueryFile {
  readonly pack: string
  readonly name: string
}

/** The queries in some files. The folder is the pack, the file's name the name: neither needs the file to be read. */
export const queryLibrary = (files: readonly QueryFile[]): QueryLibrary => {
  const entries = files.map(entryOf).toSorted((a, b) => compare(a.pack, b.pack) || compare(a.name, b.name))
  const packs = [...new Set(entries.map(({ pack }) => pack))]
  const ofPack = (pack: string): Entry[] => {
    const found = entries.filter((entry) => entry.pack === pack)
    if (found.length > 0) return found
    throw new UsageError(`${pack}: no such pack${suggestion(pack, packs)}; there are ${packs.join(', ')}`)
  }
  return {
    packs,
    namesOf: (pack) => ofPack(pack).map(({ name }) => name),
    queriesOf: (pack) => ofPack(pack).map(load),
    find: (wanted) => load(only(wanted, entries)),
  }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const entryOf = (file: QueryFile): Entry => {
  const [, pack, name] = /([^/\\]+)[/\\]([^/\\]+)\.sql$/.exec(file.path) ?? []
  if (pack === undefined || name === undefined)
    throw new ContentError(file.path, 'expected a path that ends in <pack>/<name>.sql')
  return { ...file, pack, name }
}

const load = ({ path, name, read }: Entry): Query => {
  const query = parseQuery(path, read())
  if (query.name === name) return query
  throw new ContentError(path, `name: expected ${name}, as the file is called, found ${query.name}`)
}

const only = (wanted: string, entries: readonly Entry[]): Entry => {
  const found = entries.filter(({ pack, name }) => wanted === name || wanted === `${pack}/${name}`)
  if (found.length === 1) return found[0]!
  if (found.length === 0) throw new UsageError(`${wanted}: no such query${nearOnes(wanted, entries)}`)
  const all = found.map(({ pack, name }) => `${pack}/${name}`).join(', ')
  throw new UsageError(`${wanted}: ${found.length} packs have a query of this name; name one of ${all}`)
}

const SHOWN = 5

/** Names that are a slip away, then names that hold every word of the wanted one. */
const nearOnes = (wanted: string, entries: readonly Entry[]): string => {
  const words = wanted
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(Boolean)
  const names = [...new Set(entries.map(({ name }) => name))]
  const slip = /did you mean (.+)\?/.exec(suggestion(wanted.replace(/^.*\//, ''), names))?.[1]
  const holding = names.filter((name) => words.length > 0 && words.every((word) => name.includes(word)))
  const near = [...new Set([...(slip ? [slip] : []), ...holding])].slice(0, SHOWN)
  return near.length > 0 ? `; did you mean ${near.join(', ')}?` : ''
}
