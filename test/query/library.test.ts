import { describe, expect, it } from 'vitest'
import { queryLibrary } from '../../lib/query/library.ts'

const text = (name: string) => `/*---\nname: ${name}\ntitle: T\nquestion: Q?\n---*/\nSELECT 1 AS one`

const libraryOf = (paths: readonly string[]) => {
  const reads: string[] = []
  const files = paths.map((path) => ({
    path,
    read: () => {
      reads.push(path)
      return text(/([^/\\]+)\.sql$/.exec(path)![1]!)
    },
  }))
  return { library: queryLibrary(files), reads }
}

const PATHS = [
  'queries/own/top-errors.sql',
  'queries/lake/top-errors.sql',
  'queries/lake/root-activity.sql',
  'queries/lake/top-errors-by-user.sql',
]

describe('a library of queries', () => {
  it('lists packs and names without reading a file', () => {
    const { library, reads } = libraryOf(PATHS)
    expect(library.packs).toEqual(['lake', 'own'])
    expect(library.namesOf('lake')).toEqual(['root-activity', 'top-errors', 'top-errors-by-user'])
    expect(reads).toEqual([])
  })

  it('reads the one file of the query that is asked for', () => {
    const { library, reads } = libraryOf(PATHS)
    expect(library.find('root-activity').title).toBe('T')
    expect(library.find('own/top-errors').file).toBe('queries/own/top-errors.sql')
    expect(reads).toEqual(['queries/lake/root-activity.sql', 'queries/own/top-errors.sql'])
  })

  it('names every pack of a name that several have', () => {
    const { library } = libraryOf(PATHS)
    expect(() => library.find('top-errors')).toThrow(
      'top-errors: 2 packs have a query of this name; name one of lake/top-errors, own/top-errors',
    )
  })

  it.each([
    ['root-activty', 'root-activty: no such query; did you mean root-activity?'],
    ['lake/root-activty', 'lake/root-activty: no such query; did you mean root-activity?'],
    ['errors', 'errors: no such query; did you mean top-errors, top-errors-by-user?'],
    ['zebra', /^zebra: no such query$/],
    ['', /^: no such query$/],
  ])('answers %j with the nearest names', (name, message) => {
    expect(() => libraryOf(PATHS).library.find(name)).toThrow(message)
  })

  it('names the packs there are when one is not', () => {
    expect(() => libraryOf(PATHS).library.queriesOf('lak')).toThrow(
      'lak: no such pack; did you mean lake?; there are lake, own',
    )
  })

  it('takes paths of either slash and refuses what is no query of a pack', () => {
    expect(libraryOf(['C:\\queries\\own\\a.sql']).library.packs).toEqual(['own'])
    expect(() => libraryOf(['a.sql'])).toThrow('expected a path that ends in <pack>/<name>.sql')
  })

  it('refuses a file that is called otherwise than its query', () => {
    const library = queryLibrary([{ path: 'queries/own/a.sql', read: () => text('b') }])
    expect(() => library.find('a')).toThrow('name: expected a, as the file is called, found b')
  })
})
