import type { SchemaElement } from 'hyparquet'
import type { Column, ColumnType } from './schema.ts'

/** The Parquet schema of a table, depth first from the root, every field optional. */
export const parquetSchema = (columns: readonly Column[]): SchemaElement[] => [
  { name: 'root', num_children: columns.length },
  ...columns.flatMap(({ name, type }) => elementsOf(name, type)),
]

const SCALARS = {
  string: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  json: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  boolean: { type: 'BOOLEAN' },
  int: { type: 'INT32' },
  timestamp: { type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' },
} as const satisfies Record<string, Partial<SchemaElement>>

const elementsOf = (name: string, type: ColumnType): SchemaElement[] => {
  const optional = { name, repetition_type: 'OPTIONAL' } as const
  if (typeof type === 'string') return [{ ...optional, ...SCALARS[type] }]
  if ('struct' in type) {
    const children = Object.entries(type.struct)
    return [
      { ...optional, num_children: children.length },
      ...children.flatMap(([child, childType]) => elementsOf(child, childType)),
    ]
  }
  return [
    { ...optional, num_children: 1, converted_type: 'LIST' },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    ...elementsOf('element', type.array),
  ]
}
