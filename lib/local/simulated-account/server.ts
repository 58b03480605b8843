import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { CloudTrailEvent } from '../../trail/event.ts'
import { iamAnswer } from './iam.ts'
import { lookupAnswer } from './lookup.ts'
import { objectAnswer } from './objects.ts'
import { ApiFault, type ApiRequest, answerOf, faultOf, type HttpAnswer, requestOf } from './protocol.ts'
import { type AccountState, accountMemory, arnOf, type Caller } from './state.ts'

export interface SimulationOptions {
  readonly state: AccountState
  /** Milliseconds since 1970 on the account's own clock. */
  readonly now: () => number
  /** Seconds until a change of IAM is enforced. About four have been measured. */
  readonly lagSeconds?: number
  /** What `LookupEvents` knows besides the calls made here. */
  readonly history?: readonly CloudTrailEvent[]
}

export interface SimulatedAccount {
  /** `http://127.0.0.1:port`, for the SDK's `endpoint`. */
  readonly endpoint: string
  /** The account as it stands; a copy. */
  state(): AccountState
  /** Every call made here, as CloudTrail would record it, oldest first. */
  events(): readonly CloudTrailEvent[]
  close(): Promise<void>
}

/**
 * An AWS account on the loopback interface, for trying containment without one: IAM with users, keys and policies that are enforced some seconds
 * after they are written, a trail, buckets, snapshots and security groups. The AWS SDK talks to it as it talks to AWS. Signatures are
 * not checked. Listens on 127.0.0.1 only.
 */
export const simulatedAccount = async (options: SimulationOptions): Promise<SimulatedAccount> => {
  const memory = accountMemory(options.state, { now: options.now, lagSeconds: options.lagSeconds ?? 4 })
  const log: CloudTrailEvent[] = []
  let numbers = 0
  const makeId = () => (++numbers).toString(16).padStart(17, '0')

  const perform = (request: ApiRequest): object => {
    const caller = memory.callerOf(request.accessKeyId)
    if (!caller) throw new ApiFault('InvalidClientTokenId', 'The security token is invalid.', 403)
    const action = `${request.service}:${request.operation}`
    if (action === 'sts:GetCallerIdentity') {
      const { accountId } = memory.state
      return { UserId: caller.principal.id, Account: accountId, Arn: arnOf(accountId, caller.principal) }
    }
    if (!memory.may(caller, action)) throw denied(request, caller, memory.state.accountId)
    if (request.service === 'iam') return iamAnswer(memory, request)
    if (action === 'cloudtrail:LookupEvents')
      return lookupAnswer([...(options.history ?? []), ...log], request)
    const answer = objectAnswer(memory.state, request, makeId)
    if (!answer) throw new ApiFault('InvalidAction', `the simulated account has no ${action}`)
    return answer
  }

  const answered = (request: ApiRequest): HttpAnswer => {
    const record = (error?: ApiFault) => {
      const caller = memory.callerOf(request.accessKeyId)
      if (caller) log.push(eventOf(request, caller, { ...context(), ...(error && { error }) }))
    }
    const context = () => ({
      id: makeId(),
      time: new Date(options.now()).toISOString(),
      accountId: memory.state.accountId,
    })
    try {
      const output = perform(request)
      record()
      return answerOf(request, output, makeId())
    } catch (error) {
      const fault = error instanceof ApiFault ? error : new ApiFault('InternalFailure', String(error), 500)
      record(fault)
      return faultOf(request, fault)
    }
  }

  const server = createServer(async (request, response) => {
    const { status, type, body } = answered(requestOf(await httpOf(request)))
    response.writeHead(status, {
      'content-type': type,
      'content-length': Buffer.byteLength(body),
      'x-amzn-requestid': makeId(),
    })
    response.end(body)
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    state: () => structuredClone(memory.state),
    events: () => log,
    close: () =>
      new Promise((done) => {
        server.closeAllConnections()
        server.close(() => done())
      }),
  }
}

const denied = ({ service, operation }: ApiRequest, { principal }: Caller, accountId: string): ApiFault => {
  const message = `User: ${arnOf(accountId, principal)} is not authorized to perform: ${service}:${operation}`
  return new ApiFault(service === 'ec2' ? 'UnauthorizedOperation' : 'AccessDenied', message, 403)
}

const eventOf = (
  { service, operation, input, region }: ApiRequest,
  { principal, accessKeyId }: Caller,
  { id, time, accountId, error }: { id: string; time: string; accountId: string; error?: ApiFault },
): CloudTrailEvent => ({
  eventVersion: '1.11',
  userIdentity: {
    type: principal.kind === 'User' ? 'IAMUser' : 'AssumedRole',
    principalId: principal.id,
    arn: arnOf(accountId, principal),
    accountId,
    accessKeyId,
    userName: principal.name,
  },
  eventTime: time.replace(/\.\d+Z$/, 'Z'),
  eventSource: `${service}.amazonaws.com`,
  eventName: operation,
  awsRegion: region,
  sourceIPAddress: '127.0.0.1',
  userAgent: 'aws-sdk-js/3',
  requestParameters: input,
  responseElements: null,
  eventID: `00000000-0000-4000-8000-${id.slice(-12)}`,
  eventType: 'AwsApiCall',
  managementEvent: true,
  readOnly: /^(?:Get|List|Describe|Lookup)/.test(operation),
  recipientAccountId: accountId,
  ...(error && { errorCode: error.code, errorMessage: error.message }),
})

const httpOf = async (request: IncomingMessage) => {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return {
    method: request.method ?? 'GET',
    url: new URL(request.url ?? '/', 'http://127.0.0.1'),
    headers: request.headers,
    body: Buffer.concat(parts).toString(),
  }
}
