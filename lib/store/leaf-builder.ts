import { type Leaf, type LeafBlock, narrowed, type Values } from './block.ts'

/** Collects the values of one leaf that is in no list: at most one a row, and nothing for a row without. */
export interface RowLeaf {
  put(value: string | number, row: number): void
  /** What was put; `parents` are the levels of the rows that have no value. */
  take(rows: number, parents: Parents): LeafBlock
}

/** For each row the level of the innermost struct that is there; `undefined` for level 0 throughout. */
export type Parents = Uint8Array | undefined

/** Memory that texts take, bytes, roughly: added to by all leaves of a table. */
export interface Memory {
  texts: number
}

export const rowLeaf = (leaf: Leaf, memory: Memory): RowLeaf => {
  if (leaf.kind !== 'text') return numberLeaf(leaf)
  return leaf.repeats ? codedLeaf(leaf, memory) : textLeaf(leaf, memory)
}

/** Rows there is room for at first: many days may be open that hold a few events each. */
const FIRST = 64

const NONE = new Uint8Array(0)
const NOTHING = { codes: undefined, values: [] } as const

/** Levels of rows, `has` telling whether there is a value; as one number when they are all the same. */
const levelsOf = (
  { depth }: Leaf,
  rows: number,
  parents: Parents,
  has: (row: number) => boolean,
): Pick<LeafBlock, 'levels' | 'level' | 'repeats'> => {
  const levels = new Uint8Array(rows)
  let uniform = true
  for (let row = 0; row < rows; row++) {
    const level = has(row) ? depth : parents ? parents[row]! : 0
    levels[row] = level
    if (level !== levels[0]) uniform = false
  }
  return { levels: uniform ? NONE : levels, level: levels[0] ?? 0, repeats: NONE }
}

const withoutValues = (leaf: Leaf, rows: number, parents: Parents): LeafBlock => ({
  ...levelsOf(leaf, rows, parents, () => false),
  ...NOTHING,
})

/** Each different text once, as long as texts do repeat. */
const codedLeaf = (leaf: Leaf, memory: Memory): RowLeaf => {
  const texts = distinctTexts(memory)
  // a code plus one, so that zero means none
  let codes = new Int32Array(0)
  let last: string | undefined
  let lastCode = 0
  return {
    put: (value, row) => {
      if (value !== last) {
        last = value as string
        lastCode = texts.codeOf(last) + 1
      }
      if (row >= codes.length) codes = sized(codes, Int32Array, roomFor(row))
      codes[row] = lastCode
    },
    take: (rows, parents) => {
      last = undefined
      const values = texts.take()
      if (values.length === 0) return withoutValues(leaf, rows, parents)
      const own = sized(codes, Int32Array, rows)
      codes = new Int32Array(0)
      const levels = levelsOf(leaf, rows, parents, (row) => own[row] !== 0)
      for (let row = 0; row < rows; row++) if (own[row] !== 0) own[row]!--
      return { ...levels, codes: narrowed(own, values.length), values }
    },
  }
}

const distinctTexts = (memory: Memory) => {
  let places = new Map<string, number>()
  let values: string[] = []
  let asked = 0
  const add = (value: string): number => {
    memory.texts += value.length + TEXT_BYTES
    return values.push(value) - 1
  }
  return {
    codeOf: (value: string): number => {
      asked++
      if (values.length > TRIAL && values.length > asked * HARDLY) return add(value)
      const known = places.get(value)
      if (known !== undefined) return known
      const place = add(value)
      places.set(value, place)
      return place
    },
    take: (): readonly string[] => {
      const taken = values
      places = new Map()
      values = []
      asked = 0
      return taken
    },
  }
}

/** Of so many values, or more, this part is different: the others are not worth looking for. */
const TRIAL = 500
const HARDLY = 0.8
/** Memory of a text beside its characters, roughly. */
const TEXT_BYTES = 40

/** A text for each row. */
const textLeaf = (leaf: Leaf, memory: Memory): RowLeaf => {
  let values: (string | undefined)[] = []
  return {
    put: (value, row) => {
      while (values.length < row) values.push(undefined)
      values[row] = value as string
      memory.texts += (value as string).length + TEXT_BYTES
    },
    take: (rows, parents) => {
      if (values.length === 0) return withoutValues(leaf, rows, parents)
      const taken = values
      values = []
      const levels = levelsOf(leaf, rows, parents, (row) => taken[row] !== undefined)
      for (let row = 0; row < rows; row++) taken[row] ??= ''
      return { ...levels, codes: undefined, values: taken as string[] }
    },
  }
}

const numberLeaf = (leaf: Leaf): RowLeaf => {
  let values = new Float64Array(0)
  let has = new Uint8Array(0)
  let count = 0
  return {
    put: (value, row) => {
      if (row >= values.length) {
        values = sized(values, Float64Array, roomFor(row))
        has = sized(has, Uint8Array, values.length)
      }
      values[row] = value as number
      has[row] = 1
      count++
    },
    take: (rows, parents) => {
      if (count === 0) return withoutValues(leaf, rows, parents)
      const [own, there] = [sized(values, Float64Array, rows), has]
      values = new Float64Array(0)
      has = new Uint8Array(0)
      count = 0
      return { ...levelsOf(leaf, rows, parents, (row) => there[row] === 1), codes: undefined, values: own }
    },
  }
}

export const roomFor = (row: number): number => Math.max(FIRST, 2 ** Math.ceil(Math.log2(row + 1)))

type Numbers = Uint8Array | Int32Array | Float64Array

/** The same numbers in another length, zeros behind them. */
export const sized = <T extends Numbers>(from: T, Type: new (length: number) => T, length: number): T => {
  if (length <= from.length) return from.subarray(0, length) as T
  const to = new Type(length)
  to.set(from)
  return to
}

/** Collects what one leaf of a list holds, slot by slot. */
export interface SlotLeaf {
  value(value: string | number, repeat: number): void
  /** Nothing, cut off at a definition level. */
  none(level: number, repeat: number): void
  take(): LeafBlock
}

export const slotLeaf = (leaf: Leaf, memory: Memory): SlotLeaf => {
  const texts = distinctTexts(memory)
  let levels: number[] = []
  let repeats: number[] = []
  let values: number[] = []
  const isText = leaf.kind === 'text'
  return {
    value: (value, repeat) => {
      levels.push(leaf.depth)
      repeats.push(repeat)
      values.push(isText ? texts.codeOf(value as string) : (value as number))
    },
    none: (level, repeat) => {
      levels.push(level)
      repeats.push(repeat)
      values.push(0)
    },
    take: () => {
      const taken = texts.take()
      const [first = 0] = levels
      const uniform = levels.every((level) => level === first)
      const there: { codes: Int32Array | undefined; values: Values } = isText
        ? { codes: Int32Array.from(values), values: taken }
        : { codes: undefined, values: Float64Array.from(values) }
      const block: LeafBlock = {
        levels: uniform ? NONE : Uint8Array.from(levels),
        level: first,
        repeats: Uint8Array.from(repeats),
        ...(uniform && first < leaf.depth ? NOTHING : there),
      }
      levels = []
      repeats = []
      values = []
      return block
    },
  }
}
