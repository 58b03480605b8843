import type { LocatedEvent } from '../ports.ts'
import { isObject } from '../trail/event.ts'
import type { Block, Leaf, LeafBlock } from './block.ts'
import {
  type Memory,
  type Parents,
  roomFor,
  rowLeaf,
  type SlotLeaf,
  sized,
  slotLeaf,
} from './leaf-builder.ts'
import { type Cell, convertOf, type EventRow, type Keep, recordColumns } from './row.ts'
import { type Column, type ColumnType, type StructType, TABLES, type TableName } from './schema.ts'

/** Takes events apart into leaves, so that neither events nor rows wait in memory. */
export interface Shredder {
  readonly leaves: readonly Leaf[]
  /** Rows added since the last `take`. */
  readonly rows: number
  /** Memory they take, bytes, roughly. */
  readonly bytes: number
  /** The row of an event, as `rowOf` makes it. */
  addEvent(located: LocatedEvent): void
  addRow(row: EventRow): void
  /** The rows that were added, in the order of their coming. */
  take(): Block
}

/** Columns whose values hardly ever repeat: each is held as it comes. */
export const UNREPEATED: ReadonlySet<string> = new Set(['eventid', 'requestid', 'sharedeventid'])

export const shredder = (table: TableName): Shredder => {
  const leaves: Leaf[] = []
  const memory: Memory = { texts: 0 }
  const columns = TABLES[table]
  const shreds = columns.map((column) => {
    const place = {
      column,
      path: [column.name],
      depth: 0,
      repeated: 0,
      repeats: !UNREPEATED.has(column.name),
    }
    return shredOf(column.type, place, { leaves, memory })
  })
  const names = columns.map(({ name }) => name)
  const [others, file, index] = ['otherfields', 'sourcefile', 'recordindex'].map(
    (name) => shreds[names.indexOf(name)]!,
  )
  const record = recordColumns(table)
  const takeFields = fieldsShred(record, shreds.slice(0, record.length))
  let rows = 0
  return {
    leaves,
    get rows() {
      return rows
    },
    get bytes() {
      return memory.texts + rows * leaves.length * SLOT_BYTES
    },
    addEvent: ({ event, key, index: position }) => {
      const rest = takeFields(event, rows)
      if (rest) others!.put(JSON.stringify(rest), rows)
      file!.put(key, rows)
      index!.put(position, rows)
      rows++
    },
    addRow: (row) => {
      for (let i = 0; i < shreds.length; i++) shreds[i]!.put(row[names[i]!] ?? null, rows)
      rows++
    },
    take: () => {
      const block: LeafBlock[] = []
      for (const shred of shreds) shred.end(rows, undefined, block)
      const taken = { rows, leaves: block }
      rows = 0
      memory.texts = 0
      return taken
    },
  }
}

/** A level and a code, roughly. */
const SLOT_BYTES = 4

/** Takes cells of one place of the schema, a row at a time, in order; rows without one may be passed over. */
interface Shred {
  put(cell: Cell, row: number): void
  /** A value of a record, not null, whatever it is; what the column cannot hold exactly goes to `keep`. */
  take(value: unknown, row: number, keep: Keep): void
  /** Hands on what was put of so many rows, leaf by leaf. */
  end(rows: number, parents: Parents, into: LeafBlock[]): void
}

type Place = Omit<Leaf, 'kind'>

/** What the leaves of a table are collected in. */
interface Growing {
  readonly leaves: Leaf[]
  readonly memory: Memory
}

const shredOf = (type: ColumnType, place: Place, growing: Growing): Shred => {
  if (typeof type === 'string') return leafShred(type, place, growing)
  if ('array' in type) return listShred(type.array, place, growing)
  const shreds = Object.entries(type.struct).map(([name, inner]) =>
    shredOf(inner, deeper(place, [name], 1), growing),
  )
  return structShred(type, shreds, place)
}

const deeper = (place: Place, names: readonly string[], levels: number, repeated = 0): Place => ({
  ...place,
  path: [...place.path, ...names],
  depth: place.depth + levels,
  repeated: place.repeated + repeated,
})

const structShred = (type: StructType, shreds: readonly Shred[], { depth }: Place): Shred => {
  const names = Object.keys(type.struct)
  const columns = names.map((name) => ({ name, type: type.struct[name]!, field: type.fields[name]! }))
  const takeFields = fieldsShred(columns, shreds)
  let has = new Uint8Array(0)
  const note = (row: number) => {
    if (row >= has.length) has = sized(has, Uint8Array, roomFor(row))
    has[row] = 1
  }
  return {
    put: (cell, row) => {
      if (cell === null) return
      note(row)
      const struct = cell as Readonly<Record<string, Cell>>
      for (let i = 0; i < shreds.length; i++) shreds[i]!.put(struct[names[i]!] ?? null, row)
    },
    take: (value, row, keep) => {
      if (!isObject(value)) return keep(value)
      note(row)
      const rest = takeFields(value, row)
      if (rest) keep(rest)
    },
    end: (rows, parents, into) => {
      const levels = has.length === 0 ? parents : new Uint8Array(rows)
      if (levels && has.length > 0)
        for (let row = 0; row < rows; row++) levels[row] = has[row] ? depth + 1 : (parents?.[row] ?? 0)
      has = new Uint8Array(0)
      for (const shred of shreds) shred.end(rows, levels, into)
    },
  }
}

