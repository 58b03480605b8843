import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { messageOf, UsageError } from '../errors.ts'
import type { ClientSettings } from './api/service.ts'
import { SDK_RETRIES } from './retry.ts'

/** Whose credentials these are, as AWS says. */
export interface CallerIdentity {
  readonly arn: string
  /** `AIDA...`, or `AROA...:session`. */
  readonly userId: string
  readonly accountId: string
  readonly accessKeyId: string
}

/**
 * Asks STS who we are; `elsewhere` names other credentials than ours, or a simulated account instead of AWS. Throws `UsageError` when there are no credentials, or none that AWS accepts.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
 */
export const callerIdentity = async (
  region: string,
  elsewhere: Pick<ClientSettings, 'endpoint' | 'credentials'> = {},
): Promise<CallerIdentity> => {
  const client = new STSClient({ ...SDK_RETRIES, region, ...elsewhere })
  try {
    const { Arn = '', UserId = '', Account = '' } = await client.send(new GetCallerIdentityCommand({}))
    const { accessKeyId } = await client.config.credentials()
    return { arn: Arn, userId: UserId, accountId: Account, accessKeyId }
  } catch (error) {
    throw new UsageError(`AWS credentials: GetCallerIdentity failed: ${messageOf(error)}`, { cause: error })
  }
}
