import {
  BatchCreatePartitionCommand,
  GetTableCommand,
  GlueClient,
  type PartitionError,
  type PartitionInput,
  type Table,
} from '@aws-sdk/client-glue'
import { UsageError } from '../errors.ts'
import type { Partition, PartitionCatalog } from '../ports.ts'
import { backOff, chunksOf, codeOf, SDK_RETRIES } from './retry.ts'

export interface GlueTable {
  readonly database: string
  readonly table: string
  readonly client?: GlueClient
}

/** BatchCreatePartition takes at most 100. */
const PER_CALL = 100
const ATTEMPTS = 8

/** Answers that another writer or a full pipe gives; the next attempt may go through. */
const PASSING: ReadonlySet<string> = new Set([
  'ConcurrentModificationException',
  'InternalServiceException',
  'OperationTimeoutException',
  'ResourceNotReadyException',
  'ResourceNumberLimitExceededException',
  'ThrottlingException',
  'Throttling',
  'TooManyRequestsException',
])

/** A refusal that may pass. */
export const isPassing = (code: string): boolean => PASSING.has(code)

/**
 * Partitions of the raw table in the Glue Data Catalog. A partition takes format and columns from its table, so there is
 * one source for both. Functions race for the first file of a day: "exists already" is success. What was registered is
 * remembered for the life of the process. Throws when a partition cannot be registered, so that the delivery comes back.
 * https://docs.aws.amazon.com/glue/latest/webapi/API_BatchCreatePartition.html
 */
export const gluePartitionCatalog = ({ database, table, client }: GlueTable): PartitionCatalog => {
  const glue = client ?? new GlueClient(SDK_RETRIES)
  const registered = new Set<string>()
  let model: Promise<Table> | undefined
  return {
    ensure: async (partitions) => {
      const wanted = new Map(partitions.map((partition) => [idOf(partition), partition]))
      const fresh = [...wanted].filter(([id]) => !registered.has(id)).map(([, partition]) => partition)
      if (fresh.length === 0) return { created: 0, existing: wanted.size }
      model ??= tableOf(glue, database, table)
      const like = await model.catch((error: unknown) => {
        model = undefined // a passing failure must not stay
        throw error
      })
      let created = 0
      for (const chunk of chunksOf(fresh, PER_CALL)) {
        created += await createAll(
          glue,
          { DatabaseName: database, TableName: table },
          chunk.map((one) => inputOf(one, like)),
        )
        for (const one of chunk) registered.add(idOf(one))
      }
      return { created, existing: wanted.size - created }
    },
  }
}

const idOf = ({ account, region, day, location }: Partition): string =>
  [account, region, day, location].join(' ')

const tableOf = async (glue: GlueClient, database: string, table: string): Promise<Table> => {
  const { Table: found } = await glue.send(new GetTableCommand({ DatabaseName: database, Name: table }))
  const keys = (found?.PartitionKeys ?? []).map(({ Name }) => Name).join(', ')
  if (!found?.StorageDescriptor || keys !== 'account, log_region, day') {
    throw new UsageError(
      `Glue table ${database}.${table}: expected the partition keys account, log_region, day; found ${keys || 'none'}`,
    )
  }
  return found
}

const inputOf = ({ account, region, day, location }: Partition, like: Table): PartitionInput => ({
  Values: [account, region, day],
  StorageDescriptor: { ...like.StorageDescriptor, Location: location },
})

type Target = { readonly DatabaseName: string; readonly TableName: string }

/** Creates every partition, or throws. Answers how many were not there before. */
const createAll = async (
  glue: GlueClient,
  target: Target,
  inputs: readonly PartitionInput[],
): Promise<number> => {
  let open = inputs
  let created = 0
  for (let attempt = 0; ; attempt++) {
    const errors = await createOnce(glue, target, open)
    const failed = new Map(
      errors.map((error) => [(error.PartitionValues ?? []).join('/'), error.ErrorDetail]),
    )
    const refused = open.filter((input) => failed.has(input.Values!.join('/')))
    created += open.length - refused.length
    open = refused.filter(
      (input) => failed.get(input.Values!.join('/'))?.ErrorCode !== 'AlreadyExistsException',
    )
    if (open.length === 0) return created
    const first = failed.get(open[0]!.Values!.join('/'))
    const passing = open.every((input) => PASSING.has(failed.get(input.Values!.join('/'))?.ErrorCode ?? ''))
    if (!passing || attempt + 1 === ATTEMPTS) {
      throw new Error(
        `Glue table ${target.DatabaseName}.${target.TableName}: ${open.length} partitions not registered; ` +
          `${open[0]!.Values!.join('/')}: ${first?.ErrorCode}: ${first?.ErrorMessage}`,
      )
    }
    await backOff(attempt)
  }
}

/** One call. A refusal of the whole call is a refusal of each partition in it. */
const createOnce = async (
  glue: GlueClient,
  target: Target,
  inputs: readonly PartitionInput[],
): Promise<readonly PartitionError[]> => {
  try {
    const answer = await glue.send(
      new BatchCreatePartitionCommand({ ...target, PartitionInputList: [...inputs] }),
    )
    return answer.Errors ?? []
  } catch (error) {
    const code = codeOf(error)
    if (!PASSING.has(code) && code !== 'AlreadyExistsException') throw error
    // with several in the call, "exists" does not say which: ask one by one
    if (code === 'AlreadyExistsException' && inputs.length > 1) {
      const answers: PartitionError[] = []
      for (const input of inputs) answers.push(...(await createOnce(glue, target, [input])))
      return answers
    }
    const ErrorDetail = { ErrorCode: code, ErrorMessage: (error as Error).message }
    return inputs.map(({ Values }) => ({ PartitionValues: Values, ErrorDetail }))
  }
}