type TakeFields = (
  record: Readonly<Record<string, unknown>>,
  row: number,
) => Record<string, unknown> | undefined

/** Takes the known fields of a record; answers the others. */
const fieldsShred = (columns: readonly Column[], shreds: readonly Shred[]): TakeFields => {
  const known = new Map(columns.map(({ field }, i) => [field, shreds[i]!]))
  return (record, row) => {
    let rest: Record<string, unknown> | undefined
    let field = ''
    // One closure for all fields of a record: `keep` is only ever called while its field is at hand.
    const keep = (value: unknown) => {
      rest ??= Object.create(null) as Record<string, unknown>
      rest[field] = value
    }
    // Records are parsed JSON: nothing is inherited, and this is the fastest way through them.
    for (const name in record) {
      const value = record[name]
      const shred = known.get(name)
      field = name
      if (!shred) keep(value)
      else if (value !== null && value !== undefined) shred.take(value, row, keep)
    }
    return rest
  }
}

const KINDS = {
  string: 'text',
  json: 'text',
  int: 'int',
  timestamp: 'timestamp',
  boolean: 'boolean',
} as const satisfies Record<Extract<ColumnType, string>, Leaf['kind']>

const leafShred = (type: keyof typeof KINDS, place: Place, { leaves, memory }: Growing): Shred => {
  const leaf = leafAt(type, place)
  leaves.push(leaf)
  const convert = convertOf(type)
  const { put, take } = rowLeaf(leaf, memory)
  return {
    put: (cell, row) => {
      if (cell !== null) put(heldOf(cell), row)
    },
    take: (value, row, keep) => {
      const cell = convert(value, keep)
      if (cell !== null) put(heldOf(cell), row)
    },
    end: (rows, parents, into) => into.push(take(rows, parents)),
  }
}

const leafAt = (type: keyof typeof KINDS, place: Place): Leaf => ({
  ...place,
  kind: KINDS[type],
  depth: place.depth + 1,
})

/** What a leaf holds of a cell. */
const heldOf = (cell: Cell): string | number => {
  if (typeof cell === 'string' || typeof cell === 'number') return cell
  return typeof cell === 'boolean' ? Number(cell) : (cell as Date).getTime()
}

/** A list has a slot at least in every row, so none is passed over. */
const listShred = (type: ColumnType, place: Place, { leaves, memory }: Growing): Shred => {
  const slots: SlotLeaf[] = []
  const element = elementShred(type, deeper(place, ['list', 'element'], 2, 1), (leaf) => {
    leaves.push(leaf)
    slots.push(slotLeaf(leaf, memory))
    return slots.at(-1)!
  })
  const convert = convertOf({ array: type })
  let filled = 0
  const fillTo = (row: number) => {
    for (; filled < row; filled++) element.none(place.depth, 0)
  }
  const put = (cell: Cell, row: number) => {
    if (cell === null) return
    fillTo(row)
    filled = row + 1
    const cells = cell as readonly Cell[]
    if (cells.length === 0) element.none(place.depth + 1, 0)
    for (let i = 0; i < cells.length; i++) element.put(cells[i]!, i === 0 ? 0 : place.repeated + 1)
  }
  return {
    put,
    take: (value, row, keep) => put(convert(value, keep), row),
    end: (rows, _, into) => {
      fillTo(rows)
      filled = 0
      for (const slot of slots) into.push(slot.take())
    },
  }
}

/** Takes elements of a list, with the repetition level of each. */
interface ElementShred {
  put(cell: Cell, repeat: number): void
  /** Nothing, cut off at a definition level. */
  none(level: number, repeat: number): void
}

const elementShred = (type: ColumnType, place: Place, grow: (leaf: Leaf) => SlotLeaf): ElementShred => {
  if (typeof type === 'string') {
    const { value, none } = grow(leafAt(type, place))
    return {
      put: (cell, repeat) => (cell === null ? none(place.depth, repeat) : value(heldOf(cell), repeat)),
      none,
    }
  }
  if ('array' in type) throw new Error('expected a list of scalars or structs, found a list of lists')
  const names = Object.keys(type.struct)
  const shreds = names.map((name) => elementShred(type.struct[name]!, deeper(place, [name], 1), grow))
  const none: ElementShred['none'] = (level, repeat) => {
    for (const shred of shreds) shred.none(level, repeat)
  }
  return {
    put: (cell, repeat) => {
      if (cell === null) return none(place.depth, repeat)
      const struct = cell as Readonly<Record<string, Cell>>
      for (let i = 0; i < shreds.length; i++) shreds[i]!.put(struct[names[i]!] ?? null, repeat)
    },
    none,
  }
}

/** The leaves of a table, in the order of the schema. */
export const leavesOf = (table: TableName): readonly Leaf[] => LEAVES[table]

const LEAVES = Object.fromEntries(
  Object.keys(TABLES).map((table) => [table, shredder(table as TableName).leaves]),
) as Readonly<Record<TableName, readonly Leaf[]>>
