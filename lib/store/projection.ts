import { rawGlueTable } from './glue.ts'

export interface ProjectedTable {
  /** 12 digits. */
  readonly account: string
  /** Regions CloudTrail delivers for; one that is not named is not seen. */
  readonly regions: readonly string[]
  /** First day, YYYY/MM/DD; before it there is nothing to see. */
  readonly from: string
  /** `s3://bucket/.../` that the account's folder lies in, such as `s3://bucket/AWSLogs/`. */
  readonly location: string
}

/**
 * DDL of a raw table that needs no partitions: Athena works them out from the query. For one account and a few Regions; every
 * combination is asked for in S3, so an organization is better served by partitions. Throws nothing: text is quoted.
 * https://docs.aws.amazon.com/athena/latest/ug/partition-projection.html
 */
export const projectedTableDdl = ({ account, regions, from, location }: ProjectedTable): string => {
  const { Columns, PartitionKeys, InputFormat, OutputFormat, SerdeInfo } = rawGlueTable()
  const properties = {
    'projection.enabled': 'true',
    'projection.account.type': 'enum',
    'projection.account.values': account,
    'projection.log_region.type': 'enum',
    'projection.log_region.values': regions.join(','),
    'projection.day.type': 'date',
    'projection.day.format': 'yyyy/MM/dd',
    'projection.day.range': `${from},NOW`,
    'projection.day.interval': '1',
    'projection.day.interval.unit': 'DAYS',
    'storage.location.template': `${location}\${account}/CloudTrail/\${log_region}/\${day}`,
  }
  return [
    'CREATE EXTERNAL TABLE raw_events_projected (',
    Columns.map(({ Name, Type }) => `  \`${Name}\` ${Type}`).join(',\n'),
    ')',
    `PARTITIONED BY (${PartitionKeys.map(({ Name, Type }) => `\`${Name}\` ${Type}`).join(', ')})`,
    `ROW FORMAT SERDE ${text(SerdeInfo.SerializationLibrary)}`,
    `STORED AS INPUTFORMAT ${text(InputFormat)}`,
    `OUTPUTFORMAT ${text(OutputFormat)}`,
    `LOCATION ${text(location)}`,
    'TBLPROPERTIES (',
    Object.entries(properties)
      .map(([name, value]) => `  ${text(name)} = ${text(value)}`)
      .join(',\n'),
    ')',
  ].join('\n')
}

const text = (value: string): string => `'${value.replaceAll("'", "\\'")}'`
