import type { Column } from './schema.ts'

/** What a leaf holds: text (`json` too), whole numbers, milliseconds since the epoch, or 0 and 1. */
export type LeafKind = 'text' | 'int' | 'timestamp' | 'boolean'

/** One primitive column of a table. */
export interface Leaf {
  /** Top-level column. */
  readonly column: Column
  /** Names from the column down. */
  readonly path: readonly string[]
  readonly kind: LeafKind
  /** Definition level of a value, and how often its path repeats. */
  readonly depth: number
  readonly repeated: number
  /** Values may repeat, so that it pays to hold each but once. */
  readonly repeats: boolean
}

/** What one leaf holds of a block: a slot for each row, or, in a list, for each element. */
export interface LeafBlock {
  /** Definition level of each slot; empty when all have `level`. */
  readonly levels: Uint8Array
  readonly level: number
  /** Repetition level of each slot; empty when nothing repeats. */
  readonly repeats: Uint8Array
  /** For each slot the place of its value in `values`; `undefined` when there is a value for each slot. What a null slot says means nothing. */
  readonly codes: Codes | undefined
  readonly values: Values
}

export type Codes = Uint8Array | Uint16Array | Int32Array
/** Texts, or numbers. */
export type Values = readonly string[] | Float64Array

/** Rows of a table, leaf by leaf in the order of the schema, so that no row is ever put together. */
export interface Block {
  readonly rows: number
  readonly leaves: readonly LeafBlock[]
}

/** Rows picked out of blocks, in a new order. */
export interface Picks {
  readonly blocks: readonly Block[]
  /** For each row the place of its block in `blocks`, and its place there. */
  readonly from: Int32Array
  readonly rows: Int32Array
}

/** Rows as picks. */
export const picksOf = (rows: readonly { readonly block: Block; readonly row: number }[]): Picks => {
  const places = new Map<Block, number>()
  const from = new Int32Array(rows.length)
  const at = new Int32Array(rows.length)
  let last: Block | undefined
  let place = 0
  for (let i = 0; i < rows.length; i++) {
    const { block, row } = rows[i]!
    if (block !== last) {
      last = block
      place = places.get(block) ?? places.size
      places.set(block, place)
    }
    from[i] = place
    at[i] = row
  }
  return { blocks: [...places.keys()], from, rows: at }
}

/** One block of what was picked. Values of different blocks are not compared: what is in two comes twice. */
export const gathered = (leaves: readonly Leaf[], picks: Picks): Block => ({
  rows: picks.rows.length,
  leaves: leaves.map((leaf, at) => gatheredLeaf(leaf, at, picks)),
})

const gatheredLeaf = (leaf: Leaf, at: number, picks: Picks): LeafBlock => {
  const slots = slotsOf(leaf, at, picks)
  const levels = levelsOf(slots)
  if (slots.sources.every((source) => isEmpty(leaf, source))) return { ...levels, ...NO_VALUES }
  const coded = slots.sources.every(({ codes }) => codes)
  if (!coded) return { ...levels, codes: undefined, values: valuesOf(leaf, slots) }
  return { ...levels, ...codesOf(leaf, slots, levels) }
}

const NO_VALUES = { codes: undefined, values: [] } as const

/** No slot has a value. */
const isEmpty = ({ depth }: Leaf, { levels, level }: LeafBlock): boolean =>
  levels.length === 0 && level < depth

/** The slots of the picked rows of one leaf: where each comes from, as rows are picked. */
export interface Slots {
  readonly sources: readonly LeafBlock[]
  /** Slots that each source has. */
  readonly sizes: readonly number[]
  readonly from: Int32Array
  readonly places: Int32Array
}

