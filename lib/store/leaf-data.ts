import { type Leaf, type LeafKind, levelsOf, type Picks, type Slots, slotsOf } from './block.ts'

/** Values of one leaf of a row group, without its nulls; the levels of all slots, as Parquet counts them. */
export interface LeafData {
  /** Definition level of each slot. */
  readonly levels: Uint8Array
  /** Repetition level of each slot; empty when nothing repeats. */
  readonly repeats: Uint8Array
  /** The values; or, with `codes`, each different one in the order of its first sight. */
  readonly values: readonly (string | number)[]
  /** For each value its place in `values`, where that takes at most half the room. */
  readonly codes?: Int32Array
  /** Sum of the lengths of all values, characters. */
  readonly length: number
}

/** Bytes of a plain value beside its characters. */
const PLAIN_BYTES: Readonly<Record<LeafKind, number>> = { text: 4, int: 4, timestamp: 8, boolean: 0 }

/** What the picked rows hold in the leaf at a place. Depends on their values alone, not on the blocks they lie in. */
export const leafDataOf = (leaf: Leaf, at: number, picks: Picks): LeafData => {
  const slots = slotsOf(leaf, at, picks)
  const { levels: some, level, repeats } = levelsOf(slots)
  const levels = some.length > 0 ? some : new Uint8Array(slots.places.length).fill(level)
  if (some.length === 0 && level < leaf.depth) return { levels, repeats, values: [], length: 0 }
  const all = { leaf, slots, levels, ...measured(leaf, slots, levels) }
  const dictionary = leaf.repeats && leaf.kind !== 'boolean' ? dictionaryOf(all) : undefined
  return { levels, repeats, length: all.length, ...(dictionary ?? { values: plainOf(all) }) }
}

interface All extends Measured {
  readonly leaf: Leaf
  readonly slots: Slots
  readonly levels: Uint8Array
}

interface Measured {
  readonly count: number
  readonly length: number
}

const measured = ({ kind, depth }: Leaf, { sources, from, places }: Slots, levels: Uint8Array): Measured => {
  let [count, length] = [0, 0]
  for (let i = 0; i < levels.length; i++) {
    if (levels[i] !== depth) continue
    count++
    if (kind !== 'text') continue
    const { codes, values } = sources[from[i]!]!
    length += (values[codes ? codes[places[i]!]! : places[i]!] as string).length
  }
  return { count, length }
}

const plainOf = ({ leaf: { depth }, slots: { sources, from, places }, levels, count }: All) => {
  const plain = new Array<string | number>(count)
  let next = 0
  for (let i = 0; i < levels.length; i++) {
    if (levels[i] !== depth) continue
    const { codes, values } = sources[from[i]!]!
    plain[next++] = values[codes ? codes[places[i]!]! : places[i]!]!
  }
  return plain
}

/** A dictionary and the numbers of its entries, when they at least halve what plain values take. */
const dictionaryOf = ({
  leaf: { kind, depth },
  slots: { sources, from, places },
  levels,
  count,
  length,
}: All): Pick<LeafData, 'values' | 'codes'> | undefined => {
  const most = (length + count * PLAIN_BYTES[kind]) / 2
  const known = new Map<string | number, number>()
  const taken = sources.map(({ codes, values }) => new Int32Array(codes ? values.length : 0))
  const held = sources.map((source) => source.codes)
  const codes = new Int32Array(count)
  let size = 0
  let next = 0
  for (let i = 0; i < levels.length; i++) {
    if (levels[i] !== depth) continue
    const at = from[i]!
    const coded = held[at]
    const place = coded ? coded[places[i]!]! : places[i]!
    const seen = coded && taken[at]![place]
    if (seen) {
      // a code plus one, so that zero means none
      codes[next++] = seen - 1
      continue
    }
    const value = sources[at]!.values[place]!
    let code = known.get(value)
    if (code === undefined) {
      code = known.size
      known.set(value, code)
      size += PLAIN_BYTES[kind] + (kind === 'text' ? (value as string).length : 0)
      if (size > most) return undefined
    }
    if (coded) taken[at]![place] = code + 1
    codes[next++] = code
  }
  const numbers = Math.ceil((count * Math.ceil(Math.log2(known.size))) / 8)
  return size + numbers <= most ? { values: [...known.keys()], codes } : undefined
}
