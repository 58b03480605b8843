import { GetTableCommand, GlueClient, paginateGetPartitions, UpdateTableCommand } from '@aws-sdk/client-glue'
import { type AccountDay, boundaryOf } from '../store/boundary.ts'
import { RAW_TABLES } from '../store/partition.ts'
import type { TableName } from '../store/schema.ts'
import { glueView, presto, VIEWS, viewDefinition } from '../store/view.ts'
import { codeOf, SDK_RETRIES } from './retry.ts'

const RAW: Readonly<Record<TableName, string>> = {
  events: RAW_TABLES.CloudTrail,
  insights: RAW_TABLES['CloudTrail-Insight'],
  network_events: RAW_TABLES['CloudTrail-NetworkActivity'],
  aggregated_events: RAW_TABLES['CloudTrail-Aggregated'],
}

/**
 * Moves the boundary of every view to the first day that is not compacted, so that readers pass by the log files of the others. Answers the
 * oldest boundary. A view that says so already is not written.
 */
export const refreshViews = async (
  database: string,
  today: string,
  glue: GlueClient = new GlueClient(SDK_RETRIES),
): Promise<string> => {
  let oldest = today
  for (const table of Object.keys(VIEWS) as TableName[]) {
    const since = await boundaryOf(
      partitionsOf(glue, database, RAW[table], ['account', 'log_region', 'day']),
      partitionsOf(glue, database, table, ['account', 'day']),
      today,
    )
    await writeView(glue, database, table, since)
    if (since < oldest) oldest = since
  }
  return oldest
}

const writeView = async (
  glue: GlueClient,
  database: string,
  table: TableName,
  since: string,
): Promise<void> => {
  const view = glueView(table, presto(viewDefinition(table, database, since)))
  const { Table } = await glue.send(new GetTableCommand({ DatabaseName: database, Name: view.Name }))
  if (Table?.ViewOriginalText === view.ViewOriginalText) return
  await glue.send(new UpdateTableCommand({ DatabaseName: database, TableInput: view, SkipArchive: true }))
}

/** Account and day of every partition of a table. */
export async function* partitionsOf(
  glue: GlueClient,
  database: string,
  table: string,
  keys: readonly string[],
): AsyncGenerator<AccountDay & { readonly values: readonly string[]; readonly location: string }> {
  const request = { DatabaseName: database, TableName: table, ExcludeColumnSchema: true }
  try {
    for await (const { Partitions = [] } of paginateGetPartitions({ client: glue }, request)) {
      for (const { Values = [], StorageDescriptor } of Partitions) {
        const of = (key: string) => Values[keys.indexOf(key)] ?? ''
        yield {
          account: of('account'),
          day: of('day'),
          values: Values,
          location: StorageDescriptor?.Location ?? '',
        }
      }
    }
  } catch (error) {
    // a table that is not there has none
    if (codeOf(error) !== 'EntityNotFoundException') throw error
  }
}
