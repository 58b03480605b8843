import { type Column, type ColumnType, OWN_COLUMNS, TABLES, type TableName } from './schema.ts'

/** A column as Glue's API and CloudFormation spell it. */
export interface GlueColumn {
  readonly Name: string
  readonly Type: string
}

/** The part of a Glue `TableInput` that says how files become rows; `Location` is the owner's. */
export interface GlueTable {
  readonly Columns: readonly GlueColumn[]
  readonly PartitionKeys: readonly GlueColumn[]
  readonly InputFormat: string
  readonly OutputFormat: string
  readonly SerdeInfo: {
    readonly SerializationLibrary: string
    readonly Parameters: Readonly<Record<string, string>>
  }
  readonly Parameters: Readonly<Record<string, string>>
}

/** Keys are all STRING: Athena pushes only those down. */
const keys = (...names: readonly string[]): readonly GlueColumn[] =>
  names.map((Name) => ({ Name, Type: 'string' }))

/** A compacted table: Parquet, partitioned by account and day. */
export const glueTable = (table: TableName): GlueTable => ({
  Columns: TABLES[table].map(({ name, type }) => ({ Name: name, Type: glueType(type) })),
  PartitionKeys: keys('account', 'day'),
  InputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat',
  OutputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat',
  SerdeInfo: {
    SerializationLibrary: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe',
    Parameters: { 'serialization.format': '1' },
  },
  Parameters: { EXTERNAL: 'TRUE', classification: 'parquet' },
})

/**
 * The raw table over log files as delivered, of the events of a table. Columns follow AWS's table for CloudTrail (times and booleans are strings, free-form
 * fields are JSON text), and name every field that the table has a column for. The Region in the path is not always the event's,
 * hence `log_region`.
 * https://docs.aws.amazon.com/athena/latest/ug/create-cloudtrail-table.html
 */
export const rawGlueTable = (table: TableName = 'events'): GlueTable => ({
  Columns: (TABLES[table] as readonly Column[])
    .filter((column) => !OWN_COLUMNS.includes(column))
    .map(rawColumn),
  PartitionKeys: keys('account', 'log_region', 'day'),
  InputFormat: 'com.amazon.emr.cloudtrail.CloudTrailInputFormat',
  OutputFormat: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
  SerdeInfo: {
    SerializationLibrary: 'org.apache.hive.hcatalog.data.JsonSerDe',
    Parameters: { 'serialization.format': '1' },
  },
  Parameters: { EXTERNAL: 'TRUE', classification: 'cloudtrail' },
})

/** The lines that compactions leave behind, one JSON object each: see `CompactionRun`. */
export const compactionsGlueTable = (): GlueTable => ({
  Columns: [
    ...COMPACTION_TEXTS.map((Name) => ({ Name, Type: 'string' })),
    { Name: 'files', Type: 'struct<listed:bigint,ingested:bigint,skipped:map<string,bigint>>' },
    {
      Name: 'events',
      Type: 'struct<read:bigint,kept:bigint,duplicate:bigint,superseded:bigint,rejected:bigint>',
    },
    ...COMPACTION_COUNTS.map((Name) => ({ Name, Type: 'bigint' })),
    { Name: 'rows', Type: 'map<string,bigint>' },
    { Name: 'imbalances', Type: 'array<string>' },
  ],
  PartitionKeys: [],
  InputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
  OutputFormat: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
  SerdeInfo: {
    SerializationLibrary: 'org.apache.hive.hcatalog.data.JsonSerDe',
    Parameters: { 'serialization.format': '1' },
  },
  Parameters: { EXTERNAL: 'TRUE', classification: 'json' },
})

/** The lines that runs of query packs leave behind, one JSON object each. */
export const queryRunsGlueTable = (): GlueTable => ({
  ...compactionsGlueTable(),
  Columns: QUERY_RUN_COLUMNS.map(([Name, Type]) => ({ Name, Type })),
})

const QUERY_RUN_COLUMNS = [
  ['run', 'string'],
  ['pack', 'string'],
  ['query', 'string'],
  ['state', 'string'],
  ['attempt', 'bigint'],
  ['execution', 'string'],
  ['since', 'string'],
  ['until', 'string'],
  ['late', 'array<string>'],
  ['started', 'string'],
  ['finished', 'string'],
  ['estimated', 'bigint'],
  ['scanned', 'bigint'],
  ['queuedms', 'bigint'],
  ['rows', 'bigint'],
  ['findings', 'bigint'],
  ['truncated', 'boolean'],
  ['error', 'string'],
  ['results', 'string'],
  ['parquet', 'string'],
  ['sql', 'string'],
] as const

const COMPACTION_TEXTS = ['time', 'account', 'day', 'generation'] as const
const COMPACTION_COUNTS = ['elsewhere', 'carried', 'differing', 'unreadable', 'bytes'] as const

/** A type in Hive's words. */
export const glueType = (type: ColumnType): string => {
  if (type === 'json') return 'string'
  if (typeof type === 'string') return type
  if ('array' in type) return `array<${glueType(type.array)}>`
  return structOf(Object.entries(type.struct).map(([name, inner]) => [name, glueType(inner)]))
}

const rawColumn = ({ field, type }: Column): GlueColumn => ({
  Name: field.toLowerCase(),
  Type: field === 'addendum' ? RAW_ADDENDUM : typeof type === 'string' ? 'string' : rawType(type),
})

const RAW_ADDENDUM =
  'struct<reason:string,updatedfields:string,originalrequestid:string,originaleventid:string>'

/** The SerDe matches names with the record, so fields are named as the record does, and nested objects are maps. */
const rawType = (type: ColumnType): string => {
  if (type === 'json') return 'map<string,string>'
  if (typeof type === 'string') return 'string'
  if ('array' in type) return `array<${rawType(type.array)}>`
  return structOf(
    Object.entries(type.struct).map(([name, inner]) => [type.fields[name]!.toLowerCase(), rawType(inner)]),
  )
}

const structOf = (fields: readonly (readonly [string, string])[]): string =>
  `struct<${fields.map(([name, type]) => `${name}:${type}`).join(',')}>`
