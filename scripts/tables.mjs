// Writes resources/tables.yml, the Glue tables, from the one schema in lib/store. Run it after a change there:
// npm run tables. A test compares what is packaged with the schema.
import { writeFileSync } from 'node:fs'
import { stringify } from 'yaml'
import { compactionsGlueTable, glueTable, queryRunsGlueTable, rawGlueTable } from '../lib/store/glue.ts'
import { glueView, VIEWS, viewDefinition } from '../lib/store/view.ts'

const LOGS = {
  'Fn::Sub': [
    // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own
    's3://${Bucket}/${Prefix}AWSLogs/',
    {
      Bucket: { 'Fn::If': ['OwnTrail', { Ref: 'LogBucket' }, { Ref: 'LogBucketName' }] },
      Prefix: { 'Fn::If': ['OwnTrail', '', { Ref: 'LogPrefix' }] },
    },
  ],
}

/** `network_events` -> `NetworkEvents`. */
function idOf(name) {
  return name.replaceAll(/(?:^|_)([a-z])/g, (_, letter) => letter.toUpperCase())
}

const TABLES = {
  RawEventsTable: ['raw_events', rawGlueTable(), LOGS, 'Management and data events as delivered'],
  RawInsightsTable: ['raw_insights', rawGlueTable(), LOGS, 'Insights events as delivered'],
  RawNetworkEventsTable: ['raw_network_events', rawGlueTable(), LOGS, 'Network activity events as delivered'],
  RawAggregatedEventsTable: [
    'raw_aggregated_events',
    rawGlueTable('aggregated_events'),
    LOGS,
    'Aggregated events as delivered',
  ],
  ...Object.fromEntries(
    ['events', 'insights', 'network_events', 'aggregated_events'].map((name) => [
      `${idOf(name)}Table`,
      [
        name,
        glueTable(name),
        { 'Fn::Sub': `s3://\${LakeBucket}/${name}/` },
        `${name}: deduplicated, sorted, Parquet`,
      ],
    ]),
  ),
  CompactionsTable: [
    'compactions',
    compactionsGlueTable(),
    // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own
    { 'Fn::Sub': 's3://${LakeBucket}/compaction/runs/' },
    'What each compaction read, kept and left out',
  ],
  QueryRunsTable: [
    'query_runs',
    queryRunsGlueTable(),
    // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own
    { 'Fn::Sub': 's3://${LakeBucket}/query-runs/' },
    'Each run of a query of a pack: its window, how it ended, what it read and found',
  ],
}

const resourceOf = ([Name, table, Location, Description]) => ({
  Type: 'AWS::Glue::Table',
  Properties: {
    CatalogId: { Ref: 'AWS::AccountId' },
    DatabaseName: { Ref: 'Database' },
    TableInput: {
      Name,
      Description,
      TableType: 'EXTERNAL_TABLE',
      Parameters: table.Parameters,
      PartitionKeys: table.PartitionKeys,
      StorageDescriptor: {
        Location,
        InputFormat: table.InputFormat,
        OutputFormat: table.OutputFormat,
        SerdeInfo: table.SerdeInfo,
        Columns: table.Columns,
      },
    },
  },
})

/** The view of a table. Its definition holds the name of the database, so it is put in base 64 when it is deployed. */
const viewOf = (table) => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own
  const definition = { 'Fn::Base64': { 'Fn::Sub': viewDefinition(table, '${Database}') } }
  const text = { 'Fn::Join': ['', ['/* Presto View: ', definition, ' */']] }
  return {
    Type: 'AWS::Glue::Table',
    DependsOn: [`${idOf(table)}Table`],
    Properties: {
      CatalogId: { Ref: 'AWS::AccountId' },
      DatabaseName: { Ref: 'Database' },
      TableInput: glueView(table, text),
    },
  }
}

const Resources = {
  ...Object.fromEntries(Object.entries(TABLES).map(([id, table]) => [id, resourceOf(table)])),
  ...Object.fromEntries(Object.entries(VIEWS).map(([table, name]) => [`${idOf(name)}View`, viewOf(table)])),
}
writeFileSync(
  new URL('../resources/tables.yml', import.meta.url),
  `# Written by scripts/tables.mjs from lib/store; do not edit.\n${stringify({ Resources }, { aliasDuplicateObjects: true, lineWidth: 0 })}`,
)
