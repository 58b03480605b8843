import type { ApiCall } from '../../action.ts'
import { at, type CloudTrailEvent } from '../../trail/event.ts'
import { apiName, type Builder, type Context, drafted, eventTarget, onObject } from '../draft.ts'
import type { Scope } from '../guard.ts'
import { type Checked, shaped } from '../ids.ts'
import { check, fromSnapshot, when } from './checks.ts'
import { functionOf } from './function.ts'

const BY_HAND: Readonly<Record<string, string>> = {
  AddLayerVersionPermission:
    'permissions of a layer are not planned by this release: remove the statement by hand',
}

/**
 * Removes the one statement that AddPermission added to a function's policy.
 * https://docs.aws.amazon.com/lambda/latest/api/API_RemovePermission.html
 */
export const removeLambdaPermission: Builder = (context) => {
  const { event } = context
  const name = apiName(event)
  const byHand = Object.hasOwn(BY_HAND, name) ? BY_HAND[name] : undefined
  if (name !== 'AddPermission' && byHand === undefined) return undefined
  if (!String(event.eventSource).startsWith('lambda.')) return undefined
  return onObject(context, 'Remove Lambda permission', (scope, refuse) => {
    if (byHand !== undefined) return refuse(eventTarget(event), byHand)
    const grant = grantOf(event, scope)
    return 'reason' in grant ? refuse(eventTarget(event), grant.reason) : remove(context, scope, grant.value)
  })
}

interface Grant {
  readonly functionName: string
  readonly arn: string
  readonly statementId: string
  readonly qualifier: { readonly Qualifier?: string }
  readonly statement: ApiCall['input']
}

const grantOf = (event: CloudTrailEvent, scope: Scope): Checked<Grant> => {
  const of = functionOf(event, scope)
  if ('reason' in of) return of
  const statementId = shaped(
    'statement id',
    at(event.requestParameters, 'statementId'),
    'requestParameters.statementId',
  )
  if ('reason' in statementId) return statementId
  const statement = statementOf(event)
  if ('reason' in statement) return statement
  const { name, arn, qualifier } = of.value
  return {
    value: {
      functionName: name,
      arn,
      statementId: statementId.value,
      qualifier: qualifier === undefined ? {} : { Qualifier: qualifier },
      statement: statement.value,
    },
  }
}

/** Fields of AddPermission: needed to add the same statement again, so each must be one that Lambda would take. */
const FIELDS: readonly (readonly [string, string, RegExp])[] = [
  ['action', 'Action', /^(?:lambda:[*A-Za-z]+|\*)$/],
  [
    'principal',
    'Principal',
    /^(?:\*|\d{12}|[a-z0-9.-]{1,128}\.amazonaws\.com(?:\.cn)?|arn:aws[a-z-]*:[\w+=,.@:/-]{1,512})$/,
  ],
  ['sourceArn', 'SourceArn', /^arn:aws[a-z-]*:[\w+=,.@:/*$?-]{1,512}$/],
  ['sourceAccount', 'SourceAccount', /^\d{12}$/],
  ['eventSourceToken', 'EventSourceToken', /^[A-Za-z0-9._-]{1,256}$/],
  ['principalOrgID', 'PrincipalOrgID', /^o-[a-z0-9]{10,32}$/],
  ['functionUrlAuthType', 'FunctionUrlAuthType', /^(?:NONE|AWS_IAM)$/],
]

const statementOf = (event: CloudTrailEvent): Checked<ApiCall['input']> => {
  const statement: Record<string, string> = {}
  for (const [field, apiField, pattern] of FIELDS) {
    const value = at(event.requestParameters, field)
    if (value === undefined || value === null) continue
    if (typeof value !== 'string' || !pattern.test(value)) {
      return {
        reason: `requestParameters.${field}: not a value this release can add back: remove the statement by hand`,
      }
    }
    statement[apiField] = value
  }
  return statement['Action'] && statement['Principal']
    ? { value: statement }
    : { reason: 'requestParameters: expected action and principal of the statement' }
}

const remove = (context: Context, { partition, accountId, region }: Scope, grant: Grant) => {
  const { functionName, arn, statementId, qualifier, statement } = grant
  const call = (operation: string, more: ApiCall['input'] = {}): ApiCall => ({
    service: 'lambda',
    operation,
    input: { FunctionName: arn, ...qualifier, ...more },
    region,
  })
  return drafted(context, partition, `${arn}:${qualifier.Qualifier ?? ''}#${statementId}`, {
    type: 'remove-lambda-permission',
    tier: 2,
    title: `Remove statement ${statementId} from the policy of function ${functionName} in ${region}`,
    target: { kind: 'function', id: arn, name: functionName, arn, accountId, region },
    blastRadius: `Callers that rest on statement ${statementId} (principal ${statement['Principal']}). The function and its other statements stay.`,
    snapshot: [call('GetPolicy')],
    calls: [
      when(
        call('RemovePermission', { StatementId: statementId, RevisionId: fromSnapshot(0, 'RevisionId') }),
        0,
        'RevisionId != `null`',
      ),
    ],
    permissions: ['lambda:GetPolicy', 'lambda:RemovePermission', 'lambda:AddPermission'],
    reversibility: 'exact',
    undo: [call('AddPermission', { StatementId: statementId, ...statement })],
    undoNote:
      'Only when GetPolicy shows no statement of that id. Pass the RevisionId it answers, so that nobody is overwritten.',
    done: [
      check(
        call('GetPolicy'),
        `contains(Policy || '', '"Sid":"${statementId}"')`,
        false,
        'ResourceNotFoundException',
      ),
    ],
    verify: [`GetPolicy shows no statement ${statementId}, or answers ResourceNotFoundException.`],
    limits: [
      'A statement id may have been used again for something else: compare GetPolicy with the event. The call carries its RevisionId, so it fails when somebody has changed the policy since.',
      'Calls that are running end by themselves; a function URL is another door.',
    ],
    nodes: [],
  })
}
