import { type Block, startsOf } from './block.ts'
import type { Cell, EventRow } from './row.ts'
import { type ColumnType, TABLES, type TableName } from './schema.ts'
import { leavesOf } from './shred.ts'

/** One row of a block, put together again. */
export const rowAt = (block: Block, row: number, table: TableName): EventRow => {
  const cells: Record<string, Cell> = {}
  const reader = { block, table, leaf: 0 }
  for (const { name, type } of TABLES[table]) cells[name] = cellAt(reader, type, row, 0)
  return cells
}

interface Reader {
  readonly block: Block
  readonly table: TableName
  /** The next leaf, in the order of the schema. */
  leaf: number
}

/** The cell in a slot. `depth` is the level of a value that is null. */
const cellAt = (reader: Reader, type: ColumnType, slot: number, depth: number): Cell => {
  const there = levelAt(reader, slot) > depth
  if (typeof type === 'string') return valueAt(reader, slot, there)
  if ('array' in type) return listAt(reader, type.array, slot, depth)
  const cells = Object.entries(type.struct).map(
    ([name, inner]) => [name, cellAt(reader, inner, slot, depth + 1)] as const,
  )
  return there ? Object.fromEntries(cells) : null
}

const levelAt = ({ block, leaf }: Reader, slot: number): number => {
  const { levels, level } = block.leaves[leaf]!
  return levels.length === 0 ? level : levels[slot]!
}

const valueAt = (reader: Reader, slot: number, there: boolean): Cell => {
  const { kind } = leavesOf(reader.table)[reader.leaf]!
  const { codes, values } = reader.block.leaves[reader.leaf++]!
  if (!there) return null
  const value = values[codes ? codes[slot]! : slot]!
  if (kind === 'timestamp') return new Date(value)
  return kind === 'boolean' ? value === 1 : value
}

const listAt = (reader: Reader, element: ColumnType, row: number, depth: number): Cell => {
  const first = reader.leaf
  const starts = startsOf(reader.block, first)
  const [start, end] = [starts[row]!, starts[row + 1]!]
  const level = levelAt(reader, start)
  const cells: Cell[] = []
  for (let slot = start; slot < end; slot++) {
    reader.leaf = first
    cells.push(cellAt(reader, element, slot, depth + 2))
  }
  if (level <= depth) return null
  return level === depth + 1 ? [] : cells
}
