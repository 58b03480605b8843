import { glueType } from './glue.ts'
import { RAW_TABLES } from './partition.ts'
import {
  type Column,
  type ColumnType,
  OWN_COLUMNS,
  type StructType,
  TABLES,
  type TableName,
} from './schema.ts'

/** The view over each table: compacted days from the table, the others from the log files as delivered. */
export const VIEWS = {
  events: 'cloudtrail',
  insights: 'cloudtrail_insights',
  network_events: 'cloudtrail_network_events',
  aggregated_events: 'cloudtrail_aggregated_events',
} as const satisfies Record<TableName, string>

const RAW: Readonly<Record<TableName, string>> = {
  events: RAW_TABLES.CloudTrail,
  insights: RAW_TABLES['CloudTrail-Insight'],
  network_events: RAW_TABLES['CloudTrail-NetworkActivity'],
  aggregated_events: RAW_TABLES['CloudTrail-Aggregated'],
}

/** Before any day: nothing is compacted. */
export const NO_BOUNDARY = '0000-00-00'

/**
 * SELECT of a view, in Trino's SQL. An event is told from its repeats by account, day and id; of an event that was corrected, the
 * correction stays. A day is compacted as soon as its table has it. `since` (YYYY-MM-DD): every day of the log files before it is
 * compacted, so that they are not read; an event of the day before it may lie in the files of that day.
 */
export const viewSql = (table: TableName, since: string = NO_BOUNDARY): string => {
  const columns = [...TABLES[table].map(({ name }) => name), 'account', 'day'].map(quoted)
  const list = columns.join(', ')
  const folder = since.replaceAll('-', '/')
  const first = since === NO_BOUNDARY ? since : dayBefore(since)
  return `SELECT ${list} FROM "${table}"
UNION ALL
SELECT ${list} FROM (
  SELECT ${list}, "corrects",
    row_number() OVER (PARTITION BY "account", "day", "id" ORDER BY "corrects" DESC, "sourcefile") AS "copy",
    bool_or("corrects") OVER (PARTITION BY "account", "day", "subject") AS "corrected"
  FROM (
    SELECT ${rawColumns(table).join(',\n      ')}
    FROM "${RAW[table]}" AS "raw"
    WHERE "raw"."day" >= '${folder}'
  ) AS "delivered"
  WHERE "day" >= '${first}'
) AS "told"
WHERE "copy" = 1 AND ("corrects" OR NOT "corrected") AND NOT EXISTS (
  SELECT 1 FROM "${table}" AS "stored"
  WHERE "stored"."account" = "told"."account" AND "stored"."day" = "told"."day" AND "stored"."day" >= '${first}'
)`
}

/** Columns of a view, in Trino's types. */
export const viewColumns = (
  table: TableName,
): readonly { readonly name: string; readonly type: string }[] => [
  ...TABLES[table].map(({ name, type }) => ({ name, type: trinoType(type) })),
  { name: 'account', type: 'varchar' },
  { name: 'day', type: 'varchar' },
]

/**
 * The `TableInput` by which Glue keeps a view that Athena reads. `database` may be a placeholder of whoever fills it in.
 * https://docs.aws.amazon.com/athena/latest/ug/views.html
 */
export const glueView = <T>(table: TableName, definition: T) => ({
  Name: VIEWS[table],
  Description: `${table}: compacted days, and the rest as delivered, each event once`,
  TableType: 'VIRTUAL_VIEW',
  Parameters: { presto_view: 'true', comment: 'Presto View' },
  ViewOriginalText: definition,
  ViewExpandedText: '/* Presto View */',
  // Athena asks for both, though a view has neither
  PartitionKeys: [],
  StorageDescriptor: {
    SerdeInfo: { Name: '-', SerializationLibrary: '-' },
    Columns: [
      ...TABLES[table].map(({ name, type }) => ({ Name: name, Type: glueType(type) })),
      { Name: 'account', Type: 'string' },
      { Name: 'day', Type: 'string' },
    ],
  },
})

/** What Athena keeps of a view, as JSON: its SQL, its types, and where its names are looked up. */
export const viewDefinition = (table: TableName, database: string, since?: string): string =>
  JSON.stringify({
    originalSql: viewSql(table, since),
    catalog: 'awsdatacatalog',
    schema: database,
    columns: viewColumns(table),
  })

/** The text Glue keeps: the definition in base 64, in a comment. */
export const presto = (definition: string): string =>
  `/* Presto View: ${Buffer.from(definition).toString('base64')} */`

