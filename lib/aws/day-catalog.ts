import {
  CreatePartitionCommand,
  GetPartitionCommand,
  GetTableCommand,
  GlueClient,
  type StorageDescriptor,
  UpdatePartitionCommand,
} from '@aws-sdk/client-glue'
import { UsageError } from '../errors.ts'
import type { DayCatalog } from '../store/lake.ts'
import type { TableName } from '../store/schema.ts'
import { isPassing } from './partition-catalog.ts'
import { ATTEMPTS, backOff, codeOf, SDK_RETRIES } from './retry.ts'

export interface DayTables {
  readonly database: string
  readonly bucket: string
  readonly client?: GlueClient
}

/**
 * Partitions of the compacted tables in the Glue Data Catalog. A partition's location changes in one UpdatePartition call; format and
 * columns come from its table. Pointing twice at the same folder asks once and changes nothing.
 * https://docs.aws.amazon.com/glue/latest/webapi/API_UpdatePartition.html
 */
export const glueDayCatalog = ({ database, bucket, client }: DayTables): DayCatalog => {
  const glue = client ?? new GlueClient(SDK_RETRIES)
  const formats = new Map<TableName, StorageDescriptor>()
  const formatOf = async (table: TableName): Promise<StorageDescriptor> => {
    const known = formats.get(table)
    if (known) return known
    const { Table } = await glue.send(new GetTableCommand({ DatabaseName: database, Name: table }))
    const keys = (Table?.PartitionKeys ?? []).map(({ Name }) => Name).join(', ')
    if (!Table?.StorageDescriptor || keys !== 'account, day') {
      throw new UsageError(
        `Glue table ${database}.${table}: expected the partition keys account, day; found ${keys || 'none'}`,
      )
    }
    formats.set(table, Table.StorageDescriptor)
    return Table.StorageDescriptor
  }
  return {
    point: async (table, { account, day }, prefix) => {
      const at = { DatabaseName: database, TableName: table }
      const Location = `s3://${bucket}/${prefix}`
      const Values: [string, string] = [account, day]
      for (let attempt = 0; ; attempt++) {
        const found = await locationOf(glue, at, Values)
        if (found === Location) return
        const input = { Values, StorageDescriptor: { ...(await formatOf(table)), Location } }
        const change =
          found === undefined
            ? glue.send(new CreatePartitionCommand({ ...at, PartitionInput: input }))
            : glue.send(
                new UpdatePartitionCommand({ ...at, PartitionValueList: Values, PartitionInput: input }),
              )
        try {
          await change
          return
        } catch (error) {
          // made or taken away by somebody in between, or a full pipe: look again
          const code = codeOf(error)
          const again =
            isPassing(code) || code === 'AlreadyExistsException' || code === 'EntityNotFoundException'
          if (!again || attempt + 1 >= ATTEMPTS) throw error
          await backOff(attempt)
        }
      }
    },
  }
}

interface GlueTableName {
  readonly DatabaseName: string
  readonly TableName: string
}

const locationOf = async (
  glue: GlueClient,
  at: GlueTableName,
  PartitionValues: [string, string],
): Promise<string | undefined> => {
  try {
    const { Partition } = await glue.send(new GetPartitionCommand({ ...at, PartitionValues }))
    return Partition?.StorageDescriptor?.Location ?? ''
  } catch (error) {
    if (codeOf(error) === 'EntityNotFoundException') return undefined
    throw error
  }
}