export const slotsOf = ({ repeated }: Leaf, at: number, { blocks, from, rows }: Picks): Slots => {
  const sources = blocks.map(({ leaves }) => leaves[at]!)
  if (repeated === 0) return { sources, sizes: blocks.map((block) => block.rows), from, places: rows }
  const sizes = sources.map(({ repeats }) => repeats.length)
  const starts = blocks.map((block) => startsOf(block, at))
  let count = 0
  for (let i = 0; i < rows.length; i++) count += widthOf(starts[from[i]!]!, rows[i]!)
  const slots = { sources, sizes, from: new Int32Array(count), places: new Int32Array(count) }
  let slot = 0
  for (let i = 0; i < rows.length; i++) {
    const start = starts[from[i]!]!
    for (let place = start[rows[i]!]!; place < start[rows[i]! + 1]!; place++) {
      slots.from[slot] = from[i]!
      slots.places[slot++] = place
    }
  }
  return slots
}

const widthOf = (starts: Int32Array, row: number): number => starts[row + 1]! - starts[row]!

/** The first slot of each row, and their end. */
export const startsOf = ({ rows, leaves }: Block, at: number): Int32Array => {
  const { repeats } = leaves[at]!
  const starts = new Int32Array(rows + 1)
  let row = 0
  for (let slot = 0; slot < repeats.length; slot++) if (repeats[slot] === 0) starts[row++] = slot
  starts[rows] = repeats.length
  return starts
}

/** Levels of slots, both kinds. */
export const levelsOf = ({
  sources,
  sizes,
  from,
  places,
}: Slots): Pick<LeafBlock, 'levels' | 'level' | 'repeats'> => {
  const repeats = sources.some((source) => source.repeats.length > 0)
    ? Uint8Array.from(places, (place, i) => sources[from[i]!]!.repeats[place]!)
    : NONE
  const level = sources[0]?.level ?? 0
  if (sources.every((source) => source.levels.length === 0 && source.level === level))
    return { levels: NONE, level, repeats }
  const held = sources.map((source, at) =>
    source.levels.length > 0 ? source.levels : new Uint8Array(sizes[at]!).fill(source.level),
  )
  const levels = new Uint8Array(places.length)
  for (let i = 0; i < places.length; i++) levels[i] = held[from[i]!]![places[i]!]!
  return { levels, level: 0, repeats }
}

const NONE = new Uint8Array(0)

/** The value of each slot. */
export const valuesOf = ({ kind }: Leaf, { sources, from, places }: Slots): Values => {
  const count = places.length
  const values: { [place: number]: string | number } =
    kind === 'text' ? new Array<string>(count) : new Float64Array(count)
  const none = kind === 'text' ? '' : 0
  for (let i = 0; i < count; i++) {
    const source = sources[from[i]!]!
    const place = source.codes ? source.codes[places[i]!]! : places[i]!
    values[i] = source.values[place] ?? none
  }
  return values as unknown as Values
}

/** Codes of each slot, and the values they name, in the order of their first sight. */
const codesOf = (
  { depth }: Leaf,
  { sources, from, places }: Slots,
  { levels, level }: Pick<LeafBlock, 'levels' | 'level'>,
): Pick<LeafBlock, 'codes' | 'values'> => {
  const held = sources.map((source) => source.codes!)
  const taken = sources.map((source) => new Int32Array(source.values.length))
  const all = levels.length === 0 && level === depth
  const codes = new Int32Array(places.length)
  const values: string[] = []
  for (let i = 0; i < places.length; i++) {
    if (!all && levels[i] !== depth) continue
    const at = from[i]!
    const code = held[at]![places[i]!]!
    const known = taken[at]!
    // a code plus one, so that zero means none
    if (known[code] === 0) known[code] = values.push(sources[at]!.values[code] as string)
    codes[i] = known[code]! - 1
  }
  return { codes: narrowed(codes, values.length), values }
}

/** Codes of so many values in as few bytes as they take. */
export const narrowed = (codes: Int32Array, count: number): Codes =>
  count <= 0x100 ? Uint8Array.from(codes) : count <= 0x1_0000 ? Uint16Array.from(codes) : codes
