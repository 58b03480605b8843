import { BatchDeletePartitionCommand, type GlueClient, type PartitionError } from '@aws-sdk/client-glue'
import { chunksOf } from './retry.ts'

/** BatchDeletePartition takes at most 25. */
const PER_CALL = 25

/**
 * Takes partitions out of the catalog; their objects are not touched. One that is not there is success.
 * https://docs.aws.amazon.com/glue/latest/webapi/API_BatchDeletePartition.html
 */
export const removePartitions = async (
  glue: GlueClient,
  { database, table }: { readonly database: string; readonly table: string },
  partitions: readonly (readonly string[])[],
): Promise<void> => {
  for (const chunk of chunksOf(partitions, PER_CALL)) {
    const { Errors = [] } = await glue.send(
      new BatchDeletePartitionCommand({
        DatabaseName: database,
        TableName: table,
        PartitionsToDelete: chunk.map((values) => ({ Values: [...values] })),
      }),
    )
    const [first] = Errors.filter(({ ErrorDetail }) => ErrorDetail?.ErrorCode !== 'EntityNotFoundException')
    if (first) throw new Error(`Glue table ${database}.${table}: ${reasonOf(first)}`)
  }
}

const reasonOf = ({ PartitionValues = [], ErrorDetail }: PartitionError): string =>
  `partition ${PartitionValues.join('/')} not removed: ${ErrorDetail?.ErrorCode}: ${ErrorDetail?.ErrorMessage}`
