import type { ApiCall, Check, Json } from '../../action.ts'
import { at, text } from '../../trail/event.ts'
import { isJson } from '../canonical.ts'
import {
  apiName,
  type Builder,
  type Context,
  drafted,
  eventTarget,
  onObject,
  type Refusal,
} from '../draft.ts'
import type { Scope } from '../guard.ts'
import { isShaped, parseArn, shaped } from '../ids.ts'
import type { RuleSnapshot } from '../own-snapshots.ts'
import { check, undoOf, when } from './checks.ts'
import { concurrencyBefore, functionOf } from './function.ts'

/** What keeps us seeing and acting: our own rules and functions, as our snapshot knows them. Anything else is nothing of ours. */

const RULE_EVENTS = ['DisableRule', 'DeleteRule', 'PutRule', 'RemoveTargets', 'PutTargets']

/**
 * Puts an event rule of our own back: its pattern, that it is enabled, and its targets.
 * https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html
 */
export const restoreEventRule: Builder = (context) => {
  const { event } = context
  if (event.eventSource !== 'events.amazonaws.com' || !RULE_EVENTS.includes(String(event.eventName)))
    return undefined
  return onObject(context, 'Restore an event rule', (scope, refuse) => {
    const asked = (field: string) => at(event.requestParameters, field)
    const name = shaped('event rule name', asked('name') ?? asked('rule'), 'requestParameters.name')
    if ('reason' in name) return refuse(eventTarget(event), name.reason)
    const bus = busOf(text(asked('eventBusName')))
    if (!isShaped('event rule name', bus))
      return refuse(name.value, 'requestParameters.eventBusName: no bus of this account')
    const { partition, region, accountId } = scope
    const path = bus === 'default' ? name.value : `${bus}/${name.value}`
    const arn = `arn:${partition}:events:${region}:${accountId}:rule/${path}`
    const saved = context.ownSnapshots.rules?.get(arn)
    if (!saved) return refuse(arn, 'no snapshot of this rule: it is not known to be one of ours')
    return restoreRule(context, scope, { name: name.value, bus, arn }, saved, refuse)
  })
}

