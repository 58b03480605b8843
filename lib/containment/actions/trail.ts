import type { ApiCall, Json } from '../../action.ts'
import { at, type CloudTrailEvent } from '../../trail/event.ts'
import { isJson } from '../canonical.ts'
import { type Builder, drafted, eventTarget, onObject } from '../draft.ts'
import type { Scope } from '../guard.ts'
import { type Checked, isShaped, lastOf, type Partition, parseArn, shaped } from '../ids.ts'
import { check } from './checks.ts'

interface TrailRef {
  readonly arn: string
  readonly name: string
  /** Home Region: the only one where a trail can be changed. */
  readonly region: string
  readonly accountId: string
  readonly partition: Partition
}

/** The trail an event is about. By name it is of the event's own Region: changes are accepted in the home Region only. */
const trailOf = (value: unknown, scope: Scope): Checked<TrailRef> => {
  const arn = parseArn(value)
  if (!arn) {
    const name = shaped('trail name', value, 'requestParameters')
    if ('reason' in name) return name
    const { region, accountId, partition } = scope
    return {
      value: {
        arn: `arn:${partition}:cloudtrail:${region}:${accountId}:trail/${name.value}`,
        name: name.value,
        ...scope,
      },
    }
  }
  const { service, region, accountId, partition, resource } = arn
  const name = lastOf(resource)
  const wellFormed = service === 'cloudtrail' && resource === `trail/${name}` && isShaped('trail name', name)
  if (!wellFormed || !isShaped('Region', region))
    return { reason: `requestParameters: expected the ARN of a trail` }
  if (accountId !== scope.accountId) {
    return {
      reason: `the trail belongs to account ${accountId}, the event to ${scope.accountId}: it is changed there`,
    }
  }
  return { value: { arn: String(value), name, region, accountId, partition } }
}

const cloudtrail = (trail: TrailRef, operation: string, input: ApiCall['input']): ApiCall => ({
  service: 'cloudtrail',
  operation,
  input,
  region: trail.region,
})

const targetOf = (trail: TrailRef) => ({
  kind: 'trail',
  id: trail.arn,
  name: trail.name,
  arn: trail.arn,
  accountId: trail.accountId,
  region: trail.region,
})

/**
 * Starts a trail that was stopped.
 * https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_StartLogging.html
 */
export const restartLogging: Builder = (context) => {
  const { event } = context
  const name = String(event.eventName)
  if (!['StopLogging', 'DeleteTrail'].includes(name)) return undefined
  return onObject(context, 'Restart logging', (scope, refuse) => {
    const trail = trailOf(at(event.requestParameters, 'name'), scope)
    if ('reason' in trail) return refuse(eventTarget(event), trail.reason)
    if (name === 'DeleteTrail') {
      return refuse(
        trail.value.arn,
        'the trail is deleted: making it again needs a copy of its configuration, and none is stored',
      )
    }
    return startLogging(context, trail.value)
  })
}

const startLogging = (context: Parameters<Builder>[0], trail: TrailRef) =>
  drafted(context, trail.partition, trail.arn, {
    type: 'restart-logging',
    tier: 0,
    title: `Restart logging of trail ${trail.name} in ${trail.region}`,
    target: targetOf(trail),
    blastRadius: 'Nobody. The trail delivers events again, at its usual cost.',
    snapshot: [
      cloudtrail(trail, 'GetTrailStatus', { Name: trail.arn }),
      cloudtrail(trail, 'GetTrail', { Name: trail.arn }),
    ],
    calls: [cloudtrail(trail, 'StartLogging', { Name: trail.arn })],
    permissions: [
      'cloudtrail:GetTrailStatus',
      'cloudtrail:GetTrail',
      'cloudtrail:StartLogging',
      'cloudtrail:StopLogging',
    ],
    reversibility: 'exact',
    undo: [cloudtrail(trail, 'StopLogging', { Name: trail.arn })],
    undoNote: 'Only when the owner says that the trail was stopped on purpose. Never automatic.',
    done: [check(cloudtrail(trail, 'GetTrailStatus', { Name: trail.arn }), 'IsLogging', true)],
    verify: [
      'GetTrailStatus shows IsLogging true and an empty LatestDeliveryError.',
      'A new log file arrives within 15 min.',
    ],
    limits: [
      'What happened while logging was off is in no log file; LookupEvents keeps management events for 90 days.',
      'A changed bucket policy or a disabled KMS key lets logging start and still deliver nothing.',
      'An organization trail is started from the management account only.',
      'The actor can stop it again: contain the actor as well.',
    ],
    nodes: [],
  })

/**
 * Puts a trail's event selectors back. Needs a copy from before the change: an event says what they became, never what
 * they were. https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PutEventSelectors.html
 */
export const restoreEventSelectors: Builder = (context) => {
  const { event } = context
  if (!['PutEventSelectors', 'PutInsightSelectors', 'UpdateTrail'].includes(String(event.eventName)))
    return undefined
  return onObject(context, 'Restore event selectors', (scope, refuse) => {
    const trail = trailOf(namedTrail(event), scope)
    if ('reason' in trail) return refuse(eventTarget(event), trail.reason)
    if (event.eventName !== 'PutEventSelectors') {
      return refuse(
        trail.value.arn,
        `${event.eventName} does not change event selectors: compare the trail by hand`,
      )
    }
    const selectors = selectorsFrom(context.ownSnapshots.trails?.get(trail.value.arn))
    if (!selectors) {
      return refuse(
        trail.value.arn,
        'no snapshot of its event selectors from before the change: an event does not say what they were',
      )
    }
    return putSelectors(context, trail.value, selectors)
  })
}

const namedTrail = (event: CloudTrailEvent): unknown =>
  at(event.responseElements, 'trailARN') ??
  at(event.requestParameters, 'trailName') ??
  at(event.requestParameters, 'name')

/** API input from a snapshot; `undefined` when it holds nothing to put back. The API takes one kind or the other. */
const selectorsFrom = (
  snapshot: { eventSelectors?: unknown; advancedEventSelectors?: unknown } | undefined,
) => {
  const usable = (list: unknown): list is readonly Json[] =>
    Array.isArray(list) && list.length > 0 && isJson(list)
  if (usable(snapshot?.advancedEventSelectors))
    return { AdvancedEventSelectors: snapshot.advancedEventSelectors }
  return usable(snapshot?.eventSelectors) ? { EventSelectors: snapshot.eventSelectors } : undefined
}

const putSelectors = (context: Parameters<Builder>[0], trail: TrailRef, selectors: ApiCall['input']) =>
  drafted(context, trail.partition, trail.arn, {
    type: 'restore-event-selectors',
    tier: 0,
    title: `Restore event selectors of trail ${trail.name} in ${trail.region}`,
    target: targetOf(trail),
    blastRadius: 'Nobody. The trail records what it recorded when the snapshot was taken, at that cost.',
    snapshot: [cloudtrail(trail, 'GetEventSelectors', { TrailName: trail.arn })],
    calls: [cloudtrail(trail, 'PutEventSelectors', { TrailName: trail.arn, ...selectors })],
    permissions: ['cloudtrail:GetEventSelectors', 'cloudtrail:PutEventSelectors'],
    reversibility: 'exact',
    undo: [],
    undoNote:
      'Call PutEventSelectors with what GetEventSelectors answered before. The plan does not know it yet.',
    verify: ['GetEventSelectors equals the snapshot.'],
    limits: [
      'What the narrowed selectors left out meanwhile is in no log file.',
      'A deployment tool may have made the change on purpose and will make it again.',
    ],
    nodes: [],
  })
