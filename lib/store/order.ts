import type { Block, Leaf } from './block.ts'

/** A row on its way into a file, with its place in the order. */
export interface Entry {
  /** eventsource and eventname. */
  readonly name: string
  /** eventtime, or the start of an aggregated event's window; milliseconds, 0 when there is none. */
  readonly time: number
  /** The object it was delivered in, and its position there. */
  readonly file: string
  readonly index: number
  /** Where its columns are. */
  readonly block: Block
  readonly row: number
}

/** The entries of a block, row by row. */
export type EntriesOf = (block: Block) => readonly Entry[]

/**
 * Makes entries of the blocks of one table. Blocks that are to be merged come through one of these: it makes equal names one text, which
 * compares fast.
 */
export const entryMaker = (leaves: readonly Leaf[]): EntriesOf => {
  const known = new Map<string, string>()
  const one = (text: string): string => {
    const there = known.get(text)
    if (there === undefined) known.set(text, text)
    return there ?? text
  }
  const placeOf = (path: string) => leaves.findIndex((leaf) => leaf.path.join('.') === path)
  const [source, name, file, index] = ['eventsource', 'eventname', 'sourcefile', 'recordindex'].map(placeOf)
  const time = Math.max(placeOf('eventtime'), placeOf('timewindow.windowstart'))
  return (block) => {
    const sources = textsIn(block, leaves, source!, one)
    const names = textsIn(block, leaves, name!, one)
    const files = textsIn(block, leaves, file!, one)
    const times = block.leaves[time]!.values
    const indexes = block.leaves[index!]!.values
    let lastSource: string | undefined
    let lastName: string | undefined
    let joined = ''
    const entries: Entry[] = []
    for (let row = 0; row < block.rows; row++) {
      if (sources(row) !== lastSource || names(row) !== lastName) {
        lastSource = sources(row)
        lastName = names(row)
        // U+0000 sorts before all else, so a name that begins with another follows it.
        joined = one([lastSource, lastName].join('\u0000'))
      }
      entries.push({
        name: joined,
        time: (times[row] as number | undefined) ?? 0,
        file: files(row),
        index: (indexes[row] as number | undefined) ?? 0,
        block,
        row,
      })
    }
    return entries
  }
}

/** The texts of a leaf that is in no list; empty where there is none. */
const textsIn = (
  { leaves: held }: Block,
  leaves: readonly Leaf[],
  at: number,
  one: (text: string) => string,
): ((row: number) => string) => {
  if (at < 0) return () => ''
  const { levels, level, codes, values } = held[at]!
  const { depth } = leaves[at]!
  const texts = Array.from(values as readonly string[], one)
  return (row) => {
    if ((levels.length === 0 ? level : levels[row]) !== depth) return ''
    return texts[codes ? codes[row]! : row]!
  }
}

/**
 * The order of the store: eventsource, eventname, eventtime; events of one moment by the object and place they came from, so that
 * the same events give the same file, whatever way they came.
 */
export const compareEntries = (a: Entry, b: Entry): number => {
  if (a.name !== b.name) return a.name < b.name ? -1 : 1
  if (a.time !== b.time) return a.time - b.time
  if (a.file !== b.file) return a.file < b.file ? -1 : 1
  return a.index - b.index
}

/** Puts entries of one maker in the order of the store: name by name, which spares most comparisons of texts. */
export const sortedEntries = (entries: readonly Entry[]): readonly Entry[] => {
  const groups = Map.groupBy(entries, ({ name }) => name)
  return [...groups.keys()].sort().flatMap((name) => groups.get(name)!.sort(compareEntries))
}