const dayBefore = (day: string): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10)

const quoted = (name: string): string => `"${name}"`

/** The raw table's columns as the table has them, and what tells events apart. */
const rawColumns = (table: TableName): readonly string[] => {
  const columns = (TABLES[table] as readonly Column[]).filter((column) => !OWN_COLUMNS.includes(column))
  const isAggregated = table === 'aggregated_events'
  const own = isAggregated
    ? `"raw"."accountid"`
    : `coalesce("raw"."recipientaccountid", "raw"."useridentity"."accountid")`
  const time = isAggregated ? `"raw"."timewindow"."windowstart"` : `"raw"."eventtime"`
  const isInsight = table === 'insights'
  const state = isInsight ? ` || coalesce(json_extract_scalar("raw"."insightdetails", '$.state'), '')` : ''
  const corrects =
    isAggregated || isInsight
      ? 'false'
      : `coalesce("raw"."addendum"."reason" = 'UPDATED_DATA' AND "raw"."addendum"."originaleventid" IS NOT NULL, false)`
  const subject =
    isAggregated || isInsight
      ? `"raw"."eventid"`
      : `CASE WHEN "raw"."addendum"."reason" = 'UPDATED_DATA' THEN coalesce("raw"."addendum"."originaleventid", "raw"."eventid") ELSE "raw"."eventid" END`
  return [
    ...columns.map((column) => `${rawValue(column)} AS "${column.name}"`),
    `CAST(NULL AS varchar) AS "otherfields"`,
    `regexp_extract("raw"."$path", '^s3://[^/]+/(.*)$', 1) AS "sourcefile"`,
    `CAST(NULL AS integer) AS "recordindex"`,
    `CASE WHEN regexp_like(${own}, '^[0-9]{12}$') THEN ${own} ELSE 'unknown' END AS "account"`,
    `substr(${time}, 1, 10) AS "day"`,
    `"raw"."eventid"${state} AS "id"`,
    `${corrects} AS "corrects"`,
    `${subject} AS "subject"`,
  ]
}

/** A column of the raw table as the compacted one has it; times, booleans and nested objects are text there. */
const rawValue = ({ field, type }: Column): string => {
  const source = `"raw"."${field.toLowerCase()}"`
  if (field === 'addendum') return addendumText(source)
  // what is no object has no place in the column
  if (type === 'json') return `CASE WHEN ${source} LIKE '{%' THEN ${source} END`
  return converted(source, type)
}

const converted = (source: string, type: ColumnType): string => {
  if (type === 'boolean') return `CASE lower(${source}) WHEN 'true' THEN true WHEN 'false' THEN false END`
  if (type === 'timestamp')
    return `coalesce(TRY(date_parse(${source}, '%Y-%m-%dT%H:%i:%sZ')), TRY(date_parse(${source}, '%Y-%m-%dT%H:%i:%s.%fZ')))`
  if (type === 'json') return `json_format(CAST(${source} AS JSON))`
  return typeof type === 'object' && 'struct' in type ? rowText(source, type) : source
}

const rowText = (source: string, type: StructType): string => {
  const fields = Object.entries(type.struct).map(([name, inner]) =>
    converted(`${source}."${type.fields[name]!.toLowerCase()}"`, inner),
  )
  return `CASE WHEN ${source} IS NOT NULL THEN CAST(ROW(${fields.join(', ')}) AS ${trinoType(type)}) END`
}

/** JSON text of the fields that are there; `array_join` leaves out nulls. */
const addendumText = (source: string): string => {
  const fields = ['reason', 'updatedFields', 'originalRequestID', 'originalEventID'].map(
    (field) => `'"${field}":' || json_format(CAST(${source}."${field.toLowerCase()}" AS JSON))`,
  )
  return `CASE WHEN ${source} IS NOT NULL THEN '{' || array_join(ARRAY[${fields.join(', ')}], ',') || '}' END`
}

/** A type in Trino's words. */
const trinoType = (type: ColumnType): string => {
  if (type === 'string' || type === 'json') return 'varchar'
  if (type === 'timestamp') return 'timestamp(3)'
  if (type === 'int') return 'integer'
  if (type === 'boolean') return 'boolean'
  if ('array' in type) return `array(${trinoType(type.array)})`
  return `row(${Object.entries(type.struct)
    .map(([name, inner]) => `"${name}" ${trinoType(inner)}`)
    .join(', ')})`
}
