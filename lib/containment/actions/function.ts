import type { ApiCall } from '../../action.ts'
import { at, type CloudTrailEvent, text } from '../../trail/event.ts'
import { apiName, type Builder, type Context, drafted, eventTarget, onObject } from '../draft.ts'
import type { Scope } from '../guard.ts'
import { type Checked, parseArn, shaped } from '../ids.ts'
import { check, each, fromSnapshot, ofItem, undoOf, when } from './checks.ts'

export interface FunctionRef {
  readonly name: string
  /** Without qualifier. */
  readonly arn: string
  readonly qualifier?: string
}

const PARTIAL_NAME = /^(?:(\d{12}):function:)?([A-Za-z0-9_-]+)(?::([$A-Za-z0-9_-]+))?$/

/** The function a Lambda event is about: by name, by partial ARN or by ARN, in the event's own account and Region. */
export const functionOf = (event: CloudTrailEvent, scope: Scope): Checked<FunctionRef> => {
  const named = text(at(event.requestParameters, 'functionName')) ?? ''
  const arn = parseArn(named)
  const path = arn?.service === 'lambda' ? `${arn.accountId}:${arn.resource}` : named
  const [, owner, functionName, suffix] = PARTIAL_NAME.exec(path) ?? []
  const name = shaped('function name', functionName, 'requestParameters.functionName')
  if ('reason' in name) return name
  if ((owner ?? scope.accountId) !== scope.accountId || (arn && arn.region !== scope.region))
    return { reason: `the function is not of account ${scope.accountId} in ${scope.region}` }
  const qualified = at(event.requestParameters, 'qualifier') ?? suffix
  const qualifier =
    qualified === undefined
      ? undefined
      : shaped('function qualifier', qualified, 'requestParameters.qualifier')
  if (qualifier && 'reason' in qualifier) return qualifier
  const { partition, region, accountId } = scope
  return {
    value: {
      name: name.value,
      arn: `arn:${partition}:lambda:${region}:${accountId}:function:${name.value}`,
      ...(qualifier && { qualifier: qualifier.value }),
    },
  }
}

/** What an attacker does to a function to run code of their own, or to have it run. */
const TAKEN_OVER = [
  'CreateFunction',
  'UpdateFunctionCode',
  'UpdateFunctionConfiguration',
  'CreateEventSourceMapping',
  'UpdateEventSourceMapping',
  'AddPermission',
  'CreateFunctionUrlConfig',
  'UpdateFunctionUrlConfig',
  'PublishLayerVersion',
]

const lambdaCalls =
  (region: string, FunctionName: string) =>
  (operation: string, more: ApiCall['input'] = {}): ApiCall => ({
    service: 'lambda',
    operation,
    input: { FunctionName, ...more },
    region,
  })

const isLambda = (event: CloudTrailEvent): boolean => event.eventSource === 'lambda.amazonaws.com'

const targetOf = (scope: Scope, { name, arn }: FunctionRef) => ({
  kind: 'function',
  id: arn,
  name,
  arn,
  accountId: scope.accountId,
  region: scope.region,
})

/**
 * Stops a function: no concurrency, no event sources, and a URL that asks for a signature.
 * https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionConcurrency.html
 */
export const freezeFunction: Builder = (context) => {
  const { event } = context
  if (!isLambda(event) || !TAKEN_OVER.includes(apiName(event))) return undefined
  return onObject(context, 'Freeze a function', (scope, refuse) => {
    const of = functionOf(event, scope)
    return 'reason' in of ? refuse(eventTarget(event), of.reason) : freeze(context, scope, of.value)
  })
}

const RUNNING = "EventSourceMappings[?State=='Enabled' || State=='Enabling' || State=='Creating']"

/** The concurrency that answer 0 of the snapshot shows: so much, or none reserved. */
export const concurrencyBefore = (
  lambda: (operation: string, more?: ApiCall['input']) => ApiCall,
): readonly ApiCall[] => [
  when(
    lambda('PutFunctionConcurrency', {
      ReservedConcurrentExecutions: fromSnapshot(0, 'ReservedConcurrentExecutions'),
    }),
    0,
    'ReservedConcurrentExecutions != `null`',
  ),
  when(lambda('DeleteFunctionConcurrency'), 0, 'ReservedConcurrentExecutions', null),
]

const mappingCall = (region: string, Enabled: boolean): ApiCall =>
  each(
    {
      service: 'lambda',
      operation: 'UpdateEventSourceMapping',
      input: { UUID: ofItem('UUID'), Enabled },
      region,
    },
    1,
    RUNNING,
  )