/** A bus by name, or by an ARN that ends in it. */
const busOf = (named: string | undefined): string => {
  const arn = parseArn(named)
  return arn?.service === 'events' ? arn.resource.replace(/^event-bus\//, '') : (named ?? 'default')
}

interface RuleRef {
  readonly name: string
  readonly bus: string
  readonly arn: string
}

/** A rule that was off when the snapshot was taken stays off. */
const STATES = new Set(['ENABLED', 'DISABLED', 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS'])

const RULE_FIELDS = ['EventPattern', 'ScheduleExpression', 'Description', 'RoleArn'] as const

interface Target {
  readonly Id: string
  readonly Arn: string
}

const targetsOf = ({
  targets = [],
}: RuleSnapshot): readonly (Target & { readonly [name: string]: Json })[] | undefined =>
  isJson(targets) &&
  targets.every((one) => isShaped('event rule name', at(one, 'Id')) && parseArn(at(one, 'Arn')) !== undefined)
    ? (targets as unknown as readonly (Target & { readonly [name: string]: Json })[])
    : undefined

const RULE_PERMISSIONS = [
  'events:DescribeRule',
  'events:ListTargetsByRule',
  'events:PutRule',
  'events:EnableRule',
  'events:DisableRule',
  'events:PutTargets',
  'events:RemoveTargets',
  'iam:PassRole',
]

const RULE_LIMITS = [
  'Events of the time it was off were not seen: read them from the log files.',
  'Whoever may change it will change it again: contain the actor as well, and deny it by service control policy.',
  'A target that was added stays: look at ListTargetsByRule.',
]

const restoreRule = (
  context: Context,
  { partition, accountId, region }: Scope,
  { name, bus, arn }: RuleRef,
  saved: RuleSnapshot,
  refuse: (target: string, reason: string) => Refusal,
) => {
  const targets = targetsOf(saved)
  const rule = saved.rule ?? {}
  if (!targets || !isJson(rule)) return refuse(arn, 'the snapshot of this rule is not whole')
  const State = STATES.has(String(rule['State'])) ? String(rule['State']) : 'ENABLED'
  const onBus = bus === 'default' ? {} : { EventBusName: bus }
  const call = (operation: string, input: ApiCall['input']): ApiCall => ({
    service: 'events',
    operation,
    input: { ...input, ...onBus },
    region,
  })
  const describe = call('DescribeRule', { Name: name })
  const list = call('ListTargetsByRule', { Rule: name })
  const fields = Object.fromEntries(
    RULE_FIELDS.flatMap((field) => (rule[field] === undefined ? [] : [[field, rule[field]]])),
  )
  return drafted(context, partition, arn, {
    type: 'restore-event-rule',
    tier: 0,
    title: `Restore event rule ${name} in ${region}`,
    target: { kind: 'event-rule', id: arn, name, arn, accountId, region },
    blastRadius: 'Nobody. Our rule sees events again and passes them on.',
    snapshot: [describe, list],
    calls: [
      Object.keys(fields).length > 0
        ? call('PutRule', { Name: name, State, ...fields })
        : call('EnableRule', { Name: name }),
      ...(targets.length > 0 ? [call('PutTargets', { Rule: name, Targets: targets })] : []),
    ],
    permissions: RULE_PERMISSIONS,
    reversibility: 'partly',
    undo: [
      ...targets.map(({ Id }) =>
        undoOf(
          when(
            call('RemoveTargets', { Rule: name, Ids: [Id] }),
            1,
            `length(Targets[?Id=='${Id}'] || \`[]\`)`,
            0,
          ),
          1,
        ),
      ),
      undoOf(when(call('DisableRule', { Name: name }), 0, 'State', 'DISABLED'), 0),
    ],
    undoNote:
      'Disables what was disabled, and removes the targets that were missing. A rule that was deleted stays.',
    done: [
      check(describe, `[State, ${Object.keys(fields).join(', ')}]`.replace(', ]', ']'), [
        Object.keys(fields).length > 0 ? State : 'ENABLED',
        ...Object.values(fields),
      ] as Json),
      ...targetChecks(list, targets),
    ],
    verify: [
      `DescribeRule shows State ${State} and the pattern of the snapshot; ListTargetsByRule shows our targets.`,
    ],
    limits: RULE_LIMITS,
    nodes: [],
  })
}

const targetChecks = (list: ApiCall, targets: readonly Target[]): readonly Check[] => {
  if (targets.length === 0) return []
  const sorted = targets.toSorted((a, b) => (a.Id < b.Id ? -1 : 1))
  const ids = sorted.map(({ Id }) => `'${Id}'`).join(', ')
  return [
    check(
      list,
      `sort_by(Targets[?contains([${ids}], Id)] || \`[]\`, &Id)[].[Id, Arn]`,
      sorted.map(({ Id, Arn }) => [Id, Arn]),
    ),
  ]
}

/**
 * Gives a function of our own its concurrency back.
 * https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionConcurrency.html
 */
export const restoreOwnFunction: Builder = (context) => {
  const { event } = context
  const name = apiName(event)
  if (
    event.eventSource !== 'lambda.amazonaws.com' ||
    !['PutFunctionConcurrency', 'DeleteFunction'].includes(name)
  )
    return undefined
  return onObject(context, 'Restore a function', (scope, refuse) => {
    const of = functionOf(event, scope)
    if ('reason' in of) return refuse(eventTarget(event), of.reason)
    const { arn } = of.value
    const reserved = context.ownSnapshots.functions?.get(arn)?.reservedConcurrency
    if (reserved === undefined)
      return refuse(arn, 'no snapshot of this function: it is not known to be one of ours')
    if (name === 'DeleteFunction') return refuse(arn, 'the function is deleted: deploy the product again')
    return restoreFunction(context, scope, of.value, reserved)
  })
}

const restoreFunction = (
  context: Context,
  { partition, accountId, region }: Scope,
  { name, arn }: { readonly name: string; readonly arn: string },
  reserved: number | null,
) => {
  const call = (operation: string, more: ApiCall['input'] = {}): ApiCall => ({
    service: 'lambda',
    operation,
    input: { FunctionName: arn, ...more },
    region,
  })
  const get = call('GetFunctionConcurrency')
  return drafted(context, partition, arn, {
    type: 'restore-own-function',
    tier: 0,
    title: `Let function ${name} in ${region} run again`,
    target: { kind: 'function', id: arn, name, arn, accountId, region },
    blastRadius: 'Nobody. Our function runs again.',
    snapshot: [get],
    calls: [
      reserved === null
        ? call('DeleteFunctionConcurrency')
        : call('PutFunctionConcurrency', { ReservedConcurrentExecutions: reserved }),
    ],
    permissions: [
      'lambda:GetFunctionConcurrency',
      'lambda:PutFunctionConcurrency',
      'lambda:DeleteFunctionConcurrency',
    ],
    reversibility: 'exact',
    undo: concurrencyBefore(call),
    undoNote: 'Reserves what was reserved before. Only when the change was meant.',
    done: [check(get, 'ReservedConcurrentExecutions', reserved)],
    verify: ['GetFunctionConcurrency shows what the snapshot says.'],
    limits: [
      'Whoever may change it will change it again: contain the actor as well.',
      'A function that cannot run cannot put itself back: this needs a watchdog of its own.',
    ],
    nodes: [],
  })
}
