import config from 'content:config'
import type { LambdaFunctionURLEventWithIAMAuthorizer, LambdaFunctionURLResult } from 'aws-lambda'
import { askFunction } from '../lib/aws/ask-function.ts'
import { containPortsOf } from '../lib/aws/contain-ports.ts'
import { lambda, logger } from '../lib/aws/handler.ts'
import { mintedBy } from '../lib/aws/minted-by.ts'
import { settingsOf } from '../lib/aws/settings.ts'
import { CONTAIN_SETTINGS, containWorldOf } from '../lib/contain-world.ts'
import { decideRequest } from '../lib/decide-request.ts'

const settings = settingsOf([...CONTAIN_SETTINGS, 'wideFunction'])
const ports = containPortsOf(settings)
const ask = askFunction(settings.wideFunction)

/**
 * Somebody approves a plan, asks for a release, or for what stands in the ledger. Who it is, AWS says: the URL takes signed requests only. A GET decides
 * nothing, so a link that is followed by a mail scanner is harmless.
 */
export const handler = lambda(
  async (event: LambdaFunctionURLEventWithIAMAuthorizer): Promise<LambdaFunctionURLResult> => {
    // Lambda hands a plain invocation on as it is: there may be no authorizer, and no request at all, whatever the type says
    const context = (event.requestContext ?? {}) as Partial<typeof event.requestContext>
    const { http, authorizer, requestId = '' } = context
    const { body = '', isBase64Encoded } = event
    const iam = authorizer?.iam
    const request = {
      method: http?.method ?? '',
      body: isBase64Encoded ? Buffer.from(body, 'base64').toString() : body,
      ...(iam && { signer: { arn: iam.userArn, userId: iam.userId, accessKeyId: iam.accessKey } }),
    }
    try {
      const world = containWorldOf(ports, settings, config, requestId)
      const { status, answer, order } = await decideRequest(request, world, mintedBy())
      if (order) await ask(order)
      logger.info('decision', { status, answer, by: iam?.userArn })
      return answered(status, answer)
    } catch (error) {
      // what went wrong is for the log: whoever asks learns no more than where to look
      logger.error('request failed', { by: iam?.userArn, error: error as Error })
      return answered(500, { error: `it failed: look for request ${requestId} in the log of approve` })
    }
  },
)

const answered = (statusCode: number, answer: object): LambdaFunctionURLResult => ({
  statusCode,
  headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
  body: `${JSON.stringify(answer)}\n`,
})