const freeze = (context: Context, scope: Scope, of: FunctionRef) => {
  const { region } = scope
  const lambda = lambdaCalls(region, of.arn)
  const concurrency = lambda('GetFunctionConcurrency')
  const mappings = lambda('ListEventSourceMappings')
  const url = lambda('GetFunctionUrlConfig')
  const open = [2, 'AuthType', 'NONE'] as const
  return drafted(context, scope.partition, of.arn, {
    type: 'freeze-function',
    tier: 2,
    title: `Freeze function ${of.name} in ${region}`,
    target: targetOf(scope, of),
    blastRadius: `Function ${of.name} runs no more. Asynchronous events go to its dead-letter queue or destination, and are lost if it has none.`,
    snapshot: [concurrency, mappings, url],
    calls: [
      lambda('PutFunctionConcurrency', { ReservedConcurrentExecutions: 0 }),
      mappingCall(region, false),
      when(lambda('UpdateFunctionUrlConfig', { AuthType: 'AWS_IAM' }), ...open),
    ],
    permissions: [
      'lambda:GetFunctionConcurrency',
      'lambda:ListEventSourceMappings',
      'lambda:GetFunctionUrlConfig',
      'lambda:PutFunctionConcurrency',
      'lambda:DeleteFunctionConcurrency',
      'lambda:UpdateEventSourceMapping',
      'lambda:UpdateFunctionUrlConfig',
    ],
    reversibility: 'exact',
    undo: [
      undoOf(when(lambda('UpdateFunctionUrlConfig', { AuthType: 'NONE' }), ...open), 2),
      undoOf(mappingCall(region, true), 1),
      ...concurrencyBefore(lambda).map((call) => undoOf(call, 0)),
    ],
    undoNote:
      'Gives back the concurrency there was (or none reserved), the event sources that were enabled, and the URL as it was.',
    done: [
      check(concurrency, 'ReservedConcurrentExecutions', 0, 'ResourceNotFoundException'),
      check(mappings, `length(${RUNNING} || \`[]\`)`, 0, 'ResourceNotFoundException'),
      check(url, 'AuthType', 'AWS_IAM', 'ResourceNotFoundException'),
    ],
    verify: [
      'GetFunctionConcurrency shows 0, ListEventSourceMappings nothing enabled, GetFunctionUrlConfig AWS_IAM or none.',
    ],
    limits: [
      'A sandbox that runs keeps its credentials until it ends: deny the sessions of its role too.',
      'URLs of aliases and functions that share its role are not touched.',
      'The code is not changed: compare it with your repository before you release it.',
    ],
    nodes: [],
  })
}

/**
 * Makes a function URL ask for a signature when an event opened it to everybody. The URL stays the same; deleting it would lose it.
 * https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionUrlConfig.html
 */
export const requireFunctionUrlAuth: Builder = (context) => {
  const { event } = context
  if (!isLambda(event) || !['CreateFunctionUrlConfig', 'UpdateFunctionUrlConfig'].includes(apiName(event)))
    return undefined
  if (at(event.requestParameters, 'authType') !== 'NONE') return undefined
  return onObject(context, 'Close a function URL', (scope, refuse) => {
    const of = functionOf(event, scope)
    if ('reason' in of) return refuse(eventTarget(event), of.reason)
    const { arn, name, qualifier } = of.value
    const call = (operation: string, more: ApiCall['input'] = {}) =>
      lambdaCalls(scope.region, arn)(operation, { ...(qualifier && { Qualifier: qualifier }), ...more })
    return drafted(context, scope.partition, `${arn}:${qualifier ?? ''}`, {
      type: 'require-function-url-auth',
      tier: 2,
      title: `Make the URL of function ${name} in ${scope.region} ask for a signature`,
      target: targetOf(scope, of.value),
      blastRadius: `Everybody who calls the URL of ${name} without signing: browsers and webhooks.`,
      snapshot: [call('GetFunctionUrlConfig')],
      calls: [call('UpdateFunctionUrlConfig', { AuthType: 'AWS_IAM' })],
      permissions: ['lambda:GetFunctionUrlConfig', 'lambda:UpdateFunctionUrlConfig'],
      reversibility: 'exact',
      undo: [when(call('UpdateFunctionUrlConfig', { AuthType: 'NONE' }), 0, 'AuthType', 'NONE')],
      undoNote: 'Only when the owner says that the function is meant for everybody.',
      done: [check(call('GetFunctionUrlConfig'), 'AuthType', 'AWS_IAM', 'ResourceNotFoundException')],
      verify: ['GetFunctionUrlConfig shows AuthType AWS_IAM; an unsigned request is answered 403.'],
      limits: [
        'Statements in the policy of the function stay: remove those the event added.',
        'What was called before is done: look at the invocations.',
      ],
      nodes: [],
    })
  })
}
