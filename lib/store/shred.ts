import type { Cell, EventRow } from './row.ts'
import type { Column, ColumnType } from './schema.ts'

/** What a leaf holds: text (`json` too), whole numbers, milliseconds since the epoch, or 0 and 1. */
export type LeafKind = 'text' | 'int' | 'timestamp' | 'boolean'

/** Values of one leaf, without its nulls; the levels of all, as Parquet counts them. */
export interface LeafData {
  /** Definition level of each slot. */
  readonly levels: Uint8Array
  /** Repetition level of each slot; empty when nothing repeats. */
  readonly repeats: Uint8Array
  /** Different values in the order of their first sight. */
  readonly distinct: readonly (string | number)[]
  /** For each value its place in `distinct`; left out when `distinct` is the values themselves. */
  readonly codes?: Int32Array
  /** Sum of the lengths of all values, characters. */
  readonly length: number
}

/** One primitive column of the file. */
export interface Leaf {
  /** Top-level column. */
  readonly column: Column
  /** Names from the column down. */
  readonly path: readonly string[]
  readonly kind: LeafKind
  /** Definition level of a value, and how often its path repeats. */
  readonly depth: number
  readonly repeated: number
  /** What was added since the last time. */
  take(): LeafData
}

/** Takes rows apart into leaves, so that no row waits in memory. */
export interface Shredder {
  readonly leaves: readonly Leaf[]
  /** Rows added since the last `clear`. */
  readonly rows: number
  add(row: EventRow): void
  /** Sets `rows` to 0; the leaves are emptied by `take`. */
  clear(): void
}

interface Shred {
  /** A value, with the repetition level of its first slot. */
  put(cell: Cell | undefined, repeat: number): void
  /** Nothing, cut off at a definition level. */
  none(level: number, repeat: number): void
}

/** `unrepeated` names columns of which values are never looked for a second time. */
export const shredder = (columns: readonly Column[], unrepeated: ReadonlySet<string>): Shredder => {
  const leaves: Leaf[] = []
  const shreds = columns.map((column) => {
    const place = { column, path: [column.name], depth: 0, repeated: 0 }
    return shredOf(column.type, place, leaves, !unrepeated.has(column.name))
  })
  const names = columns.map(({ name }) => name)
  let rows = 0
  return {
    leaves,
    get rows() {
      return rows
    },
    add: (row) => {
      for (let i = 0; i < shreds.length; i++) shreds[i]!.put(row[names[i]!], 0)
      rows++
    },
    clear: () => {
      rows = 0
    },
  }
}

type Place = Pick<Leaf, 'column' | 'path' | 'depth' | 'repeated'>

const shredOf = (type: ColumnType, place: Place, leaves: Leaf[], repeats: boolean): Shred => {
  if (typeof type === 'string') return leafShred(type, place, leaves, repeats)
  const deeper = (name: readonly string[], levels: number, repeated = 0): Place => ({
    column: place.column,
    path: [...place.path, ...name],
    depth: place.depth + levels,
    repeated: place.repeated + repeated,
  })
  if ('array' in type)
    return listShred(
      shredOf(type.array, deeper(['list', 'element'], 2, 1), leaves, repeats),
      place.depth,
      place.repeated + 1,
    )
  const fields = Object.entries(type.struct).map(
    ([name, inner]) => [name, shredOf(inner, deeper([name], 1), leaves, repeats)] as const,
  )
  return structShred(fields, place.depth)
}

const structShred = (fields: readonly (readonly [string, Shred])[], depth: number): Shred => {
  const names = fields.map(([name]) => name)
  const shreds = fields.map(([, shred]) => shred)
  const none = (level: number, repeat: number) => {
    for (let i = 0; i < shreds.length; i++) shreds[i]!.none(level, repeat)
  }
  return {
    put: (cell, repeat) => {
      if (cell === null || cell === undefined) return none(depth, repeat)
      const struct = cell as Readonly<Record<string, Cell>>
      for (let i = 0; i < shreds.length; i++) shreds[i]!.put(struct[names[i]!], repeat)
    },
    none,
  }
}

const listShred = (element: Shred, depth: number, repeated: number): Shred => ({
  put: (cell, repeat) => {
    if (cell === null || cell === undefined) return element.none(depth, repeat)
    const cells = cell as readonly Cell[]
    if (cells.length === 0) return element.none(depth + 1, repeat)
    for (let i = 0; i < cells.length; i++) element.put(cells[i], i === 0 ? repeat : repeated)
  },
  none: element.none,
})

const KINDS = {
  string: 'text',
  json: 'text',
  int: 'int',
  timestamp: 'timestamp',
  boolean: 'boolean',
} as const satisfies Record<Extract<ColumnType, string>, LeafKind>

const leafShred = (type: keyof typeof KINDS, place: Place, leaves: Leaf[], repeats: boolean): Shred => {
  const kind = KINDS[type]
  const depth = place.depth + 1
  const levels = growingLevels()
  const repetition = growingLevels()
  const values = repeats ? distinctValues() : allValues()
  const put: Shred['put'] = (cell, repeat) => {
    if (place.repeated > 0) repetition.push(repeat)
    if (cell === null || cell === undefined) {
      levels.push(place.depth)
      return
    }
    levels.push(depth)
    values.push(
      kind === 'text' ? (cell as string) : kind === 'timestamp' ? (cell as Date).getTime() : Number(cell),
    )
  }
  const none: Shred['none'] = (level, repeat) => {
    if (place.repeated > 0) repetition.push(repeat)
    levels.push(level)
  }
  const take = () => ({ levels: levels.take(), repeats: repetition.take(), ...values.take() })
  leaves.push({ ...place, kind, depth, take })
  return { put, none }
}

/** Small numbers, one after the other. */
const growingLevels = () => {
  let bytes = new Uint8Array(1024)
  let length = 0
  return {
    push: (level: number) => {
      if (length === bytes.length) {
        const larger = new Uint8Array(length * 2)
        larger.set(bytes)
        bytes = larger
      }
      bytes[length++] = level
    },
    /** Valid until the next `push`. */
    take: () => {
      const taken = bytes.subarray(0, length)
      length = 0
      return taken
    },
  }
}

type Values = Pick<LeafData, 'distinct' | 'codes' | 'length'>

/** Each different value once, and numbers in the place of values. */
const distinctValues = () => {
  let places = new Map<string | number, number>()
  let codes = new Int32Array(1024)
  let count = 0
  let length = 0
  let last: string | number | undefined
  let lastPlace = 0
  return {
    push: (value: string | number) => {
      if (value !== last) {
        const known = places.get(value)
        if (known === undefined) places.set(value, places.size)
        lastPlace = known ?? places.size - 1
        last = value
      }
      if (count === codes.length) {
        const larger = new Int32Array(count * 2)
        larger.set(codes)
        codes = larger
      }
      codes[count++] = lastPlace
      if (typeof value === 'string') length += value.length
    },
    take: (): Values => {
      const taken = { distinct: [...places.keys()], codes: codes.subarray(0, count), length }
      places = new Map()
      count = 0
      length = 0
      last = undefined
      return taken
    },
  }
}

const allValues = () => {
  let values: (string | number)[] = []
  let length = 0
  return {
    push: (value: string | number) => {
      values.push(value)
      if (typeof value === 'string') length += value.length
    },
    take: (): Values => {
      const taken = { distinct: values, length }
      values = []
      length = 0
      return taken
    },
  }
}
