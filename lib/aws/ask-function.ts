import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { SDK_RETRIES } from './retry.ts'

/** Hands work to another function of ours and does not wait for it. https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
export const askFunction =
  (FunctionName: string, client: LambdaClient = new LambdaClient(SDK_RETRIES)) =>
  async (order: object): Promise<void> => {
    await client.send(
      new InvokeCommand({ FunctionName, InvocationType: 'Event', Payload: JSON.stringify(order) }),
    )
  }
