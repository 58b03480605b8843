// Writes resources/tables.yml, the Glue tables, from the one schema in lib/store. Run it after a change there:
// npm run tables. A test compares what is packaged with the schema.
import { writeFileSync } from 'node:fs'
import { stringify } from 'yaml'
import { glueTable, rawGlueTable } from '../lib/store/glue.ts'

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

const TABLES = {
  RawEventsTable: ['raw_events', rawGlueTable(), LOGS, 'Management and data events as delivered'],
  RawInsightsTable: ['raw_insights', rawGlueTable(), LOGS, 'Insights events as delivered'],
  RawNetworkEventsTable: ['raw_network_events', rawGlueTable(), LOGS, 'Network activity events as delivered'],
  ...Object.fromEntries(
    ['events', 'insights', 'network_events', 'aggregated_events'].map((name) => [
      `${name.replaceAll(/(?:^|_)([a-z])/g, (_, letter) => letter.toUpperCase())}Table`,
      [
        name,
        glueTable(name),
        { 'Fn::Sub': `s3://\${LakeBucket}/${name}/` },
        `${name}: deduplicated, sorted, Parquet`,
      ],
    ]),
  ),
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

const Resources = Object.fromEntries(Object.entries(TABLES).map(([id, table]) => [id, resourceOf(table)]))
writeFileSync(
  new URL('../resources/tables.yml', import.meta.url),
  `# Written by scripts/tables.mjs from lib/store; do not edit.\n${stringify({ Resources }, { aliasDuplicateObjects: true, lineWidth: 0 })}`,
)
